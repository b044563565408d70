import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '../config.js';
import type { Database } from '../database/database.js';
import { sql } from '../database/sql.js';

/** What runs by the clock, on one server at a time. */
export interface Job {
  /** As the log, the metrics and the table call it, such as `clean_idempotency_records`. */
  readonly name: string;
  readonly everyMs: number;
  /** Until when another server leaves it alone; a run that takes longer may be begun again elsewhere. */
  readonly leaseMs: number;
  /** @returns what it did, for the log. */
  readonly run: (database: Database, signal: AbortSignal, settings: JobSettings) => Promise<object>;
}

/** What of the configuration jobs go by. */
export type JobSettings = Pick<Config, 'usageRetentionDays'>;

/** Hears of every run of this server. */
export interface JobObserver {
  observeJob(name: string, outcome: 'succeeded' | 'failed', seconds: number): void;
}

export interface JobRunner {
  /** Begins no more runs and waits for the one under way. */
  stop(): Promise<void>;
}

const graceMs = 1_000;

/**
 * Runs the jobs of the server as long as it lives. Of all servers on one database the one that gets the row's lease runs a
 * job when it is due, by the database's clock; the others look again when it is due the next time.
 */
export function startJobs(jobs: readonly Job[], options: Omit<RunOptions, 'signal'>): JobRunner {
  const stop = new AbortController();
  const loops = jobs.map(async (job) => {
    while (!stop.signal.aborted) {
      const dueInMs = await runIfDue(job, { ...options, signal: stop.signal }).catch((error: unknown) => {
        if (!stop.signal.aborted) options.log.error({ err: error, job: job.name }, 'a job could not be looked at');
        return job.everyMs;
      });
      await delay(Math.max(dueInMs, graceMs), undefined, { signal: stop.signal, ref: false }).catch(() => {});
    }
  });
  return {
    stop: async () => {
      stop.abort();
      await Promise.all(loops);
    },
  };
}

interface RunOptions {
  readonly database: Database;
  readonly log: Pick<FastifyBaseLogger, 'info' | 'error'>;
  readonly observer: JobObserver;
  readonly settings: JobSettings;
  readonly signal: AbortSignal;
}

/** Runs the job if it is due and nobody has its lease. @returns milliseconds until it is due again. */
export async function runIfDue(job: Job, options: RunOptions): Promise<number> {
  const { name, everyMs, leaseMs } = job;
  const { database } = options;
  await database.rows(sql`INSERT INTO jobs (name) VALUES (${name}) ON CONFLICT DO NOTHING`);
  const isDue = sql`leased_until <= now() AND (last_started_at IS NULL OR last_started_at + ${everyMs}::integer * interval '1 ms' <= now())`;
  const [lease] = await database.rows<Lease>(
    sql`UPDATE jobs SET leased_until = now() + ${leaseMs}::integer * interval '1 ms', last_started_at = now()
      WHERE name = ${name} AND ${isDue} RETURNING last_started_at::text AS "startedAt"`,
  );
  if (lease !== undefined) await runLeased(job, lease, options);
  const [next] = await database.rows<{ ms: number }>(
    sql`SELECT ceil(extract(epoch FROM greatest(leased_until, last_started_at + ${everyMs}::integer * interval '1 ms') - now()) * 1000)::integer AS ms
      FROM jobs WHERE name = ${name}`,
  );
  return next?.ms ?? everyMs;
}

/** The right to run a job, known by the moment when it was got. */
interface Lease {
  readonly startedAt: string;
}

async function runLeased(
  { name, run }: Job,
  { startedAt }: Lease,
  { database, log, observer, settings, signal }: RunOptions,
): Promise<void> {
  // A lease that ran out may be another server's by now, which keeps it.
  const own = sql`name = ${name} AND last_started_at = ${startedAt}::timestamptz`;
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1_000;
  try {
    const done = await run(database, signal, settings);
    await database.rows(sql`UPDATE jobs SET leased_until = now(), last_succeeded_at = now() WHERE ${own}`);
    observer.observeJob(name, 'succeeded', seconds());
    log.info({ job: name, ...done, seconds: seconds() }, 'a job ran');
  } catch (error) {
    await database.rows(sql`UPDATE jobs SET leased_until = now() WHERE ${own}`).catch(() => {});
    observer.observeJob(name, 'failed', seconds());
    if (!signal.aborted) log.error({ err: error, job: name }, 'a job failed');
  }
}
