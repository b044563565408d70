import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A tenant: everything belongs to exactly one. Made when a token first names it. */
@Entity('organizations')
export class Organization {
  @PrimaryColumn('uuid')
  id!: string;

  /** The identity provider's name for it: the claim `org`. */
  @Column('text', { name: 'external_id' })
  externalId!: string;

  /** ISO 4217. */
  @Column('text', { default: 'USD' })
  currency!: string;

  @Column({
    type: 'timestamptz',
    precision: 3,
    name: 'created_at',
    default: () => 'now()',
  })
  createdAt!: Date;

  /** When the directory last had its word, whether it changed anything or not. */
  @Column({ type: 'timestamptz', precision: 3, name: 'directory_synced_at', nullable: true })
  directorySyncedAt!: Date | null;
}
