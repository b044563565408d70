import type { Actor } from '../access/actor.js';
import { roleSql, seesEverything, teamIdsSql, Values } from '../access/sight.js';
import type { Statement } from '../database/database.js';

/** The teams by id that the actor may know of: the actor's own, and the owners of workspaces that they see. */
export function visibleTeamsStatement(actor: Actor, ids: readonly string[]): Statement {
  const values = new Values(actor);
  const teams = `t.id = ANY (${values.add(ids)}::uuid[]) AND t.organization_id = ${values.organization}`;
  const visible = seesEverything(actor)
    ? 'true'
    : `(t.id IN (${teamIdsSql(values)}) OR EXISTS (
        SELECT FROM workspaces w WHERE w.owner_team_id = t.id AND ${roleSql(values)} IS NOT NULL))`;
  return {
    text: `SELECT t.id, t.name FROM teams t WHERE ${teams} AND ${visible}`,
    values: values.list,
  };
}
