import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { auditEvents, mutate, run } from '../testing/fixtures.js';
import { changeRows, organizationOf, uuidOf } from '../testing/rows.js';
import {
  authorize,
  differencesOf,
  digestOf,
  ledgersOf,
  moreTraffic,
  newTraffic,
  recordUsage,
  rowsOf,
  type Traffic,
  usage,
} from '../testing/usage.js';
import { server, useServer } from '../testing/use-server.js';
import { repairUsage } from './usage-repair.js';

useServer();

const limited = { monthlyBudget: '50.00' };
const zero = expect.stringMatching(/^0(?:\.0+)?$/);

/** Moves the ledger's month so many days back, as if these had passed. */
async function letMonthPass({ workspaceId }: Pick<Traffic, 'workspaceId'>): Promise<void> {
  await server.database.rows({
    text: `UPDATE workspace_ledgers l SET period_start = period_start - interval '1 month', period_end = period_start
      WHERE l.organization_id = $1 AND l.workspace_id = $2`,
    values: [await organizationOf(server, workspaceId), uuidOf(workspaceId)],
  });
}

describe('what was held for a request', () => {
  test('is settled once, in the ledgers of workspace and key, by what it cost', async () => {
    const traffic = await newTraffic({}, limited);
    const requestId = randomUUID();
    expect(await authorize(traffic, { requestId, outputTokens: 1_000 })).toMatchObject({ denial: null });
    const held = { spent: zero, reserved: '0.01250000' };
    expect(await ledgersOf(traffic.workspaceId)).toEqual({ workspace: held, keys: [held] });
    const record = usage(traffic, { requestId, llmConfigurationId: traffic.configurationId });
    for (let times = 0; times < 2; times++) {
      await recordUsage(traffic.gateway, [record]);
      const settled = { spent: '0.00350000', reserved: zero };
      expect(await ledgersOf(traffic.workspaceId)).toEqual({ workspace: settled, keys: [settled] });
    }
    expect(await differencesOf(traffic.workspaceId)).toEqual([]);
  });

  test('is given back whole by usage of no tokens', async () => {
    const traffic = await newTraffic({}, limited);
    const requestId = randomUUID();
    await authorize(traffic, { requestId });
    await recordUsage(traffic.gateway, [
      usage(traffic, { requestId, inputTokens: 0, outputTokens: 0, status: 'CANCELLED' }),
    ]);
    const nothing = { spent: zero, reserved: zero };
    expect(await ledgersOf(traffic.workspaceId)).toEqual({ workspace: nothing, keys: [nothing] });
  });

  test('and has run out is given back once, and its usage counts all the same', async () => {
    const traffic = await newTraffic({}, limited);
    const { workspaceId, configurationId: llmConfigurationId } = traffic;
    const [late, later] = [randomUUID(), randomUUID()];
    for (const requestId of [late, later]) await authorize(traffic, { requestId, holdFor: '0 seconds' });
    await recordUsage(traffic.gateway, [usage(traffic, { requestId: late, llmConfigurationId })]);
    await server.database.rows({
      text: 'SELECT bring_ledgers_up_to_date($1, ARRAY[$2::uuid])',
      values: [await organizationOf(server, workspaceId), uuidOf(workspaceId)],
    });
    expect((await ledgersOf(workspaceId)).workspace).toEqual({ spent: '0.00350000', reserved: zero });
    await recordUsage(traffic.gateway, [usage(traffic, { requestId: later, llmConfigurationId })]);
    expect((await ledgersOf(workspaceId)).workspace).toEqual({ spent: '0.00700000', reserved: zero });
    expect(await differencesOf(workspaceId)).toEqual([]);
  });

  test('is given back to the key that it was held for, where usage tells of another', async () => {
    const traffic = await newTraffic({}, limited);
    const requestId = randomUUID();
    await authorize(traffic, { requestId });
    const { secret } = await mutate<{ secret: string }>(server, traffic.admin, {
      name: 'createVirtualKey',
      input: { workspaceId: traffic.workspaceId, name: 'Other', ...limited },
      fields: 'secret',
    });
    const record = usage({ keyDigest: digestOf(secret) }, { requestId, llmConfigurationId: traffic.configurationId });
    await recordUsage(traffic.gateway, [record]);
    const { keys } = await ledgersOf(traffic.workspaceId);
    expect(keys).toEqual(
      expect.arrayContaining([
        { spent: zero, reserved: zero },
        { spent: '0.00350000', reserved: zero },
      ]),
    );
    expect(await differencesOf(traffic.workspaceId)).toEqual([]);
  });
});

describe('usage', () => {
  test('of a month that is over is recorded, and not spent in the present one', async () => {
    const traffic = await newTraffic({}, limited);
    const { workspaceId, configurationId: llmConfigurationId } = traffic;
    const occurredAt = new Date(Date.now() - 32 * 24 * 3_600_000).toISOString();
    expect(await recordUsage(traffic.gateway, [usage(traffic, { llmConfigurationId, occurredAt })])).toMatchObject({
      recorded: 1,
    });
    const nothing = { spent: zero, reserved: zero };
    expect(await ledgersOf(workspaceId)).toEqual({ workspace: nothing, keys: [nothing] });
    expect(await rowsOf(workspaceId, 'usage_days', 'requests')).toEqual([{ requests: '1' }]);
    expect(await differencesOf(workspaceId)).toEqual([]);
  });

  test('that comes first in a new month begins it', async () => {
    const traffic = await newTraffic({}, limited);
    const { workspaceId, configurationId: llmConfigurationId } = traffic;
    const before = await rowsOf(workspaceId, 'workspace_ledgers', 'period_start, period_end');
    await letMonthPass(traffic);
    await server.database.rows({
      text: 'UPDATE workspace_ledgers SET spent = 7 WHERE organization_id = $1 AND workspace_id = $2',
      values: [await organizationOf(server, workspaceId), uuidOf(workspaceId)],
    });
    await recordUsage(traffic.gateway, [usage(traffic, { llmConfigurationId })]);
    expect(await rowsOf(workspaceId, 'workspace_ledgers', 'period_start, period_end')).toEqual(before);
    expect((await ledgersOf(workspaceId)).workspace).toEqual({ spent: '0.00350000', reserved: zero });
  });

  test('keeps the hours and days of the zone that it was recorded in', async () => {
    const traffic = await newTraffic({ timeZone: 'Asia/Kathmandu' });
    const { admin, gateway, workspaceId } = traffic;
    const yesterday = new Date(Date.now() - 24 * 3_600_000);
    const occurredAt = `${yesterday.toISOString().slice(0, 10)}T18:20:00.000Z`;
    await recordUsage(gateway, [usage(traffic, { occurredAt })]);
    await mutate(server, admin, {
      name: 'updateWorkspaceSettings',
      input: { workspaceId, expectedVersion: 1, timeZone: 'America/Havana' },
      fields: 'workspace { id }',
    });
    await recordUsage(gateway, [usage(traffic, { occurredAt })]);
    const hours = await rowsOf<{ hour: string; day: string }>(
      workspaceId,
      'usage_hours',
      `to_char(started_at AT TIME ZONE 'UTC', 'HH24:MI') AS hour, to_char(day_started_at AT TIME ZONE 'UTC', 'HH24:MI') AS day`,
      'ORDER BY started_at',
    );
    expect(hours).toEqual([
      { hour: '18:00', day: expect.stringMatching(/^0[45]:00$/) },
      { hour: '18:15', day: '18:15' },
    ]);
    expect(await differencesOf(workspaceId)).toEqual([]);
  });

  test('tells when the key and its secret were last used, to the minute, and never goes back', async () => {
    const traffic = await newTraffic();
    const lastUse = async () => {
      const fields = 'lastUsedAt secrets { lastUsedAt }';
      const { node } = await run<{ node: object }>(
        server,
        traffic.admin,
        `query ($id: ID!) { node(id: $id) { ... on VirtualKey { ${fields} } } }`,
        { id: traffic.keyId },
      );
      return node;
    };
    const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const minuteOf = (time: string) => `${time.slice(0, 16)}:00.000Z`;
    const used = (time: string) => ({ lastUsedAt: minuteOf(time), secrets: [{ lastUsedAt: minuteOf(time) }] });
    const [hour, moment] = [ago(60), ago(2)];
    await recordUsage(traffic.gateway, [usage(traffic, { occurredAt: hour })]);
    expect(await lastUse()).toEqual(used(hour));
    await recordUsage(traffic.gateway, [usage(traffic, { occurredAt: moment }), usage(traffic, { occurredAt: hour })]);
    expect(await lastUse()).toEqual(used(moment));
    await recordUsage(traffic.gateway, [usage(traffic, { occurredAt: ago(30) })]);
    expect(await lastUse()).toEqual(used(moment));
  });
});

test('an alert is raised once where two crossings come at once: in the audit log, the log and the metrics', async () => {
  const traffic = await newTraffic({ monthlyBudget: '1.00' });
  const { gateway, workspaceId } = traffic;
  const metric = async () => {
    const text = await (await fetch(new URL('/metrics', server.endpoint))).text();
    return Number(/^budget_alerts_raised_total (\d+)$/m.exec(text)?.[1]);
  };
  const before = await metric();
  await recordUsage(gateway, [usage(traffic, { cost: '0.79' })]);
  await Promise.all(['0.15', '0.16', '0.17', '0.18'].map((cost) => recordUsage(gateway, [usage(traffic, { cost })])));
  await recordUsage(gateway, [usage(traffic, { cost: '1.00' })]);
  expect(await rowsOf(workspaceId, 'budget_alerts', 'threshold', 'ORDER BY threshold')).toEqual([
    { threshold: 80 },
    { threshold: 100 },
  ]);
  const told = (await auditEvents(server, workspaceId)).filter(
    ({ action }) => action === 'workspace.budget_alert_raised',
  );
  expect(told.map(({ changes: [threshold] }) => threshold?.after).sort()).toEqual([100, 80]);
  const lines = server.logLines.filter(
    (line) => line.includes('a budget alert was raised') && line.includes(workspaceId),
  );
  expect(lines.map((line) => (JSON.parse(line) as { threshold: number }).threshold).sort()).toEqual([100, 80]);
  expect((await metric()) - before).toBe(2);
});

test('eight writers of batches that overlap count each request once, and never deadlock', async () => {
  const traffic = await newTraffic({ timeZone: 'Asia/Kathmandu' }, limited);
  const second = await moreTraffic(traffic.admin);
  const both = [traffic, second];
  const pick = <One>(list: readonly One[], index: number) => list[index % list.length] as One;
  const records = Array.from({ length: 400 }, (_, index) =>
    usage(pick(both, index), {
      llmConfigurationId: pick([pick(both, index).configurationId, null], Math.floor(index / 2)),
      model: pick(['fast', 'slow', 'best'], index),
      status: pick(['SUCCEEDED', 'SUCCEEDED', 'FAILED', 'BLOCKED'], index),
      latencyMs: (index * 37) % 2_000,
      tags: index % 5 === 0 ? ['test'] : [],
      occurredAt: new Date(Date.now() - index * 3_000_000).toISOString(),
    }),
  );
  for (const { requestId } of records.slice(0, 20).filter((_, index) => index % 2 === 0)) {
    await authorize(traffic, { requestId });
  }
  const answers = await Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      const shuffled = [...records].sort((a, b) =>
        digestOf(a.requestId + writer).localeCompare(digestOf(b.requestId + writer)),
      );
      const own: { recorded: number; duplicates: number; userErrors: readonly object[] }[] = [];
      for (let start = 0; start < shuffled.length; start += 100) {
        own.push(await recordUsage(traffic.gateway, shuffled.slice(start, start + 100)));
      }
      return own;
    }),
  );
  const sum = (field: 'recorded' | 'duplicates') => answers.flat().reduce((total, answer) => total + answer[field], 0);
  expect([sum('recorded'), sum('duplicates')]).toEqual([400, 2_800]);
  for (const { workspaceId } of both) {
    expect(await rowsOf(workspaceId, 'usage_records', 'count(*)')).toEqual([{ count: '200' }]);
    expect(await rowsOf(workspaceId, 'usage_hours', 'sum(requests)')).toEqual([{ sum: '200' }]);
    expect(await differencesOf(workspaceId)).toEqual([]);
  }
  expect(await repairUsage(server.database)).toEqual({ ledgers: 0, rollups: 0 });
});

test('what a key has spent since any moment follows from hours and days, whatever zones they are of', async () => {
  const traffic = await newTraffic();
  const { workspaceId, gateway } = traffic;
  const year = new Date(Date.now() - 320 * 24 * 3_600_000).getUTCFullYear();
  const start = Date.UTC(year, 9, 24);
  // Clocks that change, that are 45 minutes off, and where midnight comes twice; each day has something of each.
  for (const zone of ['UTC', 'Asia/Kathmandu', 'America/Havana', 'Australia/Lord_Howe', 'Europe/Berlin']) {
    await changeRows(server, workspaceId, 'time_zone = $1', [zone]);
    const records = Array.from({ length: 100 }, (_, index) => {
      const occurredAt = new Date(start + index * 137 * 60_000).toISOString();
      return usage(traffic, { occurredAt, cost: `0.${100 + index}` });
    });
    expect(await recordUsage(gateway, records)).toMatchObject({ recorded: records.length });
  }
  const wrong = await server.database.rows({
    text: `SELECT since FROM generate_series($4::timestamptz, $4::timestamptz + interval '9 days', interval '43 minutes') AS since
      WHERE spent_of_key($1, $2, $3, since) IS DISTINCT FROM (
        SELECT coalesce(sum(cost), 0) FROM usage_records
        WHERE organization_id = $1 AND virtual_key_id = $3 AND occurred_at >= since
      )`,
    values: [await organizationOf(server, workspaceId), uuidOf(workspaceId), uuidOf(traffic.keyId), new Date(start)],
  });
  expect(wrong).toEqual([]);
});

test('the repair finds what is wrong, makes it right, and finds nothing then', async () => {
  const traffic = await newTraffic({}, limited);
  const { workspaceId, configurationId: llmConfigurationId } = traffic;
  await recordUsage(traffic.gateway, [
    usage(traffic, { llmConfigurationId }),
    usage(traffic, {
      llmConfigurationId,
      latencyMs: 900,
      occurredAt: new Date(Date.now() - 40 * 24 * 3_600_000).toISOString(),
    }),
  ]);
  const content = async () => ({
    ledgers: await ledgersOf(workspaceId),
    hours: await rowsOf(workspaceId, 'usage_hours', '*', 'ORDER BY started_at'),
    days: await rowsOf(workspaceId, 'usage_days', '*', 'ORDER BY started_at'),
    latencies: await rowsOf(workspaceId, 'latency_days', '*', 'ORDER BY started_at'),
  });
  const before = await content();
  const change = async (text: string) =>
    server.database.rows({
      text: `${text} AND organization_id = $1 AND workspace_id = $2`,
      values: [await organizationOf(server, workspaceId), uuidOf(workspaceId)],
    });
  await change('UPDATE workspace_ledgers SET spent = spent + 1, reserved = 3 WHERE true');
  await change('UPDATE virtual_key_ledgers SET spent = 0 WHERE true');
  await change('UPDATE usage_hours SET requests = requests + 1, cost = 9 WHERE true');
  await change(`DELETE FROM usage_days WHERE started_at < now() - interval '30 days'`);
  await change(`UPDATE latency_days SET histogram = 1000001 WHERE started_at > now() - interval '30 days'`);
  await change('DELETE FROM latency_hours WHERE true');
  expect(await repairUsage(server.database)).toEqual({ ledgers: 2, rollups: expect.any(Number) });
  expect(await content()).toEqual(before);
  expect(await repairUsage(server.database)).toEqual({ ledgers: 0, rollups: 0 });
});
