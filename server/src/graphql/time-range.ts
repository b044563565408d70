import { Field, InputType } from 'type-graphql';
import { requestError } from '../errors.js';
import { DateTimeScalar } from './scalars.js';

const daysMax = 366;
const dayMs = 86_400_000;

@InputType({
  description:
    "Half-open: from <= t < to. At most 366 days. Usage and insights widen it to whole hours of the workspace's time zone; logs take it as it is.",
})
export class TimeRangeInput {
  @Field(() => DateTimeScalar, { description: 'Not before this time.' })
  readonly from!: Date;

  @Field(() => DateTimeScalar, { description: 'Before this time.' })
  readonly to!: Date;
}

/** @throws BAD_USER_INPUT for a range that holds no time, or more than a field answers for. */
export function checkTimeRange({ from, to }: TimeRangeInput, argument = 'range'): void {
  const length = to.getTime() - from.getTime();
  if (length <= 0) throw requestError('rangeInvalid', `In the argument "${argument}", from must be before to.`);
  if (length > daysMax * dayMs) {
    throw requestError('rangeInvalid', `The argument "${argument}" spans at most ${daysMax} days.`);
  }
}
