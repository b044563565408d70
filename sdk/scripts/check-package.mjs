/**
 * Packs the SDK, installs the tarball without network in fresh projects, and uses it there as its users would.
 * Prints a line a check, and ends with 1 when one fails.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sdk = fileURLToPath(new URL('..', import.meta.url));
const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
const temp = mkdtempSync(join(tmpdir(), 'tokenvue-sdk-package-'));

const useIt = `
const fetch = async () => new Response('{"data":{"workspace":null}}');
const client = new TokenVueClient({ endpoint: 'http://127.0.0.1/graphql', token: 'token', fetch });
client.workspaces.get('ws_01').then((workspace) => {
  if (workspace !== null) throw new Error('expected null');
});`;
const readme = readFileSync(join(sdk, 'README.md'), 'utf8');
const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code).join('');

const projects = {
  'ES module': {
    type: 'module',
    script: `import { TokenVueClient } from '@tokenvue/sdk';${useIt}`,
    types: `declare const token: string;\n${examples}`,
  },
  CommonJS: {
    type: 'commonjs',
    script: `const { TokenVueClient } = require('@tokenvue/sdk');${useIt}`,
    types: `import sdk = require('@tokenvue/sdk');\nexport const isOurs = (e: unknown) => e instanceof sdk.TokenVueError;`,
  },
};
const strict =
  '--strict --exactOptionalPropertyTypes --isolatedModules --module nodenext --target es2022 --noEmit'.split(' ');

let failed = false;
try {
  run('it packs', 'npm', ['pack', '--foreground-scripts=false', '--pack-destination', temp], sdk);
  const tarball = join(temp, readdirSync(temp).find((file) => file.endsWith('.tgz')) ?? 'no-tarball.tgz');

  for (const [kind, { type, script, types }] of Object.entries(projects)) {
    const folder = join(temp, type);
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type }));
    writeFileSync(join(folder, 'index.js'), script);
    writeFileSync(join(folder, 'types.ts'), types);
    const install = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball];
    run(`it installs without network in a fresh ${kind} project`, 'npm', install, folder);
    run(`it runs as ${kind} on Node ${process.versions.node}`, process.execPath, ['index.js'], folder);
    run(`it compiles as ${kind}`, process.execPath, [tsc, ...strict, 'types.ts'], folder);
  }
  check('the README has examples, which have compiled', examples !== '');
  const installed = readdirSync(join(temp, 'module', 'node_modules')).filter((name) => !name.startsWith('.'));
  check('it brings no other package', installed.join() === '@tokenvue', installed.join(' '));

  run('publint is content', 'npm', ['exec', '--no', '--', 'publint', 'run', '--strict', tarball], sdk);
  const attw = ['exec', '--no', '--', 'attw', '--no-definitely-typed', '--format', 'ascii', tarball];
  run('arethetypeswrong is content', 'npm', attw, sdk);
} finally {
  rmSync(temp, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

function run(name, command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
  });
  check(name, status === 0, error?.message ?? `${stdout}${stderr}`);
}

function check(name, ok, details = '') {
  console.log(`${ok ? 'ok' : 'not ok'} - ${name}`);
  if (ok) return;
  failed = true;
  console.log(details.replace(/^/gm, '  '));
}
