import { check, isSetUpTo } from '../graphql/validators.js';

/*
 * Bounds, before anything is looked at more closely: what a guardrail of each kind may be is said by the code that
 * evaluates it.
 */

export const termsMax = 1_000;
/** In UTF-16 units: 100 characters. */
const termUnitsMax = 200;

export const IsTermList = check('termsInvalid', (value) => {
  if (!isSetUpTo(termsMax, value) || value.length < 1) return false;
  return value.every((term) => typeof term === 'string' && term.length >= 1 && term.length <= termUnitsMax);
});

/** PostgreSQL holds neither U+0000 nor half a character. */
const unstorable = /[\0\p{Cs}]/u;
export const IsStorable = check(
  'charactersInvalid',
  (value) => ![value].flat().some((text) => typeof text === 'string' && unstorable.test(text)),
);

export const piiTypesMax = 5;
export const IsPiiTypeList = check('piiTypesInvalid', (value) => isSetUpTo(piiTypesMax, value) && value.length >= 1);

export const IsCountry = check('countryInvalid', (value) => typeof value === 'string' && /^[A-Z]{2}$/.test(value));

/** Leaves null to `NotNull`, and what lies beyond the last place to the command. */
export const IsPosition = check(
  'positionInvalid',
  (value) => value === null || (Number.isInteger(value) && Number(value) >= 1),
);
