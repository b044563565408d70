import { Field, ID, InterfaceType } from 'type-graphql';

@InterfaceType('WorkspaceOwner', {
  description: 'The person or team responsible for a workspace.',
})
export abstract class WorkspaceOwner {
  @Field(() => ID, { description: 'Global id of the person or team.' })
  readonly id!: string;

  @Field(() => String, { description: 'Name to show.' })
  readonly name!: string;
}
