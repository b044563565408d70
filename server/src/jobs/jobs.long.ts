import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { connectDatabase } from '../app.js';
import { cleanIdempotencyRecords } from '../command/clean-idempotency-records.job.js';
import type { Database } from '../database/database.js';
import { eventually } from '../testing/eventually.js';
import { mutate, workspaceInput } from '../testing/fixtures.js';
import { organizationIdOf } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { type Job, type JobRunner, runIfDue, startJobs } from './jobs.js';

useServer();

/** What the tests have started, each a server of its own. */
const started: { readonly runner: JobRunner; readonly database: Database }[] = [];
afterEach(async () => {
  for (const { runner, database } of started.splice(0)) {
    await runner.stop();
    await database.close();
  }
});

interface LogLine {
  readonly level: 'info' | 'error';
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

const settings = { usageRetentionDays: 400 };
let lines: LogLine[] = [];
const logged = () => lines.splice(0);
const logTo = (level: LogLine['level']) => (fields: unknown, message?: string) => {
  lines.push({ level, message: message ?? '', fields: fields as Record<string, unknown> });
};
const log = { info: logTo('info'), error: logTo('error') } as Parameters<typeof startJobs>[1]['log'];

/** Runs the job as one more server on the database. */
function startServer(job: Job): JobRunner {
  lines = [];
  const database = connectDatabase({ url: server.databaseUrl, poolSize: 2 });
  const runner = startJobs([job], { database, log, observer: server.app.metrics, settings });
  started.push({ runner, database });
  return runner;
}

/** Looks at the job once, as a server does. */
function look(job: Job): Promise<number> {
  const { signal } = new AbortController();
  return runIfDue(job, { database: server.database, log, observer: server.app.metrics, settings, signal });
}

/** A job that no other test has. */
function newJob(run: Job['run'], times: Partial<Pick<Job, 'everyMs' | 'leaseMs'>> = {}): Job {
  return { name: `job_${randomUUID()}`, everyMs: 3_600_000, leaseMs: 60_000, ...times, run };
}

interface JobState {
  readonly startedAt: Date | null;
  readonly succeededAt: Date | null;
  readonly isLeased: boolean;
}

async function stateOf({ name }: Job): Promise<JobState | undefined> {
  const [state] = await server.database.rows<JobState>({
    text: `SELECT last_started_at AS "startedAt", last_succeeded_at AS "succeededAt", leased_until > now() AS "isLeased"
      FROM jobs WHERE name = $1`,
    values: [name],
  });
  return state;
}

/** As if so much time had passed since the job was last begun and leased. */
async function letPass({ name }: Job, interval: string): Promise<void> {
  await server.database.rows({
    text: `UPDATE jobs SET leased_until = leased_until - $2::interval, last_started_at = last_started_at - $2::interval
      WHERE name = $1`,
    values: [name, interval],
  });
}

/** How many runs of the job the metrics tell of. */
async function measured({ name }: Job, outcome: 'succeeded' | 'failed'): Promise<number> {
  const metrics = await (await fetch(new URL('/metrics', server.endpoint))).text();
  const line = metrics
    .split('\n')
    .find((text) => text.startsWith(`job_duration_seconds_count{job="${name}",outcome="${outcome}"}`));
  return Number(line?.split(' ')[1] ?? 0);
}

/** A promise that is kept from outside. */
function newGate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

describe('a job', () => {
  test('runs on one of two servers at a time, and not before it is due again', async () => {
    const everyMs = 1_200;
    const starts: number[] = [];
    let running = 0;
    let runningMost = 0;
    const job = newJob(
      async () => {
        running++;
        runningMost = Math.max(runningMost, running);
        starts.push((await stateOf(job))?.startedAt?.getTime() ?? 0);
        await delay(300);
        running--;
        return {};
      },
      { everyMs },
    );
    startServer(job);
    startServer(job);
    await eventually(() => expect(starts.length).toBeGreaterThanOrEqual(4));
    expect(runningMost).toBe(1);
    const pauses = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(everyMs);
  });

  test('is left alone while a server has its lease, and taken over when that runs out', async () => {
    let runs = 0;
    const gate = newGate();
    const job = newJob(
      async () => {
        runs++;
        await gate.passed;
        return {};
      },
      { everyMs: 1_000, leaseMs: 60_000 },
    );
    // On a server that hangs.
    const lost = look(job);
    await eventually(() => expect(runs).toBe(1));
    await letPass(job, '40 s');
    expect(await look(job)).toBeGreaterThan(0);
    expect(runs).toBe(1);
    await letPass(job, '20 s');
    const taken = look(job);
    await eventually(() => expect(runs).toBe(2));
    gate.open();
    await Promise.all([lost, taken]);
  });

  test('keeps the lease of the server that has taken it over when the one that was too slow ends', async () => {
    const gates = [newGate(), newGate()];
    let runs = 0;
    const job = newJob(async () => {
      await gates[runs++]?.passed;
      return {};
    });
    const slow = look(job);
    await eventually(() => expect(runs).toBe(1));
    await letPass(job, '2 h');
    const taken = look(job);
    await eventually(() => expect(runs).toBe(2));
    gates[0]?.open();
    await slow;
    expect(await stateOf(job)).toMatchObject({ isLeased: true, succeededAt: null });
    gates[1]?.open();
    await taken;
    expect(await stateOf(job)).toMatchObject({ isLeased: false, succeededAt: expect.any(Date) });
  });

  test('is logged with what it did and measured', async () => {
    const job = newJob(async () => ({ removed: 3 }));
    startServer(job);
    await eventually(() => expect(lines).toHaveLength(1));
    expect(logged()).toEqual([
      { level: 'info', message: 'a job ran', fields: { job: job.name, removed: 3, seconds: expect.any(Number) } },
    ]);
    expect(await measured(job, 'succeeded')).toBe(1);
    expect(await measured(job, 'failed')).toBe(0);
    expect(await stateOf(job)).toMatchObject({ succeededAt: expect.any(Date), isLeased: false });
  });

  test('that fails is logged and measured, and tried again when it is due', async () => {
    const error = new Error('The disk is full.');
    let hasFailed = false;
    const job = newJob(
      async () => {
        if (hasFailed) return {};
        hasFailed = true;
        throw error;
      },
      { everyMs: 1_000 },
    );
    startServer(job);
    await eventually(() => expect(lines).toHaveLength(1));
    expect(logged()).toEqual([{ level: 'error', message: 'a job failed', fields: { job: job.name, err: error } }]);
    expect(await measured(job, 'failed')).toBe(1);
    await eventually(() => expect(lines.length).toBeGreaterThanOrEqual(1));
    expect(logged()[0]).toMatchObject({ level: 'info', message: 'a job ran' });
  });

  test('that can not be looked at is logged, and looked at again', async () => {
    const rename = (from: string, to: string) =>
      server.database.rows({ text: `ALTER TABLE ${from} RENAME TO ${to}`, values: [] });
    const job = newJob(async () => ({}), { everyMs: 1_000 });
    await rename('jobs', 'lost_jobs');
    try {
      startServer(job);
      await eventually(() => expect(lines.length).toBeGreaterThanOrEqual(1));
      expect(logged()[0]).toMatchObject({ level: 'error', message: 'a job could not be looked at' });
    } finally {
      await rename('lost_jobs', 'jobs');
    }
    await eventually(() => expect(lines.map(({ message }) => message)).toContain('a job ran'));
  });

  test('that is under way when its server stops is told, waited for, and begun no more', async () => {
    let runs = 0;
    let isDone = false;
    let wasTold = false;
    const job = newJob(
      async (_database, signal) => {
        runs++;
        await delay(10_000, undefined, { signal }).catch(() => {
          wasTold = true;
        });
        await delay(300);
        isDone = true;
        return {};
      },
      { everyMs: 1_000 },
    );
    const runner = startServer(job);
    await eventually(() => expect(runs).toBe(1));
    await runner.stop();
    expect([wasTold, isDone]).toEqual([true, true]);
    expect(await stateOf(job)).toMatchObject({ isLeased: false });
    await delay(1_500);
    expect(runs).toBe(1);
  });
});

describe('idempotency keys', () => {
  /** Creates a workspace with the same key whenever it is called. */
  function create(who: Person, name: string) {
    return mutate<{ workspace: { name: string } | null }>(server, who, {
      name: 'createWorkspace',
      input: workspaceInput({ name, idempotencyKey: 'once' }),
      fields: 'workspace { name }',
    });
  }

  /** As if the keys of the organization had been used so long ago. */
  async function age(organization: string, interval: string): Promise<void> {
    await server.database.rows({
      text: 'UPDATE idempotency_records SET created_at = now() - $2::interval WHERE organization_id = $1',
      values: [await organizationIdOf(server, organization), interval],
    });
  }

  /** Runs the job now, whenever it last ran. */
  async function clean(signal = new AbortController().signal): Promise<object> {
    return cleanIdempotencyRecords.run(server.database, signal, settings);
  }

  test('are known for seven days and then forgotten, so that the same key runs again', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org });
    expect(await create(ada, 'First')).toMatchObject({ workspace: { name: 'First' }, userErrors: [] });
    await age(org, '6 days 23:59');
    await create(await person(server, { sub: 'eve', org: newOrganization() }), 'Of others');
    expect(await clean()).toEqual({ removed: 0 });
    expect(await create(ada, 'Second')).toMatchObject({
      workspace: null,
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }],
    });
    await age(org, '7 days');
    expect(await clean()).toEqual({ removed: 1 });
    expect(await create(ada, 'Second')).toMatchObject({ workspace: { name: 'Second' }, userErrors: [] });
    expect(await clean()).toEqual({ removed: 0 });
  });

  test('are forgotten by a job that runs every hour, and that stops where its server does', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org });
    await create(ada, 'First');
    await age(org, '8 days');
    const stopped = new AbortController();
    stopped.abort();
    expect(await clean(stopped.signal)).toEqual({ removed: 0 });
    expect(await look(cleanIdempotencyRecords)).toBeGreaterThan(3_500_000);
    expect(logged().at(-1)).toMatchObject({ message: 'a job ran', fields: { removed: 1 } });
  });
});
