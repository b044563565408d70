import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { integer, integers, numerics, type RowOf, text, time, uuid, uuids } from '../database/table.js';
import { Fetch } from '../fetch/fetch.js';
import { Node } from '../graphql/node.js';
import { Noun } from '../graphql/noun.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { LlmConfiguration } from '../llm-configuration/llm-configuration.entity.js';
import { Workspace } from '../workspace/workspace.entity.js';

export enum RouteStrategy {
  FALLBACK = 'FALLBACK',
  WEIGHTED = 'WEIGHTED',
  LOWEST_COST = 'LOWEST_COST',
}

registerEnumType(RouteStrategy, {
  name: 'RouteStrategy',
  description: 'In which order the targets of a route are tried.',
  valuesConfig: {
    FALLBACK: { description: 'In the order given: the next one where the one before fails.' },
    WEIGHTED: { description: 'At random by weight, the others as fallbacks; the same for the same request.' },
    LOWEST_COST: { description: 'The cheapest first, by the tokens of the request.' },
  },
});

export const modelRoutes = new Noun('ModelRoute', 'route', {
  name: 'model_routes',
  alias: 'r',
  columns: {
    id: uuid().primary(),
    organizationId: uuid().primary(),
    workspaceId: uuid(),
    /** To the letter: case matters. */
    model: text(),
    strategy: text<RouteStrategy>(),
    /** The configurations that requests go to now, worked out by whatever changes that; the arrays lie in the same order. */
    eligibleIds: uuids().default("'{}'").kept(),
    eligibleVersions: integers().default("'{}'").kept(),
    eligibleWeights: integers().default("'{}'").kept(),
    eligibleInputPrices: numerics().default("'{}'").kept(),
    eligibleOutputPrices: numerics().default("'{}'").kept(),
    version: integer().default('1'),
    createdAt: time().default('now()'),
    updatedAt: time().default('now()'),
  },
});

export type ModelRouteRow = RowOf<typeof modelRoutes>;

@ObjectType({ simpleResolvers: true, description: 'A configuration that a route tries.' })
export class RouteTarget {
  @Field(() => LlmConfiguration, { description: 'Where the request goes.' })
  readonly llmConfiguration!: string;

  @Field(() => Int, { description: 'Its share where the strategy is WEIGHTED, 0 to 10,000.' })
  readonly weight!: number;
}

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'How requests for one model name are spread over LLM configurations.',
})
export class ModelRoute {
  @Field(() => ID, { description: 'Global id, `route_…`.' })
  readonly id!: string;

  @Fetch(modelRoutes.columns.workspaceId)
  @Field(() => Workspace, { description: 'The workspace whose requests it routes.' })
  readonly workspace!: Workspace;

  @Field(() => String, { description: 'The model name that clients ask for; case matters.' })
  readonly model!: string;

  @Field(() => RouteStrategy, { description: 'In which order the targets are tried.' })
  readonly strategy!: RouteStrategy;

  @Field(() => Int, { description: 'Rises by one with every change; sent back as expectedVersion.' })
  readonly version!: number;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  readonly createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When it last changed.' })
  readonly updatedAt!: Date;
}
