import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'server/dist');

/** Compiles the server and starts it as `npm start` does, with its database in the folder and on a free port. */
export async function startServer(folder, environment = {}) {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, DATA_DIR: folder, PORT: '0', GRAPHIQL: 'false', CONSOLE: 'false', ...environment };
  finished(spawnSync('npm', ['run', '--silent', 'compile', '-w', 'server'], { cwd: root, encoding: 'utf8' }));
  const server = spawn(process.execPath, [join(dist, 'main.js')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(server, 'exit');
  const stop = () => {
    server.kill('SIGTERM');
    return exit;
  };
  try {
    const endpoint = await ready(server.stdout);
    const token = spawnSync(process.execPath, [join(dist, 'cli/token.js'), 'ada'], { env, encoding: 'utf8' });
    return { endpoint, token: finished(token).trim(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function finished({ status, stdout, stderr }) {
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
  return stdout;
}

/** The endpoint, as the log says when the server is ready. */
function ready(log) {
  const lines = createInterface(log);
  return new Promise((resolve, reject) => {
    const seen = [];
    lines.on('line', (line) => {
      seen.push(line);
      const { msg, graphql } = JSON.parse(line);
      if (msg === 'ready') resolve(graphql);
    });
    lines.on('close', () => reject(new Error(`The server did not start:\n${seen.join('\n')}`)));
  });
}
