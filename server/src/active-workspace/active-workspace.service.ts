import type { MemberRole } from '../access/permissions.js';
import { authorize } from '../access/permissions.js';
import { roleSql, Values } from '../access/sight.js';
import { recordAudit } from '../audit/audit.js';
import type { RequestContext } from '../context.js';
import type { Database } from '../database/database.js';
import { Refusal } from '../errors.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import type { SelectWorkspaceInput } from './active-workspace.inputs.js';

/** Responsible for the workspace in which a person works. */
export class ActiveWorkspaceService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Makes the workspace the actor's active one. Selecting it again changes nothing.
   * @returns UUIDs of the workspace and of the one that was active before, null without one.
   * @throws Refusal NOT_FOUND without sight of it.
   */
  async select(
    context: RequestContext,
    input: SelectWorkspaceInput,
  ): Promise<{ id: string; previousId: string | null }> {
    const { actor } = context;
    const id = fromGlobalId('Workspace', input.workspaceId);
    if (id === null) throw Refusal.of('workspaceNotFound', 'input', 'workspaceId');
    return this.#database.transaction(async (manager) => {
      // One selection of a person after the other, so that each answers with what was really active before it; and
      // none while the workspace changes, so that it doesn't come back to somebody who is losing sight of it.
      await manager.query('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE', [actor.userId]);
      await manager.query('SELECT FROM workspaces WHERE id = $1 AND organization_id = $2 FOR SHARE', [
        id,
        actor.organizationId,
      ]);
      const values = new Values(actor);
      const [sight]: { role: MemberRole | null }[] = await manager.query(
        `SELECT ${roleSql(values)} AS role FROM workspaces w
         WHERE w.id = ${values.add(id)} AND w.organization_id = ${values.organization}`,
        values.list,
      );
      authorize(sight?.role ?? null, 'workspace.read', ['input', 'workspaceId']);
      const [previous]: { workspace_id: string }[] = await manager.query(
        'SELECT workspace_id FROM active_workspaces WHERE user_id = $1',
        [actor.userId],
      );
      const previousId = previous?.workspace_id ?? null;
      if (previousId === id) return { id, previousId };
      await manager.query(
        `INSERT INTO active_workspaces (user_id, organization_id, workspace_id) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET workspace_id = EXCLUDED.workspace_id, selected_at = now()`,
        [actor.userId, actor.organizationId, id],
      );
      await recordAudit(manager, context, {
        action: 'workspace.selected',
        workspaceId: id,
        targetId: input.workspaceId,
        changes: [
          {
            field: 'activeWorkspace',
            before: previousId === null ? null : toGlobalId('Workspace', previousId),
            after: input.workspaceId,
          },
        ],
      });
      return { id, previousId };
    });
  }
}
