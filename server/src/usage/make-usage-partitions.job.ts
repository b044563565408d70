import { sql } from '../database/sql.js';
import type { Job } from '../jobs/jobs.js';
import { patiently, setLockTimeout } from './partitions.js';

const monthsAhead = 3;

/** Makes the tables of the months to come, and of months between that are missing; none of a month that was dropped. */
export const makeUsagePartitions: Job = {
  name: 'make_usage_partitions',
  everyMs: 3_600_000,
  leaseMs: 600_000,
  run: (database, signal) =>
    patiently(signal, () =>
      database.transaction(async (transaction) => {
        const [, answer] = await transaction.send(
          setLockTimeout,
          sql`SELECT unnest(make_usage_partitions(
            coalesce(first_usage_month(), now()), now() + ${monthsAhead}::integer * interval '1 month'))`,
        );
        return { made: (answer?.rows ?? []).map(([name]) => name) };
      }),
    ),
};
