import { bigint, Table, text, time, uuid } from '../database/table.js';
import type { GatewayDenialCode } from './gateway-denial.js';

/** How many requests were refused in an hour of the workspace's; nothing else remains of them. */
export const denialHours = new Table('denial_hours', 'dh', {
  organizationId: uuid().primary(),
  workspaceId: uuid().primary(),
  startedAt: time().primary(),
  virtualKeyId: uuid().primary(),
  code: text<GatewayDenialCode>().primary(),
  /** As it was asked for, or `otherModels`. */
  model: text().primary(),
  requests: bigint(),
});
