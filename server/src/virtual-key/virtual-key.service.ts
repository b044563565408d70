import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { userIdOf } from '../access/actor.js';
import { changesBetween, initialValues, recordAudit } from '../audit/audit.js';
import { createSecret, type NewSecret } from '../auth/secret.js';
import type { RequestContext } from '../context.js';
import { Refusal } from '../errors.js';
import { toBudget } from '../graphql/money.js';
import { claimIdempotencyKey } from '../idempotency/idempotency.js';
import { normalizeName, normalizeText } from '../text.js';
import { lockWorkspace, refuseArchived } from '../workspace/workspace-lock.js';
import { VirtualKey, type VirtualKeyRow, VirtualKeyStatus } from './virtual-key.entity.js';
import type {
  CreateVirtualKeyInput,
  RevokeVirtualKeyInput,
  RotateVirtualKeyInput,
  UpdateVirtualKeyInput,
  VirtualKeyLimits,
} from './virtual-key.inputs.js';
import { keyEntry } from './virtual-key-audit.js';
import { keyField, type LockedVirtualKey, lockVirtualKey } from './virtual-key-lock.js';
import { maskedSecret, VirtualKeySecret } from './virtual-key-secret.entity.js';

/** A key that was given a secret. */
export interface IssuedKey {
  /** UUID of the key. */
  readonly id: string;
  /** The only time that it is known; null where this is a repeat. */
  readonly secret: string | null;
}

type Limits = Pick<
  VirtualKey,
  'expiresAt' | 'allowedModels' | 'monthlyBudget' | 'requestsPerMinute' | 'tokensPerMinute'
>;
type Settings = Pick<VirtualKey, 'name'> & Limits;

const noLimits: Limits = {
  expiresAt: null,
  allowedModels: null,
  monthlyBudget: null,
  requestsPerMinute: null,
  tokensPerMinute: null,
};

/**
 * Creates a key of the actor with its first secret. A repeat with the same idempotency key answers with the first key.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID in an archived workspace or for a past expiry, IDEMPOTENCY_KEY_REUSED.
 */
export async function createVirtualKey(context: RequestContext, input: CreateVirtualKeyInput): Promise<IssuedKey> {
  const { actor } = context;
  const { organizationId } = actor;
  const id = uuidv7();
  const settings: Settings = { name: normalizeName(input.name), ...noLimits, ...givenLimits(input) };
  return context.database.transaction(async (manager) => {
    const permission = 'virtual_key.create';
    const workspace = await lockWorkspace(manager, actor, { workspaceId: input.workspaceId, permission });
    const firstId = await claimIdempotencyKey(manager, {
      actor,
      operation: 'createVirtualKey',
      key: input.idempotencyKey ?? null,
      input: { workspaceId: workspace.id, ...settings },
      resultId: id,
    });
    if (firstId !== null) return { id: firstId, secret: null };
    refuseArchived(workspace, ['input', 'workspaceId']);
    // Only here, because a repeat may come after the key has expired.
    refusePastExpiry(settings, new Date());

    const newSecret = createSecret('tvk_');
    const key = { id, organizationId, workspaceId: workspace.id };
    const { lastFour } = newSecret;
    await manager.insert(VirtualKey, { ...key, ...settings, lastFour, createdById: userIdOf(actor) });
    await addSecret(manager, key, newSecret);
    await recordAudit(manager, context, keyEntry('created', key, initialValues(settings)));
    return { id, secret: newSecret.secret };
  });
}

/**
 * Changes what the input names, and the version with it; an input that changes nothing leaves the version.
 * @returns UUID of the key.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID, VERSION_CONFLICT with `conflictingVirtualKey`.
 */
export async function updateVirtualKey(context: RequestContext, input: UpdateVirtualKeyInput): Promise<string> {
  return context.database.transaction(async (manager) => {
    const key = await lockVirtualKey(manager, context.actor, input.virtualKeyId);
    refuseUnusable(key);
    if (key.version !== input.expectedVersion) throw versionConflict(context, key);

    const settings = givenSettings(input);
    const changes = changesBetween<VirtualKeyRow>({ ...key, status: key.storedStatus }, settings);
    if (changes.length === 0) return key.id;
    if (changes.some(({ field }) => field === 'expiresAt')) refusePastExpiry(settings, key.lockedAt);
    await changeKey(manager, context, key, settings);
    await recordAudit(manager, context, keyEntry('updated', key, changes));
    return key.id;
  });
}

/**
 * Gives the key a new secret. The one that was the newest goes on for the overlap, and one that still went on before it
 * ends now, so that there are never more than two that work.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID for a revoked or expired key, IDEMPOTENCY_KEY_REUSED.
 */
export async function rotateVirtualKey(context: RequestContext, input: RotateVirtualKeyInput): Promise<IssuedKey> {
  const { actor } = context;
  const { organizationId } = actor;
  const { overlapSeconds } = input;
  return context.database.transaction(async (manager) => {
    const key = await lockVirtualKey(manager, actor, input.virtualKeyId);
    const { id, lockedAt } = key;
    const firstId = await claimIdempotencyKey(manager, {
      actor,
      operation: 'rotateVirtualKey',
      key: input.idempotencyKey ?? null,
      input: { virtualKeyId: id, overlapSeconds },
      resultId: id,
    });
    if (firstId !== null) return { id, secret: null };
    refuseUnusable(key);
    if (key.expiresAt !== null && key.expiresAt <= lockedAt) throw Refusal.of('virtualKeyExpired', ...keyField);

    const newSecret = createSecret('tvk_');
    await manager.query(
      `UPDATE virtual_key_secrets SET expires_at = CASE WHEN expires_at IS NULL THEN $3::timestamptz ELSE $2 END
       WHERE virtual_key_id = $1 AND organization_id = $4 AND (expires_at IS NULL OR expires_at > $2)`,
      [id, lockedAt, new Date(lockedAt.getTime() + overlapSeconds * 1_000), organizationId],
    );
    await addSecret(manager, { id, organizationId }, newSecret, lockedAt);
    await manager.update(VirtualKey, { id, organizationId }, { lastFour: newSecret.lastFour });
    await recordAudit(
      manager,
      context,
      keyEntry('rotated', key, [
        { field: 'maskedKey', before: maskedSecret(key), after: maskedSecret(newSecret) },
        { field: 'overlapSeconds', before: null, after: overlapSeconds },
      ]),
    );
    return { id, secret: newSecret.secret };
  });
}

/**
 * Switches the key off for ever; its secrets stay as history. Revoking it again changes nothing.
 * @returns UUID of the key.
 * @throws Refusal NOT_FOUND, FORBIDDEN.
 */
export async function revokeVirtualKey(context: RequestContext, input: RevokeVirtualKeyInput): Promise<string> {
  return context.database.transaction(async (manager) => {
    const key = await lockVirtualKey(manager, context.actor, input.virtualKeyId);
    if (key.storedStatus === VirtualKeyStatus.REVOKED) return key.id;
    await changeKey(manager, context, key, { status: VirtualKeyStatus.REVOKED, revokedAt: key.lockedAt });
    const reason = input.reason == null ? null : normalizeText(input.reason);
    await recordAudit(
      manager,
      context,
      keyEntry('revoked', key, [
        { field: 'status', before: key.storedStatus, after: VirtualKeyStatus.REVOKED },
        ...initialValues({ reason }),
      ]),
    );
    return key.id;
  });
}

/** @throws Refusal INVALID for a key that takes no more changes. */
function refuseUnusable(key: LockedVirtualKey): void {
  refuseArchived(key, keyField);
  if (key.storedStatus === VirtualKeyStatus.REVOKED) throw Refusal.of('virtualKeyRevoked', ...keyField);
}

/** @throws Refusal INVALID */
function refusePastExpiry({ expiresAt }: Partial<Settings>, now: Date): void {
  if (expiresAt != null && expiresAt <= now) throw Refusal.of('timeNotAhead', 'input', 'expiresAt');
}

/** Somebody else was first: the key as it is now goes with the refusal. */
function versionConflict(context: RequestContext, key: LockedVirtualKey): Refusal {
  context.forgetReads();
  return new Refusal([{ refusal: 'versionConflict', field: ['input', 'expectedVersion'] }], {
    conflictingVirtualKey: key,
  });
}

/** Changes the locked key and raises its version. */
async function changeKey(
  manager: EntityManager,
  { actor: { organizationId } }: RequestContext,
  { id }: LockedVirtualKey,
  values: Partial<Settings & Pick<VirtualKey, 'status' | 'revokedAt'>>,
): Promise<void> {
  await manager.update(VirtualKey, { id, organizationId }, { ...values, version: () => 'version + 1' });
}

async function addSecret(
  manager: EntityManager,
  key: Pick<VirtualKey, 'id' | 'organizationId'>,
  { digest, lastFour }: NewSecret,
  createdAt?: Date,
): Promise<void> {
  await manager.insert(VirtualKeySecret, {
    id: uuidv7(),
    organizationId: key.organizationId,
    virtualKeyId: key.id,
    secretDigest: digest,
    lastFour,
    ...(createdAt && { createdAt }),
  });
}

/** What the input names; null where it clears. */
function givenSettings(input: UpdateVirtualKeyInput): Partial<Settings & Pick<VirtualKey, 'status'>> {
  const { name, enabled } = input;
  return {
    ...(name == null ? {} : { name: normalizeName(name) }),
    ...(enabled == null ? {} : { status: enabled ? VirtualKeyStatus.ACTIVE : VirtualKeyStatus.DISABLED }),
    ...givenLimits(input),
  };
}

function givenLimits(input: VirtualKeyLimits): Partial<Limits> {
  const { expiresAt, allowedModels, monthlyBudget, requestsPerMinute, tokensPerMinute } = input;
  return {
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(allowedModels === undefined ? {} : { allowedModels: allowedModels && toModels(allowedModels) }),
    ...(monthlyBudget === undefined ? {} : { monthlyBudget: monthlyBudget && toBudget(monthlyBudget) }),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
  };
}

/** The names as they are kept, each once, in their order. */
function toModels(names: readonly string[]): string[] {
  return [...new Set(names.map(normalizeName))];
}
