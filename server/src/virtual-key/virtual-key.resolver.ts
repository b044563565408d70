import { Arg, Ctx, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../context.js';
import { toGlobalId } from '../graphql/ids.js';
import { type CursorShape, decodeCursor, encodeCursor } from '../pagination/cursor.js';
import { connectionType, pageSize, pageSizeDefault, toPage } from '../pagination/page.js';
import { User, type UserRow } from '../user/user.entity.js';
import { Workspace, type WorkspaceRow } from '../workspace/workspace.entity.js';
import { VirtualKey, type VirtualKeyRow, VirtualKeyStatus } from './virtual-key.entity.js';

const VirtualKeyConnection = connectionType<VirtualKeyRow>('VirtualKey', () => VirtualKey);
const cursorShape: CursorShape = { ordering: 'virtualKeys:CREATED_AT:DESC', parts: ['time', 'uuid'] };

@Resolver(() => VirtualKey)
export class VirtualKeyResolver {
  @FieldResolver(() => ID)
  id(@Root() key: VirtualKeyRow): string {
    return toGlobalId('VirtualKey', key.id);
  }

  @FieldResolver(() => Workspace, { description: 'The workspace that the key spends for.' })
  workspace(@Root() key: VirtualKeyRow, @Ctx() { loaders }: RequestContext): Promise<WorkspaceRow | null> {
    return loaders.workspaces.byId.load(key.workspaceId);
  }

  @FieldResolver(() => String, { description: 'Prefix and last four characters, for recognition.' })
  maskedKey(@Root() key: VirtualKeyRow): string {
    return `tvk_…${key.lastFour}`;
  }

  @FieldResolver(() => User, { nullable: true, description: 'Who created it; null where that was no person.' })
  createdBy(@Root() key: VirtualKeyRow, @Ctx() { loaders }: RequestContext): Promise<UserRow | null> | null {
    return key.createdById === null ? null : loaders.users.load(key.createdById);
  }
}

@Resolver(() => Workspace)
export class WorkspaceVirtualKeysResolver {
  @FieldResolver(() => VirtualKeyConnection, { description: 'Its keys, newest first.' })
  async virtualKeys(
    @Root() workspace: WorkspaceRow,
    @Ctx() { loaders }: RequestContext,
    @Arg('first', () => Int, { nullable: true, defaultValue: pageSizeDefault, description: 'Page size, 1 to 100.' })
    first?: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor of the item after which the page begins.' })
    after?: string | null,
    @Arg('statuses', () => [VirtualKeyStatus], { nullable: true, description: 'Any of these statuses.' })
    statuses?: VirtualKeyStatus[] | null,
  ) {
    const size = pageSize(first);
    const place = after == null ? null : decodeCursor(cursorShape, after);
    const list = { statuses: statuses == null ? null : [...new Set(statuses)].sort() };
    const rows = await loaders.virtualKeys.pages.load({
      parentId: workspace.id,
      args: { ...list, after: place, limit: size + 1 },
    });
    const page = toPage(
      rows,
      { size, after },
      {
        cursorOf: (row) => encodeCursor(cursorShape, [row.createdAt.toISOString(), row.id]),
        countTotal: () => loaders.virtualKeys.totals.load({ parentId: workspace.id, args: list }),
      },
    );
    return new VirtualKeyConnection(page);
  }
}
