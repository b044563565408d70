import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const startWithinMs = 60_000;

/**
 * @typedef {object} ServerProcess
 * @property {number} port
 * @property {number} pid
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a server in a process of its own and waits until it listens on its `port`; its output goes to `logFile`.
 *
 * @param {object} options
 * @param {string} [options.program] Node, the one of this process unless given.
 * @param {readonly string[]} [options.options] Node's own.
 * @param {URL} options.script
 * @param {Record<string, string>} options.environment
 * @param {string} options.logFile
 * @returns {Promise<ServerProcess>}
 */
export async function startServer({ program = process.execPath, options = [], script, environment, logFile }) {
  const port = await freePort();
  const log = await open(logFile, 'w');
  const child = spawn(program, [...options, fileURLToPath(script)], {
    // One client of a benchmark asks more than any other does.
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      RATE_LIMIT_TOKEN: '999999999',
      CONSOLE: 'false',
      ...environment,
    },
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill();
    await ended;
  };
  const deadline = Date.now() + startWithinMs;
  while (!(await listens(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`${script} did not start:\n${await readFile(logFile, 'utf8')}`);
    }
    await delay(20);
  }
  return { port, pid: child.pid ?? 0, stop };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/** @param {number} port */
async function listens(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
