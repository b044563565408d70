/** Amounts are text from the server to the screen: a float would round some of them. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** Whatever the currency's own decimals are: a budget in Rwandan francs may have two. */
const exactly = { minimumFractionDigits: 2, maximumFractionDigits: 20 };

/** As people read it, such as "$1,250.00". */
export function formatMoney({ amount, currency }: Money): string {
  // Formatted as the decimal that the text says.
  return new Intl.NumberFormat('en', { style: 'currency', currency, ...exactly }).format(amount as `${number}`);
}

const amountPattern = /^-?\d{1,30}(\.\d{1,20})?$/;

/** Whether the text is a number that can be sent as an amount; whether it is one that a budget takes, the server says. */
export function isAmount(text: string): boolean {
  return amountPattern.test(text);
}

/** Whether two amounts are the same number, as "12.5" and "012.50" are. */
export function sameAmount(one: string, other: string): boolean {
  return canonical(one) === canonical(other);
}

function canonical(amount: string): string {
  const [whole = '', fraction = ''] = amount.trim().split('.');
  return `${whole.replace(/^0+(?=\d)/, '')}.${fraction.replace(/0+$/, '')}`;
}
