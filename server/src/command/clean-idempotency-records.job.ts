import type { Database } from '../database/database.js';
import { organization, sql } from '../database/sql.js';
import type { Job } from '../jobs/jobs.js';
import { idempotencyDays } from './idempotency.js';

/** Forgets the creates whose repeats are no longer known, an organization after the other. */
export const cleanIdempotencyRecords: Job = {
  name: 'clean_idempotency_records',
  everyMs: 3_600_000,
  leaseMs: 600_000,
  run: async (database: Database, signal: AbortSignal) => {
    const organizations = await database.rows<{ id: string }>(sql`SELECT id FROM organizations`);
    let removed = 0;
    for (const { id } of organizations) {
      if (signal.aborted) break;
      removed += await cleanIn(database, id);
    }
    return { removed };
  },
};

async function cleanIn(database: Database, organizationId: string): Promise<number> {
  return database.transactionAsOwner(organizationId, (transaction) =>
    transaction.execute(
      sql`DELETE FROM idempotency_records i WHERE i.organization_id = ${organization}
        AND i.created_at < now() - ${idempotencyDays}::integer * interval '1 day'`,
    ),
  );
}
