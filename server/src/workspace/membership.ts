import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../access/actor.js';
import { inTeamAccessSql, Values } from '../access/sight.js';
import type { AuditChange } from '../audit/audit-event.entity.js';
import { type Finding, Refusal } from '../errors.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';

/**
 * UUIDs of the people named by `memberIds`, each once.
 * @throws Refusal NOT_FOUND with the place in the list for everyone who is neither in the actor's team access nor
 *   already a member of the workspace.
 */
export async function resolveMembers(
  manager: EntityManager,
  actor: Actor,
  memberIds: readonly string[],
  workspaceId: string | null,
): Promise<string[]> {
  const userIds = memberIds.map((id) => fromGlobalId('User', id));
  const values = new Values(actor);
  const found: { id: string }[] = await manager.query(
    `SELECT u.id FROM users u
     WHERE u.id = ANY (${values.add(userIds.filter((id) => id !== null))}::uuid[])
       AND u.organization_id = ${values.organization}
       AND (u.active AND ${inTeamAccessSql(values)} OR EXISTS (
         SELECT FROM members m WHERE m.workspace_id = ${values.add(workspaceId)}::uuid AND m.user_id = u.id))`,
    values.list,
  );
  const known = new Set(found.map(({ id }) => id));
  const findings = userIds.flatMap((id, index): Finding[] =>
    id !== null && known.has(id)
      ? []
      : [
          {
            refusal: 'memberNotFound',
            field: ['input', 'memberIds', String(index)],
          },
        ],
  );
  if (findings.length > 0) throw new Refusal(findings);
  return [...known];
}

/** The workspace as its members' rows need it. */
interface MemberOf {
  readonly id: string;
  readonly organizationId: string;
}

/** Adds people with this role; the membership row carries the workspace's name, by which a person's cards are ordered. */
export async function addMembers(
  manager: EntityManager,
  workspace: MemberOf,
  userIds: readonly string[],
  role: 'ADMIN' | 'MEMBER',
): Promise<void> {
  if (userIds.length === 0) return;
  await manager.query(
    `INSERT INTO members (id, organization_id, workspace_id, workspace_name_key, user_id, role)
     SELECT new.id, w.organization_id, w.id, w.name_key, new.user_id, $3
     FROM workspaces w, unnest($4::uuid[], $5::uuid[]) AS new (id, user_id)
     WHERE w.id = $1 AND w.organization_id = $2`,
    [workspace.id, workspace.organizationId, role, userIds.map(() => uuidv7()), userIds],
  );
}

/** Makes the person an ADMIN of the workspace. @returns whether they had not been a member. */
export async function makeAdmin(manager: EntityManager, workspace: MemberOf, userId: string): Promise<boolean> {
  const [, present]: [unknown, number] = await manager.query(
    `UPDATE members SET role = 'ADMIN' WHERE workspace_id = $1 AND user_id = $2 AND organization_id = $3`,
    [workspace.id, userId, workspace.organizationId],
  );
  if (present === 0) await addMembers(manager, workspace, [userId], 'ADMIN');
  return present === 0;
}

/**
 * Makes these people, with the owner, the workspace's whole set of members: who stays keeps their role, who is new
 * becomes MEMBER, who is left out goes.
 */
export async function replaceMembers(
  manager: EntityManager,
  workspace: MemberOf & { readonly ownerUserId: string | null },
  userIds: readonly string[],
): Promise<{ added: string[]; removed: string[] }> {
  const present: { user_id: string }[] = await manager.query(
    'SELECT user_id FROM members WHERE workspace_id = $1 AND organization_id = $2',
    [workspace.id, workspace.organizationId],
  );
  const before = new Set(present.map((member) => member.user_id));
  const after = new Set(userIds);
  if (workspace.ownerUserId !== null) after.add(workspace.ownerUserId);
  const removed = [...before].filter((id) => !after.has(id));
  const added = [...after].filter((id) => !before.has(id));
  if (removed.length > 0) {
    await manager.query(
      'DELETE FROM members WHERE workspace_id = $1 AND organization_id = $2 AND user_id = ANY ($3::uuid[])',
      [workspace.id, workspace.organizationId, removed],
    );
  }
  await addMembers(manager, workspace, added, 'MEMBER');
  return { added, removed };
}

/** The change of the set of members: who left and who came. */
export function memberChange(removed: readonly string[], added: readonly string[]): AuditChange[] {
  if (removed.length === 0 && added.length === 0) return [];
  const ids = (userIds: readonly string[]) => userIds.map((id) => toGlobalId('User', id));
  return [{ field: 'members', before: ids(removed), after: ids(added) }];
}
