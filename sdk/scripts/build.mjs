/**
 * Builds ES modules and CommonJS into dist/, or into the folder given as the first argument. With `--guardrails` only what
 * evaluates guardrails, as ES modules into dist/: the server needs that, also while its schema has what the rest of the SDK
 * is yet to be generated from.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const sdk = fileURLToPath(new URL('..', import.meta.url));
const isPart = process.argv[2] === '--guardrails';
const out = isPart ? join(sdk, 'dist') : resolve(process.argv[2] ?? join(sdk, 'dist'));
const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
const { resolve: locate } = createRequire(import.meta.url);

if (isPart) {
  compile('tsconfig.guardrails.json', 'esm');
  bringLibraries('esm');
} else {
  rmSync(out, { recursive: true, force: true });
  // Whatever is for every runtime is compiled once more without the types of Node.
  compile('tsconfig.node.json', 'esm');
  compile('tsconfig.node-cjs.json', 'cjs');
  compile('tsconfig.build.json', 'esm');
  compile('tsconfig.cjs.json', 'cjs');
  // The package is "type": "module", which this turns off for the CommonJS half.
  writeFileSync(join(out, 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
  // The ES modules last, because both are made of them.
  bringLibraries('cjs');
  bringLibraries('esm');
  copyFileSync(join(sdk, '../schema.graphql'), join(out, 'schema.graphql'));
  if (out === join(sdk, 'dist')) writeFolders();
}

/** For tools that do not read `exports`: each entry point as a folder that says where it is. */
function writeFolders() {
  const { exports } = JSON.parse(readFileSync(join(sdk, 'package.json'), 'utf8'));
  for (const [name, { require: entry, import: module }] of Object.entries(exports)) {
    if (name === '.' || entry === undefined) continue;
    const toRoot = '../'.repeat(name.split('/').length - 1);
    const inRoot = (path) => path.replace('./', toRoot);
    const fields = {
      main: inRoot(entry.default),
      module: inRoot(module.default),
      types: inRoot(entry.types),
      sideEffects: false,
    };
    mkdirSync(join(sdk, name), { recursive: true });
    writeFileSync(join(sdk, name, 'package.json'), `${JSON.stringify(fields, null, 2)}\n`);
  }
}

function compile(project, folder) {
  const args = [tsc, '-p', join(sdk, project), '--outDir', join(out, folder)];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
function bringLibraries(format) {
  bringAlong('re2js', 'guardrails/re2.js', format);
  bringAlong('libphonenumber-js', 'guardrails/countries.js', format);
}

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
