import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { measure, precisionOf, recallOf } from '../testing/pii/measure.js';
import { accuracyTable } from '../testing/pii/table.js';

const scores = measure();

test('of what is found at least 0.98 is right, and at least 0.95 of what there is is found, for each type and country', () => {
  expect(scores.map(({ name }) => name)).toContain('PHONE, `country` US');
  for (const score of scores)
    expect([score.name, precisionOf(score) >= 0.98, recallOf(score) >= 0.95]).toEqual([score.name, true, true]);
});

test('the page on guardrails has these figures', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/guardrails.md'), 'utf8');
  expect(page).toContain(accuracyTable(scores));
});
