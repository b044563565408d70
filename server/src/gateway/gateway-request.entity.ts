import { bigint, integers, numeric, Table, text, time, uuid, uuids } from '../database/table.js';

/** What became of a request: what was decided and is held for it, and the usage that was recorded. */
export const gatewayRequests = new Table('gateway_requests', 'gr', {
  organizationId: uuid().primary(),
  workspaceId: uuid().primary(),
  /** The gateway's own. */
  requestId: text().primary(),
  virtualKeyId: uuid(),
  state: text<'HELD' | 'EXPIRED' | 'UNASKED'>(),
  authorizedAt: time().nullable(),
  expiresAt: time().nullable(),
  reserved: numeric().default('0'),
  llmConfigurationIds: uuids().default("'{}'"),
  weights: integers().default("'{}'"),
  tokens: bigint().default('0'),
  /** The key's running totals with this one; null for a key without a ledger. */
  keyRequests: bigint().nullable(),
  keyTokens: bigint().nullable(),
  usageId: uuid().nullable(),
});
