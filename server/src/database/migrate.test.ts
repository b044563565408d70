import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import { eventually } from '../testing/eventually.js';
import { createWorkspace } from '../testing/fixtures.js';
import { startEmptyCluster } from '../testing/test-cluster.js';
import { newOrganization, person, startTestServer } from '../testing/test-server.js';
import { connect, untilWaiting } from '../testing/waiting.js';
import { migrate } from './migrate.js';
import { migrations } from './migrations/index.js';

const names = migrations.map(({ name }) => name);

let url: string;
let client: pg.Client;
beforeAll(async () => {
  const maintenance = new URL(process.env['TEST_TEMPLATE_URL'] ?? '');
  maintenance.pathname = '/postgres';
  const name = `empty_${randomUUID().replaceAll('-', '')}`;
  const creator = await connect(maintenance.href);
  await creator.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  await creator.end();
  const empty = new URL(maintenance);
  empty.pathname = `/${name}`;
  url = empty.href;
  client = await connect(url);
});
afterAll(() => client.end());

describe('migrations', () => {
  test('run once when three servers start on an empty database at once', async () => {
    const ran = await Promise.all([migrate(url), migrate(url), migrate(url)]);
    expect(ran.sort((a, b) => a.length - b.length)).toEqual([[], [], names]);
    const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
    expect(rows.map(({ name }) => name)).toEqual(names);
  });

  test('do nothing on a database that is up to date', async () => {
    expect(await migrate(url)).toEqual([]);
  });

  test('wait for the server that is at it', async () => {
    await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    const observer = await connect(url);
    // Holds up the first server in the middle of its work.
    await client.query('BEGIN; CREATE TABLE migrations (id integer)');
    const first = migrate(url);
    await untilWaiting(observer, 1);
    const second = migrate(url);
    await untilWaiting(observer, 2);
    await client.query('ROLLBACK');
    expect(await first).toEqual(names);
    expect(await second).toEqual([]);
    await observer.end();
  });

  test('leave nothing behind when one of them fails', async () => {
    // TypeORM prints what failed, beside throwing it.
    jest.spyOn(console, 'log').mockImplementationOnce(() => {});
    await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE audit_events (id integer)');
    await expect(migrate(url)).rejects.toThrow('already exists');
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    );
    expect(tables.map(({ name }) => name)).toEqual(['audit_events', 'migrations']);
    await eventually(async () => {
      const { rowCount } = await client.query(
        `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE l.locktype = 'advisory' AND d.datname = current_database()`,
      );
      expect(rowCount).toBe(0);
    });
    const { rows: kept } = await client.query<{ name: string }>('SELECT name FROM migrations');
    expect(kept).toEqual([]);
  });
});

describe('migrations by a user who is no superuser', () => {
  let cluster: Awaited<ReturnType<typeof startEmptyCluster>>;
  let admin: pg.Client;
  beforeAll(async () => {
    cluster = await startEmptyCluster();
    admin = await connect(cluster.url);
  });
  afterAll(async () => {
    await admin.end();
    await cluster.stop();
  });

  /** A user with a database of their own. */
  async function newDatabase(user: string, options = ''): Promise<string> {
    await admin.query(`CREATE ROLE ${user} LOGIN ${options} PASSWORD 'secret'`);
    await admin.query(`CREATE DATABASE ${user} OWNER ${user}`);
    return Object.assign(new URL(cluster.url), { username: user, password: 'secret', pathname: `/${user}` }).href;
  }

  function migrateQuietly(databaseUrl: string): Promise<string[]> {
    // TypeORM prints what failed, beside throwing it.
    const silenced = jest.spyOn(console, 'log').mockImplementation(() => {});
    return migrate(databaseUrl).finally(() => silenced.mockRestore());
  }

  /** Serves a request on the database, and asks whether it is ready. */
  async function serve(databaseUrl: string): Promise<number> {
    const server = await startTestServer({ DATABASE_URL: databaseUrl });
    try {
      await createWorkspace(server, await person(server, { sub: 'ada', org: newOrganization() }));
      return (await fetch(new URL('/health/ready', server.endpoint))).status;
    } finally {
      await server.close();
    }
  }

  test('without CREATEROLE they say what an administrator has to run, and run after that', async () => {
    const databaseUrl = await newDatabase('plain');
    await expect(migrateQuietly(databaseUrl)).rejects.toThrow(
      'An administrator of the database has to run this first: ' +
        'CREATE ROLE tokenvue_workspaces NOLOGIN; GRANT tokenvue_workspaces TO plain;',
    );
    await admin.query('CREATE ROLE tokenvue_workspaces NOLOGIN; GRANT tokenvue_workspaces TO plain');
    expect(await migrate(databaseUrl)).toEqual(names.slice(-1));
    expect(await serve(databaseUrl)).toBe(200);
    await admin.query('DROP DATABASE plain');
    await admin.query('DROP ROLE tokenvue_workspaces');
  });

  test('with CREATEROLE they make the role and may enter it', async () => {
    const databaseUrl = await newDatabase('maker', 'CREATEROLE');
    expect(await migrate(databaseUrl)).toEqual(names);
    expect(await serve(databaseUrl)).toBe(200);
  });

  test('who may not grant a role that somebody else has made they say what an administrator has to run, and the server is ready while that holds', async () => {
    const databaseUrl = await newDatabase('late', 'CREATEROLE');
    await expect(migrateQuietly(databaseUrl)).rejects.toThrow(
      'An administrator of the database has to run this first: GRANT tokenvue_workspaces TO late;',
    );
    await admin.query('GRANT tokenvue_workspaces TO late');
    expect(await migrate(databaseUrl)).toEqual(names.slice(-1));
    expect(await serve(databaseUrl)).toBe(200);
    const server = await startTestServer({ DATABASE_URL: databaseUrl });
    const ready = async () => (await fetch(new URL('/health/ready', server.endpoint))).status;
    try {
      expect(await ready()).toBe(200);
      await admin.query('REVOKE tokenvue_workspaces FROM late');
      expect(await ready()).toBe(503);
    } finally {
      await server.close();
    }
  });
});
