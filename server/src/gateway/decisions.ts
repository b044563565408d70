import type { Answer, TextRow } from '../database/message.js';
import type { SharedStatement } from '../database/shared-statements.js';
import { organization, prepare, sql } from '../database/sql.js';
import { integers, parseTime, uuids } from '../database/table.js';
import type { GatewayDenialCode } from './gateway-denial.js';

/** A request as the database is asked about it. */
export interface AskedRequest {
  readonly requestId: string;
  /** In lower-case hex. */
  readonly keyDigest: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
}

/** The id stands for a request of another key of the workspace: no decision, but a mistake of the gateway's. */
export const ofAnotherKey = 'REQUEST_OF_ANOTHER_KEY';

/** What the database has decided; ids are UUIDs. */
export interface Decision {
  readonly denial: GatewayDenialCode | typeof ofAnotherKey | null;
  readonly retryAt: Date | null;
  /** Null where nothing is held. */
  readonly cost: string | null;
  readonly holdUntil: Date | null;
  /** Null of an unknown key, as the key is. */
  readonly workspaceId: string | null;
  readonly virtualKeyId: string | null;
  /** In the order to try, with what lies beside each; empty of a denial. */
  readonly targetIds: readonly string[];
  readonly targetVersions: readonly number[];
  readonly targetWeights: readonly number[];
  /** Rises with every change of the workspace's guardrails. */
  readonly guardrailsVersion: number;
  /** Reservations that had run out and were given back on the way. */
  readonly givenBack: number;
}

/** Requests that are decided in one statement, and such statements of one organization at once. */
const itemsMax = 128;
const underWayMax = 2;

/**
 * Decides requests of an organization that come together, in one statement. Done again it decides the same: a repeat of what
 * is held is answered with what was decided first.
 */
export function decisions(reservationSeconds: number): SharedStatement<AskedRequest, Decision> {
  return {
    itemsMax,
    underWayMax,
    statement: (requests) =>
      prepare(
        // Nothing but the call, so that a distributed database sends it whole to where the organization is.
        sql`SELECT * FROM authorize_requests(
            ${organization}, ${requests.map(({ requestId }) => requestId)}::text[],
            ${requests.map(({ keyDigest }) => `\\x${keyDigest}`)}::bytea[],
            ${requests.map(({ model }) => model)}::text[],
            ${requests.map(({ inputTokens }) => inputTokens)}::integer[],
            ${requests.map(({ maxOutputTokens }) => maxOutputTokens)}::integer[],
            ${`${reservationSeconds} seconds`}::interval
          )`,
      ),
    read: ({ rows }: Answer) => [...rows].sort((a, b) => Number(a[0]) - Number(b[0])).map(toDecision),
  };
}

const parseUuids = uuids().parse;
const parseIntegers = integers().parse;

/** Of the columns in the order of the function's. */
function toDecision([
  _place,
  denial,
  retryAt,
  cost,
  holdUntil,
  workspaceId,
  virtualKeyId,
  targetIds,
  targetVersions,
  targetWeights,
  guardrailsVersion,
  givenBack,
]: TextRow): Decision {
  const isAllowed = denial == null;
  return {
    denial: (denial ?? null) as Decision['denial'],
    retryAt: retryAt == null ? null : parseTime(retryAt),
    cost: cost ?? null,
    holdUntil: holdUntil == null ? null : parseTime(holdUntil),
    workspaceId: workspaceId ?? null,
    virtualKeyId: virtualKeyId ?? null,
    targetIds: isAllowed ? parseUuids(targetIds ?? '{}') : [],
    targetVersions: isAllowed ? parseIntegers(targetVersions ?? '{}') : [],
    targetWeights: isAllowed ? parseIntegers(targetWeights ?? '{}') : [],
    guardrailsVersion: Number(guardrailsVersion ?? 0),
    givenBack: Number(givenBack ?? 0),
  };
}
