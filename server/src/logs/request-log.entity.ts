import { Field, ID, Int, ObjectType } from 'type-graphql';
import { bigint, integer, numeric, type RowOf, text, texts, time, uuid, uuids } from '../database/table.js';
import { Cost } from '../fetch/cost.js';
import { Fetch } from '../fetch/fetch.js';
import { pageSizeDefault } from '../fetch/list.js';
import { Node } from '../graphql/node.js';
import { Noun } from '../graphql/noun.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { Guardrail } from '../guardrail/guardrail.entity.js';
import { LlmConfiguration, LlmProvider } from '../llm-configuration/llm-configuration.entity.js';
import { RequestStatus } from '../usage/request-status.js';
import { tagsMax } from '../usage/usage-checks.js';
import { VirtualKey } from '../virtual-key/virtual-key.entity.js';
import { Workspace } from '../workspace/workspace.entity.js';

export const requestLogs = new Noun('RequestLog', 'log', {
  name: 'usage_records',
  alias: 'l',
  columns: {
    organizationId: uuid().primary(),
    workspaceId: uuid(),
    /** A UUIDv7 of `occurredAt`: the order of ids is the order of time, and says the partition. */
    id: uuid().primary(),
    virtualKeyId: uuid(),
    requestId: text(),
    /** That the client asked for. */
    model: text(),
    llmConfigurationId: uuid().nullable(),
    provider: text<LlmProvider>().nullable(),
    providerModel: text().nullable(),
    status: text<RequestStatus>(),
    errorCode: text().nullable(),
    inputTokens: integer(),
    cachedInputTokens: integer(),
    outputTokens: integer(),
    /** Exact, with at most eight decimals, in the organization's currency. */
    cost: numeric(),
    latencyMs: integer(),
    /** Those that matched. */
    guardrailIds: uuids().default("'{}'"),
    tags: texts().default("'{}'"),
    /** Of the workspace when it was recorded. */
    timeZone: text(),
    occurredAt: time(),
    /** Days since 1970, and the cost in its eighth decimal: what indexes compare. */
    utcDay: integer().default("(((occurred_at AT TIME ZONE 'UTC'::text))::date - '1970-01-01'::date)").kept(),
    costUnits: bigint().default('((cost * (100000000)::numeric))').kept(),
  },
});

export type RequestLogRow = RowOf<typeof requestLogs>;

const { workspaceId, virtualKeyId, llmConfigurationId, guardrailIds } = requestLogs.columns;

@ObjectType({ implements: Node, simpleResolvers: true, description: 'A request that went through the gateway.' })
export class RequestLog {
  @Field(() => ID, { description: 'Global id, `log_…`.' })
  readonly id!: string;

  @Fetch(workspaceId)
  @Field(() => Workspace, { description: 'The workspace that it was made for.' })
  readonly workspace!: Workspace;

  @Fetch(virtualKeyId)
  @Field(() => VirtualKey, { nullable: true, description: 'The key that it was made with.' })
  readonly virtualKey!: VirtualKey | null;

  @Field(() => String, { description: "The gateway's own id of the request." })
  readonly requestId!: string;

  @Field(() => String, { description: 'The model name that the client asked for.' })
  readonly model!: string;

  @Field(() => LlmProvider, { nullable: true, description: 'Who ran the model; null where no provider was asked.' })
  readonly provider!: LlmProvider | null;

  @Fetch(llmConfigurationId)
  @Field(() => LlmConfiguration, {
    nullable: true,
    description: 'What it was routed to, also where that was deleted since. Null where no provider was asked.',
  })
  readonly llmConfiguration!: LlmConfiguration | null;

  @Field(() => RequestStatus, { description: 'What became of it.' })
  readonly status!: RequestStatus;

  @Field(() => String, { nullable: true, description: 'What the gateway says of an error; null where there was none.' })
  readonly errorCode!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The provider's own model name; null where no provider was asked.",
  })
  readonly providerModel!: string | null;

  @Field(() => Int, { description: 'Tokens that were sent.' })
  readonly inputTokens!: number;

  @Field(() => Int, { description: "Of the input, what came from the provider's prompt cache." })
  readonly cachedInputTokens!: number;

  @Field(() => Int, { description: 'Tokens that were answered.' })
  readonly outputTokens!: number;

  @Field(() => Int, { description: 'How long it took, in milliseconds.' })
  readonly latencyMs!: number;

  @Cost({ statements: 1, items: pageSizeDefault })
  @Fetch(guardrailIds)
  @Field(() => [Guardrail], { description: 'Those that matched, also where they were deleted since.' })
  readonly guardrails!: readonly Guardrail[];

  @Cost({ items: tagsMax })
  @Field(() => [String], { description: 'What the gateway calls it by.' })
  readonly tags!: readonly string[];

  @Field(() => DateTimeScalar, { description: 'When the request came in.' })
  readonly occurredAt!: Date;
}
