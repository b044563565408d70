import { organization, raw, sql } from '../database/sql.js';
import { loader } from '../fetch/caller.js';
import { piece } from '../fetch/fetch.js';
import { alertsMax } from './budget.entity.js';

/** The ledger of the workspace `w`: there is always one. */
export const ofLedger = sql`LEFT JOIN workspace_ledgers wl
  ON wl.organization_id = ${organization} AND wl.workspace_id = w.id`;

/** SQL for what is spent in the present period, over that ledger: nothing where its month is over. */
export const presentSpentSql = sql`CASE WHEN wl.period_end > now() THEN wl.spent ELSE 0 END`;

/** What is reserved and has run out is no longer held, also before it is given back. */
const presentReservedSql = sql`CASE WHEN wl.reserved <> 0 THEN wl.reserved - (
  SELECT coalesce(sum(gr.reserved), 0) FROM gateway_requests gr
  WHERE gr.organization_id = ${organization} AND gr.workspace_id = w.id
    AND gr.expires_at > wl.expired_until AND gr.expires_at <= now() AND gr.state = 'HELD' AND gr.usage_id IS NULL
) ELSE 0 END`;

const alertsSql = sql`(
  SELECT json_agg(json_build_object('threshold', a.threshold, 'raisedAt', a.raised_at, 'spent', a.spent::text)
    ORDER BY a.threshold)
  FROM (
    SELECT ba.threshold, ba.raised_at, ba.spent FROM budget_alerts ba
    WHERE ba.organization_id = ${organization} AND ba.workspace_id = w.id
      AND ba.period_start = wl.period_start AND wl.period_end > now()
    ORDER BY ba.raised_at DESC, ba.threshold DESC LIMIT ${raw(String(alertsMax))}
  ) AS a
)`;

const presentPeriodSql = sql`budget_period(wl.period_start, wl.period_end, w.time_zone, now())`;

/** What the ledger of a workspace says now; amounts are exact. */
export interface LedgerState {
  readonly spent: string;
  readonly reserved: string;
  readonly periodStart: Date;
  readonly periodEnd: Date;
  readonly exhaustedAt: Date | null;
  readonly now: Date;
  readonly alerts: readonly { readonly threshold: number; readonly raisedAt: Date; readonly spent: string }[];
}

/** All of it in one value, fetched along with the workspace. */
export const ledgerState = piece<LedgerState>(
  sql`json_build_object(
    'spent', (${presentSpentSql})::text, 'reserved', (${presentReservedSql})::text,
    'periodStart', CASE WHEN wl.period_end > now() THEN wl.period_start ELSE (${presentPeriodSql}).starts END,
    'periodEnd', CASE WHEN wl.period_end > now() THEN wl.period_end ELSE (${presentPeriodSql}).ends END,
    'exhaustedAt', CASE WHEN wl.period_end > now() THEN wl.exhausted_at END,
    'now', date_trunc('milliseconds', now()), 'alerts', ${alertsSql})`,
  (json) => readLedgerState(JSON.parse(json) as LedgerStateJson),
  ofLedger,
);

interface LedgerStateJson {
  readonly spent: string;
  readonly reserved: string;
  readonly periodStart: string;
  readonly periodEnd: string;
  readonly exhaustedAt: string | null;
  readonly now: string;
  readonly alerts: readonly { readonly threshold: number; readonly raisedAt: string; readonly spent: string }[] | null;
}

function readLedgerState({
  periodStart,
  periodEnd,
  exhaustedAt,
  now,
  alerts,
  ...amounts
}: LedgerStateJson): LedgerState {
  return {
    ...amounts,
    periodStart: new Date(periodStart),
    periodEnd: new Date(periodEnd),
    exhaustedAt: exhaustedAt === null ? null : new Date(exhaustedAt),
    now: new Date(now),
    alerts: (alerts ?? []).map((alert) => ({ ...alert, raisedAt: new Date(alert.raisedAt) })),
  };
}

interface AmountOfKey {
  readonly id: string;
  readonly amount: string;
}

const entriesOf = (rows: readonly AmountOfKey[]) => rows.map(({ id, amount }) => [id, amount] as const);

/**
 * What keys have spent in the present period of their workspace: as their ledgers say, and of those that never had a limit
 * what the hours since the period's start add up to, which are read once a workspace.
 */
export const spentOfKey = loader<string, string>(
  async ({ database }, keyIds) =>
    entriesOf(
      await database.rows<AmountOfKey>(
        sql`WITH asked AS MATERIALIZED (
          SELECT k.id, k.workspace_id, kl.virtual_key_id IS NULL AS is_unlimited, kl.spent,
            wl.period_start, wl.period_end > now() AS is_present
          FROM virtual_keys k
          JOIN workspace_ledgers wl ON wl.organization_id = ${organization} AND wl.workspace_id = k.workspace_id
          LEFT JOIN virtual_key_ledgers kl
            ON kl.organization_id = ${organization} AND kl.workspace_id = k.workspace_id AND kl.virtual_key_id = k.id
          WHERE k.organization_id = ${organization} AND k.id = ANY (${keyIds}::uuid[])
        ), counted AS (
          SELECT hours.virtual_key_id, hours.cost FROM (
            SELECT DISTINCT workspace_id, period_start FROM asked WHERE is_unlimited AND is_present
          ) AS place CROSS JOIN LATERAL (
            SELECT uh.virtual_key_id, sum(uh.cost) AS cost FROM usage_hours uh
            WHERE uh.organization_id = ${organization} AND uh.workspace_id = place.workspace_id
              AND uh.started_at >= place.period_start AND uh.virtual_key_id = ANY (${keyIds}::uuid[])
            GROUP BY 1
          ) AS hours
        )
        SELECT asked.id, coalesce(CASE WHEN is_present THEN CASE WHEN is_unlimited THEN counted.cost ELSE asked.spent END END, 0)
            ::text AS amount
          FROM asked LEFT JOIN counted ON counted.virtual_key_id = asked.id`,
      ),
    ),
  () => '0',
);

/** What is held now by requests of the keys, of which those under way in a workspace are read once. */
export const reservedOfKey = loader<string, string>(
  async ({ database }, keyIds) =>
    entriesOf(
      await database.rows<AmountOfKey>(
        sql`SELECT held.virtual_key_id AS id, held.reserved::text AS amount FROM (
          SELECT DISTINCT k.workspace_id FROM virtual_keys k
          WHERE k.organization_id = ${organization} AND k.id = ANY (${keyIds}::uuid[])
        ) AS place CROSS JOIN LATERAL (
          SELECT gr.virtual_key_id, sum(gr.reserved) AS reserved FROM gateway_requests gr
          WHERE gr.organization_id = ${organization} AND gr.workspace_id = place.workspace_id
            AND gr.expires_at > now() AND gr.state = 'HELD' AND gr.usage_id IS NULL
            AND gr.virtual_key_id = ANY (${keyIds}::uuid[])
          GROUP BY 1
        ) AS held`,
      ),
    ),
  () => '0',
);
