import {
  GuardrailAction,
  GuardrailKind,
  type GuardrailRow,
  GuardrailStage,
  PiiType,
} from '../guardrail/guardrail.entity.js';
import { LlmProvider } from '../llm-configuration/llm-configuration.entity.js';
import { RouteStrategy } from '../model-route/model-route.entity.js';
import { nameKey } from '../text.js';
import { WorkspaceEnvironment, WorkspaceRegion } from '../workspace/workspace.entity.js';
import { demoId } from './demo-ids.js';

/** A workspace, as far as what it routes depends on it. */
export interface RoutingPlan {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly environment: WorkspaceEnvironment;
  readonly region: WorkspaceRegion;
  readonly createdAt: Date;
}

/** Provider, its model, and prices of a million tokens: input, cached input, output. */
type ModelLine = readonly [
  name: string,
  provider: LlmProvider,
  model: string,
  prices: readonly [string, string, string],
];

const models: readonly ModelLine[] = [
  ['Claude Sonnet', LlmProvider.ANTHROPIC, 'claude-sonnet-4-5', ['3.00', '0.30', '15.00']],
  ['GPT-5', LlmProvider.OPENAI, 'gpt-5', ['1.25', '0.125', '10.00']],
  ['Mistral Small', LlmProvider.MISTRAL, 'mistral-small-latest', ['0.10', '0.10', '0.30']],
];

/** The model names that clients ask for, and of which of the models above each makes what; weights where it draws lots. */
const routeLines: readonly (readonly [model: string, RouteStrategy, readonly (readonly [number, number])[]])[] = [
  [
    'writer',
    RouteStrategy.FALLBACK,
    [
      [0, 1],
      [1, 1],
    ],
  ],
  [
    'fast',
    RouteStrategy.WEIGHTED,
    [
      [2, 3],
      [1, 1],
    ],
  ],
  [
    'cheapest',
    RouteStrategy.LOWEST_COST,
    [
      [0, 1],
      [1, 1],
      [2, 1],
    ],
  ],
];

type Fields = Pick<GuardrailRow, 'terms' | 'pattern' | 'piiTypes' | 'maxLength'>;
type GuardrailLine = Pick<GuardrailRow, 'name' | 'stage' | 'kind' | 'action'> & Partial<Fields>;

const noFields: Fields = { terms: null, pattern: null, piiTypes: null, maxLength: null };

const { INPUT, OUTPUT } = GuardrailStage;
const guardrailLines: readonly GuardrailLine[] = [
  {
    name: 'Personal data',
    stage: INPUT,
    kind: GuardrailKind.PII,
    action: GuardrailAction.REDACT,
    piiTypes: [PiiType.EMAIL, PiiType.PHONE, PiiType.CREDIT_CARD, PiiType.IBAN],
  },
  {
    name: 'Names of projects',
    stage: INPUT,
    kind: GuardrailKind.BLOCKED_TERMS,
    action: GuardrailAction.BLOCK,
    terms: ['Project Bluebird', 'Project Umurage'],
  },
  {
    name: 'Parcel numbers',
    stage: OUTPUT,
    kind: GuardrailKind.PATTERN,
    action: GuardrailAction.FLAG,
    pattern: 'MRD-\\d{10}',
  },
  {
    name: 'Long answers',
    stage: OUTPUT,
    kind: GuardrailKind.MAX_LENGTH,
    action: GuardrailAction.FLAG,
    maxLength: 20_000,
  },
];

/** A staging workspace that works with the credential of production, so that a review has something to find. */
const borrowed: Readonly<Record<string, string>> = { 'Support Copilot Staging': 'Support Copilot' };

const slugOf = (name: string) => nameKey(name).replace(/[^\p{L}\p{N}]+/gu, '-');

/** What every workspace routes to, and what its texts are looked through for; those for trials have no guardrails. */
export function routingRows(plans: readonly RoutingPlan[]) {
  const llmConfigurations = plans.flatMap(configurationRows);
  const routes = plans.flatMap(routeRows);
  return {
    llmConfigurations,
    modelRoutes: routes.map(({ route }) => route),
    routeTargets: routes.flatMap(({ targets }) => targets),
    guardrails: plans.flatMap(guardrailRows),
  };
}

const configurationId = (plan: RoutingPlan, name: string) => demoId('llm configuration', `${plan.name}/${name}`);

function configurationRows(plan: RoutingPlan) {
  const { id, organizationId, region, createdAt } = plan;
  const secrets = slugOf(borrowed[plan.name] ?? plan.name);
  return models.map(([name, provider, model, [input, cached, output]]) => ({
    id: configurationId(plan, name),
    organizationId,
    workspaceId: id,
    name,
    nameKey: nameKey(name),
    provider,
    model,
    region,
    baseUrl: null,
    credentialRef: `vault:llm/${secrets}/${provider.toLowerCase()}`,
    inputPricePerMillionTokens: input,
    cachedInputPricePerMillionTokens: cached,
    outputPricePerMillionTokens: output,
    createdAt,
    updatedAt: createdAt,
  }));
}

/** With what they come down to beside them: every target is in the workspace's region and enabled. */
function routeRows(plan: RoutingPlan) {
  const { id: workspaceId, organizationId, createdAt } = plan;
  return routeLines.map(([model, strategy, lines]) => {
    const id = demoId('model route', `${plan.name}/${model}`);
    const targets = lines.map(([place, weight]) => ({ line: models[place] as ModelLine, weight }));
    return {
      route: {
        id,
        organizationId,
        workspaceId,
        model,
        strategy,
        eligibleIds: targets.map(({ line: [name] }) => configurationId(plan, name)),
        eligibleVersions: targets.map(() => 1),
        eligibleWeights: targets.map(({ weight }) => weight),
        eligibleInputPrices: targets.map(({ line: [, , , [input]] }) => input),
        eligibleOutputPrices: targets.map(({ line: [, , , [, , output]] }) => output),
        createdAt,
        updatedAt: createdAt,
      },
      targets: targets.map(({ line: [name], weight }, index) => ({
        organizationId,
        modelRouteId: id,
        position: index + 1,
        llmConfigurationId: configurationId(plan, name),
        weight,
      })),
    };
  });
}

function guardrailRows({ id, organizationId, name: workspace, environment, region, createdAt }: RoutingPlan) {
  if (environment === WorkspaceEnvironment.SANDBOX) return [];
  return guardrailLines.map((line) => ({
    ...noFields,
    ...line,
    id: demoId('guardrail', `${workspace}/${line.name}`),
    organizationId,
    workspaceId: id,
    nameKey: nameKey(line.name),
    position: guardrailLines.filter(({ stage }) => stage === line.stage).indexOf(line) + 1,
    country: line.kind === GuardrailKind.PII && region === WorkspaceRegion.RWANDA ? 'RW' : null,
    createdAt,
    updatedAt: createdAt,
  }));
}
