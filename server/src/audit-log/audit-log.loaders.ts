import type DataLoader from 'dataloader';
import { type Actor, isOrganizationAdmin } from '../access/actor.js';
import { type MemberRole, may } from '../access/permissions.js';
import { roleSql, Values } from '../access/sight.js';
import type { AuditActorKind, AuditChange } from '../audit/audit-event.entity.js';
import { groupBy, type NestedKey, nestedLoader, recordLoader } from '../database/batch.js';
import type { OrganizationDatabase } from '../database/database.js';
import { toGlobalId } from '../graphql/ids.js';
import type { CursorKey } from '../pagination/cursor.js';
import type { AuditEventRow } from './audit-log.types.js';

/** Filters with every id already a UUID; null for no condition. */
export interface AuditLogArgs {
  readonly actions: readonly string[] | null;
  readonly actorIds: readonly string[] | null;
  readonly from: Date | null;
  readonly to: Date | null;
}

export interface AuditLogPageArgs extends AuditLogArgs {
  readonly after: CursorKey | null;
  /** Rows to fetch of each workspace. */
  readonly limit: number;
}

export interface AuditLogLoaders {
  /** Events of workspaces whose audit log the actor may read, newest first. */
  readonly pages: DataLoader<NestedKey<AuditLogPageArgs>, readonly AuditEventRow[], string>;
  readonly totals: DataLoader<NestedKey<AuditLogArgs>, number, string>;
  /** The event, or null where there is none that the actor may read: one statement in either case. */
  readonly byId: DataLoader<string, AuditEventRow | null>;
}

interface AuditEventRecord {
  id: string;
  workspace_id: string | null;
  action: string;
  actor_kind: AuditActorKind;
  actor_id: string | null;
  actor_name: string;
  target_id: string | null;
  changes: AuditChange[];
  request_id: string | null;
  occurred_at: Date;
}

const columns = `e.id, e.workspace_id, e.action, e.actor_kind, e.actor_id, e.actor_name, e.target_id, e.changes,
  e.request_id, e.occurred_at`;

/** Conditions with the placeholders $3 to $6. */
const conditions = `($3::text[] IS NULL OR e.action = ANY ($3)) AND ($4::uuid[] IS NULL OR e.actor_id = ANY ($4))
  AND ($5::timestamptz IS NULL OR e.occurred_at >= $5) AND ($6::timestamptz IS NULL OR e.occurred_at < $6)`;

const values = ({ actions, actorIds, from, to }: AuditLogArgs) => [actions, actorIds, from, to];

export function auditLogLoaders(database: OrganizationDatabase, actor: Actor): AuditLogLoaders {
  return {
    pages: nestedLoader<AuditLogPageArgs, readonly AuditEventRow[]>(async (workspaceIds, args) => {
      const records = await database.rows<AuditEventRecord & { workspace_id: string }>({
        text: `SELECT e.* FROM unnest($1::uuid[]) AS parent (id) CROSS JOIN LATERAL (
            SELECT ${columns} FROM audit_events e
            WHERE e.workspace_id = parent.id AND e.organization_id = $2 AND ${conditions}
              ${args.after === null ? '' : 'AND (e.occurred_at, e.id) < ($8::timestamptz, $9::uuid)'}
            ORDER BY e.occurred_at DESC, e.id DESC LIMIT $7
          ) AS e
          ORDER BY e.workspace_id, e.occurred_at DESC, e.id DESC`,
        values: [workspaceIds, actor.organizationId, ...values(args), args.limit, ...(args.after ?? [])],
      });
      const groups = groupBy(records, (record) => record.workspace_id);
      return new Map([...groups].map(([workspaceId, group]) => [workspaceId, group.map(toAuditEventRow)]));
    }, []),
    totals: nestedLoader<AuditLogArgs, number>(async (workspaceIds, args) => {
      const records = await database.rows<{ workspace_id: string; total: number }>({
        text: `SELECT e.workspace_id, count(*)::integer AS total FROM audit_events e
          WHERE e.workspace_id = ANY ($1::uuid[]) AND e.organization_id = $2 AND ${conditions}
          GROUP BY e.workspace_id`,
        values: [workspaceIds, actor.organizationId, ...values(args)],
      });
      return new Map(records.map(({ workspace_id, total }) => [workspace_id, total]));
    }, 0),
    byId: recordLoader<string, AuditEventRow | null>(
      async (ids) => {
        const values = new Values(actor);
        const text = `SELECT ${columns}, CASE WHEN w.id IS NOT NULL THEN ${roleSql(values)} END AS viewer_role
          FROM audit_events e LEFT JOIN workspaces w ON w.id = e.workspace_id
          WHERE e.id = ANY (${values.add(ids)}::uuid[]) AND e.organization_id = ${values.organization}`;
        const records = await database.rows<AuditEventRecord & { viewer_role: MemberRole | null }>({
          text,
          values: values.list,
        });
        // What belongs to the organization is for its admins.
        const mayRead = ({ workspace_id, viewer_role }: (typeof records)[number]) =>
          workspace_id === null ? isOrganizationAdmin(actor) : may(actor, viewer_role, 'workspace.read_audit_log');
        return records.filter(mayRead).map((record) => [record.id, toAuditEventRow(record)] as const);
      },
      () => null,
    ),
  };
}

function toAuditEventRow(record: AuditEventRecord): AuditEventRow {
  return {
    __typename: 'AuditEvent',
    id: record.id,
    workspaceId: record.workspace_id,
    action: record.action,
    actor: { kind: record.actor_kind, id: actorIdOf(record), name: record.actor_name },
    targetId: record.target_id,
    changes: record.changes.map(({ field, before, after }) => ({
      field,
      before: toJson(before),
      after: toJson(after),
    })),
    occurredAt: record.occurred_at,
    requestId: record.request_id,
  };
}

function actorIdOf({ actor_kind: kind, actor_id: id }: AuditEventRecord): string | null {
  if (id === null || kind === 'SYSTEM') return null;
  return toGlobalId(kind === 'USER' ? 'User' : 'ServiceToken', id);
}

function toJson(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
