import type { Actor } from '../access/actor.js';
import { roleSql, Values } from '../access/sight.js';
import type { OrganizationDatabase } from '../database/database.js';

export interface ActiveWorkspaceLoader {
  /** UUID of the actor's active workspace, read once a request; null without one that the actor sees. */
  load(): Promise<string | null>;
  clear(): void;
}

export function activeWorkspaceLoader(database: OrganizationDatabase, actor: Actor): ActiveWorkspaceLoader {
  let loaded: Promise<string | null> | undefined;
  const read = async (): Promise<string | null> => {
    const values = new Values(actor);
    const [row] = await database.rows<{ id: string }>({
      text: `SELECT w.id FROM active_workspaces a JOIN workspaces w ON w.id = a.workspace_id
        WHERE a.user_id = ${values.user} AND a.organization_id = ${values.organization} AND ${roleSql(values)} IS NOT NULL`,
      values: values.list,
    });
    return row?.id ?? null;
  };
  return {
    load: () => {
      loaded ??= read();
      return loaded;
    },
    clear: () => {
      loaded = undefined;
    },
  };
}
