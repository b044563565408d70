// `npm start`: looks at the settings and the port, builds what has changed since the last time, and runs the server here.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const stamps = join(root, 'node_modules', '.cache', 'tokenvue-build');

/** What each step is made of, and what it makes; in the order in which one needs the other. */
const steps = [
  {
    name: 'SDK',
    command: ['run', '--silent', 'build', '-w', 'sdk'],
    inputs: ['sdk/src', 'sdk/scripts/build.mjs', 'sdk/package.json', 'schema.graphql', ...configurations('sdk')],
    outputs: ['sdk/dist'],
  },
  {
    name: 'server',
    command: ['run', '--silent', 'compile', '-w', 'server'],
    inputs: ['server/src', 'sdk/src/guardrails', 'server/package.json', ...configurations('server')],
    outputs: ['server/dist'],
    // Of other steps.
    except: ['server/dist/graphiql/assets', 'server/dist/graphiql/index.html', 'server/dist/console'],
  },
  {
    name: 'GraphiQL',
    command: ['run', '--silent', 'build:graphiql', '-w', 'server'],
    inputs: ['server/graphiql', 'server/scripts/build-graphiql.mjs'],
    outputs: ['server/dist/graphiql/assets', 'server/dist/graphiql/index.html'],
  },
  {
    name: 'console',
    command: ['run', '--silent', 'build:console'],
    inputs: ['sdk/examples/console', 'sdk/src', 'schema.graphql', 'package.json'],
    outputs: ['server/dist/console'],
  },
];

/** TypeScript's settings of a package. */
function configurations(folder) {
  const own = readdirSync(join(root, folder)).filter((file) => /^tsconfig.*\.json$/.test(file));
  return ['tsconfig.base.json', ...own.map((file) => `${folder}/${file}`)];
}

const skipped = /(^|[\\/])(node_modules|\.[^\\/]+)$|\.(test|api|long|recipe|pooler|browser)\.ts$/;

/** A digest of the files' paths and contents; null where one of them is missing. */
function digestOf(paths, except = []) {
  const hash = createHash('sha256');
  const add = (path) => {
    if (skipped.test(path) || except.includes(path.split(sep).join('/'))) return;
    const full = join(root, path);
    if (statSync(full).isDirectory()) {
      for (const entry of readdirSync(full).sort()) add(join(path, entry));
    } else {
      hash.update(`${path}\n`).update(readFileSync(full));
    }
  };
  try {
    for (const path of paths) add(path);
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
  return hash.digest('hex');
}

function stampOf({ inputs, outputs, except }) {
  // The lock says what the step is made with.
  return { inputs: digestOf(['package-lock.json', ...inputs]), outputs: digestOf(outputs, except) };
}

function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

/** From the sources, so that it can be asked before there is a build. */
async function canStart() {
  const entryPoints = [join(root, 'server', 'src', 'start-check.ts')];
  const { outputFiles } = buildSync({ entryPoints, bundle: true, write: false, format: 'esm', platform: 'node' });
  const source = Buffer.from(outputFiles[0].contents).toString('base64');
  const { tellStartCheck } = await import(`data:text/javascript;base64,${source}`);
  return tellStartCheck();
}

function build(step) {
  const file = join(stamps, `${step.name}.json`);
  const before = stampOf(step);
  const known = readStamp(file);
  if (before.outputs !== null && known.inputs === before.inputs && known.outputs === before.outputs) return;
  process.stdout.write(`Building: ${step.name}\n`);
  const npm = process.env.npm_execpath;
  const [program, args] = npm === undefined ? ['npm', step.command] : [process.execPath, [npm, ...step.command]];
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ inputs: before.inputs, outputs: stampOf(step).outputs }));
}

if (await canStart()) {
  for (const step of steps) build(step);
  await import(new URL('../dist/main.js', import.meta.url).href);
} else {
  process.exitCode = 1;
}
