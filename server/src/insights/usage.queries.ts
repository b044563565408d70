import { raw, type Sql, sql } from '../database/sql.js';
import { parseBoolean, parseTime } from '../database/table.js';
import { requestError } from '../errors.js';
import { groupBy, type Reader, remember } from '../fetch/caller.js';
import { complexityMax } from '../fetch/cost.js';
import { toSpent } from '../graphql/money.js';
import { virtualKeys } from '../virtual-key/virtual-key.entity.js';
import { type UsageBucket, UsageDimension, UsageGranularity } from './insights.entity.js';
import { daysAndHoursSql, hoursSql, type Range, rangesSql, workspaceLoader } from './rollups.js';

/** Buckets that one operation may answer with, over all of its workspaces. */
export const bucketsMax = 20_000;
const limit = raw(String(bucketsMax + 1));

export interface UsageArgs {
  readonly range: Range;
  readonly granularity: UsageGranularity;
  readonly dimension: UsageDimension | null;
  /** Null for all groups. */
  readonly groups: number | null;
}

/** The usage of a workspace that the actor sees: by start, of each the dearest first and the others together last. */
export const usageOfWorkspace = workspaceLoader<UsageArgs, readonly UsageBucket[]>(readUsage, []);

const groupColumns: Record<UsageDimension, Sql> = {
  MODEL: raw('d.model'),
  PROVIDER: raw('d.provider'),
  VIRTUAL_KEY: raw('d.virtual_key_id'),
  STATUS: raw('d.status'),
};

/** SQL for the buckets of the range `r`, with every group. */
function bucketsSql({ granularity, dimension }: UsageArgs): Sql {
  const group = dimension === null ? raw('NULL::text') : groupColumns[dimension];
  const sums = sql`sum(d.requests) AS requests, coalesce(sum(d.requests) FILTER (WHERE d.status = 'FAILED'), 0) AS errors,
    sum(d.input_tokens) AS input_tokens, sum(d.output_tokens) AS output_tokens, sum(d.cost) AS cost`;
  const startingAt = (start: Sql) => sql`${start} AS start, ${group} AS of_group, ${sums}`;
  const groups = () => raw('GROUP BY 1, 2');
  const rows =
    granularity === UsageGranularity.HOUR
      ? hoursSql('usage', { columns: () => startingAt(raw('d.started_at')), groups })
      : daysAndHoursSql('usage', { columns: startingAt, groups });
  // Its noon is in the same month as the whole day, also where that was a day of another zone for the most part.
  const start =
    granularity === UsageGranularity.MONTH
      ? raw("date_trunc('month', part.start + interval '12 hours', r.time_zone)")
      : raw('part.start');
  return sql`SELECT ${start} AS start, part.of_group, false AS is_other, ${sumsOf(raw('part'))}
    FROM (${rows}) AS part GROUP BY 1, 2`;
}

function sumsOf(alias: Sql): Sql {
  return sql`sum(${alias}.requests) AS requests, sum(${alias}.errors) AS errors, sum(${alias}.input_tokens) AS input_tokens,
    sum(${alias}.output_tokens) AS output_tokens, sum(${alias}.cost) AS cost`;
}

/** SQL for the same, where groups beyond the dearest so many of the range are one. */
function dearestSql(args: UsageArgs, groups: number): Sql {
  return sql`SELECT ranked.start, CASE WHEN ranked.is_other THEN NULL ELSE ranked.of_group END AS of_group, ranked.is_other,
      ${sumsOf(raw('ranked'))}
    FROM (
      SELECT whole.start, whole.of_group, whole.requests, whole.errors, whole.input_tokens, whole.output_tokens, whole.cost,
        dense_rank() OVER (ORDER BY whole.cost_of_group DESC, whole.of_group) > ${groups} AS is_other
      FROM (
        SELECT bucket.*, sum(bucket.cost) OVER (PARTITION BY bucket.of_group) AS cost_of_group
        FROM (${bucketsSql(args)}) AS bucket
      ) AS whole
    ) AS ranked GROUP BY 1, 2, 3`;
}

async function readUsage(
  reader: Reader,
  args: UsageArgs,
  workspaceIds: readonly string[],
): Promise<ReadonlyMap<string, UsageBucket[]>> {
  const { actor, database } = reader;
  const { range, dimension, groups } = args;
  const buckets = dimension === null || groups === null ? bucketsSql(args) : dearestSql(args, groups);
  // What is too much is cut off before it is put in order.
  const { rows } = await database.texts(
    sql`WITH ranges AS MATERIALIZED (${rangesSql(workspaceIds, range)})
      SELECT b.id, b.start, b.of_group, b.is_other, b.requests, b.errors, b.input_tokens, b.output_tokens, b.cost FROM (
        SELECT r.id, bucket.* FROM ranges r CROSS JOIN LATERAL (${buckets}) AS bucket LIMIT ${limit}
      ) AS b ORDER BY b.id, b.start, b.is_other, b.cost DESC, b.of_group`,
  );
  if (rows.length > bucketsMax) throw tooMany(args);
  const byWorkspace = groupBy(rows, ([workspaceId]) => workspaceId ?? '');
  return new Map(
    [...byWorkspace].map(([workspaceId, ofWorkspace]) => [
      workspaceId,
      ofWorkspace.map(([, start, group, isOther, requests, errors, inputTokens, outputTokens, cost]): UsageBucket => {
        const key = dimension === UsageDimension.VIRTUAL_KEY ? (group ?? null) : null;
        return {
          start: parseTime(start ?? ''),
          group: key === null ? (group ?? null) : virtualKeys.globalId(key),
          isOther: parseBoolean(isOther ?? ''),
          virtualKey: key,
          requests: requests ?? '',
          errors: errors ?? '',
          inputTokens: inputTokens ?? '',
          outputTokens: outputTokens ?? '',
          cost: toSpent(cost ?? '', actor.currency),
        };
      }),
    ]),
  );
}

const counted = {};

const coarser: Record<UsageGranularity, string> = {
  HOUR: 'a coarser granularity, such as DAY,',
  DAY: 'a coarser granularity, such as MONTH,',
  MONTH: 'fewer "groups"',
};

/**
 * Counts the buckets of a field, and what their keys are asked for, which may be lists: each bucket of a key has all of it
 * again, however few keys there are.
 * @throws BAD_USER_INPUT where the operation has more of either than it may.
 */
export function countBuckets(
  reader: Reader,
  { args, buckets, weightOfKey }: { args: UsageArgs; buckets: readonly UsageBucket[]; weightOfKey: number },
): void {
  const count = remember(reader, counted, () => ({ buckets: 0, valuesOfKeys: 0 }));
  count.buckets += buckets.length;
  if (weightOfKey > 0)
    count.valuesOfKeys += weightOfKey * buckets.filter((bucket) => bucket.virtualKey !== null).length;
  if (count.buckets > bucketsMax || count.valuesOfKeys > complexityMax) throw tooMany(args);
}

function tooMany({ granularity }: UsageArgs): Error {
  return requestError(
    'tooManyBuckets',
    `The argument "granularity" gives more than 20,000 buckets in this operation, or 50,000 values of their keys; choose ${coarser[granularity]} or a shorter range.`,
  );
}
