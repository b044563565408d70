import { beforeAll, expect, test } from '@jest/globals';
import { newConfiguration } from '../testing/configurations.js';
import { createWorkspace, idOfNothing, run } from '../testing/fixtures.js';
import { makeOldMonths } from '../testing/months.js';
import { changeRows, insertKeys, organizationOf, setRole, uuidOf } from '../testing/rows.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { recordUsage, seeded, type UsageFixture } from '../testing/usage-records.js';
import { server, useServer } from '../testing/use-server.js';

useServer();
beforeAll(makeOldMonths);

interface Bucket {
  readonly start: string;
  readonly group: string | null;
  readonly isOther: boolean;
  readonly virtualKey: { readonly id: string; readonly name: string } | null;
  readonly requests: string;
  readonly errors: string;
  readonly inputTokens: string;
  readonly outputTokens: string;
  readonly cost: { readonly amount: string; readonly currency: string };
}

const fields =
  'start group isOther virtualKey { id name } requests errors inputTokens outputTokens cost { amount currency }';
const usageQuery = `query (
  $id: ID!, $range: TimeRangeInput, $granularity: UsageGranularity! = DAY, $groupBy: UsageDimension, $groups: Int
) {
  workspace(id: $id) {
    usage(range: $range, granularity: $granularity, groupBy: $groupBy, groups: $groups) { ${fields} }
  }
}`;

async function usageOf(who: Person, id: string, variables: object = {}): Promise<readonly Bucket[]> {
  const { workspace } = await run<{ workspace: { usage: Bucket[] } }>(server, who, usageQuery, { id, ...variables });
  return workspace.usage;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Midnight in UTC, so many days ago. */
function daysAgo(days: number): Date {
  return new Date(Math.floor(Date.now() / dayMs) * dayMs - days * dayMs);
}
const after = (time: Date, milliseconds: number) => new Date(time.getTime() + milliseconds);

async function workspaceWithKeys(count = 1, timeZone = 'UTC') {
  const ada = await person(server, { sub: 'ada', org: newOrganization() });
  const id = await createWorkspace(server, ada);
  await changeRows(server, id, 'time_zone = $1', [timeZone]);
  const keys = await insertKeys(
    server,
    id,
    Array.from({ length: count }, (_, index) => ({ name: `Key ${index}` })),
  );
  return { ada, id, keys, key: keys[0] ?? '' };
}

test('a bucket sums what the requests of a day used; days without any are left out', async () => {
  const { ada, id, key } = await workspaceWithKeys();
  const [first, third] = [daysAgo(3), daysAgo(1)];
  await recordUsage([
    { keyId: key, occurredAt: after(first, hourMs), inputTokens: 10, outputTokens: 1, cost: '0.1' },
    { keyId: key, occurredAt: after(first, dayMs - 1), inputTokens: 20, status: 'FAILED', cost: '0.02345678' },
    { keyId: key, occurredAt: after(first, 2 * hourMs), status: 'BLOCKED' },
    { keyId: key, occurredAt: third, outputTokens: 5, cost: '2' },
  ]);
  const all = { group: null, isOther: false, virtualKey: null };
  expect(await usageOf(ada, id, { range: { from: first, to: daysAgo(0) } })).toEqual([
    {
      ...all,
      start: first.toISOString(),
      requests: '3',
      errors: '1',
      inputTokens: '30',
      outputTokens: '1',
      cost: { amount: '0.12345678', currency: 'USD' },
    },
    {
      ...all,
      start: third.toISOString(),
      requests: '1',
      errors: '0',
      inputTokens: '0',
      outputTokens: '5',
      cost: { amount: '2.00', currency: 'USD' },
    },
  ]);
});

test('without a range it is the present budget period so far, in days', async () => {
  const { ada, id, key } = await workspaceWithKeys();
  const now = new Date();
  const [ledger] = await server.database.rows<{ start: Date }>({
    text: 'SELECT period_start AS start FROM workspace_ledgers WHERE workspace_id = $1',
    values: [uuidOf(id)],
  });
  const start = ledger?.start ?? now;
  await recordUsage([start, now, after(start, -1)].map((occurredAt) => ({ keyId: key, occurredAt, cost: '1' })));
  const buckets = await usageOf(ada, id);
  expect(buckets[0]?.start).toBe(start.toISOString());
  expect(buckets.reduce((sum, { requests }) => sum + Number(requests), 0)).toBe(2);
  expect(await usageOf(ada, id, { granularity: 'MONTH' })).toMatchObject([
    { start: start.toISOString(), requests: '2' },
  ]);
});

test("a range is widened to whole hours of the workspace's time zone, and a bucket may begin before it", async () => {
  // Half past by UTC is the full hour in India, and a quarter to it in Nepal.
  const { ada, id, key } = await workspaceWithKeys(1, 'Asia/Kathmandu');
  const full = after(daysAgo(2), 15 * 60_000);
  const times = [-1, 0, hourMs - 1, hourMs].map((offset) => ({ keyId: key, occurredAt: after(full, offset) }));
  await recordUsage(times);
  const range = { from: after(full, 1_000), to: after(full, 2_000) };
  expect(await usageOf(ada, id, { range, granularity: 'HOUR' })).toMatchObject([
    { start: full.toISOString(), requests: '2' },
  ]);
  // What begins with an hour does not reach into it.
  expect(await usageOf(ada, id, { range: { from: range.from, to: after(full, hourMs) } })).toMatchObject([
    { start: after(daysAgo(3), 18.25 * hourMs).toISOString(), requests: '2' },
  ]);
});

/** The buckets as they follow from the records, by the zone that each was recorded in. */
async function recomputed(id: string, range: { from: Date; to: Date }, granularity: string) {
  const starts = {
    HOUR: `date_trunc('hour', u.occurred_at, u.time_zone)`,
    DAY: `date_trunc('day', u.occurred_at, u.time_zone)`,
    MONTH: `date_trunc('month', date_trunc('day', u.occurred_at, u.time_zone) + interval '12 hours', w.time_zone)`,
  };
  const hour = `date_trunc('hour', u.occurred_at, u.time_zone)`;
  const rows = await server.database.rows<{ start: Date }>({
    text: `SELECT ${starts[granularity as keyof typeof starts]} AS start, count(*)::text AS requests,
        (count(*) FILTER (WHERE u.status = 'FAILED'))::text AS errors, sum(input_tokens)::text AS "inputTokens",
        sum(output_tokens)::text AS "outputTokens", to_char(sum(cost), 'FM999999990.00999999') AS cost
      FROM usage_records u JOIN workspaces w ON w.id = u.workspace_id
      WHERE u.workspace_id = $1 AND ${hour} >= date_trunc('hour', $2::timestamptz, w.time_zone)
        AND ${hour} < date_trunc('hour', date_trunc('hour', $3::timestamptz - interval '1 ms', w.time_zone)
          + interval '1 hour', w.time_zone)
      GROUP BY 1 ORDER BY 1`,
    values: [uuidOf(id), range.from, range.to],
  });
  return rows.map((row) => ({ ...row, start: row.start.toISOString() }));
}

test('every range equals what follows from the records, whatever zones they were recorded in', async () => {
  const { ada, id, keys } = await workspaceWithKeys(3);
  const random = seeded(4);
  const zones = ['UTC', 'America/Havana', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Auckland', 'Europe/Berlin'];
  const first = daysAgo(365);
  for (const zone of zones) {
    await changeRows(server, id, 'time_zone = $1', [zone]);
    const records = Array.from(
      { length: 700 },
      (_, index): UsageFixture => ({
        keyId: keys[index % keys.length] ?? '',
        // A minute within an hour of its change of clocks is likely as well.
        occurredAt: after(first, Math.floor(random() * 365 * 24) * hourMs + Math.floor(random() * hourMs)),
        model: `model ${index % 4}`,
        status: index % 5 === 0 ? 'FAILED' : 'SUCCEEDED',
        inputTokens: index,
        outputTokens: 1,
        cost: (random() * 0.1).toFixed(8),
      }),
    );
    await recordUsage(records);
  }
  for (const zone of ['Europe/Berlin', 'Australia/Lord_Howe', 'America/Havana']) {
    await changeRows(server, id, 'time_zone = $1', [zone]);
    for (let round = 0; round < 8; round++) {
      const from = after(first, Math.floor(random() * 300 * dayMs));
      // From an hour to the whole year.
      const to = after(from, Math.ceil(hourMs * (366 * 24) ** random()));
      const range = { from, to };
      for (const granularity of ['HOUR', 'DAY', 'MONTH']) {
        const buckets = await usageOf(ada, id, { range, granularity });
        const found = buckets.map(({ start, requests, errors, inputTokens, outputTokens, cost }) => {
          return { start, requests, errors, inputTokens, outputTokens, cost: cost.amount };
        });
        expect({ zone, granularity, range, found }).toEqual({
          zone,
          granularity,
          range,
          found: await recomputed(id, range, granularity),
        });
      }
    }
  }
});

test('groups are models, providers, keys or statuses: of each start the dearest first, of equal ones by name', async () => {
  const { ada, id, keys } = await workspaceWithKeys(2);
  const [one = '', two = ''] = keys;
  const openai = await newConfiguration(ada, id);
  const mistral = await newConfiguration(ada, id, { provider: 'MISTRAL' });
  const at = daysAgo(1);
  await recordUsage([
    { keyId: one, occurredAt: at, model: 'b', llmConfigurationId: openai, cost: '3' },
    { keyId: one, occurredAt: at, model: 'a', llmConfigurationId: mistral, cost: '1', status: 'CANCELLED' },
    { keyId: two, occurredAt: at, model: 'c', cost: '1', status: 'BLOCKED' },
    { keyId: two, occurredAt: daysAgo(2), model: 'c', cost: '0.5', status: 'BLOCKED' },
  ]);
  const range = { from: daysAgo(2), to: daysAgo(0) };
  const grouped = async (groupBy: string) => {
    const buckets = await usageOf(ada, id, { range, groupBy });
    return buckets.map(({ start, group, cost }) => [start === at.toISOString() ? 1 : 2, group, cost.amount]);
  };
  expect(await grouped('MODEL')).toEqual([
    [2, 'c', '0.50'],
    [1, 'b', '3.00'],
    [1, 'a', '1.00'],
    [1, 'c', '1.00'],
  ]);
  expect(await grouped('PROVIDER')).toEqual([
    [2, null, '0.50'],
    [1, 'OPENAI', '3.00'],
    [1, 'MISTRAL', '1.00'],
    [1, null, '1.00'],
  ]);
  expect(await grouped('STATUS')).toEqual([
    [2, 'BLOCKED', '0.50'],
    [1, 'SUCCEEDED', '3.00'],
    [1, 'BLOCKED', '1.00'],
    [1, 'CANCELLED', '1.00'],
  ]);
  const byKey = await usageOf(ada, id, { range, groupBy: 'VIRTUAL_KEY' });
  expect(byKey.map(({ group, virtualKey }) => [group, virtualKey])).toEqual([
    [two, { id: two, name: 'Key 1' }],
    [one, { id: one, name: 'Key 0' }],
    [two, { id: two, name: 'Key 1' }],
  ]);
});

test('groups keeps the dearest so many of the whole range, and takes the others together', async () => {
  const { ada, id, key } = await workspaceWithKeys();
  const costs = { cheap: ['5', '0'], dear: ['0', '9'], dearer: ['4', '8'], free: ['0', '0'] };
  const days = [daysAgo(2), daysAgo(1)];
  await recordUsage(
    Object.entries(costs).flatMap(([model, ofDays]) =>
      ofDays.map((cost, day) => ({ keyId: key, occurredAt: days[day] ?? new Date(), model, cost, inputTokens: 1 })),
    ),
  );
  const variables = { range: { from: daysAgo(2), to: daysAgo(0) }, groupBy: 'MODEL' };
  const told = (buckets: readonly Bucket[]) =>
    buckets.map(({ group, isOther, requests, cost }) => [group, isOther, requests, cost.amount]);
  expect(told(await usageOf(ada, id, { ...variables, groups: 2 }))).toEqual([
    ['dearer', false, '1', '4.00'],
    ['dear', false, '1', '0.00'],
    [null, true, '2', '5.00'],
    ['dear', false, '1', '9.00'],
    ['dearer', false, '1', '8.00'],
    [null, true, '2', '0.00'],
  ]);
  expect((await usageOf(ada, id, { ...variables, groups: 4 })).every(({ isOther }) => !isOther)).toBe(true);
  // Without a dimension there is but one group.
  expect(await usageOf(ada, id, { ...variables, groupBy: null, groups: 1 })).toHaveLength(2);
});

const [from, to] = ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z'];

test.each([
  ['groups', 'groups below 1', { groupBy: 'MODEL', groups: 0 }],
  ['range', 'a range that ends where it begins', { range: { from, to: from } }],
  ['range', 'a range that ends before it begins', { range: { from: to, to: from } }],
  ['range', 'a range of more than 366 days', { range: { from, to: '2027-01-02T00:00:00.001Z' } }],
])('an error names the argument %s for %s', async (argument, _what, variables) => {
  const { ada, id } = await workspaceWithKeys(0);
  const answer = await server.request({ token: ada.token, query: usageQuery, variables: { id, ...variables } });
  expect(answer.errors).toMatchObject([
    { message: expect.stringContaining(`"${argument}"`), extensions: { code: 'BAD_USER_INPUT' } },
  ]);
});

test('366 days are a range', async () => {
  const { ada, id } = await workspaceWithKeys(0);
  expect(await usageOf(ada, id, { range: { from, to: '2027-01-02T00:00:00.000Z' } })).toEqual([]);
});

/** An hour of usage after the other, of each of these models. */
async function fillHours(id: string, hours: number, models: number): Promise<void> {
  await server.database.rows({
    text: `INSERT INTO usage_hours SELECT $1::uuid, $2::uuid, hour, date_trunc('day', hour, 'UTC'),
        '00000000-0000-0000-0000-000000000000', 'model ' || model, NULL, 'SUCCEEDED', 1, 1, 1, model
      FROM generate_series($3::timestamptz, $3::timestamptz + ($4::integer - 1) * interval '1 hour', interval '1 hour') AS hour,
        generate_series(1, $5::integer) AS model`,
    values: [await organizationOf(server, id), uuidOf(id), from, hours, models],
  });
}

test('more than 20,000 buckets are refused with a coarser granularity, which is counted after groups', async () => {
  const { ada, id } = await workspaceWithKeys(0);
  await fillHours(id, 5_000, 4);
  const range = { from, to: '2026-12-01T00:00:00.000Z' };
  const byModel = { range, granularity: 'HOUR', groupBy: 'MODEL' };
  expect(await usageOf(ada, id, byModel)).toHaveLength(20_000);
  await server.database.rows({
    text: `INSERT INTO usage_hours SELECT organization_id, workspace_id, started_at, day_started_at, virtual_key_id, 'another',
        provider, status, 1, 1, 1, 1 FROM usage_hours WHERE workspace_id = $1 LIMIT 1`,
    values: [uuidOf(id)],
  });
  const answer = await server.request({ token: ada.token, query: usageQuery, variables: { id, ...byModel } });
  expect(answer.errors).toMatchObject([
    { message: expect.stringContaining('such as DAY'), extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  expect((await usageOf(ada, id, { ...byModel, groups: 1 })).length).toBeLessThanOrEqual(10_000);
  expect((await usageOf(ada, id, { ...byModel, groupBy: null })).length).toBe(5_000);
});

test('the buckets of all fields of an operation are counted together', async () => {
  const { ada, id } = await workspaceWithKeys(0);
  const other = await createWorkspace(server, ada);
  for (const workspaceId of [id, other]) await fillHours(workspaceId, 6_000, 1);
  const usage = `usage(range: { from: "${from}", to: "2026-12-01T00:00:00.000Z" }, granularity: HOUR`;
  const send = (fields: string) =>
    server.request({ token: ada.token, query: `{ workspaces { nodes { ${fields} } } }` });
  const twice = await send(`a: ${usage}) { start }`);
  expect(twice.errors).toBeUndefined();
  for (const groups of [', groupBy: MODEL', '']) {
    const fourTimes = await send(`a: ${usage}) { start } b: ${usage}${groups}) { start }`);
    expect(fourTimes.errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  }
});

test('what the keys of buckets are asked for counts as often as there are buckets', async () => {
  const { ada, id, key } = await workspaceWithKeys();
  await fillHours(id, 300, 1);
  await server.database.rows({
    text: 'UPDATE usage_hours SET virtual_key_id = $2 WHERE workspace_id = $1',
    values: [uuidOf(id), uuidOf(key)],
  });
  const send = (ofKey: string) =>
    server.request({
      token: ada.token,
      query: `query ($size: Int = 1) { workspace(id: "${id}") {
        usage(range: { from: "${from}", to: "2026-12-01T00:00:00.000Z" }, granularity: HOUR, groupBy: VIRTUAL_KEY) {
          virtualKey { id workspace { members(first: $size) { totalCount } } ...of } } } }
        fragment of on VirtualKey { ${ofKey} }`,
    });
  expect((await send('name')).errors).toBeUndefined();
  const { errors } = await send('workspace { all: members(first: 100) { nodes { id } } }');
  expect(errors?.[0]).toMatchObject({
    message: expect.stringContaining('values of their keys'),
    extensions: { code: 'BAD_USER_INPUT' },
  });
});

test('a page of workspaces takes one statement for the same usage of all', async () => {
  const ada = await person(server, { sub: 'ada', org: newOrganization() });
  const ids = [await createWorkspace(server, ada), await createWorkspace(server, ada)];
  const at = daysAgo(1);
  for (const [index, id] of ids.entries()) {
    const keys = await insertKeys(server, id, [{ name: 'Key' }]);
    await recordUsage(keys.map((keyId) => ({ keyId, occurredAt: at, inputTokens: index + 1 })));
  }
  const query = `{ workspaces { nodes { id
    usage(range: { from: "${at.toISOString()}", to: "${daysAgo(0).toISOString()}" }) { inputTokens } } } }`;
  const { result, statements } = await recordStatements(() =>
    run<{ workspaces: { nodes: { id: string; usage: object[] }[] } }>(server, ada, query),
  );
  const found = new Map(result.workspaces.nodes.map(({ id, usage }) => [id, usage]));
  expect(ids.map((id) => found.get(id))).toEqual([[{ inputTokens: '1' }], [{ inputTokens: '2' }]]);
  expect(statements).toHaveLength(2);
});

test('whoever sees the workspace reads its usage; a stranger gets the same answer as for a missing workspace', async () => {
  const org = newOrganization();
  const ada = await person(server, { sub: 'ada', org });
  const [viewer, stranger] = [await person(server, { sub: 'eve', org }), await person(server, { sub: 'mallory', org })];
  const id = await createWorkspace(server, ada);
  const keys = await insertKeys(server, id, [{ name: 'Key' }]);
  await recordUsage(keys.map((keyId) => ({ keyId, occurredAt: new Date() })));
  await setRole(server, [id], viewer, 'VIEWER');
  expect(await usageOf(viewer, id)).toHaveLength(1);
  const asked = (workspaceId: string, variables: object = {}) =>
    server.request({ token: stranger.token, query: usageQuery, variables: { id: workspaceId, ...variables } });
  for (const variables of [{}, { groups: 0 }]) {
    const { data, errors } = await asked(id, variables);
    expect({ data, errors }).toEqual({ data: { workspace: null }, errors: undefined });
    expect((await asked(idOfNothing('Workspace'), variables)).data).toEqual(data);
  }
});
