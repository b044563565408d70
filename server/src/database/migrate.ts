import pg from 'pg';
import { ConfigError } from '../config.js';
import { migrations } from './migrations/index.js';

/** Any number that no other program takes by accident: servers that start together wait for each other on it. */
export const migrationLock = 7_023_154_401;

/**
 * Brings the tables up to date, over connections of its own without time limits; of several servers that start at once
 * one does it and the others wait.
 * @returns names of the migrations that ran.
 */
export async function migrate(url: string): Promise<string[]> {
  const lock = new pg.Client({ connectionString: url });
  // A connection that breaks while it only waits tells by an event, which would end the process if nobody listened.
  lock.on('error', () => {});
  await lock.connect();
  try {
    // In a transaction, so that no pooler can keep the lock when this client is gone.
    await lock.query('BEGIN');
    await lock.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
    await refuseOldServer(lock);
    await refuseOldTables(lock);
    return await runMigrations(url);
  } finally {
    await lock.end();
  }
}

const versionMin = 15;

async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query(`SELECT current_setting('server_version_num')::integer / 10000 AS version`);
  const { version } = rows[0] as { version: number };
  if (version < versionMin) {
    throw new ConfigError(`DATABASE_URL expects PostgreSQL ${versionMin} or newer, and names a PostgreSQL ${version}.`);
  }
}

/** The tables of before 0.1.0 was finished: their migrations were replaced, because nobody had them yet. */
const replaced = ['Workspaces1790000000000', 'Governance1790100000000'];

/** A database that this version can't bring up to date. */
export class OldDatabase extends ConfigError {}

async function refuseOldTables(client: pg.Client): Promise<void> {
  const { rows } = await client.query(`SELECT to_regclass('migrations') IS NOT NULL AS "isThere"`);
  if (rows[0].isThere !== true) return;
  const old = await client.query('SELECT FROM migrations WHERE name = ANY ($1)', [replaced]);
  if (old.rowCount === 0) return;
  throw new OldDatabase(
    'The database holds the tables of an unreleased version, which can not be brought up to date: ' +
      'remove the folder that DATA_DIR names (./.data unless set), or let DATABASE_URL name an empty database.',
  );
}

async function runMigrations(url: string): Promise<string[]> {
  // Loaded here, because it takes long and nothing else needs it.
  const { DataSource } = await import('typeorm');
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    poolSize: 1,
    migrations: [...migrations],
    migrationsTableName: 'migrations',
    applicationName: 'tokenvue-workspaces-migrations',
  });
  await dataSource.initialize();
  try {
    const done = await dataSource.runMigrations({ transaction: 'each' });
    return done.map(({ name }) => name);
  } finally {
    await dataSource.destroy();
  }
}
