import type { GraphQLResolveInfo } from 'graphql';
import { roleSql } from '../access/sight.js';
import { organization, sql } from '../database/sql.js';
import { parseInteger } from '../database/table.js';
import { loader, type Reader } from '../fetch/caller.js';
import { piece } from '../fetch/fetch.js';
import { type NestedList, type Page, type PageArgs, readNestedList } from '../fetch/list.js';
import type { Reads } from '../fetch/nodes.js';
import { workspaces } from '../workspace/workspace.entity.js';
import { members } from './member.entity.js';

export const memberReads: Reads = {
  noun: members,
  joins: sql`JOIN workspaces w ON w.organization_id = ${organization} AND w.id = m.workspace_id`,
  sight: (actor) => sql`${roleSql(actor)} IS NOT NULL`,
};

export const memberCount = piece<number>(workspaces.columns.memberCount.sql, parseInteger);

const countOf = loader<string, number>(
  async ({ database }, ids) => {
    const rows = await database.rows<{ id: string; count: number }>(
      sql`SELECT w.id, w.member_count AS count FROM workspaces w
        WHERE w.organization_id = ${organization} AND w.id = ANY (${ids}::uuid[])`,
    );
    return rows.map(({ id, count }) => [id, count] as const);
  },
  () => 0,
);

/** In the order in which they joined. */
const membersOfWorkspace: NestedList = {
  reads: memberReads,
  parent: members.columns.workspaceId,
  order: {
    name: 'members:JOINED_AT',
    columns: [
      { sql: members.columns.joinedAt.sql, part: 'timestamptz' },
      { sql: members.columns.id.sql, part: 'uuid' },
    ],
    direction: 'ASC',
  },
  count: (reader, workspaceId) => countOf(reader).load(workspaceId),
};

export function listMembers(
  reader: Reader,
  workspaceId: string,
  page: PageArgs,
  info: GraphQLResolveInfo,
): Promise<Page> {
  return readNestedList(reader, info, membersOfWorkspace, { parentId: workspaceId, page, args: undefined });
}
