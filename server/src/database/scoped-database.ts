import { Deadline, type Limited } from './deadline.js';
import { type Answer, AnswerTooLarge, objectsOf, type Room } from './message.js';
import type { SharedCall, SharedStatement } from './shared-statements.js';
import { type Scope, type Sql, sql } from './sql.js';
import type { ColumnTypes, RowOf, Table } from './table.js';
import type { TimeLimits } from './time-limits.js';
import { type Check, CheckFailed, type Reads, type Transaction } from './transaction.js';
import { DatabaseUnavailable } from './unavailable.js';

/** What a request works with: the tables as far as they belong to its organization, whatever its statements say. */
export interface OrganizationDatabase extends Reads {
  /** Runs the work in a transaction, rolled back when it throws. */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>;
  /**
   * Runs a statement that calls share. With them goes what the request began with.
   * @throws CheckFailed where that no longer holds
   */
  share<Item, Result>(shared: SharedStatement<Item, Result>, item: Item): Promise<Result>;
}

export interface ScopedOptions {
  readonly check?: Check | undefined;
  /** Undefined where nobody waits for the whole: then each message, and each transaction, has the time of an operation. */
  readonly limited?: Limited;
  /** How much may be read; undefined for no bound. */
  readonly room?: Room;
}

/** What sends the statements of organizations. */
interface Sender {
  readonly timeLimits: TimeLimits;
  sendAll(scope: Scope, statements: readonly Sql[], limited: Limited, room: Room | undefined): Promise<Answer[]>;
  transactionIn<Result>(asked: SharedCall, work: (transaction: Transaction) => Promise<Result>): Promise<Result>;
  share<Item, Result>(shared: SharedStatement<Item, Result>, asked: SharedCall, item: Item): Promise<Result>;
}

interface Waiting {
  readonly statement: Sql;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** Messages of one request that are under way at once; what it asks for meanwhile goes together in the next. */
const messagesMax = 2;

/** What one request reads: what it asks for in one go is one message to the database, and one transaction. */
export class ScopedDatabase implements OrganizationDatabase {
  readonly #database: Sender;
  readonly #scope: Scope;
  readonly #check: Check | undefined;
  readonly #limited: Limited | undefined;
  readonly #room: Room | undefined;
  #waiting: Waiting[] = [];
  /** Statements that are to be sent alone, because one beside them has failed. */
  readonly #alone: Waiting[] = [];
  #underWay = 0;

  constructor(database: Sender, scope: Scope, { check, limited, room }: ScopedOptions) {
    this.#database = database;
    this.#scope = scope;
    this.#check = check;
    this.#limited = limited;
    this.#room = room;
  }

  texts(statement: Sql): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ statement, resolve, reject });
      if (this.#waiting.length === 1) process.nextTick(this.#sendNext);
    });
  }

  async rows<Row extends object>(statement: Sql): Promise<Row[]> {
    return objectsOf(await this.texts(statement));
  }

  async select<Types extends ColumnTypes>(table: Table<Types>, rest: Sql): Promise<RowOf<Table<Types>>[]> {
    const { rows } = await this.texts(sql`SELECT ${table.selected} ${rest}`);
    return rows.map((row) => table.parse(row));
  }

  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const scope = this.#scope;
    return this.#within((limited) => this.#database.transactionIn({ scope, check: this.#check, limited }, work));
  }

  share<Item, Result>(shared: SharedStatement<Item, Result>, item: Item): Promise<Result> {
    const scope = this.#scope;
    return this.#within((limited) => this.#database.share(shared, { scope, check: this.#check, limited }, item));
  }

  async #within<Result>(work: (limited: Limited) => Promise<Result>): Promise<Result> {
    if (this.#limited !== undefined) return work(this.#limited);
    const deadline = new Deadline(this.#database.timeLimits);
    try {
      return await work(deadline);
    } finally {
      deadline.end();
    }
  }

  readonly #sendNext = (): void => {
    while (this.#underWay < messagesMax) {
      const one = this.#alone.shift();
      const next = one === undefined ? this.#waiting.splice(0) : [one];
      if (next.length === 0) return;
      this.#underWay += 1;
      void this.#send(next).then(() => {
        this.#underWay -= 1;
        // After those who have their answers now have asked for more.
        process.nextTick(this.#sendNext);
      });
    }
  };

  async #send(waiting: readonly Waiting[]): Promise<void> {
    const check = this.#check?.isPending ? this.#check : undefined;
    try {
      const own = waiting.map(({ statement }) => statement);
      const statements = check === undefined ? own : [check.statement, ...own];
      const answers = await this.#within((limited) =>
        this.#database.sendAll(this.#scope, statements, limited, this.#room),
      );
      if (check !== undefined) check.accept(answers.shift() as Answer);
      for (const [index, { resolve }] of waiting.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      const isOfAll =
        error instanceof CheckFailed || error instanceof DatabaseUnavailable || error instanceof AnswerTooLarge;
      if (waiting.length === 1 || isOfAll) for (const { reject } of waiting) reject(error);
      // A statement that fails takes none of the others with it.
      else this.#alone.push(...waiting);
    }
  }
}
