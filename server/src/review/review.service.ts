import { userIdOf } from '../access/actor.js';
import { changesBetween, initialValues, recordAudit } from '../audit/audit.js';
import type { RequestContext } from '../context.js';
import { Refusal } from '../errors.js';
import { normalizeText } from '../text.js';
import { Workspace, WorkspaceStatus } from '../workspace/workspace.entity.js';
import { lockWorkspaceInUse } from '../workspace/workspace-lock.js';
import type { CompleteWorkspaceReviewInput, RequestWorkspaceReviewInput } from './review.inputs.js';

const permission = 'workspace.review';
const field = ['input', 'workspaceId'];

/**
 * Opens a review; the workspace works on as before, and keeps its version.
 * @returns UUID of the workspace.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID where it is archived or under review already.
 */
export async function requestWorkspaceReview(
  context: RequestContext,
  { workspaceId, reason, dueAt = null }: RequestWorkspaceReviewInput,
): Promise<string> {
  const { actor } = context;
  return context.database.transaction(async (manager) => {
    const workspace = await lockWorkspaceInUse(manager, actor, { workspaceId, permission });
    if (workspace.status === WorkspaceStatus.REVIEW) throw Refusal.of('reviewOpen', ...field);
    const review = { status: WorkspaceStatus.REVIEW, reviewReason: normalizeText(reason), reviewDueAt: dueAt };
    await manager.update(
      Workspace,
      { id: workspace.id, organizationId: workspace.organizationId },
      { ...review, reviewRequestedById: userIdOf(actor), reviewRequestedAt: () => 'now()' },
    );
    await recordAudit(manager, context, {
      action: 'workspace.review_requested',
      workspaceId: workspace.id,
      targetId: workspaceId,
      changes: changesBetween(workspace, review),
    });
    return workspace.id;
  });
}

/**
 * Closes the review that is open.
 * @returns UUID of the workspace.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID where it is archived or not under review.
 */
export async function completeWorkspaceReview(
  context: RequestContext,
  { workspaceId, note }: CompleteWorkspaceReviewInput,
): Promise<string> {
  return context.database.transaction(async (manager) => {
    const workspace = await lockWorkspaceInUse(manager, context.actor, { workspaceId, permission });
    if (workspace.status !== WorkspaceStatus.REVIEW) throw Refusal.of('noReviewOpen', ...field);
    const closed = { status: WorkspaceStatus.ACTIVE, reviewReason: null, reviewDueAt: null };
    await manager.update(
      Workspace,
      { id: workspace.id, organizationId: workspace.organizationId },
      { ...closed, reviewRequestedById: null, reviewRequestedAt: null },
    );
    await recordAudit(manager, context, {
      action: 'workspace.review_completed',
      workspaceId: workspace.id,
      targetId: workspaceId,
      changes: [
        ...changesBetween(workspace, closed),
        ...initialValues({ note: note == null ? null : normalizeText(note) }),
      ],
    });
    return workspace.id;
  });
}
