import type { GraphQLResolveInfo } from 'graphql';
import { type Actor, isOrganizationAdmin } from '../access/actor.js';
import { type MemberRole, may, mayAnywhere, rolesFor } from '../access/permissions.js';
import { roleSql } from '../access/sight.js';
import { auditEvents } from '../audit/audit-event.entity.js';
import { join, organization, type Sql, sql } from '../database/sql.js';
import type { Reader } from '../fetch/caller.js';
import { limitFilter } from '../fetch/filter.js';
import { type NestedList, type Page, type PageArgs, readNestedList } from '../fetch/list.js';
import type { Reads } from '../fetch/nodes.js';
import { serviceTokens } from '../service-token/service-token.entity.js';
import { users } from '../user/user.entity.js';
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

/** Filters with every id already a UUID; null for no condition. */
interface AuditLogArgs {
  readonly actions: readonly string[] | null;
  readonly actorIds: readonly string[] | null;
  readonly from: Date | null;
  readonly to: Date | null;
}

const { occurredAt, id, workspaceId } = auditEvents.columns;

/** Newest first. */
const eventsOfWorkspace: NestedList<AuditLogArgs> = {
  reads: { noun: auditEvents, sight: auditEventReads.sight },
  parent: workspaceId,
  order: {
    name: 'auditLog:OCCURRED_AT',
    columns: [
      { sql: occurredAt.sql, part: 'timestamptz' },
      { sql: id.sql, part: 'uuid' },
    ],
    direction: 'DESC',
  },
  where: conditionsOf,
};

function conditionsOf({ actions, actorIds, from, to }: AuditLogArgs): Sql {
  const conditions: Sql[] = [];
  if (actions !== null) conditions.push(sql`e.action = ANY (${actions}::text[])`);
  if (actorIds !== null) conditions.push(sql`e.actor_id = ANY (${actorIds}::uuid[])`);
  if (from !== null) conditions.push(sql`e.occurred_at >= ${from}`);
  if (to !== null) conditions.push(sql`e.occurred_at < ${to}`);
  return conditions.length === 0 ? sql`true` : join(conditions, ' AND ');
}

export interface AuditLogRequest {
  readonly workspaceId: string;
  /** The actor's role in it. */
  readonly role: MemberRole | null;
  readonly page: PageArgs;
  readonly filter: AuditFilter | null | undefined;
}

/** A page of what was done in a workspace; null for who may not read it. */
export async function listAuditLog(
  reader: Reader,
  { workspaceId: parentId, role, page, filter }: AuditLogRequest,
  info: GraphQLResolveInfo,
): Promise<Page | null> {
  const args = toArgs(filter ?? {});
  const events = () => readNestedList(reader, info, eventsOfWorkspace, { parentId, page, args });
  return may(reader.actor, role, 'workspace.read_audit_log') ? events() : null;
}

function toArgs({ actions, actorIds, from, to }: AuditFilter): AuditLogArgs {
  limitFilter({ lists: [actions, actorIds] });
  return {
    // PostgreSQL's text can't hold NUL, so no action has one either.
    actions: actions?.map((action) => action.replaceAll('\0', '\u{fffd}')) ?? null,
    actorIds: actorIds == null ? null : [...users.uuidsOf(actorIds), ...serviceTokens.uuidsOf(actorIds)],
    from: from ?? null,
    to: to ?? null,
  };
}
