/** How long something may take, in milliseconds. */
export interface TimeLimit {
  /** From its beginning to its end, waits included; also the longest that one statement of it may take. */
  readonly totalMs: number;
  /** That a statement of it may wait for a lock. */
  readonly lockMs: number;
}

export interface TimeLimits {
  readonly operation: TimeLimit;
  /** Of a sync of the directory, which is as large as the company. */
  readonly sync: TimeLimit;
}

export const defaultTimeLimits: TimeLimits = {
  operation: { totalMs: 10_000, lockMs: 5_000 },
  sync: { totalMs: 60_000, lockMs: 30_000 },
};
