import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Query, Resolver } from 'type-graphql';
import { readActiveWorkspace } from '../active-workspace/active-workspace.queries.js';
import type { Reader } from '../fetch/caller.js';
import { Cost } from '../fetch/cost.js';
import type { NounRow } from '../fetch/plan.js';
import { Team } from '../team/team.entity.js';
import { Workspace } from '../workspace/workspace.entity.js';
import { Viewer } from './viewer.entity.js';
import { readViewerTeams } from './viewer.queries.js';

/** In how many teams a person is at the most, as far as the size of an operation goes. */
const teamsUsual = 50;

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { nullable: true, description: 'Who is asking.' })
  viewer(@Ctx() { actor }: Reader): Viewer {
    return actor.kind === 'USER'
      ? { organizationRole: actor.organizationRole, user: actor.id }
      : { organizationRole: null, user: null };
  }

  @Cost({ statements: 1, items: teamsUsual })
  @FieldResolver(() => [Team], { description: "The viewer's team access, by name." })
  teams(@Ctx() reader: Reader, @Info() info: GraphQLResolveInfo): Promise<NounRow[]> {
    return readViewerTeams(reader, info);
  }

  @FieldResolver(() => Workspace, { nullable: true, description: 'The workspace in which the viewer works.' })
  activeWorkspace(@Ctx() reader: Reader, @Info() info: GraphQLResolveInfo): Promise<NounRow | null> {
    return readActiveWorkspace(reader, info);
  }
}
