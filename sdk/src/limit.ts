/** What ends a piece of work before it is done. */
export interface Limit {
  /** How long it may take. */
  readonly milliseconds: number;
  readonly signal: AbortSignal | undefined;
  readonly onTimeout: () => Error;
  readonly onAbort: () => Error;
}

/** Timers take no more; it is over three weeks. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Does the work until it is done, its time is over or the caller aborts, whichever is first; the signal that it is given
 * tells it to stop, and nobody waits for it then.
 */
export function within<Result>(limit: Limit, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const { signal } = limit;
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort = () => {};
  return new Promise<Result>((resolve, reject) => {
    const stop = (error: Error) => {
      reject(error);
      controller.abort(error);
    };
    onAbort = () => stop(limit.onAbort());
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort);
    timer = setTimeout(() => stop(limit.onTimeout()), Math.min(limit.milliseconds, LONGEST_TIMER_MS));
    work(controller.signal).then(resolve, reject);
  }).finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  });
}
