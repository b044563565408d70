import type { Watcher } from '../command/watch.js';
import { organization, type Sql, sql } from '../database/sql.js';
import type { Transaction } from '../database/transaction.js';
import { Refusal } from '../errors.js';
import { llmConfigurations } from '../llm-configuration/llm-configuration.entity.js';
import { WorkspaceRegion, workspaces } from '../workspace/workspace.entity.js';
import { compileRoutes, goesToSql } from './route-target.entity.js';

/** Whether traffic of a workspace of this region would leave it by going to a configuration of that one. */
export function leavesRegion(own: WorkspaceRegion, other: WorkspaceRegion): boolean {
  return own !== WorkspaceRegion.GLOBAL && own !== other;
}

/** A workspace whose region changes keeps no route that would leave it, enabled or not. */
export const keepRegion: Watcher<typeof workspaces> = {
  noun: workspaces,
  before: async ({ transaction }, { id, region }, { region: next }) => {
    if (next === undefined || next === region || next === WorkspaceRegion.GLOBAL) return;
    const routes = await modelsOf(
      transaction,
      sql`r.workspace_id = ${id} AND EXISTS (
        SELECT FROM route_targets rt
        JOIN llm_configurations c ON c.organization_id = ${organization} AND c.id = rt.llm_configuration_id
        WHERE rt.organization_id = ${organization} AND rt.model_route_id = r.id AND c.region <> ${next})`,
    );
    if (routes.length > 0) {
      throw Refusal.saying('regionMismatch', `Routes would leave ${next}: ${named(routes)}.`, 'input', 'region');
    }
  },
  after: async ({ transaction }, { id, region }, { region: next }) => {
    if (next !== undefined && next !== region) await compileRoutes(transaction, sql`r.workspace_id = ${id}`);
  },
};

/** A configuration that routes go to stays in the workspace's region, and is not deleted; its routes follow every change. */
export const keepTargets: Watcher<typeof llmConfigurations> = {
  noun: llmConfigurations,
  before: async ({ transaction }, { id, workspaceId, region }, { region: next, deletedAt }) => {
    const isDeleted = deletedAt !== undefined && deletedAt !== null;
    if (!isDeleted && (next === undefined || next === region)) return;
    const routes = await modelsOf(transaction, goesToSql(id));
    if (routes.length === 0) return;
    if (isDeleted) {
      throw Refusal.saying('configurationInUse', `Routes go to it: ${named(routes)}.`, 'input', 'llmConfigurationId');
    }
    const [workspace] = await transaction.select(
      workspaces,
      sql`FROM workspaces w WHERE w.organization_id = ${organization} AND w.id = ${workspaceId}`,
    );
    if (workspace === undefined || !leavesRegion(workspace.region, next as WorkspaceRegion)) return;
    const sentence = `The workspace stays in ${workspace.region}, and routes go to it: ${named(routes)}.`;
    throw Refusal.saying('regionMismatch', sentence, 'input', 'region');
  },
  after: ({ transaction }, { id }) => compileRoutes(transaction, goesToSql(id)),
};

/** The model names of the routes `r` for which the condition holds, in order. */
async function modelsOf(transaction: Transaction, which: Sql): Promise<string[]> {
  const routes = await transaction.rows<{ model: string }>(
    sql`SELECT r.model FROM model_routes r WHERE r.organization_id = ${organization} AND ${which} ORDER BY r.model`,
  );
  return routes.map(({ model }) => model);
}

const namedMax = 10;

/** The first of them, and how many more there are. */
function named(models: readonly string[]): string {
  const first = models.slice(0, namedMax).map((model) => `"${model}"`);
  return models.length > namedMax ? `${first.join(', ')} and ${models.length - namedMax} more` : first.join(', ');
}
