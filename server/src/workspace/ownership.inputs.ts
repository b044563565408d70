import { Field, ID, InputType, Int } from 'type-graphql';
import { IsVersion } from '../graphql/validators.js';

@InputType({ description: 'To a person with team access, or to a team; a person becomes a member with it.' })
export class TransferWorkspaceOwnershipInput {
  @Field(() => ID, { description: 'The workspace that gets another owner.' })
  readonly workspaceId!: string;

  @Field(() => Int, { description: 'Its version as last read; another one answers VERSION_CONFLICT.' })
  @IsVersion()
  readonly expectedVersion!: number;

  @Field(() => ID, { description: 'The new owner: a person or a team.' })
  readonly ownerId!: string;
}
