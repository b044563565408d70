import { describe, expect, test } from '@jest/globals';
import { type BudgetFigures, outlookOf } from './forecast.js';

const hour = 3_600_000;
const periodStart = new Date('2026-11-01T00:00:00.000Z');
/** Thirty days. */
const periodEnd = new Date('2026-12-01T00:00:00.000Z');

const outlookAfter = (hours: number, spent: string, more: Partial<BudgetFigures> = {}) =>
  outlookOf({
    limit: '100.00',
    spent,
    reserved: '0',
    thresholds: [80, 100],
    periodStart,
    periodEnd,
    exhaustedAt: null,
    now: new Date(periodStart.getTime() + hours * hour),
    ...more,
  });

const after = (hours: number) => new Date(periodStart.getTime() + hours * hour);

describe('what will be spent', () => {
  test.each([
    ['is what was spent, where less than a day has gone by', 23.99, '10', '10.00'],
    ['goes on at the same pace from the first day on', 24, '10', '300.00'],
    ['is rounded half up to eight decimals', 7 * 24, '1', '4.28571429'],
    ['is nothing where nothing was spent', 240, '0', '0.00'],
    ['is exact where a double is not', 720, '9007199254740993.00000001', '9007199254740993.00000001'],
  ])('%s', (_what, hours, spent, expected) => {
    expect(outlookAfter(hours, spent).expectedSpend).toBe(expected);
  });
});

describe('when the limit is reached', () => {
  test.each([
    ['is when that pace comes to it', 240, '50', after(480)],
    ['may be the very end of the period', 360, '50', after(720)],
    ['is null where that is after the end', 360, '49.99999999', null],
    ['is null where nothing was spent', 360, '0', null],
    ['is null where less than a day has gone by', 23, '99', null],
  ])('%s', (_what, hours, spent, expected) => {
    expect(outlookAfter(hours, spent).exhaustedAt).toEqual(expected);
  });

  test('is when it was reached, where it has been, however early', () => {
    const exhaustedAt = after(3);
    for (const hours of [4, 400]) expect(outlookAfter(hours, '100', { exhaustedAt }).exhaustedAt).toBe(exhaustedAt);
  });

  test('is the beginning, where the limit is 0', () => {
    expect(outlookAfter(300, '0', { limit: '0.00' })).toEqual({
      remaining: '0.00',
      utilization: null,
      state: 'EXHAUSTED',
      expectedSpend: '0.00',
      exhaustedAt: periodStart,
    });
  });
});

test('a moment that the clock of another server has behind the start counts as none gone by', () => {
  expect(outlookAfter(-0.001, '5')).toMatchObject({ expectedSpend: '5.00', exhaustedAt: null });
});
