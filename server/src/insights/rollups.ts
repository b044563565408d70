import DataLoader from 'dataloader';
import { empty, organization, raw, type Sql, sql } from '../database/sql.js';
import { type Reader, remember } from '../fetch/caller.js';
import type { TimeRangeInput } from '../graphql/time-range.js';

/** The present budget period so far where it is null. */
export type Range = Pick<TimeRangeInput, 'from' | 'to'> | null;

/**
 * Hours of a day begin no longer before its start than this, and all of them earlier than this after it: clocks that go back
 * at midnight make the first hours of a day begin before the moment that counts as its start, and days that are longer.
 */
const beforeDay = raw("interval '3 hours'");
const withinDay = raw("interval '27 hours'");

/**
 * SQL for these workspaces as `id` and `time_zone`, with the hours of the range: those that begin from `starts` on and before
 * `ends`, in whole hours of the present zone; or with those of the range of equal length just before. Days from `first_day`
 * on and before `last_day` lie wholly inside.
 */
export function rangesSql(workspaceIds: readonly string[], range: Range, isBefore = false): Sql {
  const given =
    range === null
      ? sql`SELECT period.starts AS first, now() AS last FROM workspace_ledgers l
          CROSS JOIN LATERAL budget_period(l.period_start, l.period_end, w.time_zone, now()) AS period
          WHERE l.organization_id = ${organization} AND l.workspace_id = w.id`
      : sql`SELECT ${range.from}::timestamptz AS first, ${range.to}::timestamptz - interval '1 millisecond' AS last`;
  // In seconds, because the length of a day hangs on the connection's time zone.
  const hours = isBefore
    ? sql`whole.starts - extract(epoch FROM whole.ends - whole.starts) * interval '1 second' AS starts, whole.starts AS ends`
    : sql`whole.starts, whole.ends`;
  const firstDay = sql`hours.starts + ${beforeDay}`;
  const lastDay = sql`greatest(${firstDay}, hours.ends - ${withinDay})`;
  // Worked out here, because under row-level security no index is looked into by what has yet to be worked out.
  return sql`SELECT w.id, w.time_zone, hours.starts, hours.ends, ${firstDay} AS first_day, ${lastDay} AS last_day,
      ${firstDay} + ${withinDay} AS first_hours_end, ${lastDay} - ${beforeDay} AS last_hours_start
    FROM workspaces w
    CROSS JOIN LATERAL (${given}) AS given
    CROSS JOIN LATERAL (
      SELECT date_trunc('hour', given.first, w.time_zone) AS starts,
        date_trunc('hour', date_trunc('hour', given.last, w.time_zone) + interval '1 hour', w.time_zone) AS ends
    ) AS whole
    CROSS JOIN LATERAL (SELECT ${hours}) AS hours
    WHERE w.organization_id = ${organization} AND w.id = ANY (${workspaceIds}::uuid[])`;
}

/** What is read of each row of a rollup, over the alias `d`: columns or, with GROUP BY, sums; `day` is the row's day. */
export interface RollupRows {
  readonly columns: (day: Sql) => Sql;
  readonly groups?: (day: Sql) => Sql;
}

type Rollup = 'usage' | 'latency';
const tables: Record<Rollup, { readonly days: Sql; readonly hours: Sql }> = {
  usage: { days: raw('usage_days d'), hours: raw('usage_hours d') },
  latency: { days: raw('latency_days d'), hours: raw('latency_hours d') },
};
const dayOfDay = raw('d.started_at');
const dayOfHour = raw('d.day_started_at');

/** SQL for the hours of the range `r` for which this holds. */
export function hoursSql(rollup: Rollup, { columns, groups }: RollupRows, where: Sql = empty): Sql {
  return sql`SELECT ${columns(dayOfHour)} FROM ${tables[rollup].hours}
    WHERE d.organization_id = ${organization} AND d.workspace_id = r.id
      AND d.started_at >= r.starts AND d.started_at < r.ends ${where} ${groups?.(dayOfHour) ?? empty}`;
}

/**
 * SQL for the same in as few rows: the days that lie wholly inside, and before and after them the hours of all other days.
 * Each hour says in which day it is counted, so that nothing is missed or taken twice, whatever zones the days are of. What
 * is grouped has a row of each of the three at the most.
 */
export function daysAndHoursSql(rollup: Rollup, rows: RollupRows): Sql {
  const before = sql`AND d.started_at < r.first_hours_end AND d.day_started_at < r.first_day`;
  const after = sql`AND d.started_at >= r.last_hours_start AND d.day_started_at >= r.last_day`;
  return sql`SELECT ${rows.columns(dayOfDay)} FROM ${tables[rollup].days}
      WHERE d.organization_id = ${organization} AND d.workspace_id = r.id
        AND d.started_at >= r.first_day AND d.started_at < r.last_day ${rows.groups?.(dayOfDay) ?? empty}
    UNION ALL ${hoursSql(rollup, rows, before)} UNION ALL ${hoursSql(rollup, rows, after)}`;
}

const batchSizeMax = 1_000;

/** A loader of one request for each of the arguments: all workspaces of which the same is asked come in one statement. */
export function workspaceLoader<Args, Value>(
  fetch: (reader: Reader, args: Args, workspaceIds: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
  missing: Value,
): (reader: Reader, args: Args) => DataLoader<string, Value> {
  return (reader, args) => {
    const loaders = remember(reader, fetch, () => new Map<string, DataLoader<string, Value>>());
    const key = JSON.stringify(args);
    const load = async (ids: readonly string[]) => {
      const found = await fetch(reader, args, ids);
      return ids.map((id) => found.get(id) ?? missing);
    };
    const loader = loaders.get(key) ?? new DataLoader(load, { maxBatchSize: batchSizeMax });
    loaders.set(key, loader);
    return loader;
  };
}
