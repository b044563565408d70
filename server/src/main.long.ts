import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { readPidFile } from './embedded-postgres/postmaster.js';
import { eventually } from './testing/eventually.js';
import { workspaceInput } from './testing/fixtures.js';
import { uuidOf } from './testing/rows.js';
import { createDatabase, createEmptyDatabase, type GraphQLAnswer } from './testing/test-server.js';
import { connect, untilWaiting } from './testing/waiting.js';

jest.setTimeout(90_000);

const run = promisify(execFile);
const serverFolder = fileURLToPath(new URL('..', import.meta.url));

/** The compiled server, as `npm start` runs it, and a data folder. */
let compiled: string;
let folder: string;
let dataDir: string;
const processes = new Set<ServerProcess>();

beforeAll(async () => {
  // Under the package, because that is where its imports are found.
  const cache = join(serverFolder, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  compiled = await mkdtemp(join(cache, 'main-'));
  await writeFile(join(compiled, 'package.json'), '{"type":"module"}');
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  await run(process.execPath, [tsc, '-p', join(serverFolder, 'tsconfig.build.json'), '--outDir', compiled]);
  folder = await realpath(await mkdtemp(join(tmpdir(), 'tokenvue-main-')));
  // As root, PostgreSQL runs as another user, who has to reach the folder.
  await chmod(folder, 0o755);
  dataDir = join(folder, 'data');
});
afterEach(async () => {
  await Promise.all([...processes].map((started) => started.signal('SIGKILL')));
  processes.clear();
});
afterAll(async () => {
  await rm(compiled, { recursive: true });
  // PostgreSQL of a killed server may still be writing its last files.
  await rm(folder, { recursive: true, maxRetries: 50, retryDelay: 100 });
});

/** The environment of a program: nothing of the test run's own. */
function environment(more: Record<string, string>): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    DATA_DIR: dataDir,
    DEMO_DATA: 'false',
    GRAPHIQL: 'false',
    CONSOLE: 'false',
    PORT: '0',
    ...more,
  };
}

/** The server in a process of its own. */
class ServerProcess {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  stdout = '';
  stderr = '';

  constructor(more: Record<string, string> = {}) {
    this.#child = spawn(process.execPath, [join(compiled, 'main.js')], {
      cwd: folder,
      env: environment(more),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString();
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    this.#exit = once(this.#child, 'close').then(([code]) => code as number | null);
    processes.add(this);
  }

  /** The address of GraphQL, as the server prints it when it is ready. */
  async endpoint(): Promise<string> {
    return eventually(() => {
      if (this.#child.exitCode !== null) return '';
      const line = this.stdout.split('\n').find((text) => text.includes('"msg":"ready"'));
      if (line === undefined) throw new Error(`Not ready: ${this.stdout}${this.stderr}`);
      return (JSON.parse(line) as { graphql: string }).graphql;
    });
  }

  /** Resolves with the exit code when the process is gone, null after a signal that kills. */
  exit(): Promise<number | null> {
    return this.#exit;
  }

  async signal(name: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    this.#child.kill(name);
    return this.#exit;
  }
}

async function ask<Data>(
  endpoint: string,
  token: string,
  query: string,
  variables: object = {},
): Promise<Pick<GraphQLAnswer<Data>, 'status' | 'data' | 'errors'>> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, ...((await response.json()) as Omit<GraphQLAnswer<Data>, 'status'>) };
}

async function printedBy(command: string, args: readonly string[], more: Record<string, string> = {}) {
  const script = join(compiled, 'cli', `${command}.js`);
  return run(process.execPath, [script, ...args], { cwd: folder, env: environment(more) });
}

const create = 'mutation ($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { workspace { id } } }';
const names = '{ workspaces { nodes { name } } }';

interface Created {
  readonly createWorkspace: { readonly workspace: { readonly id: string } };
}

describe('on a data folder of its own', () => {
  let token: string;

  test('the server starts, prints when it is ready, and takes the token that the token command prints', async () => {
    const server = new ServerProcess();
    const endpoint = await server.endpoint();
    const printed = await printedBy('token', ['ada', '--org', 'acme', '--name', 'Ada', '--team', 'core']);
    expect(printed.stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(printed.stderr).toBe('');
    token = printed.stdout.trim();
    const viewer = await ask(endpoint, token, '{ viewer { user { name } teams { name } } }');
    expect(viewer.data).toEqual({ viewer: { user: { name: 'Ada' }, teams: [{ name: 'core' }] } });
    await ask(endpoint, token, create, { input: workspaceInput({ name: 'Survivor' }) });

    expect(await server.signal('SIGTERM')).toBe(0);
    expect(server.stderr).toBe('');
    for (const line of server.stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg');
    expect(server.stdout).not.toContain(token);
    expect(readPidFile(join(dataDir, 'postgres', 'data'))).toBeUndefined();
  });

  test('the server has its data after it was killed, and a second one on the folder ends with a clear line', async () => {
    const first = new ServerProcess();
    await ask(await first.endpoint(), token, create, { input: workspaceInput({ name: 'Before the kill' }) });
    await first.signal('SIGKILL');

    const next = new ServerProcess();
    const endpoint = await next.endpoint();
    const kept = { workspaces: { nodes: [{ name: 'Before the kill' }, { name: 'Survivor' }] } };
    expect((await ask(endpoint, token, names)).data).toEqual(kept);

    const second = new ServerProcess();
    expect(await second.exit()).toBe(1);
    expect(second.stdout + second.stderr).toContain(
      `Another server runs on the data in ${dataDir} (DATA_DIR): stop it, or give this one another DATA_DIR`,
    );
    expect((await ask(endpoint, token, names)).data).toEqual(kept);
  });

  test('the server goes on when its PostgreSQL is killed alone', async () => {
    const server = new ServerProcess();
    const endpoint = await server.endpoint();
    const { pid } = readPidFile(join(dataDir, 'postgres', 'data')) ?? {};
    if (pid === undefined) throw new Error('PostgreSQL does not run.');
    process.kill(pid, 'SIGKILL');
    await eventually(async () => {
      expect(server.stdout).toContain('starting it again');
      const { data } = await ask(endpoint, token, names);
      expect(data).toMatchObject({ workspaces: { nodes: [{ name: 'Before the kill' }, { name: 'Survivor' }] } });
    });
    expect(await server.signal('SIGTERM')).toBe(0);
  });
});

describe('on a database of one’s own', () => {
  const secret = 'a-secret-of-at-least-32-bytes-0123456789';
  const authenticated = { AUTH_JWT_SECRET: secret };

  test('SIGTERM finishes the request that is under way, refuses new ones, and ends with 0', async () => {
    const databaseUrl = await createDatabase();
    const server = new ServerProcess({ ...authenticated, DATABASE_URL: databaseUrl });
    const endpoint = await server.endpoint();
    const token = await new SignJWT({ org: 'acme' })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('ada')
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(secret));
    const { data } = await ask<Created>(endpoint, token, create, { input: workspaceInput() });
    const workspaceId = data?.createWorkspace.workspace.id ?? '';

    const blocker = await connect(databaseUrl);
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM workspaces WHERE id = $1 FOR UPDATE', [uuidOf(workspaceId)]);
    const underWay = ask(
      endpoint,
      token,
      `mutation ($input: UpdateWorkspaceSettingsInput!) {
        updateWorkspaceSettings(input: $input) { workspace { version region } userErrors { code } }
      }`,
      { input: { workspaceId, expectedVersion: 1, region: 'RWANDA' } },
    );
    const observer = await connect(databaseUrl);
    await untilWaiting(observer);
    const exit = server.signal('SIGTERM');
    await eventually(() => expect(ask(endpoint, token, names)).rejects.toThrow());
    await blocker.query('ROLLBACK');
    expect(await underWay).toEqual({
      status: 200,
      data: { updateWorkspaceSettings: { workspace: { version: 2, region: 'RWANDA' }, userErrors: [] } },
    });
    expect(await exit).toBe(0);
    const { rowCount } = await observer.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'tokenvue%'`,
    );
    expect(rowCount).toBe(0);
    await Promise.all([blocker.end(), observer.end()]);
  });

  test.each<[string, (good: URL) => string, RegExp]>([
    [
      'where nothing listens',
      () => 'postgres://app:pa55word@127.0.0.1:9/none',
      /^DATABASE_URL names 127\.0\.0\.1:9, where nothing listens\.$/,
    ],
    [
      'on a host that is not found',
      () => 'postgres://app:pa55word@nowhere.invalid/none',
      /^DATABASE_URL names a host that is not found: nowhere\.invalid\.$/,
    ],
    [
      'with a password that is wrong',
      (good) => Object.assign(new URL(good), { password: 'pa55word' }).href,
      /^DATABASE_URL names the user ".+" or a password that PostgreSQL at .+ does not take\.$/,
    ],
    [
      'that is not in its PostgreSQL',
      (good) => Object.assign(new URL(good), { pathname: '/nothing' }).href,
      /^DATABASE_URL names the database "nothing", which is not at .+\.$/,
    ],
  ])('a database %s ends the start with 1 and one sentence, without its password', async (_case, urlOf, sentence) => {
    const server = new ServerProcess({ ...authenticated, DATABASE_URL: urlOf(new URL(await createDatabase())) });
    expect(await server.exit()).toBe(1);
    expect(server.stderr.trimEnd()).toMatch(sentence);
    expect(server.stdout).toBe('');
    expect(server.stderr).not.toContain('pa55word');
  });

  test('a database that breaks is told of later without the whole connection, and again when it is back', async () => {
    const databaseUrl = await createDatabase();
    const server = new ServerProcess({ ...authenticated, DATABASE_URL: databaseUrl });
    const endpoint = await server.endpoint();
    await fetch(new URL('/health/ready', endpoint));
    const database = await connect(databaseUrl);
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tokenvue-workspaces'`,
    );
    await eventually(() => expect(server.stdout).toContain('a database connection broke'));
    expect(server.stdout).not.toMatch(/secretKey|processID/);
    await eventually(async () => expect((await fetch(new URL('/health/ready', endpoint))).status).toBe(200));
    await database.end();
  });

  test('a database of before the first release ends the start with 1 and one line that names DATA_DIR', async () => {
    const databaseUrl = await createEmptyDatabase();
    const database = await connect(databaseUrl);
    await database.query('CREATE TABLE migrations (id serial PRIMARY KEY, timestamp bigint, name text)');
    await database.query(`INSERT INTO migrations (timestamp, name) VALUES (1790000000000, 'Workspaces1790000000000')`);
    const server = new ServerProcess({ ...authenticated, DATABASE_URL: databaseUrl });
    expect(await server.exit()).toBe(1);
    expect(server.stdout).toBe('');
    expect(server.stderr).toMatch(/^The database holds the tables of an unreleased version[^\n]* DATA_DIR [^\n]*\.\n$/);
    await database.end();
  });

  test('jobs run beside requests, and the log tells of each run', async () => {
    const server = new ServerProcess({ ...authenticated, DATABASE_URL: await createDatabase() });
    await server.endpoint();
    const run = await eventually(() => {
      const line = server.stdout.split('\n').find((text) => text.includes('"job":"clean_idempotency_records"'));
      if (line === undefined) throw new Error(`No job ran: ${server.stdout}`);
      return JSON.parse(line) as Record<string, unknown>;
    });
    expect(run).toMatchObject({ job: 'clean_idempotency_records', removed: 0, seconds: expect.any(Number) });
    expect(await server.signal('SIGTERM')).toBe(0);
  });

  test('a port that is taken ends the start with 1 and one sentence, before anything else is looked at', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = String((other.address() as AddressInfo).port);
    const unused = join(folder, 'unused');
    const server = new ServerProcess({ PORT: port, DATA_DIR: unused });
    expect(await server.exit()).toBe(1);
    expect(server.stdout).toBe('');
    expect(server.stderr).toBe(`PORT expects a free port: another program listens on ${port} of 127.0.0.1.\n`);
    await expect(realpath(unused)).rejects.toThrow('ENOENT');
    other.close();
  });

  test('the token command makes no tokens: they come from elsewhere', async () => {
    await expect(printedBy('token', ['ada'], authenticated)).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'Tokens come from your identity provider: an AUTH_… variable is set.\n',
    });
  });
});

test('a wrong setting ends the start with 1 and one line', async () => {
  const server = new ServerProcess({ PORT: 'http' });
  expect(await server.exit()).toBe(1);
  expect(server.stdout).toBe('');
  expect(server.stderr).toBe('PORT expects a whole number from 0 to 65535, not "http".\n');
});

test('a folder that can not be one ends the start with 1 and one sentence, with any database', async () => {
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  for (const more of [{}, { DATABASE_URL: await createDatabase() }]) {
    const server = new ServerProcess({ ...more, DATA_DIR: join(file, 'data') });
    expect(await server.exit()).toBe(1);
    expect(server.stderr).toMatch(/^DATA_DIR expects a folder that this user may write, not .+ \(ENOTDIR at .+\)\.\n$/);
  }
});

test('a terminal is told in readable lines, the last of which is the address alone', async () => {
  const command = `${process.execPath} ${join(compiled, 'main.js')}`;
  const more = environment({ DATABASE_URL: await createDatabase() });
  // `script` gives its program a terminal.
  const child = spawn('script', ['-qec', command, join(folder, 'typescript')], { env: more, cwd: folder });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const exit = once(child, 'close');
  await eventually(() => expect(printed).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql\s*$/m));
  const lines = printed
    .replaceAll(/\p{Cc}\[\d+m/gu, '')
    .trimEnd()
    .split(/\r?\n/);
  expect(lines.at(-1)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/);
  expect(lines.join('\n')).toMatch(/^\[[\d:]+\] INFO: ready$/m);
  expect(lines.filter((line) => line.startsWith('{'))).toEqual([]);
  child.kill('SIGTERM');
  await exit;
});

test('the token command says how it is called when it is called in another way', async () => {
  for (const args of [[], ['ada', 'bob'], ['ada', '--role', 'owner'], ['ada', '--unknown']]) {
    await expect(printedBy('token', args)).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^[^\n]+/),
    });
  }
});
