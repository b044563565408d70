import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { compileServer, type ProcessOfServer, startProcess } from '../testing/compiled-server.js';
import { newService } from '../testing/fixtures.js';
import {
  authorizeText,
  differences,
  digestOf,
  type GatewayScene,
  ledgerOf,
  newGatewayScene,
  recordUsage,
  requestOf,
} from '../testing/gateway.js';
import { organizationOf, uuidOf } from '../testing/rows.js';
import { server, useServer } from '../testing/use-server.js';
import { connect, untilWaiting } from '../testing/waiting.js';

/** Two server processes, many clients, and a budget that is too small. */

jest.setTimeout(180_000);

useServer();

let folder: string;
let removeFolder: () => Promise<void>;
/** All that were started, and those of the present test. */
const started: ProcessOfServer[] = [];
let processes: readonly ProcessOfServer[] = [];
beforeAll(async () => {
  const compiled = await compileServer();
  folder = compiled.folder;
  removeFolder = compiled.remove;
});
afterAll(async () => {
  await Promise.all(started.map((one) => one.kill('SIGKILL')));
  await removeFolder();
});

async function startTwo(): Promise<void> {
  processes = await Promise.all([1, 2].map(() => startProcess(folder, server.databaseUrl)));
  started.push(...processes);
}

interface Answer {
  readonly allowed: boolean;
  readonly reservedCost: { readonly amount: string } | null;
  readonly denial: { readonly code: string } | null;
}

/** Null where nobody has answered. */
async function ask(endpoint: string, { service, key }: GatewayScene, request: object): Promise<Answer | null> {
  const text = authorizeText('allowed reservedCost { amount } denial { code }');
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${service.token}` },
      body: JSON.stringify({ query: text, variables: { input: requestOf(key, request) } }),
    });
    const { data } = (await response.json()) as { data?: { authorizeGatewayRequest: Answer | null } };
    return data?.authorizeGatewayRequest ?? null;
  } catch {
    return null;
  }
}

/** Looks at the ledger again and again, on a connection of its own, until it is told to stop; that tells the most there was. */
async function watch({ workspaceId }: GatewayScene): Promise<() => Promise<number>> {
  const client = await connect(server.databaseUrl);
  const values = [await organizationOf(server, workspaceId), uuidOf(workspaceId)];
  let isWatching = true;
  let most = 0;
  const look = async () => {
    const { rows } = await client.query<{ used: number }>(
      `SELECT (spent + reserved)::float8 AS used FROM workspace_ledgers WHERE organization_id = $1 AND workspace_id = $2`,
      values,
    );
    most = Math.max(most, rows[0]?.used ?? 0);
  };
  const watching = (async () => {
    for (; isWatching; await delay(2)) await look();
  })();
  return async () => {
    isWatching = false;
    await watching;
    await look();
    await client.end();
    return most;
  };
}

interface Run {
  readonly requests: readonly object[];
  readonly clients: number;
  /** Called once so many were answered. */
  readonly midway?: () => Promise<void>;
}

/** Every client takes the next request, and sends it again, elsewhere, where nobody answers. @returns the answers in order. */
async function run(scene: GatewayScene, { requests, clients, midway }: Run): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  let answered = 0;
  const client = async (number: number) => {
    for (let index = next++; index < requests.length; index = next++) {
      for (let attempt = number; ; attempt++) {
        const { endpoint } = processes[attempt % processes.length] as ProcessOfServer;
        const answer = await ask(endpoint, scene, requests[index] as object);
        if (answer === null) continue;
        answers[index] = answer;
        break;
      }
      answered += 1;
      if (answered === Math.floor(requests.length / 3)) await midway?.();
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  return answers;
}

const sumOf = (answers: readonly Answer[]) =>
  answers.reduce((sum, { reservedCost }) => sum + Math.round(Number(reservedCost?.amount ?? 0) * 1e8), 0) / 1e8;

test('of 64 clients at two servers exactly half get what there is for half, also where one server is killed', async () => {
  const count = 1_000;
  const scene = await newGatewayScene({ monthlyBudget: (count * 0.005).toFixed(2) }, { monthlyBudget: '1000.00' });
  await startTwo();
  const stop = await watch(scene);
  const requests = Array.from({ length: count }, (_, index) => ({ requestId: `r${index}` }));
  const answers = await run(scene, {
    requests,
    clients: 64,
    midway: () => (processes[0] as ProcessOfServer).kill('SIGKILL'),
  });
  expect(answers.filter(({ allowed }) => allowed)).toHaveLength(count / 2);
  expect(new Set(answers.map(({ denial }) => denial?.code))).toEqual(
    new Set([undefined, 'WORKSPACE_BUDGET_EXHAUSTED']),
  );
  expect(await stop()).toBeLessThanOrEqual(count * 0.005);
  expect(await ledgerOf(scene.workspaceId)).toEqual({ spent: 0, reserved: count * 0.005 });
  expect(await differences(scene.workspaceId)).toEqual([]);

  // What was admitted is settled once, and what it did not use is there for others.
  const admitted = requests.filter((_, index) => answers[index]?.allowed);
  const usage = admitted.map(({ requestId }) => ({ requestId, keyDigest: digestOf(scene.key.secret), cost: 0.005 }));
  await Promise.all([recordUsage(scene.workspaceId, usage), recordUsage(scene.workspaceId, usage)]);
  expect(await ledgerOf(scene.workspaceId)).toEqual({ spent: count * 0.0025, reserved: 0 });
  expect(await differences(scene.workspaceId)).toEqual([]);
});

test('requests of other costs never take it above the limit, while usage comes in', async () => {
  await startTwo();
  const limit = 2;
  const scene = await newGatewayScene({ monthlyBudget: `${limit}.00` });
  const stop = await watch(scene);
  const requests = Array.from({ length: 600 }, (_, index) => ({
    requestId: `r${index}`,
    inputTokens: (index * 7_919) % 5_000,
  }));
  let isRunning = true;
  const recording = (async () => {
    for (let index = 0; isRunning; index = (index + 1) % requests.length) {
      const record = { requestId: `r${index}`, keyDigest: digestOf(scene.key.secret), cost: 0.0001 };
      const [held] = await server.database.rows<object>({
        text: `SELECT FROM gateway_requests WHERE organization_id = $1 AND workspace_id = $2 AND request_id = $3`,
        values: [await organizationOf(server, scene.workspaceId), uuidOf(scene.workspaceId), record.requestId],
      });
      if (held !== undefined) await recordUsage(scene.workspaceId, [record]);
    }
  })();
  const answers = await run(scene, { requests, clients: 64 });
  isRunning = false;
  await recording;
  const admitted = requests.filter((_, index) => answers[index]?.allowed);
  const keyDigest = digestOf(scene.key.secret);
  await recordUsage(
    scene.workspaceId,
    admitted.map(({ requestId }) => ({ requestId, keyDigest, cost: 0.0001 })),
  );
  // What usage gave back is given out again, to others.
  const others = requests.map((request) => ({ ...request, requestId: `other ${request.requestId}` }));
  const more = await run(scene, { requests: others, clients: 64 });
  expect(sumOf([...answers, ...more])).toBeGreaterThan(limit * 1.5);
  expect(await stop()).toBeLessThanOrEqual(limit);
  expect(await differences(scene.workspaceId)).toEqual([]);
});

test('a server that is frozen in the middle of a change holds a ledger for some seconds, and then others go on', async () => {
  await startTwo();
  const [first, second] = processes as [ProcessOfServer, ProcessOfServer];
  const scene = await newGatewayScene({ monthlyBudget: '100.00' });
  const { admin, workspaceId } = scene;
  const writer = await newService(server, admin, ['WORKSPACES_WRITE']);
  const holder = await connect(server.databaseUrl);
  await holder.query('BEGIN');
  await holder.query('SELECT FROM workspace_ledgers WHERE organization_id = $1 AND workspace_id = $2 FOR UPDATE', [
    await organizationOf(server, workspaceId),
    uuidOf(workspaceId),
  ]);
  const change = `mutation { updateWorkspaceSettings(input: { workspaceId: "${workspaceId}", expectedVersion: 1,
    monthlyBudget: "1.00" }) { workspace { id } } }`;
  const changed = fetch(first.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${writer.token}` },
    body: JSON.stringify({ query: change }),
  });
  await untilWaiting(holder);
  first.send('SIGSTOP');
  await holder.query('COMMIT');
  await holder.end();

  const started = performance.now();
  let answer: Answer | null = null;
  // Nobody waits as long as that for a lock, and a gateway sends again what found no answer.
  while (answer === null && performance.now() - started < 20_000) {
    answer = await ask(second.endpoint, scene, { requestId: 'r1' });
  }
  expect(answer).toMatchObject({ allowed: true });
  const waited = performance.now() - started;
  expect(waited).toBeGreaterThan(1_000);
  expect(waited).toBeLessThan(20_000);
  first.send('SIGCONT');
  const { data } = (await (await changed).json()) as { data?: { updateWorkspaceSettings: object | null } };
  expect(data?.updateWorkspaceSettings ?? null).toBeNull();
  expect(await ask(first.endpoint, scene, { requestId: 'r2' })).toMatchObject({ allowed: true });
  expect(await ledgerOf(workspaceId)).toEqual({ spent: 0, reserved: 0.02 });
});
