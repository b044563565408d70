import type { Database } from '../database/database.js';
import { organization, sql } from '../database/sql.js';
import type { Job } from '../jobs/jobs.js';
import { expiredReservations } from './gateway-metrics.js';

/** Ledgers that are locked at once. */
const ledgersMax = 100;

/**
 * Gives back what was held for requests that have not told of their usage in time, an organization after the other. Each
 * ledger that had anything to look at notes until when it was looked at, so that nothing is looked at twice.
 */
export const expireReservations: Job = {
  name: 'expire_reservations',
  everyMs: 60_000,
  leaseMs: 600_000,
  run: async (database: Database, signal: AbortSignal) => {
    const organizations = await database.rows<{ id: string }>(sql`SELECT id FROM organizations`);
    let givenBack = 0;
    for (const { id } of organizations) givenBack += await expireIn(database, id, signal);
    return { givenBack };
  },
};

async function expireIn(database: Database, organizationId: string, signal: AbortSignal): Promise<number> {
  let givenBack = 0;
  let after = '00000000-0000-0000-0000-000000000000';
  while (!signal.aborted) {
    const due = await database.transactionAsOwner(organizationId, (transaction) =>
      transaction.rows<{ id: string }>(
        sql`SELECT l.workspace_id AS id FROM workspace_ledgers l
          WHERE l.organization_id = ${organization} AND l.workspace_id > ${after}::uuid AND EXISTS (
            SELECT FROM gateway_requests gr
            WHERE gr.organization_id = ${organization} AND gr.workspace_id = l.workspace_id
              AND gr.expires_at > l.expired_until AND gr.expires_at <= now()
          ) ORDER BY l.workspace_id LIMIT ${ledgersMax}`,
      ),
    );
    const last = due.at(-1);
    if (last === undefined) break;
    after = last.id;
    const ids = due.map(({ id }) => id);
    const [done] = await database.transactionAsOwner(organizationId, (transaction) =>
      transaction.rows<{ expired: number }>(
        sql`SELECT bring_ledgers_up_to_date(${organization}, ${ids}::uuid[]) AS expired`,
      ),
    );
    givenBack += done?.expired ?? 0;
    expiredReservations.inc(done?.expired ?? 0);
  }
  return givenBack;
}
