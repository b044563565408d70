import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import type { Reader } from '../fetch/caller.js';
import { Cost } from '../fetch/cost.js';
import { PageArgs } from '../fetch/list.js';
import type { NounRow } from '../fetch/plan.js';
import { UserConnection } from '../user/user.resolver.js';
import { Team } from './team.entity.js';
import { listTeamUsers } from './team.queries.js';

@Resolver(() => Team)
export class TeamResolver {
  @Cost({ statements: 1, items: 'page' })
  @FieldResolver(() => UserConnection, {
    description: "The team's people by name; of a team that is not the viewer's, those whom the viewer sees otherwise.",
  })
  async users(
    @Root() team: NounRow,
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
  ) {
    return new UserConnection(await listTeamUsers(reader, team.uuid, page, info));
  }
}
