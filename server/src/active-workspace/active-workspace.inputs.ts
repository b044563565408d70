import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Payload } from '../command/payload.js';
import { Workspace } from '../workspace/workspace.entity.js';

@InputType({ description: 'Which workspace to work in.' })
export class SelectWorkspaceInput {
  @Field(() => ID, { description: 'A workspace that the viewer sees.' })
  readonly workspaceId!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The active workspace, or why it was not changed.' })
export class SelectWorkspacePayload extends Payload {
  @Field(() => Workspace, { nullable: true, description: 'The workspace that is active now.' })
  readonly workspace?: string | null;

  @Field(() => Workspace, {
    nullable: true,
    description: 'The one that was active before; null without one, or where the viewer no longer sees it.',
  })
  readonly previousWorkspace?: string | null;
}
