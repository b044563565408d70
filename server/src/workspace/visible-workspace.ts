import type { RequestContext } from '../context.js';

/** What lies in a workspace, or null where the actor has no sight of the workspace. */
export async function inVisibleWorkspace<Row extends { readonly workspaceId: string }>(
  { loaders }: RequestContext,
  child: Promise<Row | null>,
): Promise<Row | null> {
  const row = await child;
  return row !== null && (await loaders.workspaces.byId.load(row.workspaceId)) !== null ? row : null;
}
