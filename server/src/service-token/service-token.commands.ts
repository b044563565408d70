import { v7 as uuidv7 } from 'uuid';
import { initialValues } from '../audit/audit.js';
import { auditAction } from '../audit/audit-action.js';
import { createSecret, maskedSecret } from '../auth/secret.js';
import { addSecret, hasExpired, replacementChanges, replaceSecret } from '../auth/secret-table.js';
import { command, type Run } from '../command/command.js';
import { refuseAnother } from '../command/quotas.js';
import { organization, type Sql, sql } from '../database/sql.js';
import { parseTime } from '../database/table.js';
import type { Transaction } from '../database/transaction.js';
import { Refusal } from '../errors.js';
import { normalizeName } from '../text.js';
import { lockedAtSql } from '../workspace/workspace-lock.js';
import { type ServiceTokenRow, serviceTokens } from './service-token.entity.js';
import type {
  CreateServiceTokenInput,
  RevokeServiceTokenInput,
  RotateServiceTokenInput,
} from './service-token.inputs.js';
import { secretsOfTokens } from './service-token-secret.entity.js';

const serviceTokenCreated = auditAction('service_token.created', 'A service token was made.');
const serviceTokenRotated = auditAction('service_token.rotated', 'A service token got a new secret.');
const serviceTokenRevoked = auditAction('service_token.revoked', 'A service token was ended.');

/** What a payload tells of a service token that was given a secret. */
interface IssuedToken {
  /** UUID of the service token. */
  readonly serviceToken: string;
  /** The only time that it is known; null where this is a repeat. */
  readonly token: string | null;
  /** On a repeat, why there is none to show. */
  readonly message: string | null;
}

/**
 * Makes a token for another service; only its digest is kept.
 * @throws Refusal INVALID for a time that has passed, LIMIT_REACHED, IDEMPOTENCY_KEY_REUSED
 */
export const createServiceToken = command(
  'createServiceToken',
  'service_token.manage',
  async (run, input: CreateServiceTokenInput): Promise<IssuedToken> => {
    const { actor, transaction } = run;
    const id = uuidv7();
    const firstId = await run.claim(input, id);
    if (firstId !== null) return repeated(await lockServiceToken(run, serviceTokens.globalId(firstId)));

    await lockServiceTokens(run);
    const held = sql`FROM service_tokens st WHERE st.organization_id = ${organization} AND st.revoked_at IS NULL`;
    await refuseAnother(run, 'serviceTokens', held);
    const values = {
      name: normalizeName(input.name),
      scopes: [...new Set(input.scopes)].sort(),
      expiresAt: input.expiresAt ?? null,
    };
    const now = await readTime(transaction);
    // Not before: a repeat may come when the first token has expired already.
    if (hasExpired(values.expiresAt, now)) throw Refusal.of('timeNotAhead', 'input', 'expiresAt');
    const { organizationId, id: createdById } = actor;
    const secret = createSecret('tvs_', organizationId);
    const made = { lastFour: secret.lastFour, createdById, createdAt: now };
    await Promise.all([
      transaction.insert(serviceTokens, [{ id, organizationId, ...values, ...made }]),
      addSecret(run, secretsOfTokens, { holderId: id, secret, now, more: { createdById } }),
    ]);
    run.audit(serviceTokenCreated, serviceTokens, { id, workspaceId: null }, initialValues(values));
    return { serviceToken: id, token: secret.secret, message: null };
  },
);

/** Whoever makes another one in the organization waits until the end. */
async function lockServiceTokens({ transaction }: Run): Promise<void> {
  await transaction.lock(
    sql`INSERT INTO organization_counts AS oc (organization_id) VALUES (${organization})
      ON CONFLICT (organization_id) DO UPDATE SET workspaces = oc.workspaces`,
  );
}

/**
 * Gives a token a new secret; the one that was the newest goes on for the overlap.
 * @throws Refusal NOT_FOUND, INVALID for a revoked or expired token, IDEMPOTENCY_KEY_REUSED
 */
export const rotateServiceToken = command(
  'rotateServiceToken',
  'service_token.manage',
  async (run, input: RotateServiceTokenInput): Promise<IssuedToken> => {
    const { actor, transaction } = run;
    const { overlapSeconds } = input;
    const token = await lockServiceToken(run, input.serviceTokenId);
    const { id, lockedAt: now } = token;
    if ((await run.claim(input, id)) !== null) return repeated(token);
    if (token.revokedAt !== null) throw Refusal.of('serviceTokenRevoked', ...tokenField);
    if (hasExpired(token.expiresAt, now)) throw Refusal.of('serviceTokenExpired', ...tokenField);

    const secret = createSecret('tvs_', actor.organizationId);
    const more = { createdById: actor.id };
    await replaceSecret(run, secretsOfTokens, { holderId: id, secret, now, overlapSeconds, more });
    const { lastFour } = secret;
    await transaction.update(serviceTokens, { lastFour }, ofToken(id));
    const [before, after] = [token.lastFour, lastFour].map((end) => maskedSecret('tvs_', end));
    const changes = replacementChanges('maskedToken', { before, after, overlapSeconds });
    run.audit(serviceTokenRotated, serviceTokens, { id, workspaceId: null }, changes);
    return { serviceToken: id, token: secret.secret, message: null };
  },
);

/** What a repeat is answered with, and what helps where the token is lost. */
function repeated({ id, revokedAt, expiresAt, lockedAt }: LockedToken): IssuedToken {
  const advice = () => {
    if (revokedAt !== null) return 'It is revoked by now: create another.';
    return hasExpired(expiresAt, lockedAt) ? 'It has expired by now: create another.' : 'If it is lost, rotate it.';
  };
  return { serviceToken: id, token: null, message: `This was done before, and the token was shown then. ${advice()}` };
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
    await run.transaction.update(serviceTokens, { revokedAt: lockedAt }, ofToken(id));
    const changes = [{ field: 'revokedAt', before: null, after: lockedAt }];
    run.audit(serviceTokenRevoked, serviceTokens, { id, workspaceId: null }, changes);
    return { serviceToken: id };
  },
);

type LockedToken = Pick<ServiceTokenRow, 'id' | 'revokedAt' | 'expiresAt' | 'lastFour'> & { readonly lockedAt: Date };

const tokenField = ['input', 'serviceTokenId'] as const;

function ofToken(id: string): Sql {
  const { columns } = serviceTokens;
  return sql`${columns.organizationId.sql} = ${organization} AND ${columns.id.sql} = ${id}`;
}

/** @throws Refusal NOT_FOUND */
async function lockServiceToken({ transaction }: Run, serviceTokenId: string): Promise<LockedToken> {
  const id = serviceTokens.uuidOf(serviceTokenId);
  const notFound = Refusal.of('serviceTokenNotFound', ...tokenField);
  if (id === null) throw notFound;
  const from = sql`FROM ${serviceTokens.from} WHERE ${ofToken(id)}`;
  const { reads } = await transaction.lock(
    sql`SELECT ${from} FOR UPDATE`,
    sql`SELECT ${serviceTokens.selected}, ${lockedAtSql} ${from}`,
  );
  const [row] = reads[0]?.rows ?? [];
  if (row === undefined) throw notFound;
  return { ...serviceTokens.parse(row), lockedAt: parseTime(row[serviceTokens.width] ?? '') };
}
