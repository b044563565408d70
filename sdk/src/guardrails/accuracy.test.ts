import { expect, test } from '@jest/globals';
import { measure, precisionOf, recallOf } from '../testing/pii/measure.js';

test('of a tenth of the labelled lines at least 0.98 of what is found is right, and at least 0.95 of what there is is found', () => {
  const scores = measure(0.1);
  expect(scores.map(({ name }) => name)).toContain('PHONE, `country` US');
  for (const score of scores) {
    expect([score.name, score.places >= 20]).toEqual([score.name, true]);
    expect([score.name, precisionOf(score) >= 0.98, recallOf(score) >= 0.95]).toEqual([score.name, true, true]);
  }
});
