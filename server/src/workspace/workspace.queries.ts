import type { GraphQLResolveInfo } from 'graphql';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { selectedFields } from '../graphql/selection.js';
import { decodeCursor, encodeCursor } from '../pagination/cursor.js';
import { limitFilter, searchText, uuidsOf } from '../pagination/filter.js';
import { type Page, pageSize, toPage } from '../pagination/page.js';
import type { WorkspaceRow } from './workspace.entity.js';
import type { WorkspaceFilter, WorkspaceOrder } from './workspace.inputs.js';
import { primeFrom } from './workspace.loaders.js';
import { extrasFor, toWorkspaceRow, type WorkspaceRecord } from './workspace.row.js';
import {
  countStatement,
  cursorKey,
  cursorShape,
  OrderDirection,
  pageStatement,
  type WorkspaceConditions,
  WorkspaceOrderField,
} from './workspace.statements.js';

export interface WorkspacesArgs {
  readonly first: number | null | undefined;
  readonly after: string | null | undefined;
  readonly filter: WorkspaceFilter | null | undefined;
  readonly orderBy: WorkspaceOrder | null | undefined;
}

const byName = {
  field: WorkspaceOrderField.NAME,
  direction: OrderDirection.ASC,
};

/** A page of the cards that the actor sees, in one statement with all that the client asks of each. */
export async function listWorkspaces(
  context: RequestContext,
  args: WorkspacesArgs,
  info: GraphQLResolveInfo,
): Promise<Page<WorkspaceRow>> {
  const { actor, database, loaders } = context;
  requireScope(context, 'workspace.read');
  const size = pageSize(args.first);
  const ordering = args.orderBy ?? byName;
  const shape = cursorShape(ordering);
  const conditions = toConditions(args.filter ?? {});
  const statement = pageStatement(actor, {
    ordering,
    after: args.after == null ? null : decodeCursor(shape, args.after),
    limit: size + 1,
    conditions,
    extras: extrasFor(selectedFields(info, [['nodes'], ['edges', 'node']])),
  });
  const records = await database.rows<WorkspaceRecord>(statement);
  const rows = records.map(toWorkspaceRow);
  primeFrom(loaders.workspaces, rows);
  return toPage(
    rows,
    { size, after: args.after },
    {
      cursorOf: (row) => encodeCursor(shape, cursorKey(ordering, row)),
      countTotal: async () =>
        (await database.rows<{ total: number }>(countStatement(actor, conditions)))[0]?.total ?? 0,
    },
  );
}

/** An empty list means none, as it says; what is left out or null is no condition. */
function toConditions(filter: WorkspaceFilter): WorkspaceConditions {
  const { environments, statuses, regions, ownerIds, archived } = filter;
  limitFilter({ search: filter.search, lists: [environments, statuses, regions, ownerIds] });
  const search = searchText(filter.search);
  return {
    ...(search === null ? {} : { search }),
    ...(environments == null ? {} : { environments }),
    ...(statuses == null ? {} : { statuses }),
    ...(regions == null ? {} : { regions }),
    ...(archived === true ? { archived } : {}),
    ...(ownerIds == null ? {} : { owners: { userIds: uuidsOf('User', ownerIds), teamIds: uuidsOf('Team', ownerIds) } }),
  };
}
