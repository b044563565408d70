import { Arg, Ctx, Field, FieldResolver, ID, Int, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.js';
import { toGlobalId } from '../graphql/ids.js';
import { answer, Payload } from '../graphql/payload.js';
import { type CursorShape, decodeCursor, encodeCursor } from '../pagination/cursor.js';
import { connectionType, pageSize, pageSizeDefault, toPage } from '../pagination/page.js';
import { User, type UserRow } from '../user/user.entity.js';
import { Workspace, type WorkspaceRow } from '../workspace/workspace.entity.js';
import { Member, type MemberRow } from './member.entity.js';
import { ChangeMemberRoleInput } from './member.inputs.js';
import { changeMemberRole } from './member.service.js';

const MemberConnection = connectionType<MemberRow>('Member', () => Member);
const cursorShape: CursorShape = { ordering: 'members:JOINED_AT:ASC', parts: ['time', 'uuid'] };

@ObjectType({ simpleResolvers: true, description: 'The member with the new role, or why the old one stays.' })
export class ChangeMemberRolePayload extends Payload {
  @Field(() => Member, { nullable: true, description: 'The member as they are after the change.' })
  readonly member?: MemberRow | null;
}

@Resolver(() => Member)
export class MemberResolver {
  @Mutation(() => ChangeMemberRolePayload, {
    nullable: true,
    description: "Changes what a member may do in the workspace, up to the viewer's own role; it holds at once.",
  })
  changeMemberRole(
    @Ctx() context: RequestContext,
    @Arg('input', () => ChangeMemberRoleInput, { description: 'Whose role, and which.' }) input: ChangeMemberRoleInput,
  ): Promise<ChangeMemberRolePayload> {
    return answer({ context, permission: 'workspace.change_roles', input }, async () => {
      const id = await changeMemberRole(context, input);
      context.forgetReads();
      return { member: await context.loaders.members.byId.load(id) };
    });
  }

  @FieldResolver(() => ID)
  id(@Root() member: MemberRow): string {
    return toGlobalId('Member', member.id);
  }

  @FieldResolver(() => Workspace, { description: 'The workspace of the membership.' })
  workspace(@Root() member: MemberRow, @Ctx() { loaders }: RequestContext): Promise<WorkspaceRow | null> {
    return loaders.workspaces.byId.load(member.workspaceId);
  }

  @FieldResolver(() => User, { description: 'The person.' })
  user(@Root() member: MemberRow, @Ctx() { loaders }: RequestContext): Promise<UserRow | null> {
    return loaders.users.load(member.userId);
  }
}

@Resolver(() => Workspace)
export class WorkspaceMembersResolver {
  @FieldResolver(() => MemberConnection, { description: 'The people in it, in the order in which they joined.' })
  async members(
    @Root() workspace: WorkspaceRow,
    @Ctx() { loaders }: RequestContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: pageSizeDefault, description: 'Page size, 1 to 100.' })
    first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the item after which the page begins.' })
    after?: string | null,
  ) {
    const size = pageSize(first);
    const place = after == null ? null : decodeCursor(cursorShape, after);
    const rows = await loaders.members.pages.load({ parentId: workspace.id, args: { after: place, limit: size + 1 } });
    const page = toPage(
      rows,
      { size, after },
      {
        cursorOf: (row) => encodeCursor(cursorShape, [row.joinedAt.toISOString(), row.id]),
        countTotal: async () => (workspace.counts ?? (await loaders.workspaces.counts.load(workspace.id))).memberCount,
      },
    );
    return new MemberConnection(page);
  }
}
