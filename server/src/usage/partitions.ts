import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../database/database.js';
import { sql } from '../database/sql.js';

/** How long a change of a table waits for a lock in its transaction: all who want the table wait behind it. */
export const setLockTimeout = sql`SET LOCAL lock_timeout = 1000`;

const attemptsMax = 10;
const pauseMs = 500;
const lockNotAvailable = '55P03';

/** Does it again for some seconds where it could not have a lock in time. */
export async function patiently<Result>(signal: AbortSignal, attempt: () => Promise<Result>): Promise<Result> {
  for (let left = attemptsMax; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if ((error as { code?: string }).code !== lockNotAvailable || left === 1 || signal.aborted) throw error;
      await delay(pauseMs);
    }
  }
}

/** What there is to warn of: usage of the month to come could not be recorded. */
export async function missingPartitions(database: Database): Promise<string[]> {
  const missing = await database.rows<{ name: string }>(
    sql`SELECT parent || '_' || month.name AS name
      FROM unnest(ARRAY['usage_records', 'usage_record_tags']) AS parent
      CROSS JOIN LATERAL (
        SELECT to_char(now() AT TIME ZONE 'UTC' + ahead * interval '1 month', 'YYYYMM') AS name
        FROM generate_series(0, 1) AS ahead
      ) AS month
      WHERE NOT EXISTS (
        SELECT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = to_regclass(parent) AND c.relname = parent || '_' || month.name
      ) ORDER BY 1`,
  );
  return missing.map(({ name }) => name);
}
