/**
 * Packs the SDK, installs the tarball without network in fresh projects, and uses it there as its users would: every
 * `ts` example of the READMEs is compiled and run against the real server on its demonstration data.
 * Prints a line a check, and ends with 1 when one fails.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer } from './demo-server.mjs';

const sdk = fileURLToPath(new URL('..', import.meta.url));
const root = join(sdk, '..');
const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
const temp = mkdtempSync(join(tmpdir(), 'tokenvue-sdk-package-'));
const endpointInExamples = 'http://127.0.0.1:4000/graphql';

const useIt = `
const fetch = async () => new Response('{"data":{"workspace":null}}');
const client = new TokenVueClient({ endpoint: 'http://127.0.0.1/graphql', token: 'token', fetch });
client.workspaces.get('ws_01').then((workspace) => {
  if (workspace !== null) throw new Error('expected null');
});`;
const projects = {
  'ES module': {
    type: 'module',
    script: `import { TokenVueClient } from '@tokenvue/sdk';${useIt}`,
    types: `import type { WorkspaceCard } from '@tokenvue/sdk';\nexport const nameOf = ({ name }: WorkspaceCard) => name;`,
  },
  CommonJS: {
    type: 'commonjs',
    script: `const { TokenVueClient } = require('@tokenvue/sdk');${useIt}`,
    types: `import sdk = require('@tokenvue/sdk');\nexport const isOurs = (e: unknown) => e instanceof sdk.TokenVueError;`,
  },
};
const strict = '--strict --exactOptionalPropertyTypes --isolatedModules --module nodenext --target es2022'.split(' ');
const runtimes = {
  'a browser': ['--lib', 'es2022,dom', '--types', ''],
  Node: ['--lib', 'es2022', '--types', 'node', '--typeRoots', join(root, 'node_modules/@types')],
};

let failed = false;
try {
  const [packed] = JSON.parse(
    run('it packs', 'npm', ['pack', '--json', '--foreground-scripts=false', '--pack-destination', temp], sdk) || '[{}]',
  );
  const files = (packed.files ?? []).map(({ path }) => path).sort();
  check('it holds the build, README, LICENSE and nothing else', `${files}` === `${filesExpected()}`, files.join('\n'));
  const tarball = join(temp, packed.filename ?? 'no-tarball.tgz');

  for (const [kind, { type, script, types }] of Object.entries(projects)) {
    const folder = join(temp, type);
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type }));
    writeFileSync(join(folder, 'index.js'), script);
    writeFileSync(join(folder, 'types.ts'), types);
    const install = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball];
    run(`it installs without network in a fresh ${kind} project`, 'npm', install, folder);
    run(`it runs as ${kind} on Node ${process.versions.node}`, process.execPath, ['index.js'], folder);
    for (const [runtime, libraries] of Object.entries(runtimes)) {
      const compile = [tsc, ...strict, ...libraries, '--noEmit', 'types.ts'];
      run(`it compiles as ${kind} for ${runtime}`, process.execPath, compile, folder);
    }
  }
  const consumer = join(temp, 'module');
  const installed = readdirSync(join(consumer, 'node_modules')).filter((name) => !name.startsWith('.'));
  check('it brings no other package', installed.join() === '@tokenvue', installed.join(' '));
  await checkExamples(consumer);

  run('publint is content', 'npm', ['exec', '--no', '--', 'publint', 'run', '--strict', tarball], sdk);
  const attw = ['exec', '--no', '--', 'attw', '--no-definitely-typed', '--format', 'ascii', tarball];
  run('arethetypeswrong is content', 'npm', attw, sdk);
} finally {
  rmSync(temp, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

/** Each source file, compiled and described for both module systems. */
function filesExpected() {
  const modules = readdirSync(join(sdk, 'src'), { recursive: true })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('testing'))
    .map((file) => file.replaceAll('\\', '/').replace(/\.ts$/, ''));
  const built = ['esm', 'cjs'].flatMap((folder) =>
    modules.flatMap((module) => [`dist/${folder}/${module}.js`, `dist/${folder}/${module}.d.ts`]),
  );
  return ['LICENSE', 'README.md', 'package.json', 'dist/cjs/package.json', ...built].sort();
}

/** The examples of one README continue each other, so they are one program. */
async function checkExamples(folder) {
  const server = await startServer(join(temp, 'server'));
  try {
    for (const [name, file] of [
      ['sdk-readme', join(sdk, 'README.md')],
      ['root-readme', join(root, 'README.md')],
    ]) {
      const blocks = [...readFileSync(file, 'utf8').matchAll(/^```(?:ts|typescript)\n(.*?)^```$/gms)];
      const program = blocks.map(([, code]) => code).join('');
      check(`${name} has examples, which call ${endpointInExamples}`, program.includes(endpointInExamples));
      const code = `declare const token: string;\n${program.replaceAll(endpointInExamples, server.endpoint)}`;
      writeFileSync(join(folder, `${name}.ts`), code);
      const compile = [tsc, ...strict, ...runtimes.Node, `${name}.ts`];
      run(`the examples of ${name} compile`, process.execPath, compile, folder);
      const start = `globalThis.token = '${server.token}'; await import('./${name}.js');`;
      const printed = run(
        `the examples of ${name} run`,
        process.execPath,
        ['--input-type=module', '-e', start],
        folder,
      );
      check(`the examples of ${name} print something`, printed !== '');
    }
  } finally {
    await server.stop();
  }
}

/** What the command printed; empty when it failed. */
function run(name, command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  check(name, status === 0, error?.message ?? `${stdout}${stderr}`);
  return status === 0 ? stdout : '';
}

function check(name, ok, details = '') {
  console.log(`${ok ? 'ok' : 'not ok'} - ${name}`);
  if (ok) return;
  failed = true;
  console.log(details.replace(/^/gm, '  '));
}
