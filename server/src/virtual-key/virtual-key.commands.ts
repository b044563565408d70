import { v7 as uuidv7 } from 'uuid';
import { userIdOf } from '../access/actor.js';
import { changesBetween, initialValues } from '../audit/audit.js';
import { auditAction } from '../audit/audit-action.js';
import { createSecret } from '../auth/secret.js';
import { addSecret, hasExpired } from '../auth/secret-table.js';
import { command, type Run } from '../command/command.js';
import { ofWorkspace, refuseAnother } from '../command/quotas.js';
import { changeVersioned, refuseOtherVersion } from '../command/versioned.js';
import { organization, sql } from '../database/sql.js';
import { Refusal } from '../errors.js';
import { toBudget } from '../graphql/money.js';
import { normalizeName, normalizeText, searchKey } from '../text.js';
import { type LockedWorkspace, lockWorkspace, refuseArchived } from '../workspace/workspace-lock.js';
import { type IssuedKey, repeated } from './issued-key.js';
import { type VirtualKeyRow, VirtualKeyStatus, virtualKeys } from './virtual-key.entity.js';
import type {
  CreateVirtualKeyInput,
  RevokeVirtualKeyInput,
  UpdateVirtualKeyInput,
  VirtualKeyLimits,
} from './virtual-key.inputs.js';
import { lockKey, refuseUnusable } from './virtual-key-lock.js';
import { secretsOfKeys } from './virtual-key-secret.entity.js';

const virtualKeyCreated = auditAction('virtual_key.created', 'A key was made.');
const virtualKeyRevoked = auditAction('virtual_key.revoked', 'A key was switched off for ever.');
const virtualKeyUpdated = auditAction(
  'virtual_key.updated',
  'Settings of a key changed, or it was switched on or off.',
);

type Limits = Pick<
  VirtualKeyRow,
  'expiresAt' | 'allowedModels' | 'monthlyBudget' | 'requestsPerMinute' | 'tokensPerMinute'
>;

const noLimits: Limits = {
  expiresAt: null,
  allowedModels: null,
  monthlyBudget: null,
  requestsPerMinute: null,
  tokensPerMinute: null,
};

/**
 * Creates a key of the actor with its first secret. A repeat with the same idempotency key answers with the first key.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID in an archived workspace or for a past expiry, IDEMPOTENCY_KEY_REUSED
 */
export const createVirtualKey = command(
  'createVirtualKey',
  'virtual_key.create',
  async (run, input: CreateVirtualKeyInput): Promise<IssuedKey> => {
    const { actor, transaction } = run;
    const permission = 'virtual_key.create';
    const workspace = await lockWorkspace(run, input.workspaceId, { permission, isForArchived: true });
    const id = uuidv7();
    const firstId = await run.claim(input, id);
    if (firstId !== null) return repeatedCreate(run, firstId, workspace);
    refuseArchived(workspace, ['input', 'workspaceId']);
    await refuseAnother(run, 'keys', ofWorkspace('virtual_keys', 'k', workspace.id, sql`k.status <> 'REVOKED'`));
    const { lockedAt: createdAt } = workspace;
    const settings = { name: normalizeName(input.name), ...noLimits, ...givenLimits(input) };
    // Only here, because a repeat may come after the key has expired.
    refusePastExpiry(settings, createdAt);

    const newSecret = createSecret('tvk_');
    const key = { id, organizationId: actor.organizationId, workspaceId: workspace.id };
    const maker = { createdById: userIdOf(actor), createdByName: actor.name };
    const made = { createdAt, ...maker, lastFour: newSecret.lastFour };
    await transaction.insert(virtualKeys, [{ ...key, ...settings, searchKey: searchKey(settings.name), ...made }]);
    await addSecret(run, secretsOfKeys, { holderId: id, secret: newSecret, now: createdAt });
    run.audit(virtualKeyCreated, virtualKeys, key, initialValues(settings));
    return { virtualKey: id, secret: newSecret.secret, message: null };
  },
);

/** The first one had the same input, so that its key lies in the same workspace. */
async function repeatedCreate({ transaction }: Run, firstId: string, workspace: LockedWorkspace): Promise<IssuedKey> {
  const [key] = await transaction.select(
    virtualKeys,
    sql`FROM ${virtualKeys.from} WHERE k.organization_id = ${organization} AND k.id = ${firstId}`,
  );
  if (key === undefined) throw new Error('The key of an idempotency key is gone.');
  return repeated(key, workspace);
}

/**
 * Changes what the input names, and the version with it; an input that changes nothing leaves the version.
 * @throws Refusal NOT_FOUND, FORBIDDEN, INVALID also where a key that has expired is switched on, VERSION_CONFLICT
 */
export const updateVirtualKey = command(
  'updateVirtualKey',
  'virtual_key.change_own',
  async (run, input: UpdateVirtualKeyInput) => {
    const key = await lockKey(run, input.virtualKeyId);
    refuseUnusable(key);
    refuseOtherVersion(virtualKeys, key, input.expectedVersion);

    const settings = givenSettings(input);
    const changes = changesBetween<VirtualKeyRow>(key, settings);
    const { lockedAt } = key.workspace;
    if (changes.some(({ field }) => field === 'expiresAt')) refusePastExpiry(settings, lockedAt);
    const { expiresAt = key.expiresAt } = settings;
    // Also where it is switched on already, as one that has expired by itself is: it would not work by that.
    if (input.enabled === true && hasExpired(expiresAt, lockedAt)) {
      throw Refusal.of('virtualKeyExpired', 'input', 'enabled');
    }
    if (changes.length === 0) return { virtualKey: key.id };
    const { name } = settings;
    const searched = name === undefined ? {} : { searchKey: searchKey(name) };
    await changeVersioned(run, virtualKeys, key, { ...settings, ...searched });
    run.audit(virtualKeyUpdated, virtualKeys, key, changes);
    return { virtualKey: key.id };
  },
);

/**
 * Switches the key off for ever; its secrets stay as history. Revoking it again changes nothing.
 * @throws Refusal NOT_FOUND, FORBIDDEN
 */
export const revokeVirtualKey = command(
  'revokeVirtualKey',
  'virtual_key.change_own',
  async (run, { virtualKeyId, reason }: RevokeVirtualKeyInput) => {
    const key = await lockKey(run, virtualKeyId);
    const status = VirtualKeyStatus.REVOKED;
    if (key.status === status) return { virtualKey: key.id };
    await changeVersioned(run, virtualKeys, key, { status, revokedAt: key.workspace.lockedAt });
    run.audit(virtualKeyRevoked, virtualKeys, key, [
      ...changesBetween<VirtualKeyRow>(key, { status }),
      ...initialValues({ reason: reason == null ? null : normalizeText(reason) }),
    ]);
    return { virtualKey: key.id };
  },
);

/** @throws Refusal INVALID */
function refusePastExpiry({ expiresAt = null }: Partial<Limits>, now: Date): void {
  if (hasExpired(expiresAt, now)) throw Refusal.of('timeNotAhead', 'input', 'expiresAt');
}

/** What the input names; null where it clears. */
function givenSettings(input: UpdateVirtualKeyInput): Partial<Limits & Pick<VirtualKeyRow, 'name' | 'status'>> {
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
