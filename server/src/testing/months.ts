import { server } from './use-server.js';

/** Makes the months of usage that a server has from the start, for records that are older than two months. */
export async function makeOldMonths(): Promise<void> {
  await server.database.rows({
    text: `SELECT make_usage_partitions(now() - interval '400 days', now() + interval '3 months')`,
    values: [],
  });
}
