import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, lstat, mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { build } from 'esbuild';
import pg from 'pg';
import { eventually } from '../testing/eventually.js';
import { type DatabaseUser, unprivilegedUser } from './database-user.js';
import { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded-postgres.js';
import { installedPostgresPackage, runnableBinaries } from './postgres-binaries.js';
import { readPidFile, startPostmaster } from './postmaster.js';

jest.setTimeout(60_000);

const root = process.getuid?.() === 0;
const testAsRoot = root ? test : test.skip;

/** A server reduced to its database: it prints its URL, or why it did not start, and then lives until it is killed. */
const SERVER = `
  import { startEmbeddedPostgres } from './embedded-postgres.js';
  try {
    const postgres = await startEmbeddedPostgres({ dataDir: process.argv[2] });
    console.log(postgres.url);
  } catch (error) {
    console.log(error.message);
  }
`;

let folder: string;
let serverScript: string;
let dataDir: string;
const started = new Set<EmbeddedPostgres>();
const servers = new Set<ChildProcess>();

beforeAll(async () => {
  // Under the package, because that is where its imports are found.
  const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));
  await mkdir(cache, { recursive: true });
  serverScript = join(await mkdtemp(join(cache, 'embedded-postgres-')), 'server.mjs');
  await build({
    stdin: {
      contents: SERVER,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      loader: 'ts',
    },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outfile: serverScript,
  });
  folder = await realpath(await mkdtemp(join(tmpdir(), 'embedded-postgres-')));
  await chmod(folder, 0o755);
  dataDir = join(folder, 'data');
});

afterEach(async () => {
  await Promise.all([...started].map((postgres) => postgres.stop()));
  started.clear();
  await Promise.all([...servers].map(kill));
  servers.clear();
});

afterAll(async () => {
  await rm(join(serverScript, '..'), { recursive: true });
  // PostgreSQL of a killed server may still be writing its last files.
  await rm(folder, { recursive: true, maxRetries: 50, retryDelay: 100 });
});

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, ...options });
  started.add(postgres);
  return postgres;
}

/** Starts a server in a process of its own and answers the first line that it prints. */
async function startServer(folder = dataDir): Promise<{ server: ChildProcess; line: string }> {
  const server = spawn(process.execPath, [serverScript, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  servers.add(server);
  const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
  return { server, line };
}

async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = once(server, 'exit');
  server.kill('SIGKILL');
  await exit;
}

/** Kills the server, PostgreSQL with its watcher, which is in its process group, and all of its processes. */
async function killEverything(server: ChildProcess, url: string): Promise<void> {
  const processes = await query<{ pid: number }>(url, 'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
  const group = -postmasterPid();
  server.kill('SIGKILL');
  for (const pid of [group, ...processes.map(({ pid }) => pid)]) process.kill(pid, 'SIGKILL');
}

async function dataOwner(): Promise<DatabaseUser> {
  const { uid, gid } = await stat(join(dataDir, 'postgres', 'data'));
  return root ? { uid, gid } : undefined;
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function names(url: string): Promise<string[]> {
  return (await query<{ name: string }>(url, 'SELECT name FROM note ORDER BY name')).map(({ name }) => name);
}

async function freePort(): Promise<string> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return String(port);
}

function postmasterPid(): number {
  const { pid } = readPidFile(join(dataDir, 'postgres', 'data')) ?? {};
  if (pid === undefined) throw new Error('PostgreSQL does not run');
  return pid;
}

describe('the embedded PostgreSQL', () => {
  test('starts on an empty folder, with the database that was asked for, durable and on the loopback address alone', async () => {
    const postgres = await start({
      database: 'Any "name"',
      settings: { work_mem: '5MB' },
    });
    const [row] = await query(
      postgres.url,
      `SELECT current_database() AS database, current_setting('fsync') AS fsync,
              current_setting('synchronous_commit') AS commit, current_setting('work_mem') AS memory,
              current_setting('listen_addresses') AS addresses, current_setting('unix_socket_directories') AS sockets`,
    );
    expect(row).toEqual({
      database: 'Any "name"',
      fsync: 'on',
      commit: 'on',
      memory: '5MB',
      addresses: '127.0.0.1',
      sockets: '',
    });
    expect(postgres.directory).toBe(join(dataDir, 'postgres'));
  });

  test('lets nobody in without its password, which only its user can read', async () => {
    const postgres = await start();
    const url = new URL(postgres.url);
    url.password = 'guess';
    await expect(query(url.href, 'SELECT')).rejects.toThrow('password authentication failed');
    expect((await stat(join(postgres.directory, 'password'))).mode & 0o777).toBe(0o600);
  });

  test('keeps its data over a stop and a start, and is gone when stop answers', async () => {
    const postgres = await start();
    await query(postgres.url, "CREATE TABLE note (name text); INSERT INTO note VALUES ('kept')");
    const pid = postmasterPid();
    await Promise.all([postgres.stop(), postgres.stop()]);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');

    expect(await names((await start()).url)).toEqual(['kept']);
  });

  test('ends by itself when its server is killed', async () => {
    const { server, line: url } = await startServer();
    await query(url, 'SELECT');
    await kill(server);
    await eventually(() => expect(query(url, 'SELECT')).rejects.toThrow('ECONNREFUSED'));
  });

  test('starts at once with its data after its server was killed', async () => {
    const { server, line: url } = await startServer();
    await query(url, "INSERT INTO note VALUES ('server killed')");
    await kill(server);
    expect(await names((await start()).url)).toContain('server killed');
  });

  test('has every acknowledged row when the server, PostgreSQL and all its processes are killed at once', async () => {
    const { server, line: url } = await startServer();
    const client = new pg.Client(url);
    client.on('error', () => {});
    await client.connect();
    const acknowledged: string[] = [];
    const writing = (async () => {
      for (;;) {
        const name = `row ${acknowledged.length}`;
        await client.query('INSERT INTO note VALUES ($1)', [name]);
        acknowledged.push(name);
      }
    })();
    writing.catch(() => {});
    await eventually(async () => expect(acknowledged.length).toBeGreaterThan(50));

    await killEverything(server, url);
    const restarted = await start();
    await expect(writing).rejects.toThrow();
    expect(await names(restarted.url)).toEqual(expect.arrayContaining(acknowledged));
  });

  test('starts at once when the process id of a killed PostgreSQL is meanwhile that of another program', async () => {
    const { server, line: url } = await startServer();
    await killEverything(server, url);
    const other = spawn('sleep', ['60'], { ...(await dataOwner()), cwd: '/' });
    try {
      const pidFile = join(dataDir, 'postgres', 'data', 'postmaster.pid');
      await writeFile(pidFile, (await readFile(pidFile, 'utf8')).replace(/^\d+/, String(other.pid)));
      expect(await names((await start()).url)).toContain('kept');
    } finally {
      other.kill();
    }
  });

  test('refuses a second server on the same folder with one line that names the folder and DATA_DIR', async () => {
    const postgres = await start();
    const { server, line } = await startServer();
    expect(line).toBe(
      `Another server runs on the data in ${dataDir} (DATA_DIR): stop it, or give this one another DATA_DIR`,
    );
    if (server.exitCode === null) await once(server, 'exit');
    expect(await names(postgres.url)).toContain('kept');
  });

  test('lets exactly one of two servers have an empty folder when both start at the same moment', async () => {
    const contested = join(folder, 'contested');
    const lines = (await Promise.all([startServer(contested), startServer(contested)])).map(({ line }) => line);
    const urls = lines.filter((line) => line.startsWith('postgres://'));
    expect(urls).toHaveLength(1);
    expect(lines).toContainEqual(expect.stringContaining(`Another server runs on the data in ${contested} (DATA_DIR)`));
    for (const url of urls) expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('is started again under the same URL when it is killed alone, and says so', async () => {
    const notices: string[] = [];
    const postgres = await start({
      onNotice: (message) => notices.push(message),
    });
    const { url } = postgres;
    process.kill(postmasterPid(), 'SIGKILL');

    expect(await eventually(() => names(url))).toContain('kept');
    expect(postgres.url).toBe(url);
    expect(notices).toContain(`PostgreSQL in ${postgres.directory} ended (signal SIGKILL): starting it again`);
  });

  test('stays stopped when it is stopped while it is being started again', async () => {
    const notices: string[] = [];
    const postgres = await start({
      onNotice: (message) => notices.push(message),
    });
    process.kill(postmasterPid(), 'SIGKILL');
    await eventually(async () => expect(notices.join()).toContain('starting it again'));
    await postgres.stop();
    await expect(query(postgres.url, 'SELECT')).rejects.toThrow('ECONNREFUSED');
  });

  test('still refuses a second server after the connection that marks it as taken was lost', async () => {
    const postgres = await start();
    await query(postgres.url, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'");
    const pid = postmasterPid();
    const { line } = await startServer();
    expect(line).toContain('Another server runs');
    expect(postmasterPid()).toBe(pid);
  });

  test('takes the place of a PostgreSQL whose server and watcher are gone', async () => {
    const user = await dataOwner();
    const orphan = startPostmaster({
      bin: await runnableBinaries(installedPostgresPackage(), dataDir, user),
      data: join(dataDir, 'postgres', 'data'),
      log: join(dataDir, 'postgres', 'postgres.log'),
      user,
      settings: {
        port: await freePort(),
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
      },
    });
    try {
      await orphan.ready();
      expect(await names((await start()).url)).toContain('kept');
      expect(orphan.running).toBe(false);
    } finally {
      await orphan.stop();
    }
  });
});

describe('an install', () => {
  let home: string;
  let packageFolder: string;
  let sharedFolder: string;

  beforeAll(async () => {
    home = join(folder, 'home');
    packageFolder = join(home, 'package');
    sharedFolder = join(folder, 'shared');
    const installed = installedPostgresPackage();
    await mkdir(home);
    await cp(installed, packageFolder, {
      recursive: true,
      filter: async (source) => !(await lstat(source)).isSymbolicLink(),
    });
  });

  test('whose package scripts were blocked, so that the libraries have no links, works from a copy', async () => {
    const postgres = await startEmbeddedPostgres({ dataDir: join(home, 'data') }, { packageFolder, sharedFolder });
    started.add(postgres);
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(postgres.directory).toBe(join(home, 'data', 'postgres'));
  });

  test('that cannot run here says what its programs said, and what to do', async () => {
    const broken = join(home, 'broken');
    await cp(packageFolder, broken, {
      recursive: true,
      filter: (source) => !/share|[.]so/.test(source),
    });
    const starting = startEmbeddedPostgres({ dataDir: join(home, 'unused') }, { packageFolder: broken, sharedFolder });
    await expect(starting).rejects.toThrow(/shared libraries.*set DATABASE_URL/);
  });

  testAsRoot(
    'under a home folder of mode 0700 keeps programs and data where the database user reads them',
    async () => {
      await chmod(home, 0o700);
      const closed = join(home, 'closed');
      const notices: string[] = [];
      const options = {
        dataDir: closed,
        onNotice: (message: string) => notices.push(message),
      };
      const first = await startEmbeddedPostgres(options, {
        packageFolder,
        sharedFolder,
      });
      started.add(first);
      expect(first.directory.startsWith(sharedFolder)).toBe(true);
      expect(await realpath(join(closed, 'postgres'))).toBe(first.directory);
      expect(notices).toContain(
        `The embedded PostgreSQL keeps its data in ${first.directory}, because its user cannot reach ${closed}`,
      );
      expect((await stat(join(first.directory, 'data'))).uid).toBe((await unprivilegedUser())?.uid);
      await query(first.url, "CREATE TABLE note (name text); INSERT INTO note VALUES ('closed')");
      await first.stop();

      const second = await startEmbeddedPostgres(options, {
        packageFolder,
        sharedFolder,
      });
      started.add(second);
      expect(second.directory).toBe(first.directory);
      expect(await names(second.url)).toEqual(['closed']);
    },
  );
});
