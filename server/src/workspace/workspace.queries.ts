import type { GraphQLResolveInfo } from 'graphql';
import type { Actor } from '../access/actor.js';
import { requireScope } from '../access/require-scope.js';
import {
  isGatewayAlone,
  kindOfSight,
  roleOfListedSql,
  roleSql,
  seesEverything,
  visibleWorkspacesSql,
  walkSql,
} from '../access/sight.js';
import { empty, join, organization, prepare, raw, type Sql, sql } from '../database/sql.js';
import type { Reader } from '../fetch/caller.js';
import { limitFilter, searchTerm } from '../fetch/filter.js';
import {
  countIfAsked,
  countRows,
  type Direction,
  directionSql,
  itemPaths,
  limitSql,
  type Order,
  orderSql,
  type Page,
  type PageArgs,
  type PageRequest,
  placesSql,
  readPageArgs,
  type SortColumn,
  toPage,
  walkDirection,
  withinSql,
} from '../fetch/list.js';
import { planOf, type Reads } from '../fetch/nodes.js';
import type { Plan } from '../fetch/plan.js';
import { teams } from '../team/team.entity.js';
import { nameKey, readName, searchKeySeparator } from '../text.js';
import { users } from '../user/user.entity.js';
import { workspaces } from './workspace.entity.js';
import { type WorkspaceFilter, type WorkspaceOrder, WorkspaceOrderField } from './workspace.inputs.js';

/** SQL that holds for the workspaces `w` that the actor sees. */
function sightOf(actor: Actor): Sql {
  return seesEverything(actor) ? sql`true` : sql`${roleSql(actor)} IS NOT NULL`;
}

/** The same where a gateway sees what its own calls refer to. */
export function sightOfCalls(actor: Actor): Sql {
  return isGatewayAlone(actor) ? sql`true` : sightOf(actor);
}

export const workspaceReads: Reads = { noun: workspaces, sight: sightOf, sightOfReferred: sightOfCalls };

const { name, createdAt, monthlyBudget, id, archivedAt } = workspaces.columns;

/** Names need no id beside them: they are unique in the organization. */
const sortColumns: Record<WorkspaceOrderField, readonly SortColumn[]> = {
  NAME: [{ sql: name.sql, part: 'text' }],
  CREATED_AT: [
    { sql: createdAt.sql, part: 'timestamptz' },
    { sql: id.sql, part: 'uuid' },
  ],
  MONTHLY_BUDGET: [
    { sql: monthlyBudget.sql, part: 'numeric' },
    { sql: id.sql, part: 'uuid' },
  ],
};

function orderOf(field: WorkspaceOrderField, direction: Direction): Order {
  return { name: `workspaces:${field}`, columns: sortColumns[field], direction };
}

export interface WorkspacesArgs {
  readonly page: PageArgs;
  readonly filter: WorkspaceFilter | null | undefined;
  readonly orderBy: WorkspaceOrder | null | undefined;
}

/** A page of the cards that the actor sees, in one statement with all that the client asks of each. */
export async function listWorkspaces(
  reader: Reader,
  { page, filter, orderBy }: WorkspacesArgs,
  info: GraphQLResolveInfo,
): Promise<Page> {
  requireScope(reader, 'workspace.read');
  const { actor, database } = reader;
  const field = orderBy?.field ?? WorkspaceOrderField.NAME;
  const request = readPageArgs(page, orderOf(field, orderBy?.direction ?? 'ASC'));
  const conditions = conditionsOf(filter ?? {});
  const plan = planOf(info, workspaces.type, itemPaths);
  const isWalk = field === WorkspaceOrderField.NAME && conditions.length === 0 && filter?.archived !== true;
  const where = [inArchiveSql(filter?.archived), ...conditions];
  const cards = database.texts(
    isWalk ? walkStatement(reader, plan, request) : pageStatement(reader, plan, request, where),
  );
  const count = () => countRows(reader, visibleSql(reader, where));
  const total = countIfAsked(info, count);
  const { rows } = await cards;
  return toPage(request, { plan, actor, rows }, () => total ?? count());
}

/** What follows FROM for the workspaces `w` that the actor sees and for which all of this holds. */
function visibleSql({ actor }: Reader, where: readonly Sql[]): Sql {
  const held = join([sql`w.organization_id = ${organization}`, ...where], ' AND ');
  return seesEverything(actor)
    ? sql`workspaces w WHERE ${held}`
    : sql`(${visibleWorkspacesSql}) AS v
        JOIN workspaces w ON w.organization_id = ${organization} AND w.id = v.workspace_id WHERE ${held}`;
}

/** The page of a list that is filtered, or ordered otherwise than by name. */
function pageStatement(reader: Reader, plan: Plan, request: PageRequest, where: readonly Sql[]): Sql {
  const memberRole = seesEverything(reader.actor) ? empty : sql`, v.member_role`;
  const order = orderSql(request.order.columns, walkDirection(request));
  return cardsOf(
    reader,
    plan,
    request,
    sql`SELECT w.*${memberRole} FROM ${visibleSql(reader, [...where, withinSql(request)])}
      ORDER BY ${order} LIMIT ${limitSql(request)}`,
  );
}

/**
 * The page of the list in the order of names: the indexes are walked in this order and no further than the page. The walk
 * has one good plan for everybody, so it is prepared.
 */
function walkStatement(reader: Reader, plan: Plan, request: PageRequest): Sql {
  const { size, after, before } = request;
  const make = () => prepare(walkOf(reader, plan, request));
  const isFirstPage = after === null && before === null;
  return isFirstPage
    ? plan.statement(`first page ${kindOfSight(reader.actor)} ${walkDirection(request)} ${size}`, make)
    : make();
}

function walkOf(reader: Reader, plan: Plan, request: PageRequest): Sql {
  const direction = directionSql[walkDirection(request)];
  const limit = limitSql(request);
  if (seesEverything(reader.actor)) {
    const where = sql`w.organization_id = ${organization} AND ${inArchiveSql(false)} AND ${withinSql(request)}`;
    return cardsOf(
      reader,
      plan,
      request,
      sql`SELECT w.* FROM workspaces w WHERE ${where} ORDER BY ${name.sql} ${direction} LIMIT ${limit}`,
    );
  }
  const needed = plan.ownColumns({ actor: reader.actor, role: roleOfListedSql });
  const columns = [...new Set([...needed, 'id', 'name', 'owner_user_id', 'owner_team_id', 'organization_id'])];
  const own = columns.filter((column) => column !== 'member_role');
  return cardsOf(
    reader,
    plan,
    request,
    walkSql(
      (alias) =>
        join(
          own.map((column) => sql`${alias}.${raw(column)}`),
          ', ',
        ),
      {
        within: (column) =>
          withinSql({ ...request, order: { ...request.order, columns: [{ sql: column, part: 'text' }] } }),
        direction,
        limit,
      },
    ),
  );
}

/** The cards of the workspaces that `source` chooses: what else is fetched is joined to the page alone. */
function cardsOf({ actor }: Reader, plan: Plan, request: PageRequest, source: Sql): Sql {
  const role = seesEverything(actor) ? roleSql(actor) : roleOfListedSql;
  const { columns } = request.order;
  return sql`SELECT ${plan.selected({ actor, role })}, ${placesSql(columns)} FROM (${source}) AS w ${plan.joins}
    ORDER BY ${orderSql(columns, walkDirection(request))}`;
}

function inArchiveSql(isArchived: boolean | null | undefined): Sql {
  return isArchived === true ? sql`${archivedAt.sql} IS NOT NULL` : sql`${archivedAt.sql} IS NULL`;
}

/** An empty list means none, as it says; what is left out or null is no condition. */
function conditionsOf(filter: WorkspaceFilter): Sql[] {
  const { search, names, environments, statuses, regions, ownerIds, ownerSearch } = filter;
  limitFilter({ search, names, environments, statuses, regions, ownerIds, ownerSearch });
  const conditions: Sql[] = [];
  const term = searchTerm(search);
  if (term !== null) conditions.push(sql`strpos(w.search_key, ${term}) > 0`);
  if (names != null) {
    // What is no name is nobody's.
    const keys = names.flatMap((one) => readName(one) ?? []).map(nameKey);
    conditions.push(sql`w.name_key = ANY (${keys}::text[])`);
  }
  if (environments != null) conditions.push(sql`w.environment = ANY (${environments})`);
  if (statuses != null) conditions.push(sql`w.status = ANY (${statuses})`);
  if (regions != null) conditions.push(sql`w.region = ANY (${regions})`);
  if (ownerIds != null) {
    const [userIds, teamIds] = [users.uuidsOf(ownerIds), teams.uuidsOf(ownerIds)];
    conditions.push(sql`(w.owner_user_id = ANY (${userIds}::uuid[]) OR w.owner_team_id = ANY (${teamIds}::uuid[]))`);
  }
  const ownerTerm = searchTerm(ownerSearch);
  if (ownerTerm !== null) conditions.push(ownedBySql(ownerTerm));
  return conditions;
}

/**
 * SQL that holds for the workspaces `w` in whose owner's name the term is. Owners are looked for first, because there are
 * fewer of them, and then what is theirs, by its indexes.
 */
function ownedBySql(term: string): Sql {
  return sql`w.id IN (
    SELECT own.id FROM users u
      JOIN workspaces own ON own.organization_id = ${organization} AND own.owner_user_id = u.id
      WHERE u.organization_id = ${organization} AND strpos(split_part(u.search_key, ${searchKeySeparator}, 1), ${term}) > 0
    UNION ALL SELECT own.id FROM teams t
      JOIN workspaces own ON own.organization_id = ${organization} AND own.owner_team_id = t.id
      WHERE t.organization_id = ${organization} AND strpos(t.search_key, ${term}) > 0)`;
}
