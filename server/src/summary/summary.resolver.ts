import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, Info, Query, Resolver } from 'type-graphql';
import type { Reader } from '../fetch/caller.js';
import { WorkspaceSummary } from './summary.entity.js';
import { readSummary } from './summary.queries.js';

@Resolver(() => WorkspaceSummary)
export class SummaryResolver {
  @Query(() => WorkspaceSummary, {
    nullable: true,
    description: "The Workspace page's figures, over every workspace that the viewer may see.",
  })
  workspaceSummary(@Ctx() reader: Reader, @Info() info: GraphQLResolveInfo): Promise<WorkspaceSummary> {
    return readSummary(reader, info);
  }
}
