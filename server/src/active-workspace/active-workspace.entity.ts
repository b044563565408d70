import { Table, time, uuid } from '../database/table.js';

/** The workspace in which a person works: the primary key allows one a person. */
export const activeWorkspaces = new Table('active_workspaces', 'a', {
  userId: uuid().primary(),
  organizationId: uuid().primary(),
  workspaceId: uuid(),
  selectedAt: time().default('now()'),
});
