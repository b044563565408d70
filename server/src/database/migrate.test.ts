import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import { ConfigError } from '../config.js';
import { eventually } from '../testing/eventually.js';
import { createWorkspace } from '../testing/fixtures.js';
import { onPlainPostgres } from '../testing/plain-postgres.js';
import { startEmptyCluster } from '../testing/test-cluster.js';
import { createEmptyDatabase, newOrganization, person, startTestServer } from '../testing/test-server.js';
import { connect, untilWaiting } from '../testing/waiting.js';
import { migrate, OldDatabase } from './migrate.js';
import { migrations } from './migrations/index.js';

const names = migrations.map(({ name }) => name);

onPlainPostgres('it has its tables already', () => {
  let url: string;
  let client: pg.Client;
  beforeAll(async () => {
    url = await createEmptyDatabase();
    client = await connect(url);
  });
  afterAll(() => client.end());

  /** The migrations that have run on the database, in their order. */
  async function migrationsIn(database: pg.Client): Promise<string[]> {
    const { rows } = await database.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
    return rows.map(({ name }) => name);
  }

  function migrateQuietly(databaseUrl: string): Promise<string[]> {
    // TypeORM prints what failed, beside throwing it.
    const silenced = jest.spyOn(console, 'log').mockImplementation(() => {});
    return migrate(databaseUrl).finally(() => silenced.mockRestore());
  }

  describe('migrations', () => {
    test('run once when three servers start on an empty database at once', async () => {
      const ran = await Promise.all([migrate(url), migrate(url), migrate(url)]);
      expect(ran.sort((a, b) => a.length - b.length)).toEqual([[], [], names]);
      expect(await migrationsIn(client)).toEqual(names);
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

    test('leave nothing behind when one fails, and run it once nothing is in its way', async () => {
      await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE audit_events (id integer)');
      await expect(migrateQuietly(url)).rejects.toThrow('"audit_events" already exists');
      await eventually(async () => {
        const { rowCount } = await client.query(
          `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
           WHERE l.locktype = 'advisory' AND d.datname = current_database()`,
        );
        expect(rowCount).toBe(0);
      });
      const kept = await migrationsIn(client);
      await client.query('DROP TABLE audit_events');
      expect([...kept, ...(await migrate(url))]).toEqual(names);
    });
  });

  describe('tables of before the first release', () => {
    test.each([['Workspaces1790000000000'], ['Governance1790100000000']])(
      'that %s has made are left as they are, with one sentence that says what to do',
      async (name) => {
        const databaseUrl = await createEmptyDatabase();
        const database = await connect(databaseUrl);
        await database.query('CREATE TABLE migrations (id serial PRIMARY KEY, timestamp bigint, name text)');
        await database.query('INSERT INTO migrations (timestamp, name) VALUES (0, $1)', [name]);
        const refusal = await migrate(databaseUrl).catch((error: unknown) => error);
        expect(refusal).toBeInstanceOf(OldDatabase);
        expect(refusal).toBeInstanceOf(ConfigError);
        expect((refusal as OldDatabase).message).toBe(
          'The database holds the tables of an unreleased version, which can not be brought up to date: ' +
            'remove the folder that DATA_DIR names (./.data unless set), or let DATABASE_URL name an empty database.',
        );
        expect(await migrationsIn(database)).toEqual([name]);
        const { rows } = await database.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`);
        expect(rows).toEqual([{ tablename: 'migrations' }]);
        await database.end();
      },
    );
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

    /** The migrations that have run, and then those that had still to run, in their order. */
    async function keptAndRun(databaseUrl: string): Promise<string[]> {
      const database = await connect(databaseUrl);
      const kept = await migrationsIn(database).finally(() => database.end());
      return [...kept, ...(await migrate(databaseUrl))];
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
      expect(await keptAndRun(databaseUrl)).toEqual(names);
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
      expect(await keptAndRun(databaseUrl)).toEqual(names);
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
});
