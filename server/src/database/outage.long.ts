import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { unprivilegedUser } from '../embedded-postgres/database-user.js';
import { startEmbeddedPostgres } from '../embedded-postgres/embedded-postgres.js';
import { installedPostgresPackage, runnableBinaries } from '../embedded-postgres/postgres-binaries.js';
import { type Postmaster, readPidFile, startPostmaster } from '../embedded-postgres/postmaster.js';
import { repairCounters } from '../summary/counter-repair.js';
import { eventually } from '../testing/eventually.js';
import { createWorkspace, run, type WorkspaceInput, workspaceInput } from '../testing/fixtures.js';
import {
  type GraphQLAnswer,
  newOrganization,
  type Person,
  person,
  signToken,
  startTestServer,
  type TestServer,
} from '../testing/test-server.js';
import { migrate } from './migrate.js';

jest.setTimeout(60_000);

/** A PostgreSQL of this file's own, as durable as in production, that stays down until it is started again. */
let dataDir: string;
let startPostgres: () => Promise<void>;
let postmaster: Postmaster;
let killPostgres: () => Promise<void>;

let server: TestServer;
const org = newOrganization();
let ada: Person;
let bob: Person;

beforeAll(async () => {
  dataDir = await realpath(await mkdtemp(join(tmpdir(), 'tokenvue-outage-')));
  // As root, PostgreSQL runs as another user, who has to reach the folder.
  await chmod(dataDir, 0o755);
  const embedded = await startEmbeddedPostgres({ dataDir });
  const { url, directory } = embedded;
  await migrate(url);
  await embedded.stop();

  const user = process.getuid?.() === 0 ? await unprivilegedUser() : undefined;
  const options = {
    bin: await runnableBinaries(installedPostgresPackage(), dataDir, user),
    data: join(directory, 'data'),
    log: join(directory, 'postgres.log'),
    user,
    settings: { port: new URL(url).port, listen_addresses: '127.0.0.1', unix_socket_directories: '' },
  };
  // What is left of a killed one may still hold the data for a moment.
  startPostgres = () =>
    eventually(async () => {
      postmaster = startPostmaster(options);
      await postmaster.ready();
    });
  killPostgres = async () => {
    const { pid } = readPidFile(options.data) ?? {};
    if (pid === undefined) throw new Error('PostgreSQL does not run.');
    process.kill(pid, 'SIGKILL');
    await postmaster.ended;
  };
  await startPostgres();
  server = await startTestServer({ DATABASE_URL: url });
  ada = await person(server, { sub: 'ada', org, teams: ['core'] });
  bob = await person(server, { sub: 'bob', org, teams: ['core'] });
});
afterAll(async () => {
  await server.close();
  await postmaster.stop();
  await rm(dataDir, { recursive: true, maxRetries: 50, retryDelay: 100 });
});

const summary = '{ workspaceSummary { totalWorkspaces totalMonthlyBudget { amount } } }';
const create = `mutation ($input: CreateWorkspaceInput!) {
  createWorkspace(input: $input) { workspace { id } userErrors { code } }
}`;

interface Created {
  readonly createWorkspace: {
    readonly workspace: { readonly id: string } | null;
    readonly userErrors: readonly unknown[];
  } | null;
}

function sendCreate(input: WorkspaceInput): Promise<GraphQLAnswer<Created>> {
  return server.request<Created>({ token: ada.token, query: create, variables: { input } });
}

async function statusOf(path: string): Promise<number> {
  return (await fetch(new URL(path, server.endpoint))).status;
}

function expectUnavailable({ status, errors, headers }: GraphQLAnswer<object>): void {
  expect([status, headers.get('retry-after')]).toEqual([503, '1']);
  expect(errors?.map(({ extensions }) => extensions)).toEqual([
    { code: 'SERVICE_UNAVAILABLE', requestId: headers.get('x-request-id') },
  ]);
}

test('while PostgreSQL is down the server says so and answers in order, and works again when it is back', async () => {
  const kept = await createWorkspace(server, ada, { name: 'Kept', memberIds: [bob.id] });
  await killPostgres();
  await eventually(async () => expect(await statusOf('/health/ready')).toBe(503));
  expect(await statusOf('/health/live')).toBe(200);
  expect(await statusOf('/metrics')).toBe(200);
  expectUnavailable(await server.request({ token: ada.token, query: summary }));
  expectUnavailable(await sendCreate(workspaceInput({ name: 'Lost' })));
  // Nobody is told that a token is wrong because the person can't be looked up.
  const newcomer = await server.request({ token: await newToken(), query: summary });
  expectUnavailable(newcomer);
  expect((await server.request({ token: null, query: summary })).status).toBe(401);

  await startPostgres();
  await eventually(async () => expect(await statusOf('/health/ready')).toBe(200));
  expect((await server.request({ token: await newToken(), query: summary })).status).toBe(200);
  const read = await run<object>(
    server,
    ada,
    'query ($id: ID!) { workspace(id: $id) { name memberCount isActive } workspaceSummary { totalWorkspaces } }',
    { id: kept },
  );
  expect(read).toEqual({
    workspace: { name: 'Kept', memberCount: 2, isActive: true },
    workspaceSummary: { totalWorkspaces: 1 },
  });
  await createWorkspace(server, ada, { name: 'After' });
});

/** Of somebody who has not signed in before. */
function newToken(): Promise<string> {
  return signToken({ sub: 'newcomer', org });
}

test('a create that is under way when PostgreSQL is killed is there whole or not at all, and can be repeated', async () => {
  const inputs = Array.from({ length: 80 }, (_, index) =>
    workspaceInput({ name: `Under way ${index}`, idempotencyKey: `under-way-${index}`, memberIds: [bob.id] }),
  );
  let acknowledged = 0;
  const sent = inputs.map(async (input) => {
    const answer = await sendCreate(input);
    if (answer.errors === undefined) acknowledged++;
    return answer;
  });
  await eventually(() => expect(acknowledged).toBeGreaterThan(5));
  await killPostgres();
  const answers = await Promise.all(sent);
  const failed = answers.filter(({ errors }) => errors !== undefined);
  expect(failed.length).toBeGreaterThan(0);
  for (const answer of failed) {
    // One that was committed, and could not be read for the answer any more, is an answer that says so.
    if (answer.data?.createWorkspace == null) expectUnavailable(answer);
    else expect(answer.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
  }

  await startPostgres();
  await eventually(async () => expect(await statusOf('/health/ready')).toBe(200));
  const before = await wholeAndHalf();
  expect(before.half).toBe(0);
  expect(before.whole).toBeGreaterThanOrEqual(answers.length - failed.length);

  for (const [index, input] of inputs.entries()) {
    const { data, errors } = await sendCreate(input);
    expect(errors).toBeUndefined();
    expect(data?.createWorkspace?.userErrors).toEqual([]);
    const first = answers[index]?.data?.createWorkspace?.workspace;
    if (first != null) expect(data?.createWorkspace?.workspace).toEqual(first);
  }
  expect(await wholeAndHalf()).toEqual({ whole: inputs.length, half: 0 });
  expect(await repairCounters(server.database)).toEqual({ repaired: 0, refreshed: 0 });
});

/** Workspaces of the second test that have all that a create writes, and those that have only a part of it. */
async function wholeAndHalf(): Promise<{ whole: number; half: number }> {
  const [row] = await server.database.rows<{ whole: number; half: number }>({
    text: `WITH parts AS (
        SELECT w.member_count = 2
          AND (SELECT count(*) = 2 FROM members m WHERE m.workspace_id = w.id)
          AND (SELECT count(*) = 1 FROM audit_events a WHERE a.workspace_id = w.id)
          AND (SELECT count(*) = 1 FROM idempotency_records i WHERE i.result_id = w.id) AS is_whole
        FROM workspaces w WHERE w.name LIKE 'Under way %'
        UNION ALL
        SELECT false FROM idempotency_records i WHERE NOT EXISTS (SELECT FROM workspaces w WHERE w.id = i.result_id)
      )
      SELECT (count(*) FILTER (WHERE is_whole))::integer AS whole,
        (count(*) FILTER (WHERE NOT is_whole))::integer AS half FROM parts`,
    values: [],
  });
  if (row === undefined) throw new Error('There is no answer.');
  return row;
}
