import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { freePort, knock } from './ports.js';

const places = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'].flatMap((folder) => [
  `${folder}/redis-server`,
  `${folder}/valkey-server`,
]);

/** Where a server of Redis's protocol is; undefined on a machine that has none. */
export const redisPath = places.find((place) => existsSync(place));

export interface Redis {
  readonly url: string;
  /** Starts it with nothing in it. */
  start(): Promise<void>;
  /** Keeps the connections and answers nothing. */
  pause(): void;
  kill(): Promise<void>;
  /** Kills it and clears up. */
  remove(): Promise<void>;
}

/** A Redis on a loopback port that asks for a password and keeps nothing; it is yet to be started. */
export async function newRedis(password: string): Promise<Redis> {
  const path = redisPath;
  if (path === undefined) throw new Error('There is no redis-server here: `apt-get install redis-server`.');
  const cwd = await mkdtemp(join(tmpdir(), 'tokenvue-redis-'));
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--requirepass', password, '--save', ''];
  let child: ChildProcess | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  const kill = async () => {
    child?.kill('SIGKILL');
    await ended;
  };
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    start: async () => {
      child = spawn(path, settings, { cwd, stdio: 'ignore' });
      ended = once(child, 'exit');
      await eventually(() => knock(port));
    },
    pause: () => child?.kill('SIGSTOP'),
    kill,
    remove: async () => {
      await kill();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}
