import type { EntityManager } from 'typeorm';
import type { Actor } from '../access/actor.js';
import { authorize, type MemberRole } from '../access/permissions.js';
import { Refusal } from '../errors.js';
import { fromGlobalId } from '../graphql/ids.js';
import { lockWorkspaces } from '../workspace/workspace-lock.js';
import type { VirtualKeyRow, VirtualKeyStatus } from './virtual-key.entity.js';
import { keyColumns, toVirtualKeyRow, type VirtualKeyRecord } from './virtual-key.loaders.js';

/** The key as it stands, and the actor's role in its workspace. */
export interface LockedVirtualKey extends VirtualKeyRow {
  /** Whether it is switched on, off or revoked, whatever its expiry and its workspace make of that. */
  readonly storedStatus: VirtualKeyStatus;
  /** The database's time, once the lock was there. */
  readonly lockedAt: Date;
  readonly archivedAt: Date | null;
  /** Null where sight of the workspace was lost while waiting. */
  readonly viewerRole: MemberRole | null;
}

export const keyField = ['input', 'virtualKeyId'] as const;

/**
 * Locks the key for a change, and its workspace before, then reads both afresh.
 * @throws Refusal NOT_FOUND without sight of it, FORBIDDEN where it is another's and the actor may change their own only.
 */
export async function lockVirtualKey(
  manager: EntityManager,
  actor: Actor,
  virtualKeyId: string,
): Promise<LockedVirtualKey> {
  const id = fromGlobalId('VirtualKey', virtualKeyId);
  const key = id === null ? undefined : (await lockVirtualKeys(manager, actor, [id])).get(id);
  if (key === undefined || key.viewerRole === null) throw Refusal.of('virtualKeyNotFound', ...keyField);
  const isOwn = actor.kind === 'USER' && key.createdById === actor.id;
  authorize(actor, key.viewerRole, isOwn ? 'virtual_key.change_own' : 'virtual_key.change_any', keyField);
  return key;
}

interface LockedRecord extends VirtualKeyRecord {
  stored_status: VirtualKeyStatus;
  locked_at: Date;
}

/** Locks those of the keys whose workspaces the actor sees, by their UUIDs, and these workspaces before. */
export async function lockVirtualKeys(
  manager: EntityManager,
  actor: Actor,
  ids: readonly string[],
): Promise<Map<string, LockedVirtualKey>> {
  // Keys never move, so it is known before the lock which workspaces to lock.
  const places: { id: string }[] = await manager.query(
    'SELECT DISTINCT workspace_id AS id FROM virtual_keys WHERE id = ANY ($1::uuid[]) AND organization_id = $2',
    [ids, actor.organizationId],
  );
  const locked = await lockWorkspaces(
    manager,
    actor,
    places.map(({ id }) => id),
  );
  const workspaces = new Map(locked.map((workspace) => [workspace.id, workspace]));
  const records: LockedRecord[] = await manager.query(
    `SELECT ${keyColumns}, k.status AS stored_status, date_trunc('milliseconds', clock_timestamp()) AS locked_at
     FROM virtual_keys k JOIN workspaces w ON w.id = k.workspace_id
     WHERE k.id = ANY ($1::uuid[]) AND k.organization_id = $2 AND k.workspace_id = ANY ($3::uuid[])
     ORDER BY k.id FOR NO KEY UPDATE OF k`,
    [ids, actor.organizationId, [...workspaces.keys()]],
  );
  return new Map(
    records.map((record) => {
      const workspace = workspaces.get(record.workspace_id);
      const key = {
        ...toVirtualKeyRow(record),
        storedStatus: record.stored_status,
        lockedAt: record.locked_at,
        archivedAt: workspace?.archivedAt ?? null,
        viewerRole: workspace?.viewerRole ?? null,
      };
      return [record.id, key];
    }),
  );
}
