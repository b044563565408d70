import { v7 as uuidv7 } from 'uuid';
import { activateIfNone, clearActiveWorkspace, clearUnseenActiveWorkspaces } from '../access/keep-active-workspace.js';
import { addMembers, replaceMembers } from '../access/membership.js';
import { roleSql } from '../access/sight.js';
import { changesBetween, initialValues } from '../audit/audit.js';
import { auditAction } from '../audit/audit-action.js';
import { command } from '../command/command.js';
import { refuseBeyondQuota } from '../command/quotas.js';
import { changeVersioned, refuseOtherVersion } from '../command/versioned.js';
import { isUniqueViolation } from '../database/database.js';
import { organization, sql } from '../database/sql.js';
import { Refusal, type Refused } from '../errors.js';
import type { Caller } from '../fetch/caller.js';
import { toBudget } from '../graphql/money.js';
import { nameKey, normalizeName, searchKey } from '../text.js';
import { toThresholds } from './alert-thresholds.js';
import { knownTimeZone } from './time-zone.js';
import { type WorkspaceRow, workspaces } from './workspace.entity.js';
import type {
  ArchiveWorkspaceInput,
  CreateWorkspaceInput,
  RestoreWorkspaceInput,
  UpdateWorkspaceSettingsInput,
} from './workspace.inputs.js';
import { lockWorkspace } from './workspace-lock.js';
import { memberChange, resolveMembers } from './workspace-members.js';

const workspaceArchived = auditAction('workspace.archived', 'A workspace was archived.');
const workspaceCreated = auditAction('workspace.created', 'A workspace was made.');
const workspaceRestored = auditAction('workspace.restored', 'A workspace was taken out of the archive.');
const workspaceSettingsUpdated = auditAction(
  'workspace.settings_updated',
  'Settings or members of a workspace changed.',
);

/**
 * Creates a workspace with the actor as its owner and first member; becomes the active one if the actor has none.
 * @throws Refusal TAKEN, INVALID for a time zone, NOT_FOUND for a member, LIMIT_REACHED, IDEMPOTENCY_KEY_REUSED
 */
export const createWorkspace = command(
  'createWorkspace',
  'workspace.create',
  async (run, input: CreateWorkspaceInput) => {
    const { actor, transaction } = run;
    if (actor.kind !== 'USER') throw Refusal.of('personNeeded');
    const id = uuidv7();
    const firstId = await run.claim(input, id);
    if (firstId !== null) return { workspace: firstId };

    const settings = {
      name: normalizeName(input.name),
      environment: input.environment,
      region: input.region,
      monthlyBudget: toBudget(input.monthlyBudget),
      timeZone: input.timeZone == null ? 'UTC' : await knownTimeZone(transaction, input.timeZone),
    };
    const workspace = { id, organizationId: actor.organizationId, name: settings.name, ownerUserId: actor.id };
    const members = await resolveMembers(run, input.memberIds, null);
    const keys = { nameKey: nameKey(settings.name), searchKey: searchKey(settings.name) };
    const others = members.filter((userId) => userId !== actor.id);
    refuseBeyondQuota(run, 'members', others.length + 1, 'input', 'memberIds');
    const [, { locked }] = await Promise.all([
      transaction.insert(workspaces, [{ ...workspace, ...settings, ...keys }]),
      // The insert has waited for others who add one, and holds the count until the end.
      transaction.lock(
        sql`SELECT oc.workspaces FROM organization_counts oc WHERE oc.organization_id = ${organization}`,
      ),
      // The owner's stored role is what they keep when they give the ownership away.
      addMembers(transaction, workspace, [actor.id], 'ADMIN'),
      addMembers(transaction, workspace, others, 'MEMBER'),
      activateIfNone(transaction, actor, id),
    ]).catch((error: unknown) => {
      throw isUniqueViolation(error, 'workspaces_name_key') ? Refusal.of('nameTaken', 'input', 'name') : error;
    });
    refuseBeyondQuota(run, 'workspaces', Number(locked.rows[0]?.[0]));
    const target = { id, workspaceId: id };
    const changes = [...initialValues(settings), ...memberChange([], [actor.id, ...others])];
    run.audit(workspaceCreated, workspaces, target, changes);
    return { workspace: id };
  },
  { explain: tellOfArchive },
);

/** Tells who sees the workspace that has the name already that it is in the archive, and so in none of their lists. */
async function tellOfArchive(
  { actor, database }: Caller,
  { name }: CreateWorkspaceInput,
  refused: readonly Refused[],
): Promise<readonly Refused[]> {
  if (!refused.some(({ refusal }) => refusal === 'nameTaken')) return refused;
  const archived = await database.texts(
    sql`SELECT FROM workspaces w WHERE w.organization_id = ${organization}
      AND w.name_key = ${nameKey(normalizeName(name))} AND w.archived_at IS NOT NULL AND ${roleSql(actor)} IS NOT NULL`,
  );
  if (archived.rows.length === 0) return refused;
  return refused.map((one) => (one.refusal === 'nameTaken' ? { ...one, refusal: 'archivedNameTaken' } : one));
}

/**
 * Changes what the input names, and the version with it; an input that changes nothing leaves the version.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID for an archived one, a time zone or a threshold, VERSION_CONFLICT
 */
export const updateWorkspaceSettings = command(
  'updateWorkspaceSettings',
  'workspace.update_settings',
  async (run, input: UpdateWorkspaceSettingsInput) => {
    const permission = 'workspace.update_settings';
    const thresholds = input.budgetAlertThresholds == null ? null : toThresholds(input.budgetAlertThresholds);
    // Before the lock: looking through all that PostgreSQL knows takes a while.
    const timeZone = input.timeZone == null ? null : await knownTimeZone(run.transaction, input.timeZone);
    const workspace = await lockWorkspace(run, input.workspaceId, { permission });
    refuseOtherVersion(workspaces, workspace, input.expectedVersion);

    const settings = changedSettings({ ...input, timeZone, budgetAlertThresholds: thresholds });
    const changes = changesBetween<WorkspaceRow>(workspace, settings);
    const removedIds: string[] = [];
    if (input.memberIds != null) {
      const members = await resolveMembers(run, input.memberIds, workspace.id);
      const { added, removed, count } = await replaceMembers(run.transaction, workspace, members);
      if (added.length > 0) refuseBeyondQuota(run, 'members', count, 'input', 'memberIds');
      changes.push(...memberChange(removed, added));
      removedIds.push(...removed);
    }
    if (changes.length === 0) return { workspace: workspace.id };
    if (removedIds.length > 0) await clearUnseenActiveWorkspaces(run.transaction, removedIds);
    // The last, because a change of the budget locks the ledger, for which requests wait.
    await changeVersioned(run, workspaces, workspace, { ...settings, updatedAt: workspace.lockedAt });
    run.audit(workspaceSettingsUpdated, workspaces, { ...workspace, workspaceId: workspace.id }, changes);
    return { workspace: workspace.id };
  },
);

function changedSettings(input: UpdateWorkspaceSettingsInput): Partial<WorkspaceRow> {
  return {
    ...(input.environment == null ? {} : { environment: input.environment }),
    ...(input.region == null ? {} : { region: input.region }),
    ...(input.monthlyBudget == null ? {} : { monthlyBudget: toBudget(input.monthlyBudget) }),
    ...(input.budgetEnforcement == null ? {} : { budgetEnforcement: input.budgetEnforcement }),
    ...(input.budgetAlertThresholds == null ? {} : { budgetAlertThresholds: input.budgetAlertThresholds }),
    ...(input.timeZone == null ? {} : { timeZone: input.timeZone }),
  };
}

/**
 * Archives the workspace: who works in it has no active workspace any more, and everything else stays as it is. One
 * that is archived already stays so, whatever version is expected.
 * @throws Refusal NOT_FOUND, FORBIDDEN, VERSION_CONFLICT
 */
export const archiveWorkspace = command(
  'archiveWorkspace',
  'workspace.archive',
  async (run, { workspaceId, expectedVersion }: ArchiveWorkspaceInput) => {
    const workspace = await lockWorkspace(run, workspaceId, { permission: 'workspace.archive', isForArchived: true });
    const { id, lockedAt } = workspace;
    if (workspace.archivedAt !== null) return { workspace: id };
    refuseOtherVersion(workspaces, workspace, expectedVersion);
    await changeVersioned(run, workspaces, workspace, { archivedAt: lockedAt, updatedAt: lockedAt });
    await clearActiveWorkspace(run.transaction, id);
    const changes = [{ field: 'archivedAt', before: null, after: lockedAt }];
    run.audit(workspaceArchived, workspaces, { id, workspaceId: id }, changes);
    return { workspace: id };
  },
);

/**
 * Takes the workspace out of the archive with everything that it had, except that it is nobody's active one.
 * @throws Refusal NOT_FOUND, FORBIDDEN
 */
export const restoreWorkspace = command(
  'restoreWorkspace',
  'workspace.archive',
  async (run, { workspaceId }: RestoreWorkspaceInput) => {
    const workspace = await lockWorkspace(run, workspaceId, { permission: 'workspace.archive', isForArchived: true });
    const { id, archivedAt, lockedAt } = workspace;
    if (archivedAt === null) return { workspace: id };
    await changeVersioned(run, workspaces, workspace, { archivedAt: null, updatedAt: lockedAt });
    const changes = [{ field: 'archivedAt', before: archivedAt, after: null }];
    run.audit(workspaceRestored, workspaces, { id, workspaceId: id }, changes);
    return { workspace: id };
  },
);
