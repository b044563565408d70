import { Field, ID, InputType } from 'type-graphql';

@InputType({ description: 'Which workspace to work in.' })
export class SelectWorkspaceInput {
  @Field(() => ID, { description: 'A workspace that the viewer sees.' })
  readonly workspaceId!: string;
}
