import { clearUnseenActiveWorkspaces } from '../access/keep-active-workspace.js';
import { isMemberSql, makeAdmin, memberCount } from '../access/membership.js';
import { inTeamAccessSql } from '../access/sight.js';
import { auditAction } from '../audit/audit-action.js';
import { command, type Run } from '../command/command.js';
import { refuseBeyondQuota } from '../command/quotas.js';
import { changeVersioned, refuseOtherVersion } from '../command/versioned.js';
import { organization, sql } from '../database/sql.js';
import type { Transaction } from '../database/transaction.js';
import { Refusal } from '../errors.js';
import { teams } from '../team/team.entity.js';
import { visibleTeamSql } from '../team/team.queries.js';
import { users } from '../user/user.entity.js';
import { type WorkspaceRow, workspaces } from './workspace.entity.js';
import type { TransferWorkspaceOwnershipInput } from './workspace.inputs.js';
import { lockWorkspace } from './workspace-lock.js';
import { memberChange } from './workspace-members.js';

/** The directory does it too, when teams become one. */
export const workspaceOwnershipTransferred = auditAction(
  'workspace.ownership_transferred',
  'A workspace got another owner.',
);

/** A person or a team, the other one null. */
type Owner = Pick<WorkspaceRow, 'ownerUserId' | 'ownerTeamId'>;

const ownerField = ['input', 'ownerId'];

/**
 * Gives the workspace to another person or team. A person becomes a member with it, and whoever owned it in person
 * stays as an admin; who saw it only through the team that owned it has lost it as their active workspace.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID for an archived one or an owner without access, VERSION_CONFLICT
 */
export const transferWorkspaceOwnership = command(
  'transferWorkspaceOwnership',
  'workspace.transfer_ownership',
  async (run, { workspaceId, expectedVersion, ownerId }: TransferWorkspaceOwnershipInput) => {
    const { transaction } = run;
    const workspace = await lockWorkspace(run, workspaceId, { permission: 'workspace.transfer_ownership' });
    const { id, lockedAt } = workspace;
    refuseOtherVersion(workspaces, workspace, expectedVersion);
    const before = ownerIdOf(workspace);
    if (ownerId === before) return { workspace: id };

    const owner = await resolveOwner(run, ownerId, id);
    const { ownerUserId } = owner;
    const isNewMember = ownerUserId !== null && (await makeAdmin(transaction, workspace, ownerUserId));
    if (isNewMember) refuseBeyondQuota(run, 'members', await memberCount(transaction, id), ...ownerField);
    await changeVersioned(run, workspaces, workspace, { ...owner, updatedAt: lockedAt });
    if (workspace.ownerTeamId !== null) await clearUnseenSelections(transaction, id);
    run.audit(workspaceOwnershipTransferred, workspaces, { id, workspaceId: id }, [
      { field: 'owner', before, after: ownerId },
      ...memberChange([], isNewMember ? [ownerUserId] : []),
    ]);
    return { workspace: id };
  },
);

function ownerIdOf({ ownerUserId, ownerTeamId }: Owner): string {
  return ownerUserId === null ? teams.globalId(ownerTeamId ?? '') : users.globalId(ownerUserId);
}

/** @throws Refusal NOT_FOUND for whom the actor may not choose, INVALID for one in whose name nobody could sign in */
async function resolveOwner(run: Run, ownerId: string, workspaceId: string): Promise<Owner> {
  const [ownerUserId, ownerTeamId] = [users.uuidOf(ownerId), teams.uuidOf(ownerId)];
  const canSignIn =
    ownerUserId === null ? await canTeamSignIn(run, ownerTeamId) : await canPersonSignIn(run, ownerUserId, workspaceId);
  if (canSignIn === null) throw Refusal.of('newOwnerNotFound', ...ownerField);
  if (!canSignIn) throw Refusal.of('newOwnerWithoutAccess', ...ownerField);
  return { ownerUserId, ownerTeamId };
}

/** Null for somebody who is neither in the actor's team access nor a member. */
async function canPersonSignIn(
  { actor, transaction }: Run,
  userId: string,
  workspaceId: string,
): Promise<boolean | null> {
  const [user] = await transaction.rows<{ active: boolean }>(
    sql`SELECT u.active FROM users u WHERE u.organization_id = ${organization} AND u.id = ${userId}
      AND (${inTeamAccessSql(actor)} OR ${isMemberSql(workspaceId)})`,
  );
  return user?.active ?? null;
}

/** Null for a team that the actor may not know of. */
async function canTeamSignIn({ actor, transaction }: Run, teamId: string | null): Promise<boolean | null> {
  if (teamId === null) return null;
  // Locked, so that it is not merged away while it is given the workspace.
  const [known] = await transaction.rows(
    sql`SELECT t.id FROM teams t WHERE t.organization_id = ${organization} AND t.id = ${teamId}
      AND ${visibleTeamSql(actor)} FOR KEY SHARE OF t`,
  );
  if (known === undefined) return null;
  const active = await transaction.rows(
    sql`SELECT FROM team_memberships tm JOIN users u ON u.organization_id = ${organization} AND u.id = tm.user_id
      WHERE tm.organization_id = ${organization} AND tm.team_id = ${teamId} AND u.active LIMIT 1`,
  );
  return active.length > 0;
}

async function clearUnseenSelections(transaction: Transaction, workspaceId: string): Promise<void> {
  const selections = await transaction.rows<{ id: string }>(
    sql`SELECT user_id AS id FROM active_workspaces
      WHERE organization_id = ${organization} AND workspace_id = ${workspaceId}`,
  );
  await clearUnseenActiveWorkspaces(
    transaction,
    selections.map(({ id }) => id),
  );
}
