import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Mutation, Query, Resolver } from 'type-graphql';
import { perform } from '../command/command.js';
import type { Reader } from '../fetch/caller.js';
import { Fetch } from '../fetch/fetch.js';
import type { NounRow } from '../fetch/plan.js';
import { Workspace } from '../workspace/workspace.entity.js';
import { selectWorkspace } from './active-workspace.commands.js';
import { SelectWorkspaceInput, SelectWorkspacePayload } from './active-workspace.inputs.js';
import { isActive, readActiveWorkspace } from './active-workspace.queries.js';

@Resolver(() => Workspace)
export class ActiveWorkspaceResolver {
  @Query(() => Workspace, { nullable: true, description: 'The workspace in which the viewer works; null without one.' })
  activeWorkspace(@Ctx() reader: Reader, @Info() info: GraphQLResolveInfo): Promise<NounRow | null> {
    return readActiveWorkspace(reader, info);
  }

  @Mutation(() => SelectWorkspacePayload, {
    nullable: true,
    description: "Makes one workspace the viewer's active one; there is never more than one.",
  })
  selectWorkspace(
    @Ctx() reader: Reader,
    @Arg('input', () => SelectWorkspaceInput, { description: 'Which workspace.' }) input: SelectWorkspaceInput,
  ): Promise<SelectWorkspacePayload> {
    return perform(reader, selectWorkspace, input);
  }

  @Fetch(isActive)
  @FieldResolver(() => Boolean, { description: "Whether this is the viewer's active workspace." })
  isActive(value: boolean): boolean {
    return value;
  }
}
