import { Field, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { DateTimeScalar } from '../graphql/scalars.js';

/** One secret of a key: the newest, or one that a rotation has let go on for a while, or one that has ended. */
@Entity('virtual_key_secrets')
@ObjectType({ simpleResolvers: true, description: 'One of the secrets of a key; the secret itself is never readable.' })
export class VirtualKeySecret {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'organization_id' })
  organizationId!: string;

  @Column('uuid', { name: 'virtual_key_id' })
  virtualKeyId!: string;

  /** SHA-256 of the secret. */
  @Column('bytea', { name: 'secret_digest', select: false })
  secretDigest!: Buffer;

  /** The secret's last four characters. */
  @Column('text', { name: 'last_four' })
  lastFour!: string;

  @Column({ type: 'timestamptz', precision: 3, name: 'created_at', default: () => 'now()' })
  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', precision: 3, name: 'expires_at', nullable: true })
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it stops being accepted; null for the newest one.',
  })
  expiresAt!: Date | null;

  @Column({ type: 'timestamptz', precision: 3, name: 'last_used_at', nullable: true })
  @Field(() => DateTimeScalar, { nullable: true, description: 'When the gateway last accepted it; null for never.' })
  lastUsedAt!: Date | null;
}

export interface VirtualKeySecretRow {
  readonly lastFour: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** How a secret is shown: its prefix and last four characters. */
export function maskedSecret({ lastFour }: { readonly lastFour: string }): string {
  return `tvk_…${lastFour}`;
}
