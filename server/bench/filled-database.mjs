import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../dist/database/embedded-postgres.js';
import { migrate } from '../dist/database/migrate.js';
import { fill } from './dataset.mjs';

/** An embedded PostgreSQL in a temporary folder, with the settings of production, the tables and the rows of `size`, if any. */
export async function startFilledDatabase(size) {
  const folder = await mkdtemp(join(tmpdir(), 'tokenvue-bench-'));
  // Whoever runs PostgreSQL in place of root has to reach it.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir: folder });
  const stop = async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await migrate(postgres.url);
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    if (size !== undefined) await fill(client, size);
    await client.end();
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: postgres.url, folder, stop };
}

/** The person as the service's statements take them. */
export async function actorOf(client, subject) {
  const { rows } = await client.query(
    `SELECT 'USER' AS kind, u.id, u.name, u.organization_id AS "organizationId",
       u.organization_role AS "organizationRole", o.currency
     FROM users u JOIN organizations o ON o.id = u.organization_id WHERE u.subject = $1`,
    [subject],
  );
  return rows[0];
}
