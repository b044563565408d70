import type { Actor } from '../access/actor.js';
import { seesEverything, Values, visibleSql } from '../access/sight.js';
import type { Statement } from '../database/database.js';
import type { CursorKey } from '../pagination/cursor.js';
import { afterSql, type Ordering, orderSql, placeSql, type SortColumn, type SortKey } from '../pagination/ordering.js';
import type { VirtualKeyRow, VirtualKeyStatus } from './virtual-key.entity.js';
import { keyColumns, keyStatusSql } from './virtual-key.loaders.js';

export enum VirtualKeyOrderField {
  NAME = 'NAME',
  CREATED_AT = 'CREATED_AT',
  LAST_USED_AT = 'LAST_USED_AT',
  EXPIRES_AT = 'EXPIRES_AT',
}

export type VirtualKeyOrdering = Ordering<VirtualKeyOrderField>;

/** Filters with every id already a UUID. */
export interface VirtualKeyConditions {
  readonly workspaceIds?: readonly string[];
  readonly statuses?: readonly VirtualKeyStatus[];
  readonly unusedForDays?: number;
  readonly search?: string;
}

/** Before and after every time that the API takes: they stand where there is none, as cursors name a place. */
const firstTime = '0001-01-01T00:00:00.000Z';
const lastTime = '9999-12-31T23:59:59.999Z';

const idColumn: SortColumn = { sql: 'k.id', part: 'uuid' };

export const keySortKeys: Record<VirtualKeyOrderField, SortKey<VirtualKeyRow>> = {
  NAME: {
    columns: [{ sql: 'k.name_key', part: 'text' }, idColumn],
    of: (row) => [row.name, row.id],
  },
  CREATED_AT: {
    columns: [{ sql: 'k.created_at', part: 'time' }, idColumn],
    of: (row) => [row.createdAt.toISOString(), row.id],
  },
  LAST_USED_AT: {
    columns: [{ sql: `coalesce(k.last_used_at, '${firstTime}')`, part: 'time' }, idColumn],
    of: (row) => [row.lastUsedAt?.toISOString() ?? firstTime, row.id],
  },
  EXPIRES_AT: {
    columns: [{ sql: `coalesce(k.expires_at, '${lastTime}')`, part: 'time' }, idColumn],
    of: (row) => [row.expiresAt?.toISOString() ?? lastTime, row.id],
  },
};

export interface KeyPageRequest {
  readonly ordering: VirtualKeyOrdering;
  /** Key of the cursor after which the page begins. */
  readonly after: CursorKey | null;
  /** Rows to fetch: one more than the page, so that it is known whether another follows. */
  readonly limit: number;
  readonly conditions: VirtualKeyConditions;
}

/** The one statement of a page of keys across workspaces. */
export function keyPageStatement(actor: Actor, { ordering, after, limit, conditions }: KeyPageRequest): Statement {
  const values = new Values(actor);
  const { columns } = keySortKeys[ordering.field];
  const { direction } = ordering;
  const place = after && placeSql(columns, after, values);
  const text = `SELECT ${keyColumns} FROM ${visibleKeysSql(values, conditions)}
    ${place ? `AND ${afterSql(columns, direction, place)}` : ''}
    ORDER BY ${orderSql(columns, direction)} LIMIT ${values.add(limit)}`;
  return { text, values: values.list };
}

/** Counts the whole list of a page. */
export function countKeysStatement(actor: Actor, conditions: VirtualKeyConditions): Statement {
  const values = new Values(actor);
  const text = `SELECT count(*)::integer AS total FROM ${visibleKeysSql(values, conditions)}`;
  return { text, values: values.list };
}

/** The keys `k` for which the conditions hold, of the workspaces `w` in use that the actor sees. */
function visibleKeysSql(values: Values, conditions: VirtualKeyConditions): string {
  const visible = seesEverything(values.actor) ? '' : `JOIN (${visibleSql(values)}) AS v ON v.workspace_id = w.id`;
  const where = [
    `k.organization_id = ${values.organization}`,
    'w.archived_at IS NULL',
    ...conditionsSql(conditions, values),
  ];
  return `virtual_keys k JOIN workspaces w ON w.id = k.workspace_id ${visible} WHERE ${where.join(' AND ')}`;
}

function conditionsSql(conditions: VirtualKeyConditions, values: Values): string[] {
  const { workspaceIds, statuses, unusedForDays, search } = conditions;
  const sql: string[] = [];
  if (workspaceIds !== undefined) sql.push(`k.workspace_id = ANY (${values.add(workspaceIds)}::uuid[])`);
  if (statuses !== undefined) sql.push(`${keyStatusSql} = ANY (${values.add(statuses)}::text[])`);
  if (unusedForDays !== undefined) {
    // In hours, because the length of a day hangs on the connection's time zone.
    const since = `now() - ${values.add(unusedForDays)}::integer * interval '24 hours'`;
    sql.push(`(k.last_used_at IS NULL OR k.last_used_at <= ${since})`);
  }
  if (search !== undefined) sql.push(`strpos(k.name_key, fold_case(${values.add(search)})) > 0`);
  return sql;
}
