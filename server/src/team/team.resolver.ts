import { Arg, Ctx, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.js';
import { toGlobalId } from '../graphql/ids.js';
import { decodeCursor, encodeCursor } from '../pagination/cursor.js';
import { pageSize, pageSizeDefault, toPage } from '../pagination/page.js';
import { UserConnection } from '../user/user.connection.js';
import { userCursorKey, userCursorShape } from '../user/user.statements.js';
import { Team, type TeamRow } from './team.entity.js';

@Resolver(() => Team)
export class TeamResolver {
  @FieldResolver(() => ID)
  id(@Root() team: TeamRow): string {
    return toGlobalId('Team', team.id);
  }

  @FieldResolver(() => UserConnection, {
    description: "The team's people by name; of a team that is not the viewer's, those in the viewer's team access.",
  })
  async users(
    @Root() team: TeamRow,
    @Ctx() { loaders }: RequestContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: pageSizeDefault, description: 'Page size, 1 to 100.' })
    first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the item after which the page begins.' })
    after?: string | null,
  ) {
    const size = pageSize(first);
    const place = after == null ? null : decodeCursor(userCursorShape, after);
    const rows = await loaders.teams.userPages.load({ parentId: team.id, args: { after: place, limit: size + 1 } });
    const page = toPage(
      rows,
      { size, after },
      {
        cursorOf: (row) => encodeCursor(userCursorShape, userCursorKey(row)),
        countTotal: () => loaders.teams.userTotals.load(team.id),
      },
    );
    return new UserConnection(page);
  }
}
