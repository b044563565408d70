import { describe } from '@jest/globals';

/** Whether all test files share the database of `TEST_DATABASE_URL`. */
export const isShared = process.env['TEST_DATABASE_URL'] !== undefined;

/** Whether its tables lie on several nodes. */
export const isDistributed = process.env['TEST_DATABASE_IS_DISTRIBUTED'] === 'true';

/**
 * Tests that can't hold on a database that is shared or distributed, and why: they are skipped there, under the reason.
 * Written as the end of a sentence: "not on the database of TEST_DATABASE_URL, because …".
 */
export function onPlainPostgres(reason: string, tests: () => void): void {
  if (!isShared) tests();
  else describe.skip(`not on the database of TEST_DATABASE_URL, because ${reason}`, tests);
}
