import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A tenant: everything belongs to exactly one. Made when a token first names it. */
@Entity('organizations')
@Unique('organizations_external_id_key', ['externalId'])
@Check('organizations_external_id_check', 'char_length(external_id) BETWEEN 1 AND 255')
@Check('organizations_currency_check', `currency ~ '^[A-Z]{3}$'`)
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
}
