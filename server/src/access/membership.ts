import { v7 as uuidv7 } from 'uuid';
import { organization, type Sql, sql } from '../database/sql.js';
import type { Transaction } from '../database/transaction.js';

/** The workspace as its members' rows need it. */
export interface MemberOf {
  readonly id: string;
  readonly name: string;
}

/** SQL that holds for the users `u` who are members of the workspace. */
export function isMemberSql(workspaceId: string | null): Sql {
  return sql`EXISTS (SELECT FROM members m
    WHERE m.organization_id = ${organization} AND m.workspace_id = ${workspaceId}::uuid AND m.user_id = u.id)`;
}

/** Adds people with this role; the membership row carries the workspace's name, by which a person's cards are ordered. */
export async function addMembers(
  transaction: Transaction,
  { id, name }: MemberOf,
  userIds: readonly string[],
  role: 'ADMIN' | 'MEMBER',
): Promise<void> {
  if (userIds.length === 0) return;
  await transaction.execute(
    sql`INSERT INTO members (id, organization_id, workspace_id, workspace_name, user_id, role)
      SELECT added.id, ${organization}, ${id}, ${name}, added.user_id, ${role}
      FROM unnest(${userIds.map(() => uuidv7())}::uuid[], ${userIds}::uuid[]) AS added (id, user_id) RETURNING id`,
  );
}

/** How many members the workspace has, as it is kept. */
export async function memberCount(transaction: Transaction, workspaceId: string): Promise<number> {
  const [counted] = await transaction.rows<{ count: number }>(
    sql`SELECT w.member_count AS count FROM workspaces w
      WHERE w.organization_id = ${organization} AND w.id = ${workspaceId}`,
  );
  return counted?.count ?? 0;
}

/** Makes the person an ADMIN of the workspace. @returns whether they had not been a member. */
export async function makeAdmin(transaction: Transaction, workspace: MemberOf, userId: string): Promise<boolean> {
  const present = await transaction.execute(
    sql`UPDATE members SET role = 'ADMIN'
      WHERE organization_id = ${organization} AND workspace_id = ${workspace.id} AND user_id = ${userId}`,
  );
  if (present === 0) await addMembers(transaction, workspace, [userId], 'ADMIN');
  return present === 0;
}

/**
 * Makes these people, with the owner, the workspace's whole set of members: who stays keeps their role, who is new
 * becomes MEMBER, who is left out goes.
 */
export async function replaceMembers(
  transaction: Transaction,
  workspace: MemberOf & { readonly ownerUserId: string | null },
  userIds: readonly string[],
): Promise<{ added: string[]; removed: string[]; count: number }> {
  const present = await transaction.rows<{ id: string }>(
    sql`SELECT user_id AS id FROM members WHERE organization_id = ${organization} AND workspace_id = ${workspace.id}`,
  );
  const before = new Set(present.map(({ id }) => id));
  const after = new Set(userIds);
  if (workspace.ownerUserId !== null) after.add(workspace.ownerUserId);
  const removed = [...before].filter((id) => !after.has(id));
  const added = [...after].filter((id) => !before.has(id));
  if (removed.length > 0) {
    await transaction.execute(
      sql`DELETE FROM members WHERE organization_id = ${organization} AND workspace_id = ${workspace.id}
        AND user_id = ANY (${removed}::uuid[])`,
    );
  }
  await addMembers(transaction, workspace, added, 'MEMBER');
  return { added, removed, count: after.size };
}
