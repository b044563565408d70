import { LONGEST_TIMER_MS } from '../limit.js';
import { pauseMs } from '../retry.js';

/** What a recorder's work is cut off with when it closes. */
export class RecorderClosedError extends Error {
  constructor() {
    super('The recorder was closed before the server had answered');
  }
}

/** How often something has failed since it last succeeded. */
export interface Failures {
  count: number;
}

/** How something is tried. */
export interface Insistence {
  /** Ends it with RecorderClosedError, whatever the work does. */
  readonly signal: AbortSignal;
  /** Of this work alone, or shared with others. */
  readonly failures: Failures;
  /** Whether to try again is of no use, after so many tries of this work. */
  readonly isFinal?: (error: unknown, tries: number) => boolean;
  /** Hears of a failure before the pause. */
  readonly onFailure: (error: unknown, delayMs: number) => void;
}

/** Does the work until it succeeds, with the pauses that the client's own retries have too. */
export async function insist<Result>(work: () => Result | Promise<Result>, insistence: Insistence): Promise<Result> {
  const { signal, failures, isFinal, onFailure } = insistence;
  for (let tries = 1; ; tries += 1) {
    try {
      const result = await unlessAborted(signal, work);
      failures.count = 0;
      return result;
    } catch (error) {
      if (signal.aborted) throw new RecorderClosedError();
      if (isFinal?.(error, tries)) throw error;
      const { retryAfterMs = 0 } = error as { retryAfterMs?: number };
      const delayMs = Math.max(retryAfterMs, pauseMs(failures.count));
      failures.count += 1;
      onFailure(error, delayMs);
      await unlessAborted(signal, () => new Promise<void>((resolve) => later(delayMs, resolve)));
    }
  }
}

/** A timer for which no process stays alive. */
export function later(milliseconds: number, work: () => void): ReturnType<typeof setTimeout> {
  const timer = setTimeout(work, Math.min(milliseconds, LONGEST_TIMER_MS));
  // Only Node's timers are objects.
  (timer as { unref?: () => void }).unref?.();
  return timer;
}

function unlessAborted<Result>(signal: AbortSignal, work: () => Result | Promise<Result>): Promise<Result> {
  return new Promise<Result>((resolve, reject) => {
    const stop = () => reject(new RecorderClosedError());
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop);
    const end = () => signal.removeEventListener('abort', stop);
    new Promise<Result>((done) => done(work())).finally(end).then(resolve, reject);
  });
}
