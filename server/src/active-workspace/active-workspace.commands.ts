import { auditAction } from '../audit/audit-action.js';
import { command } from '../command/command.js';
import { organization, sql, viewer } from '../database/sql.js';
import { workspaces } from '../workspace/workspace.entity.js';
import { lockWorkspace } from '../workspace/workspace-lock.js';
import type { SelectWorkspaceInput } from './active-workspace.inputs.js';

const workspaceSelected = auditAction('workspace.selected', 'Somebody made it their active workspace.');

/**
 * Makes the workspace the actor's active one. Selecting it again changes nothing.
 * @throws Refusal NOT_FOUND without sight of it, INVALID for an archived one
 */
export const selectWorkspace = command(
  'selectWorkspace',
  'workspace.select',
  async (run, { workspaceId }: SelectWorkspaceInput) => {
    const { transaction } = run;
    // One selection of a person after the other, so that each answers with what was really active before it; and
    // none while the workspace changes, so that it doesn't come back to somebody who is losing sight of it.
    await transaction.lock(
      sql`SELECT FROM users WHERE organization_id = ${organization} AND id = ${viewer} FOR NO KEY UPDATE`,
    );
    const { id } = await lockWorkspace(run, workspaceId, { permission: 'workspace.select', strength: 'SHARE' });
    const [previous] = await transaction.rows<{ id: string }>(
      sql`SELECT workspace_id AS id FROM active_workspaces
        WHERE organization_id = ${organization} AND user_id = ${viewer}`,
    );
    const previousWorkspace = previous?.id ?? null;
    if (previousWorkspace === id) return { workspace: id, previousWorkspace };
    await transaction.execute(
      sql`INSERT INTO active_workspaces (user_id, organization_id, workspace_id)
        VALUES (${viewer}, ${organization}, ${id})
        ON CONFLICT (organization_id, user_id)
        DO UPDATE SET workspace_id = EXCLUDED.workspace_id, selected_at = EXCLUDED.selected_at`,
    );
    // Which one was active before is not for the readers of this workspace's log.
    const changes = [{ field: 'isActive', before: false, after: true }];
    run.audit(workspaceSelected, workspaces, { id, workspaceId: id }, changes);
    return { workspace: id, previousWorkspace };
  },
);
