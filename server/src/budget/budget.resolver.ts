import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Reader } from '../fetch/caller.js';
import { Cost } from '../fetch/cost.js';
import { Fetch, type Fetched } from '../fetch/fetch.js';
import type { NounRow } from '../fetch/plan.js';
import { Money, toAmount } from '../graphql/money.js';
import { VirtualKey } from '../virtual-key/virtual-key.entity.js';
import { type BudgetEnforcement, Workspace, workspaces } from '../workspace/workspace.entity.js';
import { WorkspaceBudget } from './budget.entity.js';
import { type LedgerState, ledgerState, reservedOfKey, spentOfKey } from './budget.queries.js';
import { outlookOf } from './forecast.js';

const { monthlyBudget, budgetEnforcement, budgetAlertThresholds, timeZone } = workspaces.columns;

@Resolver(() => Workspace)
export class WorkspaceBudgetResolver {
  @Fetch(monthlyBudget, budgetEnforcement, budgetAlertThresholds, timeZone, ledgerState)
  @FieldResolver(() => WorkspaceBudget, { description: 'The budget of the present month, and how much of it is used.' })
  budget(
    limit: string,
    enforcement: BudgetEnforcement,
    thresholds: readonly number[],
    zone: string,
    ledger: LedgerState,
    { actor: { currency } }: Fetched,
  ): WorkspaceBudget {
    const money = (amount: string): Money => ({ amount: toAmount(amount), currency });
    const { spent, reserved, periodStart, periodEnd, alerts } = ledger;
    const { remaining, utilization, state, expectedSpend, exhaustedAt } = outlookOf({ ...ledger, limit, thresholds });
    return {
      limit: money(limit),
      spent: money(spent),
      reserved: money(reserved),
      remaining: money(remaining),
      utilization,
      state,
      enforcement,
      alertThresholds: thresholds,
      alerts: alerts.map((alert) => ({ ...alert, spent: money(alert.spent) })),
      periodStart,
      periodEnd,
      timeZone: zone,
      forecast: { expectedSpend: money(expectedSpend), exhaustedAt },
    };
  }
}

@Resolver(() => VirtualKey)
export class VirtualKeyBudgetResolver {
  @Cost({ statements: 1 })
  @FieldResolver(() => Money, { description: "In the workspace's present budget period." })
  async spent(@Root() key: NounRow, @Ctx() reader: Reader): Promise<Money> {
    return { amount: toAmount(await spentOfKey(reader).load(key.uuid)), currency: reader.actor.currency };
  }

  @Cost({ statements: 1 })
  @FieldResolver(() => Money, { description: 'Held for requests under way.' })
  async reserved(@Root() key: NounRow, @Ctx() reader: Reader): Promise<Money> {
    return { amount: toAmount(await reservedOfKey(reader).load(key.uuid)), currency: reader.actor.currency };
  }
}
