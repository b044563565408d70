import { Table, text, time } from '../database/table.js';

/** What runs by the clock: whoever has the row's lease runs it. */
export const jobTable = new Table('jobs', 'j', {
  name: text().primary(),
  leasedUntil: time().default("'-infinity'"),
  lastStartedAt: time().nullable(),
  lastSucceededAt: time().nullable(),
});
