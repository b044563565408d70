import pg from 'pg';
import { type Limited, sharedSignal } from './deadline.js';
import type { Answer } from './message.js';
import type { Scope, Sql } from './sql.js';
import { type Check, guardFailed, toCheckFailed } from './transaction.js';

/**
 * A statement that many calls of one organization share, each with an item of its own: what comes while others are under
 * way goes out together. It takes effect once whatever else happens, or is the same when it is done again.
 */
export interface SharedStatement<Item, Result> {
  readonly statement: (items: readonly Item[]) => Sql;
  /** The results in the order of the items. */
  readonly read: (answer: Answer, count: number) => readonly Result[];
  /** Items that one statement takes. */
  readonly itemsMax: number;
  /** Statements that an organization has under way at once. */
  readonly underWayMax: number;
}

/** Sends the statements as one transaction of the scope. */
type Send = (scope: Scope, statements: readonly Sql[], limited: Limited) => Promise<readonly Answer[]>;

/** Who calls. */
export interface SharedCall {
  readonly scope: Scope;
  readonly check: Check | undefined;
  readonly limited: Limited;
}

interface Call<Item, Result> {
  readonly item: Item;
  readonly check: Check | undefined;
  readonly limited: Limited;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** The calls of all organizations that wait for a shared statement, or are in one. */
export class SharedStatements {
  readonly #send: Send;
  readonly #queues = new Map<object, Map<string, Queue<never, never>>>();

  constructor(send: Send) {
    this.#send = send;
  }

  /** @throws CheckFailed where what the request began with no longer holds; then nothing was done for it. */
  call<Item, Result>(
    shared: SharedStatement<Item, Result>,
    { scope, check, limited }: SharedCall,
    item: Item,
  ): Promise<Result> {
    const queues = this.#queues.get(shared) ?? new Map<string, Queue<never, never>>();
    this.#queues.set(shared, queues);
    const { organizationId } = scope;
    let queue = queues.get(organizationId) as Queue<Item, Result> | undefined;
    if (queue === undefined) {
      queue = new Queue(
        shared,
        (statements, of) => this.#send(scope, statements, of),
        () => queues.delete(organizationId),
      );
      queues.set(organizationId, queue as unknown as Queue<never, never>);
    }
    const { add } = queue;
    return new Promise((resolve, reject) => add({ item, check, limited, resolve, reject }));
  }
}

type SendAll = (statements: readonly Sql[], limited: Limited) => Promise<readonly Answer[]>;

class Queue<Item, Result> {
  readonly #shared: SharedStatement<Item, Result>;
  readonly #sendAll: SendAll;
  readonly #onEmpty: () => void;
  #waiting: Call<Item, Result>[] = [];
  #underWay = 0;
  #isAwake = false;

  constructor(shared: SharedStatement<Item, Result>, sendAll: SendAll, onEmpty: () => void) {
    this.#shared = shared;
    this.#sendAll = sendAll;
    this.#onEmpty = onEmpty;
  }

  readonly add = (call: Call<Item, Result>): void => {
    const { signal } = call.limited;
    const leave = () => {
      const place = this.#waiting.indexOf(call);
      if (place < 0) return;
      this.#waiting.splice(place, 1);
      call.reject(signal.reason);
    };
    if (signal.aborted) {
      call.reject(signal.reason);
      return;
    }
    signal.addEventListener('abort', leave, { once: true });
    this.#waiting.push(call);
    if (this.#isAwake || this.#underWay >= this.#shared.underWayMax) return;
    this.#isAwake = true;
    // Once all that has arrived with it has been read; nobody waits for what has not.
    setImmediate(() => {
      this.#isAwake = false;
      this.#begin();
    });
  };

  #begin(): void {
    while (this.#underWay < this.#shared.underWayMax && this.#waiting.length > 0) void this.#run(this.#take());
    if (this.#underWay === 0 && this.#waiting.length === 0 && !this.#isAwake) this.#onEmpty();
  }

  /** The first that waits, with others that began with the same: if that no longer holds, nobody else is held up. */
  #take(): Call<Item, Result>[] {
    const guard = this.#waiting[0]?.check?.guard;
    const taken: Call<Item, Result>[] = [];
    const left: Call<Item, Result>[] = [];
    for (const call of this.#waiting) {
      const goes = taken.length < this.#shared.itemsMax && call.check?.guard === guard;
      (goes ? taken : left).push(call);
    }
    this.#waiting = left;
    return taken;
  }

  async #run(calls: readonly Call<Item, Result>[]): Promise<void> {
    this.#underWay += 1;
    await this.#settle(calls);
    this.#underWay -= 1;
    this.#begin();
  }

  async #settle(calls: readonly Call<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#resultsOf(calls);
      for (const [index, { resolve }] of calls.entries()) resolve(results[index] as Result);
    } catch (error) {
      // A guard that failed is no item's fault, and what took too long would do so again, as `DeadlinePassed` says.
      const isRefused = error instanceof pg.DatabaseError && error.code !== guardFailed;
      // An item that fails takes none of the others with it.
      if (isRefused && calls.length > 1) for (const call of calls) await this.#settle([call]);
      else for (const { reject } of calls) reject(toCheckFailed(error));
    }
  }

  async #resultsOf(calls: readonly Call<Item, Result>[]): Promise<readonly Result[]> {
    const check = calls[0]?.check;
    const guard = check?.guard;
    if (guard === null) throw new Error('Who asks has nothing by which a message could end its transaction.');
    const statement = this.#shared.statement(calls.map(({ item }) => item));
    // Once more after it, because it may have waited.
    const answers = await this.#sendTogether(calls, guard === undefined ? [statement] : [guard, statement, guard]);
    if (guard !== undefined) for (const { check: own } of calls) own?.accept(answers[0] as Answer);
    return this.#shared.read(answers[guard === undefined ? 0 : 1] as Answer, calls.length);
  }

  /** Stopped only where nobody waits for any of it: what was done for others stands. */
  async #sendTogether(calls: readonly Call<Item, Result>[], statements: readonly Sql[]): Promise<readonly Answer[]> {
    const [first] = calls;
    if (first === undefined) throw new Error('Nobody has called.');
    const { signal, end } = sharedSignal(calls.map(({ limited }) => limited.signal));
    try {
      return await this.#sendAll(statements, { limit: first.limited.limit, signal });
    } finally {
      end();
    }
  }
}
