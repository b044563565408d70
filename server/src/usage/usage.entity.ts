import { bigint, numeric, Table, text, time, uuid } from '../database/table.js';
import type { RequestStatus } from './request-status.js';

/** The tags of records, to find these by. */
export const usageRecordTags = new Table('usage_record_tags', 'ut', {
  organizationId: uuid().primary(),
  workspaceId: uuid().primary(),
  tag: text().primary(),
  id: uuid().primary(),
});

const sums = {
  virtualKeyId: uuid().primary(),
  model: text().primary(),
  provider: text().nullable().primary(),
  status: text<RequestStatus>().primary(),
  requests: bigint(),
  inputTokens: bigint(),
  outputTokens: bigint(),
  cost: numeric(),
};

/** What records add up to, in hours of the zone that each was recorded in. */
export const usageHours = new Table('usage_hours', 'uh', {
  organizationId: uuid().primary(),
  workspaceId: uuid().primary(),
  startedAt: time().primary(),
  /** The day in which the hour is counted. */
  dayStartedAt: time().primary(),
  ...sums,
});

export const usageDays = new Table('usage_days', 'ud', {
  organizationId: uuid().primary(),
  workspaceId: uuid().primary(),
  startedAt: time().primary(),
  ...sums,
});

/** How often each latency occurred, by steps of two percent: a number that `latency_histogram()` makes. */
const histogram = numeric();

export const latencyHours = new Table('latency_hours', 'lh', {
  organizationId: uuid().primary(),
  workspaceId: uuid().primary(),
  startedAt: time().primary(),
  dayStartedAt: time().primary(),
  histogram,
});

export const latencyDays = new Table('latency_days', 'ld', {
  organizationId: uuid().primary(),
  workspaceId: uuid().primary(),
  startedAt: time().primary(),
  histogram,
});

export const usageTables: readonly Table[] = [usageRecordTags, usageHours, usageDays, latencyHours, latencyDays];
