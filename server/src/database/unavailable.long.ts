import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { eventually } from '../testing/eventually.js';
import { workspaceInput } from '../testing/fixtures.js';
import { onPlainPostgres } from '../testing/plain-postgres.js';
import {
  type GraphQLAnswer,
  newOrganization,
  type Person,
  person,
  signToken,
  startTestServer,
  type TestServer,
} from '../testing/test-server.js';
import { connect, untilWaiting } from '../testing/waiting.js';

const summary = '{ workspaceSummary { totalWorkspaces } }';
const create = 'mutation ($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { workspace { id } } }';

function expectUnavailable({ status, headers, errors }: GraphQLAnswer<object>): void {
  expect([status, headers.get('retry-after'), headers.get('cache-control')]).toEqual([503, '1', 'no-store']);
  expect(errors?.map(({ extensions }) => extensions)).toEqual([
    { code: 'SERVICE_UNAVAILABLE', requestId: headers.get('x-request-id') },
  ]);
}

const readiness = async (server: TestServer) => {
  const response = await fetch(new URL('/health/ready', server.endpoint));
  return [response.status, await response.json()];
};

describe('a PostgreSQL that lets nobody in answers as unavailable, to those who are known and those who are not:', () => {
  test.each([
    ['53300', 'sorry, too many clients already'],
    ['57P03', 'the database system is starting up'],
    ['57P03', 'the database system is shutting down'],
    ['08P01', 'no more connections allowed (max_client_conn)'],
    ['3D000', 'database "gone" does not exist'],
  ])('%s: %s', async (code, message) => {
    const fields = [`SFATAL`, `VFATAL`, `C${code}`, `M${message}`].map((field) => `${field}\0`).join('');
    const body = Buffer.from(`${fields}\0`);
    const head = Buffer.alloc(5);
    head.write('E');
    head.writeInt32BE(body.length + 4, 1);
    const refusing = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(Buffer.concat([head, body])));
    });
    refusing.listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    const { port } = refusing.address() as AddressInfo;
    const server = await startTestServer({ DATABASE_URL: `postgres://app@127.0.0.1:${port}/gone` });
    try {
      const token = await signToken({ sub: 'ada', org: 'acme' });
      expectUnavailable(await server.request({ token, query: summary }));
      expect(await readiness(server)).toEqual([503, expect.objectContaining({ status: 'unavailable' })]);
      expect(server.logLines.join('')).toContain(JSON.stringify(message).slice(1, -1));
      expect(server.logLines.join('')).not.toContain('unexpected error');
    } finally {
      await server.app.close();
      await server.database.close();
      refusing.close();
    }
  });
});

onPlainPostgres('other databases of the cluster go on', () => {
  let server: TestServer;
  let ada: Person;
  let stranger: Person;
  let admin: pg.Client;
  /** Outside of transactions, within which the activity of others does not change. */
  let observer: pg.Client;

  beforeAll(async () => {
    server = await startTestServer({
      DATABASE_POOL_SIZE: '1',
      OPERATION_TIMEOUT_MS: '2500',
      LOCK_TIMEOUT_MS: '2400',
    });
    ada = await person(server, { sub: 'ada', org: newOrganization() });
    stranger = await person(server, { sub: 'stranger', org: newOrganization() });
    admin = await connect(server.databaseUrl);
    observer = await connect(server.databaseUrl);
  });
  afterAll(async () => {
    await Promise.all([admin.end(), observer.end()]);
    await server.close();
  });

  const ask = (who: Person, query = summary, variables = {}) => server.request({ token: who.token, query, variables });
  const end = (state: string) =>
    observer.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'tokenvue-workspaces' AND ${state}`,
    );

  test('a statement that an administrator ends, with its connection, is to be sent again', async () => {
    await admin.query('BEGIN; LOCK TABLE workspaces');
    const asked = ask(ada);
    await untilWaiting(observer);
    await end(`wait_event_type = 'Lock'`);
    expectUnavailable(await asked);
    await admin.query('ROLLBACK');
    expect((await ask(ada)).status).toBe(200);
  });

  test('a connection that breaks is logged without what it holds, such as the key that cancels its statements', async () => {
    await ask(ada);
    await end(`state = 'idle'`);
    const line = await eventually(() => {
      const found = server.logLines.find((text) => text.includes('a database connection broke'));
      if (found === undefined) throw new Error('Nothing was logged.');
      return found;
    });
    expect(JSON.parse(line)).toMatchObject({ err: { message: expect.any(String), stack: expect.any(String) } });
    expect(line).not.toMatch(/secretKey|processID|client|password|connectionParameters/);
    expect((await ask(ada)).status).toBe(200);
  });

  test('one that is read-only is to be asked again for changes, answers reads, and readiness says so', async () => {
    const [{ current_database: name }] = (await admin.query('SELECT current_database()')).rows as [
      { current_database: string },
    ];
    await admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await end('true');
    const input = workspaceInput();
    await eventually(async () => expect((await ask(ada)).status).toBe(200));
    expectUnavailable(await ask(ada, create, { input }));
    const newcomer = await signToken({ sub: 'newcomer', org: newOrganization() });
    expectUnavailable(await server.request({ token: newcomer, query: summary }));
    expect(await readiness(server)).toEqual([
      200,
      { status: 'ok', warnings: ['The database is read-only: nothing can be changed.'] },
    ]);
    await admin.query(
      `SET default_transaction_read_only = off; ALTER DATABASE ${name} RESET default_transaction_read_only`,
    );
    await end('true');
    await eventually(async () => expect((await ask(ada, create, { input })).errors).toBeUndefined());
    expect(await readiness(server)).toEqual([200, { status: 'ok' }]);
  });

  test('who gets no connection in time is told so, as is who has it and gets no answer, and readiness tells of statements that hang', async () => {
    await admin.query('BEGIN; LOCK TABLE workspaces');
    const first = ask(ada);
    await untilWaiting(observer);
    const [second, ready] = await Promise.all([ask(stranger), readiness(server)]);
    expectUnavailable(second);
    expect(ready).toEqual([503, { status: 'unavailable', reason: 'The database does not answer.' }]);
    await admin.query('ROLLBACK');
    expectUnavailable(await first);
    expect(await readiness(server)).toEqual([200, { status: 'ok' }]);
    expect((await ask(stranger)).status).toBe(200);
    expect(server.logLines.join('')).not.toContain('unexpected error');
  });
});
