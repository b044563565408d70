import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { requestError } from '../errors.js';
import { decodeCursor, encodeCursor } from '../pagination/cursor.js';
import { limitFilter, searchText, uuidsOf } from '../pagination/filter.js';
import { cursorShapeOf } from '../pagination/ordering.js';
import { type Page, pageSize, toPage } from '../pagination/page.js';
import type { VirtualKeyRow } from './virtual-key.entity.js';
import type { VirtualKeyFilter, VirtualKeyOrder } from './virtual-key.inputs.js';
import { toVirtualKeyRow, type VirtualKeyRecord } from './virtual-key.loaders.js';
import {
  countKeysStatement,
  keyPageStatement,
  keySortKeys,
  type VirtualKeyConditions,
  VirtualKeyOrderField,
  type VirtualKeyOrdering,
} from './virtual-key.statements.js';

export interface VirtualKeysArgs {
  readonly first: number | null | undefined;
  readonly after: string | null | undefined;
  readonly filter: VirtualKeyFilter | null | undefined;
  readonly orderBy: VirtualKeyOrder | null | undefined;
}

const newestFirst: VirtualKeyOrdering = { field: VirtualKeyOrderField.CREATED_AT, direction: 'DESC' };

/** A page of the keys of all workspaces in use that the actor sees. */
export async function listVirtualKeys(context: RequestContext, args: VirtualKeysArgs): Promise<Page<VirtualKeyRow>> {
  requireScope(context, 'workspace.read');
  const { actor, database } = context;
  const size = pageSize(args.first);
  const ordering = args.orderBy ?? newestFirst;
  const sortKey = keySortKeys[ordering.field];
  const shape = cursorShapeOf('virtualKeys', ordering, sortKey);
  const conditions = toConditions(args.filter ?? {});
  const after = args.after == null ? null : decodeCursor(shape, args.after);
  const records = await database.rows<VirtualKeyRecord>(
    keyPageStatement(actor, { ordering, after, limit: size + 1, conditions }),
  );
  return toPage(
    records.map(toVirtualKeyRow),
    { size, after: args.after },
    {
      cursorOf: (row) => encodeCursor(shape, sortKey.of(row)),
      countTotal: async () =>
        (await database.rows<{ total: number }>(countKeysStatement(actor, conditions)))[0]?.total ?? 0,
    },
  );
}

const daysMax = 36_500;

/** An empty list means none, as it says; what is left out or null is no condition. */
function toConditions(filter: VirtualKeyFilter): VirtualKeyConditions {
  const { workspaceIds, statuses, unusedForDays } = filter;
  limitFilter({ search: filter.search, lists: [workspaceIds, statuses] });
  if (unusedForDays != null && (unusedForDays < 0 || unusedForDays > daysMax)) throw requestError('daysInvalid');
  const search = searchText(filter.search);
  return {
    ...(workspaceIds == null ? {} : { workspaceIds: uuidsOf('Workspace', workspaceIds) }),
    ...(statuses == null ? {} : { statuses }),
    ...(unusedForDays == null ? {} : { unusedForDays }),
    ...(search === null ? {} : { search }),
  };
}
