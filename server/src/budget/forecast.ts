import { toAmount } from '../graphql/money.js';
import { BudgetState } from './budget.entity.js';

/** What of a budget is kept and set; amounts are exact, with at most eight decimals. */
export interface BudgetFigures {
  readonly limit: string;
  readonly spent: string;
  readonly reserved: string;
  /** Ascending percentages. */
  readonly thresholds: readonly number[];
  readonly periodStart: Date;
  readonly periodEnd: Date;
  /** When the limit was reached; null where it has not been, or where it was 0 from the beginning. */
  readonly exhaustedAt: Date | null;
  /** By the database's clock. */
  readonly now: Date;
}

/** What follows from them. */
export interface BudgetOutlook {
  readonly remaining: string;
  readonly utilization: number | null;
  readonly state: BudgetState;
  readonly expectedSpend: string;
  readonly exhaustedAt: Date | null;
}

const dayMs = 86_400_000;

export function outlookOf(figures: BudgetFigures): BudgetOutlook {
  const { periodStart, periodEnd, now } = figures;
  const limit = unitsOf(figures.limit);
  const spent = unitsOf(figures.spent);
  const used = spent + unitsOf(figures.reserved);
  const start = periodStart.getTime();
  const elapsed = now.getTime() - start;
  const hasPace = elapsed >= dayMs;
  const length = BigInt(periodEnd.getTime() - start);
  return {
    remaining: amountOf(limit - used),
    utilization: limit === 0n ? null : Number(used) / Number(limit),
    state: stateOf(used, limit, figures.thresholds),
    expectedSpend: amountOf(hasPace ? roundedQuotient(spent * length, BigInt(elapsed)) : spent),
    exhaustedAt: exhaustedAt(),
  };

  function exhaustedAt(): Date | null {
    if (spent >= limit) return figures.exhaustedAt ?? periodStart;
    if (!hasPace || spent === 0n) return null;
    // Not before it is reached.
    const after = (BigInt(elapsed) * limit + spent - 1n) / spent;
    return after > length ? null : new Date(start + Number(after));
  }
}

function stateOf(used: bigint, limit: bigint, [lowest]: readonly number[]): BudgetState {
  if (used >= limit) return BudgetState.EXHAUSTED;
  return lowest !== undefined && used * 100n >= BigInt(lowest) * limit ? BudgetState.WARNING : BudgetState.OK;
}

function roundedQuotient(value: bigint, by: bigint): bigint {
  return (2n * value + by) / (2n * by);
}

const decimalsMax = 8;

/** How often a hundred-millionth the amount is. */
function unitsOf(amount: string): bigint {
  const [whole = '', decimals = ''] = amount.split('.');
  return BigInt(whole + decimals.slice(0, decimalsMax).padEnd(decimalsMax, '0'));
}

function amountOf(units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(decimalsMax + 1, '0');
  const sign = units < 0n ? '-' : '';
  return toAmount(`${sign}${digits.slice(0, -decimalsMax)}.${digits.slice(-decimalsMax)}`);
}
