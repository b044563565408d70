import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { installedPostgresPackage, runnableBinaries } from './postgres-binaries.js';
import { choosePlace, openPostgresFolder, type PostgresFolder } from './postgres-folder.js';
import { type Postmaster, PostmasterError, readPidFile, startPostmaster } from './postmaster.js';

export interface EmbeddedPostgres {
  /** The connection string, with its password; the same as long as the server runs. */
  readonly url: string;
  /** The folder that holds the data, the password and the log. */
  readonly directory: string;
  /** Shuts PostgreSQL down and waits until its processes are gone. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** The data live in the folder `postgres` under it. */
  dataDir: string;
  /** The database, created when missing; `tokenvue` when left out. */
  database?: string;
  /** Settings of postgresql.conf by name. */
  settings?: Record<string, string>;
  /** Hears where the data lie, what is waited for, and that PostgreSQL was started again. */
  onNotice?: (message: string) => void;
}

/** Where an installation has what lies outside of DATA_DIR. */
export interface Installation {
  /** The npm package with PostgreSQL's programs. */
  packageFolder: string;
  /** Holds programs and data that the database user cannot reach where they should be. */
  sharedFolder: string;
}

const HOST = '127.0.0.1';
const USER = 'postgres';

/** Held on the maintenance database by the server that a postmaster belongs to; the number only has to be our own. */
const OWNER_LOCK = 8_392_017;

const RETRY_MS = 200;
const WAIT_MS_MAX = 30_000;
/** A postmaster whose server is gone ends by itself; one that nobody claims for so long has lost its watcher too. */
const ORPHAN_AFTER_MS = 2_000;
const RESTART_PAUSE_MS_MIN = 100;
const RESTART_PAUSE_MS_MAX = 10_000;
/** PostgreSQL that ran for so long counts as healthy, and its next restart is not delayed any more. */
const HEALTHY_AFTER_MS = 60_000;

/**
 * Starts a PostgreSQL of the server's own on a folder, listening on the loopback address alone. It ends with this
 * process, however that ends, and is started again when it ends alone.
 *
 * @throws when another server runs on the folder, or PostgreSQL cannot run here; the message says what to do.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
  installation?: Installation,
): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32') {
    throw new Error('The embedded PostgreSQL runs on Linux and macOS: on Windows set DATABASE_URL');
  }
  const { packageFolder, sharedFolder } = installation ?? {
    packageFolder: installedPostgresPackage(),
    sharedFolder: '/var/lib/tokenvue-workspaces',
  };
  const place = await choosePlace(options.dataDir, sharedFolder);
  const bin = await runnableBinaries(packageFolder, place.base, place.user);
  const folder = await openPostgresFolder(place, bin);
  const supervisor = new Supervisor(options, folder, (port) =>
    startPostmaster({
      bin,
      data: folder.data,
      log: folder.log,
      user: place.user,
      settings: {
        timezone: 'UTC',
        ...options.settings,
        port: String(port),
        listen_addresses: HOST,
        unix_socket_directories: '',
      },
    }),
  );
  await supervisor.start();
  return supervisor;
}

class Supervisor implements EmbeddedPostgres {
  readonly #dataDir: string;
  readonly #database: string;
  readonly #notice: (message: string) => void;
  readonly #folder: PostgresFolder;
  readonly #startPostmaster: (port: number) => Postmaster;
  readonly #stopping = new AbortController();
  #port = 0;
  #postmaster: Postmaster | undefined;
  #owner: pg.Client | undefined;
  #supervision: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(
    options: EmbeddedPostgresOptions,
    folder: PostgresFolder,
    startPostmasterOn: (port: number) => Postmaster,
  ) {
    this.#dataDir = resolve(options.dataDir);
    this.#database = options.database ?? 'tokenvue';
    this.#notice = options.onNotice ?? (() => {});
    this.#folder = folder;
    this.#startPostmaster = startPostmasterOn;
  }

  get url(): string {
    const { password } = this.#folder;
    return `postgres://${USER}:${password}@${HOST}:${this.#port}/${encodeURIComponent(this.#database)}?sslmode=disable`;
  }

  get directory(): string {
    return this.#folder.directory;
  }

  async start(): Promise<void> {
    try {
      const postmaster = await this.#launch(findFreePort);
      await this.#createDatabase();
      this.#supervision = this.#keepRunning(postmaster);
    } catch (error) {
      await this.stop();
      throw error;
    }
    const reason = this.#folder.moved ? `, because its user cannot reach ${this.#dataDir}` : '';
    this.#notice(`The embedded PostgreSQL keeps its data in ${this.directory}${reason}`);
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#shutDown();
    return this.#stopped;
  }

  async #shutDown(): Promise<void> {
    this.#stopping.abort();
    await this.#postmaster?.stop();
    await this.#supervision;
    await this.#owner?.end();
  }

  /** Starts a postmaster and makes it this server's, waiting for an earlier one on the same data to go away. */
  async #launch(choosePort: () => Promise<number>): Promise<Postmaster> {
    const deadline = Date.now() + WAIT_MS_MAX;
    let told = false;
    let unclaimedSince: number | undefined;
    for (;;) {
      this.#port = await choosePort();
      this.#stopping.signal.throwIfAborted();
      const postmaster = this.#startPostmaster(this.#port);
      this.#postmaster = postmaster;
      try {
        await postmaster.ready();
        await this.#claim(postmaster);
        return postmaster;
      } catch (error) {
        await postmaster.stop();
        if (!isPassing(error) || Date.now() > deadline) throw error;
        unclaimedSince = await this.#examineOther(unclaimedSince);
        if (!told) this.#notice(`Waiting until PostgreSQL can start: ${(error as Error).message}`);
        told = true;
      }
      await delay(RETRY_MS, undefined, { signal: this.#stopping.signal });
    }
  }

  /** Marks the postmaster as this server's for as long as the connection lasts, which is as long as the server. */
  async #claim(postmaster: Postmaster): Promise<void> {
    const owner = this.#connection(this.#port);
    try {
      await owner.connect();
      // A second server takes the lock for a moment to see whether it is free: this waits until it is back.
      await owner.query('SELECT pg_advisory_lock($1)', [OWNER_LOCK]);
    } catch (error) {
      await owner.end();
      throw error;
    }
    this.#owner = owner;
    owner.once('end', () => void this.#reclaim(postmaster));
  }

  /** The connection can be lost while the postmaster lives, as when a backend crashes. */
  async #reclaim(postmaster: Postmaster): Promise<void> {
    while (postmaster.running && !this.#stopping.signal.aborted) {
      try {
        await this.#claim(postmaster);
        return;
      } catch {
        await delay(RETRY_MS);
      }
    }
  }

  /**
   * Looks at the postmaster that has the data: throws when a server owns it, and ends it when its server and its
   * watcher are both gone. Answers since when it has been seen without an owner.
   */
  async #examineOther(unclaimedSince = Date.now()): Promise<number | undefined> {
    const other = readPidFile(this.#folder.data);
    const claim = other && (await this.#readClaim(other.port));
    if (claim === 'held') {
      throw new Error(
        `Another server runs on the data in ${this.#dataDir} (DATA_DIR): stop it, or give this one another DATA_DIR`,
      );
    }
    if (!other || claim !== 'free') return undefined;
    if (Date.now() - unclaimedSince > ORPHAN_AFTER_MS) endProcess(other.pid);
    return unclaimedSince;
  }

  /** Whether a server owns the postmaster of these data on `port`; `unknown` while it starts or goes away. */
  async #readClaim(port: number): Promise<'held' | 'free' | 'unknown'> {
    const client = this.#connection(port);
    try {
      await client.connect();
      const { rows } = await client.query<{ data: string; free: boolean }>(
        "SELECT current_setting('data_directory') AS data, pg_try_advisory_lock($1) AS free",
        [OWNER_LOCK],
      );
      if (rows[0]?.data !== this.#folder.data) return 'unknown';
      return rows[0].free ? 'free' : 'held';
    } catch {
      return 'unknown';
    } finally {
      await client.end();
    }
  }

  async #createDatabase(): Promise<void> {
    const client = this.#connection(this.#port);
    try {
      await client.connect();
      const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [this.#database]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(this.#database)}`);
    } finally {
      await client.end();
    }
  }

  /** Starts PostgreSQL again on the same port whenever it ends by itself, ever more slowly while it does not stay up. */
  async #keepRunning(first: Postmaster): Promise<void> {
    const port = this.#port;
    let postmaster: Postmaster | undefined = first;
    let pause = RESTART_PAUSE_MS_MIN;
    for (;;) {
      const startedAt = Date.now();
      const how = await postmaster?.ended;
      if (this.#stopping.signal.aborted) return;
      if (how) this.#notice(`PostgreSQL in ${this.directory} ended (${how}): starting it again`);
      if (Date.now() - startedAt > HEALTHY_AFTER_MS) pause = RESTART_PAUSE_MS_MIN;
      try {
        await delay(pause, undefined, { signal: this.#stopping.signal });
        postmaster = await this.#launch(async () => port);
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#notice((error as Error).message);
        postmaster = undefined;
      }
      pause = Math.min(pause * 2, RESTART_PAUSE_MS_MAX);
    }
  }

  /** A connection to the maintenance database, free of the caller's environment and settings. */
  #connection(port: number): pg.Client {
    const client = new pg.Client({
      host: HOST,
      port,
      user: USER,
      password: this.#folder.password,
      database: 'postgres',
      ssl: false,
      connectionTimeoutMillis: 5_000,
      options: '-c statement_timeout=0 -c lock_timeout=5s -c idle_session_timeout=0',
    });
    // A lost connection shows in the query that fails and in the event `end`; unheard it would end the process.
    client.on('error', () => {});
    return client;
  }
}

/** Everything but a refusal of PostgreSQL's passes when its processes do; some of its refusals pass as well. */
function isPassing(error: unknown): boolean {
  if (error instanceof PostmasterError) return error.passing;
  if (error instanceof pg.DatabaseError) return /^57|^55P03$/.test(error.code ?? '');
  return true;
}

/** Ends a postmaster by its fast shutdown; it may have gone by now. */
function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Below the range from which the system takes the ports of outgoing connections, so that none takes it at a restart. */
async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, HOST, () => probe.close(() => resolve(true)));
  });
}
