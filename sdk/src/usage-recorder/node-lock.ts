import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** How often a lock shows that its process goes on. */
const BEAT_MS = 5_000;
/** After which one that has not shown it belongs to nobody, where nothing else says so. */
const STALE_MS = 30_000;

/** A process, told from all others: a container gives the number of one that is gone to another. */
interface Owner {
  readonly pid: number;
  /** When it was started, as its system counts; empty where that does not tell. */
  readonly started: string;
  /** The run of the system, and the space in which its number counts. */
  readonly system: string;
  /** Of this lock. */
  readonly token: string;
}

/** Folders that a lock of this process has. */
const ownFolders = new Set<string>();

/**
 * Keeps a folder for one process. A lock that was left behind is taken over at once where the system says that its process
 * is gone, and otherwise, as across containers and machines, where nobody has renewed it for half a minute.
 */
export class FolderLock {
  readonly #folder: string;
  readonly #file: string;
  #handle: FileHandle | undefined;
  #content = '';
  /** What of it stands in the file: nothing on a full disk, from which what was counted should go all the same. */
  #written = '';
  #shownAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#file = join(folder, 'lock');
  }

  /** Rejects where another process, or another store of this one, has the folder. */
  async take(): Promise<void> {
    if (ownFolders.has(this.#folder)) throw new Error(`${this.#folder} belongs to the process ${process.pid}`);
    ownFolders.add(this.#folder);
    try {
      this.#content = JSON.stringify({
        pid: process.pid,
        started: (await startOf(process.pid)) ?? '',
        system: await systemOf(),
        token: randomUUID(),
      } satisfies Owner);
      this.#handle = (await this.#make()) ?? (await this.#takeOver());
    } catch (error) {
      ownFolders.delete(this.#folder);
      throw error;
    }
    this.#timer = setInterval(() => void this.#show().catch(() => {}), BEAT_MS);
    this.#timer.unref();
  }

  /** Rejects where it was lost, because this process stood still for so long that it was taken for gone. */
  async check(): Promise<void> {
    if (performance.now() - this.#shownAt >= 2 * BEAT_MS) await this.#show();
    if (this.#handle === undefined) throw new Error(`${this.#folder} no longer belongs to this process`);
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    const isOwn = this.#handle !== undefined && (await this.#isOwn());
    await this.#leave();
    if (isOwn) await rm(this.#file, { force: true });
  }

  async #leave(): Promise<void> {
    ownFolders.delete(this.#folder);
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  /** Undefined where there is a lock. */
  async #make(): Promise<FileHandle | undefined> {
    const handle = await open(this.#file, 'wx', 0o600).catch((error: { code?: unknown }) => {
      if (error.code !== 'EEXIST') throw error;
      return undefined;
    });
    if (handle !== undefined) await this.#write(handle);
    return handle;
  }

  async #takeOver(): Promise<FileHandle> {
    const found = await readFile(this.#file, 'utf8').catch(() => '');
    const owner = ownerIn(found);
    const belongs = new Error(`${this.#folder} belongs to the process ${owner?.pid ?? 'that makes its lock'}`);
    if (!(await this.#isLeftBehind(owner))) throw belongs;
    // Out of the way in one step, so that of two that find it one has it.
    const aside = `${this.#file}-${randomUUID()}`;
    await rename(this.#file, aside).catch((error: { code?: unknown }) => {
      if (error.code !== 'ENOENT') throw error;
    });
    const moved = await readFile(aside, 'utf8').catch(() => found);
    if (moved !== found) {
      await rename(aside, this.#file);
      throw belongs;
    }
    await rm(aside, { force: true });
    const handle = await this.#make();
    if (handle === undefined) throw belongs;
    return handle;
  }

  async #isLeftBehind(owner: Owner | undefined): Promise<boolean> {
    if (owner !== undefined && owner.system === (await systemOf())) {
      const started = await startOf(owner.pid);
      if (started !== null) return started !== owner.started;
      if (!isAlive(owner.pid)) return true;
    }
    return (await this.#ageMs()) > STALE_MS;
  }

  /** Since it was last renewed, by the clock of the file system, which may be another machine's. */
  async #ageMs(): Promise<number> {
    const probe = `${this.#file}-${randomUUID()}`;
    const handle = await open(probe, 'wx', 0o600);
    try {
      const now = (await handle.stat()).mtimeMs;
      return now - (await stat(this.#file)).mtimeMs;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return 0;
      throw error;
    } finally {
      await handle.close();
      await rm(probe, { force: true });
    }
  }

  /** Renews it: the same again at its place, so that whoever reads it finds it whole. */
  async #show(): Promise<void> {
    const handle = this.#handle;
    if (handle === undefined) return;
    if (!(await this.#isOwn())) return this.#leave();
    await this.#write(handle);
  }

  async #write(handle: FileHandle): Promise<void> {
    try {
      await handle.write(this.#content, 0);
      this.#written = this.#content;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ENOSPC') throw error;
      await handle.utimes(new Date(), new Date());
    }
    this.#shownAt = performance.now();
  }

  async #isOwn(): Promise<boolean> {
    return (await readFile(this.#file, 'utf8').catch(() => '')) === this.#written;
  }
}

function ownerIn(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<Owner> | null;
    const { pid, started, system, token } = owner ?? {};
    const isWhole = Number.isSafeInteger(pid) && [started, system, token].every((value) => typeof value === 'string');
    return isWhole ? (owner as Owner) : undefined;
  } catch {
    return undefined;
  }
}

/** Null where there is no such process, or nothing tells of it. */
async function startOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // After its name, which stands in brackets and may have any.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

async function systemOf(): Promise<string> {
  const parts = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ]);
  return [hostname(), ...parts.map((part) => part.trim())].join(' ');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // There is one, of another user.
    return (error as { code?: unknown }).code === 'EPERM';
  }
}
