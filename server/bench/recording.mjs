import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { built } from './built.mjs';
import { Copy } from './copy.mjs';
import { admin, organization } from './dataset.mjs';
import { startFilledDatabase } from './filled-database.mjs';
import { graphqlRequest, median, send, signToken, spread } from './requests.mjs';
import { startServer } from './server-process.mjs';

// How fast usage is recorded, in batches of a thousand of one workspace and over a thousand: the statement, as the server
// sends it, in parts of COPY of the very rows that it has written into the same table; and the mutation over HTTP in parts
// of the statement. All by turns on one connection each, and none is sent before the other has ended.
const { values: options } = parseArgs({
  options: { batches: { type: 'string', default: '20' }, workspaces: { type: 'string', default: '1000' } },
});
const batches = Number(options.batches);
const workspaces = Number(options.workspaces);
const batchSize = 1_000;
const keysOfWorkspace = 20;
const mutation =
  'mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { recorded userErrors { message } } }';

/** @type {typeof import('../src/database/database.js')} */
const { Database } = await import(built('database/database.js'));
/** @type {typeof import('../src/database/sql.js')} */
const { organization: ofScope, prepare, sql } = await import(built('database/sql.js'));
/** @type {typeof import('../src/graphql/ids.js')} */
const { toGlobalId } = await import(built('graphql/ids.js'));

const secret = randomBytes(32).toString('hex');
const folder = await mkdtemp(join(tmpdir(), 'tokenvue-bench-'));
const filled = await startFilledDatabase({ workspaces, users: 100, memberships: [10] });
const client = new pg.Client({ connectionString: filled.url });
await client.connect();
const database = new Database({ url: filled.url, poolSize: 1 });
const server = await startServer({
  script: new URL(built('main.js')),
  environment: { NODE_ENV: 'production', DATABASE_URL: filled.url, AUTH_JWT_SECRET: secret, LOG_LEVEL: 'warn' },
  logFile: join(folder, 'server.log'),
});
try {
  const places = await addTraffic();
  const token = await gatewayToken();
  const first = /** @type {Place} */ (places[0]);
  const [hot, all] = [places.filter(({ workspaceId }) => workspaceId === first.workspaceId), places];
  /** @type {Record<string, object>} */
  const table = {};
  for (const [name, ofBatch] of /** @type {const} */ ([
    ['one workspace', hot],
    [`${workspaces} workspaces`, all],
  ])) {
    /** @type {Record<'copy' | 'statement' | 'graphql', number>[]} */
    const rounds = [];
    for (let round = -2; round < batches; round++) {
      const statement = await recordByStatement(ofBatch);
      const copy = await copyAgain(statement.prefix);
      const graphql = await recordByMutation(ofBatch, token);
      // The first two are to warm up.
      if (round >= 0) rounds.push({ copy, statement: statement.seconds, graphql });
    }
    const perSecond = (/** @type {'copy' | 'statement' | 'graphql'} */ what) =>
      Math.round(batchSize / median(rounds.map((round) => round[what])));
    table[`COPY, ${name}`] = { perSecond: perSecond('copy') };
    table[`statement, ${name}`] = {
      perSecond: perSecond('statement'),
      of: 'COPY',
      ...spread(rounds.map(({ copy, statement }) => copy / statement)),
    };
    table[`GraphQL, ${name}`] = {
      perSecond: perSecond('graphql'),
      of: 'statement',
      ...spread(rounds.map(({ statement, graphql }) => statement / graphql)),
    };
  }
  console.log(`Node ${process.versions.node}: ${batches} batches of ${batchSize} records each`);
  console.table(table);
} finally {
  await server.stop();
  await client.end();
  await database.close();
  await filled.stop();
  await rm(folder, { recursive: true });
}

/**
 * Where a record may belong.
 *
 * @typedef {{ organizationId: string, workspaceId: string, keyDigest: string, configurationId: string }} Place
 */

/**
 * Gives every workspace a ledger and a configuration, every key a secret, and every second key a budget.
 *
 * @returns {Promise<Place[]>}
 */
async function addTraffic() {
  await client.query(`
    SELECT open_workspace_ledgers(organization_id, array_agg(id)) FROM workspaces GROUP BY organization_id;
    INSERT INTO virtual_key_secrets (id, organization_id, virtual_key_id, secret_digest, last_four, created_at)
      SELECT gen_random_uuid(), organization_id, id, sha256(id::text::bytea), last_four, created_at FROM virtual_keys;
    UPDATE virtual_keys SET monthly_budget = 1000.00 WHERE get_byte(sha256(id::text::bytea), 0) % 2 = 0;
    INSERT INTO llm_configurations (id, organization_id, workspace_id, name, name_key, provider, model, region,
        credential_ref, input_price_per_million_tokens, output_price_per_million_tokens)
      SELECT gen_random_uuid(), organization_id, id, 'Large', 'large', 'OPENAI', 'gpt-large', region, 'env:KEY', 2.50, 10.00
      FROM workspaces`);
  await client.query('VACUUM (ANALYZE)');
  const { rows } = await client.query(`
    SELECT k.organization_id, k.workspace_id, k.id, c.id AS configuration_id
    FROM virtual_keys k JOIN llm_configurations c USING (organization_id, workspace_id)
    ORDER BY k.workspace_id, k.id`);
  return rows.map(({ organization_id, workspace_id, id, configuration_id }) => ({
    organizationId: organization_id,
    workspaceId: workspace_id,
    keyDigest: createHash('sha256').update(id).digest('hex'),
    configurationId: configuration_id,
  }));
}

async function gatewayToken() {
  const token = await signToken(secret, { subject: admin, organization, role: 'admin' });
  const create = `mutation { createServiceToken(input: { name: "Gateway", scopes: [GATEWAY] }) { token } }`;
  const { data, errors } = await send(graphqlRequest(create, token), server.port);
  if (data?.createServiceToken?.token == null) throw new Error(`There is no token: ${JSON.stringify(errors ?? data)}`);
  return data.createServiceToken.token;
}

/**
 * A batch as a gateway sends it, of requests of the last minutes.
 *
 * @param {readonly Place[]} places
 */
function newBatch(places) {
  const prefix = randomBytes(8).toString('hex');
  const step = Math.max(1, Math.floor(keysOfWorkspace * (places.length / keysOfWorkspace / batchSize)));
  const records = Array.from({ length: batchSize }, (_, index) => {
    const place = /** @type {Place} */ (places[(index * step + (index % keysOfWorkspace)) % places.length]);
    return {
      requestId: `${prefix}-${index}`,
      keyDigest: place.keyDigest,
      model: ['fast', 'large', 'best'][index % 3],
      llmConfigurationId: place.configurationId,
      status: index % 25 === 0 ? 'FAILED' : 'SUCCEEDED',
      inputTokens: 200 + ((index * 37) % 3_000),
      cachedInputTokens: 100,
      outputTokens: (index * 17) % 900,
      latencyMs: 150 + ((index * 7_919) % 4_000),
      guardrailIds: [],
      tags: index % 2 === 0 ? ['team:core'] : [],
      occurredAt: new Date(Date.now() - index * 100).toISOString(),
    };
  });
  return { prefix, records, organizationId: /** @type {Place} */ (places[0]).organizationId };
}

/** @param {readonly Place[]} places */
async function recordByStatement(places) {
  const { prefix, records, organizationId } = newBatch(places);
  const values = JSON.stringify(records);
  const scoped = database.within({ organizationId, userId: null });
  const statement = prepare(
    sql`SELECT places FROM record_usage(${ofScope}, ${values}::json, first_usage_month()) AS recorded`,
  );
  const start = performance.now();
  const [row] = await scoped.rows(statement);
  const seconds = (performance.now() - start) / 1_000;
  const { places: refused } = /** @type {{ places: number[] }} */ (row);
  if (refused.length > 0) throw new Error(`${refused.length} records were not recorded.`);
  return { prefix, seconds };
}

/**
 * Writes the rows of a batch once more, with other ids.
 *
 * @param {string} prefix
 */
async function copyAgain(prefix) {
  const { rows: columns } = await client.query(
    `SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) AS names FROM information_schema.columns
     WHERE table_name = 'usage_records' AND is_generated = 'NEVER'`,
  );
  const names = /** @type {string} */ (columns[0].names);
  const values = names.replace(/\bid\b/, 'new_id_at(u.occurred_at)').replaceAll(/(?<=^|, )(?=\w+(?:,|$))/g, 'u.');
  const rows = await Copy.out(
    client,
    `COPY (SELECT ${values} FROM gateway_requests g JOIN usage_records u ON u.organization_id = g.organization_id
       AND u.workspace_id = g.workspace_id AND u.id = g.usage_id WHERE g.request_id LIKE '${prefix}-%') TO STDOUT`,
  );
  const start = performance.now();
  await Copy.into(client, `COPY usage_records (${names}) FROM STDIN`, rows);
  return (performance.now() - start) / 1_000;
}

/**
 * @param {readonly Place[]} places
 * @param {string} token
 */
async function recordByMutation(places, token) {
  const { records } = newBatch(places);
  const variables = {
    input: {
      records: records.map((record) => ({
        ...record,
        llmConfigurationId: toGlobalId('llm', record.llmConfigurationId),
      })),
    },
  };
  const request = graphqlRequest(mutation, token, { variables });
  const start = performance.now();
  const { data, errors } = await send(request, server.port);
  const seconds = (performance.now() - start) / 1_000;
  if (data?.recordUsage?.recorded !== batchSize)
    throw new Error(`Not all is recorded: ${JSON.stringify(errors ?? data)}`);
  return seconds;
}
