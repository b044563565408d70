import { Table, time, uuid } from '../database/table.js';

/** The company's directory of users and teams, one an organization and made with it; its row is the directory's lock. */
export const directories = new Table('directories', 'd', {
  organizationId: uuid().primary(),
  /** When the directory last had its word, whether it changed anything or not. */
  syncedAt: time().nullable(),
  /** While a sync waits for those who share the row: until then nobody begins to share it. */
  syncWantedUntil: time().nullable(),
});
