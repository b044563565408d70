import type { EntityManager } from 'typeorm';
import type { Actor } from '../access/actor.js';
import { authorize, type MemberRole, type Permission } from '../access/permissions.js';
import { roleSql, Values } from '../access/sight.js';
import { Refusal } from '../errors.js';
import { fromGlobalId } from '../graphql/ids.js';
import type { Workspace } from './workspace.entity.js';

/** The workspace as it stands, and the actor's role in it. */
export type LockedWorkspace = Pick<
  Workspace,
  | 'id'
  | 'organizationId'
  | 'ownerUserId'
  | 'ownerTeamId'
  | 'environment'
  | 'region'
  | 'monthlyBudget'
  | 'status'
  | 'version'
  | 'archivedAt'
  | 'reviewReason'
  | 'reviewDueAt'
> & { readonly viewerRole: MemberRole };

export interface WorkspaceToLock {
  /** Global id. */
  readonly workspaceId: string;
  readonly permission: Permission;
  /** Path of the id in the input; `['input', 'workspaceId']` unless given. */
  readonly field?: readonly string[];
  /** `NO KEY UPDATE` unless given; with `SHARE` others who only share it don't wait. */
  readonly strength?: LockStrength;
}

type LockStrength = 'NO KEY UPDATE' | 'SHARE';

/**
 * Locks the workspace against other changes, then reads it and the actor's role afresh. Every change of a workspace and
 * of its members and keys begins here, so that they wait for each other instead of crossing.
 * @throws Refusal NOT_FOUND, FORBIDDEN
 */
export async function lockWorkspace(
  manager: EntityManager,
  actor: Actor,
  { workspaceId, permission, field = ['input', 'workspaceId'], strength }: WorkspaceToLock,
): Promise<LockedWorkspace> {
  const id = fromGlobalId('Workspace', workspaceId);
  if (id === null) throw Refusal.of('workspaceNotFound', ...field);
  const [workspace] = await lockWorkspaces(manager, actor, [id], strength);
  authorize(actor, workspace?.viewerRole ?? null, permission, field);
  return workspace as LockedWorkspace;
}

/** Locks a workspace for a change that an archived one does not take. @throws Refusal, also INVALID where it is archived */
export async function lockWorkspaceInUse(
  manager: EntityManager,
  actor: Actor,
  toLock: WorkspaceToLock,
): Promise<LockedWorkspace> {
  const workspace = await lockWorkspace(manager, actor, toLock);
  refuseArchived(workspace, toLock.field ?? ['input', 'workspaceId']);
  return workspace;
}

export function refuseArchived(workspace: Pick<Workspace, 'archivedAt'>, field: readonly string[]): void {
  if (workspace.archivedAt !== null) throw Refusal.of('workspaceArchived', ...field);
}

/**
 * Locks those of the workspaces that the actor sees, in the order of their ids. The others are left alone: nobody waits
 * for what they may not know of, nor makes others wait. The role is null where sight was lost while waiting.
 */
export async function lockWorkspaces(
  manager: EntityManager,
  actor: Actor,
  ids: readonly string[],
  strength: LockStrength = 'NO KEY UPDATE',
): Promise<(Omit<LockedWorkspace, 'viewerRole'> & { readonly viewerRole: MemberRole | null })[]> {
  const sight = new Values(actor);
  const locked: { id: string }[] = await manager.query(
    `SELECT w.id FROM workspaces w
     WHERE w.id = ANY (${sight.add(ids)}::uuid[]) AND w.organization_id = ${sight.organization}
       AND ${roleSql(sight)} IS NOT NULL
     ORDER BY w.id FOR ${strength} OF w`,
    sight.list,
  );
  const values = new Values(actor);
  return manager.query(
    `SELECT w.id, w.organization_id AS "organizationId", w.owner_user_id AS "ownerUserId",
       w.owner_team_id AS "ownerTeamId", w.environment, w.region, w.monthly_budget AS "monthlyBudget", w.status, w.version,
       w.archived_at AS "archivedAt", w.review_reason AS "reviewReason", w.review_due_at AS "reviewDueAt",
       ${roleSql(values)} AS "viewerRole"
     FROM workspaces w WHERE w.id = ANY (${values.add(locked.map(({ id }) => id))}::uuid[]) AND w.organization_id = ${values.organization}`,
    values.list,
  );
}
