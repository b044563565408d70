import type { RequestContext } from '../context.js';
import { type VirtualKeyRow, VirtualKeyStatus } from './virtual-key.entity.js';
import type { IssuedKey } from './virtual-key.service.js';

/** The key as it stands after a change. */
export function changedKey(context: RequestContext, id: string): Promise<VirtualKeyRow | null> {
  context.forgetReads();
  return context.loaders.virtualKeys.byId.load(id);
}

/** The key with its new secret, or with the reason why there is none to show. */
export async function issuedKey(context: RequestContext, { id, secret }: IssuedKey) {
  const virtualKey = await changedKey(context, id);
  const message = secret === null && virtualKey !== null ? await repeatMessage(context, virtualKey) : null;
  return { virtualKey, secret, message };
}

async function repeatMessage({ loaders }: RequestContext, { status, workspaceId }: VirtualKeyRow): Promise<string> {
  const workspace = await loaders.workspaces.byId.load(workspaceId);
  return `This was done before, and its secret was shown then. ${adviceOn(status, workspace?.archivedAt != null)}`;
}

/** What gets a secret now, if anything does. */
function adviceOn(status: VirtualKeyStatus, isArchived: boolean): string {
  if (status === VirtualKeyStatus.REVOKED) return 'The key is revoked by now: create another.';
  if (isArchived) return 'The workspace is archived by now: restore it before the key gets another secret.';
  if (status === VirtualKeyStatus.EXPIRED) return 'The key has expired by now: give it a later end, or create another.';
  return 'If it is lost, rotate the key.';
}
