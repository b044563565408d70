import { expect, test } from '@jest/globals';
import { groupBy } from '../fetch/caller.js';
import { demoRows } from './demo-rows.js';
import { demoUsage } from './demo-usage.js';

const usageAt = (time: string) => [...demoUsage(demoRows(new Date(time)), new Date(time))];

test('the usage of the demonstration data is the same for the same day, as far as the day has come', () => {
  const noon = usageAt('2026-11-27T12:00:00Z');
  const evening = usageAt('2026-11-27T21:30:00Z');
  expect(evening.length).toBeGreaterThan(noon.length);
  expect(evening.filter(({ occurredAt }) => occurredAt <= new Date('2026-11-27T12:00:00Z'))).toEqual(noon);
  expect(new Set(evening.map(({ requestId }) => requestId)).size).toBe(evening.length);
});

test('it has a month of working days and hours, a day of many requests, hours of errors, and tests in production', () => {
  const usage = usageAt('2026-11-27T23:59:00Z');
  const dayOf = (at: Date) => at.toISOString().slice(0, 10);
  const days = groupBy(usage, ({ occurredAt }) => dayOf(occurredAt));
  expect(days.size).toBe(31);
  const requestsOn = (day: string) => days.get(day)?.length ?? 0;
  expect(requestsOn('2026-11-22')).toBeLessThan(requestsOn('2026-11-24') / 3);
  expect(requestsOn('2026-11-18')).toBeGreaterThan(requestsOn('2026-11-17') * 1.2);
  const byNight = usage.filter(({ occurredAt }) => occurredAt.getUTCHours() < 5).length;
  const byDay = usage.filter(({ occurredAt }) => [9, 10, 11, 14, 15].includes(occurredAt.getUTCHours())).length;
  expect(byDay).toBeGreaterThan(byNight * 4);
  const failed = usage.filter(({ errorCode }) => errorCode === 'provider_overloaded');
  expect(new Set(failed.map(({ occurredAt }) => occurredAt.toISOString().slice(0, 10)))).toEqual(
    new Set(['2026-11-24']),
  );
  expect(usage.some(({ tags }) => tags?.includes('test:regression'))).toBe(true);
});
