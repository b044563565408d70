import { type Sql, sql } from '../database/sql.js';
import { requestError } from '../errors.js';
import { limitFilter } from '../fetch/filter.js';
import { guardrails } from '../guardrail/guardrail.entity.js';
import { llmConfigurations } from '../llm-configuration/llm-configuration.entity.js';
import { RequestStatus } from '../usage/request-status.js';
import { virtualKeys } from '../virtual-key/virtual-key.entity.js';
import type { RequestLogFilter } from './request-log.inputs.js';

/** A filter with what its ids name, each value once; what is left out is no condition. */
export interface LogConditions {
  readonly virtualKeyIds?: readonly string[];
  readonly models?: readonly string[];
  readonly providers?: readonly string[];
  readonly statuses?: readonly string[];
  readonly llmConfigurationIds?: readonly string[];
  readonly guardrailIds?: readonly string[];
  readonly requestId?: string;
  readonly minLatencyMs?: number;
  /** In the eighth decimal of the currency's unit. */
  readonly minCostUnits?: string;
  readonly tags?: readonly string[];
}

const tagsMax = 20;
const tagLengthMax = 100;
const nameLengthMax = 200;

/**
 * What must hold; null where nothing can, because a list of values is empty.
 * @throws BAD_USER_INPUT for more values or longer texts than there are
 */
export function readLogFilter(filter: RequestLogFilter): LogConditions | null {
  const { virtualKeyIds, models, providers, statuses, llmConfigurationIds, guardrailIds } = filter;
  const { requestId, minLatencyMs, minCost, tags } = filter;
  limitFilter({ virtualKeyIds, models, providers, statuses, llmConfigurationIds, guardrailIds });
  limitTexts('models', models ?? [], nameLengthMax);
  limitTexts('requestId', requestId == null ? [] : [requestId], nameLengthMax);
  limitTexts('tags', tags ?? [], tagLengthMax);
  if ((tags?.length ?? 0) > tagsMax) {
    throw requestError('logFilterInvalid', `The filter "tags" takes at most ${tagsMax} tags.`);
  }
  const lists = {
    ...(virtualKeyIds != null && { virtualKeyIds: once(virtualKeys.uuidsOf(virtualKeyIds)) }),
    ...(models != null && { models: once(models.map(withoutNul)) }),
    ...(providers != null && { providers: once(providers) }),
    ...(statuses != null && { statuses: once(statuses) }),
    ...(llmConfigurationIds != null && { llmConfigurationIds: once(llmConfigurations.uuidsOf(llmConfigurationIds)) }),
    ...(guardrailIds != null && { guardrailIds: once(guardrails.uuidsOf(guardrailIds)) }),
  };
  if (Object.values(lists).some(({ length }) => length === 0)) return null;
  const { statuses: some, ...others } = lists;
  return {
    ...others,
    ...(some !== undefined && some.length < Object.keys(RequestStatus).length && { statuses: some }),
    ...(requestId != null && { requestId: withoutNul(requestId) }),
    // Nothing is below 0.
    ...(minLatencyMs != null && minLatencyMs > 0 && { minLatencyMs }),
    ...(minCost != null && toUnits(minCost) > 0n && { minCostUnits: String(toUnits(minCost)) }),
    ...(tags != null && tags.length > 0 && { tags: once(tags.map(withoutNul)) }),
  };
}

function limitTexts(field: string, texts: readonly string[], max: number): void {
  // In UTF-16 units first, so that a long text is not counted through.
  if (!texts.some((text) => text.length > 2 * max || [...text].length > max)) return;
  throw requestError('logFilterInvalid', `A text of the filter "${field}" has at most ${max} characters.`);
}

const unitDecimals = 8;
/** Above every cost, and as much as the column holds. */
const unitsMax = 2n ** 63n - 1n;

/** The least cost of eight decimals that is not below the amount; none is negative. */
function toUnits(amount: string): bigint {
  if (amount.startsWith('-')) return 0n;
  const [whole = '', decimals = ''] = amount.split('.');
  const units = BigInt(whole + decimals.slice(0, unitDecimals).padEnd(unitDecimals, '0'));
  const rounded = /[1-9]/.test(decimals.slice(unitDecimals)) ? units + 1n : units;
  return rounded < unitsMax ? rounded : unitsMax;
}

/** The same values in any order are the same list. */
function once<Value extends string>(values: readonly Value[]): readonly Value[] {
  return [...new Set(values)].sort();
}

/** PostgreSQL's text can't hold NUL, so no record has one either. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '\u{fffd}');
}

type Checks = {
  readonly [Name in keyof LogConditions]-?: (value: NonNullable<LogConditions[Name]>) => Sql;
};

/** How each condition is looked at on a record `l`. */
const checks: Checks = {
  virtualKeyIds: (ids) => sql`l.virtual_key_id = ANY (${ids}::uuid[])`,
  models: (names) => sql`l.model = ANY (${names}::text[])`,
  // Null where no provider was asked.
  providers: (names) => sql`coalesce(l.provider = ANY (${names}::text[]), false)`,
  statuses: (names) => sql`l.status = ANY (${names}::text[])`,
  llmConfigurationIds: (ids) => sql`coalesce(l.llm_configuration_id = ANY (${ids}::uuid[]), false)`,
  guardrailIds: (ids) => sql`l.guardrail_ids && ${ids}::uuid[]`,
  requestId: (id) => sql`l.request_id = ${id}`,
  minLatencyMs: (least) => sql`l.latency_ms >= ${least}`,
  minCostUnits: (least) => sql`l.cost_units >= ${least}::bigint`,
  tags: (all) => sql`l.tags @> ${all}::text[]`,
};

/** SQL for each of the conditions, over a record `l`. */
export function checksOf(conditions: LogConditions): Sql[] {
  return Object.entries(conditions).map(([name, value]) => {
    return (checks[name as keyof LogConditions] as (value: unknown) => Sql)(value);
  });
}
