import type { Database } from '../database/database.js';
import { organization, sql } from '../database/sql.js';
import type { Job } from '../jobs/jobs.js';

/** How long a request is known that told of no usage. */
const unusedDays = 7;
/** Requests that are forgotten in one transaction. */
const rowsMax = 5_000;

const name = 'drop_unused_requests';

/**
 * Forgets the requests that have expired without usage: what comes of one later counts all the same. Looks at those alone
 * that have become old enough since the last run that succeeded, because the others are kept as long as their usage.
 */
export const dropUnusedRequests: Job = {
  name,
  everyMs: 86_400_000,
  leaseMs: 3_600_000,
  run: async (database: Database, signal: AbortSignal) => {
    const [last] = await database.rows<{ at: Date | null }>(
      sql`SELECT last_succeeded_at - interval '1 day' AS at FROM jobs WHERE name = ${name}`,
    );
    const organizations = await database.rows<{ id: string }>(sql`SELECT id FROM organizations`);
    let removed = 0;
    for (const { id } of organizations) {
      for (let count = rowsMax; count === rowsMax && !signal.aborted; ) {
        count = await dropIn(database, id, last?.at ?? null);
        removed += count;
      }
    }
    return { removed };
  },
};

/** Only what was given back: of what is still held the ledgers know. */
async function dropIn(database: Database, organizationId: string, since: Date | null): Promise<number> {
  const age = sql`${unusedDays}::integer * interval '1 day'`;
  return database.transactionAsOwner(organizationId, (transaction) =>
    transaction.execute(
      sql`DELETE FROM gateway_requests gr USING (
          SELECT old.workspace_id, old.request_id FROM workspace_ledgers l
          CROSS JOIN LATERAL (
            SELECT o.workspace_id, o.request_id FROM gateway_requests o
            WHERE o.organization_id = ${organization} AND o.workspace_id = l.workspace_id
              AND o.expires_at > coalesce(${since}::timestamptz, '-infinity') - ${age} AND o.expires_at <= now() - ${age}
              AND o.state = 'EXPIRED' AND o.usage_id IS NULL
          ) AS old
          WHERE l.organization_id = ${organization} LIMIT ${rowsMax}
        ) AS gone
        WHERE gr.organization_id = ${organization} AND gr.workspace_id = gone.workspace_id
          AND gr.request_id = gone.request_id AND gr.state = 'EXPIRED' AND gr.usage_id IS NULL`,
    ),
  );
}
