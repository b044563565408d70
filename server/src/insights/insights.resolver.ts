import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Int, Resolver, Root } from 'type-graphql';
import { requestError } from '../errors.js';
import type { Reader } from '../fetch/caller.js';
import { Cost } from '../fetch/cost.js';
import type { NounRow } from '../fetch/plan.js';
import { selectionOf } from '../fetch/selection.js';
import { weightBelow } from '../fetch/weight.js';
import { checkTimeRange, TimeRangeInput } from '../graphql/time-range.js';
import { Workspace } from '../workspace/workspace.entity.js';
import { UsageBucket, UsageDimension, UsageGranularity, WorkspaceInsights } from './insights.entity.js';
import { readInsights } from './insights.queries.js';
import type { Range } from './rollups.js';
import { countBuckets, usageOfWorkspace } from './usage.queries.js';

const itself = [[]] as const;

/** A month by days; more than that, and what its keys are asked for, is bounded where buckets are counted. */
const usualBuckets = 31;
/** What adding up a year weighs, in values. */
const work = 500;

@Resolver(() => Workspace)
export class WorkspaceInsightsResolver {
  @Cost({ statements: 1, work, items: usualBuckets })
  @FieldResolver(() => [UsageBucket], {
    description:
      'The present budget period so far unless a range is given. `groups` keeps the dearest so many of the range, and the rest as one; all unless given. At most 20,000 buckets, over all of the operation: by start, of each the dearest first, then by group, the rest last.',
  })
  async usage(
    @Root() workspace: NounRow,
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Arg('range', () => TimeRangeInput, {
      nullable: true,
      description: 'The present budget period so far unless given.',
    })
    range: TimeRangeInput | null | undefined,
    @Arg('granularity', () => UsageGranularity, {
      defaultValue: UsageGranularity.DAY,
      description: 'How long a bucket is.',
    })
    granularity: UsageGranularity,
    @Arg('groupBy', () => UsageDimension, { nullable: true, description: 'Without it, all is one group.' })
    dimension?: UsageDimension | null,
    @Arg('groups', () => Int, { nullable: true, description: 'At least 1; only with groupBy. All unless given.' })
    groups?: number | null,
  ): Promise<readonly UsageBucket[]> {
    if (groups != null && groups < 1) throw requestError('groupsInvalid');
    const args = { range: toRange(range), granularity, dimension: dimension ?? null, groups: groups ?? null };
    const buckets = await usageOfWorkspace(reader, args).load(workspace.uuid);
    countBuckets(reader, { args, buckets, weightOfKey: weightBelow(info, 'virtualKey') });
    return buckets;
  }

  // The sums, those of the range before, percentiles, denials.
  @Cost({ statements: 4, work })
  @FieldResolver(() => WorkspaceInsights, {
    description: 'Of the present budget period so far unless a range is given.',
  })
  async insights(
    @Root() workspace: NounRow,
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Arg('range', () => TimeRangeInput, {
      nullable: true,
      description: 'The present budget period so far unless given.',
    })
    range?: TimeRangeInput | null,
  ): Promise<Partial<WorkspaceInsights>> {
    return readInsights(reader, workspace.uuid, toRange(range), selectionOf(info, itself));
  }
}

function toRange(range: TimeRangeInput | null | undefined): Range {
  if (range == null) return null;
  checkTimeRange(range);
  return { from: range.from, to: range.to };
}
