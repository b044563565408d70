/** Builds ES modules and CommonJS into dist/, or into the folder given as the first argument. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const sdk = fileURLToPath(new URL('..', import.meta.url));
const out = resolve(process.argv[2] ?? join(sdk, 'dist'));
const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
const { resolve: locate } = createRequire(import.meta.url);

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
// The ES modules last, because both are made of them.
for (const format of ['cjs', 'esm']) {
  bringAlong('re2js', 'guardrails/re2.js', format);
  bringAlong('libphonenumber-js', 'guardrails/countries.js', format);
}
copyFileSync(join(sdk, '../schema.graphql'), join(out, 'schema.graphql'));

/**
 * Copies a library into the one file that uses it, so that the SDK has no dependencies, and a guardrail means the same
 * wherever the same SDK is.
 */
function bringAlong(library, file, format) {
  const [found] = /.*node_modules[\\/][^\\/]+/.exec(locate(library)) ?? [];
  const licence = readFileSync(join(found, 'LICENSE'), 'utf8').trim();
  buildSync({
    entryPoints: [join(out, 'esm', file)],
    outfile: join(out, format, file),
    allowOverwrite: true,
    bundle: true,
    minify: true,
    format,
    target: 'es2022',
    nodePaths: [join(sdk, 'node_modules'), join(sdk, '../node_modules')],
    legalComments: 'none',
    banner: { js: `/*! This file holds ${library}.\n\n${licence}\n*/` },
  });
}
