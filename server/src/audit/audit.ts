import type { EntityManager } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../access/actor.js';
import { type AuditChange, AuditEvent } from './audit-event.entity.js';

/** Who did it, and in which request. */
export interface AuditSource {
  readonly actor: Actor;
  readonly requestId: string;
}

export interface AuditEntry {
  /** Noun.verb, such as `workspace.created`. */
  readonly action: string;
  readonly workspaceId: string | null;
  /** Global id of the object that was changed. */
  readonly targetId: string;
  readonly changes: readonly AuditChange[];
}

/** Writes what was done; called with the transaction that does it. */
export async function recordAudit(manager: EntityManager, source: AuditSource, entry: AuditEntry): Promise<void> {
  await manager.insert(AuditEvent, {
    id: uuidv7(),
    organizationId: source.actor.organizationId,
    workspaceId: entry.workspaceId,
    action: entry.action,
    actorKind: source.actor.kind,
    actorId: source.actor.userId,
    actorName: source.actor.name,
    targetId: entry.targetId,
    changes: entry.changes as QueryDeepPartialEntity<AuditChange>[],
    requestId: source.requestId,
  });
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
