import { Refusal, type Refused } from '../errors.js';
import { check } from '../graphql/validators.js';

const thresholdsMax = 20;
const thresholdMax = 1_000;

/** Leaves null to `NotNull`, so that it is told of once. */
export const HasThresholds = check(
  'tooManyThresholds',
  (value) => value === null || (Array.isArray(value) && value.length <= thresholdsMax),
);

/**
 * The thresholds as they are kept: ascending.
 * @throws Refusal INVALID for each that is none or was named before, by its place
 */
export function toThresholds(given: readonly number[]): number[] {
  const refused = given.flatMap((threshold, place): Refused[] => {
    const field = ['input', 'budgetAlertThresholds', String(place)];
    if (threshold < 1 || threshold > thresholdMax) return [{ refusal: 'thresholdInvalid', field }];
    return given.indexOf(threshold) < place ? [{ refusal: 'thresholdRepeated', field }] : [];
  });
  if (refused.length > 0) throw new Refusal(refused);
  return [...given].sort((a, b) => a - b);
}
