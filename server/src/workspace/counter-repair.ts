import type { Database } from '../database/database.js';

export interface RepairReport {
  /** Workspaces whose kept counts were wrong and are right now; expected to be none. */
  readonly repaired: number;
  /** Workspaces with keys that have expired since they were counted: right before and after, quicker to read after. */
  readonly refreshed: number;
}

const batchSize = 1_000;
const firstId = '00000000-0000-0000-0000-000000000000';

/** Counts the members and active keys of every workspace afresh, a batch of workspaces at a time. */
export async function repairCounters(database: Database): Promise<RepairReport> {
  let repaired = 0;
  let refreshed = 0;
  for (let after: string | null = firstId; after !== null; ) {
    const batch: Batch = await repairBatch(database, after);
    repaired += batch.repaired;
    refreshed += batch.refreshed;
    after = batch.lastId;
  }
  return { repaired, refreshed };
}

type Batch = RepairReport & { readonly lastId: string | null };

function repairBatch(database: Database, after: string): Promise<Batch> {
  return database.transaction(async (manager) => {
    // Locked first and counted with the next statement, so that no change under way is missed or counted twice.
    const locked: { id: string }[] = await manager.query(
      'SELECT id FROM workspaces WHERE id > $1 ORDER BY id LIMIT $2 FOR NO KEY UPDATE',
      [after, batchSize],
    );
    const ids = locked.map(({ id }) => id);
    const changed: { wrong: boolean }[] = await manager.query(
      `WITH fresh AS (
        SELECT w.id, w.next_key_expires_at <= now() AS is_due,
          (SELECT count(*) FROM members m WHERE m.workspace_id = w.id) AS members, keys.active, keys.next_expires_at
        FROM workspaces w CROSS JOIN LATERAL (
          SELECT count(*) AS active, min(k.expires_at) AS next_expires_at FROM virtual_keys k
          WHERE k.workspace_id = w.id AND k.status = 'ACTIVE' AND (k.expires_at IS NULL OR k.expires_at > now())
        ) AS keys
        WHERE w.id = ANY ($1::uuid[])
      ), changed AS (
        UPDATE workspaces w
        SET member_count = fresh.members, active_key_count = fresh.active, next_key_expires_at = fresh.next_expires_at
        FROM fresh JOIN workspaces before ON before.id = fresh.id
        WHERE w.id = fresh.id AND (w.member_count, w.active_key_count, w.next_key_expires_at)
          IS DISTINCT FROM (fresh.members, fresh.active, fresh.next_expires_at)
        RETURNING before.member_count <> w.member_count OR fresh.is_due IS NOT TRUE AS wrong
      ) SELECT wrong FROM changed`,
      [ids],
    );
    const repaired = changed.filter(({ wrong }) => wrong).length;
    return {
      repaired,
      refreshed: changed.length - repaired,
      lastId: ids.at(-1) ?? null,
    };
  });
}
