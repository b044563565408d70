import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
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

  @Column({
    type: 'text',
    name: 'name_key',
    insert: false,
    update: false,
    select: false,
  })
  nameKey!: string;

  /** Last four characters of the newest secret. */
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

  @Column('integer', { default: 1 })
  @Field(() => Int, {
    description: 'Rises by one with every change of settings or status; sent back as expectedVersion.',
  })
  version!: number;

  @Column('text', { name: 'allowed_models', array: true, nullable: true })
  @Field(() => [String], {
    nullable: true,
    description: 'Models that the key may ask for; null for every model that the workspace routes.',
  })
  allowedModels!: string[] | null;

  /** Exact, with two decimals, in the organization's currency. */
  @Column('numeric', { name: 'monthly_budget', nullable: true })
  monthlyBudget!: string | null;

  @Column('integer', { name: 'requests_per_minute', nullable: true })
  @Field(() => Int, { nullable: true, description: 'Requests that the key may make in a minute; null for no limit.' })
  requestsPerMinute!: number | null;

  @Column('integer', { name: 'tokens_per_minute', nullable: true })
  @Field(() => Int, { nullable: true, description: 'Tokens that the key may use in a minute; null for no limit.' })
  tokensPerMinute!: number | null;

  @Column({ type: 'timestamptz', precision: 3, name: 'last_reviewed_at', nullable: true })
  @Field(() => DateTimeScalar, { nullable: true, description: 'When somebody last decided on it in a review.' })
  lastReviewedAt!: Date | null;

  @Column('uuid', { name: 'last_reviewed_by_id', nullable: true })
  lastReviewedById!: string | null;

  @Column({ type: 'timestamptz', precision: 3, name: 'revoked_at', nullable: true })
  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null where it was not.' })
  revokedAt!: Date | null;
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
  readonly version: number;
  readonly allowedModels: readonly string[] | null;
  readonly monthlyBudget: string | null;
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly lastReviewedAt: Date | null;
  readonly lastReviewedById: string | null;
  readonly revokedAt: Date | null;
}
