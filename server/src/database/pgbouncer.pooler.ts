import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { runIfDue } from '../jobs/jobs.js';
import { jobs } from '../registry.js';
import {
  breakAudit,
  createKey,
  createWorkspace,
  mutate,
  newService,
  run,
  workspaceInput,
} from '../testing/fixtures.js';
import { type Pooler, pgbouncerPath, startPooler } from '../testing/pgbouncer.js';
import type { TestServer } from '../testing/test-server.js';
import { createEmptyDatabase, newOrganization, type Person, person, startTestServer } from '../testing/test-server.js';
import { connect } from '../testing/waiting.js';
import { migrate } from './migrate.js';
import { sql } from './sql.js';

/** Far fewer than there are clients, so that each of them serves everybody in turn. */
const poolSize = 2;

// Where everything has to hold, a missing program is an error.
const describeWithPooler = pgbouncerPath === undefined && process.env['CI'] !== 'true' ? describe.skip : describe;

describeWithPooler('behind PgBouncer in transaction mode (needs `apt-get install pgbouncer`)', () => {
  let databaseUrl: string;
  let pooler: Pooler;
  let server: TestServer;
  beforeAll(async () => {
    databaseUrl = await createEmptyDatabase();
    pooler = await startPooler(databaseUrl, { poolSize });
    await migrate(pooler.url);
    server = await startTestServer({
      DATABASE_URL: pooler.url,
      DATABASE_STATEMENT_NAMES: 'false',
      DATABASE_POOL_SIZE: '16',
    });
  });
  afterAll(async () => {
    await server?.close();
    await pooler?.stop();
  });

  interface Client {
    readonly who: Person;
    readonly name: string;
    /** Everything in the organization begins with it. */
    readonly prefix: string;
  }

  /** People of one organization, each with a name of their own; the first sees all of it. */
  async function newClients(prefix: string): Promise<Client[]> {
    const org = newOrganization();
    return Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        const name = `${prefix} ${index}`;
        const role = index === 0 ? 'admin' : 'member';
        return { who: await person(server, { sub: name, org, name, org_role: role }), name, prefix };
      }),
    );
  }

  const page = `query ($id: ID!) {
    viewer { user { name } }
    node(id: $id) { ... on Workspace { name owner { ... on User { name } } } }
    workspaces(first: 50) { totalCount nodes { id name } }
  }`;

  interface Page {
    readonly viewer: { readonly user: { readonly name: string } };
    readonly node: { readonly name: string; readonly owner: { readonly name: string } } | null;
    readonly workspaces: { readonly totalCount: number; readonly nodes: readonly { id: string; name: string }[] };
  }

  /** Connections to the database beside the one that asks. */
  async function connectionsOf(url: string): Promise<number> {
    const client = await connect(url);
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
    );
    await client.end();
    return rows[0]?.count ?? 0;
  }

  test('twelve people of two organizations, reading and writing at once over two connections, each get their own answers', async () => {
    const clients = (await Promise.all([newClients('ours'), newClients('theirs')])).flat();
    const foreignIds = new Map<string, string>();
    let requests = 0;
    await Promise.all(
      clients.map(async ({ who, name, prefix }) => {
        const own: string[] = [];
        for (let round = 0; round < 10; round++) {
          const workspaceName = `${prefix} workspace ${randomUUID()}`;
          const id = await createWorkspace(server, who, { name: workspaceName, idempotencyKey: randomUUID() });
          own.push(id);
          const seen = await run<Page>(server, who, page, { id });
          expect(seen.viewer.user.name).toBe(name);
          expect(seen.node).toEqual({ name: workspaceName, owner: { name } });
          expect(seen.workspaces.nodes.map((node) => node.name.split(' ')[0])).toEqual(
            seen.workspaces.nodes.map(() => prefix),
          );
          // Who is no admin sees their own and nothing else.
          const isAdmin = name === `${prefix} 0`;
          if (!isAdmin) expect(seen.workspaces.nodes.map((node) => node.id).sort()).toEqual([...own].sort());
          const foreignId = foreignIds.get(prefix === 'ours' ? 'theirs' : 'ours');
          foreignIds.set(prefix, id);
          if (foreignId !== undefined) {
            expect((await run<Page>(server, who, page, { id: foreignId })).node).toBeNull();
            requests++;
          }
          const { workspace, userErrors } = await mutate<{ workspace: { name: string; environment: string } }>(
            server,
            who,
            {
              name: 'updateWorkspaceSettings',
              input: { workspaceId: id, expectedVersion: 1, environment: 'STAGING' },
              fields: 'workspace { name environment }',
            },
          );
          expect({ workspace, userErrors }).toEqual({
            workspace: { name: workspaceName, environment: 'STAGING' },
            userErrors: [],
          });
          requests += 3;
        }
      }),
    );
    expect(requests).toBeGreaterThan(400);
    expect(await connectionsOf(databaseUrl)).toBe(poolSize);
  });

  test('a refused change and one that fails leave nothing, while others go on over the same connections', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org });
    const bob = await person(server, { sub: 'bob', org: newOrganization() });
    await createWorkspace(server, ada, { name: 'Taken' });
    const create = (idempotencyKey: string, name: string) =>
      mutate<{ workspace: { id: string } | null }>(server, ada, {
        name: 'createWorkspace',
        input: workspaceInput({ name, idempotencyKey }),
        fields: 'workspace { id }',
      });
    const keys = Array.from({ length: 20 }, () => randomUUID());
    const others = Promise.all(keys.map(() => createWorkspace(server, bob)));
    const refused = await Promise.all(keys.map((key) => create(key, 'taken')));
    expect(refused.map(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(keys.map(() => ['TAKEN']));
    const mend = await breakAudit(server, org);
    const failed = await Promise.allSettled(keys.map((key) => create(key, `Broken ${key}`)));
    expect(failed.map(({ status }) => status)).toEqual(keys.map(() => 'rejected'));
    await mend();
    expect(new Set(await others).size).toBe(keys.length);
    // A key that something was kept of would be refused with another input.
    const made = await Promise.all(keys.map((key) => create(key, `Made ${key}`)));
    expect(made.map(({ userErrors }) => userErrors)).toEqual(keys.map(() => []));
    const { workspaces } = await run<{ workspaces: object }>(server, ada, '{ workspaces { totalCount } }');
    expect(workspaces).toEqual({ totalCount: keys.length + 1 });
  });

  test('a gateway is let go by the budget, and its usage is settled, over the same connections', async () => {
    const admin = await person(server, { sub: 'admin', org: newOrganization(), org_role: 'admin' });
    const gateway = await newService(server, admin, ['GATEWAY']);
    const id = await createWorkspace(server, admin, { monthlyBudget: '0.10' });
    const { secret } = await createKey(server, admin, {
      workspaceId: id,
      monthlyBudget: '0.10',
      requestsPerMinute: 100,
    });
    const keyDigest = createHash('sha256').update(secret).digest('hex');
    const send = async (name: string, input: object, fields: string) =>
      (await mutate<Record<string, never>>(server, admin, { name, input, fields })) as Record<string, { id: string }>;
    const { llmConfiguration } = await send(
      'createLlmConfiguration',
      {
        ...{ workspaceId: id, name: 'Large', provider: 'OPENAI', model: 'gpt-large', region: 'EU' },
        ...{ credentialRef: 'env:KEY', inputPricePerMillionTokens: '4', outputPricePerMillionTokens: '6' },
      },
      'llmConfiguration { id }',
    );
    const targets = [{ llmConfigurationId: llmConfiguration?.id }];
    await send('setModelRoute', { workspaceId: id, model: 'fast', strategy: 'FALLBACK', targets }, 'modelRoute { id }');
    const authorize = `mutation ($input: AuthorizeGatewayRequestInput!) {
      authorizeGatewayRequest(input: $input) { allowed denial { code } } }`;
    const requestIds = Array.from({ length: 40 }, (_, index) => `r${index}`);
    const answers = await Promise.all(
      requestIds.map((requestId) =>
        run<{ authorizeGatewayRequest: { allowed: boolean } }>(server, gateway, authorize, {
          input: { requestId, keyDigest, model: 'fast', inputTokens: 1_000, maxOutputTokens: 1_000 },
        }),
      ),
    );
    const admitted = requestIds.filter((_, index) => answers[index]?.authorizeGatewayRequest.allowed);
    expect(admitted).toHaveLength(10);
    const records = admitted.map((requestId) => ({
      ...{ requestId, keyDigest, model: 'fast', status: 'SUCCEEDED', inputTokens: 500, outputTokens: 0, latencyMs: 1 },
      ...{ llmConfigurationId: llmConfiguration?.id, occurredAt: new Date().toISOString() },
    }));
    // Twice at once: each is counted once.
    const recorded = await Promise.all(
      [records, records].map((batch) =>
        mutate<{ recorded: number; duplicates: number }>(server, gateway, {
          name: 'recordUsage',
          input: { records: batch },
          fields: 'recorded duplicates',
        }),
      ),
    );
    expect(recorded.map(({ recorded: number }) => number).sort((a, b) => a - b)).toEqual([0, admitted.length]);
    const { workspace } = await run<{ workspace: object }>(
      server,
      admin,
      'query ($id: ID!) { workspace(id: $id) { budget { spent { amount } reserved { amount } } } }',
      { id },
    );
    expect(workspace).toEqual({ budget: { spent: { amount: '0.02' }, reserved: { amount: '0.00' } } });
    expect(await connectionsOf(databaseUrl)).toBe(poolSize);
  });

  test('nothing of a request stays in a connection: no role, no organization, no time limit, no lock, no prepared statement', async () => {
    const ada = await person(server, { sub: 'ada', org: newOrganization(), teams: ['core'] });
    await Promise.all(Array.from({ length: 20 }, () => createWorkspace(server, ada)));
    const clients = await Promise.all(Array.from({ length: poolSize }, () => connect(pooler.url)));
    // Each holds a connection until all have one, so that every one is looked at.
    await Promise.all(clients.map((client) => client.query('BEGIN')));
    const sessions = await Promise.all(
      clients.map(async (client) => {
        const { rows } = await client.query(
          `SELECT pg_backend_pid() AS pid, current_user = session_user AS "isItself",
             coalesce(current_setting('tokenvue.organization_id', true), '') AS organization,
             current_setting('statement_timeout') AS "timeLimit",
             current_setting('lock_timeout') AS "lockLimit",
             current_setting('idle_in_transaction_session_timeout') AS "idleLimit",
             (SELECT count(*)::integer FROM pg_prepared_statements) AS "preparedStatements",
             (SELECT count(*)::integer FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory') AS locks`,
        );
        return rows[0];
      }),
    );
    await Promise.all(clients.map((client) => client.query('ROLLBACK')));
    await Promise.all(clients.map((client) => client.end()));
    expect(new Set(sessions.map(({ pid }) => pid)).size).toBe(poolSize);
    const untouched = {
      isItself: true,
      organization: '',
      timeLimit: '0',
      lockLimit: '0',
      idleLimit: '0',
      preparedStatements: 0,
      locks: 0,
    };
    expect(sessions.map(({ pid: _, ...session }) => session)).toEqual(sessions.map(() => untouched));
  });

  test('what nobody waits for is cancelled through the pooler too, and never what comes after it on the connection', async () => {
    const { database } = server;
    const scope = { organizationId: randomUUID(), userId: null };
    const limit = database.timeLimits.operation;
    const stays = new AbortController().signal;
    const asleep = database.sendAll(scope, [sql`SELECT pg_sleep(20)`], { limit, signal: AbortSignal.timeout(100) });
    const start = performance.now();
    await expect(asleep).rejects.toThrow();
    expect(performance.now() - start).toBeLessThan(1_500);
    for (let time = 0; time < 60; time++) {
      const leaving = new AbortController();
      // As many as the pooler has connections leave, and as many come.
      const left = Array.from({ length: poolSize }, () =>
        database.sendAll(scope, [sql`SELECT pg_sleep(0.004)`], { limit, signal: leaving.signal }),
      );
      const leave = delay(3 + (time % 8)).then(() => leaving.abort());
      const after = Array.from({ length: 2 * poolSize }, () =>
        database.sendAll(scope, [sql`SELECT pg_sleep(0.01)`], { limit, signal: stays }),
      );
      expect(await Promise.all(after)).toHaveLength(after.length);
      await Promise.allSettled([...left, leave]);
    }
  });

  test('a sync of the directory, what runs by the clock and the look whether the server is ready work too', async () => {
    const admin = await person(server, { sub: 'admin', org: newOrganization(), org_role: 'admin' });
    const users = Array.from({ length: 1_000 }, (_, index) => ({ subject: `s${index}`, name: `N${index}`, email: '' }));
    const { usersChanged, userErrors } = await mutate<{ usersChanged: number }>(server, admin, {
      name: 'syncTeamAccess',
      input: { users, teams: [{ externalId: 'all', name: 'All', subjects: users.map(({ subject }) => subject) }] },
      fields: 'usersChanged',
    });
    expect({ usersChanged, userErrors }).toEqual({ usersChanged: users.length, userErrors: [] });
    const failures: string[] = [];
    const log = pino({ level: 'silent' });
    const observer = {
      observeJob: (name: string, outcome: string) => {
        if (outcome === 'failed') failures.push(name);
      },
    };
    for (const job of jobs) {
      await runIfDue(job, {
        database: server.database,
        log,
        observer,
        settings: { usageRetentionDays: 400 },
        signal: new AbortController().signal,
      });
    }
    expect(failures).toEqual([]);
    expect((await fetch(new URL('/health/ready', server.endpoint))).status).toBe(200);
  });
});
