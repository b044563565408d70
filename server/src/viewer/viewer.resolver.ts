import { Ctx, Extensions, Field, FieldResolver, ObjectType, Query, Resolver } from 'type-graphql';
import { OrganizationRole } from '../access/actor.js';
import { loadActiveWorkspace } from '../active-workspace/active-workspace.resolver.js';
import type { RequestContext } from '../context.js';
import { Team, type TeamRow } from '../team/team.entity.js';
import { type TeamRecord, toTeamRow } from '../team/team.loaders.js';
import { User, type UserRow } from '../user/user.entity.js';
import { Workspace, type WorkspaceRow } from '../workspace/workspace.entity.js';

/** In how many teams a person is at the most, as far as the size of an operation goes. */
const teamsUsual = 50;

@ObjectType({
  simpleResolvers: true,
  description: 'Who is asking: a signed-in person, or a service with a token of its own.',
})
export class Viewer {
  @Field(() => OrganizationRole, { nullable: true, description: 'Role in the organization; null for a service.' })
  readonly organizationRole!: OrganizationRole | null;
}

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { nullable: true, description: 'Who is asking.' })
  viewer(@Ctx() { actor }: RequestContext): Viewer {
    return { organizationRole: actor.kind === 'USER' ? actor.organizationRole : null };
  }

  @FieldResolver(() => User, { nullable: true, description: 'The person; null for a service.' })
  user(@Ctx() { actor, loaders }: RequestContext): Promise<UserRow | null> | null {
    return actor.kind === 'USER' ? loaders.users.load(actor.id) : null;
  }

  @Extensions({ itemsMax: teamsUsual })
  @FieldResolver(() => [Team], { description: "The viewer's team access, by name." })
  async teams(@Ctx() { actor, database }: RequestContext): Promise<TeamRow[]> {
    const records = await database.rows<TeamRecord>({
      text: `SELECT t.id, t.name FROM team_memberships tm JOIN teams t ON t.id = tm.team_id
        WHERE tm.user_id = $1 AND tm.organization_id = $2 ORDER BY t.name COLLATE "C", t.id`,
      values: [actor.id, actor.organizationId],
    });
    return records.map(toTeamRow);
  }

  @FieldResolver(() => Workspace, { nullable: true, description: 'The workspace in which the viewer works.' })
  activeWorkspace(@Ctx() context: RequestContext): Promise<WorkspaceRow | null> {
    return loadActiveWorkspace(context);
  }
}
