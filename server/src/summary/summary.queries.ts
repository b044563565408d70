import type { Actor } from '../access/actor.js';
import { requireScope } from '../access/require-scope.js';
import { roleSql, seesEverything, Values, visibleSql } from '../access/sight.js';
import type { RequestContext } from '../context.js';
import type { Statement } from '../database/database.js';
import { preparedStatement } from '../database/prepared-statement.js';
import { primeFrom } from '../workspace/workspace.loaders.js';
import {
  activeKeyCountSql,
  toWorkspaceRow,
  type WorkspaceExtras,
  type WorkspaceRecord,
  workspaceColumns,
} from '../workspace/workspace.row.js';
import type { WorkspaceSummary } from './summary.type.js';

interface Totals {
  total_workspaces: number;
  total_monthly_budget: string;
  total_active_keys: number;
  production_workspaces: number;
}

/** The totals and, unless `active` is null, the active workspace with these extras: one statement. */
export async function readSummary(context: RequestContext, active: WorkspaceExtras | null): Promise<WorkspaceSummary> {
  const { actor, database, loaders } = context;
  requireScope(context, 'workspace.read');
  const [record] = await database.rows<Totals & Partial<WorkspaceRecord>>(summaryStatement(actor, active));
  if (record === undefined) throw new Error('The summary statement answered without a row.');
  const activeWorkspace = record.id == null ? null : toWorkspaceRow(record as Totals & WorkspaceRecord);
  if (activeWorkspace !== null) primeFrom(loaders.workspaces, [activeWorkspace]);
  return {
    activeWorkspace,
    totalWorkspaces: record.total_workspaces,
    totalMonthlyBudget: {
      amount: record.total_monthly_budget,
      currency: actor.currency,
    },
    totalActiveKeys: record.total_active_keys,
    productionWorkspaces: record.production_workspaces,
  };
}

export function summaryStatement(actor: Actor, active: WorkspaceExtras | null): Statement {
  const values = new Values(actor);
  const source = seesEverything(actor)
    ? `workspaces w WHERE w.organization_id = ${values.organization} AND`
    : `(${visibleSql(values)}) AS v JOIN workspaces w ON w.id = v.workspace_id WHERE`;
  const totals = `SELECT count(*)::integer AS total_workspaces,
      coalesce(sum(w.monthly_budget), 0.00)::text AS total_monthly_budget,
      coalesce(sum(${activeKeyCountSql}), 0)::integer AS total_active_keys,
      (count(*) FILTER (WHERE w.environment = 'PRODUCTION'))::integer AS production_workspaces
    FROM ${source} w.archived_at IS NULL`;
  if (active === null) return preparedStatement(totals, values.list);

  const role = roleSql(values);
  const { columns, joins } = workspaceColumns(active, role, values);
  const text = `SELECT totals.*, active.* FROM (${totals}) AS totals LEFT JOIN (
      SELECT ${columns} FROM active_workspaces a JOIN workspaces w ON w.id = a.workspace_id ${joins}
      WHERE a.user_id = ${values.user} AND ${role} IS NOT NULL
    ) AS active ON true`;
  return preparedStatement(text, values.list);
}
