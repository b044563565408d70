/** Builds ES modules and CommonJS into dist/, or into the folder given as the first argument. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const sdk = fileURLToPath(new URL('..', import.meta.url));
const out = resolve(process.argv[2] ?? join(sdk, 'dist'));
const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

rmSync(out, { recursive: true, force: true });
for (const [project, folder] of [
  ['tsconfig.build.json', 'esm'],
  ['tsconfig.cjs.json', 'cjs'],
]) {
  const args = [tsc, '-p', join(sdk, project), '--outDir', join(out, folder)];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
// The package is "type": "module", which this turns off for the CommonJS half.
writeFileSync(join(out, 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
copyFileSync(join(sdk, '../schema.graphql'), join(out, 'schema.graphql'));
