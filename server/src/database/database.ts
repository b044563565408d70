import { setTimeout as delay } from 'node:timers/promises';
import pLimit, { type LimitFunction } from 'p-limit';
import pg from 'pg';
import { type Answer, AnswerTooLarge, objectsOf, type Room, send } from './message.js';
import { type SharedStatement, SharedStatements } from './shared-statements.js';
import { bind, type Scope, Sql, type Statement, sql } from './sql.js';
import type { ColumnTypes, RowOf, Table } from './table.js';
import { type Check, CheckFailed, type Reads, Transaction } from './transaction.js';
import { DatabaseUnavailable, toUnavailable, unavailable } from './unavailable.js';

export interface DatabaseOptions {
  readonly url: string;
  /** Connections kept at most. */
  readonly poolSize: number;
  /** False behind a pooler that does not carry prepared statements from one transaction to the next. */
  readonly carriesNames?: boolean;
  /** Hears of connections that break while idle; statements report their own errors. */
  readonly onError?: (error: Error) => void;
  /** Hears of every statement before it is sent, without its values. */
  readonly onStatement?: (text: string) => void;
}

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

/** `read-only` where nothing can be changed, as on a standby. */
export type Readiness = 'ready' | 'read-only' | 'unavailable';

/** The role that row-level security binds. */
export const requestRole = 'tokenvue_workspaces';

const statementTimeoutMs = 30_000;
/**
 * How long a transaction may wait for its client between two messages, with all the locks that it has: a process that is
 * frozen holds up nobody for longer. Less than a statement may take, so that who waits for it gets its turn.
 */
const idleTimeoutMs = 15_000;
const connectTimeoutMs = 5_000;
const readyWithinMs = 2_000;
const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The connections to PostgreSQL. Its own `rows` and `transaction` are not bound to an organization: they are for sign-in,
 * maintenance and demonstration data.
 */
export class Database {
  readonly #pool: pg.Pool;
  /** One connection, which requests never take. */
  readonly #readinessPool: pg.Pool;
  #asked: Promise<Readiness> | undefined;
  readonly #poolSize: number;
  /** By organization, what holds it to its share of the connections, as long as it uses any. */
  readonly #shares = new Map<string, LimitFunction>();
  readonly #carriesNames: boolean;
  readonly #onStatement: DatabaseOptions['onStatement'];
  readonly #shared = new SharedStatements((scope, statements) => this.sendAll(scope, statements));

  constructor({ url, poolSize, carriesNames = true, onError, onStatement }: DatabaseOptions) {
    this.#carriesNames = carriesNames;
    this.#onStatement = onStatement;
    this.#poolSize = poolSize;
    const options = { connectionString: url, application_name: 'tokenvue-workspaces' };
    this.#pool = new pg.Pool({ ...options, max: poolSize, connectionTimeoutMillis: connectTimeoutMs });
    this.#readinessPool = new pg.Pool({
      ...options,
      max: 1,
      connectionTimeoutMillis: readyWithinMs,
      idleTimeoutMillis: 0,
    });
    for (const pool of [this.#pool, this.#readinessPool]) {
      pool.on('error', (error) => onError?.(error));
      // A connection can break between one owner and the next, when nobody listens, and that would end the process.
      pool.on('connect', (connection) => connection.on('error', ignore));
    }
  }

  /** Runs a statement that calls share. @throws CheckFailed where what the request began with no longer holds. */
  share<Item, Result>(
    shared: SharedStatement<Item, Result>,
    asked: { readonly scope: Scope; readonly check: Check | undefined },
    item: Item,
  ): Promise<Result> {
    return this.#shared.call(shared, asked, item);
  }

  /** Sends the statements as one transaction in one message. @returns their answers. */
  async sendAll(scope: Scope, statements: readonly Sql[], room?: Room): Promise<Answer[]> {
    const begin = this.begin(scope);
    const own = statements.map((statement) => this.bind(statement, scope));
    const whole = [...begin, ...own, this.fixed('COMMIT')];
    const answers = await this.connected(scope, (connection) => send(connection, whole, room));
    return answers.slice(begin.length, -1);
  }

  /** The tables as one organization has them, held to it by row-level security; read as far as there is room. */
  within(scope: Scope, check?: Check, room?: Room): OrganizationDatabase {
    return new ScopedDatabase(this, scope, check, room);
  }

  async rows<Row extends object>(statement: Sql | Statement): Promise<Row[]> {
    return objectsOf(await this.#one(statement));
  }

  async select<Types extends ColumnTypes>(table: Table<Types>, rest: Sql): Promise<RowOf<Table<Types>>[]> {
    const { rows } = await this.#one(sql`SELECT ${table.selected} ${rest}`);
    return rows.map((row) => table.parse(row));
  }

  async #one(statement: Sql | Statement): Promise<Answer> {
    const one = statement instanceof Sql ? this.bind(statement, null) : statement;
    const [answer] = await this.connected(null, (connection) => send(connection, [one]));
    return answer as Answer;
  }

  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.transactionIn({ scope: null }, work);
  }

  /** Runs the work in a transaction of the tables' owner that is about one organization: for what requests may not do. */
  async transactionAsOwner<Result>(
    organizationId: string,
    work: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    const bind = this.#bindTo({ organizationId, userId: null });
    const options = { begin: this.#beginOfSeveral(null), bind, check: undefined };
    return this.connected(null, (connection) => new Transaction(connection, options).run(work));
  }

  /** Runs the work in a transaction of the scope, with this check. */
  async transactionIn<Result>(
    { scope, check }: { readonly scope: Scope | null; readonly check?: Check | undefined },
    work: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    const options = { begin: this.#beginOfSeveral(scope), bind: this.#bindTo(scope), check };
    return this.connected(scope, (connection) => new Transaction(connection, options).run(work));
  }

  #bindTo(scope: Scope | null): (statement: Sql) => Statement {
    return (statement) => this.bind(statement, scope);
  }

  /** Does the work with a connection; one that an error may have left in a transaction is not used again. */
  async connected<Result>(scope: Scope | null, work: (connection: pg.PoolClient) => Promise<Result>): Promise<Result> {
    if (scope === null) return this.#connected(work);
    const share = this.#shareOf(scope.organizationId);
    try {
      return await share(() => this.#connected(work));
    } finally {
      if (share.activeCount + share.pendingCount === 0) this.#shares.delete(scope.organizationId);
    }
  }

  async #connected<Result>(work: (connection: pg.PoolClient) => Promise<Result>): Promise<Result> {
    const connection = await this.#pool.connect().catch((error: unknown) => {
      throw unavailable(error);
    });
    try {
      const result = await work(connection);
      connection.release();
      return result;
    } catch (error) {
      connection.release(!(await isClean(connection)));
      throw toUnavailable(withoutValues(error));
    }
  }

  /** No organization can have all connections: a quarter stays for others, and its requests wait among themselves. */
  #shareOf(organizationId: string): LimitFunction {
    let share = this.#shares.get(organizationId);
    if (share === undefined) {
      share = pLimit(Math.max(1, Math.floor((this.#poolSize * 3) / 4)));
      this.#shares.set(organizationId, share);
    }
    return share;
  }

  /** The statement with its values, for this scope. */
  bind(statement: Sql, scope: Scope | null): Statement {
    const bound = bind(statement, scope, this.#carriesNames);
    this.#onStatement?.(bound.text);
    return bound;
  }

  /** What begins a transaction: in the scope of an organization with its role, its rows and the longest a statement may take. */
  begin(scope: Scope | null): readonly Statement[] {
    if (scope === null) return [this.fixed('BEGIN')];
    if (!uuidPattern.test(scope.organizationId)) throw new Error('An organization is named by its UUID.');
    return [
      this.fixed('BEGIN'),
      this.fixed(`SET LOCAL ROLE ${requestRole}`),
      { text: `SET LOCAL tokenvue.organization_id = '${scope.organizationId}'`, values: [] },
      this.fixed(`SET LOCAL statement_timeout = ${statementTimeoutMs}`),
    ];
  }

  /** What begins a transaction of several messages, which waits for its client in between. */
  #beginOfSeveral(scope: Scope | null): readonly Statement[] {
    return [...this.begin(scope), this.fixed(`SET LOCAL idle_in_transaction_session_timeout = ${idleTimeoutMs}`)];
  }

  /** A statement without values that is the same for everybody, and its own name. */
  fixed(text: string): Statement {
    return this.#carriesNames ? { name: text, text, values: [] } : { text, values: [] };
  }

  /**
   * Whether statements are answered soon, and requests let work as their role: asked over a connection of its own, so that
   * nobody's requests stand before it. Who asks meanwhile gets the same answer.
   */
  readiness(): Promise<Readiness> {
    this.#asked ??= Promise.race([
      this.#ask().catch((): Readiness => 'unavailable'),
      delay<Readiness>(readyWithinMs, 'unavailable', { ref: false }),
    ]).finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  async #ask(): Promise<Readiness> {
    const connection = await this.#readinessPool.connect();
    let isAnswered = false;
    try {
      const late = delay(readyWithinMs, undefined, { ref: false }).then(() => {
        throw new Error('The database does not answer in time.');
      });
      const answers = await Promise.race([send(connection, this.#readinessMessage), late]);
      isAnswered = true;
      return answers[3]?.rows[0]?.[0] === 'on' ? 'read-only' : 'ready';
    } finally {
      connection.release(!isAnswered);
    }
  }

  /** Reads a table of every request's, so that one that hangs is noticed, and enters the role. */
  get #readinessMessage(): Statement[] {
    return [
      this.fixed('BEGIN'),
      this.fixed(`SET LOCAL statement_timeout = ${readyWithinMs}`),
      this.fixed('SELECT FROM workspaces LIMIT 1'),
      this.fixed('SHOW transaction_read_only'),
      this.fixed(`SET LOCAL ROLE ${requestRole}`),
      this.fixed('COMMIT'),
    ];
  }

  /** Connections of the pool by what they do now. */
  get connections(): { total: number; idle: number; waiting: number } {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { total: totalCount, idle: idleCount, waiting: waitingCount };
  }

  async close(): Promise<void> {
    const pools = [this.#pool, this.#readinessPool];
    // What ends now is meant to: a PostgreSQL that stops along says so of connections that are on their way out.
    for (const pool of pools) pool.removeAllListeners('error').on('error', ignore);
    await Promise.all(pools.map((pool) => pool.end()));
  }
}

interface Waiting {
  readonly statement: Sql;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** What one request reads: what it asks for in one go is one message to the database, and one transaction. */
class ScopedDatabase implements OrganizationDatabase {
  readonly #database: Database;
  readonly #scope: Scope;
  readonly #check: Check | undefined;
  readonly #room: Room | undefined;
  #waiting: Waiting[] = [];

  constructor(database: Database, scope: Scope, check: Check | undefined, room: Room | undefined) {
    this.#room = room;
    this.#database = database;
    this.#scope = scope;
    this.#check = check;
  }

  texts(statement: Sql): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ statement, resolve, reject });
      if (this.#waiting.length === 1) process.nextTick(() => this.#sendWaiting());
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
    return this.#database.transactionIn({ scope: this.#scope, check: this.#check }, work);
  }

  #sendWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    void this.#send(waiting);
  }

  async #send(waiting: readonly Waiting[]): Promise<void> {
    const check = this.#check?.isPending ? this.#check : undefined;
    try {
      const answers = await this.#answersTo(check?.statement, waiting);
      if (check !== undefined) check.accept(answers.shift() as Answer);
      for (const [index, { resolve }] of waiting.entries()) resolve(answers[index] as Answer);
    } catch (error) {
      const isOfAll =
        error instanceof CheckFailed || error instanceof DatabaseUnavailable || error instanceof AnswerTooLarge;
      if (waiting.length === 1 || isOfAll) for (const { reject } of waiting) reject(error);
      // A statement that fails takes none of the others with it.
      else for (const one of waiting) void this.#send([one]);
    }
  }

  share<Item, Result>(shared: SharedStatement<Item, Result>, item: Item): Promise<Result> {
    return this.#database.share(shared, { scope: this.#scope, check: this.#check }, item);
  }

  #answersTo(check: Sql | undefined, waiting: readonly Waiting[]): Promise<Answer[]> {
    const own = waiting.map(({ statement }) => statement);
    return this.#database.sendAll(this.#scope, check === undefined ? own : [check, ...own], this.#room);
  }
}

/** Whether the connection can be used again after an error: ends the transaction that it may be in. */
async function isClean(connection: pg.PoolClient): Promise<boolean> {
  return connection.query('ROLLBACK').then(
    () => true,
    () => false,
  );
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

/** Whether the error says that this unique constraint, or any where none is named, was broken. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (!(error instanceof Error)) return false;
  const { code, constraint: named, message } = error as Error & { code?: string; constraint?: string };
  // A distributed database names it in the message alone, with the number of the shard.
  const broken = named ?? /"(.+?)(?:_\d+)?"/.exec(message)?.[1];
  return code === '23505' && (constraint === undefined || broken === constraint);
}
