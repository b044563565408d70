import { GuardrailAction, guardrails } from '../guardrail/guardrail.entity.js';
import { llmConfigurations } from '../llm-configuration/llm-configuration.entity.js';
import { RequestStatus } from '../usage/request-status.js';
import type { UsageRecordInput } from '../usage/usage.inputs.js';
import { VirtualKeyStatus } from '../virtual-key/virtual-key.entity.js';
import { demoNumbers } from './demo-ids.js';
import type { DemoRows } from './demo-rows.js';

const { SUCCEEDED, FAILED, BLOCKED, CANCELLED } = RequestStatus;

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const days = 30;

/** How much of a day's work falls into each hour of it, from midnight on. */
const hourWeights = [1, 1, 1, 1, 1, 2, 4, 8, 12, 14, 14, 13, 10, 12, 14, 13, 12, 9, 6, 4, 3, 2, 2, 1];
const wholeDay = hourWeights.reduce((sum, weight) => sum + weight, 0);
/** Of a working day's requests, on a day of the week from Sunday on. */
const weekdayShares = [0.15, 1, 1.1, 1.1, 1.05, 0.9, 0.2];

/** On a working day, by environment; a workspace has them for each key that is in use. */
const requestsADay = { PRODUCTION: 18, STAGING: 6, SANDBOX: 3 } as const;

/** A release that many people tried: so many times the usual requests on that day. */
const spike = { workspace: 'Support Copilot', daysAgo: 9, times: 6 };
/** Hours in which a provider was overloaded: what went to it failed, after a long wait. */
const incident = { daysAgo: 3, fromHour: 13, toHour: 16, model: 'writer', errorCode: 'provider_overloaded' };
/** Long documents that are read over night, which nearly spend a small budget. */
const overnight = { workspace: 'Kinyarwanda Voice Lab', requests: 340, inputTokens: 800_000, outputTokens: 60_000 };
/** A production workspace in which somebody runs tests. */
const tested = { workspace: 'Ticket Triage', tag: 'test:regression' };

const models = ['writer', 'writer', 'fast', 'fast', 'fast', 'cheapest'] as const;
const surfaces = ['web', 'mobile', 'batch', 'internal'] as const;

/**
 * The requests of the last thirty days, in the order of their workspaces: more by day than by night and on working days,
 * with a spike, an incident, a budget nearly spent and test traffic. The same for the same day, as far as that has come.
 */
export function* demoUsage(rows: DemoRows, now: Date): Generator<UsageRecordInput> {
  const today = Math.floor(now.getTime() / dayMs) * dayMs;
  for (const workspace of rows.workspaces) {
    const scene = sceneOf(rows, workspace, now);
    for (let ago = days; ago >= 0; ago--) {
      for (const usage of usageOfDay(scene, today, ago)) if (usage.occurredAt <= now) yield usage;
    }
  }
}

type WorkspaceRow = DemoRows['workspaces'][number];
type Scene = ReturnType<typeof sceneOf>;

/** What the requests of a workspace are made of. */
function sceneOf(rows: DemoRows, workspace: WorkspaceRow, now: Date) {
  const inUse = rows.virtualKeys.filter(
    ({ workspaceId, lastUsedAt, status, expiresAt }) =>
      workspaceId === workspace.id &&
      status === VirtualKeyStatus.ACTIVE &&
      lastUsedAt !== null &&
      (expiresAt === null || expiresAt > now),
  );
  return {
    workspace,
    keys: inUse.map(({ id, createdAt }) => {
      const secret = rows.virtualKeySecrets.find(({ virtualKeyId }) => virtualKeyId === id);
      return { digest: secret?.secretDigest.toString('hex') ?? '', ageMs: now.getTime() - createdAt.getTime() };
    }),
    eligibleOf: (model: string) =>
      rows.modelRoutes.find((route) => route.workspaceId === workspace.id && route.model === model)?.eligibleIds ?? [],
    guardrails: rows.guardrails.filter(({ workspaceId }) => workspaceId === workspace.id),
  };
}

function* usageOfDay(scene: Scene, today: number, ago: number): Generator<UsageRecordInput> {
  const day = today - ago * dayMs;
  // By their ages, so that the hour in which the data are made changes nothing.
  const digests = scene.keys.filter(({ ageMs }) => ageMs >= ago * dayMs).map(({ digest }) => digest);
  if (digests.length === 0) return;
  const { name, environment } = scene.workspace;
  const random = demoNumbers('usage', `${name}/${day / dayMs}`);
  const share = weekdayShares[new Date(day).getUTCDay()] as number;
  const times = name === spike.workspace && ago === spike.daysAgo ? spike.times : 1;
  const requests = Math.round(requestsADay[environment] * digests.length * share * times * (0.8 + 0.4 * random()));
  for (let index = 0; index < requests; index++) yield requestAt(scene, { day, ago, index, digests, random });
  if (name === overnight.workspace && ago === 0) yield* overnightOf(scene, day, digests[0] as string);
}

interface Moment {
  readonly day: number;
  readonly ago: number;
  readonly index: number;
  /** Of the keys that there were by then. */
  readonly digests: readonly string[];
  readonly random: () => number;
}

function requestAt(scene: Scene, { day, ago, index, digests, random }: Moment): UsageRecordInput {
  const { name } = scene.workspace;
  const at = day + hourOf(random) * hourMs + Math.floor(random() * hourMs);
  const model = pick(models, random);
  const hour = new Date(at).getUTCHours();
  const isInIncident =
    ago === incident.daysAgo && model === incident.model && hour >= incident.fromHour && hour < incident.toHour;
  const isFailed = random() < (isInIncident ? 0.7 : 0.01);
  const blocking = scene.guardrails.find(({ action }) => action === GuardrailAction.BLOCK);
  const isBlocked = !isFailed && blocking !== undefined && random() < 0.01;
  const status = isFailed ? FAILED : isBlocked ? BLOCKED : random() < 0.005 ? CANCELLED : SUCCEEDED;
  const inputTokens = Math.round(1_000 + 300_000 * random() ** 3);
  const redacting = scene.guardrails.find(({ action }) => action === GuardrailAction.REDACT);
  const matching = isBlocked ? blocking : random() < 0.04 ? redacting : undefined;
  return {
    requestId: `demo-${scene.workspace.id.slice(-12)}-${day / dayMs}-${index}`,
    keyDigest: pick(digests, random),
    model,
    llmConfigurationId: isBlocked ? null : llmConfigurations.globalId(pick(scene.eligibleOf(model), random)),
    status,
    errorCode: isFailed ? (isInIncident ? incident.errorCode : 'provider_error') : null,
    inputTokens: isBlocked ? 0 : inputTokens,
    cachedInputTokens: isBlocked || random() < 0.5 ? 0 : Math.floor(inputTokens * 0.8 * random()),
    outputTokens: status === SUCCEEDED ? Math.round(100 + 12_000 * random() ** 2) : 0,
    latencyMs: isBlocked ? 3 : isInIncident && isFailed ? 30_000 : Math.round(300 + 12_000 * random() ** 3),
    guardrailIds: matching === undefined ? [] : [guardrails.globalId(matching.id)],
    tags: [`surface:${pick(surfaces, random)}`, ...(name === tested.workspace && random() < 0.05 ? [tested.tag] : [])],
    occurredAt: new Date(at),
  };
}

/** Right after the day has begun, a second apart. */
function* overnightOf(scene: Scene, day: number, keyDigest: string): Generator<UsageRecordInput> {
  const { requests, inputTokens, outputTokens } = overnight;
  const [first = ''] = scene.eligibleOf('writer');
  for (let index = 0; index < requests; index++) {
    yield {
      requestId: `demo-overnight-${day / dayMs}-${index}`,
      keyDigest,
      model: 'writer',
      llmConfigurationId: llmConfigurations.globalId(first),
      status: SUCCEEDED,
      errorCode: null,
      inputTokens,
      cachedInputTokens: 0,
      outputTokens,
      latencyMs: 40_000 + index * 10,
      guardrailIds: [],
      tags: ['surface:batch'],
      occurredAt: new Date(day + index * 1_000),
    };
  }
}

/** An hour of the day, by how much work falls into each. */
function hourOf(random: () => number): number {
  let left = random() * wholeDay;
  return hourWeights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)] as Item;
}
