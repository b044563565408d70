import type { Database } from '../database/database.js';
import { organization, sql } from '../database/sql.js';

export interface UsageRepair {
  /** Ledgers of workspaces and keys that were wrong and are right now; expected to be none. */
  readonly ledgers: number;
  /** Hours and days that were; of the months whose records are still kept. */
  readonly rollups: number;
}

const batchSize = 100;
const firstId = '00000000-0000-0000-0000-000000000000';

/**
 * Works out anew, from records and reservations, what is spent and held and what hours and days add up to: an organization
 * and a batch of workspaces at a time, and of the records a month. Safe beside running servers.
 */
export async function repairUsage(database: Database): Promise<UsageRepair> {
  const organizations = await database.rows<{ id: string }>(sql`SELECT o.id FROM organizations o ORDER BY o.id`);
  const months = await database.rows<Month>(
    sql`SELECT month::text AS since, (month + interval '1 month')::text AS until FROM generate_series(
      first_usage_month() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC' + interval '1 day', interval '1 month') AS month`,
  );
  let ledgers = 0;
  let rollups = 0;
  for (const { id } of organizations) {
    for (let after: string | null = firstId; after !== null; ) {
      const ids: string[] = await nextWorkspaces(database, id, after);
      ledgers += await repairLedgers(database, id, ids);
      for (const month of months) rollups += await repairMonth(database, id, ids, month);
      after = ids.length < batchSize ? null : (ids.at(-1) ?? null);
    }
  }
  return { ledgers, rollups };
}

/** In UTC, without the zone. */
interface Month {
  readonly since: string;
  readonly until: string;
}

function nextWorkspaces(database: Database, organizationId: string, after: string): Promise<string[]> {
  return database.transactionAsOwner(organizationId, async (transaction) => {
    const rows = await transaction.rows<{ id: string }>(
      sql`SELECT w.id FROM workspaces w WHERE w.organization_id = ${organization} AND w.id > ${after}
        ORDER BY w.id LIMIT ${batchSize}`,
    );
    return rows.map(({ id }) => id);
  });
}

function repairLedgers(database: Database, organizationId: string, ids: readonly string[]): Promise<number> {
  return database.transactionAsOwner(organizationId, (transaction) =>
    transaction.execute(sql`SELECT its_workspace FROM repair_ledgers(${organization}, ${ids}::uuid[])`),
  );
}

function repairMonth(
  database: Database,
  organizationId: string,
  ids: readonly string[],
  { since, until }: Month,
): Promise<number> {
  return database.transactionAsOwner(organizationId, async (transaction) => {
    const [row] = await transaction.rows<{ repaired: number }>(
      sql`SELECT repair_usage(${organization}, ${ids}::uuid[], ${since}::timestamp AT TIME ZONE 'UTC',
        ${until}::timestamp AT TIME ZONE 'UTC') AS repaired`,
    );
    return row?.repaired ?? 0;
  });
}
