import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Starts the PostgreSQL of the whole run; Jest does not compile what runs outside of its workers, so esbuild does. */
export default async function setUp() {
  // Each project of Jest calls this; one cluster serves them all.
  if (globalThis.stopTestCluster !== undefined) return;
  const here = dirname(fileURLToPath(import.meta.url));
  // Beside the packages, so that the compiled file finds its dependencies.
  const packages = dirname(dirname(createRequire(import.meta.url).resolve('pg/package.json')));
  const folder = await mkdtemp(join(packages, '.test-cluster-'));
  const outfile = join(folder, 'test-cluster.mjs');
  await build({
    entryPoints: [join(here, 'test-cluster.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  const { startTestCluster } = await import(pathToFileURL(outfile).href);
  await rm(folder, { recursive: true });
  const cluster = await startTestCluster();
  process.env.TEST_TEMPLATE_URL = cluster.templateUrl;
  process.env.TEST_DATABASE_IS_DISTRIBUTED = String(cluster.isDistributed);
  // Where `statement-lint.ts` notes what it has looked at, so that each statement is looked at once a run.
  const seenStatements = await mkdtemp(join(tmpdir(), 'tokenvue-statements-'));
  process.env.TEST_SEEN_STATEMENTS = seenStatements;
  globalThis.stopTestCluster = async () => {
    await cluster.stop();
    await rm(seenStatements, { recursive: true });
  };
}
