/** How often a property is tried, and with which seed: always the same one, but for a run that says otherwise. */
import fc, { type Parameters } from 'fast-check';

export function runs(numRuns: number): Pick<Parameters, 'numRuns' | 'seed'> {
  return { numRuns, seed: 2_025, ...fc.readConfigureGlobal() };
}
