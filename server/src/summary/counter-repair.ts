import type { Database } from '../database/database.js';
import { sql } from '../database/sql.js';

export interface RepairReport {
  /** Workspaces whose kept counts were wrong and are right now; expected to be none. */
  readonly repaired: number;
  /** Workspaces with keys that have expired since they were counted: right before and after, quicker to read after. */
  readonly refreshed: number;
}

const batchSize = 1_000;
const firstId = '00000000-0000-0000-0000-000000000000';

/** Counts the members and active keys of every workspace afresh, an organization and a batch of workspaces at a time. */
export async function repairCounters(database: Database): Promise<RepairReport> {
  let repaired = 0;
  let refreshed = 0;
  const organizations = await database.rows<{ id: string }>(sql`SELECT o.id FROM organizations o ORDER BY o.id`);
  for (const { id } of organizations) {
    for (let after: string | null = firstId; after !== null; ) {
      const batch: Batch = await repairBatch(database, id, after);
      repaired += batch.repaired;
      refreshed += batch.refreshed;
      after = batch.lastId;
    }
    await repairWorkspaceCount(database, id);
  }
  return { repaired, refreshed };
}

/** Locked first and counted with the next statement, as below. */
function repairWorkspaceCount(database: Database, organizationId: string): Promise<void> {
  return database.transaction(async (transaction) => {
    await transaction.execute(
      sql`INSERT INTO organization_counts AS oc (organization_id) VALUES (${organizationId})
        ON CONFLICT (organization_id) DO UPDATE SET workspaces = oc.workspaces`,
    );
    await transaction.execute(
      sql`UPDATE organization_counts oc
        SET workspaces = (SELECT count(*) FROM workspaces w WHERE w.organization_id = ${organizationId})
        WHERE oc.organization_id = ${organizationId}`,
    );
  });
}

/** `lastId` is where the next batch begins; null after the last. */
type Batch = RepairReport & { readonly lastId: string | null };

function repairBatch(database: Database, organizationId: string, after: string): Promise<Batch> {
  return database.transaction(async (transaction) => {
    // Locked first and counted with the next statement, so that no change under way is missed or counted twice.
    const locked = await transaction.rows<{ id: string }>(
      sql`SELECT w.id FROM workspaces w WHERE w.organization_id = ${organizationId} AND w.id > ${after}
        ORDER BY w.id LIMIT ${batchSize} FOR NO KEY UPDATE`,
    );
    const ids = locked.map(({ id }) => id);
    const lastId = ids.length < batchSize ? null : (ids.at(-1) ?? null);
    if (ids.length === 0) return { repaired: 0, refreshed: 0, lastId };
    const changed = await transaction.rows<{ wrong: boolean }>(
      sql`WITH fresh AS (
        SELECT w.id, w.next_key_expires_at <= now() AS is_due,
          (SELECT count(*) FROM members m WHERE m.organization_id = ${organizationId} AND m.workspace_id = w.id)
            AS members,
          keys.active, keys.next_expires_at
        FROM workspaces w CROSS JOIN LATERAL (
          SELECT count(*) AS active, min(k.expires_at) AS next_expires_at FROM virtual_keys k
          WHERE k.organization_id = ${organizationId} AND k.workspace_id = w.id
            AND k.status = 'ACTIVE' AND (k.expires_at IS NULL OR k.expires_at > now())
        ) AS keys
        WHERE w.organization_id = ${organizationId} AND w.id = ANY (${ids}::uuid[])
      ), changed AS (
        UPDATE workspaces w
        SET member_count = fresh.members, active_key_count = fresh.active, next_key_expires_at = fresh.next_expires_at
        FROM fresh JOIN workspaces before ON before.organization_id = ${organizationId} AND before.id = fresh.id
        WHERE w.organization_id = ${organizationId} AND w.id = fresh.id
          AND (w.member_count, w.active_key_count, w.next_key_expires_at)
            IS DISTINCT FROM (fresh.members, fresh.active, fresh.next_expires_at)
        RETURNING before.member_count <> w.member_count OR fresh.is_due IS NOT TRUE AS wrong
      ) SELECT wrong FROM changed`,
    );
    const repaired = changed.filter(({ wrong }) => wrong).length;
    return { repaired, refreshed: changed.length - repaired, lastId };
  });
}
