import { Column, Entity, PrimaryColumn } from 'typeorm';

/** That a create with this key has run, with which input and what it made. */
@Entity('idempotency_records')
export class IdempotencyRecord {
  @PrimaryColumn('uuid', { name: 'organization_id' })
  organizationId!: string;

  @PrimaryColumn('uuid', { name: 'actor_id' })
  actorId!: string;

  @PrimaryColumn('text')
  operation!: string;

  @PrimaryColumn('text')
  key!: string;

  /** SHA-256 of the input. */
  @Column('bytea', { name: 'input_digest' })
  inputDigest!: Buffer;

  @Column('uuid', { name: 'result_id' })
  resultId!: string;

  @Column({
    type: 'timestamptz',
    precision: 3,
    name: 'created_at',
    default: () => 'now()',
  })
  createdAt!: Date;
}
