import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { DataSource, type EntityManager, type ObjectLiteral } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

/** `numeric` and `bigint` stay strings; `count(*)` and the like are cast to `integer` where they are selected. */
export interface DatabaseOptions {
  readonly url: string;
  readonly entities: readonly (new () => ObjectLiteral)[];
  /** Connections kept at most. */
  readonly poolSize: number;
  /** Hears of connections that break while idle; queries report their own errors. */
  readonly onError?: (error: Error) => void;
}

/** One statement for the read side. A name makes it a prepared statement of each connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

const statementTimeoutMs = 30_000;
const connectTimeoutMs = 5_000;
const readyWithinMs = 2_000;

/** What a request works with: the tables as far as they belong to its organization, whatever its statements say. */
export interface OrganizationDatabase {
  /** Runs one statement outside of any transaction and answers with its rows. */
  rows<Row extends object>(statement: Statement): Promise<Row[]>;
  /** Runs the work in a transaction, rolled back when it throws. */
  transaction<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result>;
}

/** The role that row-level security binds. */
const requestRole = 'tokenvue_workspaces';

/** On whose behalf a connection works: an organization's, or the service's own. */
type Scope = string | null;

export const enterScope = `SELECT set_config('role', $1, false), set_config('tokenvue.organization_id', $2, false)`;

/**
 * The connection pool, with entities for changes and plain rows for reads. Its own `rows` and `transaction` are not
 * bound to an organization: they are for sign-in, maintenance and demonstration data.
 */
export class Database implements OrganizationDatabase {
  readonly #dataSource: DataSource;
  /** The scope in which each connection was left; asked again only where another one is needed. */
  readonly #scopes = new WeakMap<pg.PoolClient, Scope>();

  private constructor(dataSource: DataSource) {
    this.#dataSource = dataSource;
  }

  static async connect(options: DatabaseOptions): Promise<Database> {
    const dataSource = new DataSource({
      type: 'postgres',
      url: options.url,
      poolSize: options.poolSize,
      entities: [...options.entities],
      applicationName: 'tokenvue-workspaces',
      connectTimeoutMS: connectTimeoutMs,
      poolErrorHandler: (error: Error) => options.onError?.(error),
      extra: {
        // Statements go out without waiting for the answers to those before, so that a scope costs no round trip.
        pipeline: true,
        statement_timeout: statementTimeoutMs,
        idle_in_transaction_session_timeout: statementTimeoutMs,
      },
    });
    await dataSource.initialize();
    const database = new Database(dataSource);
    database.#pool.on('acquire', listenForBreaks);
    return database;
  }

  /** For tools that work on the tables themselves, such as the test that compares them with the entities. */
  get dataSource(): DataSource {
    return this.#dataSource;
  }

  /** The tables as one organization has them, held to it by row-level security. */
  within(organizationId: string): OrganizationDatabase {
    return {
      rows: (statement) => this.#rows(organizationId, statement),
      transaction: (work) => this.#transaction(organizationId, work),
    };
  }

  async rows<Row extends object>(statement: Statement): Promise<Row[]> {
    return this.#rows(null, statement);
  }

  async transaction<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    return this.#transaction(null, work);
  }

  /** For a statement that brings its own rights, such as a call of a function of the tables' owner. */
  async rowsInAnyScope<Row extends object>(statement: Statement): Promise<Row[]> {
    const result = await this.#pool.query<Row>(statement as pg.QueryConfig);
    return result.rows;
  }

  async #rows<Row extends object>(scope: Scope, statement: Statement): Promise<Row[]> {
    const connection = await this.#pool.connect();
    try {
      // Sent together. Where the scope can't be entered, the answer is thrown away with the connection.
      const entered = this.#enter(scope, connection);
      const [result] = await Promise.all([connection.query<Row>(statement as pg.QueryConfig), entered]);
      connection.release();
      return result.rows;
    } catch (error) {
      connection.release(error instanceof Error ? error : true);
      throw withoutValues(error);
    }
  }

  async #transaction<Result>(scope: Scope, work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    const runner = this.#dataSource.createQueryRunner();
    try {
      const entered = this.#enter(scope, (await runner.connect()) as pg.PoolClient);
      // Heard of below, unless the transaction does not even begin.
      entered.catch(ignore);
      return await runner.manager.transaction(async (manager) => {
        await entered;
        return work(manager);
      });
    } catch (error) {
      throw withoutValues(error);
    } finally {
      await runner.release();
    }
  }

  /** Sends what enters the scope, where the connection is in another one. */
  async #enter(scope: Scope, connection: pg.PoolClient): Promise<void> {
    // A new connection is the service's own.
    if ((this.#scopes.get(connection) ?? null) === scope) return;
    const values = scope === null ? ['none', ''] : [requestRole, scope];
    await connection.query({ name: 'enter_scope', text: enterScope, values });
    this.#scopes.set(connection, scope);
  }

  /** Whether the database answers soon, and lets requests work as their role. */
  async isReady(): Promise<boolean> {
    const check = this.#pool.query(`SELECT set_config('role', $1, true)`, [requestRole]).then(
      () => true,
      () => false,
    );
    return Promise.race([check, delay(readyWithinMs, false, { ref: false })]);
  }

  /** Connections of the pool by what they do now. */
  get connections(): { total: number; idle: number; waiting: number } {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { total: totalCount, idle: idleCount, waiting: waitingCount };
  }

  async close(): Promise<void> {
    await this.#dataSource.destroy();
  }

  get #pool(): pg.Pool {
    return (this.#dataSource.driver as PostgresDriver).master as pg.Pool;
  }
}

/**
 * A connection can break in the moment between one owner and the next, when nobody listens, and that would end the
 * process. Whoever uses it then hears of it from the query.
 */
function listenForBreaks(connection: pg.PoolClient): void {
  if (!connection.listeners('error').includes(ignore)) connection.on('error', ignore);
}

function ignore(): void {}

/**
 * Faults are logged whole, and among the values of a statement are digests of secrets and what people wrote: they stand in
 * the parameters, and in the detail of what PostgreSQL says of a row that it refuses.
 */
function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if ('driverError' in error) withoutValues(error.driverError);
  if ('detail' in error) Object.assign(error, { detail: undefined });
  return 'parameters' in error ? Object.assign(error, { parameters: undefined }) : error;
}

/** Whether the error says that this unique constraint, or any where none is named, was broken. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const { code, constraint: broken } = (
    error instanceof Object && 'driverError' in error ? error.driverError : error
  ) as {
    code?: string;
    constraint?: string;
  };
  return code === '23505' && (constraint === undefined || broken === constraint);
}
