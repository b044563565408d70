import pg from 'pg';
import { userActorsSql } from '../auth/sign-in.js';
import { enterScope } from '../database/database.js';

/** What the server asked its database while some work ran. */
export interface Recorded<Result> {
  readonly result: Result;
  /**
   * SQL texts in the order in which they were sent, those of transactions included; without what every request costs
   * beside its work: the look at who asks, and a connection's change to another organization.
   */
  readonly statements: readonly string[];
  /** All of them. */
  readonly everyStatement: readonly string[];
}

const ofEveryRequest: ReadonlySet<string> = new Set([enterScope, userActorsSql]);

/**
 * Records every statement of this process while the work runs: the server under test lives in it. Statements that the
 * work itself sends count too.
 */
export async function recordStatements<Result>(work: () => Promise<Result>): Promise<Recorded<Result>> {
  const statements: string[] = [];
  const original = pg.Client.prototype.query;
  pg.Client.prototype.query = function record(this: pg.Client, ...args: unknown[]) {
    statements.push(textOf(args[0]));
    return Reflect.apply(original, this, args) as unknown;
  } as typeof original;
  try {
    const result = await work();
    return { result, statements: statements.filter((text) => !ofEveryRequest.has(text)), everyStatement: statements };
  } finally {
    pg.Client.prototype.query = original;
  }
}

/** Those that change or lock rows and don't say of which organization. */
export function changesOfAnybody(statements: readonly string[]): string[] {
  return statements
    .filter((text) => /^\s*(?:INSERT|UPDATE|DELETE)|\bFOR (?:NO KEY )?UPDATE|\bFOR (?:KEY )?SHARE/.test(text))
    .filter((text) => !/organization_id|\borganizations\b/.test(text));
}

function textOf(statement: unknown): string {
  return typeof statement === 'string' ? statement : (statement as { text: string }).text;
}
