import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Starts the PostgreSQL of the whole run; Jest does not compile what runs outside of its workers, so esbuild does. */
export default async function setUp() {
  const here = dirname(fileURLToPath(import.meta.url));
  // Inside the package, so that its dependencies are found.
  const folder = await mkdtemp(join(here, '..', '..', 'node_modules', '.test-cluster-')).catch(() =>
    mkdtemp(join(here, '..', '..', '..', 'node_modules', '.test-cluster-')),
  );
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
  globalThis.stopTestCluster = cluster.stop;
}
