import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot, unprivilegedUser } from '../embedded-postgres/database-user.js';
import { eventually } from './eventually.js';
import { freePort, knock } from './ports.js';

const places = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'];

/** Where the program is; undefined on a machine that has none. */
export const pgbouncerPath = places.find((place) => existsSync(place));

export interface Pooler {
  /** What clients connect to in place of the database. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface PoolerOptions {
  /** Connections to PostgreSQL that all clients share. */
  readonly poolSize: number;
}

/** Starts PgBouncer in transaction mode in front of the database, as somebody who is not root, as it wants. */
export async function startPooler(databaseUrl: string, { poolSize }: PoolerOptions): Promise<Pooler> {
  if (pgbouncerPath === undefined) throw new Error('There is no pgbouncer here: `apt-get install pgbouncer`.');
  const { hostname, port, username, password } = new URL(databaseUrl);
  const user = isRoot() ? await unprivilegedUser() : undefined;
  const folder = await mkdtemp(join(tmpdir(), 'tokenvue-pooler-'));
  const listenPort = await freePort();
  const users = join(folder, 'users.txt');
  const configuration = join(folder, 'pgbouncer.ini');
  await writeFile(users, `"${username}" "${decodeURIComponent(password)}"\n`);
  await writeFile(
    configuration,
    `[databases]
    * = host=${hostname} port=${port}
    [pgbouncer]
    listen_addr = 127.0.0.1
    listen_port = ${listenPort}
    unix_socket_dir =
    auth_type = scram-sha-256
    auth_file = ${users}
    pool_mode = transaction
    default_pool_size = ${poolSize}
    max_client_conn = 200
    `.replace(/^ +/gm, ''),
  );
  await chmod(folder, 0o700);
  if (user !== undefined) {
    for (const path of [folder, users, configuration]) await chown(path, user.uid, user.gid);
  }
  const child = spawn(pgbouncerPath, [configuration], { ...user, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  const log: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => log.push(chunk.toString()));
  const ended = endOf(child);
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.race([eventually(() => knock(listenPort)), ended.then(() => Promise.reject(new Error('It ended.')))]);
  } catch (error) {
    await stop();
    throw new Error(`PgBouncer did not start: ${log.join('')}`, { cause: error });
  }
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${listenPort}`;
  return { url: url.href, stop };
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}
