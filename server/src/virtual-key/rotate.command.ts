import { auditAction } from '../audit/audit-action.js';
import { createSecret } from '../auth/secret.js';
import { command } from '../command/command.js';
import { organization, sql } from '../database/sql.js';
import { Refusal } from '../errors.js';
import { addSecret, hasExpired, type IssuedKey, repeated } from './issued-key.js';
import { virtualKeys } from './virtual-key.entity.js';
import type { RotateVirtualKeyInput } from './virtual-key.inputs.js';
import { keyField, lockKey, refuseUnusable } from './virtual-key-lock.js';
import { maskedSecret } from './virtual-key-secret.entity.js';

const virtualKeyRotated = auditAction('virtual_key.rotated', 'A key got a new secret.');

/**
 * Gives the key a new secret. The one that was the newest goes on for the overlap, and one that still went on before it
 * ends now, so that there are never more than two that work.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID for a revoked or expired key, IDEMPOTENCY_KEY_REUSED
 */
export const rotateVirtualKey = command(
  'rotateVirtualKey',
  'virtual_key.change_own',
  async (run, input: RotateVirtualKeyInput): Promise<IssuedKey> => {
    const { transaction } = run;
    const { overlapSeconds } = input;
    const key = await lockKey(run, input.virtualKeyId);
    const { id, workspace } = key;
    const { lockedAt } = workspace;
    if ((await run.claim(input, id)) !== null) return repeated(key, workspace);
    refuseUnusable(key);
    if (hasExpired(key.expiresAt, lockedAt)) throw Refusal.of('virtualKeyExpired', ...keyField);

    const newSecret = createSecret('tvk_');
    const { secret, lastFour } = newSecret;
    const overlapEnd = new Date(lockedAt.getTime() + overlapSeconds * 1_000);
    await transaction.execute(
      sql`UPDATE virtual_key_secrets s
        SET expires_at = CASE WHEN s.expires_at IS NULL THEN ${overlapEnd}::timestamptz ELSE ${lockedAt}::timestamptz END
        WHERE s.organization_id = ${organization} AND s.virtual_key_id = ${id}
          AND (s.expires_at IS NULL OR s.expires_at > ${lockedAt})`,
    );
    await addSecret(run, id, newSecret, lockedAt);
    // Without the version, which rises with settings and status alone.
    await transaction.update(virtualKeys, { lastFour }, sql`k.organization_id = ${organization} AND k.id = ${id}`);
    run.audit(virtualKeyRotated, virtualKeys, key, [
      { field: 'maskedKey', before: maskedSecret(key.lastFour), after: maskedSecret(lastFour) },
      { field: 'overlapSeconds', before: null, after: overlapSeconds },
    ]);
    return { virtualKey: id, secret, message: null };
  },
);
