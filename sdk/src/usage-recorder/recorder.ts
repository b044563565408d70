/// <reference lib="esnext.disposable" preserve="true" />
import type { RecordedUsage, RefusedRecord } from '../gateway.js';
import type { UsageRecordInput } from '../generated/operations.js';
import { asJson } from '../json.js';
import { LONGEST_TIMER_MS } from '../limit.js';
import type { Logger } from '../options.js';
import { type Failures, insist, later } from './insist.js';
import { checkedSizes, type RefusedUsage, type UsageRecipient, type UsageRecorderOptions } from './options.js';
import { MemoryUsageStore, type StoredUsage, type UsageStore } from './store.js';

/** How a recorder is closed. */
export interface CloseOptions {
  /** How long it may go on sending, in milliseconds: 10,000 unless given. */
  deadlineMs?: number | undefined;
}

/** A record that the store does not have yet, and who waits for that. */
interface Unkept {
  readonly record: UsageRecordInput;
  readonly settle: (isKept: boolean) => void;
}

/** Of the recorder's own refusals. */
const REASONS = {
  NOT_JSON: 'The record is no JSON',
  RECORDER_FULL: 'As many records as may wait do',
  RECORDER_CLOSED: 'The recorder is closed',
  NOT_ACKNOWLEDGED: 'The recorder was closed before the server had answered',
} as const;

/** How often a batch is sent that the server fails at, before its halves are. */
const TRIES_OF_A_BATCH = 3;

/**
 * Sends usage to the server in batches, one after the other, in the order of nothing in particular. A record that was taken
 * is sent until the server has counted it, once, or has refused it; what cannot be sent is told to `onRefused`, and no
 * record ends in any other way. No timer of it keeps a process alive: `close` it before the process ends.
 *
 * A batch that the server cannot read, although it reads an empty one, is sent in halves, until the record that it is about
 * stands alone and is refused; one at which the server fails is too, but what is left of it stays in the store and is tried
 * again. After all else, a server that is away, busy or does not take the token, the same batch is sent again, for as long
 * as it takes.
 */
export class UsageRecorder {
  readonly #recipient: UsageRecipient;
  readonly #options: UsageRecorderOptions;
  readonly #store: UsageStore;
  readonly #sizes: ReturnType<typeof checkedSizes>;
  readonly #ending = new AbortController();
  readonly #failedSends: Failures = { count: 0 };
  readonly #opened: Promise<void>;
  /** Those that the store is about to keep, and those that come after them. */
  #keeping: Unkept[] = [];
  #waiting: Unkept[] = [];
  #kept: Promise<void> | undefined;
  #stored = 0;
  /** Of the store, those at which the server has failed: they wait for their time. */
  #setAside = 0;
  #lastId = Number.MAX_SAFE_INTEGER;
  #pass: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed: Promise<number> | undefined;

  /** Throws TypeError for options that cannot be. Opens the store, and sends what it holds from before. */
  constructor(recipient: UsageRecipient, options: UsageRecorderOptions) {
    if (typeof options?.onRefused !== 'function') throw new TypeError('onRefused must be a function');
    this.#recipient = recipient;
    this.#options = options;
    this.#sizes = checkedSizes(options);
    this.#store = options.store ?? new MemoryUsageStore();
    this.#opened = this.#insist(() => this.#store.open()).then((held) => {
      this.#stored += held;
      this.#arrange();
    });
    this.#opened.catch(() => {});
  }

  /** How many records wait to be counted, those in the store included. */
  get pending(): number {
    return this.#keeping.length + this.#waiting.length + this.#stored;
  }

  /**
   * Takes a record, and returns at once; nobody needs to await what it returns. That resolves to true when the store has
   * the record, which is then sent until it is counted or refused; and to false where it was not taken, because too many
   * wait or the recorder is closed, after `onRefused` has heard of it. It never rejects.
   */
  record(usage: UsageRecordInput): Promise<boolean> {
    if (this.#closed !== undefined) return this.#turnAway(usage, 'RECORDER_CLOSED');
    if (this.pending >= this.#sizes.maxPending) return this.#turnAway(usage, 'RECORDER_FULL');
    let record: UsageRecordInput;
    try {
      // As it is now, whatever becomes of the caller's object.
      record = asJson(usage, 'record');
    } catch {
      return this.#turnAway(usage, 'NOT_JSON');
    }
    return new Promise((settle) => {
      this.#waiting.push({ record, settle });
      this.#keep().catch(() => {});
    });
  }

  /**
   * Sends what was recorded so far, however many there are. Resolves when all of it was counted or refused, which takes as
   * long as the server is away; rejects when the recorder is closed before.
   */
  async flush(): Promise<void> {
    await this.#keep();
    const until = this.#lastId;
    for (;;) {
      const [oldest] = await this.#insist(() => this.#store.read(1));
      if (!oldest || oldest.id > until) return;
      await (this.#pass ?? this.#start(until)).catch(() => {});
    }
  }

  /**
   * Takes no more records, and sends those that it has within the time given. Resolves to the number of those that a
   * durable store then holds for the next recorder; of others, `onRefused` has heard. Later calls do what the first one does.
   */
  close({ deadlineMs = 10_000 }: CloseOptions = {}): Promise<number> {
    this.#closed ??= this.#close(deadlineMs);
    return this.#closed;
  }

  /** Closes it: `await using recorder = new UsageRecorder(…)`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(deadlineMs: number): Promise<number> {
    const timer = setTimeout(() => this.#ending.abort(), Math.min(deadlineMs, LONGEST_TIMER_MS));
    await this.flush().catch(() => {});
    clearTimeout(timer);
    clearTimeout(this.#timer);
    this.#ending.abort();
    await this.#pass?.catch(() => {});
    for (const { record, settle } of [...this.#keeping, ...this.#waiting]) {
      settle(await this.#turnAway(record, 'NOT_ACKNOWLEDGED'));
    }
    if (!this.#store.isDurable) {
      await this.#try(async () => {
        for (const { record } of await this.#store.read(this.#stored)) await this.#turnAway(record, 'NOT_ACKNOWLEDGED');
      });
      this.#stored = 0;
    }
    this.#keeping = [];
    this.#waiting = [];
    await this.#try(() => this.#store.close());
    return this.#stored;
  }

  /** Brings what waits into the store, all that has come meanwhile at a time. */
  #keep(): Promise<void> {
    this.#kept ??= this.#keepAll();
    return this.#kept;
  }

  async #keepAll(): Promise<void> {
    try {
      await this.#opened;
      while (this.#waiting.length > 0) await this.#keepSome();
    } finally {
      // In the same step in which nothing waits any more, so that what comes next begins anew.
      this.#kept = undefined;
    }
  }

  async #keepSome(): Promise<void> {
    this.#keeping = this.#waiting;
    this.#waiting = [];
    const records = this.#keeping.map(({ record }) => record);
    this.#lastId = await this.#insist(() => this.#store.append(records));
    for (const { settle } of this.#keeping) settle(true);
    this.#stored += records.length;
    this.#keeping = [];
    this.#arrange();
  }

  /** Sees to it that what the store holds is sent: now, where it is a batch, or in time. */
  #arrange(): void {
    if (this.#pass !== undefined || this.#closed !== undefined || this.#stored === 0) return;
    if (this.#stored - this.#setAside >= this.#sizes.batchSize) {
      this.#start(this.#lastId).catch(() => {});
    } else {
      this.#timer ??= later(this.#sizes.flushAfterMs, () => {
        this.#timer = undefined;
        if (!this.#pass) this.#start(this.#lastId).catch(() => {});
      });
    }
  }

  /** Goes through the store once; there is never another that does. */
  #start(until: number): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pass = this.#goThrough(until).finally(() => {
      this.#pass = undefined;
      this.#arrange();
    });
    return this.#pass;
  }

  async #goThrough(until: number): Promise<void> {
    await this.#opened;
    this.#setAside = 0;
    let after: number | undefined;
    for (;;) {
      const from = after;
      const read = await this.#insist(() => this.#store.read(this.#sizes.batchSize, from));
      const batch = read.filter(({ id }) => id <= until);
      const last = batch.at(-1);
      if (!last) return;
      await this.#deliver(batch);
      after = last.id;
    }
  }

  /** @param isRead Whether the server is known to take a list without the record that may be to blame. */
  async #deliver(batch: readonly StoredUsage[], isRead = false): Promise<void> {
    const [{ record }] = batch as [StoredUsage];
    try {
      const send = () => this.#send(batch.map((stored) => stored.record));
      const { refused } = await this.#insist(send, { failures: this.#failedSends, isFinal });
      await this.#settle(batch, refused);
    } catch (error) {
      if (!isFinal(error, TRIES_OF_A_BATCH)) throw error;
      const isServersFault = isServers(error);
      // Where not even an empty list is taken, because the API is another or a database is away, no record is to blame.
      if (!isRead) await this.#insist(() => this.#send([]), { failures: this.#failedSends });
      if (batch.length > 1) {
        const middle = Math.ceil(batch.length / 2);
        await this.#deliver(batch.slice(0, middle), !isServersFault);
        await this.#deliver(batch.slice(middle), !isServersFault);
      } else if (isServersFault) {
        this.#setAside += 1;
      } else {
        const { code, message } = error as { code: string; message: string };
        await this.#settle(batch, [{ record, reasons: [{ code, message, field: null }] }]);
      }
    }
  }

  #send(records: readonly UsageRecordInput[]): Promise<RecordedUsage> {
    return this.#recipient.gateway.recordUsage({ records }, { maxRetries: 0, signal: this.#ending.signal });
  }

  /** Tells what was refused first: a crash in between tells it once more, and loses nothing. */
  async #settle(batch: readonly StoredUsage[], refused: readonly (RefusedUsage | RefusedRecord)[]): Promise<void> {
    for (const { record, reasons } of refused) await this.#insist(() => this.#options.onRefused({ record, reasons }));
    await this.#insist(() => this.#store.remove(batch.map(({ id }) => id)));
    this.#stored -= batch.length;
  }

  #insist<Result>(
    work: () => Result | Promise<Result>,
    how: { failures?: Failures; isFinal?: typeof isFinal } = {},
  ): Promise<Result> {
    const onFailure = (error: unknown, delayMs: number) => this.#tell(error, delayMs);
    return insist(work, { signal: this.#ending.signal, failures: { count: 0 }, onFailure, ...how });
  }

  /** Refuses a record that the store never had. */
  async #turnAway(record: UsageRecordInput, code: keyof typeof REASONS): Promise<boolean> {
    const reasons = [{ code, message: REASONS[code], field: null }] as const;
    await this.#try(() => this.#options.onRefused({ record, reasons }));
    return false;
  }

  /** Does what is not done again. */
  async #try(work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#tell(error, null);
    }
  }

  /** Nothing fails because somebody could not hear of it, at once or later. */
  #tell(error: unknown, delayMs: number | null): void {
    const logger: Logger = console;
    const { onError = (failure) => logger.warn('TokenVue: the usage recorder goes on after a failure', failure) } =
      this.#options;
    new Promise((resolve) => resolve(onError({ error, delayMs, pending: this.pending }))).catch(() => {});
  }
}

/** Whether to send the same batch again is of no use. */
function isFinal(error: unknown, tries: number): boolean {
  if (isServers(error)) return tries >= TRIES_OF_A_BATCH;
  const { code, status } = error as { code?: unknown; status?: unknown };
  return code === 'BAD_USER_INPUT' || code === 'INVALID' || code === 'REQUIRED' || status === 413;
}

/** Whether it is the server that failed at it, maybe at one record only. */
function isServers(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'INTERNAL_SERVER_ERROR';
}
