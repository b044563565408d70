import { beforeAll, expect, test } from '@jest/globals';
import { makeOldMonths } from '../testing/months.js';
import { onPlainPostgres } from '../testing/plain-postgres.js';
import { newTraffic, recordUsage, rowsOf, usage } from '../testing/usage.js';
import { server, useServer } from '../testing/use-server.js';
import { dropUsageMonths } from './drop-usage-months.job.js';
import { makeUsagePartitions } from './make-usage-partitions.job.js';

useServer();

const { signal } = new AbortController();
const settings = { usageRetentionDays: 62 };

/** The months of which there are both partitions. */
async function months(): Promise<string[]> {
  const rows = await server.database.rows<{ month: string }>({
    text: `SELECT right(c.relname, 6) AS month FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent IN ('usage_records'::regclass, 'usage_record_tags'::regclass) AND c.relkind = 'r'
      GROUP BY 1 HAVING count(*) = 2 ORDER BY 1`,
    values: [],
  });
  return rows.map(({ month }) => month);
}

/** Year and month, so many months from now in UTC. */
function monthFromNow(ahead: number): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead)).toISOString().slice(0, 7).replace('-', '');
}

onPlainPostgres('the tables of all of its tests are the same', () => {
  let traffic: Awaited<ReturnType<typeof newTraffic>>;
  beforeAll(async () => {
    await makeOldMonths();
    traffic = await newTraffic();
  });

  test('the months to come are made three ahead, and again where one is missing; readiness warns before', async () => {
    const ready = async () => {
      const answer = await fetch(new URL('/health/ready', server.endpoint));
      return { status: answer.status, body: await answer.json() };
    };
    expect(await ready()).toEqual({ status: 200, body: { status: 'ok' } });
    const next = `usage_records_${monthFromNow(1)}`;
    for (const name of [next, `usage_record_tags_${monthFromNow(3)}`]) {
      await server.database.rows({ text: `DROP TABLE ${name}`, values: [] });
    }
    const warning = expect.stringContaining(next);
    expect(await ready()).toEqual({ status: 200, body: { status: 'ok', warnings: [warning] } });
    expect(await (await fetch(new URL('/metrics', server.endpoint))).text()).toMatch(/^readiness_warnings 1$/m);
    expect(server.logLines.filter((line) => line.includes('ready, with a warning'))).not.toEqual([]);
    const made = await makeUsagePartitions.run(server.database, signal, settings);
    expect(made).toEqual({ made: expect.arrayContaining([next]) });
    expect(await makeUsagePartitions.run(server.database, signal, settings)).toEqual({ made: [] });
    expect((await months()).at(-1)).toBe(monthFromNow(3));
    expect(await ready()).toEqual({ status: 200, body: { status: 'ok' } });
  });

  test('months that are over go with their records and requests, for good; hours and days stay', async () => {
    const { gateway, workspaceId } = traffic;
    const [old, kept] = [100, 10].map((days) => new Date(Date.now() - days * 24 * 3_600_000).toISOString());
    const records = [usage(traffic, { occurredAt: old, tags: ['test'] }), usage(traffic, { occurredAt: kept })];
    expect(await recordUsage(gateway, records)).toMatchObject({ recorded: 2 });
    const done = await dropUsageMonths.run(server.database, signal, settings);
    expect(done).toMatchObject({ forgotten: 1, dropped: expect.any(Array) });
    expect(await rowsOf(workspaceId, 'usage_records', 'request_id AS id')).toEqual([{ id: records[1]?.requestId }]);
    expect(await rowsOf(workspaceId, 'gateway_requests', 'request_id AS id')).toEqual([{ id: records[1]?.requestId }]);
    expect(await rowsOf(workspaceId, 'usage_days', 'sum(requests)')).toEqual([{ sum: '2' }]);
    // The month of 62 days ago is the oldest.
    const oldest = new Date(Date.now() - 62 * 24 * 3_600_000).toISOString().slice(0, 7).replace('-', '');
    expect((await months())[0]).toBe(oldest);
    expect(await recordUsage(gateway, records)).toEqual({
      recorded: 0,
      duplicates: 1,
      userErrors: [expect.objectContaining({ code: 'INVALID', field: ['input', 'records', '0', 'occurredAt'] })],
    });
    // Nor does it come back, where more are kept from now on: its requests are forgotten and would be counted again.
    await makeUsagePartitions.run(server.database, signal, { usageRetentionDays: 400 });
    expect((await months())[0]).toBe(oldest);
    expect(await dropUsageMonths.run(server.database, signal, settings)).toEqual({ dropped: [], forgotten: 0 });
  });
});

test('the age of the last success of each job is told, and of one that has none that it is endless', async () => {
  await server.database.rows({
    text: `INSERT INTO jobs (name, last_succeeded_at) VALUES ('succeeded', now() - interval '1 hour'), ('never', NULL)`,
    values: [],
  });
  const text = await (await fetch(new URL('/metrics', server.endpoint))).text();
  expect(text).toMatch(/^job_last_success_age_seconds\{job="succeeded"\} 36\d\d/m);
  expect(text).toMatch(/^job_last_success_age_seconds\{job="never"\} \+Inf$/m);
});
