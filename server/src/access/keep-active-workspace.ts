import { organization, type Sql, sql } from '../database/sql.js';
import type { Transaction } from '../database/transaction.js';
import type { UserActor } from './actor.js';

/** Makes the workspace the actor's active one unless there is one already that the actor sees. */
export async function activateIfNone(transaction: Transaction, actor: UserActor, workspaceId: string): Promise<void> {
  await transaction.send(
    ...clearUnseenStatements([actor.id]),
    sql`INSERT INTO active_workspaces (user_id, organization_id, workspace_id)
      VALUES (${actor.id}, ${organization}, ${workspaceId}) ON CONFLICT (organization_id, user_id) DO NOTHING`,
  );
}

/**
 * Takes the active workspace from those of the users who no longer see it; called after what took their sight, as the
 * last that a transaction locks. Locked before and looked at afresh after: of two changes at once, each of which leaves
 * the sight by the other, the second sees what the first did.
 */
export async function clearUnseenActiveWorkspaces(transaction: Transaction, userIds: readonly string[]): Promise<void> {
  await transaction.send(...clearUnseenStatements(userIds));
}

function clearUnseenStatements(userIds: readonly string[]): Sql[] {
  return [
    sql`SELECT FROM active_workspaces WHERE organization_id = ${organization} AND user_id = ANY (${userIds}::uuid[])
      ORDER BY user_id FOR UPDATE`,
    sql`DELETE FROM active_workspaces a USING users u, workspaces w
      WHERE a.organization_id = ${organization} AND a.user_id = ANY (${userIds}::uuid[])
        AND u.organization_id = ${organization} AND u.id = a.user_id
        AND w.organization_id = ${organization} AND w.id = a.workspace_id
        AND u.organization_role <> 'ADMIN'
        AND NOT EXISTS (SELECT FROM members m
          WHERE m.organization_id = ${organization} AND m.workspace_id = w.id AND m.user_id = u.id)
        AND NOT EXISTS (SELECT FROM team_memberships tm
          WHERE tm.organization_id = ${organization} AND tm.team_id = w.owner_team_id AND tm.user_id = u.id)`,
  ];
}

/** Takes the workspace from everybody who has it as their active one, locked in the order in which others lock them. */
export async function clearActiveWorkspace(transaction: Transaction, workspaceId: string): Promise<void> {
  await transaction.send(
    sql`SELECT FROM active_workspaces WHERE organization_id = ${organization} AND workspace_id = ${workspaceId}
      ORDER BY user_id FOR UPDATE`,
    sql`DELETE FROM active_workspaces WHERE organization_id = ${organization} AND workspace_id = ${workspaceId}`,
  );
}
