import pg from 'pg';
import { Message } from '../database/message.js';

/** What the server asked its database while some work ran. */
export interface Recorded<Result> {
  readonly result: Result;
  /**
   * SQL texts in the order in which they were sent, those of transactions included; without what a request costs beside
   * its work: finding out who asks, and a connection's change to another organization.
   */
  readonly statements: readonly string[];
  /** All of them. */
  readonly everyStatement: readonly string[];
  /** How often the database was waited for, beside signing in: what goes out together is one message. */
  readonly messages: number;
}

/** A transaction's begin, scope and end, the looks at who asks that go with the first and the last message, and at the time. */
const besideTheWork =
  /^(?:(?:BEGIN|COMMIT|ROLLBACK|SET LOCAL .*)$|SELECT u\.name, u\.organization_role, coalesce|SELECT (?:st|known)\.name, (?:st|known)\.(?:role|scopes)|SELECT extract\(epoch FROM clock_timestamp\(\)\))/;

/** Whether it looks up whose token it is; once that is known, the server remembers it for some seconds. */
export function isSignIn(text: string): boolean {
  return /AS "lastWordAt"|^SELECT st\.id, ss\.id AS/.test(text);
}

/**
 * Records every statement of this process while the work runs: the server under test lives in it. Statements that the
 * work itself sends count too.
 */
export async function recordStatements<Result>(work: () => Promise<Result>): Promise<Recorded<Result>> {
  const messages: (readonly string[])[] = [];
  const original = pg.Client.prototype.query;
  pg.Client.prototype.query = function record(this: pg.Client, ...args: unknown[]) {
    messages.push(textsOf(args[0]));
    return Reflect.apply(original, this, args) as unknown;
  } as typeof original;
  try {
    const result = await work();
    const everyStatement = messages.flat();
    const statements = everyStatement.filter((text) => !besideTheWork.test(text) && !isSignIn(text));
    return { result, statements, everyStatement, messages: messages.filter((texts) => !texts.some(isSignIn)).length };
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

function textsOf(query: unknown): string[] {
  if (query instanceof Message) return query.statements.map(({ text }) => text);
  return [typeof query === 'string' ? query : (query as { text: string }).text];
}
