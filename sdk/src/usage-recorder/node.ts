/**
 * A store of usage in files, for Node: what a process has recorded when it is killed is sent by the next one.
 *
 * @module usage-recorder/node
 */
import { appendFile, type FileHandle, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { UsageRecordInput } from '../generated/operations.js';
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
}

/** A file of records, a line each, and one beside it of the places of those that are no longer needed. */
interface Segment {
  readonly file: string;
  records: number;
  removed: number;
}

interface Kept {
  readonly record: UsageRecordInput;
  readonly segment: Segment;
  readonly place: number;
}

/** Folders that a store of this process has open. */
const openFolders = new Set<string>();

/**
 * Keeps records in a folder of its own, in files that are only ever appended to and deleted, and in memory beside them. One
 * process at a time has the folder: another one that opens it fails.
 */
export class FileUsageStore implements UsageStore {
  readonly isDurable: boolean = true;
  readonly #folder: string;
  readonly #isSynced: boolean;
  readonly #segmentBytes: number;
  readonly #kept = new Map<number, Kept>();
  #isOpen = false;
  #lastId = 0;
  #lastSegment = 0;
  /** What is appended to: none at first, and after a failure, because the file may then end within a line. */
  #current: { segment: Segment; handle: FileHandle; bytes: number } | undefined;

  /** Makes the folder, if there is none, when it is opened. */
  constructor(folder: string, { sync = true, segmentBytes = 2 ** 23 }: FileUsageStoreOptions = {}) {
    this.#folder = resolve(folder);
    this.#isSynced = sync;
    this.#segmentBytes = segmentBytes;
  }

  /** Rejects where another process has the folder, and where a file was written by something else. */
  async open(): Promise<number> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#lock();
    try {
      this.#kept.clear();
      const names = (await readdir(this.#folder)).sort();
      for (const name of names.filter((file) => /^\d+\.usage$/.test(file))) await this.#load(name);
      // Of files that a process deleted just before it was killed: new ones will have their names.
      const left = names.filter((file) => /^\d+\.removed$/.test(file) && !names.includes(recordsOf(file)));
      for (const name of left) await rm(join(this.#folder, name), { force: true });
    } catch (error) {
      await this.#unlock();
      throw error;
    }
    return this.#kept.size;
  }

  async append(records: readonly UsageRecordInput[]): Promise<number> {
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
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
    for (const [segment, removed] of bySegment) {
      const places = removed.map(([, { place }]) => `${place}.\n`).join('');
      // On lines of their own, also after a write that was cut off.
      await appendFile(removedOf(segment.file), `\n${places}`, { mode: 0o600 });
      segment.removed += removed.length;
      for (const [id] of removed) this.#kept.delete(id);
      await this.#clear(segment);
    }
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    await this.#leave();
    await this.#unlock();
  }

  /** What a file holds that is still needed. */
  async #load(name: string): Promise<void> {
    const file = join(this.#folder, name);
    const segment = { file, records: 0, removed: 0 };
    this.#lastSegment = Math.max(this.#lastSegment, Number.parseInt(name, 10));
    const text = await readFile(removedOf(file), 'utf8').catch(() => '');
    // A line without its point was cut off, and would name another place.
    const removed = new Set(linesOf(text).flatMap((line) => (/^\d+\.$/.test(line) ? [Number.parseInt(line, 10)] : [])));
    for (const line of linesOf(await readFile(file, 'utf8'))) {
      if (removed.has(segment.records)) {
        segment.records += 1;
        segment.removed += 1;
      } else {
        this.#add(JSON.parse(line), segment);
      }
    }
    await this.#clear(segment);
  }

  #add(record: UsageRecordInput, segment: Segment): void {
    this.#lastId += 1;
    this.#kept.set(this.#lastId, { record, segment, place: segment.records });
    segment.records += 1;
  }

  async #begin(): Promise<{ segment: Segment; handle: FileHandle; bytes: number }> {
    this.#lastSegment += 1;
    const file = join(this.#folder, `${String(this.#lastSegment).padStart(12, '0')}.usage`);
    return { segment: { file, records: 0, removed: 0 }, handle: await open(file, 'ax', 0o600), bytes: 0 };
  }

  /** Appends to the present file no more. */
  async #leave(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await current?.handle.close();
    if (current) await this.#clear(current.segment);
  }

  /** Deletes a file that is no longer needed, before the one that says so. */
  async #clear(segment: Segment): Promise<void> {
    if (segment.removed < segment.records || segment === this.#current?.segment) return;
    await rm(segment.file, { force: true });
    await rm(removedOf(segment.file), { force: true });
  }

  async #lock(): Promise<void> {
    const file = join(this.#folder, 'lock');
    const owner = Number(await readFile(file, 'utf8').catch(() => ''));
    if (openFolders.has(this.#folder) || (owner !== process.pid && isAlive(owner))) {
      throw new Error(`${this.#folder} belongs to the process ${owner}`);
    }
    // Left behind by a process that was killed.
    await rm(file, { force: true });
    await writeFile(file, String(process.pid), { flag: 'wx' });
    openFolders.add(this.#folder);
    this.#isOpen = true;
  }

  async #unlock(): Promise<void> {
    this.#isOpen = false;
    openFolders.delete(this.#folder);
    await rm(join(this.#folder, 'lock'), { force: true });
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

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // There is one, of another user.
    return (error as { code?: unknown }).code === 'EPERM';
  }
}
