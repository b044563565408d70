import 'reflect-metadata';
import { type GraphQLSchema, isInterfaceType, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { ActiveWorkspaceResolver } from './active-workspace/active-workspace.resolver.js';
import type { TypedRow } from './graphql/node.js';
import { DateTimeScalar } from './graphql/scalars.js';
import { MemberResolver, WorkspaceMembersResolver } from './member/member.resolver.js';
import { NodeResolver } from './node/node.resolver.js';
import { SummaryResolver } from './summary/summary.resolver.js';
import { TeamResolver } from './team/team.resolver.js';
import { UserResolver } from './user/user.resolver.js';
import { ViewerResolver } from './viewer/viewer.resolver.js';
import { VirtualKeyResolver, WorkspaceVirtualKeysResolver } from './virtual-key/virtual-key.resolver.js';
import { WorkspaceResolver } from './workspace/workspace.resolver.js';

const resolvers = [
  ActiveWorkspaceResolver,
  MemberResolver,
  NodeResolver,
  SummaryResolver,
  TeamResolver,
  UserResolver,
  ViewerResolver,
  VirtualKeyResolver,
  WorkspaceMembersResolver,
  WorkspaceResolver,
  WorkspaceVirtualKeysResolver,
] as const;

type ResolverClass = (typeof resolvers)[number];

/**
 * The executable schema. Resolvers that need services are handed in; the others are made here. Without any it serves
 * to print the API.
 */
export async function createSchema(made: readonly object[] = []): Promise<GraphQLSchema> {
  const instances = new Map<unknown, object>(made.map((resolver) => [resolver.constructor, resolver]));
  const schema = await buildSchema({
    resolvers: [...resolvers],
    container: { get: (type: ResolverClass) => instanceOf(instances, type) },
    scalarsMap: [{ type: Date, scalar: DateTimeScalar }],
    // Inputs are validated by `answer`, which turns findings into userErrors.
    validate: false,
  });
  for (const [type, description] of rootDescriptions(schema)) if (type) type.description = description;
  for (const type of Object.values(schema.getTypeMap())) {
    // Rows say their type themselves, without a promise for each.
    if (isInterfaceType(type)) type.resolveType = (row: TypedRow) => row.__typename;
  }
  return schema;
}

function rootDescriptions(schema: GraphQLSchema) {
  return [
    [schema.getQueryType(), 'What can be read. Everything lies in the organization of the viewer.'],
    [schema.getMutationType(), 'What can be changed. Refusals are `userErrors` of the payload.'],
  ] as const;
}

/** The API as it is committed: sorted, with all descriptions. */
export function printApi(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

function instanceOf(instances: Map<unknown, object>, type: ResolverClass): object {
  let instance = instances.get(type);
  if (instance === undefined) {
    instance = new (type as new () => object)();
    instances.set(type, instance);
  }
  return instance;
}
