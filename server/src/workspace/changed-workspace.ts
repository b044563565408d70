import type { RequestContext } from '../context.js';
import type { WorkspaceRow } from './workspace.entity.js';

/** The workspace as it stands after a change, which answers with its UUID; null without sight of it. */
export async function changedWorkspace(context: RequestContext, change: Promise<string>): Promise<WorkspaceRow | null> {
  const id = await change;
  context.forgetReads();
  return context.loaders.workspaces.byId.load(id);
}
