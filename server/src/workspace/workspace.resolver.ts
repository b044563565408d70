import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Info,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { MemberRole, may } from '../access/permissions.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { Refusal } from '../errors.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import { Money } from '../graphql/money.js';
import { answer, Payload } from '../graphql/payload.js';
import { connectionType, pageSizeDefault } from '../pagination/page.js';
import type { TeamRow } from '../team/team.entity.js';
import type { UserRow } from '../user/user.entity.js';
import { WorkspaceOwner } from '../user/workspace-owner.js';
import { changedWorkspace } from './changed-workspace.js';
import { Workspace, type WorkspaceCounts, type WorkspaceRow } from './workspace.entity.js';
import {
  CreateWorkspaceInput,
  UpdateWorkspaceSettingsInput,
  WorkspaceFilter,
  WorkspaceOrder,
} from './workspace.inputs.js';
import { VersionedWorkspacePayload } from './workspace.payload.js';
import { listWorkspaces } from './workspace.queries.js';
import { createWorkspace, updateWorkspaceSettings } from './workspace.service.js';

const WorkspaceConnection = connectionType<WorkspaceRow>('Workspace', () => Workspace);

@ObjectType({ simpleResolvers: true, description: 'The new workspace, or why there is none.' })
export class CreateWorkspacePayload extends Payload {
  @Field(() => Workspace, { nullable: true, description: 'The new workspace; on a repeat, the first one.' })
  readonly workspace?: WorkspaceRow | null;
}

@ObjectType({ simpleResolvers: true, description: 'The changed workspace, or why it was not changed.' })
export class UpdateWorkspaceSettingsPayload extends VersionedWorkspacePayload {}

@Resolver(() => Workspace)
export class WorkspaceResolver {
  @Query(() => WorkspaceConnection, {
    nullable: true,
    description: 'The workspace cards that the viewer may see, by name unless ordered otherwise.',
  })
  async workspaces(
    @Ctx() context: RequestContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('first', () => Int, { nullable: true, defaultValue: pageSizeDefault, description: 'Page size, 1 to 100.' })
    first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the item after which the page begins.' })
    after?: string | null,
    @Arg('filter', () => WorkspaceFilter, { nullable: true, description: 'Which workspaces to list.' })
    filter?: WorkspaceFilter | null,
    @Arg('orderBy', () => WorkspaceOrder, { nullable: true, description: 'By name, ascending, unless given.' })
    orderBy?: WorkspaceOrder | null,
  ) {
    return new WorkspaceConnection(await listWorkspaces(context, { first, after, filter, orderBy }, info));
  }

  @Query(() => Workspace, { nullable: true, description: 'One workspace; null where the viewer sees none by this id.' })
  workspace(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'Global id, `ws_…`.' }) id: string,
  ): Promise<WorkspaceRow | null> | null {
    requireScope(context, 'workspace.read');
    const uuid = fromGlobalId('Workspace', id);
    return uuid === null ? null : context.loaders.workspaces.byId.load(uuid);
  }

  @Mutation(() => CreateWorkspacePayload, {
    nullable: true,
    description: "Creates a workspace with the viewer as its owner; a user's first one becomes active.",
  })
  createWorkspace(
    @Ctx() context: RequestContext,
    @Arg('input', () => CreateWorkspaceInput, { description: 'The new workspace.' }) input: CreateWorkspaceInput,
  ): Promise<CreateWorkspacePayload> {
    return answer({ context, permission: 'workspace.create', input }, async () => {
      const workspace = await changedWorkspace(context, createWorkspace(context, input));
      // A repeat may come from somebody who has left the workspace since.
      if (workspace === null) throw Refusal.of('workspaceNotFound');
      return { workspace };
    });
  }

  @Mutation(() => UpdateWorkspaceSettingsPayload, {
    nullable: true,
    description: 'Changes settings, if nobody else has changed them since they were read.',
  })
  updateWorkspaceSettings(
    @Ctx() context: RequestContext,
    @Arg('input', () => UpdateWorkspaceSettingsInput, { description: 'What to change.' })
    input: UpdateWorkspaceSettingsInput,
  ): Promise<UpdateWorkspaceSettingsPayload> {
    return answer({ context, permission: 'workspace.update_settings', input }, async () => ({
      workspace: await changedWorkspace(context, updateWorkspaceSettings(context, input)),
    }));
  }

  @FieldResolver(() => ID)
  id(@Root() workspace: WorkspaceRow): string {
    return toGlobalId('Workspace', workspace.id);
  }

  @FieldResolver(() => WorkspaceOwner, { description: 'The person or team responsible for it.' })
  owner(
    @Root() workspace: WorkspaceRow,
    @Ctx() { loaders }: RequestContext,
  ): UserRow | TeamRow | Promise<UserRow | TeamRow | null> {
    if (workspace.owner !== undefined) return workspace.owner;
    return workspace.ownerUserId === null
      ? loaders.teams.byId.load(workspace.ownerTeamId ?? '')
      : loaders.users.load(workspace.ownerUserId);
  }

  @FieldResolver(() => Money, { description: 'What may be spent in a calendar month.' })
  monthlyBudget(@Root() workspace: WorkspaceRow, @Ctx() { actor }: RequestContext): Money {
    return { amount: workspace.monthlyBudget, currency: actor.currency };
  }

  @FieldResolver(() => Int, { description: 'People in the workspace, the owner included.' })
  memberCount(@Root() workspace: WorkspaceRow, @Ctx() context: RequestContext): number | Promise<number> {
    return fromCounts(workspace, context, (counts) => counts.memberCount);
  }

  @FieldResolver(() => Int, { description: 'Keys that the gateway accepts at the moment of the query.' })
  activeKeyCount(@Root() workspace: WorkspaceRow, @Ctx() context: RequestContext): number | Promise<number> {
    return fromCounts(workspace, context, (counts) => counts.activeKeyCount);
  }

  @FieldResolver(() => MemberRole, { nullable: true, description: "The viewer's role in it; null for a service." })
  viewerRole(
    @Root() workspace: WorkspaceRow,
    @Ctx() { actor, loaders }: RequestContext,
  ): MemberRole | null | Promise<MemberRole | null> {
    if (actor.kind === 'SERVICE') return null;
    return workspace.viewerRole ?? loaders.workspaces.viewerRole.load(workspace.id);
  }

  @FieldResolver(() => Boolean, { description: 'Whether the viewer may change its settings.' })
  async viewerCanUpdateSettings(
    @Root() workspace: WorkspaceRow,
    @Ctx() { actor, loaders }: RequestContext,
  ): Promise<boolean> {
    const role = workspace.viewerRole ?? (await loaders.workspaces.viewerRole.load(workspace.id));
    return workspace.archivedAt === null && may(actor, role, 'workspace.update_settings');
  }
}

function fromCounts(
  workspace: WorkspaceRow,
  { loaders }: RequestContext,
  pick: (counts: WorkspaceCounts) => number,
): number | Promise<number> {
  return workspace.counts === undefined
    ? loaders.workspaces.counts.load(workspace.id).then(pick)
    : pick(workspace.counts);
}
