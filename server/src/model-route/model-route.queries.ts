import type { GraphQLResolveInfo } from 'graphql';
import { organization, sql } from '../database/sql.js';
import type { Reader } from '../fetch/caller.js';
import { piece } from '../fetch/fetch.js';
import { type NestedList, type Page, type PageArgs, readNestedList } from '../fetch/list.js';
import type { Reads } from '../fetch/nodes.js';
import { workspaceReads } from '../workspace/workspace.queries.js';
import { modelRoutes, type RouteTarget } from './model-route.entity.js';

const { id, model, workspaceId } = modelRoutes.columns;

/** Whoever sees a workspace sees its routes. */
export const modelRouteReads: Reads = {
  noun: modelRoutes,
  joins: sql`JOIN workspaces w ON w.organization_id = ${organization} AND w.id = r.workspace_id`,
  sight: workspaceReads.sight,
};

const routesOfWorkspace: NestedList = {
  reads: modelRouteReads,
  parent: workspaceId,
  order: {
    name: 'modelRoutes:MODEL',
    columns: [
      { sql: model.sql, part: 'text' },
      { sql: id.sql, part: 'uuid' },
    ],
    direction: 'ASC',
  },
};

export function listModelRoutes(
  reader: Reader,
  parentId: string,
  page: PageArgs,
  info: GraphQLResolveInfo,
): Promise<Page> {
  return readNestedList(reader, info, routesOfWorkspace, { parentId, page, args: undefined });
}

/** The targets of the route `r`, in the order given. */
export const targetsOfRoute = piece<readonly RouteTarget[]>(
  sql`(SELECT json_agg(json_build_object('llmConfiguration', rt.llm_configuration_id, 'weight', rt.weight)
      ORDER BY rt.position)
    FROM route_targets rt WHERE rt.organization_id = ${organization} AND rt.model_route_id = r.id)`,
  (targets) => JSON.parse(targets) as readonly RouteTarget[],
);
