import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Int, Mutation, Resolver, Root } from 'type-graphql';
import { MemberRole } from '../access/permissions.js';
import { perform } from '../command/command.js';
import type { Reader } from '../fetch/caller.js';
import { connectionType } from '../fetch/connection.js';
import { Cost } from '../fetch/cost.js';
import { Fetch } from '../fetch/fetch.js';
import { PageArgs } from '../fetch/list.js';
import type { NounRow } from '../fetch/plan.js';
import { Workspace, workspaces } from '../workspace/workspace.entity.js';
import { changeMemberRole } from './member.commands.js';
import { Member, members } from './member.entity.js';
import { ChangeMemberRoleInput, ChangeMemberRolePayload } from './member.inputs.js';
import { listMembers, memberCount } from './member.queries.js';

const MemberConnection = connectionType('Member', () => Member);

@Resolver(() => Member)
export class MemberResolver {
  @Mutation(() => ChangeMemberRolePayload, {
    nullable: true,
    description: "Changes what a member may do in the workspace, up to the viewer's own role; it holds at once.",
  })
  changeMemberRole(
    @Ctx() reader: Reader,
    @Arg('input', () => ChangeMemberRoleInput, { description: 'Whose role, and which.' }) input: ChangeMemberRoleInput,
  ): Promise<ChangeMemberRolePayload> {
    return perform(reader, changeMemberRole, input);
  }

  @Fetch(members.columns.role, members.columns.userId, workspaces.columns.ownerUserId)
  @FieldResolver(() => MemberRole, { description: 'What the person may do in the workspace.' })
  role(stored: MemberRole, userId: string, ownerUserId: string | null): MemberRole {
    return userId === ownerUserId ? MemberRole.OWNER : stored;
  }
}

@Resolver(() => Workspace)
export class WorkspaceMembersResolver {
  @Fetch(memberCount)
  @FieldResolver(() => Int, { description: 'People in the workspace, the owner included.' })
  memberCount(count: number): number {
    return count;
  }

  @Cost({ statements: 1, items: 'page' })
  @FieldResolver(() => MemberConnection, { description: 'The people in it, in the order in which they joined.' })
  async members(
    @Root() workspace: NounRow,
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
  ) {
    return new MemberConnection(await listMembers(reader, workspace.uuid, page, info));
  }
}
