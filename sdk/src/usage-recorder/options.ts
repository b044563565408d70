import type { RecordedUsage, UsageRefusal } from '../gateway.js';
import type { RecordUsageInput, UsageRecordInput } from '../generated/operations.js';
import { LONGEST_TIMER_MS } from '../limit.js';
import type { CallOptions } from '../options.js';
import type { UsageStore } from './store.js';

/** What takes the batches: a TokenVueClient whose token is a service's with the scope GATEWAY. */
export interface UsageRecipient {
  readonly gateway: {
    recordUsage(input: RecordUsageInput, call?: CallOptions): Promise<RecordedUsage>;
  };
}

/** A record that will not be sent, or not again. */
export interface RefusedUsage {
  /** As it was given. */
  readonly record: UsageRecordInput;
  /**
   * Why. The `code` is the server's, such as `NOT_FOUND` or `BAD_USER_INPUT`, or the recorder's own: `NOT_JSON`,
   * `RECORDER_FULL`, `RECORDER_CLOSED`, or `NOT_ACKNOWLEDGED` of a record that the server may or may not have counted when
   * the recorder was closed.
   */
  readonly reasons: readonly [UsageRefusal, ...UsageRefusal[]];
}

/** A failure after which a recorder goes on. */
export interface UsageRecorderFailure {
  /** What failed: usually a TokenVueError. */
  readonly error: unknown;
  /** After which it tries again, in milliseconds; null where it does not, as where a closed store or a callback fails. */
  readonly delayMs: number | null;
  /** How many records wait. */
  readonly pending: number;
}

/** How a recorder works. */
export interface UsageRecorderOptions {
  /**
   * Hears of each record that is given up, and why; this is the only place where a record ends without being counted. While
   * what it returns is pending, or where it fails, the record stays in the store, and is told of again.
   */
  onRefused: (refused: RefusedUsage) => unknown;
  /** Hears of what fails and is tried again, such as a server that is away; the console is warned unless given. */
  onError?: ((failure: UsageRecorderFailure) => unknown) | undefined;
  /** Where records wait: a MemoryUsageStore unless given. */
  store?: UsageStore | undefined;
  /** How many records are sent at once, 1 to 1,000, and at how many they are sent: 1,000 unless given. */
  batchSize?: number | undefined;
  /** How long a record waits for others, in milliseconds: 1,000 unless given. */
  flushAfterMs?: number | undefined;
  /** How many records may wait, those in the store included; more are refused: 100,000 unless given. */
  maxPending?: number | undefined;
}

type Sizes = Required<Pick<UsageRecorderOptions, 'batchSize' | 'flushAfterMs' | 'maxPending'>>;

const LARGEST = { batchSize: 1_000, flushAfterMs: LONGEST_TIMER_MS, maxPending: Number.MAX_SAFE_INTEGER };

/** The sizes that are given, else the defaults. Throws TypeError for one that cannot be. */
export function checkedSizes(options: UsageRecorderOptions): { [Name in keyof Sizes]: number } {
  const sizes = {
    batchSize: options.batchSize ?? 1_000,
    flushAfterMs: options.flushAfterMs ?? 1_000,
    maxPending: options.maxPending ?? 100_000,
  };
  for (const name of ['batchSize', 'flushAfterMs', 'maxPending'] as const) {
    const isWhole = Number.isSafeInteger(sizes[name]) && sizes[name] >= 1 && sizes[name] <= LARGEST[name];
    if (!isWhole) throw new TypeError(`${name} must be a whole number from 1 to ${LARGEST[name]}`);
  }
  return sizes;
}
