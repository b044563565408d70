import type { EntityManager } from 'typeorm';
import { clearUnseenActiveWorkspaces } from '../access/active-workspace.js';
import type { Actor } from '../access/actor.js';
import { inTeamAccessSql, Values } from '../access/sight.js';
import { recordAudit } from '../audit/audit.js';
import type { RequestContext } from '../context.js';
import { Refusal } from '../errors.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import { visibleTeamsStatement } from '../team/team.statements.js';
import { makeAdmin, memberChange } from './membership.js';
import type { TransferWorkspaceOwnershipInput } from './ownership.inputs.js';
import type { Workspace } from './workspace.entity.js';
import { lockWorkspaceInUse } from './workspace-lock.js';
import { changeWorkspace, refuseOtherVersion, withConflictingWorkspace } from './workspace-version.js';

/** A person or a team, the other one null. */
type Owner = Pick<Workspace, 'ownerUserId' | 'ownerTeamId'>;

const ownerField = ['input', 'ownerId'];

/**
 * Gives the workspace to another person or team. A person becomes a member with it, and whoever owned it in person
 * stays as an admin; who saw it only through the team that owned it has lost it as their active workspace.
 * @returns UUID of the workspace.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID for an archived one or an owner without access, VERSION_CONFLICT with
 *   `conflictingWorkspace`.
 */
export async function transferWorkspaceOwnership(
  context: RequestContext,
  input: TransferWorkspaceOwnershipInput,
): Promise<string> {
  const { actor } = context;
  const { workspaceId } = input;
  return withConflictingWorkspace(context, workspaceId, () =>
    context.database.transaction(async (manager) => {
      const permission = 'workspace.transfer_ownership';
      const workspace = await lockWorkspaceInUse(manager, actor, { workspaceId, permission });
      refuseOtherVersion(workspace, input.expectedVersion);
      const before = ownerId(workspace);
      if (input.ownerId === before) return workspace.id;

      const owner = await resolveOwner(manager, actor, input.ownerId, workspace.id);
      const isNewMember = owner.ownerUserId !== null && (await makeAdmin(manager, workspace, owner.ownerUserId));
      await changeWorkspace(manager, workspace, owner);
      if (workspace.ownerTeamId !== null) await clearUnseenSelections(manager, workspace);
      await recordAudit(manager, context, {
        action: 'workspace.ownership_transferred',
        workspaceId: workspace.id,
        targetId: workspaceId,
        changes: [
          { field: 'owner', before, after: input.ownerId },
          ...memberChange([], isNewMember && owner.ownerUserId !== null ? [owner.ownerUserId] : []),
        ],
      });
      return workspace.id;
    }),
  );
}

function ownerId({ ownerUserId, ownerTeamId }: Owner): string {
  return ownerUserId === null ? toGlobalId('Team', ownerTeamId ?? '') : toGlobalId('User', ownerUserId);
}

/** @throws Refusal NOT_FOUND for whom the actor may not choose, INVALID for one in whose name nobody could sign in */
async function resolveOwner(manager: EntityManager, actor: Actor, id: string, workspaceId: string): Promise<Owner> {
  const [ownerUserId, ownerTeamId] = [fromGlobalId('User', id), fromGlobalId('Team', id)];
  const canSignIn =
    ownerUserId === null
      ? await canTeamSignIn(manager, actor, ownerTeamId)
      : await canPersonSignIn(manager, actor, ownerUserId, workspaceId);
  if (canSignIn === null) throw Refusal.of('newOwnerNotFound', ...ownerField);
  if (!canSignIn) throw Refusal.of('newOwnerWithoutAccess', ...ownerField);
  return { ownerUserId, ownerTeamId };
}

/** Null for somebody who is neither in the actor's team access nor a member. */
async function canPersonSignIn(
  manager: EntityManager,
  actor: Actor,
  userId: string,
  workspaceId: string,
): Promise<boolean | null> {
  const values = new Values(actor);
  const [user]: { active: boolean }[] = await manager.query(
    `SELECT u.active FROM users u
     WHERE u.id = ${values.add(userId)} AND u.organization_id = ${values.organization}
       AND (${inTeamAccessSql(values)} OR EXISTS (
         SELECT FROM members m WHERE m.workspace_id = ${values.add(workspaceId)} AND m.user_id = u.id))`,
    values.list,
  );
  return user?.active ?? null;
}

/** Null for a team that the actor may not know of. */
async function canTeamSignIn(manager: EntityManager, actor: Actor, teamId: string | null): Promise<boolean | null> {
  if (teamId === null) return null;
  const { text, values } = visibleTeamsStatement(actor, [teamId]);
  const [visible]: object[] = await manager.query(text, [...values]);
  if (visible === undefined) return null;
  // So that it is not merged away while it is given the workspace.
  const [locked]: object[] = await manager.query(
    'SELECT FROM teams WHERE id = $1 AND organization_id = $2 FOR KEY SHARE',
    [teamId, actor.organizationId],
  );
  if (locked === undefined) return null;
  const active: object[] = await manager.query(
    `SELECT FROM team_memberships tm JOIN users u ON u.id = tm.user_id
     WHERE tm.team_id = $1 AND tm.organization_id = $2 AND u.active LIMIT 1`,
    [teamId, actor.organizationId],
  );
  return active.length > 0;
}

async function clearUnseenSelections(
  manager: EntityManager,
  { id, organizationId }: Pick<Workspace, 'id' | 'organizationId'>,
): Promise<void> {
  const selections: { user_id: string }[] = await manager.query(
    'SELECT user_id FROM active_workspaces WHERE workspace_id = $1 AND organization_id = $2',
    [id, organizationId],
  );
  await clearUnseenActiveWorkspaces(
    manager,
    organizationId,
    selections.map((selection) => selection.user_id),
  );
}
