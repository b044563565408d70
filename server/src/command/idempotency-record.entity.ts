import { bytes, Table, text, time, uuid } from '../database/table.js';

/** That a create with this key has run, with which input and what it made. Kept for some days, then cleaned up. */
export const idempotencyRecords = new Table('idempotency_records', 'i', {
  organizationId: uuid().primary(),
  actorId: uuid().primary(),
  operation: text().primary(),
  key: text().primary(),
  /** SHA-256 of the input. */
  inputDigest: bytes(),
  resultId: uuid(),
  createdAt: time().default('now()'),
});
