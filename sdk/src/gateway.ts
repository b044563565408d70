import type { CallPromise } from './call-promise.js';
import type { UserError } from './errors.js';
import type { Executor } from './executor.js';
import { AuthorizeGatewayRequestDocument, RecordUsageDocument } from './generated/documents.js';
import type {
  AuthorizeGatewayRequestInput,
  GatewayAuthorizationFragment,
  RecordUsageInput,
  RequestStatus,
  UsageRecordInput,
} from './generated/operations.js';
import type { CallOptions } from './options.js';

type Decided<Fields extends keyof GatewayAuthorizationFragment> = {
  readonly [Field in Fields]: NonNullable<GatewayAuthorizationFragment[Field]>;
};

/** A request that may go: to which configurations, in the order to try, and under which guardrails. */
export interface AllowedRequest
  extends Decided<'reservedCost' | 'reservationExpiresAt' | 'workspace' | 'virtualKey' | 'targets' | 'guardrails'> {
  readonly allowed: true;
  readonly denial: null;
}

/** A request that may not go, and why; workspace and key are there from a known key on. */
export interface DeniedRequest
  extends Decided<'denial'>,
    Pick<GatewayAuthorizationFragment, 'workspace' | 'virtualKey' | 'targets' | 'guardrails'> {
  readonly allowed: false;
  readonly reservedCost: null;
  readonly reservationExpiresAt: null;
}

/** What the server decides of a request. A refusal is an answer, not an error: look at `allowed` first. */
export type GatewayDecision = AllowedRequest | DeniedRequest;

/** What became of a list of usage records; those that are not refused are kept. */
export interface RecordedUsage {
  /** How many were counted now. */
  readonly recorded: number;
  /** How many had been counted before. */
  readonly duplicates: number;
  /** Those that were not, in the order of the list; to send them again as they are is of no use. */
  readonly refused: readonly RefusedRecord[];
}

/** A usage record that was refused. */
export interface RefusedRecord {
  /** Its place in the list, from 0 on. */
  readonly index: number;
  /** As it was given. */
  readonly record: UsageRecordInput;
  /** Everything that is wrong with it. */
  readonly reasons: readonly [UsageRefusal, ...UsageRefusal[]];
}

/** One thing that is wrong with a usage record. */
export interface UsageRefusal {
  /** For programs, such as `NOT_FOUND`. */
  readonly code: string;
  /** A sentence for people. */
  readonly message: string;
  /** The field of the record, such as `keyDigest` or `tags.2`; null for the record as a whole. */
  readonly field: string | null;
}

/** A request that ends without having used anything, such as one that a guardrail has blocked. */
export interface ReleaseInput extends Pick<UsageRecordInput, 'requestId' | 'keyDigest' | 'model'> {
  /** `CANCELLED` unless given. */
  status?: RequestStatus | undefined;
  errorCode?: string | null | undefined;
  /** The last one that was tried. */
  llmConfigurationId?: string | null | undefined;
  /** 0 unless given. */
  latencyMs?: number | undefined;
  /** Those that matched. */
  guardrailIds?: readonly string[] | null | undefined;
  tags?: readonly string[] | null | undefined;
  /** When the request came in: now, unless given. */
  occurredAt?: string | undefined;
}

/** What a gateway asks and tells, with a service token of the scope GATEWAY. */
export class Gateway {
  readonly #executor: Executor;

  /** @internal Made by TokenVueClient. */
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /**
   * Asks whether a request may go, and reserves the most that it can cost in the budgets. It may be sent again at will,
   * because a repeat of the `requestId` answers with the first decision; so it is retried as reads are. Throws
   * MissingScopeError without the scope, and RequestError (`BAD_USER_INPUT`) on a count or an id that does not fit.
   */
  authorize(input: AuthorizeGatewayRequestInput, call?: CallOptions): CallPromise<GatewayDecision> {
    const options = { ...call, isRepeatable: true };
    // What is there with which decision is the API's promise, which its nullable fields cannot say.
    return this.#executor.field(AuthorizeGatewayRequestDocument, { input }, options) as CallPromise<GatewayDecision>;
  }

  /**
   * Records what up to 1,000 requests used, and settles their reservations. It may be sent again at will, because each
   * request is counted once; so it is retried as reads are. What is wrong with single records is answered, not thrown.
   * Throws ForbiddenError without the scope, LimitReachedError for more than 1,000, and RequestError (`BAD_USER_INPUT`)
   * where the list as a whole cannot be read.
   */
  recordUsage(input: RecordUsageInput, call?: CallOptions): CallPromise<RecordedUsage> {
    const { records } = input;
    const options = { ...call, isRepeatable: true };
    const isOfRecord = ({ field }: UserError) => records[placeOf(field).index] !== undefined;
    return this.#executor
      .parts(RecordUsageDocument, input, isOfRecord, options)
      .map(({ recorded, duplicates, userErrors }) => ({
        recorded,
        duplicates,
        refused: refusedOf(records, userErrors),
      }));
  }

  /**
   * Gives the reservation of a request back whole, by recording it as one that used nothing: `CANCELLED` now, in no time,
   * unless the input says otherwise. Throws ForbiddenError, or what is wrong with the record: NotFoundError or
   * InvalidInputError.
   */
  release(input: ReleaseInput, call?: CallOptions): CallPromise<void> {
    // What was authorized may be given as it is, of which a record has only a part.
    const { requestId, keyDigest, model, errorCode, llmConfigurationId, guardrailIds, tags } = input;
    const { status = 'CANCELLED', latencyMs = 0, occurredAt = new Date().toISOString() } = input;
    const request = { requestId, keyDigest, model, errorCode, llmConfigurationId, guardrailIds, tags, occurredAt };
    const record = { ...request, status, latencyMs, inputTokens: 0, outputTokens: 0 };
    const options = { ...call, isRepeatable: true };
    return this.#executor.payload(RecordUsageDocument, { records: [record] }, options).map(() => undefined);
  }
}

/** What is wrong with each record, in the order of the records. */
function refusedOf(records: readonly UsageRecordInput[], userErrors: readonly UserError[]): RefusedRecord[] {
  const reasons = new Map<number, UsageRefusal[]>();
  for (const { code, message, field } of userErrors) {
    const { index, path } = placeOf(field);
    const own = reasons.get(index) ?? [];
    own.push({ code, message, field: path.join('.') || null });
    reasons.set(index, own);
  }
  return records.flatMap((record, index) => {
    const [first, ...others] = reasons.get(index) ?? [];
    return first ? [{ index, record, reasons: [first, ...others] }] : [];
  });
}

/** Which record a path such as `["input", "records", "3", "tags", "2"]` means, and what of it. */
function placeOf(field: UserError['field']): { index: number; path: string[] } {
  const [, index = '', ...path] = field?.slice(field.indexOf('records')) ?? [];
  return { index: /^\d+$/.test(index) ? Number(index) : -1, path };
}
