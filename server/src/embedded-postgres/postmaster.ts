import { spawn } from 'node:child_process';
import { closeSync, constants, fchownSync, fstatSync, openSync, readFileSync, renameSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { COMMAND_ENVIRONMENT, type DatabaseUser } from './database-user.js';

/**
 * A watcher holds a pipe to this process and shuts PostgreSQL down when the pipe breaks, however this process ended.
 * It is orphaned on purpose, because PostgreSQL takes a child that dies for a crashed backend of its own; and it does
 * nothing after a line on the pipe, which says that PostgreSQL is gone and its process id may be somebody else's.
 */
const WATCHED = '( ( read -r _ <&3 || kill -INT $$ ) & ); exec "$@" 3<&-';

/** Problems that pass when the postmaster before this one has gone, or another port is taken. */
const PASSING = /lock file ".+" (already exists|is empty)|pre-existing shared memory block|Address already in use/;

const POLL_MS = 20;
const FAST_SHUTDOWN_MS = 5_000;
const LOG_BYTES_MAX = 10_000_000;

/** PostgreSQL ended before it was ready. */
export class PostmasterError extends Error {
  override readonly name = 'PostmasterError';

  constructor(
    message: string,
    /** Whether the reason passes by itself, so that trying again makes sense. */
    readonly passing: boolean,
  ) {
    super(message);
  }
}

export interface PostmasterOptions {
  readonly bin: string;
  readonly data: string;
  readonly log: string;
  readonly user: DatabaseUser;
  readonly settings: Readonly<Record<string, string>>;
}

export interface Postmaster {
  /** Resolves with how it ended, as in "signal SIGKILL", when its process is gone. */
  readonly ended: Promise<string>;
  readonly running: boolean;
  /** Resolves when it accepts connections; rejects with the end of its log when it ends instead. */
  ready(): Promise<void>;
  /** Shuts it down, at the latest after some seconds without a checkpoint, and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts PostgreSQL in a session of its own, so that Ctrl-C in a terminal reaches this process alone. */
export function startPostmaster({ bin, data, log, user, settings }: PostmasterOptions): Postmaster {
  const output = openLog(log, user);
  const outputStart = fstatSync(output).size;
  const assignments = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn('/bin/sh', ['-c', WATCHED, 'sh', join(bin, 'postgres'), '-D', data, ...assignments], {
    ...user,
    cwd: '/',
    env: { ...COMMAND_ENVIRONMENT, ...deadPostmaster(data) },
    detached: true,
    stdio: ['ignore', output, output, 'pipe'],
  });
  closeSync(output);
  const watcher = child.stdio[3] as Writable;
  watcher.on('error', () => {});

  let running = true;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  }).then((how) => {
    running = false;
    watcher.end('ended\n');
    return how;
  });

  return {
    ended,
    get running() {
      return running;
    },
    async ready() {
      while (running) {
        const pidFile = readPidFile(data);
        if (pidFile?.pid === child.pid && pidFile?.ready) return;
        await Promise.race([ended, delay(POLL_MS)]);
      }
      const written = await readFrom(log, outputStart);
      const problem = `PostgreSQL in ${data} did not start (${await ended}): ${lastLines(written)}`;
      throw new PostmasterError(problem, PASSING.test(written));
    },
    async stop() {
      if (!running) return;
      child.kill('SIGINT');
      const impatience = setTimeout(() => child.kill('SIGQUIT'), FAST_SHUTDOWN_MS);
      await ended;
      clearTimeout(impatience);
    },
  };
}

/** What `postmaster.pid` says about the postmaster that runs, or ran, on these data. */
export function readPidFile(data: string): { pid: number; port: number; ready: boolean } | undefined {
  const [pid, , , port, , , , status] = readIfThere(join(data, 'postmaster.pid')).split('\n');
  return status === undefined
    ? undefined
    : {
        pid: Number(pid),
        port: Number(port),
        ready: status.trim() === 'ready',
      };
}

/**
 * PostgreSQL does not start while the process in `postmaster.pid` exists, even when that is a zombie that nobody reaps
 * or another program under a number used again, as happens in containers. It makes an exception for the grandparent
 * that pg_ctl names to it, and still refuses while anybody has the data's shared memory: so name it that process.
 */
function deadPostmaster(data: string): { PG_GRANDPARENT_PID?: string } {
  const { pid } = readPidFile(data) ?? {};
  const [, program, state] = /^\d+ \((.*)\) (.)/s.exec(readIfThere(`/proc/${pid}/stat`)) ?? [];
  if (state === undefined || (program === 'postgres' && state !== 'Z')) return {};
  return { PG_GRANDPARENT_PID: String(pid) };
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}

/** A file, not a pipe, so that PostgreSQL can finish its work when this process is gone. */
function openLog(log: string, user: DatabaseUser): number {
  // The folder is the database user's, who must not lead root to another file by a link.
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  const output = openSync(log, flags, 0o600);
  if (fstatSync(output).size > LOG_BYTES_MAX) {
    closeSync(output);
    renameSync(log, `${log}.old`);
    return openLog(log, user);
  }
  if (user) fchownSync(output, user.uid, user.gid);
  return output;
}

async function readFrom(file: string, position: number): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.max(0, size - position)), { position });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-4).join(' ');
}
