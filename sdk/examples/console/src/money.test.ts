import { describe, expect, test } from '@jest/globals';
import { formatMoney, isAmount, sameAmount } from './money.js';

describe('money', () => {
  test.each([
    ['1250.00', '$1,250.00'],
    ['0.00', '$0.00'],
    // Both are the same number once they are floats.
    ['99999999999999999.99', '$99,999,999,999,999,999.99'],
    ['99999999999999999.98', '$99,999,999,999,999,999.98'],
  ])('%s is written as %s', (amount, written) => {
    expect(formatMoney({ amount, currency: 'USD' })).toBe(written);
  });

  test('no decimal is rounded away, not even in a currency that usually has none', () => {
    expect(formatMoney({ amount: '1250.00', currency: 'EUR' })).toBe('€1,250.00');
    expect(formatMoney({ amount: '1250.50', currency: 'RWF' })).toMatch(/^RWF\s1,250\.50$/);
    expect(formatMoney({ amount: '1250.505', currency: 'USD' })).toBe('$1,250.505');
  });

  test.each(['0', '12.5', '-3', '0012.50'])('"%s" can be sent as an amount', (text) => {
    expect(isAmount(text)).toBe(true);
  });

  test.each(['', 'twelve', '1,250.00', '1e3', '.5', '5.', '$5', ' 5'])('"%s" can not', (text) => {
    expect(isAmount(text)).toBe(false);
  });

  test('amounts are compared as numbers and not as text', () => {
    expect(sameAmount('012.5', '12.50')).toBe(true);
    expect(sameAmount(' 12 ', '12.00')).toBe(true);
    expect(sameAmount('99999999999999999.99', '99999999999999999.98')).toBe(false);
  });
});
