import { Table, text, time, uuid } from '../database/table.js';

/** A tenant: everything belongs to exactly one. Made when a token first names it. */
export const organizations = new Table('organizations', 'o', {
  id: uuid().primary(),
  /** The identity provider's name for it: the claim `org`. */
  externalId: text(),
  /** ISO 4217. */
  currency: text().default("'USD'"),
  createdAt: time().default('now()'),
});
