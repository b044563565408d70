import pg from 'pg';
import { type Answer, objectsOf, send } from './message.js';
import { empty, join, Sql, type Statement, sql } from './sql.js';
import type { ColumnTypes, NewRowOf, RowOf, Table } from './table.js';

/**
 * What has to hold for a request to be answered. Its statement goes out with the first that the request sends, in the same
 * transaction, so that it costs no round trip of its own.
 */
export interface Check {
  readonly statement: Sql;
  /**
   * Answers as `statement` does, and fails with the code `TV002` where what the request began with no longer holds: with it
   * a message can end its transaction by itself. The same one for all that begin with the same; null where there is none.
   */
  readonly guard: Sql | null;
  /** False once its answer is known. */
  readonly isPending: boolean;
  /** Takes the answer. @throws CheckFailed where what the request began with no longer holds. */
  accept(answer: Answer): void;
}

/** Thrown by a check: whoever has begun with it begins anew. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

/** What can be read, in the scope that it runs in; what is asked for in one go is one message to PostgreSQL. */
export interface Reads {
  /** The rows as objects with the names that the statement gives them. */
  rows<Row extends object>(statement: Sql): Promise<Row[]>;
  /** The rows as PostgreSQL sends them. */
  texts(statement: Sql): Promise<Answer>;
  /** Rows of a table, every column: `SELECT` its columns, then what is given, beginning with FROM or WHERE. */
  select<Types extends ColumnTypes>(table: Table<Types>, rest: Sql): Promise<RowOf<Table<Types>>[]>;
}

export interface TransactionOptions {
  /** What begins it: sent with its first statement. */
  readonly begin: readonly Statement[];
  /** Gives a statement the values of the transaction's scope. */
  readonly bind: (statement: Sql) => Statement;
  readonly check: Check | undefined;
  /** Nothing more is sent once it is aborted. */
  readonly signal: AbortSignal | undefined;
}

/** The values that one statement can have. */
const valuesMax = 60_000;

/** What a change writes: the columns it names, each a value or a piece of SQL. */
export type Changes<Of extends Table> = {
  readonly [Name in keyof RowOf<Of>]?: RowOf<Of>[Name] | Sql;
};

interface Sending {
  readonly statements: readonly Sql[];
  resolve(answers: Answer[]): void;
  reject(error: unknown): void;
}

/**
 * A transaction on a connection of its own. It begins with its first statement, in the same message; statements that wait
 * for nothing of each other, such as those of one `Promise.all`, are one message too, in the order in which they were given.
 */
export class Transaction implements Reads {
  readonly #connection: pg.PoolClient;
  readonly #options: TransactionOptions;
  readonly #atEnd: Sql[] = [];
  readonly #guards: Sql[] = [];
  readonly #afterCommit: (() => void)[] = [];
  #sending: Sending[] = [];
  #hasBegun = false;
  #isOver = false;

  constructor(connection: pg.PoolClient, options: TransactionOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /** Sends the statements in one message. When any of it fails, all of it does. */
  send(...statements: readonly Sql[]): Promise<Answer[]> {
    return new Promise((resolve, reject) => {
      this.#sending.push({ statements, resolve, reject });
      if (this.#sending.length === 1) process.nextTick(() => void this.#sendAll());
    });
  }

  async #sendAll(): Promise<void> {
    const sending = this.#sending;
    this.#sending = [];
    try {
      // The connection may be another's by now.
      if (this.#isOver) throw new Error('The transaction has ended.');
      this.#options.signal?.throwIfAborted();
      const answers = await this.#answersTo(sending.flatMap(({ statements }) => statements));
      for (const { statements, resolve } of sending) resolve(answers.splice(0, statements.length));
    } catch (error) {
      for (const { reject } of sending) reject(error);
    }
  }

  async #answersTo(statements: readonly Sql[]): Promise<Answer[]> {
    const { check, begin, bind } = this.#options;
    const own = statements.map(bind);
    if (this.#hasBegun) return send(this.#connection, own);
    const first = check?.isPending ? [...begin, bind(check.statement)] : begin;
    this.#hasBegun = true;
    const answers: Answer[] = [];
    try {
      await send(this.#connection, [...first, ...own], undefined, answers);
    } finally {
      // Also of one that fails it is known who has asked, as of one that waits too long for a lock.
      const [checked] = first.length > begin.length ? answers.slice(begin.length) : [];
      if (checked !== undefined) check?.accept(checked);
    }
    return answers.slice(first.length);
  }

  /**
   * Waits for a lock and reads what it protects, in one message: the reads see what was there when the wait ended. What
   * the request began with is looked at once more then, because it may have changed meanwhile.
   * @throws CheckFailed
   */
  async lock(
    lock: Sql,
    ...reads: readonly Sql[]
  ): Promise<{ readonly locked: Answer; readonly reads: readonly Answer[] }> {
    const { check } = this.#options;
    if (check === undefined) {
      const [locked, ...answers] = await this.send(lock, ...reads);
      return { locked: locked as Answer, reads: answers };
    }
    const [locked, checked, ...answers] = await this.send(lock, check.statement, ...reads);
    check.accept(checked as Answer);
    return { locked: locked as Answer, reads: answers };
  }

  async texts(statement: Sql): Promise<Answer> {
    const [answer] = await this.send(statement);
    return answer as Answer;
  }

  async rows<Row extends object>(statement: Sql): Promise<Row[]> {
    return objectsOf(await this.texts(statement));
  }

  async select<Types extends ColumnTypes>(table: Table<Types>, rest: Sql): Promise<RowOf<Table<Types>>[]> {
    const { rows } = await this.texts(sql`SELECT ${table.selected} ${rest}`);
    return rows.map((row) => table.parse(row));
  }

  /** Runs a statement that changes rows. @returns how many. */
  async execute(statement: Sql): Promise<number> {
    return (await this.texts(statement)).count;
  }

  /** Inserts rows, which all name the same columns; `conflict` says what happens to one that is there. @returns how many. */
  async insert<Types extends ColumnTypes>(
    table: Table<Types>,
    rows: readonly NewRowOf<Table<Types>>[],
    conflict: Sql = empty,
  ): Promise<number> {
    let count = 0;
    for (const statement of insertStatements(table, rows, conflict)) count += await this.execute(statement);
    return count;
  }

  /** Changes the rows for which the condition holds, over the table's alias. @returns how many. */
  async update<Types extends ColumnTypes>(
    table: Table<Types>,
    changes: Changes<Table<Types>>,
    where: Sql,
  ): Promise<number> {
    return this.execute(sql`UPDATE ${table.from} SET ${assignments(table, changes)} WHERE ${where}`);
  }

  /** Sends the statement with the transaction's end; for what nothing waits for, such as the audit event. */
  atEnd(statement: Sql): void {
    this.#atEnd.push(statement);
  }

  /**
   * Looks once more at what the work has begun with before the transaction ends, whatever it waited for in between: a
   * statement that fails with `TV002` where that no longer holds.
   */
  guard(statement: Sql): void {
    this.#guards.push(statement);
  }

  /** Done once it is committed, and not where it is rolled back: for what tells others. */
  afterCommit(work: () => void): void {
    this.#afterCommit.push(work);
  }

  /** Does the work and commits what it did. When it throws, nothing more is sent: whoever has the connection rolls back. */
  async run<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    try {
      const result = await work(this);
      await this.#commit();
      for (const after of this.#afterCommit) after();
      return result;
    } catch (error) {
      throw toCheckFailed(error);
    } finally {
      this.#isOver = true;
    }
  }

  async #commit(): Promise<void> {
    if (!this.#hasBegun && this.#atEnd.length === 0) return;
    // Nothing is committed before the answer to the check is known.
    if (!this.#hasBegun) await this.send();
    // After what waits last.
    const { check } = this.#options;
    const guards = check?.guard == null ? this.#guards : [check.guard, ...this.#guards];
    await this.send(...this.#atEnd, ...guards, commit);
  }
}

const commit = sql`COMMIT`;

/** The code with which guards fail. */
export const guardFailed = 'TV002';

export function toCheckFailed(error: unknown): unknown {
  const hasFailed = error instanceof pg.DatabaseError && error.code === guardFailed;
  return hasFailed ? new CheckFailed('Who asks is not what they were.') : error;
}

/** The columns that a change sets, for UPDATE. */
export function assignments<Types extends ColumnTypes>(table: Table<Types>, changes: Changes<Table<Types>>): Sql {
  const set = Object.entries(changes).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return [sql`${columnOf(table, name)} = ${toParameter(table, name, value)}`];
  });
  return join(set, ', ');
}

/** As rows and not as a SELECT from a function, which a distributed database copies and row-level security then forbids. */
export function* insertStatements<Types extends ColumnTypes>(
  table: Table<Types>,
  rows: readonly NewRowOf<Table<Types>>[],
  conflict: Sql = empty,
): Generator<Sql> {
  const [first] = rows;
  if (first === undefined) return;
  const names = Object.keys(first).filter((name) => first[name as keyof typeof first] !== undefined);
  const columns = names.map((name) => columnOf(table, name).strings[0]).join(', ');
  const rowsMax = Math.floor(valuesMax / names.length);
  for (let start = 0; start < rows.length; start += rowsMax) {
    // Put together at once: with thousands of rows, piece by piece would copy all of it again for each.
    const strings = [`INSERT INTO ${table.name} AS ${table.alias} (${columns}) VALUES (`];
    const values: unknown[] = [];
    for (const row of rows.slice(start, start + rowsMax)) {
      for (const name of names) {
        values.push(toParameter(table, name, row[name as keyof typeof row]));
        strings.push(', ');
      }
      strings[strings.length - 1] = '), (';
    }
    strings[strings.length - 1] = ') ';
    yield sql`${new Sql(strings, values)}${conflict}`;
  }
}

/** JSON goes as its text: `pg` would make a PostgreSQL array of a list. */
function toParameter(table: Table, name: string, value: unknown): unknown {
  return table.types[name]?.type === 'jsonb' && value !== null && !(value instanceof Sql)
    ? JSON.stringify(value)
    : value;
}

function columnOf(table: Table, name: string): Sql {
  const column = table.columns[name];
  if (column === undefined) throw new Error(`There is no column ${table.name}.${name}.`);
  return column.bare;
}
