import type { GraphQLResolveInfo } from 'graphql';
import { requireScope } from '../access/require-scope.js';
import { organization, prepare, sql } from '../database/sql.js';
import { requestError } from '../errors.js';
import type { Reader } from '../fetch/caller.js';
import type { NounRow } from '../fetch/plan.js';
import { selectionOf } from '../fetch/selection.js';
import type { Noun } from '../graphql/noun.js';
import { guardrails } from '../guardrail/guardrail.entity.js';
import { llmConfigurations } from '../llm-configuration/llm-configuration.entity.js';
import { readNameUpTo } from '../text.js';
import { virtualKeys } from '../virtual-key/virtual-key.entity.js';
import { workspaces } from '../workspace/workspace.entity.js';
import { type AskedRequest, type Decision, ofAnotherKey } from './decisions.js';
import { type GatewayAuthorization } from './gateway.entity.js';
import type { AuthorizeGatewayRequestInput } from './gateway.inputs.js';
import { Gateway, type KnownGuardrail } from './gateway.js';
import { denialMessages, GatewayDenialCode } from './gateway-denial.js';
import { expiredReservations, gatewayDecisions } from './gateway-metrics.js';

/**
 * Decides on a request and holds the most that it may cost. No command: nothing of the workspace changes, so that it locks
 * nothing of it and no audit event tells; calls that come together are one statement.
 * @throws FORBIDDEN, BAD_USER_INPUT
 */
export async function authorizeGatewayRequest(
  reader: Reader,
  input: AuthorizeGatewayRequestInput,
  info: GraphQLResolveInfo,
): Promise<GatewayAuthorization> {
  requireScope(reader, 'gateway.call');
  const asked = readRequest(input);
  const gateway = reader.services.get(Gateway);
  const decision = isDigest(asked.keyDigest) ? await reader.database.share(gateway.decisions, asked) : ofUnknownKey;
  const { denial } = decision;
  if (denial === ofAnotherKey) throw malformed('requestId', 'is that of a request of another key');
  const decided = { ...decision, denial };
  await count(reader, gateway, asked, decided);
  return toAuthorization(reader, gateway, decided, info);
}

interface Decided extends Decision {
  readonly denial: GatewayDenialCode | null;
}

const requestIdMax = 200;
const modelMax = 200;
const tokensMax = 100_000_000;

/** @throws BAD_USER_INPUT */
function readRequest(input: AuthorizeGatewayRequestInput): AskedRequest {
  const { requestId, keyDigest, inputTokens, maxOutputTokens } = input;
  if (!isPrintable(requestId, requestIdMax)) throw malformed('requestId', 'has 1 to 200 printable characters');
  const model = readNameUpTo(input.model, modelMax);
  if (model === null) throw malformed('model', 'has 1 to 200 characters, without control characters');
  for (const [field, tokens] of Object.entries({ inputTokens, maxOutputTokens })) {
    if (tokens < 0 || tokens > tokensMax) throw malformed(field, 'is a number from 0 to 100,000,000');
  }
  return { requestId, keyDigest, model, inputTokens, maxOutputTokens };
}

function malformed(field: string, rule: string): Error {
  return requestError('gatewayRequestInvalid', `The field "input.${field}" ${rule}.`);
}

/** Whether the text has 1 to so many characters, each of which can be seen, or is a blank between them. */
function isPrintable(text: string, lengthMax: number): boolean {
  if (text === '' || text.length > 2 * lengthMax || /[\p{C}\p{Zl}\p{Zp}]/u.test(text)) return false;
  return text.length <= lengthMax || [...text].length <= lengthMax;
}

/** SHA-256 in lower-case hex; anything else is the digest of no key, and nobody need be asked. */
function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

const ofUnknownKey: Decided = {
  denial: GatewayDenialCode.UNKNOWN_KEY,
  retryAt: null,
  cost: null,
  holdUntil: null,
  workspaceId: null,
  virtualKeyId: null,
  targetIds: [],
  targetVersions: [],
  targetWeights: [],
  guardrailsVersion: 0,
  givenBack: 0,
};

/** For those who watch the service, and of a known key for those whose requests were refused. */
async function count(
  { actor }: Reader,
  { denials }: Gateway,
  { model }: AskedRequest,
  decision: Decided,
): Promise<void> {
  const { denial: code, workspaceId, virtualKeyId, givenBack } = decision;
  gatewayDecisions.inc({ code: code ?? 'ALLOWED' });
  if (givenBack > 0) expiredReservations.inc(givenBack);
  if (code === null || workspaceId === null || virtualKeyId === null) return;
  await denials.count({ organizationId: actor.organizationId, workspaceId, virtualKeyId, code, model });
}

const paths = {
  workspace: [['workspace']],
  virtualKey: [['virtualKey']],
  llmConfiguration: [['targets', 'llmConfiguration']],
  guardrails: [['guardrails']],
} as const;

async function toAuthorization(
  reader: Reader,
  gateway: Gateway,
  decision: Decided,
  info: GraphQLResolveInfo,
): Promise<GatewayAuthorization> {
  const { denial, retryAt, cost, holdUntil, workspaceId, virtualKeyId, targetIds } = decision;
  const workspace = shows(info, workspaces, paths.workspace, ['id']);
  const virtualKey = shows(info, virtualKeys, paths.virtualKey, ['id']);
  const target = shows(info, llmConfigurations, paths.llmConfiguration, ['id', 'version']);
  const guardrail = shows(info, guardrails, paths.guardrails, ['id', 'version']);
  return {
    allowed: denial === null,
    denial: denial === null ? null : { code: denial, message: denialMessages[denial], retryAt },
    reservedCost: cost === null ? null : { amount: toAmount(cost), currency: reader.actor.currency },
    reservationExpiresAt: holdUntil,
    workspace: workspaceId === null ? null : workspace({ id: workspaceId }),
    virtualKey: virtualKeyId === null ? null : virtualKey({ id: virtualKeyId }),
    targets: targetIds.map((id, index) => ({
      llmConfiguration: target({ id, version: decision.targetVersions[index] }),
      weight: decision.targetWeights[index] ?? 0,
    })),
    guardrails:
      denial === null && workspaceId !== null && selectionOf(info, paths.guardrails).size > 0
        ? (await guardrailsOf(reader, gateway, workspaceId, decision.guardrailsVersion)).map(guardrail)
        : [],
  };
}

/** From two to eight decimals, as costs have. */
function toAmount(cost: string): string {
  return cost.includes('.') ? cost.replace(/(\.\d{2}\d*?)0+$/, '$1').replace(/\.(\d)$/, '.$10') : `${cost}.00`;
}

interface Known {
  /** UUID. */
  readonly id: string;
  readonly version?: number | undefined;
}

/** Answers with what is known of an object where no more than these fields is asked of it, else with its UUID, to be loaded. */
function shows(
  info: GraphQLResolveInfo,
  noun: Noun,
  at: readonly (readonly string[])[],
  fields: readonly string[],
): (known: Known) => NounRow | string {
  const asked = [...selectionOf(info, at).keys()];
  if (!asked.every((field) => field === '__typename' || fields.includes(field))) return ({ id }) => id;
  return ({ id, ...others }) => ({ ...others, __typename: noun.type, uuid: id, id: noun.globalId(id) });
}

/** The enabled guardrails in their order. A list is kept under the version of which it was read, so that none is stale. */
async function guardrailsOf(
  { database }: Reader,
  { guardrails: kept }: Gateway,
  workspaceId: string,
  version: number,
): Promise<readonly KnownGuardrail[]> {
  const known = kept.get(`${workspaceId} ${version}`);
  if (known !== undefined) return known;
  const { rows } = await database.texts(
    prepare(sql`SELECT w.guardrails_version, g.id, g.version FROM workspaces w
      LEFT JOIN guardrails g ON g.organization_id = ${organization} AND g.workspace_id = w.id AND g.enabled
        AND g.deleted_at IS NULL
      WHERE w.organization_id = ${organization} AND w.id = ${workspaceId} ORDER BY g.stage, g.position`),
  );
  const list = rows.flatMap(([, id, ofGuardrail]) => (id == null ? [] : [{ id, version: Number(ofGuardrail) }]));
  kept.set(`${workspaceId} ${rows[0]?.[0]}`, list);
  return list;
}
