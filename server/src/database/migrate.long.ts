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

  test('teams whose names differ only in case become one, with their people and workspaces; those of the directory stay', async () => {
    const databaseUrl = await createEmptyDatabase();
    const before = migrations.slice(0, names.indexOf('TeamNames1800200000021'));
    const { DataSource } = await import('typeorm');
    const old = new DataSource({ type: 'postgres', url: databaseUrl, migrations: [...before] });
    await (await old.initialize()).runMigrations({ transaction: 'each' });
    await old.destroy();

    const database = await connect(databaseUrl);
    const uuid = (number: number) => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
    const [org, ada, bob, workspace] = [uuid(1), uuid(2), uuid(3), uuid(4)];
    const teams = ['Search', 'search', 'SEARCH', 'Core', 'CORE', 'Straße', 'STRASSE'];
    const ofDirectory = ['Core', 'CORE', 'STRASSE'];
    await database.query(`INSERT INTO organizations (id, external_id) VALUES ('${org}', 'old')`);
    await database.query(
      `INSERT INTO users (id, organization_id, subject, name, search_key, email)
        SELECT id::uuid, '${org}', id, 'A', 'a', '' FROM unnest($1::text[]) AS id`,
      [[ada, bob]],
    );
    await database.query(
      `INSERT INTO teams (id, organization_id, name, external_id, created_at)
        SELECT id::uuid, '${org}', name, external_id, now() + place * interval '1 s'
        FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS t (id, name, external_id, place)`,
      [
        teams.map((_, index) => uuid(10 + index)),
        teams,
        teams.map((name) => (ofDirectory.includes(name) ? name : null)),
      ],
    );
    const placesOf = (user: string, ...of: string[]) => of.map((name) => [uuid(10 + teams.indexOf(name)), user]);
    const places = [...placesOf(ada, 'Search', 'search', 'Straße'), ...placesOf(bob, 'SEARCH', 'CORE')];
    await database.query(
      `INSERT INTO team_memberships (organization_id, team_id, user_id)
        SELECT '${org}', p.team_id, p.user_id FROM unnest($1::uuid[], $2::uuid[]) AS p (team_id, user_id)`,
      [places.map(([id]) => id), places.map(([, id]) => id)],
    );
    await database.query(
      `INSERT INTO workspaces (id, organization_id, name, name_key, search_key, environment, region, monthly_budget, owner_team_id)
        VALUES ('${workspace}', '${org}', 'W', 'w', 'w', 'SANDBOX', 'EU', 1.00, $1)`,
      [uuid(10 + teams.indexOf('SEARCH'))],
    );

    await migrate(databaseUrl);
    const { rows } = await database.query(
      `SELECT t.name, ARRAY(SELECT tm.user_id::text FROM team_memberships tm WHERE tm.team_id = t.id ORDER BY 1) AS people,
          (SELECT count(*)::integer FROM workspaces w WHERE w.owner_team_id = t.id) AS workspaces
        FROM teams t ORDER BY t.name COLLATE "C"`,
    );
    expect(rows).toEqual([
      { name: 'CORE (2)', people: [bob], workspaces: 0 },
      { name: 'Core', people: [], workspaces: 0 },
      { name: 'STRASSE', people: [ada], workspaces: 0 },
      { name: 'Search', people: [ada, bob], workspaces: 1 },
    ]);
    await database.end();
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
