import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { breakAudit, createWorkspace, mutate, run } from '../testing/fixtures.js';
import { organizationIdOf } from '../testing/rows.js';
import {
  newOrganization,
  type Person,
  person,
  signToken,
  startTestServer,
  type TestServer,
  type TokenClaims,
} from '../testing/test-server.js';
import { connect, untilWaiting } from '../testing/waiting.js';

const poolSize = 3;

let server: TestServer;
let org: string;
let ada: Person;
/** Holds the directory of the organization as a sync does, until it is released. */
let sync: pg.Client;
beforeEach(async () => {
  server = await startTestServer({ DATABASE_POOL_SIZE: String(poolSize) });
  org = newOrganization();
  ada = await person(server, { sub: 'ada', org, iat: secondsAgo(60), name: 'Ada' });
  sync = await connect(server.databaseUrl);
  await hold(org);
});
afterEach(async () => {
  await sync.end();
  await server.close();
});

/** With `UPDATE` as a sync does, with `KEY SHARE` as a sign-in does. */
async function hold(organization: string, strength: 'UPDATE' | 'KEY SHARE' = 'UPDATE'): Promise<void> {
  await sync.query('BEGIN');
  await sync.query(`SELECT FROM directories d WHERE d.organization_id = $1 FOR ${strength}`, [
    await organizationIdOf(server, organization),
  ]);
}

const release = () => sync.query('COMMIT');

/** An admin of an organization of their own, whose directory nobody holds. */
async function newAdmin(): Promise<Person & { readonly org: string }> {
  const admin = { sub: 'root', org: newOrganization(), org_role: 'admin' };
  return { ...(await person(server, admin)), org: admin.org };
}

/** Sends a sync that makes a user, and a team of these people. */
function makeTeam(admin: Person, name: string, subjects: readonly string[] = [name]) {
  return mutate<{ usersChanged: number; teamsChanged: number }>(server, admin, {
    name: 'syncTeamAccess',
    input: { users: [{ subject: name, name, email: '' }], teams: [{ externalId: name, name, subjects }] },
    fields: 'usersChanged teamsChanged',
  });
}

const made = { usersChanged: 1, teamsChanged: 1, userErrors: [] };

/** What the directory says of its syncs. */
async function directoryOf(organization: string) {
  const [row] = await server.database.rows<{ syncedAt: Date | null; wantedUntil: Date | null }>({
    text: `SELECT d.synced_at AS "syncedAt", d.sync_wanted_until AS "wantedUntil"
      FROM directories d JOIN organizations o ON o.id = d.organization_id WHERE o.external_id = $1`,
    values: [organization],
  });
  return row;
}

function secondsAgo(seconds: number): number {
  return Math.floor(Date.now() / 1_000) - seconds;
}

async function ask(claims: TokenClaims) {
  const token = await signToken(claims);
  return server.request<{ viewer: { user: { id: string; name: string } } }>({
    token,
    query: '{ viewer { user { id name } } }',
  });
}

async function nameOf(token: string): Promise<object> {
  const query = '{ viewer { user { id name } } }';
  return (await run<{ viewer: { user: object } }>(server, { id: '', token }, query)).viewer.user;
}

/** People who come to the organization for the first time. */
function newcomers(count: number, organization = org) {
  return Array.from({ length: count }, (_, index) => ask({ sub: `newcomer ${index}`, org: organization }));
}

test('sign-ins that wait for a sync take no connection from other organizations, and are done after it', async () => {
  const waiting = newcomers(4 * poolSize);
  await delay(200);
  const others = async () => {
    await createWorkspace(server, await person(server, { sub: 'eve', org: newOrganization() }));
    return fetch(new URL('/health/ready', server.endpoint));
  };
  expect(await Promise.race([others(), ...waiting])).toMatchObject({ ok: true, status: 200 });
  await release();
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(waiting.map(() => 200));
});

test('a known person goes on as known while the sync is under way, and is brought in line after it', async () => {
  const token = await signToken({ sub: 'ada', org, name: 'Ada King' });
  expect(await nameOf(token)).toEqual({ id: ada.id, name: 'Ada' });
  await release();
  expect(await nameOf(token)).toEqual({ id: ada.id, name: 'Ada King' });
});

test('somebody unknown is told to come again when that takes longer than an operation may', async () => {
  const impatient = await startTestServer({ DATABASE_URL: server.databaseUrl, OPERATION_TIMEOUT_MS: '300' });
  const token = await signToken({ sub: 'bob', org });
  const { status, headers, errors } = await impatient.request({ token, query: '{ viewer { user { id } } }' });
  await impatient.close();
  expect([status, headers.get('retry-after')]).toEqual([503, '1']);
  expect(errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
});

test('syncs of one organization that wait for each other take one connection at the most', async () => {
  await release();
  const admin = await newAdmin();
  await hold(admin.org);
  const syncs = Array.from({ length: 4 * poolSize }, (_, index) => makeTeam(admin, `new ${index}`));
  await delay(200);
  const other = person(server, { sub: 'eve', org: newOrganization() }).then((eve) => createWorkspace(server, eve));
  expect(await Promise.race([other, ...syncs])).toEqual(await other);
  await release();
  expect(await Promise.all(syncs)).toEqual(syncs.map(() => made));
});

test('a sync that has waited does not take back the last word of the one that it waited for', async () => {
  await release();
  const admin = await newAdmin();
  await hold(admin.org, 'KEY SHARE');
  const waiting = makeTeam(admin, 'new');
  await untilWaiting(sync);
  // As a sync of another server that was faster.
  const { rows } = await sync.query<{ syncedAt: Date }>(
    `UPDATE directories SET synced_at = statement_timestamp() WHERE organization_id = $1
     RETURNING synced_at AS "syncedAt"`,
    [await organizationIdOf(server, admin.org)],
  );
  await release();
  expect(await waiting).toEqual(made);
  expect(await directoryOf(admin.org)).toEqual({ syncedAt: rows[0]?.syncedAt, wantedUntil: null });
});

test('a sync that is refused lets the one that waits for it go on', async () => {
  await release();
  const admin = await newAdmin();
  await hold(admin.org);
  const refused = makeTeam(admin, 'first', ['nobody']);
  await untilWaiting(sync);
  const waiting = makeTeam(admin, 'second');
  await delay(100);
  await release();
  expect((await refused).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  expect(await waiting).toEqual(made);
});

describe('a sync that waits for sign-ins', () => {
  /** The sync waits for a sign-in that has begun. */
  async function newWait() {
    await release();
    const admin = await newAdmin();
    const bob = await person(server, { sub: 'bob', org: admin.org, iat: secondsAgo(60), name: 'Bob' });
    await hold(admin.org, 'KEY SHARE');
    const syncing = makeTeam(admin, 'new');
    await untilWaiting(sync);
    return { org: admin.org, bob, syncing };
  }

  test('waits for those that have begun and for none that comes later, so that its turn comes', async () => {
    const wait = await newWait();
    const later = newcomers(3, wait.org);
    expect(await Promise.race([...later, delay(300, 'they wait')])).toBe('they wait');
    await release();
    expect(await wait.syncing).toEqual(made);
    expect((await Promise.all(later)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test('lets who is known go on as known, and has them brought in line after it', async () => {
    const wait = await newWait();
    const token = await signToken({ sub: 'bob', org: wait.org, name: 'Robert' });
    expect(await nameOf(token)).toEqual({ id: wait.bob.id, name: 'Bob' });
    await release();
    await wait.syncing;
    expect(await nameOf(token)).toEqual({ id: wait.bob.id, name: 'Robert' });
  });
});

describe('sign-ins do not wait any more for a sync', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['was done', () => makeTeam(ada, 'new')],
    ['was refused', () => makeTeam(ada, 'new', ['nobody'])],
    ['failed', () => failingSync()],
  ])('that %s', async (_case, send) => {
    await release();
    ada = { ...ada, ...(await person(server, { sub: 'ada', org, org_role: 'admin' })) };
    await send();
    expect((await directoryOf(org))?.wantedUntil).toBeNull();
    expect((await ask({ sub: 'bob', org })).status).toBe(200);
  });

  test('whose server ended while it waited, once its mark has run out', async () => {
    await release();
    await server.database.rows({
      text: `UPDATE directories SET sync_wanted_until = now() + interval '600 ms' WHERE organization_id = $1`,
      values: [await organizationIdOf(server, org)],
    });
    const start = performance.now();
    expect((await ask({ sub: 'bob', org })).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(400);
  });

  async function failingSync(): Promise<void> {
    const mend = await breakAudit(server, org);
    await expect(makeTeam(ada, 'new')).rejects.toThrow('INTERNAL_SERVER_ERROR');
    await mend();
  }
});
