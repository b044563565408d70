import { Table, time, uuid } from '../database/table.js';

export const teamMemberships = new Table('team_memberships', 'tm', {
  teamId: uuid().primary(),
  userId: uuid().primary(),
  organizationId: uuid().primary(),
  createdAt: time().default('now()'),
});
