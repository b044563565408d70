import type { GraphQLResolveInfo } from 'graphql';
import { type Actor, isOrganizationAdmin } from '../access/actor.js';
import { type MemberRole, may, mayAnywhere, rolesFor } from '../access/permissions.js';
import { requireScope } from '../access/require-scope.js';
import { roleSql } from '../access/sight.js';
import { auditEvents } from '../audit/audit-event.entity.js';
import { join, organization, type Sql, sql } from '../database/sql.js';
import type { Column } from '../database/table.js';
import type { Reader } from '../fetch/caller.js';
import { limitFilter } from '../fetch/filter.js';
import {
  type Along,
  hasAnySql,
  type NestedList,
  type Order,
  type Page,
  type PageArgs,
  readList,
  readNestedList,
} from '../fetch/list.js';
import type { Reads } from '../fetch/nodes.js';
import { serviceTokens } from '../service-token/service-token.entity.js';
import { users } from '../user/user.entity.js';
import { workspaces } from '../workspace/workspace.entity.js';
import type { AuditFilter } from './audit-log.inputs.js';

/** What is in a workspace is for who may read its audit log; what belongs to the organization is for its admins. */
export const auditEventReads: Reads = {
  noun: auditEvents,
  joins: sql`LEFT JOIN workspaces w ON w.organization_id = ${organization} AND w.id = e.workspace_id`,
  sight: (actor) =>
    sql`CASE WHEN e.workspace_id IS NULL THEN ${isOrganizationAdmin(actor)} ELSE ${mayReadSql(actor)} END`,
};

function mayReadSql(actor: Actor): Sql {
  if (!mayAnywhere(actor, 'workspace.read_audit_log')) return sql`false`;
  return sql`coalesce(${roleSql(actor)} = ANY (${rolesFor('workspace.read_audit_log')}), false)`;
}

const { occurredAt, id, workspaceId, targetId, actorId, action } = auditEvents.columns;

/** Newest first. */
const newestFirst = {
  columns: [
    { sql: occurredAt.sql, part: 'timestamptz' },
    { sql: id.sql, part: 'uuid' },
  ],
  direction: 'DESC',
} as const satisfies Omit<Order, 'name'>;

/** A filter with every id already a UUID. */
interface AuditConditions {
  /** The one that fewest events are likely to match comes first. An index has the events of each in their order. */
  readonly lists: readonly Along[];
  readonly from: Date | null;
  readonly to: Date | null;
}

const eventsOfWorkspace: NestedList<AuditConditions> = {
  reads: { noun: auditEvents, sight: auditEventReads.sight },
  parent: workspaceId,
  order: { name: 'auditLog:OCCURRED_AT', ...newestFirst },
  where: ({ lists, from, to }) => join([sql`true`, ...lists.map(hasAnySql), ...timeConditions(from, to)], ' AND '),
};

function timeConditions(from: Date | null, to: Date | null): Sql[] {
  return [
    ...(from === null ? [] : [sql`e.occurred_at >= ${from}`]),
    ...(to === null ? [] : [sql`e.occurred_at < ${to}`]),
  ];
}

export interface AuditLogRequest {
  readonly page: PageArgs;
  readonly filter: AuditFilter | null | undefined;
}

export interface WorkspaceAuditLogRequest extends AuditLogRequest {
  readonly workspaceId: string;
  /** The actor's role in it. */
  readonly role: MemberRole | null;
}

/** A page of what was done in a workspace; null for who may not read it. */
export async function listWorkspaceAuditLog(
  reader: Reader,
  { workspaceId: parentId, role, page, filter }: WorkspaceAuditLogRequest,
  info: GraphQLResolveInfo,
): Promise<Page | null> {
  const args = conditionsOf(filter ?? {});
  const events = () => readNestedList(reader, info, eventsOfWorkspace, { parentId, page, args });
  return may(reader.actor, role, 'workspace.read_audit_log') ? events() : null;
}

/**
 * A page of what was done in the whole organization; null for a person who is no admin of it.
 * @throws FORBIDDEN for a service
 */
export async function listAuditLog(
  reader: Reader,
  { page, filter }: AuditLogRequest,
  info: GraphQLResolveInfo,
): Promise<Page | null> {
  if (reader.actor.kind === 'SERVICE') requireScope(reader, 'organization.read_audit_log');
  const { lists, from, to } = conditionsOf(filter ?? {});
  if (!mayAnywhere(reader.actor, 'organization.read_audit_log')) return null;
  const [along, ...others] = lists;
  return readList(reader, info, page, {
    reads: { noun: auditEvents, sight: auditEventReads.sight },
    order: { name: 'organization.auditLog:OCCURRED_AT', ...newestFirst },
    where: [...others.map(hasAnySql), ...timeConditions(from, to)],
    along,
  });
}

/** An empty list means none, as it says; what is left out or null is no condition. */
function conditionsOf({ actions, actorIds, workspaceIds, targetIds, from, to }: AuditFilter): AuditConditions {
  limitFilter({ actions, actorIds, workspaceIds, targetIds });
  const list = (column: Column, values: readonly string[] | null | undefined, type: Along['type']): Along[] =>
    values == null ? [] : [{ column: column.sql, values, type }];
  return {
    lists: [
      ...list(targetId, targetIds?.map(withoutNul), 'text'),
      ...list(workspaceId, workspaceIds && workspaces.uuidsOf(workspaceIds), 'uuid'),
      ...list(actorId, actorIds && [...users.uuidsOf(actorIds), ...serviceTokens.uuidsOf(actorIds)], 'uuid'),
      ...list(action, actions?.map(withoutNul), 'text'),
    ],
    from: from ?? null,
    to: to ?? null,
  };
}

/** PostgreSQL's text can't hold NUL, so no text in it has one either. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '\u{fffd}');
}
