import 'reflect-metadata';
import { type GraphQLSchema, isInterfaceType, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { ActiveWorkspaceResolver } from './active-workspace/active-workspace.resolver.js';
import { AuditEventResolver, WorkspaceAuditLogResolver } from './audit-log/audit-log.resolver.js';
import type { TypedRow } from './graphql/node.js';
import { DateTimeScalar } from './graphql/scalars.js';
import { MemberResolver, WorkspaceMembersResolver } from './member/member.resolver.js';
import { NodeResolver } from './node/node.resolver.js';
import { WorkspaceFindingsResolver } from './review/finding.resolver.js';
import { ReviewResolver, WorkspaceReviewResolver } from './review/review.resolver.js';
import { ServiceTokenResolver } from './service-token/service-token.resolver.js';
import { SummaryResolver } from './summary/summary.resolver.js';
import { TeamResolver } from './team/team.resolver.js';
import { TeamAccessResolver } from './team-access/team-access.resolver.js';
import { UserResolver } from './user/user.resolver.js';
import { ViewerResolver } from './viewer/viewer.resolver.js';
import {
  VirtualKeyResolver,
  VirtualKeySecretResolver,
  WorkspaceVirtualKeysResolver,
} from './virtual-key/virtual-key.resolver.js';
import { ArchiveResolver } from './workspace/archive.resolver.js';
import { OwnershipResolver } from './workspace/ownership.resolver.js';
import { WorkspaceResolver } from './workspace/workspace.resolver.js';

const resolvers = [
  ActiveWorkspaceResolver,
  ArchiveResolver,
  AuditEventResolver,
  MemberResolver,
  NodeResolver,
  OwnershipResolver,
  ReviewResolver,
  ServiceTokenResolver,
  SummaryResolver,
  TeamAccessResolver,
  TeamResolver,
  UserResolver,
  ViewerResolver,
  WorkspaceAuditLogResolver,
  VirtualKeyResolver,
  VirtualKeySecretResolver,
  WorkspaceFindingsResolver,
  WorkspaceMembersResolver,
  WorkspaceResolver,
  WorkspaceReviewResolver,
  WorkspaceVirtualKeysResolver,
] as const;

/** The executable schema. Resolvers hold nothing of their own: what they need is in the request's context. */
export async function createSchema(): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [...resolvers],
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
