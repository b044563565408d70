import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../access/actor.js';
import type { Sql } from '../database/sql.js';
import { insertStatements } from '../database/transaction.js';
import type { AuditAction } from './audit-action.js';
import { AuditActorKind, type AuditChange, auditEvents } from './audit-event.entity.js';

export type { AuditChange } from './audit-event.entity.js';

/** Who did it, and in which request. */
export interface AuditSource {
  readonly actor: Actor;
  readonly requestId: string;
}

export interface AuditEntry {
  readonly action: AuditAction;
  /** UUID; null for what belongs to the organization. */
  readonly workspaceId: string | null;
  /** Global id of the object that was changed. */
  readonly targetId: string;
  readonly changes: readonly AuditChange[];
}

/** What writes what was done, any number of entries in few statements. */
export function auditStatements({ actor, requestId }: AuditSource, entries: readonly AuditEntry[]): Sql[] {
  const rows = entries.map((entry) => ({
    ...entry,
    action: entry.action.name,
    id: uuidv7(),
    organizationId: actor.organizationId,
    actorKind: AuditActorKind[actor.kind],
    actorId: actor.id,
    actorName: actor.name,
    requestId,
  }));
  return [...insertStatements(auditEvents, rows)];
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
