/**
 * Packs the SDK, installs the tarball in fresh projects, and uses it there as its users would: in Node, in a browser and
 * in an edge runtime, and with three major versions of TypeScript. Every `ts` example of the READMEs and of the pages on
 * guardrails and gateways is compiled and run against the real server on its demonstration data. Prints a line a check, and ends with
 * 1 when one fails.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeProgram } from '../../.ci/node-program.mjs';
import { entryPoints, importSdk, useSdk } from './consumer-program.mjs';
import { commonJsTypes, compilations, moduleTypes, strict } from './consumer-types.mjs';
import { startServer } from './demo-server.mjs';
import { startPage, useAtEdge, useInBrowser } from './web-runtimes.mjs';

const sdk = fileURLToPath(new URL('..', import.meta.url));
const root = join(sdk, '..');
const temp = mkdtempSync(join(tmpdir(), 'tokenvue-sdk-package-'));
const endpointInExamples = 'http://127.0.0.1:4000/graphql';
const nodes = [20, 22, 24];
const typescripts = ['5.9.3', '6.0.3', '7.0.2'];

let failed = false;
try {
  const [packed] = JSON.parse(
    run('it packs', 'npm', ['pack', '--json', '--foreground-scripts=false', '--pack-destination', temp], sdk) || '[{}]',
  );
  const files = (packed.files ?? []).map(({ path }) => path).sort();
  check(
    'it holds the build, its pages, folders for entry points, README, LICENSE and nothing else',
    `${files}` === `${filesExpected()}`,
    files.join('\n'),
  );
  const tarball = join(temp, packed.filename ?? 'no-tarball.tgz');

  const page = await startPage();
  const server = await startServer(join(temp, 'server'), { CORS_ORIGINS: page.origin });
  try {
    // Now, because a connection that is kept is gone after a program that was waited for.
    const gateway = await gatewayToken(server);
    await checkRuntimes(tarball, server, page);
    checkTypes(tarball);
    await checkExamples(server, gateway);
  } finally {
    await server.stop();
    page.close();
  }
  run('publint is content', 'npm', ['exec', '--no', '--', 'publint', 'run', '--strict', tarball], sdk);
  const attw = ['exec', '--no', '--', 'attw', '--no-definitely-typed', '--format', 'ascii', tarball];
  run('arethetypeswrong is content', 'npm', [...attw, '--exclude-entrypoints', './schema.graphql'], sdk);
} finally {
  rmSync(temp, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;

/** Each source file, compiled and described for both module systems. */
function filesExpected() {
  const modules = readdirSync(join(sdk, 'src'), { recursive: true })
    .filter((file) => file.endsWith('.ts') && !/\.(test|long)\.ts$/.test(file) && !file.startsWith('testing'))
    .map((file) => file.replaceAll('\\', '/').replace(/\.ts$/, ''));
  const built = ['esm', 'cjs'].flatMap((folder) =>
    modules.flatMap((module) => [`dist/${folder}/${module}.js`, `dist/${folder}/${module}.d.ts`]),
  );
  const { exports } = JSON.parse(readFileSync(join(sdk, 'package.json'), 'utf8'));
  const folders = Object.keys(exports).filter((name) => !/^\.$|\.(json|graphql)$/.test(name));
  const stubs = folders.map((name) => `${name.slice(2)}/package.json`);
  const docs = readdirSync(join(sdk, 'docs'), { recursive: true }).map((file) => `docs/${file.replaceAll('\\', '/')}`);
  const pages = docs.filter((file) => file.endsWith('.md'));
  const rest = ['LICENSE', 'README.md', 'package.json', 'dist/cjs/package.json', 'dist/schema.graphql'];
  return [...rest, ...pages, ...stubs, ...built].sort();
}

/** The same program as an ES module and as CommonJS in each Node, in a browser and in an edge runtime. */
async function checkRuntimes(tarball, server, { origin }) {
  const { endpoint, token } = server;
  const program = `${useSdk}\nuseSdk(sdk, ${JSON.stringify({ endpoint, token })}).then(console.log);`;
  const imports = {
    module: importSdk,
    commonjs: `const sdk = Object.assign({}, ...${JSON.stringify(entryPoints)}.map(require));`,
  };
  for (const [type, importing] of Object.entries(imports)) {
    const folder = freshProject(type, { type });
    install(`it installs without network in a fresh project of type ${type}`, folder, ['--offline', tarball]);
    writeFileSync(join(folder, 'index.js'), `${importing}\n${program}`);
    for (const major of nodes) {
      const printed = run(`it works as ${type} in Node ${major}`, nodeProgram(major), ['index.js'], folder);
      check(`the program as ${type} came to its end in Node ${major}`, printed.trim() === 'used');
    }
    const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    check(`it brings no other package to ${type}`, installed.join() === '@tokenvue', installed.join(' '));
  }
  const folder = join(temp, 'module');
  const inBrowser = await useInBrowser(folder, { endpoint, token }, origin);
  check('it works bundled in Chromium', inBrowser === 'used', inBrowser);
  const atEdge = await useAtEdge(folder, { endpoint, token });
  check('it works bundled in an edge runtime', atEdge === 'used', atEdge);
}

/** A program that uses every entry point, with each TypeScript, as an ES module and as CommonJS. */
function checkTypes(tarball) {
  for (const version of typescripts) {
    const folder = freshProject(`typescript-${version}`, { type: 'module' });
    const packages = [tarball, `typescript@${version}`, 'graphql@16', '@types/node@20'];
    install(`it installs beside TypeScript ${version}`, folder, ['--prefer-offline', ...packages]);
    writeFileSync(join(folder, 'module.ts'), moduleTypes);
    writeFileSync(join(folder, 'common.cts'), commonJsTypes);
    for (const [runtime, options] of Object.entries(compilations)) {
      // Bundlers have no `import = require`.
      const programs = runtime.includes('bundler') ? ['module.ts'] : ['module.ts', 'common.cts'];
      const compile = ['node_modules/typescript/bin/tsc', ...strict, ...options, ...programs];
      run(`TypeScript ${version} compiles it ${runtime}`, process.execPath, compile, folder);
    }
  }
}

/** The examples of one page continue each other, so they are one program. */
async function checkExamples(server, gateway) {
  const folder = join(temp, `typescript-${typescripts.at(-1)}`);
  const { endpoint } = server;
  for (const [name, file, token] of [
    ['sdk-readme', join(sdk, 'README.md'), server.token],
    ['root-readme', join(root, 'README.md'), server.token],
    ['guardrails-page', join(sdk, 'docs/guardrails.md'), server.token],
    ['gateways-page', join(sdk, 'docs/gateways.md'), gateway],
  ]) {
    const blocks = [...readFileSync(file, 'utf8').matchAll(/^```(?:ts|typescript)\n(.*?)^```$/gms)];
    const program = blocks.map(([, code]) => code).join('');
    check(`${name} has examples`, program !== '');
    const code = `declare const token: string;\n${program.replaceAll(endpointInExamples, endpoint)}`;
    writeFileSync(join(folder, `${name}.ts`), code);
    const options = [...strict.filter((option) => option !== '--noEmit'), ...compilations['for Node']];
    const compile = ['node_modules/typescript/bin/tsc', ...options, `${name}.ts`];
    run(`the examples of ${name} compile`, process.execPath, compile, folder);
    const start = `globalThis.token = '${token}'; await import('./${name}.js');`;
    const printed = run(`the examples of ${name} run`, process.execPath, ['--input-type=module', '-e', start], folder);
    check(`the examples of ${name} print something`, printed !== '');
  }
}

/** A service token as a gateway has it. */
async function gatewayToken({ endpoint, token }) {
  const query =
    'mutation { createServiceToken(input: { name: "Gateway of the examples", scopes: [GATEWAY] }) { token userErrors { message } } }';
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return (await response.json()).data?.createServiceToken?.token;
}

function freshProject(name, fields) {
  const folder = join(temp, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, ...fields }));
  return folder;
}

function install(name, folder, packages) {
  run(name, 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages], folder);
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
  console.log(String(details).replace(/^/gm, '  '));
}
