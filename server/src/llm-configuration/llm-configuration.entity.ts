import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { boolean, integer, numeric, type RowOf, text, time, uuid } from '../database/table.js';
import { Fetch } from '../fetch/fetch.js';
import { Node } from '../graphql/node.js';
import { Noun } from '../graphql/noun.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { Workspace, WorkspaceRegion } from '../workspace/workspace.entity.js';

export enum LlmProvider {
  OPENAI = 'OPENAI',
  ANTHROPIC = 'ANTHROPIC',
  GOOGLE = 'GOOGLE',
  AZURE_OPENAI = 'AZURE_OPENAI',
  AWS_BEDROCK = 'AWS_BEDROCK',
  MISTRAL = 'MISTRAL',
  COHERE = 'COHERE',
  OPENAI_COMPATIBLE = 'OPENAI_COMPATIBLE',
}

registerEnumType(LlmProvider, {
  name: 'LlmProvider',
  description: 'Who runs a model.',
  valuesConfig: {
    OPENAI: { description: 'OpenAI.' },
    ANTHROPIC: { description: 'Anthropic.' },
    GOOGLE: { description: 'Google, Gemini and Vertex AI.' },
    AZURE_OPENAI: { description: 'OpenAI models on Azure; needs a base URL.' },
    AWS_BEDROCK: { description: 'Amazon Bedrock.' },
    MISTRAL: { description: 'Mistral.' },
    COHERE: { description: 'Cohere.' },
    OPENAI_COMPATIBLE: { description: "Anything that speaks OpenAI's protocol; needs a base URL." },
  },
});

export const llmConfigurations = new Noun('LlmConfiguration', 'llm', {
  name: 'llm_configurations',
  alias: 'c',
  columns: {
    id: uuid().primary(),
    organizationId: uuid().primary(),
    workspaceId: uuid(),
    name: text(),
    /** What is unique of the name in the workspace. */
    nameKey: text(),
    provider: text<LlmProvider>(),
    model: text(),
    region: text<WorkspaceRegion>(),
    baseUrl: text().nullable(),
    /** Where the credential is found; never the credential. */
    credentialRef: text(),
    /** Exact, with at most eight decimals, in the organization's currency. */
    inputPricePerMillionTokens: numeric(),
    /** Null for the input price. */
    cachedInputPricePerMillionTokens: numeric().nullable(),
    outputPricePerMillionTokens: numeric(),
    enabled: boolean().default('true'),
    version: integer().default('1'),
    createdAt: time().default('now()'),
    updatedAt: time().default('now()'),
    deletedAt: time().nullable(),
  },
});

export type LlmConfigurationRow = RowOf<typeof llmConfigurations>;

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'One model at one provider, with its price and where it runs.',
})
export class LlmConfiguration {
  @Field(() => ID, { description: 'Global id, `llm_…`.' })
  readonly id!: string;

  @Fetch(llmConfigurations.columns.workspaceId)
  @Field(() => Workspace, { description: 'The workspace that may route to it.' })
  readonly workspace!: Workspace;

  @Field(() => String, { description: 'Unique in the workspace, as names are elsewhere.' })
  readonly name!: string;

  @Field(() => LlmProvider, { description: 'Who runs the model.' })
  readonly provider!: LlmProvider;

  @Field(() => String, { description: "The provider's own model name." })
  readonly model!: string;

  @Field(() => WorkspaceRegion, { description: 'Where the provider runs it.' })
  readonly region!: WorkspaceRegion;

  @Field(() => String, { nullable: true, description: "Where it is called; null for the provider's usual address." })
  readonly baseUrl!: string | null;

  @Field(() => String, {
    description: "Where the gateway finds the provider's credential, such as env:OPENAI_API_KEY; never the credential.",
  })
  readonly credentialRef!: string;

  @Field(() => Boolean, { description: 'Whether it is routed to.' })
  readonly enabled!: boolean;

  @Field(() => Int, { description: 'Rises by one with every change; sent back as expectedVersion.' })
  readonly version!: number;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When it last changed.' })
  readonly updatedAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'What was deleted is no longer listed or routed to; node and logs still know it.',
  })
  readonly deletedAt!: Date | null;
}
