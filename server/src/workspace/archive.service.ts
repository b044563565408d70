import { clearActiveWorkspace } from '../access/active-workspace.js';
import { recordAudit } from '../audit/audit.js';
import type { RequestContext } from '../context.js';
import type { ArchiveWorkspaceInput, RestoreWorkspaceInput } from './archive.inputs.js';
import { lockWorkspace } from './workspace-lock.js';
import { changeWorkspace, refuseOtherVersion, withConflictingWorkspace } from './workspace-version.js';

const permission = 'workspace.archive';

/**
 * Archives the workspace: who works in it has no active workspace any more, and everything else stays as it is. One
 * that is archived already stays so, whatever version is expected.
 * @returns UUID of the workspace.
 * @throws Refusal NOT_FOUND, FORBIDDEN, VERSION_CONFLICT with `conflictingWorkspace`.
 */
export async function archiveWorkspace(context: RequestContext, input: ArchiveWorkspaceInput): Promise<string> {
  const { workspaceId } = input;
  return withConflictingWorkspace(context, workspaceId, () =>
    context.database.transaction(async (manager) => {
      const workspace = await lockWorkspace(manager, context.actor, { workspaceId, permission });
      if (workspace.archivedAt !== null) return workspace.id;
      refuseOtherVersion(workspace, input.expectedVersion);
      const archivedAt = await changeWorkspace(manager, workspace, { archivedAt: () => 'now()' });
      await clearActiveWorkspace(manager, workspace);
      await recordAudit(manager, context, {
        action: 'workspace.archived',
        workspaceId: workspace.id,
        targetId: workspaceId,
        changes: [{ field: 'archivedAt', before: null, after: archivedAt }],
      });
      return workspace.id;
    }),
  );
}

/**
 * Takes the workspace out of the archive with everything that it had, except that it is nobody's active one.
 * @returns UUID of the workspace.
 * @throws Refusal NOT_FOUND, FORBIDDEN
 */
export async function restoreWorkspace(
  context: RequestContext,
  { workspaceId }: RestoreWorkspaceInput,
): Promise<string> {
  return context.database.transaction(async (manager) => {
    const workspace = await lockWorkspace(manager, context.actor, { workspaceId, permission });
    if (workspace.archivedAt === null) return workspace.id;
    await changeWorkspace(manager, workspace, { archivedAt: null });
    await recordAudit(manager, context, {
      action: 'workspace.restored',
      workspaceId: workspace.id,
      targetId: workspaceId,
      changes: [{ field: 'archivedAt', before: workspace.archivedAt, after: null }],
    });
    return workspace.id;
  });
}
