import pg from 'pg';
import { eventually } from './eventually.js';
import { isDistributed } from './plain-postgres.js';
import { lockOf } from './rows.js';
import type { TestServer } from './test-server.js';

/** A connection of its own to the database, for a transaction that the server has to wait for. */
export async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  // A connection that a test breaks on purpose says so in its queries; unheard it would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Where statements of all nodes are seen: on a cluster it is a node's that waits, and not the coordinator's. */
const activity = isDistributed ? 'citus_stat_activity' : 'pg_stat_activity';

/** Resolves when so many statements of the client's database wait for a lock. */
export function untilWaiting(client: pg.Client, count = 1): Promise<void> {
  return eventually(async () => {
    const { rowCount } = await client.query(
      `SELECT pid FROM ${activity} WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rowCount !== count) throw new Error(`${rowCount} statements wait, not ${count}.`);
  });
}

/** Locks objects in a transaction of its own, as a change of them that takes long would. @returns what releases them. */
export async function holdObjects(server: TestServer, globalIds: readonly string[]): Promise<() => Promise<void>> {
  const holder = await connect(server.databaseUrl);
  await holder.query('BEGIN');
  for (const globalId of globalIds) {
    const { rowCount } = await holder.query(await lockOf(server, globalId));
    if (rowCount !== 1) throw new Error(`There is nothing to hold: ${globalId}`);
  }
  return () => holder.end();
}
