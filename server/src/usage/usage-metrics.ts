import { Counter } from 'prom-client';

/** Of this process; the registry of each server takes it in. */
export const recordedUsage = new Counter({
  name: 'usage_records_total',
  help: 'Records of usage that were sent, by what became of them.',
  labelNames: ['outcome'],
  registers: [],
});

export const usageMetrics = [recordedUsage];
