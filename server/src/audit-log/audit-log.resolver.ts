import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import type { MemberRole } from '../access/permissions.js';
import { AuditActorKind, type AuditChange, auditEvents } from '../audit/audit-event.entity.js';
import type { Reader } from '../fetch/caller.js';
import { connectionType } from '../fetch/connection.js';
import { Cost } from '../fetch/cost.js';
import { Along, Fetch, viewerRole } from '../fetch/fetch.js';
import { PageArgs, pageSizeDefault } from '../fetch/list.js';
import type { NounRow } from '../fetch/plan.js';
import { serviceTokens } from '../service-token/service-token.entity.js';
import { users } from '../user/user.entity.js';
import { Workspace } from '../workspace/workspace.entity.js';
import { AuditActor, AuditChangeText, AuditEvent } from './audit-log.entity.js';
import { AuditFilter } from './audit-log.inputs.js';
import { listAuditLog, listWorkspaceAuditLog } from './audit-log.queries.js';

const AuditEventConnection = connectionType('AuditEvent', () => AuditEvent);

const { actorKind, actorId, actorName, changes } = auditEvents.columns;

@Resolver(() => AuditEvent)
export class AuditEventResolver {
  @Cost({ statements: 1, items: 'page' })
  @Query(() => AuditEventConnection, {
    nullable: true,
    description:
      'What was done in the whole organization, newest first, service tokens and directory included; null for anyone but an organization admin.',
  })
  async auditLog(
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => AuditFilter, { nullable: true, description: 'Which events to list.' })
    filter?: AuditFilter | null,
  ) {
    const events = await listAuditLog(reader, { page, filter }, info);
    return events === null ? null : new AuditEventConnection(events);
  }

  @Fetch(actorKind, actorId, actorName)
  @FieldResolver(() => AuditActor, { description: 'Who did it.' })
  actor(kind: AuditActorKind, uuid: string | null, name: string): AuditActor {
    if (uuid === null || kind === AuditActorKind.SYSTEM) return { kind, name, actorId: null, user: null };
    if (kind === AuditActorKind.SERVICE) return { kind, name, actorId: serviceTokens.globalId(uuid), user: null };
    return { kind, name, actorId: users.globalId(uuid), user: uuid };
  }

  @Cost({ items: pageSizeDefault })
  @Fetch(changes)
  @FieldResolver(() => [AuditChangeText], { description: 'What changed.' })
  changes(list: readonly AuditChange[]): AuditChangeText[] {
    return list.map(({ field, before, after }) => ({ field, before: toJson(before), after: toJson(after) }));
  }
}

function toJson(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

@Resolver(() => Workspace)
export class WorkspaceAuditLogResolver {
  @Along(viewerRole)
  @Cost({ statements: 1, items: 'page' })
  @FieldResolver(() => AuditEventConnection, {
    nullable: true,
    description: 'What was done in it, newest first. Null for a viewer who may not read it.',
  })
  async auditLog(
    @Root() { uuid, auditLog: role }: NounRow & { readonly auditLog: MemberRole | null },
    @Ctx() reader: Reader,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) page: PageArgs,
    @Arg('filter', () => AuditFilter, { nullable: true, description: 'Which events to list.' })
    filter?: AuditFilter | null,
  ) {
    const events = await listWorkspaceAuditLog(reader, { workspaceId: uuid, role, page, filter }, info);
    return events === null ? null : new AuditEventConnection(events);
  }
}
