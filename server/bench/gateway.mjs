import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import pg from 'pg';
import { built } from './built.mjs';
import { admin, organization } from './dataset.mjs';
import { startFilledDatabase } from './filled-database.mjs';
import { graphqlRequest, Load, median, rounded, send, signToken, spread } from './requests.mjs';
import { startServer } from './server-process.mjs';

// How many requests a gateway is answered in a second, beside pgbench calling the same function of the same database once
// a request: both by turns, with requests spread over all workspaces, for one workspace alone, and over one connection.
// Half of the keys have limits of their own. Each round makes one ratio. pgbench is Debian's, or that of PGBENCH_PATH.
const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    'warm-up': { type: 'string', default: '10' },
    workspaces: { type: 'string', default: '2000' },
  },
});
const workspaces = Number(given.workspaces);
const keysEach = 4;
const seconds = Number(given.seconds);
const { PGBENCH_PATH: pgbench = 'pgbench' } = process.env;

const secret = randomBytes(32).toString('hex');
const database = await startFilledDatabase(
  { workspaces, users: 200, memberships: [10] },
  { settings: { max_connections: '100' } },
);
const load = new Load();
const client = new pg.Client({ connectionString: database.url });
await client.connect();
const server = await startServer({
  script: new URL(built('main.js')),
  environment: { NODE_ENV: 'production', DATABASE_URL: database.url, AUTH_JWT_SECRET: secret, LOG_LEVEL: 'warn' },
  logFile: join(database.folder, 'server.log'),
});
try {
  const { rows } = await client.query('SELECT id FROM organizations WHERE external_id = $1', [organization]);
  const organizationId = rows[0].id;
  await addKeys(organizationId);
  const token = await serviceToken();
  const all = Array.from({ length: workspaces * keysEach }, (_, number) => number);
  // The keys of the first workspace: of every number as many workspaces apart.
  const ofOne = Array.from({ length: keysEach }, (_, index) => index * workspaces);
  const scattered = all.map((number) => (number * 7_919) % all.length);
  const digests = await digestsOf(all);
  const targetsOf = (/** @type {readonly number[]} */ numbers) =>
    numbers.map((number) => authorizing(token, /** @type {string} */ (digests[number])));
  const scenarios = {
    'spread, 64': { connections: 64, targets: targetsOf(scattered), keys: all.length, step: 1 },
    'one workspace, 64': { connections: 64, targets: targetsOf(ofOne), keys: keysEach, step: workspaces },
    'spread, 1': { connections: 1, targets: targetsOf(scattered), keys: all.length, step: 1 },
  };
  await load.measure(scenarios['spread, 64'].targets, {
    port: server.port,
    connections: 64,
    milliseconds: Number(given['warm-up']) * 1_000,
  });
  /** @type {Record<string, object>} */
  const table = {};
  for (const [name, { connections, targets, ...keys }] of Object.entries(scenarios)) {
    /** @type {{ one: { perSecond: number, p50: number, p99: number }, service: import('./load.mjs').Done }[]} */
    const rounds = [];
    for (let round = 0; round < Number(given.rounds); round++) {
      const one = await call(organizationId, connections, keys);
      const service = await load.measure(targets, { port: server.port, connections, milliseconds: seconds * 1_000 });
      rounds.push({ one, service });
    }
    const of = (/** @type {(round: (typeof rounds)[number]) => number} */ value, digits = 1) =>
      rounded(median(rounds.map(value)), digits);
    table[name] = {
      'pgbench/s': of(({ one }) => one.perSecond, 0),
      'service/s': of(({ service }) => service.perSecond, 0),
      ...spread(rounds.map(({ one, service }) => service.perSecond / one.perSecond)),
      'pgbench p50': of(({ one }) => one.p50),
      p99: of(({ one }) => one.p99),
      'service p50': of(({ service }) => service.p50),
      'p99 ': of(({ service }) => service.p99),
    };
  }
  console.log(
    `Node ${process.versions.node}, ${workspaces} workspaces of ${keysEach} keys: decisions a second, milliseconds, and the service in parts of pgbench`,
  );
  console.table(table);
} finally {
  await server.stop();
  load.stop();
  await client.end();
  await database.stop();
}

/** @param {string} organizationId */
async function addKeys(organizationId) {
  await client.query('SET statement_timeout = 0');
  const id = (/** @type {string} */ kind, /** @type {string} */ number) =>
    `('${kind}190000-0000-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
  await client.query(`
    CREATE TEMPORARY TABLE numbered AS
      SELECT w.id, w.organization_id, row_number() OVER (ORDER BY w.id) - 1 AS n FROM workspaces w;
    UPDATE workspaces SET monthly_budget = 900000000000.00, archived_at = NULL, region = 'GLOBAL';
    SELECT open_workspace_ledgers('${organizationId}', (SELECT array_agg(id) FROM numbered));
    INSERT INTO llm_configurations (id, organization_id, workspace_id, name, name_key, provider, model, region,
        credential_ref, input_price_per_million_tokens, output_price_per_million_tokens)
      SELECT ${id('0a', 'n')}, organization_id, id, 'Model', 'model', 'OPENAI', 'gpt-large', 'EU', 'env:KEY', 2.5, 10
      FROM numbered;
    INSERT INTO model_routes (id, organization_id, workspace_id, model, strategy, eligible_ids, eligible_versions,
        eligible_weights, eligible_input_prices, eligible_output_prices)
      SELECT ${id('0b', 'n')}, organization_id, id, 'fast', 'FALLBACK', ARRAY[${id('0a', 'n')}], '{1}', '{1}', '{2.5}', '{10}'
      FROM numbered;
    INSERT INTO virtual_keys (id, organization_id, workspace_id, name, search_key, last_four, monthly_budget,
        requests_per_minute)
      SELECT ${id('0c', `key * ${workspaces} + n`)}, organization_id, id, 'Key', 'key', 'abcd',
        CASE WHEN key % 2 = 0 THEN 900000000000.00 END, CASE WHEN key % 2 = 0 THEN 2000000000 END
      FROM numbered, generate_series(0, ${keysEach - 1}) AS key;
    INSERT INTO virtual_key_secrets (id, organization_id, virtual_key_id, secret_digest, last_four)
      SELECT ${id('0d', 'n')}, '${organizationId}', ${id('0c', 'n')}, sha256(convert_to('key ' || n, 'UTF8')), 'abcd'
      FROM generate_series(0, ${workspaces * keysEach - 1}) AS n;`);
  await client.query('VACUUM (ANALYZE)');
}

/**
 * In lower-case hex, by the numbers of the keys.
 *
 * @param {readonly number[]} numbers
 * @returns {Promise<string[]>}
 */
async function digestsOf(numbers) {
  const { rows } = await client.query(
    `SELECT encode(sha256(convert_to('key ' || n, 'UTF8')), 'hex') AS digest FROM generate_series(0, $1::integer) AS n`,
    [numbers.length - 1],
  );
  return rows.map(({ digest }) => digest);
}

async function serviceToken() {
  const token = await signToken(secret, { subject: admin, organization, role: 'admin' });
  const query = `mutation { createServiceToken(input: { name: "Gateway", scopes: [GATEWAY] }) { token } }`;
  const { data } = await send(graphqlRequest(query, token), server.port);
  return /** @type {string} */ (data.createServiceToken.token);
}

/**
 * @param {string} token
 * @param {string} keyDigest
 */
function authorizing(token, keyDigest) {
  const query = `mutation Authorize($input: AuthorizeGatewayRequestInput!) { authorizeGatewayRequest(input: $input) {
    allowed denial { code retryAt } reservedCost { amount } reservationExpiresAt workspace { id } virtualKey { id }
    targets { weight llmConfiguration { id version } } guardrails { id version } } }`;
  const input = { requestId: 'bench {{number}}', keyDigest, model: 'fast', inputTokens: 1_000, maxOutputTokens: 1_000 };
  return graphqlRequest(query, token, {
    variables: { input },
    begins: '{"data":{"authorizeGatewayRequest":{"allowed":true',
  });
}

/**
 * What pgbench gets done: one call a request, of keys so many numbers apart.
 *
 * @param {string} organizationId
 * @param {number} connections
 * @param {{ keys: number, step: number }} options
 */
async function call(organizationId, connections, { keys, step }) {
  const script = join(database.folder, 'authorize.sql');
  const log = join(database.folder, 'calls');
  await writeFile(
    script,
    `\\set n random(0, ${keys - 1}) * ${step}
SELECT * FROM authorize_requests('${organizationId}', ARRAY[gen_random_uuid()::text],
  ARRAY[sha256(convert_to('key ' || :n, 'UTF8'))], ARRAY['fast'], ARRAY[1000], ARRAY[1000], interval '600 s');\n`,
  );
  const { stdout, stderr } = await promisify(execFile)(pgbench, [
    '--no-vacuum',
    `--client=${connections}`,
    '--jobs=1',
    `--time=${seconds}`,
    '--protocol=extended',
    `--file=${script}`,
    '--log',
    `--log-prefix=${log}`,
    database.url,
  ]);
  const perSecond = Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
  if (stderr.includes('abort') || Number.isNaN(perSecond))
    throw new Error(`pgbench got nothing done, connecting took its time:\n${stdout}${stderr}`);
  /** @type {number[]} */
  const times = [];
  for (const name of await readdir(database.folder)) {
    if (!name.startsWith('calls.')) continue;
    const file = join(database.folder, name);
    for (const line of (await readFile(file, 'utf8')).split('\n')) {
      const microseconds = line.split(' ')[2];
      if (microseconds !== undefined) times.push(Number(microseconds) / 1_000);
    }
    await rm(file);
  }
  const sorted = Float64Array.from(times).sort();
  const at = (/** @type {number} */ part) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  return { perSecond, p50: at(0.5), p99: at(0.99) };
}
