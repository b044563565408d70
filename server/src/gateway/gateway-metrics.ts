import { Counter } from 'prom-client';

/** Of this process; the registry of each server takes them in. */
export const gatewayDecisions = new Counter({
  name: 'gateway_decisions_total',
  help: 'Requests that a gateway asked about, by the code of the denial or ALLOWED.',
  labelNames: ['code'],
  registers: [],
});

export const expiredReservations = new Counter({
  name: 'gateway_reservations_expired_total',
  help: 'Reservations that ran out without usage and were given back.',
  registers: [],
});

export const uncountedDenials = new Counter({
  name: 'gateway_denials_uncounted_total',
  help: 'Denials that are in no hour, because more were to be told apart than are kept while they wait to be written.',
  registers: [],
});

export const gatewayMetrics = [gatewayDecisions, expiredReservations, uncountedDenials];
