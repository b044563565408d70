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

export const gatewayMetrics = [gatewayDecisions, expiredReservations];
