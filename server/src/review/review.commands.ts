import { userIdOf } from '../access/actor.js';
import { changesBetween, initialValues } from '../audit/audit.js';
import { auditAction } from '../audit/audit-action.js';
import { hasExpired } from '../auth/secret-table.js';
import { command, type Run } from '../command/command.js';
import { organization, sql } from '../database/sql.js';
import { Refusal } from '../errors.js';
import { normalizeText } from '../text.js';
import { type WorkspaceRow, WorkspaceStatus, workspaces } from '../workspace/workspace.entity.js';
import { lockWorkspace } from '../workspace/workspace-lock.js';
import type { CompleteWorkspaceReviewInput, RequestWorkspaceReviewInput } from './review.inputs.js';

const workspaceReviewCompleted = auditAction('workspace.review_completed', 'The review of a workspace was closed.');
const workspaceReviewRequested = auditAction(
  'workspace.review_requested',
  'Somebody asked for a review of a workspace.',
);

const permission = 'workspace.review';
const field = ['input', 'workspaceId'];

/**
 * Opens a review; the workspace works on as before.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID for a time that has passed, and where it is archived or under review already
 */
export const requestWorkspaceReview = command(
  'requestWorkspaceReview',
  permission,
  async (run, { workspaceId, reason, dueAt = null }: RequestWorkspaceReviewInput) => {
    const workspace = await lockWorkspace(run, workspaceId, { permission });
    const { id, lockedAt } = workspace;
    if (hasExpired(dueAt, lockedAt)) throw Refusal.of('timeNotAhead', 'input', 'dueAt');
    if (workspace.status === WorkspaceStatus.REVIEW) throw Refusal.of('reviewOpen', ...field);
    const review = { status: WorkspaceStatus.REVIEW, reviewReason: normalizeText(reason), reviewDueAt: dueAt };
    const { actor } = run;
    const requester = { reviewRequestedById: userIdOf(actor), reviewRequestedByName: actor.name };
    await setReview(run, id, { ...review, ...requester, reviewRequestedAt: lockedAt });
    const changes = changesBetween<WorkspaceRow>(workspace, review);
    run.audit(workspaceReviewRequested, workspaces, { id, workspaceId: id }, changes);
    return { workspace: id };
  },
);

/**
 * Closes the review that is open.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID where it is archived or not under review
 */
export const completeWorkspaceReview = command(
  'completeWorkspaceReview',
  permission,
  async (run, { workspaceId, note }: CompleteWorkspaceReviewInput) => {
    const workspace = await lockWorkspace(run, workspaceId, { permission });
    const { id } = workspace;
    if (workspace.status !== WorkspaceStatus.REVIEW) throw Refusal.of('noReviewOpen', ...field);
    const closed = { status: WorkspaceStatus.ACTIVE, reviewReason: null, reviewDueAt: null };
    const requester = { reviewRequestedById: null, reviewRequestedByName: null };
    await setReview(run, id, { ...closed, ...requester, reviewRequestedAt: null });
    run.audit(workspaceReviewCompleted, workspaces, { id, workspaceId: id }, [
      ...changesBetween<WorkspaceRow>(workspace, closed),
      ...initialValues({ note: note == null ? null : normalizeText(note) }),
    ]);
    return { workspace: id };
  },
);

type Review = Pick<
  WorkspaceRow,
  'status' | 'reviewReason' | 'reviewDueAt' | 'reviewRequestedById' | 'reviewRequestedByName' | 'reviewRequestedAt'
>;

/** Without the version: who changes settings meanwhile need not have seen the review. */
async function setReview({ transaction }: Run, workspaceId: string, review: Review): Promise<void> {
  await transaction.update(workspaces, review, sql`w.organization_id = ${organization} AND w.id = ${workspaceId}`);
}
