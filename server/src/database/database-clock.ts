import type { Database } from './database.js';
import { sql } from './sql.js';

/** How long the time that the database told is counted on, where it told it at once. */
const countedOnMs = 10_000;
const atOnceMs = 100;

/**
 * The database's time for what is to be known before a statement is worth it: asked for now and then, and counted on with a
 * clock of the process that nobody sets. The process's own time of day is compared with nothing.
 */
export class DatabaseClock {
  readonly #database: Database;
  /** The time, and when it was asked for and how long that goes for, by the process's count. */
  #told: { readonly now: number; readonly at: number; readonly until: number } | undefined;
  #asked: Promise<void> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  async now(): Promise<Date> {
    if (this.#told === undefined || performance.now() >= this.#told.until) {
      this.#asked ??= this.#ask().finally(() => {
        this.#asked = undefined;
      });
      await this.#asked;
    }
    const { now, at } = this.#told ?? { now: Number.NaN, at: 0 };
    // Never behind by the rest of a millisecond.
    return new Date(Math.ceil(now + performance.now() - at));
  }

  async #ask(): Promise<void> {
    const at = performance.now();
    const [told] = await this.#database.rows<{ now: number }>(
      sql`SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now`,
    );
    if (told === undefined) throw new Error('The database tells no time.');
    const until = performance.now() - at > atOnceMs ? 0 : at + countedOnMs;
    this.#told = { now: told.now, at, until };
  }
}
