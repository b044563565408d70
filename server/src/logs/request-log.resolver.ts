import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Field, FieldResolver, Info, Int, Resolver, Root } from 'type-graphql';
import type { Reader } from '../fetch/caller.js';
import { connectionType } from '../fetch/connection.js';
import { Cost } from '../fetch/cost.js';
import { Fetch, type Fetched } from '../fetch/fetch.js';
import { type PageArgs, pageSizeMax } from '../fetch/list.js';
import type { NounRow } from '../fetch/plan.js';
import { Money } from '../graphql/money.js';
import { TimeRangeInput } from '../graphql/time-range.js';
import { toPrice } from '../llm-configuration/llm-configuration-validators.js';
import { Workspace } from '../workspace/workspace.entity.js';
import { RequestLog, requestLogs } from './request-log.entity.js';
import { RequestLogFilter } from './request-log.inputs.js';
import { listLogs, logPageSize } from './request-log.queries.js';

const RequestLogConnection = connectionType('RequestLog', () => RequestLog, { isCounted: false });

const { cost } = requestLogs.columns;

@ArgsType()
class LogsArgs implements PageArgs {
  @Field(() => TimeRangeInput, { description: 'When the requests came in.' })
  readonly range!: TimeRangeInput;

  @Field(() => Int, {
    nullable: true,
    description: `Page size, 1 to ${pageSizeMax}, from the list's start on; ${logPageSize} unless this or last is given.`,
  })
  readonly first?: number | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the item after which the page begins.' })
  readonly after?: string | null;

  @Field(() => Int, { nullable: true, description: `Page size, 1 to ${pageSizeMax}, from the list's end back.` })
  readonly last?: number | null;

  @Field(() => String, { nullable: true, description: 'Cursor of the item before which the page ends.' })
  readonly before?: string | null;

  @Field(() => RequestLogFilter, { nullable: true, description: 'Which requests to list.' })
  readonly filter?: RequestLogFilter | null;
}

@Resolver(() => RequestLog)
export class RequestLogResolver {
  @Fetch(cost)
  @FieldResolver(() => Money, { description: 'What it cost.' })
  cost(amount: string, { actor: { currency } }: Fetched): Money {
    return { amount: toPrice(amount), currency };
  }
}

@Resolver(() => Workspace)
export class WorkspaceLogsResolver {
  @Cost({ statements: 4, items: 'page', sizeUnlessGiven: logPageSize })
  @FieldResolver(() => RequestLogConnection, {
    description:
      'What went through the gateway, newest first. A page looks at 2,000 requests at most for conditions that no index has, and at 10,000 of a day that match a least time or cost alone: one that ends there is short or even empty, hasNextPage is true, and endCursor says where to go on.',
  })
  async logs(
    @Root() workspace: NounRow,
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Args(() => LogsArgs) { range, filter, ...page }: LogsArgs,
  ) {
    return new RequestLogConnection(await listLogs(reader, workspace.uuid, { range, page, filter }, info));
  }
}
