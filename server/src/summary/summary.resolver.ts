import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, Info, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../context.js';
import { selectedFields } from '../graphql/selection.js';
import { extrasFor } from '../workspace/workspace.row.js';
import { readSummary } from './summary.queries.js';
import { WorkspaceSummary } from './summary.type.js';

@Resolver(() => WorkspaceSummary)
export class SummaryResolver {
  @Query(() => WorkspaceSummary, {
    nullable: true,
    description: "The Workspace page's figures, over every workspace that the viewer may see.",
  })
  workspaceSummary(@Ctx() context: RequestContext, @Info() info: GraphQLResolveInfo): Promise<WorkspaceSummary> {
    const active = selectedFields(info, [['activeWorkspace']]);
    return readSummary(context, active.size === 0 ? null : extrasFor(active));
  }
}
