import { v7 as uuidv7 } from 'uuid';
import { initialValues } from '../audit/audit.js';
import { auditAction } from '../audit/audit-action.js';
import { createSecret } from '../auth/secret.js';
import { command, type Run } from '../command/command.js';
import { refuseAnother } from '../command/quotas.js';
import { organization, sql } from '../database/sql.js';
import { parseTime } from '../database/table.js';
import type { Transaction } from '../database/transaction.js';
import { Refusal } from '../errors.js';
import { normalizeName } from '../text.js';
import { lockedAtSql } from '../workspace/workspace-lock.js';
import { type ServiceTokenRow, serviceTokens } from './service-token.entity.js';
import type { CreateServiceTokenInput, RevokeServiceTokenInput } from './service-token.inputs.js';

const serviceTokenCreated = auditAction('service_token.created', 'A service token was made.');
const serviceTokenRevoked = auditAction('service_token.revoked', 'A service token was ended.');

const repeated =
  'This was made before, and its token is shown only once. Revoke it and create another to get a new one.';

/**
 * Makes a token for another service; only its digest is kept.
 * @throws Refusal INVALID for a time that has passed, LIMIT_REACHED, IDEMPOTENCY_KEY_REUSED
 */
export const createServiceToken = command(
  'createServiceToken',
  'service_token.manage',
  async (run, input: CreateServiceTokenInput) => {
    const { actor, transaction } = run;
    const id = uuidv7();
    const firstId = await run.claim(input, id);
    if (firstId !== null) return { serviceToken: firstId, token: null, message: repeated };

    await lockServiceTokens(run);
    const held = sql`FROM service_tokens st WHERE st.organization_id = ${organization} AND st.revoked_at IS NULL`;
    await refuseAnother(run, 'serviceTokens', held);
    const values = {
      name: normalizeName(input.name),
      scopes: [...new Set(input.scopes)].sort(),
      expiresAt: input.expiresAt ?? null,
    };
    // Not before: a repeat may come when the first token has expired already.
    if (values.expiresAt !== null && values.expiresAt <= (await readTime(transaction))) {
      throw Refusal.of('timeNotAhead', 'input', 'expiresAt');
    }
    const { organizationId, id: createdById } = actor;
    const { secret, digest: tokenDigest, lastFour } = createSecret('tvs_', organizationId);
    await transaction.insert(serviceTokens, [{ id, organizationId, ...values, tokenDigest, lastFour, createdById }]);
    run.audit(serviceTokenCreated, serviceTokens, { id, workspaceId: null }, initialValues(values));
    return { serviceToken: id, token: secret, message: null };
  },
);

/** Whoever makes another one in the organization waits until the end. */
async function lockServiceTokens({ transaction }: Run): Promise<void> {
  await transaction.lock(
    sql`INSERT INTO organization_counts AS oc (organization_id) VALUES (${organization})
      ON CONFLICT (organization_id) DO UPDATE SET workspaces = oc.workspaces`,
  );
}

async function readTime(transaction: Transaction): Promise<Date> {
  const { rows } = await transaction.texts(sql`SELECT ${lockedAtSql}`);
  return parseTime(rows[0]?.[0] ?? '');
}

/**
 * Ends a token for ever; doing it again changes nothing.
 * @throws Refusal NOT_FOUND
 */
export const revokeServiceToken = command(
  'revokeServiceToken',
  'service_token.manage',
  async (run, { serviceTokenId }: RevokeServiceTokenInput) => {
    const { id, revokedAt, lockedAt } = await lockServiceToken(run, serviceTokenId);
    if (revokedAt !== null) return { serviceToken: id };
    const { columns } = serviceTokens;
    const held = sql`${columns.organizationId.sql} = ${organization} AND ${columns.id.sql} = ${id}`;
    await run.transaction.update(serviceTokens, { revokedAt: lockedAt }, held);
    const changes = [{ field: 'revokedAt', before: null, after: lockedAt }];
    run.audit(serviceTokenRevoked, serviceTokens, { id, workspaceId: null }, changes);
    return { serviceToken: id };
  },
);

type LockedToken = Pick<ServiceTokenRow, 'id' | 'revokedAt'> & { readonly lockedAt: Date };

/** @throws Refusal NOT_FOUND */
async function lockServiceToken({ transaction }: Run, serviceTokenId: string): Promise<LockedToken> {
  const id = serviceTokens.uuidOf(serviceTokenId);
  const notFound = Refusal.of('serviceTokenNotFound', 'input', 'serviceTokenId');
  if (id === null) throw notFound;
  const from = sql`FROM service_tokens st WHERE st.organization_id = ${organization} AND st.id = ${id}`;
  const { reads } = await transaction.lock(
    sql`SELECT ${from} FOR UPDATE`,
    sql`SELECT st.revoked_at, ${lockedAtSql} ${from}`,
  );
  const [token] = reads[0]?.rows ?? [];
  if (token === undefined) throw notFound;
  const [revokedAt, lockedAt] = token;
  return { id, revokedAt: revokedAt == null ? null : parseTime(revokedAt), lockedAt: parseTime(lockedAt ?? '') };
}
