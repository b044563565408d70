import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { type ConnectionOptions, endPool, newPool } from './connections.js';
import { send } from './message.js';
import { requestRole, type Statement } from './sql.js';

/** `read-only` where nothing can be changed, as on a standby. */
export type Readiness = 'ready' | 'read-only' | 'unavailable';

const readyWithinMs = 2_000;

/** Asks over a connection of its own, so that nobody's requests stand before it. */
export class ReadinessCheck {
  readonly #pool: pg.Pool;
  readonly #fixed: (text: string) => Statement;
  #asked: Promise<Readiness> | undefined;

  constructor(options: Pick<ConnectionOptions, 'url' | 'onError'>, fixed: (text: string) => Statement) {
    this.#pool = newPool({ ...options, size: 1, connectWithinMs: readyWithinMs, idleMs: 0 });
    this.#fixed = fixed;
  }

  /** Whether statements are answered soon, and requests let work as their role. Who asks meanwhile gets the same answer. */
  ask(): Promise<Readiness> {
    this.#asked ??= Promise.race([
      this.#ask().catch((): Readiness => 'unavailable'),
      delay<Readiness>(readyWithinMs, 'unavailable', { ref: false }),
    ]).finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  async #ask(): Promise<Readiness> {
    const connection = await this.#pool.connect();
    let isAnswered = false;
    try {
      const late = delay(readyWithinMs, undefined, { ref: false }).then(() => {
        throw new Error('The database does not answer in time.');
      });
      const answers = await Promise.race([send(connection, this.#message), late]);
      isAnswered = true;
      return answers[3]?.rows[0]?.[0] === 'on' ? 'read-only' : 'ready';
    } finally {
      connection.release(!isAnswered);
    }
  }

  /** Reads a table of every request's, so that one that hangs is noticed, and enters the role. */
  get #message(): Statement[] {
    return [
      this.#fixed('BEGIN'),
      this.#fixed(`SET LOCAL statement_timeout = ${readyWithinMs}`),
      this.#fixed('SELECT FROM workspaces LIMIT 1'),
      this.#fixed('SHOW transaction_read_only'),
      this.#fixed(`SET LOCAL ROLE ${requestRole}`),
      this.#fixed('COMMIT'),
    ];
  }

  close(): Promise<void> {
    return endPool(this.#pool);
  }
}
