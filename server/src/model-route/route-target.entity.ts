import { organization, type Sql, sql } from '../database/sql.js';
import { integer, Table, uuid } from '../database/table.js';
import type { Transaction } from '../database/transaction.js';

/** Which configurations a route tries, in the order given. */
export const routeTargets = new Table('route_targets', 'rt', {
  organizationId: uuid().primary(),
  modelRouteId: uuid().primary(),
  /** From 1 on. */
  position: integer().primary(),
  llmConfigurationId: uuid(),
  weight: integer(),
});

/** SQL that holds for the routes `r` that have this configuration among their targets. */
export function goesToSql(configurationId: string): Sql {
  return sql`r.id IN (SELECT rt.model_route_id FROM route_targets rt
    WHERE rt.organization_id = ${organization} AND rt.llm_configuration_id = ${configurationId})`;
}

/**
 * Works out anew what the routes `r` come down to for which the condition holds: their targets that are enabled, not
 * deleted, and in the region of the workspace. To be called under the workspace's lock, after what changes it.
 */
export async function compileRoutes(transaction: Transaction, which: Sql): Promise<void> {
  const inOrder = (column: Sql) => sql`array_agg(${column} ORDER BY rt.position) FILTER (WHERE c.id IS NOT NULL)`;
  await transaction.execute(
    sql`UPDATE model_routes mr SET eligible_ids = compiled.ids, eligible_versions = compiled.versions,
        eligible_weights = compiled.weights, eligible_input_prices = compiled.input_prices,
        eligible_output_prices = compiled.output_prices
      FROM (
        SELECT r.id AS route_id, coalesce(${inOrder(sql`c.id`)}, '{}') AS ids,
          coalesce(${inOrder(sql`c.version`)}, '{}') AS versions, coalesce(${inOrder(sql`rt.weight`)}, '{}') AS weights,
          coalesce(${inOrder(sql`c.input_price_per_million_tokens`)}, '{}') AS input_prices,
          coalesce(${inOrder(sql`c.output_price_per_million_tokens`)}, '{}') AS output_prices
        FROM model_routes r
        JOIN workspaces w ON w.organization_id = ${organization} AND w.id = r.workspace_id
        JOIN route_targets rt ON rt.organization_id = ${organization} AND rt.model_route_id = r.id
        LEFT JOIN llm_configurations c ON c.organization_id = ${organization} AND c.id = rt.llm_configuration_id
          AND c.enabled AND c.deleted_at IS NULL AND (w.region = 'GLOBAL' OR c.region = w.region)
        WHERE r.organization_id = ${organization} AND ${which} GROUP BY r.id
      ) AS compiled
      WHERE mr.organization_id = ${organization} AND mr.id = compiled.route_id`,
  );
}
