import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Cost } from '../fetch/cost.js';
import { Money } from '../graphql/money.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { thresholdsMax } from '../workspace/alert-thresholds.js';
import { BudgetEnforcement } from '../workspace/workspace.entity.js';

export enum BudgetState {
  OK = 'OK',
  WARNING = 'WARNING',
  EXHAUSTED = 'EXHAUSTED',
}

registerEnumType(BudgetState, {
  name: 'BudgetState',
  description: 'How far a budget is used up by what is spent and what is held together.',
  valuesConfig: {
    OK: { description: 'The lowest alert threshold is not reached.' },
    WARNING: { description: 'Spent and reserved have reached the lowest alert threshold.' },
    EXHAUSTED: { description: 'Nothing is left.' },
  },
});

/** Alerts of one period that are shown at most: more than any list of thresholds has. */
export const alertsMax = 50;

@ObjectType({ simpleResolvers: true, description: 'A threshold that was reached; it stays when the limit is raised.' })
export class BudgetAlert {
  @Field(() => Int, { description: 'Percentage of the limit.' })
  readonly threshold!: number;

  @Field(() => DateTimeScalar, { description: 'When it was reached.' })
  readonly raisedAt!: Date;

  @Field(() => Money, { description: 'What was spent by then.' })
  readonly spent!: Money;
}

@ObjectType({
  simpleResolvers: true,
  description:
    "At the period's pace so far: spent over the time gone by, times the period's length; what was spent where less than a day has gone by.",
})
export class BudgetForecast {
  @Field(() => Money, { description: 'What will have been spent at the end of the period, to eight decimals.' })
  readonly expectedSpend!: Money;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      "When the limit is reached at that pace, or when it was reached; null where that is after the period's end.",
  })
  readonly exhaustedAt!: Date | null;
}

@ObjectType({
  simpleResolvers: true,
  description: 'What a workspace may spend in a month, and how much of it is used.',
})
export class WorkspaceBudget {
  @Field(() => Money, { description: 'What may be spent in the period.' })
  readonly limit!: Money;

  @Field(() => Money, { description: 'Settled in this period.' })
  readonly spent!: Money;

  @Field(() => Money, { description: 'Held for requests under way.' })
  readonly reserved!: Money;

  @Field(() => Money, { description: 'The limit without what is spent and held; negative when overspent.' })
  readonly remaining!: Money;

  @Field(() => Float, { nullable: true, description: '(spent + reserved) / limit; null where the limit is 0.' })
  readonly utilization!: number | null;

  @Field(() => BudgetState, { description: 'How far it is used up.' })
  readonly state!: BudgetState;

  @Field(() => BudgetEnforcement, { description: 'What becomes of a request that would go beyond it.' })
  readonly enforcement!: BudgetEnforcement;

  @Cost({ items: thresholdsMax })
  @Field(() => [Int], { description: 'Percentages at which an alert is raised, each once a period; ascending.' })
  readonly alertThresholds!: readonly number[];

  @Cost({ items: alertsMax })
  @Field(() => [BudgetAlert], {
    description: `Alerts of this period, by threshold; where thresholds were changed often, the newest ${alertsMax}.`,
  })
  readonly alerts!: readonly BudgetAlert[];

  @Field(() => DateTimeScalar, {
    description: "The first moment of the calendar month in the workspace's time zone; the period is half-open.",
  })
  readonly periodStart!: Date;

  @Field(() => DateTimeScalar, { description: 'The first moment after the period.' })
  readonly periodEnd!: Date;

  @Field(() => String, { description: 'IANA name. After a change the period under way keeps its bounds.' })
  readonly timeZone!: string;

  @Field(() => BudgetForecast, { description: 'What comes of it at the pace so far.' })
  readonly forecast!: BudgetForecast;
}
