import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { MemberRole } from '../access/permissions.js';
import { Node, type TypedRow } from '../graphql/node.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import type { TeamRow } from '../team/team.entity.js';
import type { UserRow } from '../user/user.entity.js';

export enum WorkspaceEnvironment {
  PRODUCTION = 'PRODUCTION',
  STAGING = 'STAGING',
  SANDBOX = 'SANDBOX',
}

export enum WorkspaceStatus {
  ACTIVE = 'ACTIVE',
  REVIEW = 'REVIEW',
}

export enum WorkspaceRegion {
  GLOBAL = 'GLOBAL',
  US = 'US',
  EU = 'EU',
  RWANDA = 'RWANDA',
}

registerEnumType(WorkspaceEnvironment, {
  name: 'WorkspaceEnvironment',
  description: 'What the workspace is for.',
  valuesConfig: {
    PRODUCTION: { description: 'Traffic of real users.' },
    STAGING: { description: 'Rehearsal of what goes to production.' },
    SANDBOX: { description: 'Trials and experiments.' },
  },
});
registerEnumType(WorkspaceStatus, {
  name: 'WorkspaceStatus',
  description: 'Where the workspace stands in its life.',
  valuesConfig: {
    ACTIVE: { description: 'In use.' },
    REVIEW: {
      description: 'In use, while somebody checks that it is in order.',
    },
  },
});
registerEnumType(WorkspaceRegion, {
  name: 'WorkspaceRegion',
  description: 'Where the traffic of the workspace may go.',
  valuesConfig: {
    GLOBAL: { description: 'Anywhere.' },
    US: { description: 'The United States.' },
    EU: { description: 'The European Union.' },
    RWANDA: { description: 'Rwanda.' },
  },
});

@Entity('workspaces')
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    'An operating context: its own budget, members, keys and routing. As a list item it is the workspace card.',
})
export class Workspace {
  @PrimaryColumn('uuid')
  @Field(() => ID, { description: 'Global id, `ws_…`.' })
  id!: string;

  @Column('uuid', { name: 'organization_id' })
  organizationId!: string;

  @Column('text')
  @Field(() => String, {
    description: 'Unique in the organization without regard to case; never changes.',
  })
  name!: string;

  @Column({
    type: 'text',
    name: 'name_key',
    insert: false,
    update: false,
    select: false,
  })
  nameKey!: string;

  @Column('uuid', { name: 'owner_user_id', nullable: true })
  ownerUserId!: string | null;

  @Column('uuid', { name: 'owner_team_id', nullable: true })
  ownerTeamId!: string | null;

  @Column('text')
  @Field(() => WorkspaceEnvironment, {
    description: 'What the workspace is for.',
  })
  environment!: WorkspaceEnvironment;

  @Column('text', { default: WorkspaceStatus.ACTIVE })
  @Field(() => WorkspaceStatus, {
    description: 'Where the workspace stands in its life.',
  })
  status!: WorkspaceStatus;

  @Column('text')
  @Field(() => WorkspaceRegion, {
    description: 'Where the traffic of the workspace may go.',
  })
  region!: WorkspaceRegion;

  /** Exact, with two decimals, in the organization's currency. */
  @Column('numeric', { name: 'monthly_budget' })
  monthlyBudget!: string;

  /** Kept by triggers on `members`. */
  @Column({ type: 'integer', name: 'member_count', default: 0, update: false })
  memberCount!: number;

  /** Kept by triggers on `virtual_keys`; right until `nextKeyExpiresAt`. */
  @Column({
    type: 'integer',
    name: 'active_key_count',
    default: 0,
    update: false,
  })
  activeKeyCount!: number;

  @Column({
    type: 'timestamptz',
    precision: 3,
    name: 'next_key_expires_at',
    nullable: true,
    update: false,
  })
  nextKeyExpiresAt!: Date | null;

  @Column({ type: 'timestamptz', precision: 3, name: 'archived_at', nullable: true })
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Since when it is archived: not in lists, its keys refused; null while it is in use.',
  })
  archivedAt!: Date | null;

  @Column('text', { name: 'review_reason', nullable: true })
  reviewReason!: string | null;

  @Column('uuid', { name: 'review_requested_by_id', nullable: true })
  reviewRequestedById!: string | null;

  @Column({ type: 'timestamptz', precision: 3, name: 'review_requested_at', nullable: true })
  reviewRequestedAt!: Date | null;

  @Column({ type: 'timestamptz', precision: 3, name: 'review_due_at', nullable: true })
  reviewDueAt!: Date | null;

  @Column('integer', { default: 1 })
  @Field(() => Int, {
    description:
      'Rises by one with every change of settings or owner and when it is archived or restored; sent back as expectedVersion.',
  })
  version!: number;

  @Column({
    type: 'timestamptz',
    precision: 3,
    name: 'created_at',
    default: () => 'now()',
  })
  @Field(() => DateTimeScalar, {
    description: 'When the workspace was created.',
  })
  createdAt!: Date;

  @Column({
    type: 'timestamptz',
    precision: 3,
    name: 'updated_at',
    default: () => 'now()',
  })
  @Field(() => DateTimeScalar, {
    description: 'When its settings last changed.',
  })
  updatedAt!: Date;
}

/** Counts of a workspace at the moment of reading. */
export interface WorkspaceCounts {
  readonly memberCount: number;
  readonly activeKeyCount: number;
}

/** The review that is open while the status is REVIEW. */
export interface WorkspaceReviewRow {
  readonly reason: string;
  readonly requestedById: string | null;
  readonly requestedAt: Date;
  readonly dueAt: Date | null;
}

/** A workspace as the read side carries it; the last four are there where the statement fetched them along. */
export interface WorkspaceRow extends TypedRow {
  readonly __typename: 'Workspace';
  readonly name: string;
  readonly ownerUserId: string | null;
  readonly ownerTeamId: string | null;
  readonly environment: WorkspaceEnvironment;
  readonly status: WorkspaceStatus;
  readonly region: WorkspaceRegion;
  readonly monthlyBudget: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly archivedAt: Date | null;
  readonly review: WorkspaceReviewRow | null;
  readonly counts: WorkspaceCounts | undefined;
  readonly owner: UserRow | TeamRow | undefined;
  readonly viewerRole: MemberRole | undefined;
  readonly isActive: boolean | undefined;
}
