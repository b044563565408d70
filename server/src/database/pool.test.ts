import { expect, test } from '@jest/globals';
import { createKey, createWorkspace, run } from '../testing/fixtures.js';
import { organizationIdOf } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { connect, holdObjects, untilWaiting } from '../testing/waiting.js';
import { prepare, sql } from './sql.js';

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
  // One connection after the other, as each has its own names.
  for (let time = 0; time < 2 * poolSize; time++) {
    const failing = server.database.sendAll(scope, [beside(), divide(0), beside()]);
    await expect(failing).rejects.toThrow('division by zero');
    const answers = await server.database.sendAll(scope, [beside(), divide(8), divide(10)]);
    expect(answers.map(({ rows }) => rows[0]?.[0])).toEqual(['beside a division', '125', '100']);
  }
});
