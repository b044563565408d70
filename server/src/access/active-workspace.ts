import type { EntityManager } from 'typeorm';
import type { UserActor } from './actor.js';

/** Makes the workspace the actor's active one unless there is one already that the actor sees. */
export async function activateIfNone(manager: EntityManager, actor: UserActor, workspaceId: string): Promise<void> {
  await clearUnseenActiveWorkspaces(manager, actor.organizationId, [actor.id]);
  await manager.query(
    `INSERT INTO active_workspaces (user_id, organization_id, workspace_id) VALUES ($1, $2, $3)
     ON CONFLICT (user_id) DO NOTHING`,
    [actor.id, actor.organizationId, workspaceId],
  );
}

/**
 * Takes the active workspace from those of the users who no longer see it; called after what took their sight, as the
 * last that a transaction locks. Locked before and looked at afresh after: of two changes at once, each of which leaves
 * the sight by the other, the second sees what the first did.
 */
export async function clearUnseenActiveWorkspaces(
  manager: EntityManager,
  organizationId: string,
  userIds: readonly string[],
): Promise<void> {
  await manager.query(
    `SELECT FROM active_workspaces WHERE user_id = ANY ($1::uuid[]) AND organization_id = $2
     ORDER BY user_id FOR UPDATE`,
    [userIds, organizationId],
  );
  await manager.query(
    `DELETE FROM active_workspaces a USING users u, workspaces w
     WHERE a.user_id = ANY ($1::uuid[]) AND a.organization_id = $2 AND u.id = a.user_id AND w.id = a.workspace_id
       AND u.organization_role <> 'ADMIN'
       AND NOT EXISTS (SELECT FROM members m WHERE m.workspace_id = w.id AND m.user_id = u.id)
       AND NOT EXISTS (SELECT FROM team_memberships tm WHERE tm.team_id = w.owner_team_id AND tm.user_id = u.id)`,
    [userIds, organizationId],
  );
}

/** Takes the workspace from everybody who has it as their active one, locked in the order in which others lock them. */
export async function clearActiveWorkspace(
  manager: EntityManager,
  { id, organizationId }: { readonly id: string; readonly organizationId: string },
): Promise<void> {
  const values = [id, organizationId];
  await manager.query(
    'SELECT FROM active_workspaces WHERE workspace_id = $1 AND organization_id = $2 ORDER BY user_id FOR UPDATE',
    values,
  );
  await manager.query('DELETE FROM active_workspaces WHERE workspace_id = $1 AND organization_id = $2', values);
}
