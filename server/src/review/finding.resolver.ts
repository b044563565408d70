import { Ctx, Extensions, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.js';
import { Workspace, type WorkspaceRow } from '../workspace/workspace.entity.js';
import { findingsMax } from './finding.loaders.js';
import { ReviewFinding } from './finding.type.js';

@Resolver(() => Workspace)
export class WorkspaceFindingsResolver {
  @Extensions({ itemsMax: findingsMax })
  @FieldResolver(() => [ReviewFinding], {
    description: `What a careful owner would look at now, most severe first, ${findingsMax} at most; nothing for an archived workspace.`,
  })
  reviewFindings(
    @Root() workspace: WorkspaceRow,
    @Ctx() { loaders }: RequestContext,
  ): Promise<readonly ReviewFinding[]> {
    return loaders.reviewFindings.load(workspace.id);
  }
}
