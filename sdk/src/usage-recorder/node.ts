/**
 * A store of usage in files, for Node: what a process has recorded when it is killed is sent by the next one.
 *
 * @module usage-recorder/node
 */
import { appendFile, type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { UsageRecordInput } from '../generated/operations.js';
import type { Logger } from '../options.js';
import { FolderLock } from './node-lock.js';
import { oldestOf, type StoredUsage, type UsageStore } from './store.js';

/** How files are written. */
export interface FileUsageStoreOptions {
  /**
   * Whether a record counts as kept only when the disk has it, so that it outlives the machine's crash too: true unless
   * given. It outlives that of the process either way.
   */
  sync?: boolean | undefined;
  /** At which size a file is followed by the next one: 8,388,608 bytes unless given. */
  segmentBytes?: number | undefined;
  /** Hears of what is wrong with files and stops nothing; the console is warned unless given. */
  onProblem?: ((problem: FileUsageProblem) => unknown) | undefined;
}

/** What is wrong with a file of a store, which goes on. */
export interface FileUsageProblem {
  /**
   * `UNREADABLE`: a line that is no record. The others are sent, and the file is kept with the ending `.unreadable`.
   * `REMOVAL_NOT_KEPT`: that records were counted could not be written, as on a full disk. They are not sent again by this
   * process, and maybe by the next one; the server counts them once.
   */
  readonly kind: 'UNREADABLE' | 'REMOVAL_NOT_KEPT';
  readonly file: string;
  /** From 1 on; null where it is about no line. */
  readonly line: number | null;
  /** What the system or the parser said. */
  readonly error: unknown;
}

/** A file of records, a line each, and one beside it of the places of those that are no longer needed. */
interface Segment {
  readonly file: string;
  records: number;
  removed: number;
  /** Places that are no longer needed, which the file beside it does not have yet. */
  unwritten: number[];
  hasUnreadable: boolean;
}

interface Kept {
  readonly record: UsageRecordInput;
  readonly segment: Segment;
  readonly place: number;
}

/**
 * Keeps records in a folder of its own, in files that are only ever appended to and deleted, and in memory beside them. One
 * process at a time has the folder: another one that opens it fails, until that one has closed it or is gone.
 */
export class FileUsageStore implements UsageStore {
  readonly isDurable: boolean = true;
  readonly #folder: string;
  readonly #isSynced: boolean;
  readonly #segmentBytes: number;
  readonly #onProblem: FileUsageStoreOptions['onProblem'];
  readonly #kept = new Map<number, Kept>();
  readonly #lock: FolderLock;
  #isOpen = false;
  #lastId = 0;
  #lastSegment = 0;
  /** What is appended to: none at first, and after a failure, because the file may then end within a line. */
  #current: { segment: Segment; handle: FileHandle; bytes: number } | undefined;

  /** Makes the folder, if there is none, when it is opened. */
  constructor(folder: string, { sync = true, segmentBytes = 2 ** 23, onProblem }: FileUsageStoreOptions = {}) {
    this.#folder = resolve(folder);
    this.#lock = new FolderLock(this.#folder);
    this.#onProblem = onProblem;
    this.#isSynced = sync;
    this.#segmentBytes = segmentBytes;
  }

  /** Rejects where another process has the folder, or where it can't be read. */
  async open(): Promise<number> {
    const made = await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await this.#syncFolders(dirname(made));
    await this.#lock.take();
    this.#isOpen = true;
    try {
      this.#kept.clear();
      const names = (await readdir(this.#folder)).sort();
      for (const name of names.filter((file) => /^\d+\.usage$/.test(file))) await this.#load(name);
      // Of files that a process deleted just before it was killed, or was about to: new ones will have their names.
      const isLeft = (file: string) => /^\d+\.removed$/.test(file) && !names.includes(recordsOf(file));
      const left = names.filter((file) => isLeft(file) || file.startsWith('lock-'));
      for (const name of left) await rm(join(this.#folder, name), { force: true });
    } catch (error) {
      this.#isOpen = false;
      await this.#lock.release();
      throw error;
    }
    return this.#kept.size;
  }

  async append(records: readonly UsageRecordInput[]): Promise<number> {
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    await this.#lock.check();
    if (this.#current && this.#current.bytes >= this.#segmentBytes) await this.#leave();
    this.#current ??= await this.#begin();
    const current = this.#current;
    try {
      await current.handle.appendFile(lines);
      if (this.#isSynced) await current.handle.datasync();
    } catch (error) {
      await this.#leave();
      throw error;
    }
    current.bytes += Buffer.byteLength(lines);
    for (const record of records) this.#add(record, current.segment);
    return this.#lastId;
  }

  async read(limit: number, after = 0): Promise<readonly StoredUsage[]> {
    return oldestOf(this.#kept, limit, after);
  }

  async remove(ids: readonly number[]): Promise<void> {
    const bySegment = new Map<Segment, [number, Kept][]>();
    for (const id of ids) {
      const kept = this.#kept.get(id);
      if (!kept) continue;
      const others = bySegment.get(kept.segment) ?? [];
      others.push([id, kept]);
      bySegment.set(kept.segment, others);
    }
    await this.#lock.check();
    for (const [segment, removed] of bySegment) {
      for (const [id, { place }] of removed) {
        this.#kept.delete(id);
        segment.removed += 1;
        segment.unwritten.push(place);
      }
      // A full disk keeps nobody from sending what is left: to forget a removal costs sending it once more.
      await this.#clear(segment);
    }
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#leave();
    await this.#lock.release();
  }

  /** What a file holds that is still needed. */
  async #load(name: string): Promise<void> {
    const file = join(this.#folder, name);
    const segment: Segment = newSegment(file);
    this.#lastSegment = Math.max(this.#lastSegment, Number.parseInt(name, 10));
    const text = await readFile(removedOf(file), 'utf8').catch(() => '');
    // A line without its point was cut off, and would name another place.
    const removed = new Set(linesOf(text).flatMap((line) => (/^\d+\.$/.test(line) ? [Number.parseInt(line, 10)] : [])));
    for (const line of linesOf(await readFile(file, 'utf8'))) {
      const record = removed.has(segment.records) ? null : this.#read(line, segment);
      if (record !== null) {
        this.#add(record, segment);
      } else {
        segment.records += 1;
        segment.removed += 1;
      }
    }
    await this.#clear(segment);
  }

  /** Null of what is no record. */
  #read(line: string, segment: Segment): UsageRecordInput | null {
    try {
      const record = JSON.parse(line);
      if (typeof record === 'object' && record !== null && !Array.isArray(record)) return record;
      throw new SyntaxError('The line is no object');
    } catch (error) {
      segment.hasUnreadable = true;
      this.#tell({ kind: 'UNREADABLE', file: segment.file, line: segment.records + 1, error });
      return null;
    }
  }

  #add(record: UsageRecordInput, segment: Segment): void {
    this.#lastId += 1;
    this.#kept.set(this.#lastId, { record, segment, place: segment.records });
    segment.records += 1;
  }

  async #begin(): Promise<{ segment: Segment; handle: FileHandle; bytes: number }> {
    this.#lastSegment += 1;
    const file = join(this.#folder, `${String(this.#lastSegment).padStart(12, '0')}.usage`);
    const handle = await open(file, 'ax', 0o600);
    // A crash of the machine may take a new file whose folder is not on the disk.
    if (this.#isSynced) await syncFolder(this.#folder);
    return { segment: newSegment(file), handle, bytes: 0 };
  }

  /** The folders from this one down to the store's. */
  async #syncFolders(first: string): Promise<void> {
    if (!this.#isSynced) return;
    for (let folder = dirname(this.#folder); ; folder = dirname(folder)) {
      await syncFolder(folder);
      if (folder === first || folder === dirname(folder)) return;
    }
  }

  /** Appends to the present file no more. */
  async #leave(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.handle.close();
    if (current) await this.#clear(current.segment);
  }

  async #clear(segment: Segment): Promise<void> {
    try {
      await this.#note(segment);
    } catch (error) {
      this.#tell({ kind: 'REMOVAL_NOT_KEPT', file: segment.file, line: null, error });
    }
  }

  /** Notes what is no longer needed of a file; where that is all of it, deletes it, before the one that says so. */
  async #note(segment: Segment): Promise<void> {
    const { file, unwritten } = segment;
    if (segment.removed < segment.records || segment === this.#current?.segment) {
      if (unwritten.length === 0) return;
      // On lines of their own, also after a write that was cut off.
      await appendFile(removedOf(file), `\n${unwritten.map((place) => `${place}.\n`).join('')}`, { mode: 0o600 });
      segment.unwritten = [];
      return;
    }
    if (segment.hasUnreadable) await rename(file, file.replace(/usage$/, 'unreadable'));
    else await rm(file, { force: true });
    await rm(removedOf(file), { force: true });
  }

  #tell(problem: FileUsageProblem): void {
    const logger: Logger = console;
    const { file, line, error } = problem;
    const onProblem = this.#onProblem ?? (() => logger.warn(`TokenVue: ${problem.kind} in ${file}`, { line, error }));
    new Promise((resolve) => resolve(onProblem(problem))).catch(() => {});
  }
}

function newSegment(file: string): Segment {
  return { file, records: 0, removed: 0, unwritten: [], hasUnreadable: false };
}

/** Has the disk keep which files there are; Windows does so by itself, and opens no folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function removedOf(file: string): string {
  return file.replace(/usage$/, 'removed');
}

function recordsOf(file: string): string {
  return file.replace(/removed$/, 'usage');
}

/** The lines that were written to their end: one that was not belongs to nobody who was told that it was kept. */
function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}
