import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';
import { Cost } from '../fetch/cost.js';
import { GatewayDenialCode } from '../gateway/gateway-denial.js';
import { Money } from '../graphql/money.js';
import { BigIntScalar, DateTimeScalar } from '../graphql/scalars.js';
import { VirtualKey } from '../virtual-key/virtual-key.entity.js';

export enum UsageGranularity {
  HOUR = 'HOUR',
  DAY = 'DAY',
  MONTH = 'MONTH',
}

export enum UsageDimension {
  MODEL = 'MODEL',
  PROVIDER = 'PROVIDER',
  VIRTUAL_KEY = 'VIRTUAL_KEY',
  STATUS = 'STATUS',
}

registerEnumType(UsageGranularity, {
  name: 'UsageGranularity',
  description:
    'How long a bucket is. Hours and days are those of the time zone that the workspace had when the usage was recorded, so that none moves when the zone changes; a day counts in the month of the present zone in which its noon lies.',
  valuesConfig: {
    HOUR: { description: 'An hour by the clock.' },
    DAY: { description: 'A calendar day.' },
    MONTH: { description: 'A calendar month.' },
  },
});
registerEnumType(UsageDimension, {
  name: 'UsageDimension',
  description: 'By what usage is told apart.',
  valuesConfig: {
    MODEL: { description: 'The model name that clients asked for.' },
    PROVIDER: { description: 'Who answered; none where no provider was asked.' },
    VIRTUAL_KEY: { description: 'The key.' },
    STATUS: { description: 'What became of the request.' },
  },
});

@ObjectType({ simpleResolvers: true, description: 'Buckets without a request are left out.' })
export class UsageBucket {
  @Field(() => DateTimeScalar, {
    description: "The bucket's first moment in the workspace's time zone, which may lie before the range begins.",
  })
  readonly start!: Date;

  @Field(() => String, {
    nullable: true,
    description: "The dimension's value (of a key, its id); null without groupBy, and for requests that have none.",
  })
  readonly group!: string | null;

  @Field(() => Boolean, { description: 'The groups beyond those asked for, taken together.' })
  readonly isOther!: boolean;

  /** UUID. */
  @Field(() => VirtualKey, { nullable: true, description: 'Where it is grouped by key.' })
  readonly virtualKey!: string | null;

  @Field(() => BigIntScalar, { description: 'How many requests there were, whatever became of them.' })
  readonly requests!: string;

  @Field(() => BigIntScalar, { description: 'How many of them have the status FAILED.' })
  readonly errors!: string;

  @Field(() => BigIntScalar, { description: 'Tokens that were sent to models.' })
  readonly inputTokens!: string;

  @Field(() => BigIntScalar, { description: 'Tokens that models answered with.' })
  readonly outputTokens!: string;

  @Field(() => Money, { description: 'What it cost.' })
  readonly cost!: Money;
}

@ObjectType({ simpleResolvers: true, description: 'A model or a key among the dearest of a range.' })
export class InsightGroup {
  @Field(() => String, { description: 'The model name, or the id of the key.' })
  readonly group!: string;

  /** UUID. */
  @Field(() => VirtualKey, { nullable: true, description: 'Of topVirtualKeys, the key.' })
  readonly virtualKey!: string | null;

  @Field(() => BigIntScalar, { description: 'How many requests there were.' })
  readonly requests!: string;

  @Field(() => Money, { description: 'What they cost.' })
  readonly cost!: Money;

  @Field(() => Float, { description: "Its part of the range's whole cost, from 0 to 1; 0 where that is 0." })
  readonly share!: number;
}

@ObjectType({
  simpleResolvers: true,
  description: "Requests that were refused, counted by the hour; the last minute's may be missing.",
})
export class DenialCount {
  @Field(() => GatewayDenialCode, { description: 'Why they were refused.' })
  readonly code!: GatewayDenialCode;

  @Field(() => String, { description: 'The model name that the client asked for.' })
  readonly model!: string;

  /** UUID. */
  @Field(() => VirtualKey, { nullable: true, description: 'With which key.' })
  readonly virtualKey!: string | null;

  @Field(() => BigIntScalar, { description: 'How many there were.' })
  readonly requests!: string;
}

/** Groups and denials that insights tell of at most. */
export const topGroupsMax = 10;
export const denialsMax = 50;

const percentile = (percent: number) =>
  `The latency, in milliseconds, that ${percent} of 100 requests did not exceed: the least for which this holds (nearest rank), over all records, within 1 % of the exact value. Null without records.`;

@ObjectType({ simpleResolvers: true, description: 'What stands out in a range.' })
export class WorkspaceInsights {
  @Field(() => BigIntScalar, { description: 'How many requests there were, whatever became of them.' })
  readonly requests!: string;

  @Field(() => Float, { description: 'FAILED of all, 0 where there were none.' })
  readonly errorRate!: number;

  @Field(() => Money, { description: 'What they cost.' })
  readonly cost!: Money;

  @Field(() => Float, {
    nullable: true,
    description:
      'Change of the cost against the range of equal length just before, as a fraction: 1 is twice as much. Null where that held nothing.',
  })
  readonly costChange!: number | null;

  @Field(() => Float, { nullable: true, description: percentile(50) })
  readonly latencyMsP50!: number | null;

  @Field(() => Float, { nullable: true, description: percentile(95) })
  readonly latencyMsP95!: number | null;

  @Field(() => Float, { nullable: true, description: percentile(99) })
  readonly latencyMsP99!: number | null;

  @Cost({ items: topGroupsMax })
  @Field(() => [InsightGroup], {
    description: "By cost, the ten dearest; share is that of the range's whole cost.",
  })
  readonly topModels!: readonly InsightGroup[];

  @Cost({ items: topGroupsMax })
  @Field(() => [InsightGroup], { description: "As topModels; group is the key's id." })
  readonly topVirtualKeys!: readonly InsightGroup[];

  @Cost({ items: denialsMax })
  @Field(() => [DenialCount], { description: 'The fifty most frequent.' })
  readonly denials!: readonly DenialCount[];
}
