import { auditAction } from '../audit/audit-action.js';
import { createSecret, maskedSecret } from '../auth/secret.js';
import { hasExpired, replacementChanges, replaceSecret } from '../auth/secret-table.js';
import { command } from '../command/command.js';
import { organization, sql } from '../database/sql.js';
import { Refusal } from '../errors.js';
import { type IssuedKey, repeated } from './issued-key.js';
import { virtualKeys } from './virtual-key.entity.js';
import type { RotateVirtualKeyInput } from './virtual-key.inputs.js';
import { keyField, lockKey, refuseUnusable } from './virtual-key-lock.js';
import { secretsOfKeys } from './virtual-key-secret.entity.js';

const virtualKeyRotated = auditAction('virtual_key.rotated', 'A key got a new secret.');

/**
 * Gives the key a new secret; the one that was the newest goes on for the overlap.
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

    const secret = createSecret('tvk_');
    await replaceSecret(run, secretsOfKeys, { holderId: id, secret, now: lockedAt, overlapSeconds });
    // Without the version, which rises with settings and status alone.
    const { lastFour } = secret;
    await transaction.update(virtualKeys, { lastFour }, sql`k.organization_id = ${organization} AND k.id = ${id}`);
    const [before, after] = [key.lastFour, lastFour].map((end) => maskedSecret('tvk_', end));
    run.audit(virtualKeyRotated, virtualKeys, key, replacementChanges('maskedKey', { before, after, overlapSeconds }));
    return { virtualKey: id, secret: secret.secret, message: null };
  },
);
