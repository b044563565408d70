import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Payload } from '../command/payload.js';
import { ExpectedVersion, IdempotencyKey } from '../graphql/fields.js';
import { OrderDirection } from '../graphql/order.js';
import { DecimalScalar } from '../graphql/scalars.js';
import { IfGiven, IfPresent, IsBudget, IsMemberSet, IsName, IsTimeZone, NotNull } from '../graphql/validators.js';
import { HasThresholds } from './alert-thresholds.js';
import {
  BudgetEnforcement,
  Workspace,
  WorkspaceEnvironment,
  WorkspaceRegion,
  WorkspaceStatus,
} from './workspace.entity.js';

export enum WorkspaceOrderField {
  NAME = 'NAME',
  CREATED_AT = 'CREATED_AT',
  MONTHLY_BUDGET = 'MONTHLY_BUDGET',
}

registerEnumType(WorkspaceOrderField, {
  name: 'WorkspaceOrderField',
  description: 'What workspaces can be ordered by.',
  valuesConfig: {
    NAME: { description: 'The name, without regard to case.' },
    CREATED_AT: { description: 'When it was created.' },
    MONTHLY_BUDGET: { description: 'The monthly budget.' },
  },
});
@InputType({
  description: 'Which workspaces to list; conditions that are given must all hold.',
})
export class WorkspaceFilter {
  @Field(() => String, {
    nullable: true,
    description: 'Part of the name, case-insensitive.',
  })
  readonly search?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Any of these whole names, compared as names are where they are unique.',
  })
  readonly names?: string[] | null;

  @Field(() => [WorkspaceEnvironment], {
    nullable: true,
    description: 'Any of these environments.',
  })
  readonly environments?: WorkspaceEnvironment[] | null;

  @Field(() => [WorkspaceStatus], {
    nullable: true,
    description: 'Any of these statuses.',
  })
  readonly statuses?: WorkspaceStatus[] | null;

  @Field(() => [WorkspaceRegion], {
    nullable: true,
    description: 'Any of these regions.',
  })
  readonly regions?: WorkspaceRegion[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Owned by any of these people or teams.',
  })
  readonly ownerIds?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "Part of the owner's name, person or team, without regard to case and accents.",
  })
  readonly ownerSearch?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True for the archived ones in place of the others.',
  })
  readonly archived?: boolean | null;
}

@InputType({ description: 'How to order workspaces.' })
export class WorkspaceOrder {
  @Field(() => WorkspaceOrderField, { description: 'What to order by.' })
  readonly field!: WorkspaceOrderField;

  @Field(() => OrderDirection, { description: 'Which end comes first.' })
  readonly direction!: OrderDirection;
}

@InputType({ description: 'A new workspace.' })
export class CreateWorkspaceInput {
  @Field(() => String, {
    description:
      '1 to 80 characters after trimming, unique in the organization without regard to case; fixed for ever.',
  })
  @IsName()
  readonly name!: string;

  @Field(() => WorkspaceEnvironment, {
    description: 'What the workspace is for.',
  })
  readonly environment!: WorkspaceEnvironment;

  @Field(() => WorkspaceRegion, {
    description: 'Where the traffic of the workspace may go.',
  })
  readonly region!: WorkspaceRegion;

  @Field(() => DecimalScalar, {
    description: "In the organization's currency: 0 or more, at most two decimals.",
  })
  @IsBudget()
  readonly monthlyBudget!: string;

  @Field(() => [ID], {
    description: 'People from assignableUsers; the viewer becomes owner and member without being named.',
  })
  @IsMemberSet()
  readonly memberIds!: string[];

  @Field(() => String, { nullable: true, description: 'IANA name, such as Africa/Kigali; UTC unless given.' })
  @IfPresent()
  @IsTimeZone()
  readonly timeZone?: string | null;

  @IdempotencyKey()
  readonly idempotencyKey?: string | null;
}

@InputType({
  description: "What is left out stays as it is. The name can't be changed.",
})
export class UpdateWorkspaceSettingsInput {
  @Field(() => ID, { description: 'The workspace to change.' })
  readonly workspaceId!: string;

  @ExpectedVersion()
  readonly expectedVersion!: number;

  @Field(() => WorkspaceEnvironment, {
    nullable: true,
    description: 'What the workspace is for.',
  })
  @IfGiven()
  @NotNull()
  readonly environment?: WorkspaceEnvironment | null;

  @Field(() => WorkspaceRegion, {
    nullable: true,
    description: 'Where the traffic of the workspace may go.',
  })
  @IfGiven()
  @NotNull()
  readonly region?: WorkspaceRegion | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description: "In the organization's currency: 0 or more, at most two decimals.",
  })
  @IfGiven()
  @NotNull()
  @IsBudget()
  readonly monthlyBudget?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'The whole new set of members: who stays keeps their role, who is new becomes MEMBER; the owner stays without being named.',
  })
  @IfGiven()
  @NotNull()
  @IsMemberSet()
  readonly memberIds?: string[] | null;

  @Field(() => String, { nullable: true, description: 'IANA name, such as Africa/Kigali.' })
  @IfGiven()
  @NotNull()
  @IsTimeZone()
  readonly timeZone?: string | null;

  @Field(() => BudgetEnforcement, {
    nullable: true,
    description: 'What becomes of a request that would go beyond the budget.',
  })
  @IfGiven()
  @NotNull()
  readonly budgetEnforcement?: BudgetEnforcement | null;

  @Field(() => [Int], {
    nullable: true,
    description:
      'Percentages of the budget at which an alert is raised: up to 20 from 1 to 1,000, in any order; a repeated one counts once.',
  })
  @IfGiven()
  @NotNull()
  @HasThresholds()
  readonly budgetAlertThresholds?: number[] | null;
}

@InputType({
  description: 'Archiving refuses every key at once and hides the card; nothing is lost, and it can be restored.',
})
export class ArchiveWorkspaceInput {
  @Field(() => ID, { description: 'The workspace to archive.' })
  readonly workspaceId!: string;

  @ExpectedVersion()
  readonly expectedVersion!: number;
}

@InputType({ description: 'Which workspace to take out of the archive.' })
export class RestoreWorkspaceInput {
  @Field(() => ID, { description: 'The workspace to restore.' })
  readonly workspaceId!: string;
}

@InputType({ description: 'To a person with team access, or to a team; a person becomes a member with it.' })
export class TransferWorkspaceOwnershipInput {
  @Field(() => ID, { description: 'The workspace that gets another owner.' })
  readonly workspaceId!: string;

  @ExpectedVersion()
  readonly expectedVersion!: number;

  @Field(() => ID, { description: 'The new owner: a person or a team.' })
  readonly ownerId!: string;
}

/** What the payload of a change to a workspace carries; the UUID is loaded where the client asks for it. */
@ObjectType({ simpleResolvers: true })
export abstract class WorkspacePayload extends Payload {
  @Field(() => Workspace, {
    nullable: true,
    description: "The workspace as it is after the change; null when the change took the viewer's own sight of it.",
  })
  readonly workspace?: string | null;
}

/** What the payload of a change with an expected version carries. */
@ObjectType({ simpleResolvers: true })
export abstract class VersionedWorkspacePayload extends WorkspacePayload {
  @Field(() => Workspace, { nullable: true, description: 'On VERSION_CONFLICT, the workspace as it is now.' })
  readonly conflictingWorkspace?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The new workspace, or why there is none.' })
export class CreateWorkspacePayload extends Payload {
  @Field(() => Workspace, { nullable: true, description: 'The new workspace; on a repeat, the first one.' })
  readonly workspace?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The changed workspace, or why it was not changed.' })
export class UpdateWorkspaceSettingsPayload extends VersionedWorkspacePayload {}

@ObjectType({ simpleResolvers: true, description: 'The archived workspace, or why it was not archived.' })
export class ArchiveWorkspacePayload extends VersionedWorkspacePayload {}

@ObjectType({ simpleResolvers: true, description: 'The restored workspace, or why it was not restored.' })
export class RestoreWorkspacePayload extends WorkspacePayload {}

@ObjectType({ simpleResolvers: true, description: 'The workspace with its new owner, or why it keeps the old one.' })
export class TransferWorkspaceOwnershipPayload extends VersionedWorkspacePayload {}
