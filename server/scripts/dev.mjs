// The server in watch mode: compiles on every change and restarts the server after each good compilation.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const server = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
const run = (...args) => spawn(process.execPath, args, { cwd: join(server, '..'), stdio: 'inherit' });

const build = run(join(server, 'scripts', 'build-graphiql.mjs'));
build.on('exit', (code) => {
  if (code !== 0) process.exit(code ?? 1);
  const compiler = run(tsc, '-p', join(server, 'tsconfig.build.json'), '--watch', '--preserveWatchOutput');
  const first = run(tsc, '-p', join(server, 'tsconfig.build.json'));
  first.on('exit', () => {
    const app = run('--watch', '--watch-preserve-output', join(server, 'dist', 'main.js'));
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.on(signal, () => {
        compiler.kill(signal);
        app.kill(signal);
      });
    }
  });
});
