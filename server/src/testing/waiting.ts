import pg from 'pg';
import { eventually } from './eventually.js';

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
