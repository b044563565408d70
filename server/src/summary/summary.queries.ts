import type { GraphQLResolveInfo } from 'graphql';
import type { Actor } from '../access/actor.js';
import { requireScope } from '../access/require-scope.js';
import { seesEverything, visibleWorkspacesSql } from '../access/sight.js';
import { readActiveWorkspace } from '../active-workspace/active-workspace.queries.js';
import { organization, prepare, type Sql, sql } from '../database/sql.js';
import type { Reader } from '../fetch/caller.js';
import { selectionOf } from '../fetch/selection.js';
import { activeKeyCountSql } from '../virtual-key/virtual-key.queries.js';
import type { WorkspaceSummary } from './summary.entity.js';

const itself = [[]] as const;
const activePath = [['activeWorkspace']] as const;

/** The figures and, where it is asked for, the active workspace: in one message. */
export async function readSummary(reader: Reader, info: GraphQLResolveInfo): Promise<WorkspaceSummary> {
  const { actor, database } = reader;
  requireScope(reader, 'workspace.read');
  const asksForActive = selectionOf(info, itself).has('activeWorkspace');
  const [totals, activeWorkspace] = await Promise.all([
    database.texts(totalsStatement(actor)),
    asksForActive ? readActiveWorkspace(reader, info, activePath) : null,
  ]);
  const [workspaces, budget, keys, production] = totals.rows[0] ?? [];
  return {
    activeWorkspace,
    totalWorkspaces: Number(workspaces),
    totalMonthlyBudget: { amount: budget ?? '', currency: actor.currency },
    totalActiveKeys: Number(keys),
    productionWorkspaces: Number(production),
  };
}

/** The figures of somebody who sees everything, and of anybody else. */
export function totalsStatement(actor: Actor): Sql {
  return seesEverything(actor) ? totalsOfAll : totalsOfVisible;
}

const totalsOfAll = totalsOf(sql`workspaces w WHERE`);
const totalsOfVisible = totalsOf(sql`(${visibleWorkspacesSql}) AS v
  JOIN workspaces w ON w.organization_id = ${organization} AND w.id = v.workspace_id WHERE`);

function totalsOf(source: Sql): Sql {
  return prepare(
    sql`SELECT count(*)::integer, coalesce(sum(w.monthly_budget), 0.00)::text,
        coalesce(sum(${activeKeyCountSql}), 0)::integer,
        (count(*) FILTER (WHERE w.environment = 'PRODUCTION'))::integer
      FROM ${source} w.organization_id = ${organization} AND w.archived_at IS NULL`,
  );
}
