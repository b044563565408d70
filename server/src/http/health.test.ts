import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { eventually } from '../testing/eventually.js';
import { createWorkspace } from '../testing/fixtures.js';
import { onPlainPostgres } from '../testing/plain-postgres.js';
import { createDatabase, newOrganization, person, signToken, startTestServer } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

const summary = '{ workspaceSummary { totalWorkspaces } }';

describe('health', () => {
  test('is told without a token', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      const response = await fetch(new URL(path, server.endpoint));
      expect([path, response.status, await response.json()]).toEqual([path, 200, { status: 'ok' }]);
    }
  });

  onPlainPostgres('the others go on with it', () => {
    test('says not ready, and alive, while the database is gone', async () => {
      const token = await signToken({ sub: 'ada', org: newOrganization() });
      const databaseUrl = await createDatabase();
      const orphan = await startTestServer({ DATABASE_URL: databaseUrl });
      try {
        const { origin } = new URL(orphan.endpoint);
        expect((await fetch(`${origin}/health/ready`)).status).toBe(200);
        await dropDatabase(databaseUrl);
        const ready = await fetch(`${origin}/health/ready`);
        expect(ready.status).toBe(503);
        expect(await ready.json()).toEqual({ status: 'unavailable', reason: 'The database does not answer.' });
        expect((await fetch(`${origin}/health/live`)).status).toBe(200);
        const { status, errors, headers } = await orphan.request({ token, query: summary });
        expect([status, headers.get('retry-after')]).toEqual([503, '1']);
        expect(errors).toEqual([
          {
            message: expect.stringContaining('its database is away'),
            extensions: { code: 'SERVICE_UNAVAILABLE', requestId: headers.get('x-request-id') },
          },
        ]);
        const logged = orphan.logLines.filter((line) => line.includes('the database is not available'));
        expect(logged).toEqual([expect.stringContaining(`"requestId":"${headers.get('x-request-id')}"`)]);
        expect(orphan.logLines.join()).not.toMatch(/unexpected error|secretKey|processID/);
      } finally {
        await orphan.close();
      }
    });
  });

  test('says within seconds that statements hang, over a connection that no request takes', async () => {
    const busy = await startTestServer({ DATABASE_POOL_SIZE: '1' });
    const holder = new pg.Client({ connectionString: busy.databaseUrl });
    await holder.connect();
    const { origin } = new URL(busy.endpoint);
    try {
      const owner = await person(busy, { sub: 'ada', org: newOrganization() });
      await holder.query('BEGIN; LOCK TABLE workspaces');
      const waiting = createWorkspace(busy, owner);
      await eventually(() => expect(busy.database.connections).toMatchObject({ total: 1, idle: 0 }));
      const start = performance.now();
      expect((await fetch(`${origin}/health/ready`)).status).toBe(503);
      expect(performance.now() - start).toBeLessThan(10_000);
      await holder.query('ROLLBACK');
      await waiting;
      expect((await fetch(`${origin}/health/ready`)).status).toBe(200);
    } finally {
      await holder.end();
      await busy.close();
    }
  });
});

async function dropDatabase(url: string): Promise<void> {
  const maintenance = new URL(url);
  const name = maintenance.pathname.slice(1);
  maintenance.pathname = '/postgres';
  const client = new pg.Client({ connectionString: maintenance.href });
  await client.connect();
  await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
  await client.end();
}

test('a server that stops waits for no request that has arrived by halves, and for no connection without one', async () => {
  const other = await startTestServer();
  const { port } = new URL(other.endpoint);
  const begin = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  const sockets = ['', begin, `${begin}Content-Length: 100\r\n\r\n{"query":`].map((text) => {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => {});
    socket.write(text);
    return socket.resume();
  });
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  expect((await fetch(new URL('/health/live', other.endpoint))).status).toBe(200);
  const closed = Promise.all(sockets.map((socket) => once(socket, 'close')));
  const start = performance.now();
  await other.close();
  await closed;
  // Node itself would give them a minute.
  expect(performance.now() - start).toBeLessThan(20_000);
});
