import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Node, type TypedRow } from '../graphql/node.js';
import { DateTimeScalar } from '../graphql/scalars.js';

export enum VirtualKeyStatus {
  ACTIVE = 'ACTIVE',
  DISABLED = 'DISABLED',
  EXPIRED = 'EXPIRED',
  REVOKED = 'REVOKED',
}

registerEnumType(VirtualKeyStatus, {
  name: 'VirtualKeyStatus',
  description: 'ACTIVE is the only status that the gateway accepts, and the only one that counts as an active key.',
  valuesConfig: {
    ACTIVE: { description: 'Accepted by the gateway.' },
    DISABLED: { description: 'Switched off for now.' },
    EXPIRED: { description: 'Past its expiresAt, at the moment of reading.' },
    REVOKED: { description: 'Switched off for ever.' },
  },
});

@Entity('virtual_keys')
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A gateway credential. Its secret is never readable through this type.',
})
export class VirtualKey {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'Global id, `vk_…`.' })
  id!: string;

  @Column('uuid', { name: 'organization_id' })
  organizationId!: string;

  @Column('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @Column('text')
  @Field(() => String, { description: 'Name to show.' })
  name!: string;

  /** SHA-256 of the secret. */
  @Column('bytea', { name: 'secret_digest', select: false })
  secretDigest!: Buffer;

  /** The secret's last four characters. */
  @Column('text', { name: 'last_four' })
  lastFour!: string;

  /** As stored: EXPIRED is never stored, it follows from `expiresAt` at the moment of reading. */
  @Column('text', { default: VirtualKeyStatus.ACTIVE })
  @Field(() => VirtualKeyStatus, {
    description: 'Whether the gateway accepts the key, at the moment of reading.',
  })
  status!: VirtualKeyStatus;

  @Column('uuid', { name: 'created_by_id', nullable: true })
  createdById!: string | null;

  @Column({
    type: 'timestamptz',
    precision: 3,
    name: 'created_at',
    default: () => 'now()',
  })
  @Field(() => DateTimeScalar, { description: 'When the key was created.' })
  createdAt!: Date;

  @Column({
    type: 'timestamptz',
    precision: 3,
    name: 'expires_at',
    nullable: true,
  })
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the key stops working; null for never.',
  })
  expiresAt!: Date | null;

  @Column({
    type: 'timestamptz',
    precision: 3,
    name: 'last_used_at',
    nullable: true,
  })
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When the gateway last accepted it; null for never.',
  })
  lastUsedAt!: Date | null;
}

export interface VirtualKeyRow extends TypedRow {
  readonly __typename: 'VirtualKey';
  readonly workspaceId: string;
  readonly name: string;
  readonly lastFour: string;
  readonly status: VirtualKeyStatus;
  readonly createdById: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}
