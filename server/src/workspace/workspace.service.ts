import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { activateIfNone } from '../access/active-workspace.js';
import type { Actor } from '../access/actor.js';
import { authorize, type MemberRole } from '../access/permissions.js';
import { roleSql, Values } from '../access/sight.js';
import { changesBetween, recordAudit } from '../audit/audit.js';
import type { AuditChange } from '../audit/audit-event.entity.js';
import type { RequestContext } from '../context.js';
import { type Database, isUniqueViolation } from '../database/database.js';
import { Refusal } from '../errors.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import { toBudget } from '../graphql/money.js';
import { claimIdempotencyKey } from '../idempotency/idempotency.js';
import { normalizeName } from '../text.js';
import { addMembers, replaceMembers, resolveMembers } from './membership.js';
import { Workspace } from './workspace.entity.js';
import type { CreateWorkspaceInput, UpdateWorkspaceSettingsInput } from './workspace.inputs.js';

/** Responsible for creating workspaces and changing their settings. */
export class WorkspaceService {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Creates a workspace with the actor as its owner and first member; becomes the active one if the actor has none.
   * @returns UUID of the workspace, or of the first one's where this is a repeat with the same idempotency key.
   * @throws Refusal TAKEN, NOT_FOUND for a member, IDEMPOTENCY_KEY_REUSED.
   */
  async create(context: RequestContext, input: CreateWorkspaceInput): Promise<string> {
    const { actor } = context;
    const id = uuidv7();
    const settings = {
      name: normalizeName(input.name),
      environment: input.environment,
      region: input.region,
      monthlyBudget: toBudget(input.monthlyBudget),
    };
    const workspace = {
      id,
      organizationId: actor.organizationId,
      ownerUserId: actor.userId,
      ...settings,
    };
    return this.#database
      .transaction(async (manager) => {
        const firstId = await claimIdempotencyKey(manager, {
          actor,
          operation: 'createWorkspace',
          key: input.idempotencyKey ?? null,
          input: {
            ...settings,
            memberIds: [...new Set(input.memberIds)].sort(),
          },
          resultId: id,
        });
        if (firstId !== null) return firstId;
        const members = await resolveMembers(manager, actor, input.memberIds, null);
        await manager.insert(Workspace, workspace);
        // The owner's stored role is what they keep when they give the ownership away.
        await addMembers(manager, workspace, [actor.userId], 'ADMIN');
        const others = members.filter((userId) => userId !== actor.userId);
        await addMembers(manager, workspace, others, 'MEMBER');
        await activateIfNone(manager, actor, id);
        await recordAudit(manager, context, {
          action: 'workspace.created',
          workspaceId: id,
          targetId: toGlobalId('Workspace', id),
          changes: [
            ...Object.entries(settings).map(([field, after]) => ({
              field,
              before: null,
              after,
            })),
            ...memberChange([], [actor.userId, ...others]),
          ],
        });
        return id;
      })
      .catch((error: unknown) => {
        if (isUniqueViolation(error, 'workspaces_name_key')) throw Refusal.of('nameTaken', 'input', 'name');
        throw error;
      });
  }

  /**
   * Changes what the input names, and the version with it; an input that changes nothing leaves the version.
   * @returns UUID of the workspace.
   * @throws Refusal NOT_FOUND, FORBIDDEN, VERSION_CONFLICT with `conflictingWorkspace`.
   */
  async updateSettings(context: RequestContext, input: UpdateWorkspaceSettingsInput): Promise<string> {
    const { actor } = context;
    const id = fromGlobalId('Workspace', input.workspaceId);
    if (id === null) throw Refusal.of('workspaceNotFound', 'input', 'workspaceId');
    try {
      await this.#database.transaction(async (manager) => {
        const workspace = await lockWorkspace(manager, actor, id);
        authorize(workspace?.viewerRole ?? null, 'workspace.update_settings', ['input', 'workspaceId']);
        if (workspace?.version !== input.expectedVersion) throw new VersionConflict();

        const settings = changedSettings(input);
        const changes = changesBetween(workspace, settings);
        if (input.memberIds != null) {
          const members = await resolveMembers(manager, actor, input.memberIds, id);
          const { added, removed } = await replaceMembers(manager, workspace, members);
          changes.push(...memberChange(removed, added));
        }
        if (changes.length === 0) return;
        const update = await manager
          .createQueryBuilder()
          .update(Workspace)
          .set({
            ...settings,
            version: () => 'version + 1',
            updatedAt: () => 'now()',
          })
          .where({ id, version: input.expectedVersion })
          .execute();
        if (update.affected !== 1) throw new VersionConflict();
        await recordAudit(manager, context, {
          action: 'workspace.settings_updated',
          workspaceId: id,
          targetId: input.workspaceId,
          changes,
        });
      });
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
      context.forgetReads();
      const conflictingWorkspace = await context.loaders.workspaces.byId.load(id);
      throw new Refusal(error.findings, { conflictingWorkspace });
    }
    return id;
  }
}

/** Somebody else was first; rolls back, and the present state is read for the answer. */
class VersionConflict extends Refusal {
  constructor() {
    super([{ refusal: 'versionConflict', field: ['input', 'expectedVersion'] }]);
  }
}

/** The settings as they stand, and the actor's role. */
type LockedWorkspace = Pick<
  Workspace,
  'id' | 'organizationId' | 'ownerUserId' | 'environment' | 'region' | 'monthlyBudget' | 'version'
> & { readonly viewerRole: MemberRole | null };

/** Locks the workspace against other changes, then reads it and the actor's role afresh; null where there is none. */
async function lockWorkspace(manager: EntityManager, actor: Actor, id: string): Promise<LockedWorkspace | null> {
  await manager.query('SELECT FROM workspaces WHERE id = $1 AND organization_id = $2 FOR NO KEY UPDATE', [
    id,
    actor.organizationId,
  ]);
  const values = new Values(actor);
  const [workspace]: LockedWorkspace[] = await manager.query(
    `SELECT w.id, w.organization_id AS "organizationId", w.owner_user_id AS "ownerUserId", w.environment, w.region,
       w.monthly_budget AS "monthlyBudget", w.version, ${roleSql(values)} AS "viewerRole"
     FROM workspaces w WHERE w.id = ${values.add(id)} AND w.organization_id = ${values.organization}`,
    values.list,
  );
  return workspace ?? null;
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

/** The change of the set of members: who left and who came. */
function memberChange(removed: readonly string[], added: readonly string[]): AuditChange[] {
  if (removed.length === 0 && added.length === 0) return [];
  const ids = (userIds: readonly string[]) => userIds.map((id) => toGlobalId('User', id));
  return [{ field: 'members', before: ids(removed), after: ids(added) }];
}
