import type { GraphQLResolveInfo } from 'graphql';
import type { Actor } from '../access/actor.js';
import { personSightSql, readsDirectory, roleSql, seesEverybody, teamIdsSql } from '../access/sight.js';
import { organization, type Sql, sql } from '../database/sql.js';
import type { Reader } from '../fetch/caller.js';
import { limitFilter, searchTerm } from '../fetch/filter.js';
import { type NestedList, type Order, type Page, type PageArgs, readList, readNestedList } from '../fetch/list.js';
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

const teamsByName: Order = {
  name: 'teams:NAME',
  columns: [
    { sql: teams.columns.name.sql, part: 'text' },
    { sql: teams.columns.id.sql, part: 'uuid' },
  ],
  direction: 'ASC',
};

export interface TeamsArgs {
  readonly page: PageArgs;
  readonly search: string | null | undefined;
}

/** A page of the organization's teams by name; null for who may not read its directory. */
export async function listTeams(
  reader: Reader,
  { page, search }: TeamsArgs,
  info: GraphQLResolveInfo,
): Promise<Page | null> {
  if (!readsDirectory(reader.actor)) return null;
  limitFilter({ search });
  const term = searchTerm(search);
  const where = term === null ? [] : [sql`strpos(t.search_key, ${term}) > 0`];
  return readList(reader, info, page, { reads: teamReads, order: teamsByName, where });
}

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
