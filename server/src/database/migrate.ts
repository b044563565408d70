import pg from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from './migrations/index.js';

/** Any number that no other program takes by accident: servers that start together wait for each other on it. */
const migrationLock = 7_023_154_401;

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
    await lock.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    return await runMigrations(url);
  } finally {
    await lock.end();
  }
}

async function runMigrations(url: string): Promise<string[]> {
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
