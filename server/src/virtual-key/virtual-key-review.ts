import type { EntityManager } from 'typeorm';
import { userIdOf } from '../access/actor.js';
import { may } from '../access/permissions.js';
import { type AuditEntry, changesBetween, initialValues, recordAudit } from '../audit/audit.js';
import type { RequestContext } from '../context.js';
import { type Finding, Refusal, type RefusalName } from '../errors.js';
import { fromGlobalId } from '../graphql/ids.js';
import { normalizeText } from '../text.js';
import { VirtualKeyStatus } from './virtual-key.entity.js';
import { KeyReviewDecision, type KeyReviewInput, type ReviewVirtualKeysInput } from './virtual-key.inputs.js';
import { keyEntry } from './virtual-key-audit.js';
import { type LockedVirtualKey, lockVirtualKeys } from './virtual-key-lock.js';

/** A decision that can be done. */
interface Review {
  readonly key: LockedVirtualKey;
  readonly decision: KeyReviewDecision;
  readonly note: string | null;
  /** The key's status after it. */
  readonly status: VirtualKeyStatus;
}

/**
 * Does what was decided on each key, all of it or nothing.
 * @returns UUIDs of the keys in the order of the decisions.
 * @throws Refusal with a finding for every decision that can't be done.
 */
export async function reviewVirtualKeys(context: RequestContext, input: ReviewVirtualKeysInput): Promise<string[]> {
  return context.database.transaction(async (manager) => {
    const reviews = await lockReviewed(manager, context, input.decisions);
    const [first] = reviews;
    if (first === undefined) return [];
    await manager.query(
      `UPDATE virtual_keys k SET last_reviewed_at = $1, last_reviewed_by_id = $2, status = decided.status,
         version = k.version + (k.status <> decided.status)::integer,
         revoked_at = CASE WHEN decided.status = 'REVOKED' THEN coalesce(k.revoked_at, $1) END
       FROM unnest($3::uuid[], $4::text[]) AS decided (id, status) 
       WHERE k.id = decided.id AND k.organization_id = $5`,
      [
        first.key.lockedAt,
        userIdOf(context.actor),
        reviews.map(({ key }) => key.id),
        reviews.map(({ status }) => status),
        context.actor.organizationId,
      ],
    );
    await recordAudit(manager, context, ...reviews.map(toEntry));
    return reviews.map(({ key }) => key.id);
  });
}

/** Locks what was decided on, and judges every decision by it. @throws Refusal */
async function lockReviewed(
  manager: EntityManager,
  { actor }: RequestContext,
  decisions: readonly KeyReviewInput[],
): Promise<Review[]> {
  const ids = decisions.map(({ virtualKeyId }) => fromGlobalId('VirtualKey', virtualKeyId));
  const keys = await lockVirtualKeys(
    manager,
    actor,
    ids.flatMap((id) => id ?? []),
  );
  const findings: Finding[] = [];
  const reviews: Review[] = [];
  const decided = new Set<string>();
  const refuse = (index: number, refusal: RefusalName) =>
    findings.push({ refusal, field: ['input', 'decisions', String(index), 'virtualKeyId'] });

  for (const [index, { decision, note }] of decisions.entries()) {
    const key = keys.get(ids[index] ?? '');
    if (key === undefined || key.viewerRole === null) refuse(index, 'virtualKeyNotFound');
    else if (!may(actor, key.viewerRole, 'virtual_key.review')) refuse(index, 'forbidden');
    else if (decided.has(key.id)) refuse(index, 'decisionRepeated');
    // Revoking is always possible, as it is outside of a review.
    else if (decision !== KeyReviewDecision.REVOKE && key.archivedAt !== null) refuse(index, 'workspaceArchived');
    else if (decision !== KeyReviewDecision.REVOKE && isRevoked(key)) refuse(index, 'virtualKeyRevoked');
    else {
      decided.add(key.id);
      reviews.push({
        key,
        decision,
        note: note == null ? null : normalizeText(note),
        status: statusAfter(decision, key),
      });
    }
  }
  if (findings.length > 0) throw new Refusal(findings);
  return reviews;
}

function isRevoked(key: LockedVirtualKey): boolean {
  return key.storedStatus === VirtualKeyStatus.REVOKED;
}

function statusAfter(decision: KeyReviewDecision, key: LockedVirtualKey): VirtualKeyStatus {
  switch (decision) {
    case KeyReviewDecision.KEEP:
      return key.storedStatus;
    case KeyReviewDecision.DISABLE:
      return VirtualKeyStatus.DISABLED;
    case KeyReviewDecision.REVOKE:
      return VirtualKeyStatus.REVOKED;
  }
}

function toEntry({ key, decision, note, status }: Review): AuditEntry {
  return keyEntry('reviewed', key, [
    ...initialValues({ decision, note }),
    ...changesBetween({ status: key.storedStatus }, { status }),
  ]);
}
