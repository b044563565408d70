import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { toGlobalId } from '../graphql/ids.js';
import { decodeCursor, encodeCursor } from '../pagination/cursor.js';
import { limitFilter, searchText } from '../pagination/filter.js';
import { pageSize, pageSizeDefault, toPage } from '../pagination/page.js';
import { UserConnection } from './user.connection.js';
import { User, type UserRow } from './user.entity.js';
import { toUserRow, type UserRecord } from './user.loaders.js';
import {
  assignableUsersStatement,
  countAssignableUsersStatement,
  userCursorKey,
  userCursorShape,
} from './user.statements.js';

@Resolver(() => User)
export class UserResolver {
  @FieldResolver(() => ID)
  id(@Root() user: UserRow): string {
    return toGlobalId('User', user.id);
  }

  @Query(() => UserConnection, {
    nullable: true,
    description: 'Existing team access: the people whom the viewer can add to a workspace, by name.',
  })
  async assignableUsers(
    @Ctx() context: RequestContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: pageSizeDefault, description: 'Page size, 1 to 100.' })
    first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the item after which the page begins.' })
    after?: string | null,
    @Arg('search', () => String, { nullable: true, description: 'Part of the name or e-mail, case-insensitive.' })
    search?: string | null,
  ) {
    requireScope(context, 'workspace.read');
    const { actor, database } = context;
    limitFilter({ search, lists: [] });
    const size = pageSize(first);
    const part = searchText(search);
    const records = await database.rows<UserRecord>(
      assignableUsersStatement(actor, {
        search: part,
        after: after == null ? null : decodeCursor(userCursorShape, after),
        limit: size + 1,
      }),
    );
    const page = toPage(
      records.map(toUserRow),
      { size, after },
      {
        cursorOf: (row) => encodeCursor(userCursorShape, userCursorKey(row)),
        countTotal: async () =>
          (await database.rows<{ total: number }>(countAssignableUsersStatement(actor, part)))[0]?.total ?? 0,
      },
    );
    return new UserConnection(page);
  }
}
