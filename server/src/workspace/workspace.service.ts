import { v7 as uuidv7 } from 'uuid';
import { activateIfNone, clearUnseenActiveWorkspaces } from '../access/active-workspace.js';
import { changesBetween, initialValues, recordAudit } from '../audit/audit.js';
import type { RequestContext } from '../context.js';
import { isUniqueViolation } from '../database/database.js';
import { Refusal } from '../errors.js';
import { toGlobalId } from '../graphql/ids.js';
import { toBudget } from '../graphql/money.js';
import { claimIdempotencyKey } from '../idempotency/idempotency.js';
import { normalizeName } from '../text.js';
import { addMembers, memberChange, replaceMembers, resolveMembers } from './membership.js';
import { Workspace } from './workspace.entity.js';
import type { CreateWorkspaceInput, UpdateWorkspaceSettingsInput } from './workspace.inputs.js';
import { lockWorkspaceInUse } from './workspace-lock.js';
import { changeWorkspace, refuseOtherVersion, withConflictingWorkspace } from './workspace-version.js';

/**
 * Creates a workspace with the actor as its owner and first member; becomes the active one if the actor has none.
 * @returns UUID of the workspace, or of the first one's where this is a repeat with the same idempotency key.
 * @throws Refusal TAKEN, NOT_FOUND for a member, IDEMPOTENCY_KEY_REUSED.
 */
export async function createWorkspace(context: RequestContext, input: CreateWorkspaceInput): Promise<string> {
  const { actor, database } = context;
  if (actor.kind !== 'USER') throw Refusal.of('personNeeded');
  const id = uuidv7();
  const settings = {
    name: normalizeName(input.name),
    environment: input.environment,
    region: input.region,
    monthlyBudget: toBudget(input.monthlyBudget),
  };
  const workspace = { id, organizationId: actor.organizationId, ownerUserId: actor.id, ...settings };
  try {
    return await database.transaction(async (manager) => {
      const firstId = await claimIdempotencyKey(manager, {
        actor,
        operation: 'createWorkspace',
        key: input.idempotencyKey ?? null,
        input: { ...settings, memberIds: [...new Set(input.memberIds)].sort() },
        resultId: id,
      });
      if (firstId !== null) return firstId;
      const members = await resolveMembers(manager, actor, input.memberIds, null);
      await manager.insert(Workspace, workspace);
      // The owner's stored role is what they keep when they give the ownership away.
      await addMembers(manager, workspace, [actor.id], 'ADMIN');
      const others = members.filter((userId) => userId !== actor.id);
      await addMembers(manager, workspace, others, 'MEMBER');
      await activateIfNone(manager, actor, id);
      await recordAudit(manager, context, {
        action: 'workspace.created',
        workspaceId: id,
        targetId: toGlobalId('Workspace', id),
        changes: [...initialValues(settings), ...memberChange([], [actor.id, ...others])],
      });
      return id;
    });
  } catch (error) {
    if (isUniqueViolation(error, 'workspaces_name_key')) throw Refusal.of('nameTaken', 'input', 'name');
    throw error;
  }
}

/**
 * Changes what the input names, and the version with it; an input that changes nothing leaves the version.
 * @returns UUID of the workspace.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID for an archived one, VERSION_CONFLICT with `conflictingWorkspace`.
 */
export async function updateWorkspaceSettings(
  context: RequestContext,
  input: UpdateWorkspaceSettingsInput,
): Promise<string> {
  const { actor } = context;
  const permission = 'workspace.update_settings';
  return withConflictingWorkspace(context, input.workspaceId, () =>
    context.database.transaction(async (manager) => {
      const workspace = await lockWorkspaceInUse(manager, actor, { workspaceId: input.workspaceId, permission });
      refuseOtherVersion(workspace, input.expectedVersion);

      const settings = changedSettings(input);
      const changes = changesBetween(workspace, settings);
      const removedIds: string[] = [];
      if (input.memberIds != null) {
        const members = await resolveMembers(manager, actor, input.memberIds, workspace.id);
        const { added, removed } = await replaceMembers(manager, workspace, members);
        changes.push(...memberChange(removed, added));
        removedIds.push(...removed);
      }
      if (changes.length === 0) return workspace.id;
      await changeWorkspace(manager, workspace, settings);
      if (removedIds.length > 0) await clearUnseenActiveWorkspaces(manager, actor.organizationId, removedIds);
      await recordAudit(manager, context, {
        action: 'workspace.settings_updated',
        workspaceId: workspace.id,
        targetId: input.workspaceId,
        changes,
      });
      return workspace.id;
    }),
  );
}

function changedSettings(
  input: UpdateWorkspaceSettingsInput,
): Partial<Pick<Workspace, 'environment' | 'region' | 'monthlyBudget'>> {
  return {
    ...(input.environment == null ? {} : { environment: input.environment }),
    ...(input.region == null ? {} : { region: input.region }),
    ...(input.monthlyBudget == null ? {} : { monthlyBudget: toBudget(input.monthlyBudget) }),
  };
}
