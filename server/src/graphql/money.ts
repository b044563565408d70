import { Field, ObjectType } from 'type-graphql';
import { DecimalScalar } from './scalars.js';

@ObjectType({
  description: 'An exact amount in one currency (ISO 4217).',
  simpleResolvers: true,
})
export class Money {
  @Field(() => DecimalScalar, {
    description: 'The amount: budgets carry exactly two decimals, prices and costs from two to eight.',
  })
  readonly amount!: string;

  @Field(() => String, {
    description: 'ISO 4217 code of the currency, such as "USD".',
  })
  readonly currency!: string;
}

/** An exact amount as it is shown, with two decimals at least: "1.5" becomes "1.50", and "0.00015000" becomes "0.00015". */
export function toAmount(value: string): string {
  const [whole = '0', decimals = ''] = value.split('.');
  return `${whole}.${decimals.replace(/0+$/, '').padEnd(2, '0')}`;
}

/** What was spent or is held, as PostgreSQL tells of it. */
export function toSpent(amount: string, currency: string): Money {
  return { amount: toAmount(amount), currency };
}

/** Twelve digits before the point: the widest budget that the database holds. */
const budgetPattern = /^\d{1,12}(\.\d{1,2})?$/;

/** Whether the text is an amount of 0 or more with at most two decimals. */
export function isBudget(value: unknown): boolean {
  return typeof value === 'string' && budgetPattern.test(value);
}

/** The same amount without leading zeros and with exactly two decimals: "0012.5" becomes "12.50". */
export function toBudget(value: string): string {
  const [whole = '0', cents = ''] = value.split('.');
  return `${whole.replace(/^0+(?=\d)/, '')}.${cents.padEnd(2, '0')}`;
}
