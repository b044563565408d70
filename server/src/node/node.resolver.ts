import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, ID, Info, Query, Resolver } from 'type-graphql';
import { requireScope } from '../access/require-scope.js';
import { requestError } from '../errors.js';
import type { Reader } from '../fetch/caller.js';
import { Cost } from '../fetch/cost.js';
import { findNode, typeOfPrefix } from '../fetch/nodes.js';
import type { NounRow } from '../fetch/plan.js';
import { parseGlobalId } from '../graphql/ids.js';
import { Node } from '../graphql/node.js';

const idsMax = 100;

@Resolver()
export class NodeResolver {
  @Query(() => Node, { nullable: true, description: 'Any object by its global id; null where the viewer sees none.' })
  async node(
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Arg('id', () => ID, { description: 'Global id of any type.' }) id: string,
  ): Promise<NounRow | null> {
    return find(reader, info, id);
  }

  @Cost({ statements: 1, items: idsMax })
  @Query(() => [Node], {
    nullable: 'itemsAndList',
    description: `Objects by their global ids, in their order, null for each that the viewer sees nothing by; at most ${idsMax}.`,
  })
  async nodes(
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Arg('ids', () => [ID], { description: 'Global ids of any types.' }) ids: string[],
  ): Promise<(NounRow | null)[]> {
    requireScope(reader, 'node.read');
    if (ids.length > idsMax) throw requestError('tooManyIds');
    return Promise.all(ids.map((id) => find(reader, info, id)));
  }
}

async function find(reader: Reader, info: GraphQLResolveInfo, id: string): Promise<NounRow | null> {
  const parsed = parseGlobalId(id);
  const type = parsed === null ? undefined : typeOfPrefix(info, parsed.prefix);
  if (parsed !== null && type !== undefined) return findNode(reader, info, type, parsed.uuid);
  requireScope(reader, 'node.read');
  return null;
}
