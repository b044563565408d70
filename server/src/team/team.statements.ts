import { type Actor, isOrganizationAdmin } from '../access/actor.js';
import { roleSql, teamIdsSql, Values } from '../access/sight.js';
import type { Statement } from '../database/database.js';

/** The team by id, where the actor may know of it: one of the actor's own, or the owner of a workspace they see. */
export function visibleTeamStatement(actor: Actor, id: string): Statement {
  const values = new Values(actor);
  const team = `t.id = ${values.add(id)} AND t.organization_id = ${values.organization}`;
  const visible = isOrganizationAdmin(actor)
    ? 'true'
    : `(t.id IN (${teamIdsSql(values)}) OR EXISTS (
        SELECT FROM workspaces w WHERE w.owner_team_id = t.id AND ${roleSql(values)} IS NOT NULL))`;
  return {
    text: `SELECT t.id, t.name FROM teams t WHERE ${team} AND ${visible}`,
    values: values.list,
  };
}
