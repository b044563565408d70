import { Arg, Ctx, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.js';
import { toGlobalId } from '../graphql/ids.js';
import { type CursorShape, decodeCursor, encodeCursor } from '../pagination/cursor.js';
import { connectionType, pageSize, pageSizeDefault, toPage } from '../pagination/page.js';
import { User, type UserRow } from '../user/user.entity.js';
import { Workspace, type WorkspaceRow } from '../workspace/workspace.entity.js';
import { Member, type MemberRow } from './member.entity.js';

const MemberConnection = connectionType<MemberRow>('Member', () => Member);
const cursorShape: CursorShape = { ordering: 'members:JOINED_AT:ASC', parts: ['time', 'uuid'] };

@Resolver(() => Member)
export class MemberResolver {
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
