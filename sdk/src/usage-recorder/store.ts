import type { UsageRecordInput } from '../generated/operations.js';

/** A record that waits to be sent, with its place in the store. */
export interface StoredUsage {
  /** Above those of all records that were kept before it. */
  readonly id: number;
  /** As it will be sent. */
  readonly record: UsageRecordInput;
}

/**
 * Where records wait until the server has counted them. It only ever adds and removes, and need not know what was sent: a
 * record that is sent twice is counted once, so a store that forgets a removal in a crash does no harm, and one that
 * forgets a record does. A store is used by one recorder at a time; a method that rejects is called again after a pause.
 */
export interface UsageStore {
  /** Whether what it holds is sent by a later process, so that a recorder that closes may leave it there. */
  readonly isDurable: boolean;
  /** Comes before all else. Resolves to the number of records that it holds from before. */
  open(): Promise<number>;
  /** Keeps all of them, or rejects. Resolves, to the id of the last one, when they are as safe as they will be. */
  append(records: readonly UsageRecordInput[]): Promise<number>;
  /** The oldest ones, by id and at most so many; only those above the id where one is given. */
  read(limit: number, after?: number): Promise<readonly StoredUsage[]>;
  /** Forgets what was counted or refused. */
  remove(ids: readonly number[]): Promise<void>;
  /** Comes last. */
  close(): Promise<void>;
}

/** Keeps records as long as the process lives. */
export class MemoryUsageStore implements UsageStore {
  readonly isDurable: boolean = false;
  readonly #kept = new Map<number, { record: UsageRecordInput }>();
  #lastId = 0;

  async open(): Promise<number> {
    return this.#kept.size;
  }

  async append(records: readonly UsageRecordInput[]): Promise<number> {
    for (const record of records) {
      this.#lastId += 1;
      this.#kept.set(this.#lastId, { record });
    }
    return this.#lastId;
  }

  async read(limit: number, after = 0): Promise<readonly StoredUsage[]> {
    return oldestOf(this.#kept, limit, after);
  }

  async remove(ids: readonly number[]): Promise<void> {
    for (const id of ids) this.#kept.delete(id);
  }

  async close(): Promise<void> {}
}

/** The first so many above an id. */
export function oldestOf(
  kept: ReadonlyMap<number, { readonly record: UsageRecordInput }>,
  limit: number,
  after: number,
): StoredUsage[] {
  const found: StoredUsage[] = [];
  for (const [id, { record }] of kept) {
    if (found.length === limit) break;
    if (id > after) found.push({ id, record });
  }
  return found;
}
