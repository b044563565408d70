import type { GraphQLResolveInfo } from 'graphql';
import { kindOfSight, roleSql } from '../access/sight.js';
import { organization, prepare, sql, viewer } from '../database/sql.js';
import { parseBoolean } from '../database/table.js';
import type { Reader } from '../fetch/caller.js';
import { piece } from '../fetch/fetch.js';
import { planOf } from '../fetch/nodes.js';
import type { NounRow } from '../fetch/plan.js';
import { workspaces } from '../workspace/workspace.entity.js';

const itself = [[]] as const;

/** The workspace in which the actor works, with what the operation asks of it; null without one that the actor sees. */
export async function readActiveWorkspace(
  { actor, database }: Reader,
  info: GraphQLResolveInfo,
  paths: readonly (readonly string[])[] = itself,
): Promise<NounRow | null> {
  const plan = planOf(info, workspaces.type, paths);
  const role = roleSql(actor);
  const statement = plan.statement(`active workspace ${kindOfSight(actor)}`, () =>
    prepare(
      sql`SELECT ${plan.selected({ actor, role })} FROM active_workspaces a
        JOIN workspaces w ON w.organization_id = ${organization} AND w.id = a.workspace_id ${plan.joins}
        WHERE a.organization_id = ${organization} AND a.user_id = ${viewer} AND ${role} IS NOT NULL`,
    ),
  );
  const { rows } = await database.texts(statement);
  return plan.rowsOf(rows, actor)[0] ?? null;
}

/** Whether the workspace `w` is the viewer's active one. */
export const isActive = piece<boolean>(
  sql`coalesce(w.id = (SELECT a.workspace_id FROM active_workspaces a
    WHERE a.organization_id = ${organization} AND a.user_id = ${viewer}), false)`,
  parseBoolean,
);
