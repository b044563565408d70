import { authorizeAnywhere } from '../access/permissions.js';
import { logRefusal } from '../access/refusal-log.js';
import { type RaisedAlert, tellAlerts } from '../budget/raise-alerts.js';
import { asPresentActor, toUserError } from '../command/command.js';
import type { OrganizationDatabase } from '../database/database.js';
import { objectsOf } from '../database/message.js';
import type { SharedStatement } from '../database/shared-statements.js';
import { organization, prepare, sql } from '../database/sql.js';
import { Refusal, type RefusalName, type Refused } from '../errors.js';
import type { Reader } from '../fetch/caller.js';
import { guardrails } from '../guardrail/guardrail.entity.js';
import { llmConfigurations } from '../llm-configuration/llm-configuration.entity.js';
import { normalizeName } from '../text.js';
import type { RecordUsageInput, RecordUsagePayload, UsageRecordInput } from './usage.inputs.js';
import { recordsMax, refusedFields } from './usage-checks.js';
import { recordedUsage } from './usage-metrics.js';

/** Why the database does not count a record, and of which of its fields that is told; of a duplicate nobody is told. */
const reasons: Readonly<Record<string, readonly [RefusalName, keyof UsageRecordInput]>> = {
  UNKNOWN_KEY: ['keyDigestNotFound', 'keyDigest'],
  UNKNOWN_CONFIGURATION: ['llmConfigurationNotFound', 'llmConfigurationId'],
  UNKNOWN_GUARDRAIL: ['guardrailNotFound', 'guardrailIds'],
  TOO_OLD: ['usageTooOld', 'occurredAt'],
  IN_THE_FUTURE: ['usageInTheFuture', 'occurredAt'],
};

/**
 * Counts what requests have used, each request once, and settles what was held for them. Records that can't be counted are
 * refused by their place, and the others are kept. No command: it has no workspace to lock and writes no audit event, and
 * a batch may be of a thousand workspaces.
 */
export async function recordUsage(reader: Reader, input: RecordUsageInput): Promise<RecordUsagePayload> {
  try {
    return await asPresentActor(reader, () => recordOnce(reader, input));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    logRefusal(reader, 'gateway.call', error.refused);
    return { recorded: 0, duplicates: 0, userErrors: error.refused.map(toUserError) };
  }
}

async function recordOnce(reader: Reader, input: RecordUsageInput): Promise<RecordUsagePayload> {
  authorizeAnywhere(reader.actor, 'gateway.call');
  if (input.records.length > recordsMax) {
    const refused: Refused = { refusal: 'tooManyRecords', field: ['input', 'records'] };
    return { recorded: 0, duplicates: 0, userErrors: [toUserError(refused)] };
  }
  const malformed: RefusedRecord[] = [];
  const good: [number, UsageRecordInput][] = [];
  for (const [place, record] of input.records.entries()) {
    const refused = [...refusedFields(record)].map(([refusal, field]) => refusedRecord(refusal, place, field));
    if (refused.length > 0) malformed.push(...refused);
    else good.push([place, record]);
  }
  const { counted, refused, alerts } = await writeUsage(reader.database, good);
  tellAlerts(reader.log, alerts);

  const all = [...malformed, ...refused].sort((a, b) => a.place - b.place);
  const duplicates = good.length - counted - refused.length;
  recordedUsage.inc({ outcome: 'recorded' }, counted);
  recordedUsage.inc({ outcome: 'duplicate' }, duplicates);
  recordedUsage.inc({ outcome: 'refused' }, input.records.length - counted - duplicates);
  return { recorded: counted, duplicates, userErrors: all.map(toUserError) };
}

interface RefusedRecord extends Refused {
  readonly place: number;
}

function refusedRecord(refusal: RefusalName, place: number, field: string): RefusedRecord {
  return { refusal, place, field: ['input', 'records', String(place), field] };
}

interface Written {
  readonly counted: number;
  readonly refused: readonly RefusedRecord[];
  readonly alerts: readonly RaisedAlert[];
}

/** Sends the records, which stand with their places in the client's list. */
export async function writeUsage(
  database: OrganizationDatabase,
  records: readonly (readonly [place: number, UsageRecordInput])[],
): Promise<Written> {
  if (records.length === 0) return { counted: 0, refused: [], alerts: [] };
  const values = JSON.stringify(records.map(([, record]) => valuesOf(record)));
  const answer = await database.share(recording, values);
  const refused = answer.places.flatMap((ordinal, index) => {
    const [refusal, field] = reasons[answer.reasons[index] ?? ''] ?? [];
    const [place] = records[ordinal - 1] ?? [];
    const isRefused = refusal !== undefined && field !== undefined && place !== undefined;
    return isRefused ? [refusedRecord(refusal, place, field)] : [];
  });
  return { counted: records.length - answer.places.length, refused, alerts: answer.alerts };
}

interface Row {
  /** From 1 on, with the reason for each. */
  readonly places: readonly number[];
  readonly reasons: readonly string[];
  readonly alerts: readonly RaisedAlert[];
}

/** What looks like no id stands for nothing, as the id of nothing does. */
const nothing = '00000000-0000-0000-0000-000000000000';

/** Field by field: copying objects of a class as a whole takes several times as long. */
function valuesOf(record: UsageRecordInput): object {
  const { llmConfigurationId, guardrailIds } = record;
  return {
    requestId: record.requestId,
    keyDigest: record.keyDigest,
    model: normalizeName(record.model),
    llmConfigurationId: llmConfigurationId == null ? null : (llmConfigurations.uuidOf(llmConfigurationId) ?? nothing),
    status: record.status,
    errorCode: record.errorCode,
    inputTokens: record.inputTokens,
    cachedInputTokens: record.cachedInputTokens,
    outputTokens: record.outputTokens,
    cost: record.cost,
    latencyMs: record.latencyMs,
    guardrailIds: guardrailIds == null ? [] : [...new Set(guardrailIds.map((id) => guardrails.uuidOf(id) ?? nothing))],
    tags: record.tags,
    occurredAt: record.occurredAt,
  };
}

/**
 * A batch is a message of its own and the whole of its transaction, so that no ledger is held while an answer travels, or by a
 * process that is frozen. None waits for another one.
 */
const recording: SharedStatement<string, Row> = {
  itemsMax: 1,
  underWayMax: Number.POSITIVE_INFINITY,
  statement: ([values = '[]']) =>
    prepare(
      sql`SELECT places, reasons, alerts FROM record_usage(${organization}, ${values}::json, first_usage_month()) AS recorded`,
    ),
  read: (answer) => objectsOf<Row>(answer),
};
