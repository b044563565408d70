import { Field, ObjectType } from 'type-graphql';
import { Payload } from '../graphql/payload.js';
import { Workspace, type WorkspaceRow } from './workspace.entity.js';

/** What the payload of a change to a workspace carries. */
@ObjectType({ simpleResolvers: true })
export abstract class WorkspacePayload extends Payload {
  @Field(() => Workspace, {
    nullable: true,
    description: "The workspace as it is after the change; null when the change took the viewer's own sight of it.",
  })
  readonly workspace?: WorkspaceRow | null;
}

/** What the payload of a change with an expected version carries. */
@ObjectType({ simpleResolvers: true })
export abstract class VersionedWorkspacePayload extends WorkspacePayload {
  @Field(() => Workspace, { nullable: true, description: 'On VERSION_CONFLICT, the workspace as it is now.' })
  readonly conflictingWorkspace?: WorkspaceRow | null;
}
