import type { Actor } from '../access/actor.js';
import { inTeamAccessSql, roleSql, Values } from '../access/sight.js';
import type { Statement } from '../database/database.js';
import type { CursorKey, CursorShape } from '../pagination/cursor.js';
import type { UserRow } from './user.entity.js';
import { userColumns } from './user.loaders.js';

/** People are listed by name, the same everywhere. */
export const userCursorShape: CursorShape = {
  ordering: 'users:NAME:ASC',
  parts: ['text', 'uuid'],
};

export function userCursorKey(row: UserRow): CursorKey {
  return [row.name, row.id];
}

/** SQL for the users `u` after this place in the order of names. */
export function afterUserSql(after: CursorKey | null, values: Values): string {
  if (after === null) return '';
  const [name, id] = after;
  return `AND (u.name_key, u.id) > (fold_case(${values.add(name)}), ${values.add(id)}::uuid)`;
}

export interface AssignableUsersRequest {
  readonly search: string | null;
  readonly after: CursorKey | null;
  readonly limit: number;
}

/** The people in the actor's team access, by name. */
export function assignableUsersStatement(actor: Actor, request: AssignableUsersRequest): Statement {
  const values = new Values(actor);
  const text = `SELECT ${userColumns} FROM users u
    WHERE ${assignableSql(values, request.search)} ${afterUserSql(request.after, values)}
    ORDER BY u.name_key, u.id LIMIT ${values.add(request.limit)}`;
  return { text, values: values.list };
}

export function countAssignableUsersStatement(actor: Actor, search: string | null): Statement {
  const values = new Values(actor);
  const text = `SELECT count(*)::integer AS total FROM users u WHERE ${assignableSql(values, search)}`;
  return { text, values: values.list };
}

function assignableSql(values: Values, search: string | null): string {
  const part = search === null ? null : `fold_case(${values.add(search)})`;
  const matches =
    part === null ? '' : `AND (strpos(u.name_key, ${part}) > 0 OR strpos(fold_case(u.email), ${part}) > 0)`;
  return `u.organization_id = ${values.organization} AND u.active AND ${inTeamAccessSql(values)} ${matches}`;
}

/** The users by id whom the actor may know of: in team access, or in a workspace that the actor sees. */
export function visibleUsersStatement(actor: Actor, ids: readonly string[]): Statement {
  const values = new Values(actor);
  const text = `SELECT ${userColumns} FROM users u
    WHERE u.id = ANY (${values.add(ids)}::uuid[]) AND u.organization_id = ${values.organization}
      AND (${inTeamAccessSql(values)} OR EXISTS (
      SELECT FROM members theirs JOIN workspaces w ON w.id = theirs.workspace_id
      WHERE theirs.user_id = u.id AND ${roleSql(values)} IS NOT NULL))`;
  return { text, values: values.list };
}
