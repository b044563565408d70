import { recordAudit } from '../audit/audit.js';
import type { RequestContext } from '../context.js';
import { lockWorkspaceInUse } from '../workspace/workspace-lock.js';
import type { SelectWorkspaceInput } from './active-workspace.inputs.js';

/**
 * Makes the workspace the actor's active one. Selecting it again changes nothing.
 * @returns UUIDs of the workspace and of the one that was active before, null without one.
 * @throws Refusal NOT_FOUND without sight of it, INVALID for an archived one.
 */
export async function selectWorkspace(
  context: RequestContext,
  input: SelectWorkspaceInput,
): Promise<{ id: string; previousId: string | null }> {
  const { actor } = context;
  return context.database.transaction(async (manager) => {
    // One selection of a person after the other, so that each answers with what was really active before it; and
    // none while the workspace changes, so that it doesn't come back to somebody who is losing sight of it.
    await manager.query('SELECT FROM users WHERE id = $1 AND organization_id = $2 FOR NO KEY UPDATE', [
      actor.id,
      actor.organizationId,
    ]);
    const { workspaceId } = input;
    const toLock = { workspaceId, permission: 'workspace.select', strength: 'SHARE' } as const;
    const { id } = await lockWorkspaceInUse(manager, actor, toLock);
    const [previous]: { workspace_id: string }[] = await manager.query(
      'SELECT workspace_id FROM active_workspaces WHERE user_id = $1 AND organization_id = $2',
      [actor.id, actor.organizationId],
    );
    const previousId = previous?.workspace_id ?? null;
    if (previousId === id) return { id, previousId };
    await manager.query(
      `INSERT INTO active_workspaces (user_id, organization_id, workspace_id) VALUES ($1, $2, $3)
       ON CONFLICT (user_id) DO UPDATE SET workspace_id = EXCLUDED.workspace_id, selected_at = now()`,
      [actor.id, actor.organizationId, id],
    );
    await recordAudit(manager, context, {
      action: 'workspace.selected',
      workspaceId: id,
      targetId: workspaceId,
      // Which one was active before is not for the readers of this workspace's log.
      changes: [{ field: 'isActive', before: false, after: true }],
    });
    return { id, previousId };
  });
}
