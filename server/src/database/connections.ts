import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { Cancellation } from './cancel.js';
import type { Limited } from './deadline.js';
import { FairShares } from './fair-shares.js';
import { toStopped, toUnavailable, unavailable } from './unavailable.js';

export interface ConnectionOptions {
  readonly url: string;
  /** Kept at most. */
  readonly size: number;
  readonly connectWithinMs: number;
  /** Milliseconds after which an idle one is closed; 0 for never. */
  readonly idleMs?: number;
  /** Hears of connections that break while idle; statements report their own errors. */
  readonly onError: ((error: Error) => void) | undefined;
}

const cleanWithinMs = 2_000;

/** A pool of `pg`, of which the process survives every connection. */
export function newPool({ url, size, connectWithinMs, idleMs, onError }: ConnectionOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'tokenvue-workspaces',
    max: size,
    connectionTimeoutMillis: connectWithinMs,
    ...(idleMs !== undefined && { idleTimeoutMillis: idleMs }),
  });
  pool.on('error', (error) => onError?.(error));
  // A connection can break between one owner and the next, when nobody listens, and that would end the process.
  pool.on('connect', (connection) => connection.on('error', ignore));
  return pool;
}

export async function endPool(pool: pg.Pool): Promise<void> {
  // What ends now is meant to: a PostgreSQL that stops along says so of connections that are on their way out.
  pool.removeAllListeners('error').on('error', ignore);
  await pool.end();
}

/** Connections that organizations share: whoever has none waits for a turn of its organization, and never in the pool. */
export class Connections {
  readonly #pool: pg.Pool;
  readonly #shares: FairShares;

  constructor(options: ConnectionOptions) {
    this.#pool = newPool(options);
    this.#shares = new FairShares(options.size);
  }

  /**
   * Does the work with a connection; one that an error may have left in a transaction is not used again. Where the work has
   * limits, what it does there is stopped with its signal; work that is done nevertheless counts as done.
   */
  async use<Result>(
    organization: string,
    limited: Limited | null,
    work: (connection: pg.PoolClient) => Promise<Result>,
  ): Promise<Result> {
    await this.#shares.take(organization, limited?.signal);
    try {
      return await (limited === null ? this.#connected(work) : this.#stoppable(limited.signal, work));
    } finally {
      this.#shares.giveBack(organization);
    }
  }

  async #connected<Result>(work: (connection: pg.PoolClient) => Promise<Result>): Promise<Result> {
    const connection = await this.#connect();
    try {
      const result = await work(connection);
      connection.release();
      return result;
    } catch (error) {
      connection.release(!(await isClean(connection)));
      throw toUnavailable(withoutValues(error));
    }
  }

  async #stoppable<Result>(signal: AbortSignal, work: (connection: pg.PoolClient) => Promise<Result>): Promise<Result> {
    const connection = await this.#connect();
    const cancellation = new Cancellation(connection, signal);
    try {
      signal.throwIfAborted();
      const result = await work(connection);
      const { isTouched, isSafe } = await cancellation.end();
      connection.release(isTouched && !(isSafe && (await isClean(connection))));
      return result;
    } catch (error) {
      const { isSafe } = await cancellation.end();
      connection.release(!(isSafe && (await isClean(connection))));
      throw toStopped(withoutValues(error), signal);
    }
  }

  #connect(): Promise<pg.PoolClient> {
    return this.#pool.connect().catch((error: unknown) => {
      throw unavailable(error);
    });
  }

  /** By what they do now; those wait that have not all of their share. */
  get counts(): { total: number; idle: number; waiting: number } {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { total: totalCount, idle: idleCount, waiting: waitingCount + this.#shares.waitingCount };
  }

  close(): Promise<void> {
    return endPool(this.#pool);
  }
}

/** Whether the connection can be used again after an error: ends the transaction that it may be in. */
function isClean(connection: pg.PoolClient): Promise<boolean> {
  const rolledBack = connection.query('ROLLBACK').then(
    () => true,
    () => false,
  );
  return Promise.race([rolledBack, delay(cleanWithinMs, false, { ref: false })]);
}

function ignore(): void {}

/**
 * Faults are logged whole, and among the values of a statement are digests of secrets and what people wrote: they stand in
 * the detail of what PostgreSQL says of a row that it refuses, and in the place where it happened.
 */
function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  for (const property of ['detail', 'where', 'parameters']) {
    if (property in error) Object.assign(error, { [property]: undefined });
  }
  return error;
}
