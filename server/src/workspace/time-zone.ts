import { sql } from '../database/sql.js';
import type { Transaction } from '../database/transaction.js';
import { Refusal } from '../errors.js';

/**
 * The name as PostgreSQL writes it, which knows names in any case. Times are reckoned there, and shown by programs that know
 * `Intl`: the input's validator has asked that one.
 * @throws Refusal INVALID
 */
export async function knownTimeZone(transaction: Transaction, timeZone: string): Promise<string> {
  const [known] = await transaction.rows<{ name: string }>(
    sql`SELECT name FROM pg_timezone_names WHERE lower(name) = lower(${timeZone})`,
  );
  if (known === undefined) throw Refusal.of('timeZoneInvalid', 'input', 'timeZone');
  return known.name;
}
