import { Arg, Ctx, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.js';
import { answer } from '../graphql/payload.js';
import { ArchiveWorkspaceInput, RestoreWorkspaceInput } from './archive.inputs.js';
import { archiveWorkspace, restoreWorkspace } from './archive.service.js';
import { changedWorkspace } from './changed-workspace.js';
import { VersionedWorkspacePayload, WorkspacePayload } from './workspace.payload.js';

@ObjectType({ simpleResolvers: true, description: 'The archived workspace, or why it was not archived.' })
export class ArchiveWorkspacePayload extends VersionedWorkspacePayload {}

@ObjectType({ simpleResolvers: true, description: 'The restored workspace, or why it was not restored.' })
export class RestoreWorkspacePayload extends WorkspacePayload {}

@Resolver()
export class ArchiveResolver {
  @Mutation(() => ArchiveWorkspacePayload, {
    nullable: true,
    description:
      "Archives a workspace, if nobody else has changed it since it was read: its keys are refused at once, and it is in no list and nobody's active one.",
  })
  archiveWorkspace(
    @Ctx() context: RequestContext,
    @Arg('input', () => ArchiveWorkspaceInput, { description: 'Which workspace.' }) input: ArchiveWorkspaceInput,
  ): Promise<ArchiveWorkspacePayload> {
    return answer({ context, permission: 'workspace.archive', input }, async () => ({
      workspace: await changedWorkspace(context, archiveWorkspace(context, input)),
    }));
  }

  @Mutation(() => RestoreWorkspacePayload, {
    nullable: true,
    description: 'Takes a workspace out of the archive, with its keys, members and history.',
  })
  restoreWorkspace(
    @Ctx() context: RequestContext,
    @Arg('input', () => RestoreWorkspaceInput, { description: 'Which workspace.' }) input: RestoreWorkspaceInput,
  ): Promise<RestoreWorkspacePayload> {
    return answer({ context, permission: 'workspace.archive', input }, async () => ({
      workspace: await changedWorkspace(context, restoreWorkspace(context, input)),
    }));
  }
}
