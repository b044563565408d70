import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { roleSql } from '../access/sight.js';
import type { TextRow } from '../database/message.js';
import { organization, type Sql, sql } from '../database/sql.js';
import { groupBy, type Reader, remember } from '../fetch/caller.js';
import { encodeCursor } from '../fetch/cursor.js';
import {
  type Direction,
  directionSql,
  itemPaths,
  type Order,
  type Page,
  type PageArgs,
  type PageRequest,
  readPageArgs,
  walkDirection,
} from '../fetch/list.js';
import { planOf, type Reads } from '../fetch/nodes.js';
import type { Plan } from '../fetch/plan.js';
import { checkTimeRange, type TimeRangeInput } from '../graphql/time-range.js';
import { workspaceReads } from '../workspace/workspace.queries.js';
import { readLogFilter } from './log-filter.js';
import { spanOf } from './log-time.js';
import { canSearchByDays, type LogSearch, searchByDaysSql, searchSql } from './log-walk.js';
import { requestLogs } from './request-log.entity.js';
import type { RequestLogFilter } from './request-log.inputs.js';

/** Whoever sees a workspace sees its logs. */
export const requestLogReads: Reads = {
  noun: requestLogs,
  joins: sql`JOIN workspaces w ON w.organization_id = ${organization} AND w.id = l.workspace_id`,
  sight: workspaceReads.sight,
};

/** Newest first: an id begins with the time. */
const newestFirst: Order = {
  name: 'workspace.logs',
  columns: [{ sql: requestLogs.columns.id.sql, part: 'uuid' }],
  direction: 'DESC',
};

export const logPageSize = 50;

export interface LogsRequest {
  readonly range: TimeRangeInput;
  readonly page: PageArgs;
  readonly filter: RequestLogFilter | null | undefined;
}

/**
 * A page of a workspace's logs. It is short, and may be empty, where a filter has looked at as many records as it may: then
 * it says where to go on.
 */
export async function listLogs(
  reader: Reader,
  workspaceId: string,
  { range, page, filter }: LogsRequest,
  info: GraphQLResolveInfo,
): Promise<Page> {
  checkTimeRange(range);
  const request = readPageArgs(page, newestFirst, logPageSize);
  const conditions = readLogFilter(filter ?? {});
  const plan = planOf(info, requestLogs.type, itemPaths);
  const [above, below] = [request.before?.[0] ?? null, request.after?.[0] ?? null];
  const span = spanOf(range, { above, below });
  if (conditions === null || span === null) return toPage(reader, request, plan, []);
  const columns = [...plan.ownColumns({ actor: reader.actor, role: roleSql(reader.actor) })];
  const search = { conditions, span, direction: walkDirection(request), limit: request.size + 1, columns };
  return toPage(reader, request, plan, await findRows(reader, plan, search, workspaceId));
}

async function findRows(
  reader: Reader,
  plan: Plan,
  search: LogSearch,
  workspaceId: string,
): Promise<readonly TextRow[]> {
  const rows = await loaderOf(reader, plan, search, searchSql).load(workspaceId);
  if (!canSearchByDays(search.conditions) || rows.length === search.limit || searchedToOf(rows) === null) return rows;
  const ofDays = await loaderOf(reader, plan, search, searchByDaysSql).load(workspaceId);
  // Each has all that there is as far as it came.
  return ofDays.length === search.limit || isFarther(ofDays, rows, search.direction) ? ofDays : rows;
}

/** How far the search came that ended before the page was full; null where it has come to the end. */
function searchedToOf(rows: readonly TextRow[]): string | null {
  return rows[0]?.[searchedToAt] ?? null;
}

function isFarther(rows: readonly TextRow[], others: readonly TextRow[], direction: Direction): boolean {
  const [to, otherTo] = [searchedToOf(rows), searchedToOf(others)];
  if (to === null || otherTo === null) return to === null;
  return direction === 'DESC' ? to < otherTo : to > otherTo;
}

type Loader = DataLoader<string, readonly TextRow[]>;

/** What is asked of all workspaces of a level alike comes in one statement. */
function loaderOf(reader: Reader, plan: Plan, search: LogSearch, toSql: typeof searchSql): Loader {
  const ofPlan = remember(reader, toSql, () => new Map<Plan, Map<string, Loader>>());
  const loaders = ofPlan.get(plan) ?? new Map<string, Loader>();
  ofPlan.set(plan, loaders);
  const key = JSON.stringify(search);
  const load = (ids: readonly string[]) => readPages(reader, plan, toSql(search), search.direction, ids);
  const loader = loaders.get(key) ?? new DataLoader(load);
  loaders.set(key, loader);
  return loader;
}

/** Where in a row its values begin, the id first: before them are the workspace, and how far a search came that ended. */
const valuesFrom = 2;
const searchedToAt = 1;

async function readPages(
  { actor, database }: Reader,
  plan: Plan,
  records: Sql,
  direction: Direction,
  workspaceIds: readonly string[],
): Promise<readonly (readonly TextRow[])[]> {
  const { rows } = await database.texts(
    sql`SELECT parent.id, l.searched_to, ${plan.selected({ actor, role: roleSql(actor) })}
      FROM unnest(${workspaceIds}::uuid[]) AS parent (id) CROSS JOIN LATERAL (${records}) AS l ${plan.joins}
      ORDER BY parent.id, l.id ${directionSql[direction]}`,
  );
  const byWorkspace = groupBy(rows, ([id]) => id ?? '');
  return workspaceIds.map((id) => byWorkspace.get(id) ?? []);
}

function toPage({ actor }: Reader, request: PageRequest, plan: Plan, rows: readonly TextRow[]): Page {
  const { size, isFromEnd, after, before, shape } = request;
  // Where nothing was found, there is a row without a record.
  const found = rows.filter((row) => row[valuesFrom] != null);
  const hasMore = found.length > size;
  const inPage = hasMore ? found.slice(0, size) : found;
  const inOrder = isFromEnd ? [...inPage].reverse() : inPage;
  const searchedTo = hasMore ? null : searchedToOf(rows);
  const goesOn = hasMore || searchedTo !== null;
  return {
    nodes: plan.rowsOf(inOrder, actor, valuesFrom),
    cursorAt: (index) => encodeCursor(shape, [inOrder[index]?.[valuesFrom] ?? '']),
    hasNextPage: isFromEnd ? before !== null : goesOn,
    hasPreviousPage: isFromEnd ? goesOn : after !== null,
    ...(searchedTo !== null && { searchedTo: { [isFromEnd ? 'start' : 'end']: encodeCursor(shape, [searchedTo]) } }),
    countTotal: null,
  };
}
