import type { GraphQLResolveInfo } from 'graphql';
import type { Actor } from '../access/actor.js';
import { personSightSql, roleSql, seesEverybody, teamIdsSql } from '../access/sight.js';
import { organization, type Sql, sql } from '../database/sql.js';
import type { Reader } from '../fetch/caller.js';
import { type NestedList, type Page, type PageArgs, readNestedList } from '../fetch/list.js';
import type { Reads } from '../fetch/nodes.js';
import { byName, userReads } from '../user/user.queries.js';
import { teams } from './team.entity.js';
import { teamMemberships } from './team-membership.entity.js';

/** SQL that holds for the teams `t` that the actor may know of: their own, and the owners of workspaces that they see. */
export function visibleTeamSql(actor: Actor): Sql {
  if (seesEverybody(actor)) return sql`true`;
  return sql`(t.id IN (${teamIdsSql}) OR EXISTS (SELECT FROM workspaces w
    WHERE w.organization_id = ${organization} AND w.owner_team_id = t.id AND ${roleSql(actor)} IS NOT NULL))`;
}

export const teamReads: Reads = {
  noun: teams,
  permission: 'person.read',
  sight: visibleTeamSql,
  // Whoever sees a row sees the team that is named in it.
  sightOfReferred: () => sql`true`,
};

/** The people of a team by name; of a team that is not the actor's own, those whom the actor sees otherwise. */
const usersOfTeam: NestedList = {
  reads: {
    ...userReads,
    joins: sql`JOIN team_memberships tm ON tm.organization_id = ${organization} AND tm.user_id = u.id`,
  },
  parent: teamMemberships.columns.teamId,
  order: byName,
  where: (_args, actor) => personSightSql(actor),
};

export function listTeamUsers(reader: Reader, teamId: string, page: PageArgs, info: GraphQLResolveInfo): Promise<Page> {
  return readNestedList(reader, info, usersOfTeam, { parentId: teamId, page, args: undefined });
}
