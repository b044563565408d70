import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import type { Reader } from '../fetch/caller.js';
import { connectionType } from '../fetch/connection.js';
import { Cost } from '../fetch/cost.js';
import { PageArgs } from '../fetch/list.js';
import type { NounRow } from '../fetch/plan.js';
import { UserConnection } from '../user/user.resolver.js';
import { Team } from './team.entity.js';
import { listTeams, listTeamUsers } from './team.queries.js';

const TeamConnection = connectionType('Team', () => Team);

@Resolver(() => Team)
export class TeamResolver {
  @Cost({ statements: 1, items: 'page' })
  @Query(() => TeamConnection, {
    nullable: true,
    description:
      'The teams of the organization by name, for its admins and for services with DIRECTORY_READ or DIRECTORY_WRITE; null for others.',
  })
  async teams(
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('search', () => String, {
      nullable: true,
      description: 'Part of the name, without regard to case and accents.',
    })
    search?: string | null,
  ) {
    const found = await listTeams(reader, { page, search }, info);
    return found && new TeamConnection(found);
  }

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
