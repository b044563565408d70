import pg from 'pg';
import { eventually } from './eventually.js';
import { lockOf } from './rows.js';

/** A connection of its own to the database, for a transaction that the server has to wait for. */
export async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  // A connection that a test breaks on purpose says so in its queries; unheard it would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Resolves when so many statements of the client's database wait for a lock. */
export function untilWaiting(client: pg.Client, count = 1): Promise<void> {
  return eventually(async () => {
    const { rowCount } = await client.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rowCount !== count) throw new Error(`${rowCount} statements wait, not ${count}.`);
  });
}

/** Locks objects in a transaction of its own, as a change of them that takes long would. @returns what releases them. */
export async function holdObjects(databaseUrl: string, globalIds: readonly string[]): Promise<() => Promise<void>> {
  const holder = await connect(databaseUrl);
  await holder.query('BEGIN');
  for (const globalId of globalIds) {
    const { rowCount } = await holder.query(lockOf(globalId));
    if (rowCount !== 1) throw new Error(`There is nothing to hold: ${globalId}`);
  }
  return () => holder.end();
}
