import { userIdOf } from '../access/actor.js';
import { may } from '../access/permissions.js';
import { changesBetween, initialValues } from '../audit/audit.js';
import { auditAction } from '../audit/audit-action.js';
import { command, type Run } from '../command/command.js';
import { organization, sql } from '../database/sql.js';
import { Refusal, type RefusalName, type Refused } from '../errors.js';
import { normalizeText } from '../text.js';
import { type LockedChild, lockChildren } from '../workspace/workspace-lock.js';
import { type VirtualKeyRow, VirtualKeyStatus, virtualKeys } from './virtual-key.entity.js';
import { KeyReviewDecision, type KeyReviewInput, type ReviewVirtualKeysInput } from './virtual-key.inputs.js';

const virtualKeyReviewed = auditAction('virtual_key.reviewed', 'A key was decided on in a review.');

/** One of which sight may have been lost while the lock was waited for. */
type SeenOrNotKey = LockedChild<typeof virtualKeys>;

/** A decision that can be done. */
interface Review {
  readonly key: SeenOrNotKey;
  readonly decision: KeyReviewDecision;
  readonly note: string | null;
  /** The key's status after it. */
  readonly status: VirtualKeyStatus;
}

/**
 * Does what was decided on each key, all of it or nothing.
 * @throws Refusal with an entry for every decision that can't be done
 */
export const reviewVirtualKeys = command(
  'reviewVirtualKeys',
  'virtual_key.review',
  async (run, { decisions }: ReviewVirtualKeysInput) => {
    const reviews = await lockReviewed(run, decisions);
    await writeReviews(run, reviews);
    for (const { key, decision, note, status } of reviews) {
      const changes = [...initialValues({ decision, note }), ...changesBetween<VirtualKeyRow>(key, { status })];
      run.audit(virtualKeyReviewed, virtualKeys, key, changes);
    }
    return { virtualKeys: reviews.map(({ key }) => key.id) };
  },
);

/** Locks what was decided on, and judges every decision by it. @throws Refusal */
async function lockReviewed(run: Run, decisions: readonly KeyReviewInput[]): Promise<Review[]> {
  const ids = decisions.map(({ virtualKeyId }) => virtualKeys.uuidOf(virtualKeyId));
  const known = ids.filter((id) => id !== null);
  const keys = await lockChildren(run, virtualKeys, known);
  const refused: Refused[] = [];
  const reviews: Review[] = [];
  const decided = new Set<string>();

  for (const [index, { decision, note }] of decisions.entries()) {
    const key = keys.get(ids[index] ?? '');
    const refusal = refusalOf(run, key, decision, decided);
    if (refusal !== null) refused.push({ refusal, field: ['input', 'decisions', String(index), 'virtualKeyId'] });
    if (refusal !== null || key === undefined) continue;
    decided.add(key.id);
    reviews.push({
      key,
      decision,
      note: note == null ? null : normalizeText(note),
      status: statusAfter(decision, key),
    });
  }
  if (refused.length > 0) throw new Refusal(refused);
  return reviews;
}

/** Null for a decision that can be done. */
function refusalOf(
  { actor }: Run,
  key: SeenOrNotKey | undefined,
  decision: KeyReviewDecision,
  decided: ReadonlySet<string>,
): RefusalName | null {
  if (key === undefined || key.workspace.viewerRole === null) return 'virtualKeyNotFound';
  if (!may(actor, key.workspace.viewerRole, 'virtual_key.review')) return 'forbidden';
  if (decided.has(key.id)) return 'decisionRepeated';
  // Revoking is always possible, as it is outside of a review.
  if (decision === KeyReviewDecision.REVOKE) return null;
  if (key.workspace.archivedAt !== null) return 'workspaceArchived';
  return key.status === VirtualKeyStatus.REVOKED ? 'virtualKeyRevoked' : null;
}

function statusAfter(decision: KeyReviewDecision, key: SeenOrNotKey): VirtualKeyStatus {
  switch (decision) {
    case KeyReviewDecision.KEEP:
      return key.status;
    case KeyReviewDecision.DISABLE:
      return VirtualKeyStatus.DISABLED;
    case KeyReviewDecision.REVOKE:
      return VirtualKeyStatus.REVOKED;
  }
}

async function writeReviews({ actor, transaction }: Run, reviews: readonly Review[]): Promise<void> {
  const [first] = reviews;
  if (first === undefined) return;
  const { lockedAt } = first.key.workspace;
  const ids = reviews.map(({ key }) => key.id);
  const statuses = reviews.map(({ status }) => status);
  await transaction.execute(
    sql`UPDATE virtual_keys k SET last_reviewed_at = ${lockedAt}, last_reviewed_by_id = ${userIdOf(actor)},
        last_reviewed_by_name = ${actor.name}, status = decided.status, version = k.version + (k.status <> decided.status)::integer,
        revoked_at = CASE WHEN decided.status = 'REVOKED' THEN coalesce(k.revoked_at, ${lockedAt}) END
      FROM unnest(${ids}::uuid[], ${statuses}::text[]) AS decided (id, status)
      WHERE k.organization_id = ${organization} AND k.id = decided.id`,
  );
}
