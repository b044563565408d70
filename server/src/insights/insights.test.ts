import { beforeAll, describe, expect, test } from '@jest/globals';
import { createWorkspace, idOfNothing, run } from '../testing/fixtures.js';
import { makeOldMonths } from '../testing/months.js';
import { changeRows, insertKeys, organizationOf, setRole, uuidOf } from '../testing/rows.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { recordUsage, seeded } from '../testing/usage-records.js';
import { server, useServer } from '../testing/use-server.js';

useServer();
beforeAll(makeOldMonths);

interface Group {
  readonly group: string;
  readonly virtualKey: { readonly id: string } | null;
  readonly requests: string;
  readonly cost: { readonly amount: string };
  readonly share: number;
}

interface Insights {
  readonly requests: string;
  readonly errorRate: number;
  readonly cost: { readonly amount: string; readonly currency: string };
  readonly costChange: number | null;
  readonly latencyMsP50: number | null;
  readonly latencyMsP95: number | null;
  readonly latencyMsP99: number | null;
  readonly topModels: readonly Group[];
  readonly topVirtualKeys: readonly Group[];
  readonly denials: readonly object[];
}

const group = 'group virtualKey { id } requests cost { amount } share';
const everything = `requests errorRate cost { amount currency } costChange latencyMsP50 latencyMsP95 latencyMsP99
  topModels { ${group} } topVirtualKeys { ${group} } denials { code model virtualKey { id } requests }`;

async function insightsOf(who: Person, id: string, range: object | null = null, fields = everything) {
  const query = `query ($id: ID!, $range: TimeRangeInput) { workspace(id: $id) { insights(range: $range) { ${fields} } } }`;
  const { workspace } = await run<{ workspace: { insights: Insights } }>(server, who, query, { id, range });
  return workspace.insights;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Midnight in UTC, so many days ago. */
function daysAgo(days: number): Date {
  return new Date(Math.floor(Date.now() / dayMs) * dayMs - days * dayMs);
}
const after = (time: Date, milliseconds: number) => new Date(time.getTime() + milliseconds);

async function workspaceWithKeys(count = 1) {
  const ada = await person(server, { sub: 'ada', org: newOrganization() });
  const id = await createWorkspace(server, ada);
  const keys = await insertKeys(
    server,
    id,
    Array.from({ length: count }, (_, index) => ({ name: `Key ${index}` })),
  );
  return { ada, id, keys, key: keys[0] ?? '' };
}

test('of a range without requests all is 0, empty or null', async () => {
  const { ada, id } = await workspaceWithKeys();
  expect(await insightsOf(ada, id)).toEqual({
    requests: '0',
    errorRate: 0,
    cost: { amount: '0.00', currency: 'USD' },
    costChange: null,
    latencyMsP50: null,
    latencyMsP95: null,
    latencyMsP99: null,
    topModels: [],
    topVirtualKeys: [],
    denials: [],
  });
});

test('requests, errors and cost are those of the range, and the change is against the one of equal length before', async () => {
  const { ada, id, key } = await workspaceWithKeys();
  const [from, to] = [daysAgo(2), daysAgo(1)];
  await recordUsage([
    { keyId: key, occurredAt: after(from, -dayMs - 1), cost: '100' },
    { keyId: key, occurredAt: after(from, -dayMs), cost: '1.5' },
    { keyId: key, occurredAt: after(from, -1), cost: '0.5' },
    { keyId: key, occurredAt: from, cost: '1', status: 'FAILED' },
    { keyId: key, occurredAt: after(from, hourMs), cost: '2' },
    { keyId: key, occurredAt: after(from, 2 * hourMs), status: 'BLOCKED' },
    { keyId: key, occurredAt: after(to, -1), status: 'CANCELLED' },
    { keyId: key, occurredAt: to, cost: '100' },
  ]);
  const fields = 'requests errorRate cost { amount } costChange';
  expect(await insightsOf(ada, id, { from, to }, fields)).toEqual({
    requests: '4',
    errorRate: 0.25,
    cost: { amount: '3.00' },
    costChange: 0.5,
  });
  // Of which the time before cost nothing.
  const long = { from: daysAgo(150), to: daysAgo(0) };
  expect(await insightsOf(ada, id, long, fields)).toMatchObject({ cost: { amount: '205.00' }, costChange: null });
  expect(await insightsOf(ada, id, { from: daysAgo(150), to: from }, fields)).toMatchObject({ requests: '3' });
});

test('without a range they are of the present budget period so far', async () => {
  const { ada, id, key } = await workspaceWithKeys();
  const [ledger] = await server.database.rows<{ start: Date }>({
    text: 'SELECT period_start AS start FROM workspace_ledgers WHERE workspace_id = $1',
    values: [uuidOf(id)],
  });
  const start = ledger?.start ?? new Date();
  await recordUsage([
    { keyId: key, occurredAt: new Date(), cost: '1' },
    { keyId: key, occurredAt: start, cost: '2' },
    { keyId: key, occurredAt: after(start, -1), cost: '4' },
  ]);
  expect(await insightsOf(ada, id, null, 'requests cost { amount }')).toEqual({
    requests: '2',
    cost: { amount: '3.00' },
  });
});

test('the ten dearest models and keys are told with their shares of the whole cost, dearest first', async () => {
  const { ada, id, keys } = await workspaceWithKeys(11);
  const at = daysAgo(1);
  // The model 0 costs nothing; the dearest one is 11.
  await recordUsage(
    Array.from({ length: 12 }, (_, index) => ({
      keyId: keys[index % keys.length] ?? '',
      occurredAt: at,
      model: `model ${index}`,
      cost: String(index),
    })),
  );
  const { topModels, topVirtualKeys } = await insightsOf(ada, id, { from: at, to: daysAgo(0) });
  expect(topModels.map(({ group, cost }) => [group, cost.amount])).toEqual(
    [11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((index) => [`model ${index}`, `${index}.00`]),
  );
  expect(topModels[0]).toMatchObject({ virtualKey: null, requests: '1', share: 11 / 66 });
  expect(topVirtualKeys).toHaveLength(10);
  // It was used for the models 0 and 11.
  expect(topVirtualKeys[0]).toEqual({
    group: keys[0],
    virtualKey: { id: keys[0] },
    requests: '2',
    cost: { amount: '11.00' },
    share: 11 / 66,
  });
});

test('the shares are 0 where nothing cost anything', async () => {
  const { ada, id, key } = await workspaceWithKeys();
  await recordUsage([{ keyId: key, occurredAt: daysAgo(1) }]);
  const { topModels, topVirtualKeys } = await insightsOf(ada, id, { from: daysAgo(2), to: daysAgo(0) });
  expect([topModels, topVirtualKeys]).toMatchObject([[{ share: 0, requests: '1' }], [{ share: 0, requests: '1' }]]);
});

test('the fifty most frequent denials of the range are told', async () => {
  const { ada, id, key } = await workspaceWithKeys();
  const at = daysAgo(1);
  const deny = async (hour: Date, code: string, model: string, requests: number) =>
    server.database.rows({
      text: 'INSERT INTO denial_hours VALUES ($1, $2, $3, $4, $5, $6, $7)',
      values: [await organizationOf(server, id), uuidOf(id), hour, uuidOf(key), code, model, requests],
    });
  await deny(at, 'RATE_LIMITED', 'fast', 70);
  await deny(after(at, hourMs), 'RATE_LIMITED', 'fast', 7);
  await deny(at, 'NO_ROUTE', 'fast', 75);
  await deny(after(at, -hourMs), 'NO_ROUTE', 'fast', 1_000);
  for (let index = 1; index <= 50; index++) await deny(at, 'MODEL_NOT_ALLOWED', `model ${index}`, index);
  const { denials } = await insightsOf(ada, id, { from: at, to: daysAgo(0) });
  const virtualKey = { id: key };
  expect(denials).toHaveLength(50);
  expect(denials.slice(0, 3)).toEqual([
    { code: 'RATE_LIMITED', model: 'fast', virtualKey, requests: '77' },
    { code: 'NO_ROUTE', model: 'fast', virtualKey, requests: '75' },
    { code: 'MODEL_NOT_ALLOWED', model: 'model 50', virtualKey, requests: '50' },
  ]);
  expect(denials[49]).toMatchObject({ requests: '3' });
});

describe('percentiles lie within 1 % of the exact ones', () => {
  /** The least that so many of 100 do not exceed. */
  function exact(latencies: readonly number[], percent: number): number {
    const sorted = [...latencies].sort((a, b) => a - b);
    return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Number.NaN;
  }

  function expectClose(insights: Insights, latencies: readonly number[]): void {
    const found = [insights.latencyMsP50, insights.latencyMsP95, insights.latencyMsP99];
    for (const [index, percent] of [50, 95, 99].entries()) {
      const value = exact(latencies, percent);
      const error = Math.abs((found[index] ?? Number.NaN) - value);
      expect({ percent, value, error, isClose: error <= value * 0.01 + 1e-9 }).toMatchObject({ isClose: true });
    }
  }

  const percentiles = 'latencyMsP50 latencyMsP95 latencyMsP99';
  const random = seeded(5);
  const exponential = (mean: number) => Math.round(-Math.log(1 - random()) * mean);

  test.each<[string, number, () => number]>([
    ['equal', 20, () => 1_234],
    ['none at all', 3, () => 0],
    ['a few milliseconds', 300, () => Math.floor(random() * 12)],
    ['usual', 1_000, () => 200 + exponential(1_500)],
    ['over all sizes', 1_000, () => Math.floor(10 ** (random() * 7.9))],
    ['mostly fast and some very slow', 500, () => (random() < 0.9 ? exponential(20) : 60_000 + exponential(50_000))],
    ['one', 1, () => 86_399_999],
    ['two', 2, () => exponential(1_000)],
  ])('of latencies that are %s', async (_what, count, next) => {
    const { ada, id, key } = await workspaceWithKeys();
    const latencies = Array.from({ length: count }, next);
    await recordUsage(latencies.map((latencyMs) => ({ keyId: key, occurredAt: daysAgo(1), latencyMs })));
    expectClose(await insightsOf(ada, id, { from: daysAgo(2), to: daysAgo(0) }, percentiles), latencies);
  });

  test('over many days, in zones that changed meanwhile', async () => {
    const { ada, id, key } = await workspaceWithKeys();
    const first = daysAgo(300);
    const records: { at: Date; latencyMs: number }[] = [];
    for (const zone of ['America/Havana', 'Asia/Kolkata', 'Europe/Berlin']) {
      await changeRows(server, id, 'time_zone = $1', [zone]);
      const batch = Array.from({ length: 900 }, () => {
        // In the middle of an hour of every zone, so that the hour's start is in a range just when the request is.
        const at = after(first, Math.floor(random() * 300 * 24) * hourMs + 50 * 60_000);
        return { at, latencyMs: exponential(1 + (at.getTime() - first.getTime()) / dayMs) };
      });
      await recordUsage(batch.map(({ at, latencyMs }) => ({ keyId: key, occurredAt: at, latencyMs })));
      records.push(...batch);
    }
    for (const [from, to] of [
      [first, daysAgo(0)],
      [daysAgo(200), after(daysAgo(100), 5 * hourMs)],
      [after(daysAgo(31), 7 * hourMs), daysAgo(9)],
    ] as const) {
      // An hour of Kolkata begins half an hour later, and one that began before the range is not in it.
      const inRange = records.filter(({ at }) => at >= from && at < to).map(({ latencyMs }) => latencyMs);
      expectClose(await insightsOf(ada, id, { from, to }, percentiles), inRange);
    }
  });
});

test('what is not asked for is not read', async () => {
  const { ada, id } = await workspaceWithKeys();
  const count = async (fields: string) => {
    const { statements } = await recordStatements(() => insightsOf(ada, id, null, fields));
    // The workspace itself is the other.
    return statements.length - 1;
  };
  expect(await count('__typename')).toBe(0);
  expect(await count('requests')).toBe(1);
  expect(await count('latencyMsP50 latencyMsP99')).toBe(1);
  expect(await count('denials { requests }')).toBe(1);
  expect(await count('topModels { group }')).toBe(1);
  expect(await count(everything)).toBe(4);
  const { statements } = await recordStatements(() => insightsOf(ada, id, null, 'requests cost { amount }'));
  expect(statements.join(' ')).not.toContain('GROUP BY');
});

test('a page of workspaces takes one statement for the same insights of all', async () => {
  const ada = await person(server, { sub: 'ada', org: newOrganization() });
  const ids = [await createWorkspace(server, ada), await createWorkspace(server, ada)];
  for (const [index, id] of ids.entries()) {
    const keys = await insertKeys(server, id, [{ name: 'Key' }]);
    await recordUsage(keys.map((keyId) => ({ keyId, occurredAt: new Date(), cost: String(index + 1) })));
  }
  const { result, statements, messages } = await recordStatements(() =>
    run<{ workspaces: { nodes: { id: string; insights: { cost: object } }[] } }>(
      server,
      ada,
      '{ workspaces { nodes { id insights { cost { amount } latencyMsP50 } } } }',
    ),
  );
  const found = new Map(result.workspaces.nodes.map(({ id, insights }) => [id, insights]));
  expect(ids.map((id) => found.get(id))).toMatchObject([{ cost: { amount: '1.00' } }, { cost: { amount: '2.00' } }]);
  expect([statements.length, messages]).toEqual([3, 2]);
});

test('whoever sees the workspace reads them; a stranger gets the same answer as for a missing workspace', async () => {
  const org = newOrganization();
  const ada = await person(server, { sub: 'ada', org });
  const [viewer, stranger] = [await person(server, { sub: 'eve', org }), await person(server, { sub: 'mallory', org })];
  const id = await createWorkspace(server, ada);
  await setRole(server, [id], viewer, 'VIEWER');
  expect(await insightsOf(viewer, id)).toMatchObject({ requests: '0' });
  const now = new Date().toISOString();
  for (const range of ['', `(range: { from: "${now}", to: "${now}" })`]) {
    const answers = await Promise.all(
      [id, idOfNothing('Workspace')].map(async (of) => {
        const query = `{ workspace(id: "${of}") { insights${range} { requests } } }`;
        const { data, errors } = await server.request({ token: stranger.token, query });
        return { data, errors };
      }),
    );
    expect(answers).toEqual(Array(2).fill({ data: { workspace: null }, errors: undefined }));
  }
});
