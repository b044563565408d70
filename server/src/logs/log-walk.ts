import { empty, join, organization, raw, type Sql, sql } from '../database/sql.js';
import { type Direction, directionSql } from '../fetch/list.js';
import { RequestStatus } from '../usage/request-status.js';
import { checksOf, type LogConditions } from './log-filter.js';
import { daysOf, type IdSpan, idBefore } from './log-time.js';

/**
 * How the records of a page are found. An index is walked in the order of time from the page's place on: that of one of
 * the conditions, once for each of its values. The others are looked at on the records that the walks come by, which are
 * so many at most; where the page is not full by then, it says how far the walks have come.
 *
 * SQL here is over `parent.id`, the workspace. What PostgreSQL expects it to cost stays below what it compiles at, which
 * would take longer than the page.
 */

/** How many records a page looks at along the index of all, and along others, where each may lie on a page of its own. */
export const recordsLookedAtMax = 2_000;
const scatteredMax = 500;

export interface LogSearch {
  readonly conditions: LogConditions;
  readonly span: IdSpan;
  readonly direction: Direction;
  /** How many records are wanted. */
  readonly limit: number;
  /** Names of the columns that are fetched of each, the id among them. */
  readonly columns: readonly string[];
}

/** An index to walk along. */
interface Walk {
  /** The condition that holds for all that it comes by, if any. */
  readonly condition?: keyof LogConditions;
  /** What follows FROM for the values `v.value`, a walk for each, and how many those are; one walk unless given. */
  readonly values?: { readonly from: Sql; readonly count: number };
  readonly lookedAtMax?: number;
  /** SELECTs what is `fetched` of the records that it comes by, in order. */
  readonly records: (search: LogSearch, fetched: Sql, limit: Sql) => Sql;
}

/**
 * SQL that answers with the columns of the records in no order, and in each row, of which there is one at least, with
 * `searched_to`: how far the search came where it ended before the page was full.
 */
export function searchSql(search: LogSearch): Sql {
  const { direction, limit } = search;
  const { looked, places } = lookedAt(search, walkFor(search.conditions));
  const order = directionSql[direction];
  const within = raw(direction === 'DESC' ? '>=' : '<=');
  return sql`WITH looked AS MATERIALIZED (${looked}), ended AS MATERIALIZED (
      SELECT looked.id FROM looked WHERE looked.place = ${number(places)} ORDER BY looked.id ${order} LIMIT 1
    )
    SELECT page.*, (SELECT ended.id FROM ended) AS searched_to
    FROM (SELECT true) AS always LEFT JOIN (
      SELECT ${columnsSql(search, 'looked')} FROM looked
      WHERE looked.matches AND coalesce(looked.id ${within} (SELECT ended.id FROM ended), true)
      ORDER BY looked.id ${order} LIMIT ${number(limit)}
    ) AS page ON true`;
}

/** Of each of many walks, so that all of them together stay within the bound. */
const leastPlaces = 20;

/** What the walks come by, each with its place in its walk; a walk that has this many places may go on. */
function lookedAt(
  search: LogSearch,
  { condition, values, lookedAtMax = scatteredMax, records }: Walk,
): { looked: Sql; places: number } {
  const { [condition ?? ('' as never)]: _, ...others } = search.conditions;
  const checks = checksOf(others);
  const matches = checks.length === 0 ? sql`true` : join(checks, ' AND ');
  const share = Math.floor(lookedAtMax / (values?.count ?? 1));
  const places = checks.length === 0 ? search.limit : Math.max(leastPlaces, share);
  const fetched = sql`${columnsSql(search, 'l')}, ${matches} AS matches`;
  const looked = sql`SELECT walk.* FROM ${values?.from ?? sql`(SELECT true)`} AS v (value)
    CROSS JOIN LATERAL (
      SELECT record.*, row_number() OVER () AS place FROM (${records(search, fetched, number(places))}) AS record
    ) AS walk`;
  return { looked, places };
}

/** From the index that fits fewest records, as a rule, to that of all. */
function walkFor(conditions: LogConditions): Walk {
  const { requestId, guardrailIds, tags, statuses, llmConfigurationIds, virtualKeyIds, models, providers } = conditions;
  if (requestId !== undefined) return { condition: 'requestId', records: ofRequest(requestId) };
  if (guardrailIds !== undefined) return { records: along(...ofAll, sql`AND l.guardrail_ids <> '{}'`) };
  if (tags !== undefined) {
    const [tag = ''] = tags;
    return { ...(tags.length === 1 && { condition: 'tags' }), records: ofTag(tag) };
  }
  if (statuses !== undefined && !statuses.includes(RequestStatus.SUCCEEDED)) {
    return {
      condition: 'statuses',
      values: given(statuses),
      records: along(sql`l.status`, value, sql`${isOfWorkspace} AND l.status <> 'SUCCEEDED'`),
    };
  }
  if (llmConfigurationIds !== undefined) {
    return {
      condition: 'llmConfigurationIds',
      values: ofWorkspace(sql`llm_configurations`, llmConfigurationIds),
      records: along(sql`l.llm_configuration_id`, value, sql`AND l.llm_configuration_id IS NOT NULL`),
    };
  }
  if (virtualKeyIds !== undefined) {
    return {
      condition: 'virtualKeyIds',
      values: ofWorkspace(sql`virtual_keys`, virtualKeyIds),
      records: along(sql`l.virtual_key_id`, value),
    };
  }
  if (models !== undefined) {
    return { condition: 'models', values: given(models), records: along(sql`l.model`, value, isOfWorkspace) };
  }
  if (providers !== undefined) {
    return { condition: 'providers', values: given(providers), records: along(sql`l.provider`, value, isOfWorkspace) };
  }
  return { lookedAtMax: recordsLookedAtMax, records: along(...ofAll) };
}

const ofAll = [sql`l.workspace_id`, sql`parent.id`] as const;
const isOfWorkspace = sql`AND l.workspace_id = parent.id`;
const value = sql`v.value`;

function given(values: readonly string[]): NonNullable<Walk['values']> {
  return { from: sql`unnest(${values}::text[])`, count: values.length };
}

/** Those that are of the workspace: an index that does not begin with it would lead to records of another. */
function ofWorkspace(table: Sql, ids: readonly string[]): NonNullable<Walk['values']> {
  const from = sql`(SELECT own.id FROM ${table} own
    WHERE own.organization_id = ${organization} AND own.workspace_id = parent.id AND own.id = ANY (${ids}::uuid[]))`;
  return { from, count: ids.length };
}

/**
 * Walks an index that ends in this column and the id, for this value. The two are compared as a row and not each by itself:
 * no other index can be walked in this order, and of a rare value the planner takes another otherwise.
 */
function along(column: Sql, value: Sql, indexed: Sql = empty): Walk['records'] {
  return ({ span, direction }, fetched, limit) => {
    const order = directionSql[direction];
    return sql`SELECT ${fetched} FROM usage_records l
      WHERE l.organization_id = ${organization} ${indexed} AND (${column}, l.id) >= (${value}, ${span.lower}::uuid)
        AND (${column}, l.id) < (${value}, ${span.upper}::uuid) AND ${withinSql(span)}
      ORDER BY ${column} ${order}, l.id ${order} LIMIT ${limit}`;
  };
}

function ofTag(tag: string): Walk['records'] {
  return ({ span, direction }, fetched, limit) => {
    const order = directionSql[direction];
    return sql`SELECT record.* FROM (
        SELECT t.id FROM usage_record_tags t
        WHERE t.organization_id = ${organization} AND t.workspace_id = parent.id AND t.tag = ${tag}
          AND t.id >= ${span.lower}::uuid AND t.id < ${span.upper}::uuid
        ORDER BY t.id ${order} LIMIT ${limit}
      ) AS tagged CROSS JOIN LATERAL (${recordSql(span, fetched, sql`tagged.id`)}) AS record
      ORDER BY tagged.id ${order}`;
  };
}

/** What became of a request is noted under its name: at most one record. */
function ofRequest(requestId: string): Walk['records'] {
  return ({ span }, fetched) =>
    sql`SELECT record.* FROM gateway_requests r
      CROSS JOIN LATERAL (${recordSql(span, fetched, sql`r.usage_id`)}) AS record
      WHERE r.organization_id = ${organization} AND r.workspace_id = parent.id AND r.request_id = ${requestId}`;
}

/** The columns of indexes by day that have the greatest of each, by the condition that they are for. */
const columnsByDay: Readonly<Record<string, Sql>> = {
  minLatencyMs: sql`l.latency_ms`,
  minCostUnits: sql`l.cost_units`,
};

/** Whether one of these indexes has all that is asked for. */
export function canSearchByDays(conditions: LogConditions): boolean {
  const [name, ...others] = Object.keys(conditions);
  return name !== undefined && name in columnsByDay && others.length === 0;
}

/** How many records of a day are looked at: one that has more of them ends the search. */
export const recordsOfDayMax = 10_000;

/**
 * The same for a condition that few records fulfil, so that those next to the place are not enough of them: day by day along
 * an index that has the greatest of each day, it touches only what matches. It comes to the end, unless it comes to a day of
 * which more match than are looked at: then `searched_to` is the end of the days before.
 */
export function searchByDaysSql(search: LogSearch): Sql {
  const { conditions, span, direction, limit } = search;
  const [column] = Object.keys(conditions).flatMap((name) => columnsByDay[name] ?? []);
  if (column === undefined) throw new Error('There is no index by day for this.');
  const days = direction === 'DESC' ? daysOf(span).reverse() : daysOf(span);
  const starts = days.map(({ lower, upper }) => (direction === 'DESC' ? upper : idBefore(lower)));
  const ofDays = sql`unnest(${days.map(({ day }) => day)}::integer[], ${days.map(({ lower }) => lower)}::uuid[],
      ${days.map(({ upper }) => upper)}::uuid[], ${starts}::uuid[]) AS d (day, lower, upper, starts)`;
  return sql`WITH found AS MATERIALIZED (
        SELECT record.id, d.starts, record.matching > ${number(recordsOfDayMax)} AS is_too_many
        FROM ${ofDays} CROSS JOIN LATERAL (
          SELECT day.id, count(*) OVER () AS matching FROM (
            SELECT l.id FROM usage_records l
            WHERE l.organization_id = ${organization} AND l.workspace_id = parent.id AND l.utc_day = d.day
              AND ${join(checksOf(conditions), ' AND ')} AND l.id >= d.lower AND l.id < d.upper AND ${withinSql(span)}
            ORDER BY ${column}, l.id LIMIT ${number(recordsOfDayMax + 1)}
          ) AS day ORDER BY day.id ${directionSql[direction]} LIMIT ${number(limit)}
        ) AS record LIMIT ${number(limit)}
      )
      SELECT page.*, (SELECT found.starts FROM found WHERE found.is_too_many LIMIT 1) AS searched_to
      FROM (SELECT true) AS always LEFT JOIN (
        SELECT record.* FROM found CROSS JOIN LATERAL (${recordSql(span, columnsSql(search, 'l'), sql`found.id`)}) AS record
        WHERE NOT found.is_too_many
      ) AS page ON true`;
}

/** For the planner, which leaves out the months outside of it. */
function withinSql({ lower, upper }: IdSpan): Sql {
  return sql`l.id >= ${lower}::uuid AND l.id < ${upper}::uuid`;
}

/** By its id and in no other way: a join might read all there are. */
function recordSql(span: IdSpan, fetched: Sql, id: Sql): Sql {
  return sql`SELECT ${fetched} FROM usage_records l
    WHERE l.organization_id = ${organization} AND l.id = ${id} AND ${withinSql(span)} LIMIT 1`;
}

function columnsSql({ columns }: LogSearch, alias: 'l' | 'looked'): Sql {
  return raw(columns.map((column) => `${alias}.${column}`).join(', '));
}

function number(value: number): Sql {
  return raw(String(value));
}
