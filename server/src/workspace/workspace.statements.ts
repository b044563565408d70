import type { Actor } from '../access/actor.js';
import { roleSql, seesEverything, teamIdsSql, Values, visibleSql } from '../access/sight.js';
import type { Statement } from '../database/database.js';
import { preparedStatement } from '../database/prepared-statement.js';
import type { CursorKey, CursorShape } from '../pagination/cursor.js';
import {
  afterSql,
  comparisonOf,
  cursorShapeOf,
  type Ordering,
  orderSql,
  placeSql,
  type SortColumn,
  type SortKey,
} from '../pagination/ordering.js';
import type { WorkspaceEnvironment, WorkspaceRegion, WorkspaceRow, WorkspaceStatus } from './workspace.entity.js';
import { type WorkspaceExtras, workspaceColumns } from './workspace.row.js';

export enum WorkspaceOrderField {
  NAME = 'NAME',
  CREATED_AT = 'CREATED_AT',
  MONTHLY_BUDGET = 'MONTHLY_BUDGET',
}

export enum OrderDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}

export type WorkspaceOrdering = Ordering<WorkspaceOrderField>;

/** Filters with every id already a UUID. */
export interface WorkspaceConditions {
  readonly search?: string;
  readonly environments?: readonly WorkspaceEnvironment[];
  readonly statuses?: readonly WorkspaceStatus[];
  readonly regions?: readonly WorkspaceRegion[];
  /** The archived ones; the others without it. */
  readonly archived?: true;
  readonly owners?: { readonly userIds: readonly string[]; readonly teamIds: readonly string[] };
}

const nameColumn: SortColumn = { sql: 'w.name_key', part: 'text' };
const idColumn: SortColumn = { sql: 'w.id', part: 'uuid' };

/** Names need no id beside them: they are unique in the organization. */
const sortKeys: Record<WorkspaceOrderField, SortKey<WorkspaceRow>> = {
  NAME: {
    columns: [nameColumn],
    of: (row) => [row.name],
  },
  CREATED_AT: {
    columns: [{ sql: 'w.created_at', part: 'time' }, idColumn],
    of: (row) => [row.createdAt.toISOString(), row.id],
  },
  MONTHLY_BUDGET: {
    columns: [{ sql: 'w.monthly_budget', part: 'decimal' }, idColumn],
    of: (row) => [row.monthlyBudget, row.id],
  },
};

export function cursorKey(ordering: WorkspaceOrdering, row: WorkspaceRow): CursorKey {
  return sortKeys[ordering.field].of(row);
}

export function cursorShape(ordering: WorkspaceOrdering): CursorShape {
  return cursorShapeOf('workspaces', ordering, sortKeys[ordering.field]);
}

export interface PageRequest {
  readonly ordering: WorkspaceOrdering;
  /** Key of the cursor after which the page begins. */
  readonly after: CursorKey | null;
  /** Rows to fetch: one more than the page, so that it is known whether another follows. */
  readonly limit: number;
  readonly conditions: WorkspaceConditions;
  readonly extras: WorkspaceExtras;
}

/** The one statement of a page of cards. */
export function pageStatement(actor: Actor, request: PageRequest): Statement {
  const { field, direction } = request.ordering;
  const values = new Values(actor);
  const everything = seesEverything(actor);
  const limit = values.add(request.limit);
  const { columns } = sortKeys[field];
  const place = request.after && placeSql(columns, request.after, values);
  const filters = conditionsSql(request.conditions, values);

  // In the order of names and without filters, each branch of the visible set walks its index and stops at the limit.
  const walks = field === WorkspaceOrderField.NAME && filters.length === 0 && request.conditions.archived !== true;
  const walk = walks
    ? {
        after: place ? `${comparisonOf(direction)} ${place[0]}` : null,
        direction,
        limit,
      }
    : undefined;
  const source = everything
    ? 'workspaces w'
    : `(${visibleSql(values, walk)}) AS v JOIN workspaces w ON w.id = v.workspace_id`;
  const where = [
    ...(everything ? [`w.organization_id = ${values.organization}`] : []),
    ...(place && !(walks && !everything) ? [afterSql(columns, direction, place)] : []),
    ...(walks && !everything ? [] : [archivedSql(request.conditions)]),
    ...filters,
  ];
  const visibleColumns = columns.map((column) =>
    column === nameColumn && !everything ? { ...column, sql: 'v.name_key' } : column,
  );
  const { columns: selected, joins } = workspaceColumns(request.extras, visibleRoleSql(values), values);
  // What else is fetched of each workspace is joined to the page alone, not to all that it was chosen from.
  const text = `SELECT ${selected} FROM (
      SELECT w.*${everything ? '' : ', v.role AS member_role'} FROM ${source}
      ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
      ORDER BY ${orderSql(visibleColumns, direction)} LIMIT ${limit}
    ) AS w ${joins}
    ORDER BY ${orderSql(columns, direction)}`;
  // Walks have one good plan for everybody and are prepared once; filters need a plan for their values.
  return walks ? preparedStatement(text, values.list) : { text, values: values.list };
}

/** Counts the whole list of a page. */
export function countStatement(actor: Actor, conditions: WorkspaceConditions): Statement {
  const values = new Values(actor);
  const conditionsOfAll = [archivedSql(conditions), ...conditionsSql(conditions, values)];
  const source = seesEverything(actor)
    ? `workspaces w WHERE w.organization_id = ${values.organization} AND`
    : `(${visibleSql(values)}) AS v JOIN workspaces w ON w.id = v.workspace_id WHERE`;
  return {
    text: `SELECT count(*)::integer AS total FROM ${source} ${conditionsOfAll.join(' AND ')}`,
    values: values.list,
  };
}

/** Workspaces by id that the actor sees; others are missing from the answer. */
export function byIdStatement(actor: Actor, ids: readonly string[], extras: WorkspaceExtras): Statement {
  const values = new Values(actor);
  const role = roleSql(values);
  const { columns, joins } = workspaceColumns({ ...extras, viewerRole: true }, role, values);
  const text = `SELECT ${columns} FROM workspaces w ${joins}
    WHERE w.id = ANY (${values.add(ids)}::uuid[]) AND w.organization_id = ${values.organization}
      AND ${role} IS NOT NULL`;
  return { text, values: values.list };
}

/** The role of a member, `w.member_role`, raised by owning the workspace in person or through a team. */
function visibleRoleSql(values: Values): string {
  if (seesEverything(values.actor)) return `'OWNER'`;
  return `CASE WHEN w.owner_user_id = ${values.user} THEN 'OWNER'
    WHEN w.owner_team_id IN (${teamIdsSql(values)}) THEN 'ADMIN' ELSE w.member_role END`;
}

function archivedSql({ archived }: WorkspaceConditions): string {
  return `w.archived_at IS ${archived === true ? 'NOT NULL' : 'NULL'}`;
}

function conditionsSql(conditions: WorkspaceConditions, values: Values): string[] {
  const { search, environments, statuses, regions, owners } = conditions;
  const sql: string[] = [];
  if (search !== undefined) sql.push(`strpos(w.name_key, fold_case(${values.add(search)})) > 0`);
  if (environments !== undefined) sql.push(`w.environment = ANY (${values.add(environments)})`);
  if (statuses !== undefined) sql.push(`w.status = ANY (${values.add(statuses)})`);
  if (regions !== undefined) sql.push(`w.region = ANY (${values.add(regions)})`);
  if (owners !== undefined) {
    const [users, teams] = [values.add(owners.userIds), values.add(owners.teamIds)];
    sql.push(`(w.owner_user_id = ANY (${users}::uuid[]) OR w.owner_team_id = ANY (${teams}::uuid[]))`);
  }
  return sql;
}
