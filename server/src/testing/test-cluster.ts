import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { distribute } from '../database/distribute.js';
import { migrate } from '../database/migrate.js';
import { startEmbeddedPostgres } from '../embedded-postgres/embedded-postgres.js';

export interface TestCluster {
  /** The migrated database that each test file copies, or the one that all of them share. */
  readonly templateUrl: string;
  /** Whether its tables lie on several nodes. */
  readonly isDistributed: boolean;
  stop(): Promise<void>;
}

/**
 * One PostgreSQL for all test files; its data need not survive a crash. The database that `TEST_DATABASE_URL` names is used
 * as it is, by all of them: one that lies on several nodes can't be copied.
 */
export async function startTestCluster(): Promise<TestCluster> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined) {
    const isDistributed = await hasCitus(given);
    await (isDistributed ? distribute(given) : migrate(given));
    return { templateUrl: given, isDistributed, stop: async () => {} };
  }
  const { url, stop } = await startEmptyCluster();
  await migrate(url);
  await dropMonths(url);
  return { templateUrl: url, isDistributed: false, stop };
}

/**
 * Leaves the months of usage from two before this one to the next: each has a score of tables and indexes, which the copy
 * for every test file would hold. Tests of older ones make them (`months.ts`).
 */
async function dropMonths(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    DO $$
    DECLARE month_table text;
    BEGIN
      FOR month_table IN
        SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^usage_record(s|_tags)_[0-9]{6}$'
          AND to_date(right(relname, 6), 'YYYYMM') NOT BETWEEN date_trunc('month', now() AT TIME ZONE 'UTC') - interval '2 months'
            AND now() AT TIME ZONE 'UTC' + interval '1 month'
      LOOP
        EXECUTE 'DROP TABLE ' || month_table;
      END LOOP;
    END $$`);
  // Gives back what the catalogue had of them.
  const { rows } = await client.query<{ names: string }>(
    `SELECT string_agg(oid::regclass::text, ', ') AS names FROM pg_class
     WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r' AND NOT relisshared`,
  );
  await client.query(`VACUUM FULL ${rows[0]?.names}`);
  await client.end();
}

async function hasCitus(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rowCount } = await client.query(`SELECT FROM pg_extension WHERE extname = 'citus'`);
  await client.end();
  return rowCount === 1;
}

/** A PostgreSQL with one empty database, for tests of what belongs to a whole cluster. */
export async function startEmptyCluster(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'tokenvue-test-'));
  // As root, PostgreSQL runs as another user, who has to reach the folder.
  await chmod(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({
    dataDir,
    database: 'template',
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      wal_level: 'minimal',
      max_wal_senders: '0',
      max_wal_size: '4GB',
      // It would come to one of the many databases after the other, all the time.
      autovacuum: 'off',
      max_connections: '300',
    },
  });
  return {
    url: postgres.url,
    stop: async () => {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
