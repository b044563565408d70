/** Timers take no more; it is over three weeks. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What waits for a signal. One listener serves all of it, because runtimes warn of many. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>();

function waitersOf(signal: AbortSignal): Set<() => void> {
  const waiters = waiting.get(signal) ?? new Set();
  if (!waiting.has(signal)) {
    waiting.set(signal, waiters);
    signal.addEventListener('abort', () => {
      for (const stop of waiters) stop();
    });
  }
  return waiters;
}

/**
 * Does the work until it is done, its time is over or the caller aborts, whichever is first; the signal that it is given
 * tells it to stop, and nobody waits for it then.
 */
export function within<Result>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  toError: () => Error,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, Math.min(milliseconds, LONGEST_TIMER_MS));
  const waiters = signal && waitersOf(signal);
  waiters?.add(abort);
  return new Promise<Result>((resolve, reject) => {
    const stop = () => reject(toError());
    if (signal?.aborted) return stop();
    controller.signal.addEventListener('abort', stop);
    work(controller.signal).then(resolve, reject);
  }).finally(() => {
    clearTimeout(timer);
    waiters?.delete(abort);
  });
}
