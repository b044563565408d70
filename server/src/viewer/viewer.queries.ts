import type { GraphQLResolveInfo } from 'graphql';
import { roleSql } from '../access/sight.js';
import { organization, sql, viewer } from '../database/sql.js';
import type { Reader } from '../fetch/caller.js';
import { planOf } from '../fetch/nodes.js';
import type { NounRow } from '../fetch/plan.js';
import { teams } from '../team/team.entity.js';

const itself = [[]] as const;

/** The viewer's team access, by name. */
export async function readViewerTeams({ actor, database }: Reader, info: GraphQLResolveInfo): Promise<NounRow[]> {
  const plan = planOf(info, teams.type, itself);
  const { rows } = await database.texts(
    sql`SELECT ${plan.selected({ actor, role: roleSql(actor) })} FROM team_memberships tm
      JOIN teams t ON t.organization_id = ${organization} AND t.id = tm.team_id ${plan.joins}
      WHERE tm.organization_id = ${organization} AND tm.user_id = ${viewer} ORDER BY t.name, t.id`,
  );
  return plan.rowsOf(rows, actor);
}
