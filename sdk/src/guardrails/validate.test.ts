import { expect, test } from '@jest/globals';
import { getCountries } from 'libphonenumber-js/max';
import { type GuardrailRule, validateGuardrail } from './index.js';

const messages = (guardrail: Partial<GuardrailRule>) =>
  validateGuardrail({ action: 'FLAG', kind: 'PATTERN', ...guardrail }).map(({ field, index, message }) => [
    field,
    index,
    message,
  ]);

test('a guardrail of each kind is valid with its own fields', () => {
  expect(messages({ kind: 'BLOCKED_TERMS', terms: ['secret'] })).toEqual([]);
  expect(
    messages({ kind: 'PATTERN', pattern: 'a', terms: null, piiTypes: null, country: null, maxLength: null }),
  ).toEqual([]);
  expect(messages({ kind: 'PII', piiTypes: ['EMAIL', 'PHONE'], country: 'DE' })).toEqual([]);
  expect(messages({ kind: 'MAX_LENGTH', maxLength: 1 })).toEqual([]);
});

test('each kind needs its own field and refuses the others’', () => {
  expect(validateGuardrail({ kind: 'MAX_LENGTH', action: 'BLOCK', terms: [], country: 'DE' })).toEqual([
    { field: 'terms', index: null, message: 'A guardrail of kind MAX_LENGTH has no terms.', isMissing: false },
    { field: 'country', index: null, message: 'A guardrail of kind MAX_LENGTH has no country.', isMissing: false },
    { field: 'maxLength', index: null, message: 'A guardrail of kind MAX_LENGTH needs maxLength.', isMissing: true },
  ]);
  for (const kind of ['BLOCKED_TERMS', 'PATTERN', 'PII'] as const)
    expect(validateGuardrail({ kind, action: 'FLAG' })).toMatchObject([{ isMissing: true }]);
});

test('kind, action and types are those that there are', () => {
  expect(messages({ kind: 'LENGTH_OF_TOMORROW' })).toEqual([['kind', null, 'There is no kind LENGTH_OF_TOMORROW.']]);
  expect(messages({ kind: 'toString' as 'PII' })).toEqual([['kind', null, 'There is no kind toString.']]);
  expect(messages({ action: 'LOG' as 'FLAG', pattern: 'a' })).toEqual([['action', null, 'There is no action LOG.']]);
  expect(messages({ kind: 'PII', piiTypes: ['EMAIL', 'NAME' as 'EMAIL', 'EMAIL'] })).toEqual([
    ['piiTypes', 1, 'There is no type NAME.'],
    ['piiTypes', 2, 'The type EMAIL is there twice.'],
  ]);
  expect(messages({ kind: 'PII', piiTypes: [] })).toEqual([['piiTypes', null, 'There has to be at least one type.']]);
});

test('there are 1 to 1,000 terms of 1 to 100 characters that can be seen', () => {
  const terms = (...list: string[]) => messages({ kind: 'BLOCKED_TERMS', terms: list });
  expect(terms()).toEqual([['terms', null, 'There has to be at least one term.']]);
  expect(terms('a', '', ' \u200b', '😀'.repeat(100), '😀'.repeat(101), 'x'.repeat(1_000_000))).toEqual([
    ['terms', 1, 'Term 2 has nothing that can be seen.'],
    ['terms', 2, 'Term 3 has nothing that can be seen.'],
    ['terms', 4, 'Term 5 has more than 100 characters.'],
    ['terms', 5, 'Term 6 has more than 100 characters.'],
  ]);
  expect(terms(...Array.from({ length: 1_000 }, (_, index) => `term ${index}`))).toEqual([]);
  expect(terms(...Array.from({ length: 1_001 }, () => 'a'))).toEqual([
    ['terms', null, 'There are 1,001 terms, and at most 1,000 are possible.'],
  ]);
});

test('what is too long is not redacted', () => {
  expect(messages({ kind: 'MAX_LENGTH', action: 'REDACT', maxLength: 1 })).toEqual([
    ['action', null, 'What is too long can be blocked or flagged, and not redacted.'],
  ]);
  expect(messages({ kind: 'MAX_LENGTH', action: 'BLOCK', maxLength: 1 })).toEqual([]);
});

test('the greatest length is a whole number from 1 on', () => {
  for (const maxLength of [0, -1, 1.5, Number.NaN, 2 ** 31]) {
    expect(messages({ kind: 'MAX_LENGTH', maxLength })).toEqual([
      ['maxLength', null, 'The length is a whole number from 1 to 2,147,483,647.'],
    ]);
  }
});

test('a country is one whose phone numbers are known', () => {
  const countryOf = (country: string) => messages({ kind: 'PII', piiTypes: ['PHONE'], country });
  for (const country of getCountries()) expect([country, countryOf(country)]).toEqual([country, []]);
  for (const country of ['de', 'XX', 'DEU', '', 'D ', 'EA']) {
    expect(countryOf(country)).toEqual([
      [
        'country',
        null,
        `No local phone numbers of ${country} are known; a country is two capital letters, such as DE.`,
      ],
    ]);
  }
});
