import type { GraphQLResolveInfo } from 'graphql';
import { requireScope } from '../access/require-scope.js';
import { seesEverything, visibleWorkspacesSql } from '../access/sight.js';
import { maskedSecret } from '../auth/secret.js';
import { secretsLoader } from '../auth/secret-table.js';
import { organization, raw, type Sql, sql } from '../database/sql.js';
import { parseInteger } from '../database/table.js';
import { requestError } from '../errors.js';
import type { Reader } from '../fetch/caller.js';
import { piece } from '../fetch/fetch.js';
import { limitFilter, searchTerm } from '../fetch/filter.js';
import {
  type Direction,
  type NestedList,
  type Order,
  type Page,
  type PageArgs,
  readList,
  readNestedList,
  type SortColumn,
} from '../fetch/list.js';
import type { Reads } from '../fetch/nodes.js';
import { users } from '../user/user.entity.js';
import { workspaces } from '../workspace/workspace.entity.js';
import { sightOfCalls, workspaceReads } from '../workspace/workspace.queries.js';
import { keyStatusSql, type VirtualKeyStatus, virtualKeys } from './virtual-key.entity.js';
import { type VirtualKeyFilter, type VirtualKeyOrder, VirtualKeyOrderField } from './virtual-key.inputs.js';
import { secretsOfKeys, type VirtualKeySecret } from './virtual-key-secret.entity.js';

const ofWorkspace = sql`JOIN workspaces w ON w.organization_id = ${organization} AND w.id = k.workspace_id`;
const ofSeenWorkspace = sql`${ofWorkspace} JOIN (${visibleWorkspacesSql}) AS v ON v.workspace_id = w.id`;

/** Whoever sees a workspace sees its keys. */
export const virtualKeyReads: Reads = {
  noun: virtualKeys,
  joins: ofWorkspace,
  sight: workspaceReads.sight,
  sightOfReferred: sightOfCalls,
};

/**
 * SQL for the keys of the workspace `w` that are active now: the kept count, counted afresh where a key has expired since,
 * and none once it is archived.
 */
export const activeKeyCountSql = sql`CASE WHEN w.archived_at IS NOT NULL THEN 0 WHEN w.next_key_expires_at <= now() THEN (
  SELECT count(*)::integer FROM virtual_keys k
  WHERE k.organization_id = ${organization} AND k.workspace_id = w.id AND k.status = 'ACTIVE'
    AND (k.expires_at IS NULL OR k.expires_at > now())
) ELSE w.active_key_count END`;

export const activeKeyCount = piece<number>(activeKeyCountSql, parseInteger);

const { id, name, createdAt } = virtualKeys.columns;

/** Before and after every time that the API takes: they stand where there is none, as cursors name a place. */
const firstTime = raw("'0001-01-01T00:00:00.000Z'");
const lastTime = raw("'9999-12-31T23:59:59.999Z'");

const sortColumns: Record<VirtualKeyOrderField, SortColumn> = {
  NAME: { sql: name.sql, part: 'text' },
  CREATED_AT: { sql: createdAt.sql, part: 'timestamptz' },
  LAST_USED_AT: { sql: sql`coalesce(k.last_used_at, ${firstTime})`, part: 'timestamptz' },
  EXPIRES_AT: { sql: sql`coalesce(k.expires_at, ${lastTime})`, part: 'timestamptz' },
};

function orderOf(list: string, field: VirtualKeyOrderField, direction: Direction): Order {
  return { name: `${list}:${field}`, columns: [sortColumns[field], { sql: id.sql, part: 'uuid' }], direction };
}

export interface VirtualKeysArgs {
  readonly page: PageArgs;
  readonly filter: VirtualKeyFilter | null | undefined;
  readonly orderBy: VirtualKeyOrder | null | undefined;
}

/** A page of the keys of all workspaces in use that the actor sees. */
export async function listVirtualKeys(
  reader: Reader,
  { page, filter, orderBy }: VirtualKeysArgs,
  info: GraphQLResolveInfo,
): Promise<Page> {
  requireScope(reader, 'workspace.read');
  const { field, direction } = orderBy ?? { field: VirtualKeyOrderField.CREATED_AT, direction: 'DESC' };
  const joins = seesEverything(reader.actor) ? ofWorkspace : ofSeenWorkspace;
  return readList(reader, info, page, {
    reads: { ...virtualKeyReads, joins },
    order: orderOf('virtualKeys', field, direction),
    where: [sql`w.archived_at IS NULL`, ...conditionsOf(filter ?? {})],
  });
}

const daysMax = 36_500;

/** An empty list means none, as it says; what is left out or null is no condition. */
function conditionsOf(filter: VirtualKeyFilter): Sql[] {
  const { workspaceIds, statuses, createdByIds, unusedForDays, expiresBefore, notReviewedSince, search } = filter;
  limitFilter({ search, workspaceIds, statuses, createdByIds });
  if (unusedForDays != null && (unusedForDays < 0 || unusedForDays > daysMax)) throw requestError('daysInvalid');
  const conditions: Sql[] = [];
  if (workspaceIds != null) conditions.push(sql`k.workspace_id = ANY (${workspaces.uuidsOf(workspaceIds)}::uuid[])`);
  if (statuses != null) conditions.push(hasStatusSql(statuses));
  if (createdByIds != null) conditions.push(sql`k.created_by_id = ANY (${users.uuidsOf(createdByIds)}::uuid[])`);
  // As the index has it: one without an end stands behind every time that there is.
  if (expiresBefore != null) conditions.push(sql`${sortColumns.EXPIRES_AT.sql} < ${expiresBefore}`);
  if (notReviewedSince != null) {
    conditions.push(sql`(k.last_reviewed_at IS NULL OR k.last_reviewed_at < ${notReviewedSince})`);
  }
  if (unusedForDays != null) {
    // In hours, because the length of a day hangs on the connection's time zone.
    const since = sql`now() - ${unusedForDays}::integer * interval '24 hours'`;
    conditions.push(sql`(k.last_used_at IS NULL OR k.last_used_at <= ${since})`);
  }
  const term = searchTerm(search);
  if (term !== null) conditions.push(sql`strpos(k.search_key, ${term}) > 0`);
  return conditions;
}

function hasStatusSql(statuses: readonly VirtualKeyStatus[]): Sql {
  return sql`${keyStatusSql} = ANY (${statuses}::text[])`;
}

/** The keys of a workspace, newest first; with statuses those of any of them. */
const keysOfWorkspace: NestedList<readonly VirtualKeyStatus[] | null> = {
  reads: virtualKeyReads,
  parent: virtualKeys.columns.workspaceId,
  order: orderOf('workspace.virtualKeys', VirtualKeyOrderField.CREATED_AT, 'DESC'),
  where: (statuses) => (statuses === null ? sql`true` : hasStatusSql(statuses)),
};

export interface WorkspaceVirtualKeysArgs {
  readonly page: PageArgs;
  readonly statuses: readonly VirtualKeyStatus[] | null | undefined;
}

export function listWorkspaceVirtualKeys(
  reader: Reader,
  workspaceId: string,
  { page, statuses }: WorkspaceVirtualKeysArgs,
  info: GraphQLResolveInfo,
): Promise<Page> {
  // The same statuses in any order are the same list.
  const args = statuses == null ? null : [...new Set(statuses)].sort();
  return readNestedList(reader, info, keysOfWorkspace, { parentId: workspaceId, page, args });
}

/** The secrets of a key that the database would take now, newest first. */
export const secretsOfKey = secretsLoader(
  secretsOfKeys,
  (secret, lastFour): VirtualKeySecret => ({ maskedKey: maskedSecret('tvk_', lastFour), ...secret }),
);
