import { Refusal, type Refused } from '../errors.js';
import { check, isSetUpTo } from '../graphql/validators.js';

export const thresholdsMax = 20;
const thresholdMax = 1_000;

/** Leaves null to `NotNull`, so that it is told of once. */
export const HasThresholds = check('tooManyThresholds', (value) => value === null || isSetUpTo(thresholdsMax, value));

/**
 * The thresholds as they are kept: ascending, each once.
 * @throws Refusal INVALID for each that is none, by its place
 */
export function toThresholds(given: readonly number[]): number[] {
  const refused = given.flatMap((threshold, place): Refused[] => {
    const field = ['input', 'budgetAlertThresholds', String(place)];
    return threshold < 1 || threshold > thresholdMax ? [{ refusal: 'thresholdInvalid', field }] : [];
  });
  if (refused.length > 0) throw new Refusal(refused);
  return [...new Set(given)].sort((a, b) => a - b);
}
