import type { TimeLimit, TimeLimits } from './time-limits.js';
import { ClientGone, DeadlinePassed } from './unavailable.js';

/** What is done for somebody only as long as they wait for it. */
export interface Limited {
  readonly limit: TimeLimit;
  /** Aborted when nobody waits any more, or it has taken too long; its reason is a `DatabaseUnavailable`. */
  readonly signal: AbortSignal;
}

/** The end of the time that an operation has. */
export class Deadline implements Limited {
  readonly #controller = new AbortController();
  readonly #startedAt = performance.now();
  readonly #limits: TimeLimits;
  #limit: TimeLimit;
  #timer: NodeJS.Timeout;

  constructor(limits: TimeLimits) {
    this.#limits = limits;
    this.#limit = limits.operation;
    this.#timer = this.#start();
  }

  get limit(): TimeLimit {
    return this.#limit;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Gives it the time of a sync, from its beginning on. */
  prolong(): void {
    clearTimeout(this.#timer);
    this.#limit = this.#limits.sync;
    this.#timer = this.#start();
  }

  /** Nobody waits for the answer any more. */
  abandon(): void {
    clearTimeout(this.#timer);
    this.#controller.abort(new ClientGone('The client has gone before it had its answer.'));
  }

  /** It is done in time. */
  end(): void {
    clearTimeout(this.#timer);
  }

  #start(): NodeJS.Timeout {
    const left = this.#limit.totalMs - (performance.now() - this.#startedAt);
    const pass = () => this.#controller.abort(new DeadlinePassed(`It took longer than ${this.#limit.totalMs} ms.`));
    return setTimeout(pass, left).unref();
  }
}

/** Waits for what others do. @throws the signal's reason once it is aborted, whatever becomes of the others */
export async function waitFor<Result>({ signal }: Pick<Limited, 'signal'>, others: Promise<Result>): Promise<Result> {
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([others, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}

/** The one of work that several share: aborted when all of theirs are. */
export function sharedSignal(signals: readonly AbortSignal[]): { readonly signal: AbortSignal; end(): void } {
  const [first] = signals;
  if (first !== undefined && signals.length === 1) return { signal: first, end: () => {} };
  const all = new AbortController();
  const look = () => {
    if (signals.every(({ aborted }) => aborted)) all.abort(first?.reason);
  };
  for (const signal of signals) signal.addEventListener('abort', look);
  look();
  return {
    signal: all.signal,
    end: () => {
      for (const signal of signals) signal.removeEventListener('abort', look);
    },
  };
}
