import { Field, Int, ObjectType } from 'type-graphql';
import { Money } from '../graphql/money.js';
import { Workspace } from '../workspace/workspace.entity.js';

@ObjectType({
  simpleResolvers: true,
  description: "The Workspace page's figures, over every workspace that the viewer may see.",
})
export class WorkspaceSummary {
  @Field(() => Workspace, { nullable: true, description: 'The workspace in which the viewer works.' })
  readonly activeWorkspace!: object | null;

  @Field(() => Int, { description: 'How many workspaces there are.' })
  readonly totalWorkspaces!: number;

  @Field(() => Money, { description: 'The sum of their monthly budgets.' })
  readonly totalMonthlyBudget!: Money;

  @Field(() => Money, { description: 'Spent in the present budget period of each workspace.' })
  readonly totalSpent!: Money;

  @Field(() => Int, { description: 'Their keys that the gateway accepts at the moment of the query.' })
  readonly totalActiveKeys!: number;

  @Field(() => Int, { description: 'How many of them are of the environment PRODUCTION.' })
  readonly productionWorkspaces!: number;
}
