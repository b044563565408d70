import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import { createWorkspace, mutate, run, uuidOf } from '../testing/fixtures.js';
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
  await sync.query(`SELECT pg_advisory_lock(1, hashtext(id::text)) FROM organizations WHERE external_id = $1`, [org]);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await sync.end();
  await server.close();
});

const release = () => sync.query('SELECT pg_advisory_unlock_all()');

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

/** People who come to the organization for the first time. */
function newcomers(count: number) {
  return Array.from({ length: count }, (_, index) => ask({ sub: `newcomer ${index}`, org }));
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
  const name = async () => {
    const { viewer } = await run<{ viewer: { user: object } }>(
      server,
      { ...ada, token },
      '{ viewer { user { id name } } }',
    );
    return viewer.user;
  };
  expect(await name()).toEqual({ id: ada.id, name: 'Ada' });
  await release();
  expect(await name()).toEqual({ id: ada.id, name: 'Ada King' });
});

test('somebody unknown is told after twenty seconds that it did not work', async () => {
  const waiting = ask({ sub: 'bob', org });
  await delay(200);
  const now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => now + 20_000);
  const { status, errors } = await waiting;
  expect([status, errors?.[0]?.extensions.code]).toEqual([500, 'INTERNAL_SERVER_ERROR']);
});

test('syncs of one organization that wait for each other take one connection at the most', async () => {
  const admin = await person(server, { sub: 'root', org: newOrganization(), org_role: 'admin' });
  await sync.query(`SELECT pg_advisory_lock(1, hashtext(organization_id::text)) FROM users WHERE id = $1`, [
    uuidOf(admin.id),
  ]);
  const mutation =
    'mutation ($input: SyncTeamAccessInput!) { syncTeamAccess(input: $input) { usersChanged userErrors { code } } }';
  const syncs = Array.from({ length: 4 * poolSize }, (_, index) => {
    const user = { subject: `new ${index}`, name: 'New', email: '' };
    return run<{ syncTeamAccess: object }>(server, admin, mutation, { input: { users: [user], teams: [] } });
  });
  await delay(200);
  const other = person(server, { sub: 'eve', org: newOrganization() }).then((eve) => createWorkspace(server, eve));
  expect(await Promise.race([other, ...syncs])).toEqual(await other);
  await release();
  expect(await Promise.all(syncs)).toEqual(syncs.map(() => ({ syncTeamAccess: { usersChanged: 1, userErrors: [] } })));
});

test('a sync that has waited does not take back the last word of the one that it waited for', async () => {
  const admin = await person(server, { sub: 'root', org: newOrganization(), org_role: 'admin' });
  const values = [uuidOf(admin.id)];
  await sync.query(`SELECT pg_advisory_lock(1, hashtext(organization_id::text)) FROM users WHERE id = $1`, values);
  const lastWord = async () =>
    server.database.rows<{ at: Date }>({
      text: `SELECT directory_synced_at AS at FROM organizations
        WHERE id = (SELECT organization_id FROM users WHERE id = $1)`,
      values,
    });
  const waiting = mutate<{ usersChanged: number }>(server, admin, {
    name: 'syncTeamAccess',
    input: { users: [{ subject: 'new', name: 'New', email: '' }], teams: [] },
    fields: 'usersChanged',
  });
  await untilWaiting(sync);
  await sync.query(
    `UPDATE organizations SET directory_synced_at = clock_timestamp()
     WHERE id = (SELECT organization_id FROM users WHERE id = $1)`,
    values,
  );
  const before = await lastWord();
  await release();
  expect(await waiting).toEqual({ usersChanged: 1, userErrors: [] });
  expect(await lastWord()).toEqual(before);
});

test('a sync that is refused lets the one that waits for it go on', async () => {
  const admin = await person(server, { sub: 'root', org: newOrganization(), org_role: 'admin' });
  await sync.query(`SELECT pg_advisory_lock(1, hashtext(organization_id::text)) FROM users WHERE id = $1`, [
    uuidOf(admin.id),
  ]);
  const send = (subject: string, subjects: readonly string[]) =>
    mutate<{ teamsChanged: number }>(server, admin, {
      name: 'syncTeamAccess',
      input: {
        users: [{ subject, name: 'New', email: '' }],
        teams: [{ externalId: subject, name: subject, subjects }],
      },
      fields: 'teamsChanged',
    });
  const refused = send('first', ['nobody']);
  await untilWaiting(sync);
  const waiting = send('second', ['second']);
  await delay(100);
  await release();
  expect((await refused).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  expect(await waiting).toEqual({ teamsChanged: 1, userErrors: [] });
});
