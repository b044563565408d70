import { Table, text, uuid } from '../database/table.js';

/** What tokens may still call a team that the directory has renamed; no team is called so now. */
export const teamFormerNames = new Table('team_former_names', 'f', {
  organizationId: uuid().primary(),
  nameKey: text().primary(),
  teamId: uuid(),
});
