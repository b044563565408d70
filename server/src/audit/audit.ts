import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../access/actor.js';
import type { AuditChange } from './audit-event.entity.js';

/** Who did it, and in which request. */
export interface AuditSource {
  readonly actor: Actor;
  readonly requestId: string;
}

export interface AuditEntry {
  /** Noun.verb, such as `workspace.created`. */
  readonly action: string;
  /** UUID; null for what belongs to the organization. */
  readonly workspaceId: string | null;
  /** Global id of the object that was changed. */
  readonly targetId: string;
  readonly changes: readonly AuditChange[];
}

/** Writes what was done, any number of entries in one statement; called with the transaction that does it. */
export async function recordAudit(
  manager: EntityManager,
  { actor, requestId }: AuditSource,
  ...entries: readonly AuditEntry[]
): Promise<void> {
  if (entries.length === 0) return;
  await manager.query(
    `INSERT INTO audit_events
       (id, organization_id, workspace_id, action, actor_kind, actor_id, actor_name, target_id, changes, request_id)
     SELECT entry.id, $1, entry."workspaceId", entry.action, $2, $3, $4, entry."targetId", entry.changes, $5
     FROM jsonb_to_recordset($6::jsonb)
       AS entry (id uuid, "workspaceId" uuid, action text, "targetId" text, changes jsonb)`,
    [
      actor.organizationId,
      actor.kind,
      actor.id,
      actor.name,
      requestId,
      JSON.stringify(entries.map((entry) => ({ ...entry, id: uuidv7() }))),
    ],
  );
}

/** What a new object began with, without what it began without. */
export function initialValues(values: object): AuditChange[] {
  return changesBetween<object>({}, values);
}

/** The fields in which the two differ, before and after. */
export function changesBetween<Values extends object>(before: Values, after: Partial<Values>): AuditChange[] {
  return Object.entries(after)
    .map(([field, value]) => ({
      field,
      before: before[field as keyof Values] ?? null,
      after: value ?? null,
    }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}
