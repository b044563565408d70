import { Arg, Ctx, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql';
import { may } from '../access/permissions.js';
import type { RequestContext } from '../context.js';
import { toGlobalId } from '../graphql/ids.js';
import { type CursorShape, decodeCursor, encodeCursor } from '../pagination/cursor.js';
import { limitFilter, uuidsOf } from '../pagination/filter.js';
import { pageSize, pageSizeDefault, toPage } from '../pagination/page.js';
import { Workspace, type WorkspaceRow } from '../workspace/workspace.entity.js';
import type { AuditLogArgs } from './audit-log.loaders.js';
import { AuditEventConnection, type AuditEventRow, AuditFilter, AuditLogEntry } from './audit-log.types.js';

const cursorShape: CursorShape = { ordering: 'auditLog:OCCURRED_AT:DESC', parts: ['time', 'uuid'] };

@Resolver(() => AuditLogEntry)
export class AuditEventResolver {
  @FieldResolver(() => ID)
  id(@Root() event: AuditEventRow): string {
    return toGlobalId('AuditEvent', event.id);
  }

  @FieldResolver(() => Workspace, {
    nullable: true,
    description: 'The workspace in which it was done; null for what belongs to the organization.',
  })
  workspace(@Root() event: AuditEventRow, @Ctx() { loaders }: RequestContext): Promise<WorkspaceRow | null> | null {
    return event.workspaceId === null ? null : loaders.workspaces.byId.load(event.workspaceId);
  }
}

@Resolver(() => Workspace)
export class WorkspaceAuditLogResolver {
  @FieldResolver(() => AuditEventConnection, {
    nullable: true,
    description: 'What was done in it, newest first. Null for a viewer who may not read it.',
  })
  async auditLog(
    @Root() workspace: WorkspaceRow,
    @Ctx() context: RequestContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: pageSizeDefault, description: 'Page size, 1 to 100.' })
    first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the item after which the page begins.' })
    after?: string | null,
    @Arg('filter', () => AuditFilter, { nullable: true, description: 'Which events to list.' })
    filter?: AuditFilter | null,
  ) {
    const { loaders } = context;
    const size = pageSize(first);
    const place = after == null ? null : decodeCursor(cursorShape, after);
    const args = toArgs(filter ?? {});
    if (!(await mayReadAuditLog(context, workspace))) return null;
    const rows = await loaders.auditLog.pages.load({
      parentId: workspace.id,
      args: { ...args, after: place, limit: size + 1 },
    });
    const page = toPage(
      rows,
      { size, after },
      {
        cursorOf: (row) => encodeCursor(cursorShape, [row.occurredAt.toISOString(), row.id]),
        countTotal: () => loaders.auditLog.totals.load({ parentId: workspace.id, args }),
      },
    );
    return new AuditEventConnection(page);
  }
}

async function mayReadAuditLog({ actor, loaders }: RequestContext, workspace: WorkspaceRow): Promise<boolean> {
  const role = workspace.viewerRole ?? (await loaders.workspaces.viewerRole.load(workspace.id));
  return may(actor, role, 'workspace.read_audit_log');
}

function toArgs({ actions, actorIds, from, to }: AuditFilter): AuditLogArgs {
  limitFilter({ lists: [actions, actorIds] });
  return {
    // PostgreSQL's text can't hold NUL, so no action has one either.
    actions: actions?.map((action) => action.replaceAll('\0', '\u{fffd}')) ?? null,
    actorIds: actorIds == null ? null : [...uuidsOf('User', actorIds), ...uuidsOf('ServiceToken', actorIds)],
    from: from ?? null,
    to: to ?? null,
  };
}
