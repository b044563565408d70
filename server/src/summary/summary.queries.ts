import type { GraphQLResolveInfo } from 'graphql';
import type { Actor } from '../access/actor.js';
import { requireScope } from '../access/require-scope.js';
import { seesEverything, visibleWorkspacesSql } from '../access/sight.js';
import { readActiveWorkspace } from '../active-workspace/active-workspace.queries.js';
import { ofLedger, presentSpentSql } from '../budget/budget.queries.js';
import { empty, organization, prepare, type Sql, sql } from '../database/sql.js';
import type { Reader } from '../fetch/caller.js';
import { selectionOf } from '../fetch/selection.js';
import { toAmount } from '../graphql/money.js';
import { activeKeyCountSql } from '../virtual-key/virtual-key.queries.js';
import type { WorkspaceSummary } from './summary.entity.js';

const itself = [[]] as const;
const activePath = [['activeWorkspace']] as const;

/** The figures and, where it is asked for, the active workspace: in one message. */
export async function readSummary(reader: Reader, info: GraphQLResolveInfo): Promise<WorkspaceSummary> {
  const { actor, database } = reader;
  requireScope(reader, 'workspace.read');
  const asked = selectionOf(info, itself);
  const [totals, activeWorkspace] = await Promise.all([
    database.texts(totalsStatement(actor, { withSpent: asked.has('totalSpent') })),
    asked.has('activeWorkspace') ? readActiveWorkspace(reader, info, activePath) : null,
  ]);
  const [workspaces, budget, keys, production, spent] = totals.rows[0] ?? [];
  return {
    activeWorkspace,
    totalWorkspaces: Number(workspaces),
    totalMonthlyBudget: { amount: budget ?? '', currency: actor.currency },
    totalSpent: { amount: toAmount(spent ?? '0'), currency: actor.currency },
    totalActiveKeys: Number(keys),
    productionWorkspaces: Number(production),
  };
}

/** The figures of somebody who sees everything, and of anybody else; the ledgers are read where it is asked for them. */
export function totalsStatement(actor: Actor, { withSpent }: { readonly withSpent: boolean }): Sql {
  const { all, visible } = withSpent ? totalsWithSpent : totals;
  return seesEverything(actor) ? all : visible;
}

const totals = { all: totalsOf(false, empty), visible: totalsOf(true, empty) };
const spentSum = sql`, coalesce(sum(${presentSpentSql}), 0)::text`;
const totalsWithSpent = { all: totalsOf(false, spentSum), visible: totalsOf(true, spentSum) };

function totalsOf(isOfVisible: boolean, spent: Sql): Sql {
  const source = isOfVisible
    ? sql`(${visibleWorkspacesSql}) AS v
        JOIN workspaces w ON w.organization_id = ${organization} AND w.id = v.workspace_id`
    : sql`workspaces w`;
  return prepare(
    sql`SELECT count(*)::integer, coalesce(sum(w.monthly_budget), 0.00)::text,
        coalesce(sum(${activeKeyCountSql}), 0)::integer,
        (count(*) FILTER (WHERE w.environment = 'PRODUCTION'))::integer${spent}
      FROM ${source} ${spent === empty ? empty : ofLedger}
      WHERE w.organization_id = ${organization} AND w.archived_at IS NULL`,
  );
}
