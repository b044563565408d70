import type { Database } from '../database/database.js';
import { objectsOf } from '../database/message.js';
import { organization, Sql, sql } from '../database/sql.js';
import type { Job } from '../jobs/jobs.js';
import { patiently, setLockTimeout } from './partitions.js';

const detachWithinMs = 5_000;
const queryCanceled = '57014';

/** One table of a month that is over for longer than records are kept. */
interface OldTable {
  readonly name: string;
  readonly parent: string;
  /** Of a partition that a former run has not got off quite. */
  readonly state: 'attached' | 'pending' | 'detached';
}

/**
 * Drops the records of months that are no longer kept, and what is known of their requests; hours and days stay. A month is
 * first taken out of the partitions, so that from then on nothing more is recorded in it, and waits then, on its own, for
 * those who still read it: nobody waits for them. What is cut off in between goes on with the next run.
 */
export const dropUsageMonths: Job = {
  name: 'drop_usage_months',
  everyMs: 3_600_000,
  leaseMs: 600_000,
  run: async (database, signal, { usageRetentionDays }) => {
    const dropped: string[] = [];
    let forgotten = 0;
    for (const table of await oldTables(database, usageRetentionDays)) {
      if (signal.aborted) break;
      await detach(database, table, signal);
      if (table.parent === 'usage_records') forgotten += await forgetRequests(database, table.name, signal);
      if (signal.aborted) break;
      await alter(database, `DROP TABLE ${table.name}`, signal);
      dropped.push(table.name);
    }
    return { dropped, forgotten };
  },
};

const oldTables = (database: Database, days: number): Promise<OldTable[]> =>
  database.rows<OldTable>(
    sql`SELECT c.relname AS name, left(c.relname, -7) AS parent,
        CASE WHEN i.inhrelid IS NULL THEN 'detached' WHEN i.inhdetachpending THEN 'pending' ELSE 'attached' END AS state
      FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
      WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
        AND c.relname ~ '^usage_record(s|_tags)_[0-9]{6}$'
        AND to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month'
          <= now() AT TIME ZONE 'UTC' - ${days}::integer * interval '1 day'
      -- Records first, because they say which months are still taken.
      ORDER BY right(c.relname, 6), c.relname COLLATE "C" DESC`,
  );

async function detach(database: Database, old: OldTable, signal: AbortSignal): Promise<void> {
  let { state } = old;
  if (state === 'attached') state = await detachConcurrently(database, old);
  if (state === 'pending')
    await alter(database, `ALTER TABLE ${old.parent} DETACH PARTITION ${old.name} FINALIZE`, signal);
}

/**
 * Waits for those who read any of the months, for some seconds, and nobody waits for it. Without a limit of its own: that
 * would be a setting of the session, which is not ours behind a pooler, because this can't be in a transaction.
 * @returns what the partition is now.
 */
async function detachConcurrently(database: Database, { name, parent }: OldTable): Promise<OldTable['state']> {
  const text = `ALTER TABLE ${parent} DETACH PARTITION ${name} CONCURRENTLY`;
  const cancel = sql`SELECT pg_cancel_backend(a.pid) FROM pg_stat_activity a
    WHERE a.datname = current_database() AND a.state = 'active' AND a.query = ${text}`;
  const timer = setTimeout(() => void database.rows(cancel).catch(() => {}), detachWithinMs);
  try {
    await database.rows({ text, values: [] });
    return 'detached';
  } catch (error) {
    if ((error as { code?: string }).code !== queryCanceled) throw error;
    return 'pending';
  } finally {
    clearTimeout(timer);
  }
}

function alter(database: Database, text: string, signal: AbortSignal): Promise<unknown> {
  return patiently(signal, () =>
    database.transaction((transaction) => transaction.send(setLockTimeout, new Sql([text], []))),
  );
}

const batchSize = 5_000;
const firstId = '00000000-0000-0000-0000-000000000000';

/** Forgets the requests of the month, an organization and some thousand at a time. @returns how many. */
async function forgetRequests(database: Database, table: string, signal: AbortSignal): Promise<number> {
  let forgotten = 0;
  const organizations = await database.rows<{ id: string }>(sql`SELECT o.id FROM organizations o ORDER BY o.id`);
  for (const { id } of organizations) {
    let after: Place | null = { workspaceId: firstId, id: firstId };
    while (after !== null && !signal.aborted) {
      const batch: Batch = await forgetBatch(database, id, table, after);
      forgotten += batch.forgotten;
      after = batch.last;
    }
  }
  return forgotten;
}

interface Place {
  readonly workspaceId: string;
  readonly id: string;
}

interface Batch {
  readonly forgotten: number;
  /** Null after the end. */
  readonly last: Place | null;
}

function forgetBatch(database: Database, organizationId: string, table: string, after: Place): Promise<Batch> {
  return database.transactionAsOwner(organizationId, async (transaction) => {
    const answer = await transaction.texts(
      sql`SELECT last_workspace AS "workspaceId", last_id AS id, forgotten FROM forget_requests_of_month(
        ${organization}, ${table}, ${after.workspaceId}, ${after.id}, ${batchSize})`,
    );
    const [row] = objectsOf<Place & { readonly forgotten: number }>(answer);
    const { workspaceId = null, id = null, forgotten = 0 } = row ?? {};
    return { forgotten, last: workspaceId === null || id === null ? null : { workspaceId, id } };
  });
}
