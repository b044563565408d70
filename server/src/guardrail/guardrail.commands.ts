import { validateGuardrail } from '@tokenvue/sdk/guardrails';
import { v7 as uuidv7 } from 'uuid';
import { changesBetween, initialValues } from '../audit/audit.js';
import { auditAction } from '../audit/audit-action.js';
import { command, type Run } from '../command/command.js';
import { ofWorkspace, refuseAnother } from '../command/quotas.js';
import { changeVersioned, refuseOtherVersion } from '../command/versioned.js';
import { isUniqueViolation } from '../database/database.js';
import { organization, type Sql, sql } from '../database/sql.js';
import { Refusal } from '../errors.js';
import { nameKey, normalizeName } from '../text.js';
import { lockChild, lockWorkspace, refuseArchived, type SeenChild } from '../workspace/workspace-lock.js';
import { type GuardrailRow, guardrails } from './guardrail.entity.js';
import type {
  CreateGuardrailInput,
  DeleteGuardrailInput,
  GuardrailFields,
  UpdateGuardrailInput,
} from './guardrail.inputs.js';

const guardrailCreated = auditAction('guardrail.created', 'A guardrail was made.');
const guardrailDeleted = auditAction('guardrail.deleted', 'A guardrail was deleted.');
const guardrailUpdated = auditAction('guardrail.updated', 'A guardrail changed or moved.');

const permission = 'workspace.update_settings';
const field = ['input', 'guardrailId'];

type Fields = Pick<GuardrailRow, 'terms' | 'pattern' | 'piiTypes' | 'country' | 'maxLength'>;

/** In one stage. */
const guardrailsMax = 100;

const noFields: Fields = { terms: null, pattern: null, piiTypes: null, country: null, maxLength: null };

/**
 * Makes a guardrail, the last of its stage or in the place that the input says, where the others move down.
 * @throws Refusal NOT_FOUND, FORBIDDEN, TAKEN, REQUIRED, INVALID, LIMIT_REACHED, IDEMPOTENCY_KEY_REUSED
 */
export const createGuardrail = command('createGuardrail', permission, async (run, input: CreateGuardrailInput) => {
  const { stage, kind, action } = input;
  const workspace = await lockWorkspace(run, input.workspaceId, { permission, isForArchived: true });
  const id = uuidv7();
  const firstId = await run.claim(input, id);
  if (firstId !== null) return { guardrail: firstId };
  refuseArchived(workspace, ['input', 'workspaceId']);
  const settings = { name: normalizeName(input.name), stage, kind, action, ...noFields, ...givenFields(input) };
  refuseUnfit(settings);

  const place = { id, organizationId: run.actor.organizationId, workspaceId: workspace.id };
  await refuseAnother(run, 'guardrails', ofWorkspace('guardrails', 'g', workspace.id, sql`g.deleted_at IS NULL`));
  const ofStage = ofStageSql({ ...place, stage });
  const last = (await countOf(run, ofStage)) + 1;
  if (last > guardrailsMax) throw Refusal.of('tooManyGuardrails', 'input', 'stage');
  const position = toPosition(input.position ?? last, last);
  const times = { createdAt: workspace.lockedAt, updatedAt: workspace.lockedAt };
  const row = { ...place, ...settings, position, ...times, nameKey: nameKey(settings.name) };
  await Promise.all([
    position < last && move(run, ofStage, { from: position, by: 1 }),
    run.transaction.insert(guardrails, [row]),
  ]).catch(refuseTakenName);
  run.audit(guardrailCreated, guardrails, place, initialValues({ ...settings, position }));
  return { guardrail: id };
});

/**
 * Changes what the input names, and the version with it; an input that changes nothing leaves the version. Where it moves,
 * the others between its places move too, and keep their versions.
 * @throws Refusal NOT_FOUND, FORBIDDEN, TAKEN, REQUIRED, INVALID, VERSION_CONFLICT
 */
export const updateGuardrail = command('updateGuardrail', permission, async (run, input: UpdateGuardrailInput) => {
  const guardrail = await lockGuardrail(run, input.guardrailId);
  const { id, position, workspace } = guardrail;
  refuseOtherVersion(guardrails, guardrail, input.expectedVersion);

  const settings = givenSettings(input);
  const changes = changesBetween<GuardrailRow>(guardrail, settings);
  if (changes.length === 0) return { guardrail: id };
  refuseUnfit({ ...guardrail, ...settings });
  const { position: next } = settings;
  if (next !== undefined && next !== position) {
    const ofStage = ofStageSql(guardrail);
    toPosition(next, await countOf(run, ofStage));
    if (next < position) await move(run, ofStage, { from: next, to: position - 1, by: 1 });
    else await move(run, ofStage, { from: position + 1, to: next, by: -1 });
  }
  const key = settings.name === undefined ? {} : { nameKey: nameKey(settings.name) };
  const all = { ...settings, ...key, updatedAt: workspace.lockedAt };
  await changeVersioned(run, guardrails, guardrail, all).catch(refuseTakenName);
  run.audit(guardrailUpdated, guardrails, guardrail, changes);
  return { guardrail: id };
});

/**
 * Deletes a guardrail, which goes on being known by its id, and whose name is free again; those after it move up.
 * @throws Refusal NOT_FOUND, also for one that is deleted already, FORBIDDEN, VERSION_CONFLICT
 */
export const deleteGuardrail = command(
  'deleteGuardrail',
  permission,
  async (run, { guardrailId, expectedVersion }: DeleteGuardrailInput) => {
    const guardrail = await lockGuardrail(run, guardrailId);
    if (expectedVersion != null) refuseOtherVersion(guardrails, guardrail, expectedVersion);
    const deletedAt = guardrail.workspace.lockedAt;
    await changeVersioned(run, guardrails, guardrail, { deletedAt, updatedAt: deletedAt });
    await move(run, ofStageSql(guardrail), { from: guardrail.position + 1, by: -1 });
    const changes = [{ field: 'deletedAt', before: null, after: deletedAt }];
    run.audit(guardrailDeleted, guardrails, guardrail, changes);
    return { deletedId: guardrailId };
  },
);

async function lockGuardrail(run: Run, id: string): Promise<SeenChild<typeof guardrails>> {
  const notFound = 'guardrailNotFound';
  const guardrail = await lockChild(run, guardrails, id, { permission, field, notFound });
  if (guardrail.deletedAt !== null) throw Refusal.of(notFound, ...field);
  return guardrail;
}

/** SQL that holds for the guardrails `g` that apply in the same stage. */
function ofStageSql({ workspaceId, stage }: Pick<GuardrailRow, 'workspaceId' | 'stage'>): Sql {
  return sql`g.organization_id = ${organization} AND g.workspace_id = ${workspaceId} AND g.stage = ${stage}
    AND g.deleted_at IS NULL`;
}

async function countOf({ transaction }: Run, ofStage: Sql): Promise<number> {
  const [counted] = await transaction.rows<{ count: number }>(
    sql`SELECT count(*)::integer AS count FROM guardrails g WHERE ${ofStage}`,
  );
  return counted?.count ?? 0;
}

/** @throws Refusal INVALID beyond the last place */
function toPosition(position: number, last: number): number {
  if (position > last) {
    throw Refusal.saying('positionInvalid', `The last place is ${last}.`, 'input', 'position');
  }
  return position;
}

interface Move {
  readonly from: number;
  /** The last one unless given. */
  readonly to?: number;
  readonly by: 1 | -1;
}

async function move({ transaction }: Run, ofStage: Sql, { from, to, by }: Move): Promise<void> {
  await transaction.execute(
    sql`UPDATE guardrails g SET position = g.position + ${by}::integer
      WHERE ${ofStage} AND g.position >= ${from} AND g.position <= coalesce(${to ?? null}::integer, g.position)`,
  );
}

/** What the input names; null where it clears. */
function givenSettings(input: UpdateGuardrailInput): Partial<GuardrailRow> {
  const { name, position, action, enabled } = input;
  return {
    ...(name == null ? {} : { name: normalizeName(name) }),
    ...(position == null ? {} : { position }),
    ...(action == null ? {} : { action }),
    ...(enabled == null ? {} : { enabled }),
    ...givenFields(input),
  };
}

function givenFields({ terms, pattern, piiTypes, country, maxLength }: GuardrailFields): Partial<Fields> {
  return {
    ...(terms === undefined ? {} : { terms: terms && [...new Set(terms)] }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(piiTypes === undefined ? {} : { piiTypes: piiTypes && [...new Set(piiTypes)] }),
    ...(country === undefined ? {} : { country }),
    ...(maxLength === undefined ? {} : { maxLength }),
  };
}

/** @throws Refusal REQUIRED and INVALID by the fields of the input, in the words of the code that evaluates guardrails */
function refuseUnfit(guardrail: Fields & Pick<GuardrailRow, 'kind' | 'action'>): void {
  const refused = validateGuardrail({ ...guardrail, enabled: true, position: 1 }).map(
    ({ field: name, index, message, isMissing }) => ({
      refusal: isMissing ? ('guardrailFieldMissing' as const) : ('guardrailFieldInvalid' as const),
      field: ['input', name, ...(index === null ? [] : [String(index)])],
      detail: message,
    }),
  );
  if (refused.length > 0) throw new Refusal(refused);
}

function refuseTakenName(error: unknown): never {
  throw isUniqueViolation(error, 'guardrails_name_key') ? Refusal.of('guardrailNameTaken', 'input', 'name') : error;
}
