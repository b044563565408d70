import { Counter } from 'prom-client';
import { auditAction } from '../audit/audit-action.js';
import type { Watcher } from '../command/watch.js';
import { organization, sql } from '../database/sql.js';
import type { Caller } from '../fetch/caller.js';
import { workspaces } from '../workspace/workspace.entity.js';

// Written by `raise_budget_alerts`, in whichever transaction it is called.
auditAction('workspace.budget_alert_raised', 'What is spent of a budget reached a threshold.');

/** Of this process; the registry of each server takes it in. */
export const budgetAlertsRaised = new Counter({
  name: 'budget_alerts_raised_total',
  help: 'Thresholds of budgets that were reached, each once a period.',
  registers: [],
});

/** A new alert, as `to_jsonb` writes what `raise_budget_alerts` answers with. */
export interface RaisedAlert {
  readonly organization_id: string;
  readonly workspace_id: string;
  readonly period_start: string;
  /** Percentage. */
  readonly threshold: number;
  readonly spent: number;
}

/** Tells those who watch the service, once it is committed; a workspace's own people have it in their audit log. */
export function tellAlerts(log: Pick<Caller['log'], 'warn'>, alerts: readonly RaisedAlert[]): void {
  for (const { organization_id: organizationId, workspace_id, period_start: periodStart, threshold, spent } of alerts) {
    budgetAlertsRaised.inc();
    const workspaceId = workspaces.globalId(workspace_id);
    log.warn({ organizationId, workspaceId, threshold, spent, periodStart }, 'a budget alert was raised');
  }
}

/** Another limit, and other thresholds, may be reached already. */
export const raiseAlerts: Watcher<typeof workspaces> = {
  noun: workspaces,
  after: async (
    { transaction, caller },
    { id, ...before },
    { monthlyBudget, budgetEnforcement, budgetAlertThresholds },
  ) => {
    const hasLimit = monthlyBudget !== undefined && monthlyBudget !== before.monthlyBudget;
    const hasEnforcement = budgetEnforcement !== undefined && budgetEnforcement !== before.budgetEnforcement;
    const hasThresholds = budgetAlertThresholds !== undefined;
    if (!hasLimit && !hasEnforcement && !hasThresholds) return;
    // Whoever decides under the lock decides by what held before, and is done. The ledger's lock is the last: whoever has
    // it waits for nobody who changes a workspace.
    const { reads } = await transaction.lock(
      sql`SELECT wl.workspace_id FROM workspace_ledgers wl
        WHERE wl.organization_id = ${organization} AND wl.workspace_id = ${id} FOR NO KEY UPDATE`,
      sql`SELECT to_jsonb(alert) FROM raise_budget_alerts(${organization}, ARRAY[${id}]::uuid[]) AS alert`,
    );
    const alerts = (reads[0]?.rows ?? []).map(([alert]) => JSON.parse(alert ?? '') as RaisedAlert);
    transaction.afterCommit(() => tellAlerts(caller.log, alerts));
  },
};
