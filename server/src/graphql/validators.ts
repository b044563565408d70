import { registerDecorator, ValidateIf, ValidateNested } from 'class-validator';
import { hasCredential } from '../credentials.js';
import { type RefusalName, refusals } from '../errors.js';
import { isText, normalizeName, normalizeText, readName, readNameUpTo } from '../text.js';
import { isBudget } from './money.js';

/** Validators whose findings are entries of the catalogue of refusals. */

/** A validator that refuses with this entry. */
export function check(refusal: RefusalName, isValid: (value: unknown) => boolean): () => PropertyDecorator {
  return () => (target, propertyName) =>
    registerDecorator({
      name: refusal,
      target: target.constructor,
      propertyName: String(propertyName),
      options: { message: refusals[refusal].message, context: { refusal } },
      validator: { validate: isValid },
    });
}

/** Validates only where the client sent the field, an explicit null included. */
export const IfGiven = (): PropertyDecorator => ValidateIf((_input, value) => value !== undefined);

/** Validates only where the client sent a value. */
export const IfPresent = (): PropertyDecorator => ValidateIf((_input, value) => value != null);

export const NotNull = check('required', (value) => value !== null);

/** Leaves null to `NotNull`, so that it is told of once. */
export const IsBudget = check('budgetInvalid', (value) => value === null || isBudget(value));

export const IsVersion = check('expectedVersionInvalid', (value) => Number.isInteger(value) && Number(value) >= 1);

export const IsIdempotencyKey = check(
  'idempotencyKeyInvalid',
  (value) => typeof value === 'string' && /^[\x20-\x7e]{1,255}$/.test(value),
);

/** Whether it is a list of so many different values at the most: one that is repeated counts once. */
export function isSetUpTo(max: number, value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && new Set(value).size <= max;
}

const memberIdsMax = 10_000;
export const IsMemberSet = check('tooManyMembers', (value) => value === null || isSetUpTo(memberIdsMax, value));

export const HasScopes = check('scopesInvalid', (value) => Array.isArray(value) && value.length > 0);

export const IsText = check('textInvalid', (value) => typeof value === 'string' && isText(normalizeText(value)));

/** Leaves null to `NotNull`, so that it is told of once. */
export const IsName = check(
  'nameInvalid',
  (value) => value === null || (typeof value === 'string' && readName(value) !== null),
);

const modelNameMax = 200;

/** Leaves null to `NotNull`, so that it is told of once. */
export const IsModelName = check(
  'modelNameInvalid',
  (value) => value === null || (typeof value === 'string' && readNameUpTo(value, modelNameMax) !== null),
);

/** No text that is kept, and no list of them, is longer than this in UTF-16 units; what is, other validators refuse. */
const textMax = 10_000;
const listMax = 250_000;

/** Of a text, or of each in a list. */
export const HasNoCredential = check('credentialPasted', (value) => {
  const texts = [value].flat().filter((text) => typeof text === 'string');
  const whole = texts.reduce((sum, { length }) => sum + length, 0);
  const isKept = whole <= listMax && texts.every(({ length }) => length <= textMax);
  return !isKept || !texts.some(hasCredential);
});

export const modelsMax = 200;
const modelName = /^[^\p{Cc}\p{Cs}]{1,200}$/u;
export const IsModelList = check('allowedModelsInvalid', (value) => {
  const models = new Set<string>();
  for (const name of Array.isArray(value) ? value : []) {
    const model = typeof name === 'string' ? normalizeName(name) : '';
    if (!modelName.test(model) || models.add(model).size > modelsMax) return false;
  }
  return models.size > 0;
});

const isWholeNumber = (from: number, to: number) => (value: unknown) =>
  Number.isInteger(value) && Number(value) >= from && Number(value) <= to;

const limitMax = 2_147_483_647;
export const IsLimit = check('limitInvalid', isWholeNumber(1, limitMax));

/** A name of the IANA database that `Intl` knows, in any case: no offset, and no rule such as `EST+5`. */
function isTimeZone(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > 64 || !/^[a-z][\w+-]*(?:\/[\w+-]+)*$/i.test(value)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Leaves null to `NotNull`, so that it is told of once. */
export const IsTimeZone = check('timeZoneInvalid', (value) => value === null || isTimeZone(value));

const overlapSecondsMax = 604_800;
export const IsOverlap = check('overlapInvalid', isWholeNumber(0, overlapSecondsMax));

export const decisionsMax = 200;
export const IsDecisionList = check(
  'tooManyDecisions',
  (value) => Array.isArray(value) && value.length <= decisionsMax,
);

/** How many items of a list are validated, by the input's class and the list's name. */
const nestedMax = new Map<unknown, Map<string, number>>();

/** Validates each item of a list which another validator holds to so many. */
export function NestedUpTo(max: number): PropertyDecorator {
  return (target, name) => {
    ValidateNested({ each: true })(target, name);
    const ofClass = nestedMax.get(target.constructor) ?? new Map<string, number>();
    nestedMax.set(target.constructor, ofClass.set(String(name), max));
  };
}

/** The input as far as it is validated: of lists that are too long one item more than they may have. */
export function boundedLists<Input extends object>(input: Input): Input {
  const tooLong = [...(nestedMax.get(input.constructor) ?? [])].flatMap(([name, max]) => {
    const value = (input as Readonly<Record<string, unknown>>)[name];
    return Array.isArray(value) && value.length > max ? [[name, value.slice(0, max + 1)]] : [];
  });
  if (tooLong.length === 0) return input;
  return Object.assign(Object.create(Object.getPrototypeOf(input)), input, Object.fromEntries(tooLong));
}
