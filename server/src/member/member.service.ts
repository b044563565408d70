import type { EntityManager } from 'typeorm';
import type { Actor } from '../access/actor.js';
import { authorize, includesRole, MemberRole } from '../access/permissions.js';
import { roleSql, Values } from '../access/sight.js';
import { recordAudit } from '../audit/audit.js';
import type { RequestContext } from '../context.js';
import { Refusal } from '../errors.js';
import { fromGlobalId } from '../graphql/ids.js';
import { type LockedWorkspace, lockWorkspaces, refuseArchived } from '../workspace/workspace-lock.js';
import { Member } from './member.entity.js';
import type { ChangeMemberRoleInput } from './member.inputs.js';

const field = ['input', 'memberId'];

/**
 * Gives a member another role; it holds from the next request on. Nobody touches a role above their own.
 * @returns UUID of the member.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID for the owner and for an archived workspace.
 */
export async function changeMemberRole(context: RequestContext, input: ChangeMemberRoleInput): Promise<string> {
  return context.database.transaction(async (manager) => {
    const { member, workspace } = await lockMember(manager, context.actor, input.memberId);
    const before = member.userId === workspace.ownerUserId ? MemberRole.OWNER : member.role;
    refuseRole(workspace, before, field);
    refuseRole(workspace, input.role, ['input', 'role']);
    if (before === input.role) return member.id;
    await manager.update(Member, { id: member.id, organizationId: workspace.organizationId }, { role: input.role });
    await recordAudit(manager, context, {
      action: 'member.role_changed',
      workspaceId: workspace.id,
      targetId: input.memberId,
      changes: [{ field: 'role', before, after: input.role }],
    });
    return member.id;
  });
}

/**
 * Locks the workspace of the member, who then neither leaves nor becomes its owner. Without sight of it nothing is locked
 * and no more is asked than where there is no such member.
 */
async function lockMember(
  manager: EntityManager,
  actor: Actor,
  memberId: string,
): Promise<{ member: Member; workspace: LockedWorkspace }> {
  const id = fromGlobalId('Member', memberId);
  const workspaceId = id === null ? null : await findWorkspace(manager, actor, id);
  const [workspace] = workspaceId === null ? [] : await lockWorkspaces(manager, actor, [workspaceId]);
  const member = id === null || workspaceId === null ? null : await findMember(manager, actor, id);
  if (member === null || workspace === undefined || workspace.viewerRole === null) {
    throw Refusal.of('membershipNotFound', ...field);
  }
  const { viewerRole } = workspace;
  authorize(actor, viewerRole, 'workspace.change_roles', field);
  refuseArchived(workspace, field);
  return { member, workspace: { ...workspace, viewerRole } };
}

/** UUID of the member's workspace, null without sight of it. */
async function findWorkspace(manager: EntityManager, actor: Actor, memberId: string): Promise<string | null> {
  const values = new Values(actor);
  const [place]: { id: string }[] = await manager.query(
    `SELECT w.id FROM members m JOIN workspaces w ON w.id = m.workspace_id
     WHERE m.id = ${values.add(memberId)} AND m.organization_id = ${values.organization} AND ${roleSql(values)} IS NOT NULL`,
    values.list,
  );
  return place?.id ?? null;
}

function findMember(manager: EntityManager, { organizationId }: Actor, id: string): Promise<Member | null> {
  return manager.findOneBy(Member, { id, organizationId });
}

function refuseRole({ viewerRole }: LockedWorkspace, role: MemberRole, path: readonly string[]): void {
  if (!includesRole(viewerRole, role)) throw Refusal.of('roleAboveOwn', ...path);
  if (role === MemberRole.OWNER) throw Refusal.of('ownerRoleFixed', ...path);
}
