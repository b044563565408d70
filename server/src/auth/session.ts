import type { Actor } from '../access/actor.js';
import { scopeOf } from '../access/sight.js';
import type { Database } from '../database/database.js';
import type { Limited } from '../database/deadline.js';
import type { Answer, TextRow } from '../database/message.js';
import type { Sql } from '../database/sql.js';
import { type Check, CheckFailed } from '../database/transaction.js';
import { type SignInReason, SignInRefused } from './refused-sign-in.js';

/** How an actor is read from the database: again for every request, and after every wait for a lock. */
export interface ActorSource {
  /** Answers with no row for somebody who is gone; the first two columns are what the actor is made of. */
  readonly statement: Sql;
  readonly toActor: (row: TextRow) => Actor;
  /** Why they may no longer come in; null where they may. */
  readonly refusalOf: (row: TextRow | undefined) => SignInReason | null;
  /** The statement that answers the same and fails unless the actor is still what this row says; see `Check`. */
  readonly guard?: (row: TextRow) => Sql;
  /** Called with the row that was read for a request, once the request is answered. */
  readonly afterRequest?: (row: TextRow) => Promise<void>;
}

/** An actor as last read; shared by all requests that come with the same token. */
export interface KnownActor {
  readonly source: ActorSource;
  row: TextRow;
  actor: Actor;
  guard: Sql | null;
}

export function knownActor(source: ActorSource, row: TextRow): KnownActor {
  return { source, ...asOf(source, row) };
}

function asOf(source: ActorSource, row: TextRow): Pick<KnownActor, 'row' | 'actor' | 'guard'> {
  return { row, actor: source.toActor(row), guard: source.guard?.(row) ?? null };
}

/**
 * Who asks. A request begins with the actor as last read, and reads them again in the message that carries its first
 * statement. Where the two differ, what came of it is thrown away and it begins again.
 */
export class Session implements Check {
  readonly #known: KnownActor;
  #row: TextRow;
  #actor: Actor;
  #guard: Sql | null;
  #isVerified = false;

  constructor(known: KnownActor) {
    this.#known = known;
    this.#row = known.row;
    this.#actor = known.actor;
    this.#guard = known.guard;
  }

  get actor(): Actor {
    return this.#actor;
  }

  /** Whether the actor has been read within this request. */
  get isVerified(): boolean {
    return this.#isVerified;
  }

  get statement(): Sql {
    return this.#known.source.statement;
  }

  get guard(): Sql | null {
    return this.#guard;
  }

  get isPending(): boolean {
    return !this.#isVerified;
  }

  accept({ rows: [row] }: Answer): void {
    this.#isVerified = row !== undefined && this.#known.source.refusalOf(row) === null && isSame(row, this.#row);
    if (row === undefined || !this.#isVerified) throw new CheckFailed('Who asks is not what they were.');
    this.#row = row;
  }

  /**
   * Reads the actor on their own.
   * @returns whether they are as they were assumed to be.
   * @throws UNAUTHENTICATED for somebody who may no longer come in
   */
  async verify(database: Database, limited: Limited): Promise<boolean> {
    const { source } = this.#known;
    const { rows } = await database.within(scopeOf(this.#actor), { limited }).texts(source.statement);
    const [row] = rows;
    const refusal = source.refusalOf(row);
    if (row === undefined || refusal !== null) throw new SignInRefused(refusal ?? 'inactive');
    const isUnchanged = isSame(row, this.#row);
    this.#row = row;
    if (!isUnchanged) {
      const now = asOf(source, row);
      this.#actor = now.actor;
      this.#guard = now.guard;
      Object.assign(this.#known, now);
    }
    this.#isVerified = true;
    return isUnchanged;
  }

  /** What is to be done once the request is answered; null for nothing. */
  get afterRequest(): (() => Promise<void>) | null {
    const { afterRequest } = this.#known.source;
    return afterRequest === undefined ? null : () => afterRequest(this.#row);
  }
}

function isSame(row: TextRow, other: TextRow): boolean {
  return row[0] === other[0] && row[1] === other[1];
}
