import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { built } from './built.mjs';
import { startFilledDatabase } from './filled-database.mjs';
import { graphqlRequest, Load, median, rounded, send, signToken, spread } from './requests.mjs';
import { startServer } from './server-process.mjs';

// What one organization waits while another sends all that it can: its p99 without and with that load, by turns. The load is
// of 64 connections: documents that count hundreds of times, changes that wait for a lock which somebody holds, and clients
// that leave.
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    connections: { type: 'string', default: '64' },
  },
});
const milliseconds = Number(options.seconds) * 1_000;
const connections = Number(options.connections);

const secret = randomBytes(32).toString('hex');
const folder = await mkdtemp(join(tmpdir(), 'tokenvue-bench-'));
const filled = await startFilledDatabase();
const client = new pg.Client({ connectionString: filled.url });
await client.connect();
const server = await startServer({
  script: new URL(built('main.js')),
  environment: { NODE_ENV: 'production', DATABASE_URL: filled.url, AUTH_JWT_SECRET: secret, LOG_LEVEL: 'error' },
  logFile: join(folder, 'server.log'),
});
const load = new Load();
try {
  const quiet = await newOrganization('quiet');
  const greedy = await newOrganization('greedy');
  const page = `{ workspaces(first: 20) { totalCount nodes { id name memberCount } } }`;
  const target = { ...graphqlRequest(page, quiet.token), begins: '{"data":{"workspaces":{' };
  const measure = () => load.measure([target], { port: server.port, connections: 1, milliseconds });
  await measure();

  /** @type {{ idle: number, loaded: number }[]} */
  const rounds = [];
  let answered = 0;
  for (let round = 0; round < Number(options.rounds); round++) {
    const idle = await measure();
    const end = await burden(greedy);
    const loaded = await measure();
    answered += await end();
    rounds.push({ idle: idle.p99, loaded: loaded.p99 });
  }
  console.log(
    `Node ${process.versions.node}: ${connections} connections of one organization, ${answered} of its requests came to an end`,
  );
  console.table({
    'p99 idle': { milliseconds: rounded(median(rounds.map(({ idle }) => idle))) },
    'p99 beside the load': {
      milliseconds: rounded(median(rounds.map(({ loaded }) => loaded))),
      of: 'idle',
      ...spread(rounds.map(({ idle, loaded }) => loaded / idle)),
    },
  });
} finally {
  load.stop();
  await server.stop();
  await client.end();
  await filled.stop();
  await rm(folder, { recursive: true });
}

/** @typedef {{ token: string, workspaceId: string }} Organization */

/**
 * An organization with some workspaces.
 *
 * @param {string} organization
 * @returns {Promise<Organization>}
 */
async function newOrganization(organization) {
  const token = await signToken(secret, { subject: 'root', organization, role: 'admin' });
  const create = `mutation ($input: CreateWorkspaceInput!) {
    createWorkspace(input: $input) { workspace { id } userErrors { message } }
  }`;
  let workspaceId = '';
  for (let number = 0; number < 30; number++) {
    const input = {
      ...{ name: `Workspace ${number}`, environment: 'SANDBOX', region: 'EU', monthlyBudget: '10', memberIds: [] },
    };
    const { data, errors } = await send(graphqlRequest(create, token, { variables: { input } }), server.port);
    if (data?.createWorkspace?.workspace == null)
      throw new Error(`Nothing was made: ${JSON.stringify(errors ?? data)}`);
    workspaceId = data.createWorkspace.workspace.id;
  }
  return { token, workspaceId };
}

/**
 * Sends for an organization all that it can, again and again.
 *
 * @param {Organization} organization
 * @returns {Promise<() => Promise<number>>} what ends it, with how many requests came to an end
 */
async function burden({ token, workspaceId }) {
  const counts = Array.from({ length: 30 }, (_, n) => `c${n}: workspaces(filter: { search: "${n}" }) { totalCount }`);
  const archive = `mutation ($id: ID!) { archiveWorkspace(input: { workspaceId: $id, expectedVersion: 9 }) { userErrors { code } } }`;
  const all = [
    graphqlRequest(`{ ${counts.join(' ')} }`, token),
    graphqlRequest(archive, token, { variables: { id: workspaceId } }),
  ];
  const holder = new pg.Client({ connectionString: filled.url });
  await holder.connect();
  await holder.query("BEGIN; SELECT FROM workspaces WHERE name = 'Workspace 29' FOR UPDATE");
  let isOver = false;
  let answered = 0;
  const leaving = new AbortController();
  const loops = Array.from({ length: connections }, async (_, index) => {
    const request = all[index % all.length];
    if (request === undefined) throw new Error('There is nothing to send.');
    while (!isOver) {
      const { path, headers, body } = request;
      // Every fourth leaves before its answer is there.
      const signal = index % 4 === 3 ? AbortSignal.timeout(500) : leaving.signal;
      const sent = fetch(`http://127.0.0.1:${server.port}${path}`, {
        ...{ method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, signal },
        ...(body !== undefined && { body }),
      });
      await sent.then((response) => response.text()).catch(() => {});
      answered += 1;
    }
  });
  return async () => {
    isOver = true;
    leaving.abort();
    await holder.end();
    await Promise.all(loops);
    return answered;
  };
}
