import type { Run } from '../command/command.js';
import { Refusal } from '../errors.js';
import { lockChild, refuseArchived, type SeenChild } from '../workspace/workspace-lock.js';
import { permissionToChange, VirtualKeyStatus, virtualKeys } from './virtual-key.entity.js';

/** The key as it stands, in its workspace. */
export type LockedKey = SeenChild<typeof virtualKeys>;

export const keyField = ['input', 'virtualKeyId'] as const;

/**
 * Locks the key for a change, and its workspace before.
 * @throws Refusal NOT_FOUND without sight of it, FORBIDDEN where it is another's and the actor may change their own only
 */
export function lockKey(run: Run, virtualKeyId: string): Promise<LockedKey> {
  const { actor } = run;
  return lockChild(run, virtualKeys, virtualKeyId, {
    permission: ({ createdById }) => permissionToChange(actor, createdById),
    field: keyField,
    notFound: 'virtualKeyNotFound',
    // A revoke is always taken, and a repeat is answered.
    isForArchived: true,
  });
}

/** @throws Refusal INVALID for a key that takes no more changes */
export function refuseUnusable({ workspace, status }: LockedKey): void {
  refuseArchived(workspace, keyField);
  if (status === VirtualKeyStatus.REVOKED) throw Refusal.of('virtualKeyRevoked', ...keyField);
}
