import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import { connectDatabase } from '../app.js';
import { eventually } from '../testing/eventually.js';
import { createKey, createWorkspace, mutate, workspaceInput } from '../testing/fixtures.js';
import { onPlainPostgres } from '../testing/plain-postgres.js';
import { newOrganization, type Person, person, startTestServer } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { connect, holdObjects, untilWaiting } from '../testing/waiting.js';
import { sql } from './sql.js';

useServer({ DATABASE_POOL_SIZE: '4', OPERATION_TIMEOUT_MS: '1500', LOCK_TIMEOUT_MS: '400' });

let ada: Person;
let workspaceId: string;
/** Outside of transactions, within which the activity of others does not change. */
let observer: pg.Client;
beforeAll(async () => {
  ada = await person(server, { sub: 'ada', org: newOrganization() });
  workspaceId = await createWorkspace(server, ada);
  observer = await connect(server.databaseUrl);
});
afterAll(() => observer.end());

const archive =
  'archiveWorkspace(input: { workspaceId: $id, expectedVersion: 1 }) { userErrors { code message field } }';
const busy = {
  code: 'VERSION_CONFLICT',
  message: 'Somebody else is changing this, and that takes long; nothing was done.',
  field: null,
};
const createWorkspaceText = `mutation ($input: CreateWorkspaceInput!) {
  createWorkspace(input: $input) { workspace { id } userErrors { code message } }
}`;

test('who waits too long for a lock is told in a plain sentence that somebody else is changing it, and can send it again', async () => {
  const release = await holdObjects(server, [workspaceId]);
  const input = { workspaceId, name: 'Late', idempotencyKey: randomUUID() };
  const create = () => mutate(server, ada, { name: 'createVirtualKey', input, fields: 'virtualKey { name }' });
  expect(await create()).toEqual({ virtualKey: null, userErrors: [expect.objectContaining(busy)] });
  await release();
  expect(await create()).toEqual({ virtualKey: { name: 'Late' }, userErrors: [] });
});

test('an operation that has taken too long is stopped: what it has done by then is told, and the rest as not done', async () => {
  const free = await createWorkspace(server, ada);
  const release = await holdObjects(server, [workspaceId]);
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const query = `mutation ($id: ID!, $free: ID!) {
    done: ${archive.replace('$id', '$free')} ${names.map((name) => `${name}: ${archive}`).join(' ')}
  }`;
  const start = performance.now();
  const answer = await server.request({ token: ada.token, query, variables: { id: workspaceId, free } });
  await release();
  expect(performance.now() - start).toBeLessThan(3_000);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([200, '1']);
  expect(answer.data).toMatchObject({ done: { userErrors: [] }, a: { userErrors: [busy] }, f: null });
  expect(answer.errors?.at(-1)).toMatchObject({
    path: ['f'],
    message: 'The operation took longer than it may, and was stopped.',
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  });
});

onPlainPostgres('a trigger that sleeps is of one database', () => {
  beforeAll(async () => {
    await observer.query(`
      CREATE FUNCTION sleep_before() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(30); RETURN NEW; END';
      CREATE TRIGGER sleep_before BEFORE INSERT ON workspaces FOR EACH ROW
        WHEN (NEW.name LIKE 'Slow%') EXECUTE FUNCTION sleep_before()`);
  });

  const sleepers = async () => {
    const { rowCount } = await observer.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
    );
    return rowCount;
  };
  const count = async (name: string) => {
    const { rows } = await observer.query<{ count: number }>(
      'SELECT count(*)::integer AS count FROM workspaces WHERE name = $1',
      [name],
    );
    return rows[0]?.count;
  };

  test('a statement that takes too long is cancelled and told as unavailable, and leaves nothing half done', async () => {
    const input = workspaceInput({ name: 'Slow one', idempotencyKey: randomUUID() });
    const variables = { input };
    const { status, headers, errors } = await server.request({
      token: ada.token,
      query: createWorkspaceText,
      variables,
    });
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    expect(await sleepers()).toBe(0);
    expect(await count('Slow one')).toBe(0);
    expect(server.logLines.join('')).not.toContain('unexpected error');
    expect(server.logLines.join('')).toContain('an operation took too long and was stopped');
  });

  test('of who leaves the statement is cancelled at once, nothing is kept of it, and a repeat finds everything as if it had not been sent', async () => {
    const input = workspaceInput({ name: 'Slow two', idempotencyKey: randomUUID() });
    const send = (signal: AbortSignal | null) =>
      fetch(server.endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.token}` },
        body: JSON.stringify({ query: createWorkspaceText, variables: { input } }),
        signal,
      });
    const leaving = new AbortController();
    const left = send(leaving.signal);
    await eventually(async () => expect(await sleepers()).toBe(1));
    const start = performance.now();
    leaving.abort();
    await expect(left).rejects.toThrow();
    await eventually(async () => expect(await sleepers()).toBe(0));
    // Its own time would have ended later.
    expect(performance.now() - start).toBeLessThan(700);
    expect(await count('Slow two')).toBe(0);
    await observer.query('DROP TRIGGER sleep_before ON workspaces');
    const answer = (await (await send(null)).json()) as { data: { createWorkspace: object } };
    expect(answer.data.createWorkspace).toEqual({ workspace: { id: expect.any(String) }, userErrors: [] });
    expect(await count('Slow two')).toBe(1);
  });
});

test('what reads is told as unavailable when a lock is held for too long', async () => {
  const holder = await connect(server.databaseUrl);
  await holder.query('BEGIN; LOCK TABLE workspaces');
  const query = '{ workspaceSummary { totalWorkspaces } }';
  const { status, headers, errors } = await server.request({ token: ada.token, query });
  await holder.end();
  expect([status, headers.get('retry-after')]).toEqual([503, '1']);
  expect(errors?.[0]).toMatchObject({
    message: expect.stringContaining('holds for longer'),
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  });
});

test('those who leave never end what comes after them on the connection', async () => {
  const narrow = connectDatabase({ url: server.databaseUrl, poolSize: 1 });
  const scope = { organizationId: randomUUID(), userId: null };
  const limit = narrow.timeLimits.operation;
  const stays = new AbortController().signal;
  for (let time = 0; time < 100; time++) {
    const leaving = new AbortController();
    const left = narrow.sendAll(scope, [sql`SELECT pg_sleep(0.004)`], { limit, signal: leaving.signal });
    const after = narrow.sendAll(scope, [sql`SELECT pg_sleep(0.01)`], { limit, signal: stays });
    // About when it ends, and when the next begins.
    const leave = delay(3 + (time % 8)).then(() => leaving.abort());
    expect(await after).toHaveLength(1);
    await Promise.allSettled([left, leave]);
  }
  await narrow.close();
});

test('while every connection is taken the server is ready, knows good tokens from bad ones, and lets people in', async () => {
  const lasting = await startTestServer({
    DATABASE_URL: server.databaseUrl,
    DATABASE_POOL_SIZE: '4',
    OPERATION_TIMEOUT_MS: '20000',
    LOCK_TIMEOUT_MS: '15000',
  });
  const bob = await person(lasting, { sub: 'bob', org: newOrganization() });
  const bobs = await createWorkspace(lasting, bob);
  const release = await holdObjects(lasting, [workspaceId, bobs]);
  const taken = [ada, ada, ada, bob].map((who) =>
    createKey(lasting, who, { workspaceId: who === bob ? bobs : workspaceId }),
  );
  await untilWaiting(observer, 4);
  const start = performance.now();
  const ready = await fetch(new URL('/health/ready', lasting.endpoint));
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok' }]);
  const query = '{ workspaceSummary { totalWorkspaces } }';
  const unknown = `tvs_${randomUUID()}`;
  expect((await lasting.request({ token: unknown, query })).status).toBe(401);
  // In, and now in the queue: the request is good, and its database is busy.
  const newcomer = person(lasting, { sub: 'eve', org: newOrganization() });
  await eventually(async () => {
    const { rowCount } = await observer.query("SELECT FROM users WHERE subject = 'eve'");
    expect(rowCount).toBe(1);
  });
  expect(performance.now() - start).toBeLessThan(5_000);
  await release();
  expect(await newcomer).toMatchObject({ id: expect.stringContaining('usr_') });
  await Promise.all(taken);
  await lasting.app.close();
  await lasting.database.close();
});
