import { bigint, integer, numeric, Table, time, uuid } from '../database/table.js';

/** What is spent and held of a workspace's budget; its row is the lock under which everything about its money changes. */
export const workspaceLedgers = new Table('workspace_ledgers', 'wl', {
  organizationId: uuid().primary(),
  workspaceId: uuid().primary(),
  periodStart: time(),
  periodEnd: time(),
  /** In the period. */
  spent: numeric().default('0'),
  reserved: numeric().default('0'),
  /** Since when what is spent has been at the limit or above it. */
  exhaustedAt: time().nullable(),
  /** Rises with every change of what a decision hangs on. */
  turn: bigint().default('0'),
  /** What ran out until then has been given back. */
  expiredUntil: time().default("'-infinity'"),
});

/** The same of a key that has a limit or once had one; the period is that of the workspace's. */
export const virtualKeyLedgers = new Table('virtual_key_ledgers', 'kl', {
  organizationId: uuid().primary(),
  workspaceId: uuid().primary(),
  virtualKeyId: uuid().primary(),
  spent: numeric().default('0'),
  reserved: numeric().default('0'),
  /** Admitted since the ledger began. */
  requests: bigint().default('0'),
  tokens: bigint().default('0'),
});

/** Each threshold that was reached, once a period. */
export const budgetAlerts = new Table('budget_alerts', 'ba', {
  organizationId: uuid().primary(),
  workspaceId: uuid().primary(),
  periodStart: time().primary(),
  threshold: integer().primary(),
  spent: numeric(),
  raisedAt: time(),
});
