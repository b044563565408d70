import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { type NodeTypeName, parseGlobalId } from '../graphql/ids.js';
import { Node, type TypedRow } from '../graphql/node.js';

type Find = (context: RequestContext, id: string) => Promise<TypedRow | null>;

/** How the node of each type is found; every one answers null for what the actor may not see. */
const finders: Record<NodeTypeName, Find> = {
  Workspace: ({ loaders }, id) => loaders.workspaces.byId.load(id),
  Member: ({ loaders }, id) => loaders.members.byId.load(id),
  VirtualKey: ({ loaders }, id) => loaders.virtualKeys.byId.load(id),
  User: ({ loaders }, id) => loaders.nodes.users.load(id),
  Team: ({ loaders }, id) => loaders.nodes.teams.load(id),
  AuditEvent: ({ loaders }, id) => loaders.auditLog.byId.load(id),
  ServiceToken: ({ loaders }, id) => loaders.serviceTokens.load(id),
};

@Resolver()
export class NodeResolver {
  @Query(() => Node, { nullable: true, description: 'Any object by its global id; null where the viewer sees none.' })
  async node(
    @Ctx() context: RequestContext,
    @Arg('id', () => ID, { description: 'Global id of any type.' }) id: string,
  ): Promise<TypedRow | null> {
    requireScope(context, 'workspace.read');
    const parsed = parseGlobalId(id);
    return parsed === null ? null : finders[parsed.type](context, parsed.uuid);
  }
}
