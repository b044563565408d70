import { beforeAll, expect, jest, test } from '@jest/globals';
import { makeOldMonths } from '../testing/months.js';
import { newTraffic, recordUsage, rowsOf, type Traffic, usage } from '../testing/usage.js';
import { server, useServer } from '../testing/use-server.js';
import { connect } from '../testing/waiting.js';
import { dropUsageMonths } from './drop-usage-months.job.js';
import { makeUsagePartitions } from './make-usage-partitions.job.js';

jest.setTimeout(120_000);

useServer();

const { signal } = new AbortController();
const settings = { usageRetentionDays: 62 };
const soonMs = 1_000;

let traffic: Traffic;
beforeAll(async () => {
  await makeOldMonths();
  traffic = await newTraffic();
});

/** Records, authorizes nothing, and reads while something else is under way. @returns how long each took at most. */
async function slowestWhile(work: Promise<unknown>): Promise<number> {
  let isDone = false;
  let slowest = 0;
  const ends = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    const start = performance.now();
    expect(await recordUsage(traffic.gateway, [usage(traffic, { tags: ['a'] })])).toMatchObject({ recorded: 1 });
    await rowsOf(traffic.workspaceId, 'usage_records', 'count(*)');
    await rowsOf(traffic.workspaceId, 'usage_record_tags', 'count(*)');
    slowest = Math.max(slowest, performance.now() - start);
  }
  await ends;
  return slowest;
}

const oldTables = () =>
  server.database.rows<{ name: string }>({
    text: `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relname ~ '^usage_record(s|_tags)_[0-9]{6}$'
      AND to_date(right(relname, 6), 'YYYYMM') + interval '1 month' <= now() - interval '62 days'`,
    values: [],
  });

test('a reader with an open transaction holds up the drop of a month, and neither of them who records or reads', async () => {
  const occurredAt = new Date(Date.now() - 100 * 24 * 3_600_000).toISOString();
  const tags = ['old', 'month'];
  await recordUsage(traffic.gateway, [usage(traffic, { occurredAt, tags }), usage(traffic, { tags })]);
  const reader = await connect(server.databaseUrl);
  await reader.query('BEGIN');
  await reader.query('SELECT count(*) FROM usage_records');
  await reader.query('SELECT count(*) FROM usage_record_tags');
  const failed = dropUsageMonths.run(server.database, signal, settings).then(
    () => 'dropped',
    (error: Error) => error.message,
  );
  expect(await slowestWhile(failed)).toBeLessThan(soonMs);
  expect(await failed).toMatch(/lock timeout/);
  // The month is out of reach from then on, and what is left of it goes once nobody reads it any more.
  const late = await recordUsage(traffic.gateway, [usage(traffic, { occurredAt: '2025-10-30T00:00:00Z' })]);
  expect(late.userErrors).toHaveLength(1);
  const made = makeUsagePartitions.run(server.database, signal, settings);
  expect(await slowestWhile(made)).toBeLessThan(soonMs);
  await reader.query('COMMIT');
  await reader.end();
  const dropped = dropUsageMonths.run(server.database, signal, settings);
  expect(await slowestWhile(dropped)).toBeLessThan(soonMs);
  expect(await oldTables()).toEqual([]);
  // What is left of the tags is of what is left of the records, which goes on being found by them.
  const left = await rowsOf(
    traffic.workspaceId,
    'usage_record_tags',
    'tag',
    `AND tag IN ('old', 'month') ORDER BY tag`,
  );
  expect(left).toEqual([{ tag: 'month' }, { tag: 'old' }]);
});

test.each(['usage_records', 'usage_record_tags'])(
  'partitions of %s are made while a transaction that has read it is open',
  async (table) => {
    const [next] = await server.database.rows<{ name: string }>({
      text: `SELECT '${table}_' || to_char(now() AT TIME ZONE 'UTC' + interval '2 months', 'YYYYMM') AS name`,
      values: [],
    });
    await server.database.rows({ text: `DROP TABLE ${next?.name}`, values: [] });
    const reader = await connect(server.databaseUrl);
    await reader.query('BEGIN');
    await reader.query(`SELECT count(*) FROM ${table}`);
    expect(await makeUsagePartitions.run(server.database, signal, settings)).toEqual({ made: [next?.name] });
    await reader.query('COMMIT');
    await reader.end();
  },
);
