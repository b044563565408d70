import { Arg, Ctx, Field, FieldResolver, Mutation, ObjectType, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.js';
import { answer, Payload } from '../graphql/payload.js';
import { Workspace, type WorkspaceRow } from '../workspace/workspace.entity.js';
import { SelectWorkspaceInput } from './active-workspace.inputs.js';
import { selectWorkspace } from './active-workspace.service.js';

@ObjectType({ simpleResolvers: true, description: 'The active workspace, or why it was not changed.' })
export class SelectWorkspacePayload extends Payload {
  @Field(() => Workspace, { nullable: true, description: 'The workspace that is active now.' })
  readonly workspace?: WorkspaceRow | null;

  @Field(() => Workspace, {
    nullable: true,
    description: 'The one that was active before; null without one, or where the viewer no longer sees it.',
  })
  readonly previousWorkspace?: WorkspaceRow | null;
}

@Resolver(() => Workspace)
export class ActiveWorkspaceResolver {
  @Query(() => Workspace, { nullable: true, description: 'The workspace in which the viewer works; null without one.' })
  activeWorkspace(@Ctx() context: RequestContext): Promise<WorkspaceRow | null> {
    return loadActiveWorkspace(context);
  }

  @Mutation(() => SelectWorkspacePayload, {
    nullable: true,
    description: "Makes one workspace the viewer's active one; there is never more than one.",
  })
  selectWorkspace(
    @Ctx() context: RequestContext,
    @Arg('input', () => SelectWorkspaceInput, { description: 'Which workspace.' }) input: SelectWorkspaceInput,
  ): Promise<SelectWorkspacePayload> {
    return answer({ context, permission: 'workspace.select', input }, async () => {
      const { id, previousId } = await selectWorkspace(context, input);
      context.forgetReads();
      const { loaders } = context;
      const [workspace, previousWorkspace] = await Promise.all([
        loaders.workspaces.byId.load(id),
        previousId === null ? null : loaders.workspaces.byId.load(previousId),
      ]);
      return { workspace, previousWorkspace };
    });
  }

  @FieldResolver(() => Boolean, { description: "Whether this is the viewer's active workspace." })
  isActive(@Root() workspace: WorkspaceRow, @Ctx() { loaders }: RequestContext): boolean | Promise<boolean> {
    return workspace.isActive ?? loaders.activeWorkspaceId.load().then((id) => id === workspace.id);
  }
}

/** The actor's active workspace; null without one that the actor sees. */
export async function loadActiveWorkspace({ loaders }: RequestContext): Promise<WorkspaceRow | null> {
  const id = await loaders.activeWorkspaceId.load();
  return id === null ? null : loaders.workspaces.byId.load(id);
}
