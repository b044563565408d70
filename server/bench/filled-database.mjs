import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { built, thisServer } from './built.mjs';
import { copyOrganization } from './copies.mjs';

/** @type {typeof import('../src/embedded-postgres/embedded-postgres.js')} */
const { startEmbeddedPostgres } = await import(built('embedded-postgres/embedded-postgres.js'));

/**
 * @typedef {object} FilledDatabase
 * @property {string} url
 * @property {string} folder Goes with the database.
 * @property {number} pid Of the postmaster.
 * @property {() => Promise<void>} stop
 */

/**
 * An embedded PostgreSQL in a temporary folder, with the settings of production, the tables and the rows of `size`, if
 * any; `copies` makes so many more organizations of the one. With `server`, the folder of another checkout, tables and
 * rows are those of its version.
 *
 * @param {import('./dataset.mjs').Size} [size]
 * @param {{ server?: URL, copies?: number, settings?: Record<string, string> }} [options] `settings` are PostgreSQL's own.
 * @returns {Promise<FilledDatabase>}
 */
export async function startFilledDatabase(size, { server = thisServer, copies = 0, settings = {} } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'tokenvue-bench-'));
  // Whoever runs PostgreSQL in place of root has to reach it.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir: folder, settings });
  const stop = async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    /** @type {typeof import('../src/database/migrate.js')} */
    const { migrate } = await import(built('database/migrate.js', server));
    /** @type {typeof import('./dataset.mjs')} */
    const { fill } = await import(new URL('bench/dataset.mjs', server).href);
    await migrate(postgres.url);
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    try {
      if (size !== undefined) await fill(client, size);
      if (copies > 0) await copyOrganization(client, copies);
    } finally {
      await client.end();
    }
    const pidFile = await readFile(join(postgres.directory, 'data', 'postmaster.pid'), 'utf8');
    return { url: postgres.url, folder, pid: Number.parseInt(pidFile, 10), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
