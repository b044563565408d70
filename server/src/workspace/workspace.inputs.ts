import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { DecimalScalar } from '../graphql/scalars.js';
import {
  IfGiven,
  IfPresent,
  IsBudget,
  IsIdempotencyKey,
  IsMemberSet,
  IsName,
  IsVersion,
  NotNull,
} from '../graphql/validators.js';
import { WorkspaceEnvironment, WorkspaceRegion, WorkspaceStatus } from './workspace.entity.js';
import { OrderDirection, WorkspaceOrderField } from './workspace.statements.js';

registerEnumType(WorkspaceOrderField, {
  name: 'WorkspaceOrderField',
  description: 'What workspaces can be ordered by.',
  valuesConfig: {
    NAME: { description: 'The name, without regard to case.' },
    CREATED_AT: { description: 'When it was created.' },
    MONTHLY_BUDGET: { description: 'The monthly budget.' },
  },
});
registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'Which end of an order comes first.',
  valuesConfig: {
    ASC: { description: 'From the first letter, the oldest or the smallest.' },
    DESC: { description: 'From the last letter, the newest or the largest.' },
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

  @Field(() => String, {
    nullable: true,
    description: 'A repeat with the same key and the same input answers with the first result.',
  })
  @IfPresent()
  @IsIdempotencyKey()
  readonly idempotencyKey?: string | null;
}

@InputType({
  description: "What is left out stays as it is. The name can't be changed.",
})
export class UpdateWorkspaceSettingsInput {
  @Field(() => ID, { description: 'The workspace to change.' })
  readonly workspaceId!: string;

  @Field(() => Int, {
    description: 'Its version as last read; another one answers VERSION_CONFLICT.',
  })
  @IsVersion()
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
}
