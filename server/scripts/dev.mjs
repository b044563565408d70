// The server in watch mode: compiles at every change, and Node restarts the server when the compiled files change.
import { spawn, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const server = join(dirname(fileURLToPath(import.meta.url)), '..');
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
const project = ['-p', join(server, 'tsconfig.build.json')];

// A first compilation with errors still leaves files to run, and the watching compiler tells of the errors again.
for (const step of [[tsc, ...project], [join(server, 'scripts', 'build-graphiql.mjs')]]) {
  spawnSync(process.execPath, step, { stdio: 'inherit' });
}

// In a process group of its own: the compiler is a child of its launcher, and both have to be stopped.
const compiler = spawn(process.execPath, [tsc, ...project, '--watch', '--preserveWatchOutput'], {
  stdio: 'inherit',
  detached: true,
});
const app = spawn(process.execPath, ['--watch', '--watch-preserve-output', join(server, 'dist', 'main.js')], {
  stdio: 'inherit',
});

const stop = () => app.kill('SIGTERM');
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
app.on('exit', (code) => {
  process.kill(-compiler.pid, 'SIGTERM');
  process.exit(code ?? 0);
});
