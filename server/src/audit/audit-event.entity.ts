import { Column, Entity, PrimaryColumn } from 'typeorm';

export type AuditActorKind = 'USER' | 'SERVICE' | 'SYSTEM';

/** One field's change; values are JSON, never a secret or its digest. */
export interface AuditChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Written in the same transaction as the change that it tells of. */
@Entity('audit_events')
export class AuditEvent {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'organization_id' })
  organizationId!: string;

  @Column('uuid', { name: 'workspace_id', nullable: true })
  workspaceId!: string | null;

  /** What was done, as noun.verb, such as `workspace.settings_updated`. */
  @Column('text')
  action!: string;

  @Column('text', { name: 'actor_kind' })
  actorKind!: AuditActorKind;

  @Column('uuid', { name: 'actor_id', nullable: true })
  actorId!: string | null;

  /** As it was then. */
  @Column('text', { name: 'actor_name' })
  actorName!: string;

  /** Global id of the object that was changed. */
  @Column('text', { name: 'target_id', nullable: true })
  targetId!: string | null;

  @Column('jsonb', { default: [] })
  changes!: AuditChange[];

  @Column('text', { name: 'request_id', nullable: true })
  requestId!: string | null;

  @Column({
    type: 'timestamptz',
    precision: 3,
    name: 'occurred_at',
    default: () => 'now()',
  })
  occurredAt!: Date;
}
