import { Connections } from './connections.js';
import { Deadline, type Limited } from './deadline.js';
import { type Answer, objectsOf, type Room, send } from './message.js';
import { type Readiness, ReadinessCheck } from './readiness.js';
import { type OrganizationDatabase, ScopedDatabase, type ScopedOptions } from './scoped-database.js';
import { type SharedCall, type SharedStatement, SharedStatements } from './shared-statements.js';
import { bind, requestRole, type Scope, Sql, type Statement, sql } from './sql.js';
import type { ColumnTypes, RowOf, Table } from './table.js';
import { defaultTimeLimits, type TimeLimit, type TimeLimits } from './time-limits.js';
import { type Check, Transaction } from './transaction.js';

export type { Readiness } from './readiness.js';
export type { OrganizationDatabase } from './scoped-database.js';
export { requestRole } from './sql.js';

export interface DatabaseOptions {
  readonly url: string;
  /** Connections kept at most. */
  readonly poolSize: number;
  /** False behind a pooler that does not carry prepared statements from one transaction to the next. */
  readonly carriesNames?: boolean;
  readonly timeLimits?: TimeLimits;
  /** Hears of connections that break while idle; statements report their own errors. */
  readonly onError?: (error: Error) => void;
  /** Hears of every statement before it is sent, without its values. */
  readonly onStatement?: (text: string) => void;
}

/**
 * How long a transaction may wait for its client between two messages, with all the locks that it has: a process that is
 * frozen holds up nobody for longer.
 */
const idleTimeoutMs = 15_000;
const connectTimeoutMs = 5_000;
const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** In whose turn what belongs to no organization gets a connection. */
const ownTurn = '';

interface TransactionScope {
  /** Null for a transaction of the tables' owner. */
  readonly scope: Scope | null;
  /** UUID of the organization that its statements name where it works as the owner. */
  readonly about?: string;
  readonly check?: Check | undefined;
  readonly limited: Limited | null;
}

/**
 * The connections to PostgreSQL. Its own `rows` and `transaction` are not bound to an organization: they are for sign-in,
 * maintenance and demonstration data.
 */
export class Database {
  readonly timeLimits: TimeLimits;
  readonly #options: DatabaseOptions;
  readonly #connections: Connections;
  readonly #readiness: ReadinessCheck;
  readonly #carriesNames: boolean;
  /** Whether what belongs to no organization has the time of an operation. */
  readonly #isLimited: boolean;
  readonly #asides: Database[] = [];
  readonly #shared = new SharedStatements((scope, statements, limited) => this.sendAll(scope, statements, limited));

  constructor(options: DatabaseOptions, isLimited = false) {
    const { url, poolSize, carriesNames = true, timeLimits = defaultTimeLimits, onError } = options;
    this.#options = options;
    this.timeLimits = timeLimits;
    this.#carriesNames = carriesNames;
    this.#isLimited = isLimited;
    this.#connections = new Connections({ url, size: poolSize, connectWithinMs: connectTimeoutMs, onError });
    this.#readiness = new ReadinessCheck({ url, onError }, (text) => this.fixed(text));
  }

  /**
   * The same over connections of its own, which requests never take: for sign-in, and for what watches the service. All of it
   * has the time of an operation. It is closed with this one.
   */
  aside(poolSize: number): Database {
    const aside = new Database({ ...this.#options, poolSize }, true);
    this.#asides.push(aside);
    return aside;
  }

  /** Runs a statement that calls share. @throws CheckFailed where what the request began with no longer holds. */
  share<Item, Result>(shared: SharedStatement<Item, Result>, asked: SharedCall, item: Item): Promise<Result> {
    return this.#shared.call(shared, asked, item);
  }

  /** Sends the statements as one transaction in one message. @returns their answers. */
  async sendAll(scope: Scope, statements: readonly Sql[], limited: Limited, room?: Room): Promise<Answer[]> {
    const begin = this.begin(scope, limited.limit);
    const own = statements.map((statement) => this.bind(statement, scope));
    const whole = [...begin, ...own, this.fixed('COMMIT')];
    const answers = await this.#connections.use(scope.organizationId, limited, (connection) =>
      send(connection, whole, room),
    );
    return answers.slice(begin.length, -1);
  }

  /** The tables as one organization has them, held to it by row-level security; read as far as there is room. */
  within(scope: Scope, of: ScopedOptions = {}): OrganizationDatabase {
    return new ScopedDatabase(this, scope, of);
  }

  async rows<Row extends object>(statement: Sql | Statement): Promise<Row[]> {
    return objectsOf(await this.#one(statement));
  }

  async select<Types extends ColumnTypes>(table: Table<Types>, rest: Sql): Promise<RowOf<Table<Types>>[]> {
    const { rows } = await this.#one(sql`SELECT ${table.selected} ${rest}`);
    return rows.map((row) => table.parse(row));
  }

  /** Without limits it is sent as it is, so that it may be one that no transaction can have. */
  #one(statement: Sql | Statement): Promise<Answer> {
    const one = statement instanceof Sql ? this.bind(statement, null) : statement;
    return this.#ownLimited(async (limited) => {
      const begin = limited === null ? [] : this.begin(null, limited.limit);
      const whole = limited === null ? [one] : [...begin, one, this.fixed('COMMIT')];
      const answers = await this.#connections.use(ownTurn, limited, (connection) => send(connection, whole));
      return answers[begin.length] as Answer;
    });
  }

  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#ownLimited((limited) => this.transactionIn({ scope: null, limited }, work));
  }

  /** Runs the work in a transaction of the tables' owner that is about one organization: for what requests may not do. */
  transactionAsOwner<Result>(
    organizationId: string,
    work: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    return this.#ownLimited((limited) => this.transactionIn({ scope: null, about: organizationId, limited }, work));
  }

  /** Runs the work in a transaction of the scope, with this check. */
  transactionIn<Result>(
    { scope, about, check, limited }: TransactionScope,
    work: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    const bound = about === undefined ? scope : { organizationId: about, userId: null };
    const options = {
      begin: [
        ...this.begin(scope, limited?.limit),
        // It waits for its client between its messages.
        this.fixed(`SET LOCAL idle_in_transaction_session_timeout = ${idleTimeoutMs}`),
      ],
      bind: (statement: Sql) => this.bind(statement, bound),
      check,
      signal: limited?.signal,
    };
    return this.#connections.use(scope?.organizationId ?? ownTurn, limited, (connection) =>
      new Transaction(connection, options).run(work),
    );
  }

  async #ownLimited<Result>(work: (limited: Limited | null) => Promise<Result>): Promise<Result> {
    if (!this.#isLimited) return work(null);
    const deadline = new Deadline(this.timeLimits);
    try {
      return await work(deadline);
    } finally {
      deadline.end();
    }
  }

  /** The statement with its values, for this scope. */
  bind(statement: Sql, scope: Scope | null): Statement {
    const bound = bind(statement, scope, this.#carriesNames);
    this.#options.onStatement?.(bound.text);
    return bound;
  }

  /**
   * What begins a transaction: in the scope of an organization with its role and its rows, and with what its statements may
   * take. Settings of the transaction alone, which travel with it through a pooler.
   */
  begin(scope: Scope | null, limit?: TimeLimit): readonly Statement[] {
    const begin = [this.fixed('BEGIN')];
    if (scope !== null) {
      if (!uuidPattern.test(scope.organizationId)) throw new Error('An organization is named by its UUID.');
      begin.push(this.fixed(`SET LOCAL ROLE ${requestRole}`));
      begin.push({ text: `SET LOCAL tokenvue.organization_id = '${scope.organizationId}'`, values: [] });
    }
    if (limit !== undefined) {
      begin.push(this.fixed(`SET LOCAL statement_timeout = ${limit.totalMs}`));
      begin.push(this.fixed(`SET LOCAL lock_timeout = ${limit.lockMs}`));
    }
    return begin;
  }

  /** A statement without values that is the same for everybody, and its own name. */
  fixed(text: string): Statement {
    return this.#carriesNames ? { name: text, text, values: [] } : { text, values: [] };
  }

  /** Whether statements are answered soon, and requests let work as their role. */
  readiness(): Promise<Readiness> {
    return this.#readiness.ask();
  }

  /** Connections of the pool by what they do now. */
  get connections(): { total: number; idle: number; waiting: number } {
    return this.#connections.counts;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#asides, this.#connections, this.#readiness].map((one) => one.close()));
  }
}

/** Whether the error says that this unique constraint, or any where none is named, was broken. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (!(error instanceof Error)) return false;
  const { code, constraint: named, message } = error as Error & { code?: string; constraint?: string };
  // A distributed database names it in the message alone, with the number of the shard.
  const broken = named ?? /"(.+?)(?:_\d+)?"/.exec(message)?.[1];
  return code === '23505' && (constraint === undefined || broken === constraint);
}
