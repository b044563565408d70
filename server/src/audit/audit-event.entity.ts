import { json, text, time, uuid } from '../database/table.js';
import { Noun } from '../graphql/noun.js';

export enum AuditActorKind {
  USER = 'USER',
  SERVICE = 'SERVICE',
  SYSTEM = 'SYSTEM',
}

/** One field's change; values are JSON, never a secret or its digest. */
export interface AuditChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Written in the same transaction as the change that it tells of. */
export const auditEvents = new Noun('AuditEvent', 'aud', {
  name: 'audit_events',
  alias: 'e',
  columns: {
    id: uuid().primary(),
    organizationId: uuid().primary(),
    workspaceId: uuid().nullable(),
    /** What was done, as noun.verb, such as `workspace.settings_updated`. */
    action: text(),
    actorKind: text<AuditActorKind>(),
    actorId: uuid().nullable(),
    /** As it was then. */
    actorName: text(),
    /** Global id of the object that was changed. */
    targetId: text().nullable(),
    changes: json<readonly AuditChange[]>().default("'[]'"),
    requestId: text().nullable(),
    occurredAt: time().default('now()'),
  },
});
