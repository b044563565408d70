import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type pg from 'pg';
import { createKey, createWorkspace, mutate, run } from '../testing/fixtures.js';
import {
  authorize,
  authorizeText,
  digestOf,
  type GatewayScene,
  newGatewayScene,
  requestOf,
} from '../testing/gateway.js';
import { organizationIdOf, uuidOf } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { connect, holdObjects, untilWaiting } from '../testing/waiting.js';
import { FairShares } from './fair-shares.js';
import { organization, prepare, sql } from './sql.js';

const poolSize = 6;
/** Three quarters, in whole connections. */
const share = 4;

useServer({ DATABASE_POOL_SIZE: String(poolSize) });

interface Tenant {
  readonly org: string;
  readonly owner: Person;
  readonly workspaceId: string;
}

async function newTenant(): Promise<Tenant> {
  const org = newOrganization();
  const owner = await person(server, { sub: 'owner', org });
  return { org, owner, workspaceId: await createWorkspace(server, owner) };
}

/** Creates keys, which waits for the workspace. */
function createKeys({ owner, workspaceId }: Tenant, count: number): Promise<unknown>[] {
  return Array.from({ length: count }, () => createKey(server, owner, { workspaceId }));
}

function keyCountOf({ owner, workspaceId }: Tenant): Promise<{ workspace: { activeKeyCount: number } }> {
  const query = 'query ($id: ID!) { workspace(id: $id) { activeKeyCount } }';
  return run(server, owner, query, { id: workspaceId });
}

test('an organization with forty slow requests has three quarters of the connections, and others are answered meanwhile', async () => {
  const [busy, other] = [await newTenant(), await newTenant()];
  const observer = await connect(server.databaseUrl);
  const release = await holdObjects(server, [busy.workspaceId]);
  const slow = createKeys(busy, 40);
  await untilWaiting(observer, share);
  for (let round = 1; round <= 10; round++) {
    await Promise.all(createKeys(other, 1));
    expect(await keyCountOf(other)).toEqual({ workspace: { activeKeyCount: round } });
    // The other thirty-six wait, but not for a connection.
    expect(server.database.connections.waiting).toBe(0);
    await untilWaiting(observer, share);
  }
  await release();
  expect(await Promise.all(slow)).toHaveLength(40);
  expect(await keyCountOf(busy)).toEqual({ workspace: { activeKeyCount: 40 } });
  await observer.end();
});

function usageOf({ key, configurationId }: GatewayScene): object {
  return {
    ...{ requestId: randomUUID(), keyDigest: digestOf(key.secret), model: 'fast', status: 'SUCCEEDED' },
    ...{ llmConfigurationId: configurationId, inputTokens: 1, outputTokens: 1, latencyMs: 1 },
    occurredAt: new Date().toISOString(),
  };
}

/** What of PostgreSQL works for the server, counted again and again while something goes on. */
async function mostAtOnce(observer: pg.Client, work: Promise<unknown>): Promise<number> {
  let most = 0;
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  work.then(end, end);
  while (!isOver) {
    const { rows } = await observer.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM pg_stat_activity WHERE datname = current_database()
         AND application_name = 'tokenvue-workspaces' AND state <> 'idle'`,
    );
    most = Math.max(most, rows[0]?.count ?? 0);
  }
  return most;
}

test('counted in PostgreSQL, an organization with a hot budget, reads, changes and people who leave never has more than its share', async () => {
  const scene = await newGatewayScene();
  const observer = await connect(server.databaseUrl);
  const holder = await connect(server.databaseUrl);
  await holder.query('BEGIN');
  await holder.query('SELECT FROM workspace_ledgers WHERE workspace_id = $1 FOR UPDATE', [uuidOf(scene.workspaceId)]);
  const times = <Result>(count: number, one: () => Promise<Result>) => Array.from({ length: count }, one);
  const record = () =>
    mutate(server, scene.service, {
      name: 'recordUsage',
      input: { records: [usageOf(scene)] },
      fields: 'recorded',
    });
  const leaving = new AbortController();
  const leave = () =>
    fetch(server.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${scene.service.token}` },
      body: JSON.stringify({ query: authorizeText('allowed'), variables: { input: requestOf(scene.key) } }),
      signal: leaving.signal,
    }).catch(() => {});
  const gateways = [...times(30, record), ...times(30, () => authorize(scene.service, requestOf(scene.key)))];
  const left = times(30, leave);
  await untilWaiting(observer, share);
  const other = await newTenant();
  const changes = times(20, () => createKey(server, scene.admin, { workspaceId: scene.workspaceId }));
  const others = (async () => {
    for (let round = 0; round < 10; round++) await keyCountOf(other);
    leaving.abort();
    await holder.end();
    await Promise.all([...gateways, ...left, ...changes]);
  })();
  // One more is the other's, and one is who holds the lock's.
  expect(await mostAtOnce(observer, others)).toBeLessThanOrEqual(share + 1);
  await others;
  await observer.end();
});

test('whose turn it is: each organization that waits has one after the other, and never more than its share', async () => {
  const shares = new FairShares(4);
  const entered: string[] = [];
  const take = (name: string, signal?: AbortSignal) => shares.take(name, signal).then(() => entered.push(name));
  const leaving = new AbortController();
  const waiting = [...'aaaaaaab'].map((name) => take(name));
  const gone = take('c', leaving.signal);
  waiting.push(...[...'bbcb'].map((name) => take(name)));
  leaving.abort(new Error('gone'));
  await expect(gone).rejects.toThrow('gone');
  expect(entered.join('')).toBe('aaab');
  for (const name of 'baaabbca') {
    shares.giveBack(name);
    await Promise.resolve();
  }
  await Promise.all(waiting);
  expect(entered.join('')).toBe('aaabcabababa');
});

test('of one request few statements are under way, however many it asks for and whatever fails among them', async () => {
  const tenant = await newTenant();
  const scope = { organizationId: await organizationIdOf(server, tenant.org), userId: null };
  const observer = await connect(server.databaseUrl);
  const holder = await connect(server.databaseUrl);
  await holder.query('BEGIN; LOCK TABLE workspaces');
  const database = server.database.within(scope);
  const asked = Array.from({ length: 480 }, (_, index) =>
    database.rows(
      index === 0
        ? sql`SELECT 1 / ${0}::integer`
        : sql`SELECT count(*) FROM workspaces w WHERE w.organization_id = ${organization}`,
    ),
  );
  const settled = Promise.allSettled(asked);
  await untilWaiting(observer, 2);
  await holder.end();
  const failed = (await settled).filter(({ status }) => status === 'rejected');
  expect(failed).toHaveLength(1);
  await observer.end();
});

test('requests that fail give their share of the connections back', async () => {
  const tenant = await newTenant();
  const scope = { organizationId: await organizationIdOf(server, tenant.org), userId: null };
  const fail = async () => {
    throw new Error('failed');
  };
  const failing = Array.from({ length: 3 * share }, () => server.database.within(scope).transaction(fail));
  const failed = (await Promise.allSettled(failing)).filter(({ status }) => status === 'rejected');
  expect(failed).toHaveLength(failing.length);
  expect(await Promise.all(createKeys(tenant, 2 * share))).toHaveLength(2 * share);
  expect(server.database.connections.waiting).toBe(0);
});

test('a named statement that failed the first time, and one beside it, work on the same connection afterwards', async () => {
  const { org } = await newTenant();
  const scope = { organizationId: await organizationIdOf(server, org), userId: null };
  const divide = (by: number) => prepare(sql`SELECT 1000 / ${by}::integer`);
  const beside = () => prepare(sql`SELECT 'beside a division'`);
  const limited = { limit: server.database.timeLimits.operation, signal: new AbortController().signal };
  // One connection after the other, as each has its own names.
  for (let time = 0; time < 2 * poolSize; time++) {
    const failing = server.database.sendAll(scope, [beside(), divide(0), beside()], limited);
    await expect(failing).rejects.toThrow('division by zero');
    const answers = await server.database.sendAll(scope, [beside(), divide(8), divide(10)], limited);
    expect(answers.map(({ rows }) => rows[0]?.[0])).toEqual(['beside a division', '125', '100']);
  }
});
