import { type Actor, isOrganizationAdmin } from '../access/actor.js';
import { roleSql, teamIdsSql, Values, visibleSql } from '../access/sight.js';
import type { Statement } from '../database/database.js';
import { preparedStatement } from '../database/prepared-statement.js';
import type { CursorKey, CursorShape } from '../pagination/cursor.js';
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

export interface WorkspaceOrdering {
  readonly field: WorkspaceOrderField;
  readonly direction: OrderDirection;
}

/** Filters with every id already a UUID. */
export interface WorkspaceConditions {
  readonly search?: string;
  readonly environments?: readonly WorkspaceEnvironment[];
  readonly statuses?: readonly WorkspaceStatus[];
  readonly regions?: readonly WorkspaceRegion[];
  readonly owners?: { readonly userIds: readonly string[]; readonly teamIds: readonly string[] };
}

interface SortKey {
  /** Columns in order, and the SQL that turns a cursor's part into a value to compare with. */
  readonly columns: readonly {
    readonly sql: string;
    readonly value: (placeholder: string) => string;
  }[];
  readonly parts: CursorShape['parts'];
  readonly of: (row: WorkspaceRow) => CursorKey;
}

const idColumn = {
  sql: 'w.id',
  value: (placeholder: string) => `${placeholder}::uuid`,
};

const sortKeys: Record<WorkspaceOrderField, SortKey> = {
  NAME: {
    columns: [
      {
        sql: 'w.name_key',
        value: (placeholder) => `fold_case(${placeholder})`,
      },
    ],
    parts: ['text'],
    of: (row) => [row.name],
  },
  CREATED_AT: {
    columns: [
      {
        sql: 'w.created_at',
        value: (placeholder) => `${placeholder}::timestamptz`,
      },
      idColumn,
    ],
    parts: ['time', 'uuid'],
    of: (row) => [row.createdAt.toISOString(), row.id],
  },
  MONTHLY_BUDGET: {
    columns: [
      {
        sql: 'w.monthly_budget',
        value: (placeholder) => `${placeholder}::numeric`,
      },
      idColumn,
    ],
    parts: ['decimal', 'uuid'],
    of: (row) => [row.monthlyBudget, row.id],
  },
};

export function cursorKey(ordering: WorkspaceOrdering, row: WorkspaceRow): CursorKey {
  return sortKeys[ordering.field].of(row);
}

export function cursorShape({ field, direction }: WorkspaceOrdering): CursorShape {
  return {
    ordering: `workspaces:${field}:${direction}`,
    parts: sortKeys[field].parts,
  };
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
  const admin = isOrganizationAdmin(actor);
  const limit = values.add(request.limit);
  const key = sortKeys[field];
  const comparison = direction === OrderDirection.ASC ? '>' : '<';
  const placeholders =
    request.after && key.columns.map((column, index) => column.value(values.add(request.after?.[index])));
  const filters = conditionsSql(request.conditions, values);

  // In the order of names and without filters, each branch of the visible set walks its index and stops at the limit.
  const walks = field === WorkspaceOrderField.NAME && filters.length === 0;
  const walk = walks
    ? {
        after: placeholders ? `${comparison} ${placeholders[0]}` : null,
        direction,
        limit,
      }
    : undefined;
  const source = admin
    ? 'workspaces w'
    : `(${visibleSql(values, walk)}) AS v JOIN workspaces w ON w.id = v.workspace_id`;
  const where = [
    ...(admin ? [`w.organization_id = ${values.organization}`] : []),
    ...(placeholders && !(walks && !admin)
      ? [`(${key.columns.map((column) => column.sql).join(', ')}) ${comparison} (${placeholders.join(', ')})`]
      : []),
    ...filters,
  ];
  const orderBy = (name: string) =>
    key.columns.map(({ sql }) => `${sql === 'w.name_key' ? name : sql} ${direction}`).join(', ');
  const { columns, joins } = workspaceColumns(request.extras, visibleRoleSql(values), values);
  // What else is fetched of each workspace is joined to the page alone, not to all that it was chosen from.
  const text = `SELECT ${columns} FROM (
      SELECT w.*${admin ? '' : ', v.role AS member_role'} FROM ${source}
      ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
      ORDER BY ${orderBy(admin ? 'w.name_key' : 'v.name_key')} LIMIT ${limit}
    ) AS w ${joins}
    ORDER BY ${orderBy('w.name_key')}`;
  // Walks have one good plan for everybody and are prepared once; filters need a plan for their values.
  return walks ? preparedStatement(text, values.list) : { text, values: values.list };
}

/** Counts the whole list of a page. */
export function countStatement(actor: Actor, conditions: WorkspaceConditions): Statement {
  const values = new Values(actor);
  if (isOrganizationAdmin(actor)) {
    const where = [`w.organization_id = ${values.organization}`, ...conditionsSql(conditions, values)];
    return {
      text: `SELECT count(*)::integer AS total FROM workspaces w WHERE ${where.join(' AND ')}`,
      values: values.list,
    };
  }
  const visible = `(${visibleSql(values)}) AS v`;
  const filters = conditionsSql(conditions, values);
  const source =
    filters.length === 0
      ? visible
      : `${visible} JOIN workspaces w ON w.id = v.workspace_id WHERE ${filters.join(' AND ')}`;
  return {
    text: `SELECT count(*)::integer AS total FROM ${source}`,
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
  if (isOrganizationAdmin(values.actor)) return `'OWNER'`;
  return `CASE WHEN w.owner_user_id = ${values.user} THEN 'OWNER'
    WHEN w.owner_team_id IN (${teamIdsSql(values)}) THEN 'ADMIN' ELSE w.member_role END`;
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
