import { isMemberSql } from '../access/membership.js';
import { inTeamAccessSql } from '../access/sight.js';
import type { AuditChange } from '../audit/audit.js';
import type { Run } from '../command/command.js';
import { organization, sql } from '../database/sql.js';
import { Refusal, type Refused } from '../errors.js';
import { users } from '../user/user.entity.js';

/**
 * UUIDs of the people named by `memberIds`, each once.
 * @throws Refusal NOT_FOUND with the place in the list for everyone who is neither in the actor's team access nor
 *   already a member of the workspace.
 */
export async function resolveMembers(
  { actor, transaction }: Run,
  memberIds: readonly string[],
  workspaceId: string | null,
): Promise<string[]> {
  if (memberIds.length === 0) return [];
  const userIds = memberIds.map((id) => users.uuidOf(id));
  const named = userIds.filter((id) => id !== null);
  const found = await transaction.rows<{ id: string }>(
    sql`SELECT u.id FROM users u WHERE u.organization_id = ${organization} AND u.id = ANY (${named}::uuid[])
      AND (u.active AND ${inTeamAccessSql(actor)} OR ${isMemberSql(workspaceId)})`,
  );
  const known = new Set(found.map(({ id }) => id));
  const refused = userIds.flatMap((id, index): Refused[] =>
    id !== null && known.has(id) ? [] : [{ refusal: 'memberNotFound', field: ['input', 'memberIds', String(index)] }],
  );
  if (refused.length > 0) throw new Refusal(refused);
  return [...known];
}

/** The change of the set of members: who left and who came. */
export function memberChange(removed: readonly string[], added: readonly string[]): AuditChange[] {
  if (removed.length === 0 && added.length === 0) return [];
  const ids = (userIds: readonly string[]) => userIds.map((id) => users.globalId(id));
  return [{ field: 'members', before: ids(removed), after: ids(added) }];
}
