import { integer, Table, uuid } from '../database/table.js';

/** What is counted of an organization: kept by triggers, one row an organization, made when it is first needed. */
export const organizationCounts = new Table('organization_counts', 'oc', {
  organizationId: uuid().primary(),
  /** Archived ones included. */
  workspaces: integer().default('0'),
});
