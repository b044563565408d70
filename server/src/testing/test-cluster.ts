import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../database/embedded-postgres.js';
import { migrate } from '../database/migrate.js';

export interface TestCluster {
  /** The migrated database that each test file copies. */
  readonly templateUrl: string;
  stop(): Promise<void>;
}

/** One PostgreSQL for all test files; its data need not survive a crash. */
export async function startTestCluster(): Promise<TestCluster> {
  const { url, stop } = await startEmptyCluster();
  await migrate(url);
  return { templateUrl: url, stop };
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
