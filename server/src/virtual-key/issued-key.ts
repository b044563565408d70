import { hasExpired } from '../auth/secret-table.js';
import type { LockedWorkspace } from '../workspace/workspace-lock.js';
import { type VirtualKeyRow, VirtualKeyStatus } from './virtual-key.entity.js';

/** What a payload tells of a key that was given a secret. */
export interface IssuedKey {
  /** UUID of the key. */
  readonly virtualKey: string;
  /** The only time that it is known; null where this is a repeat. */
  readonly secret: string | null;
  /** On a repeat, why there is none to show. */
  readonly message: string | null;
}

/** What a repeat is answered with: the key that the first one gave a secret, and what helps where that is lost. */
export function repeated(
  key: Pick<VirtualKeyRow, 'id' | 'status' | 'expiresAt'>,
  workspace: LockedWorkspace,
): IssuedKey {
  const message = `This was done before, and its secret was shown then. ${adviceOn(key, workspace)}`;
  return { virtualKey: key.id, secret: null, message };
}

/** What gets a secret now, if anything does. */
function adviceOn(
  { status, expiresAt }: Pick<VirtualKeyRow, 'status' | 'expiresAt'>,
  { archivedAt, lockedAt }: LockedWorkspace,
): string {
  if (status === VirtualKeyStatus.REVOKED) return 'The key is revoked by now: create another.';
  if (archivedAt !== null) return 'The workspace is archived by now: restore it before the key gets another secret.';
  if (hasExpired(expiresAt, lockedAt)) return 'The key has expired by now: give it a later end, or create another.';
  return 'If it is lost, rotate the key.';
}
