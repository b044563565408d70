import { registerDecorator, ValidateIf } from 'class-validator';
import { type RefusalName, refusals } from '../errors.js';
import { isName, normalizeName } from '../text.js';
import { isBudget } from './money.js';

/** Validators whose findings are entries of the catalogue of refusals. */

function check(refusal: RefusalName, isValid: (value: unknown) => boolean): () => PropertyDecorator {
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

export const IsWorkspaceName = check(
  'nameInvalid',
  (value) => typeof value === 'string' && isName(normalizeName(value)),
);

/** Leaves null to `NotNull`, so that it is told of once. */
export const IsBudget = check('budgetInvalid', (value) => value === null || isBudget(value));

export const IsVersion = check('expectedVersionInvalid', (value) => Number.isInteger(value) && Number(value) >= 1);

export const IsIdempotencyKey = check(
  'idempotencyKeyInvalid',
  (value) => typeof value === 'string' && /^[\x20-\x7e]{1,255}$/.test(value),
);

const memberIdsMax = 10_000;
export const IsMemberSet = check(
  'tooManyMembers',
  (value) => value === null || (Array.isArray(value) && value.length <= memberIdsMax),
);
