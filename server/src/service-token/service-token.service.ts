import { v7 as uuidv7 } from 'uuid';
import { isOrganizationAdmin } from '../access/actor.js';
import { initialValues, recordAudit } from '../audit/audit.js';
import { createSecret } from '../auth/secret.js';
import type { RequestContext } from '../context.js';
import { Refusal } from '../errors.js';
import { fromGlobalId, toGlobalId } from '../graphql/ids.js';
import { claimIdempotencyKey } from '../idempotency/idempotency.js';
import { normalizeName } from '../text.js';
import { ServiceToken } from './service-token.entity.js';
import type { CreateServiceTokenInput, RevokeServiceTokenInput } from './service-token.inputs.js';

export interface IssuedServiceToken {
  /** UUID. */
  readonly id: string;
  /** Shown this one time; null on a repeat with the same idempotency key. */
  readonly token: string | null;
}

/**
 * Makes a token for another service; only its digest is kept.
 * @throws Refusal FORBIDDEN, INVALID for a time that has passed, IDEMPOTENCY_KEY_REUSED.
 */
export async function createServiceToken(
  context: RequestContext,
  input: CreateServiceTokenInput,
): Promise<IssuedServiceToken> {
  const { actor } = context;
  if (!isOrganizationAdmin(actor)) throw Refusal.of('organizationAdminsOnly');
  const id = uuidv7();
  const values = {
    name: normalizeName(input.name),
    scopes: [...new Set(input.scopes)].sort(),
    expiresAt: input.expiresAt ?? null,
  };
  const { secret, digest, lastFour } = createSecret('tvs_');
  return context.database.transaction(async (manager) => {
    const firstId = await claimIdempotencyKey(manager, {
      actor,
      operation: 'createServiceToken',
      key: input.idempotencyKey ?? null,
      input: values,
      resultId: id,
    });
    if (firstId !== null) return { id: firstId, token: null };
    // Not before: a repeat may come when the first token has expired already.
    if (values.expiresAt !== null && values.expiresAt <= new Date()) {
      throw Refusal.of('timeNotAhead', 'input', 'expiresAt');
    }
    await manager.insert(ServiceToken, {
      id,
      organizationId: actor.organizationId,
      ...values,
      tokenDigest: digest,
      lastFour,
      createdById: actor.id,
    });
    await recordAudit(manager, context, {
      action: 'service_token.created',
      workspaceId: null,
      targetId: toGlobalId('ServiceToken', id),
      changes: initialValues(values),
    });
    return { id, token: secret };
  });
}

/**
 * Ends a token for ever; doing it again changes nothing.
 * @returns UUID of the token.
 * @throws Refusal NOT_FOUND
 */
export async function revokeServiceToken(context: RequestContext, input: RevokeServiceTokenInput): Promise<string> {
  const { actor } = context;
  const id = fromGlobalId('ServiceToken', input.serviceTokenId);
  if (id === null) throw Refusal.of('serviceTokenNotFound', 'input', 'serviceTokenId');
  return context.database.transaction(async (manager) => {
    const where = { id, organizationId: actor.organizationId };
    const token = await manager.findOne(ServiceToken, { where, lock: { mode: 'pessimistic_write' } });
    if (token === null) throw Refusal.of('serviceTokenNotFound', 'input', 'serviceTokenId');
    if (token.revokedAt !== null) return id;
    const revokedAt = new Date();
    await manager.update(ServiceToken, where, { revokedAt });
    await recordAudit(manager, context, {
      action: 'service_token.revoked',
      workspaceId: null,
      targetId: input.serviceTokenId,
      changes: [{ field: 'revokedAt', before: null, after: revokedAt }],
    });
    return id;
  });
}
