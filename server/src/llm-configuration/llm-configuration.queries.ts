import type { GraphQLResolveInfo } from 'graphql';
import { organization, sql } from '../database/sql.js';
import type { Reader } from '../fetch/caller.js';
import { type NestedList, type Page, type PageArgs, readNestedList } from '../fetch/list.js';
import type { Reads } from '../fetch/nodes.js';
import { sightOfCalls } from '../workspace/workspace.queries.js';
import { llmConfigurations } from './llm-configuration.entity.js';

const { id, name, workspaceId } = llmConfigurations.columns;

/** Whoever sees a workspace sees its configurations, also those that were deleted. */
export const llmConfigurationReads: Reads = {
  noun: llmConfigurations,
  joins: sql`JOIN workspaces w ON w.organization_id = ${organization} AND w.id = c.workspace_id`,
  permission: 'gateway.read',
  sight: sightOfCalls,
};

const configurationsOfWorkspace: NestedList = {
  reads: llmConfigurationReads,
  parent: workspaceId,
  order: {
    name: 'llmConfigurations:NAME',
    columns: [
      { sql: name.sql, part: 'text' },
      { sql: id.sql, part: 'uuid' },
    ],
    direction: 'ASC',
  },
  where: () => sql`c.deleted_at IS NULL`,
};

export function listLlmConfigurations(
  reader: Reader,
  parentId: string,
  page: PageArgs,
  info: GraphQLResolveInfo,
): Promise<Page> {
  return readNestedList(reader, info, configurationsOfWorkspace, { parentId, page, args: undefined });
}
