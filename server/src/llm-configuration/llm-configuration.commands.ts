import { v7 as uuidv7 } from 'uuid';
import { changesBetween, initialValues } from '../audit/audit.js';
import { auditAction } from '../audit/audit-action.js';
import { command, type Run } from '../command/command.js';
import { ofWorkspace, refuseAnother } from '../command/quotas.js';
import { changeVersioned, refuseOtherVersion } from '../command/versioned.js';
import { hasCredential } from '../credentials.js';
import { isUniqueViolation } from '../database/database.js';
import { sql } from '../database/sql.js';
import { Refusal } from '../errors.js';
import { nameKey, normalizeName } from '../text.js';
import { lockChild, lockWorkspace, refuseArchived, type SeenChild } from '../workspace/workspace-lock.js';
import { type LlmConfigurationRow, LlmProvider, llmConfigurations } from './llm-configuration.entity.js';
import type {
  CreateLlmConfigurationInput,
  DeleteLlmConfigurationInput,
  UpdateLlmConfigurationInput,
} from './llm-configuration.inputs.js';
import { baseUrlMax, isBaseUrl, toPrice } from './llm-configuration-validators.js';

const llmConfigurationCreated = auditAction('llm_configuration.created', 'A configuration of a model was made.');
const llmConfigurationDeleted = auditAction('llm_configuration.deleted', 'A configuration of a model was deleted.');
const llmConfigurationUpdated = auditAction('llm_configuration.updated', 'A configuration of a model changed.');

const permission = 'workspace.update_settings';
const field = ['input', 'llmConfigurationId'];

/**
 * Makes a configuration. Its region may be another than the workspace's: it is then not routed to.
 * @throws Refusal NOT_FOUND, FORBIDDEN, TAKEN, REQUIRED, INVALID, IDEMPOTENCY_KEY_REUSED
 */
export const createLlmConfiguration = command(
  'createLlmConfiguration',
  permission,
  async (run, input: CreateLlmConfigurationInput) => {
    const workspace = await lockWorkspace(run, input.workspaceId, { permission, isForArchived: true });
    const id = uuidv7();
    const firstId = await run.claim(input, id);
    if (firstId !== null) return { llmConfiguration: firstId };
    refuseArchived(workspace, ['input', 'workspaceId']);
    const present = ofWorkspace('llm_configurations', 'c', workspace.id, sql`c.deleted_at IS NULL`);
    await refuseAnother(run, 'configurations', present);

    const { provider, region, credentialRef, cachedInputPricePerMillionTokens: cached } = input;
    const settings = {
      name: normalizeName(input.name),
      provider,
      model: normalizeName(input.model),
      region,
      baseUrl: toBaseUrl(run, provider, input.baseUrl ?? null),
      credentialRef,
      inputPricePerMillionTokens: toPrice(input.inputPricePerMillionTokens),
      cachedInputPricePerMillionTokens: cached == null ? null : toPrice(cached),
      outputPricePerMillionTokens: toPrice(input.outputPricePerMillionTokens),
    };
    const place = { id, organizationId: run.actor.organizationId, workspaceId: workspace.id };
    const times = { createdAt: workspace.lockedAt, updatedAt: workspace.lockedAt };
    await run.transaction
      .insert(llmConfigurations, [{ ...place, ...settings, ...times, nameKey: nameKey(settings.name) }])
      .catch(refuseTakenName);
    run.audit(llmConfigurationCreated, llmConfigurations, place, initialValues(settings));
    return { llmConfiguration: id };
  },
);

/**
 * Changes what the input names, and the version with it; an input that changes nothing leaves the version. Prices count
 * for what is authorized and recorded from now on.
 * @throws Refusal NOT_FOUND, FORBIDDEN, TAKEN, REQUIRED, INVALID, VERSION_CONFLICT
 */
export const updateLlmConfiguration = command(
  'updateLlmConfiguration',
  permission,
  async (run, input: UpdateLlmConfigurationInput) => {
    const configuration = await lockConfiguration(run, input.llmConfigurationId);
    const { id, workspace } = configuration;
    refuseOtherVersion(llmConfigurations, configuration, input.expectedVersion);

    const settings = givenSettings(run, configuration, input);
    const changes = changesBetween<LlmConfigurationRow>(configuration, settings);
    if (changes.length === 0) return { llmConfiguration: id };
    const key = settings.name === undefined ? {} : { nameKey: nameKey(settings.name) };
    const all = { ...settings, ...key, updatedAt: workspace.lockedAt };
    await changeVersioned(run, llmConfigurations, configuration, all).catch(refuseTakenName);
    run.audit(llmConfigurationUpdated, llmConfigurations, configuration, changes);
    return { llmConfiguration: id };
  },
);

/**
 * Deletes a configuration, which goes on being known by its id, and whose name is free again.
 * @throws Refusal NOT_FOUND, also for one that is deleted already, FORBIDDEN, VERSION_CONFLICT
 */
export const deleteLlmConfiguration = command(
  'deleteLlmConfiguration',
  permission,
  async (run, { llmConfigurationId, expectedVersion }: DeleteLlmConfigurationInput) => {
    const configuration = await lockConfiguration(run, llmConfigurationId);
    if (expectedVersion != null) refuseOtherVersion(llmConfigurations, configuration, expectedVersion);
    const deletedAt = configuration.workspace.lockedAt;
    await changeVersioned(run, llmConfigurations, configuration, { deletedAt, updatedAt: deletedAt });
    const changes = [{ field: 'deletedAt', before: null, after: deletedAt }];
    run.audit(llmConfigurationDeleted, llmConfigurations, configuration, changes);
    return { deletedId: llmConfigurationId };
  },
);

async function lockConfiguration(run: Run, id: string): Promise<SeenChild<typeof llmConfigurations>> {
  const notFound = 'llmConfigurationNotFound';
  const configuration = await lockChild(run, llmConfigurations, id, { permission, field, notFound });
  if (configuration.deletedAt !== null) throw Refusal.of(notFound, ...field);
  return configuration;
}

/** What the input names; null where it clears. */
function givenSettings(
  run: Run,
  { provider }: LlmConfigurationRow,
  input: UpdateLlmConfigurationInput,
): Partial<LlmConfigurationRow> {
  const { name, model, region, baseUrl, credentialRef, enabled } = input;
  const { inputPricePerMillionTokens, cachedInputPricePerMillionTokens, outputPricePerMillionTokens } = input;
  return {
    ...(name == null ? {} : { name: normalizeName(name) }),
    ...(model == null ? {} : { model: normalizeName(model) }),
    ...(region == null ? {} : { region }),
    ...(baseUrl === undefined ? {} : { baseUrl: toBaseUrl(run, provider, baseUrl) }),
    ...(credentialRef == null ? {} : { credentialRef }),
    ...(enabled == null ? {} : { enabled }),
    ...givenPrices({ inputPricePerMillionTokens, cachedInputPricePerMillionTokens, outputPricePerMillionTokens }),
  };
}

function givenPrices<Prices extends Readonly<Record<string, string | null | undefined>>>(prices: Prices) {
  const given = Object.entries(prices).filter(([, price]) => price !== undefined);
  return Object.fromEntries(given.map(([name, price]) => [name, price == null ? null : toPrice(price)]));
}

const needBaseUrl: readonly LlmProvider[] = [LlmProvider.OPENAI_COMPATIBLE, LlmProvider.AZURE_OPENAI];

/** @throws Refusal REQUIRED where the provider needs one, INVALID for what is no address of a provider */
function toBaseUrl({ caller }: Run, provider: LlmProvider, baseUrl: string | null): string | null {
  const path = ['input', 'baseUrl'];
  if (baseUrl === null) {
    if (needBaseUrl.includes(provider)) throw Refusal.of('baseUrlRequired', ...path);
    return null;
  }
  if (baseUrl.length <= baseUrlMax && hasCredential(baseUrl)) throw Refusal.of('credentialPasted', ...path);
  if (!isBaseUrl(baseUrl, { allowsLoopback: !caller.isProduction })) throw Refusal.of('baseUrlInvalid', ...path);
  return baseUrl;
}

function refuseTakenName(error: unknown): never {
  throw isUniqueViolation(error, 'llm_configurations_name_key')
    ? Refusal.of('configurationNameTaken', 'input', 'name')
    : error;
}
