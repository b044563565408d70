import { includesRole, MemberRole } from '../access/permissions.js';
import { auditAction } from '../audit/audit-action.js';
import { command } from '../command/command.js';
import { organization, sql } from '../database/sql.js';
import { Refusal } from '../errors.js';
import { lockChild } from '../workspace/workspace-lock.js';
import { members } from './member.entity.js';
import type { ChangeMemberRoleInput } from './member.inputs.js';

const memberRoleChanged = auditAction('member.role_changed', 'A member got another role.');

const field = ['input', 'memberId'];

/**
 * Gives a member another role; it holds from the next request on. Nobody touches a role above their own.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID for the owner and for an archived workspace
 */
export const changeMemberRole = command(
  'changeMemberRole',
  'workspace.change_roles',
  async (run, { memberId, role }: ChangeMemberRoleInput) => {
    const permission = 'workspace.change_roles';
    const member = await lockChild(run, members, memberId, { permission, field, notFound: 'membershipNotFound' });
    const { id, workspace, workspaceId } = member;
    const before = member.userId === workspace.ownerUserId ? MemberRole.OWNER : member.role;
    refuseRole(workspace.viewerRole, before, field);
    refuseRole(workspace.viewerRole, role, ['input', 'role']);
    if (before === role) return { member: id };
    await run.transaction.update(members, { role }, sql`m.organization_id = ${organization} AND m.id = ${id}`);
    run.audit(memberRoleChanged, members, { id, workspaceId }, [{ field: 'role', before, after: role }]);
    return { member: id };
  },
);

function refuseRole(own: MemberRole, role: MemberRole, path: readonly string[]): void {
  if (!includesRole(own, role)) throw Refusal.of('roleAboveOwn', ...path);
  if (role === MemberRole.OWNER) throw Refusal.of('ownerRoleFixed', ...path);
}
