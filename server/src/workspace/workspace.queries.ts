import type { GraphQLResolveInfo } from 'graphql';
import { requireScope } from '../access/permissions.js';
import type { RequestContext } from '../context.js';
import { requestError } from '../errors.js';
import { fromGlobalId, type NodeTypeName } from '../graphql/ids.js';
import { selectedFields } from '../graphql/selection.js';
import { decodeCursor, encodeCursor } from '../pagination/cursor.js';
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
  requireScope(actor, 'workspace.read');
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

const filterValuesMax = 100;
const searchLengthMax = 200;

/** An empty list means none, as it says; what is left out or null is no condition. */
function toConditions(filter: WorkspaceFilter): WorkspaceConditions {
  const { search, environments, statuses, regions, ownerIds, archived } = filter;
  const tooLarge = [environments, statuses, regions, ownerIds].some((list) => (list?.length ?? 0) > filterValuesMax);
  if (tooLarge || (search?.length ?? 0) > searchLengthMax) throw requestError('filterTooLarge');
  return {
    // PostgreSQL's text can't hold NUL, so no name has one either.
    ...(search == null || search === '' ? {} : { search: search.normalize('NFC').replaceAll('\0', '\u{fffd}') }),
    ...(environments == null ? {} : { environments }),
    ...(statuses == null ? {} : { statuses }),
    ...(regions == null ? {} : { regions }),
    ...(archived === true ? { archived } : {}),
    ...(ownerIds == null ? {} : { owners: { userIds: uuidsOf('User', ownerIds), teamIds: uuidsOf('Team', ownerIds) } }),
  };
}

/** The UUIDs among global ids of this type; a malformed id is an id of nothing. */
function uuidsOf(type: NodeTypeName, ids: readonly string[]): string[] {
  return ids.flatMap((id) => fromGlobalId(type, id) ?? []);
}
