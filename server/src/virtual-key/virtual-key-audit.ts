import type { AuditEntry } from '../audit/audit.js';
import { toGlobalId } from '../graphql/ids.js';

/** What an audit event tells of a change of a key. */
export function keyEntry(
  verb: 'created' | 'updated' | 'rotated' | 'revoked' | 'reviewed',
  key: { readonly id: string; readonly workspaceId: string },
  changes: AuditEntry['changes'],
): AuditEntry {
  return {
    action: `virtual_key.${verb}`,
    workspaceId: key.workspaceId,
    targetId: toGlobalId('VirtualKey', key.id),
    changes,
  };
}
