import { setTimeout as delay } from 'node:timers/promises';
import { collectDefaultMetrics, Gauge, Histogram, type Metric, Registry } from 'prom-client';
import type { Database } from '../database/database.js';
import { sql } from '../database/sql.js';

/** What those who watch the service should look at soon, a sentence each. */
export type Warnings = () => Promise<readonly string[]>;

const answerWithinMs = 2_000;

/** The answer, or this one where it fails or takes too long: what is asked of the database must hold nobody up. */
export function within<Answer>(answer: Promise<Answer>, otherwise: Answer): Promise<Answer> {
  return Promise.race([answer.catch(() => otherwise), delay(answerWithinMs, otherwise, { ref: false })]);
}

const jobAges = sql`SELECT j.name, CASE WHEN j.last_succeeded_at IS NULL THEN 'Infinity'::float8
  ELSE extract(epoch FROM now() - j.last_succeeded_at)::float8 END AS seconds FROM jobs j`;

export interface Metrics {
  readonly registry: Registry;
  observeRequest(route: string, status: number, seconds: number): void;
  observeJob(name: string, outcome: 'succeeded' | 'failed', seconds: number): void;
}

export interface MetricsOptions {
  /** Over which they are read, whatever requests do. */
  readonly aside: Database;
  readonly metrics?: readonly Metric[];
  readonly warnings: Warnings;
}

/** Prometheus metrics of this process: requests, the connection pool, what features count, and Node's own. */
export function createMetrics(database: Database, { aside, metrics = [], warnings }: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const metric of metrics) registry.registerMetric(metric);
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to its answer.',
    labelNames: ['route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const jobs = new Histogram({
    name: 'job_duration_seconds',
    help: 'Time that a run of a job took on this server.',
    labelNames: ['job', 'outcome'],
    buckets: [0.01, 0.1, 1, 10, 60, 600],
    registers: [registry],
  });
  new Gauge({
    name: 'database_connections',
    help: 'Connections of the pool by state; waiting are the requests that wait for one.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(database.connections)) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'job_last_success_age_seconds',
    help: 'Time since a job last succeeded on any server; +Inf where it never has.',
    labelNames: ['job'],
    registers: [registry],
    async collect() {
      const ages = await within(aside.rows<{ name: string; seconds: number }>(jobAges), []);
      this.reset();
      for (const { name, seconds } of ages) this.set({ job: name }, seconds);
    },
  });
  new Gauge({
    name: 'readiness_warnings',
    help: 'What readiness warns of; 0 where all is well.',
    registers: [registry],
    async collect() {
      this.set((await within(warnings(), [])).length);
    },
  });
  return {
    registry,
    observeRequest: (route, status, seconds) => duration.labels(route, String(status)).observe(seconds),
    observeJob: (name, outcome, seconds) => jobs.labels(name, outcome).observe(seconds),
  };
}
