import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { pino } from 'pino';
import { built } from './built.mjs';
import { startFilledDatabase } from './filled-database.mjs';
import { graphqlRequest, median, rounded, send, signToken } from './requests.mjs';

/** @type {typeof import('../src/app.js')} */
const { connectDatabase, createApp } = await import(built('app.js'));
/** @type {typeof import('../src/config.js')} */
const { loadConfig } = await import(built('config.js'));
/** @type {typeof import('../src/database/database.js')} */
const { requestRole } = await import(built('database/database.js'));
/** @type {typeof import('../src/database/message.js')} */
const { Message } = await import(built('database/message.js'));

// What a page of 50 logs costs the database with each filter, out of many records beside out of few: a database of each
// size, the statements that the service sends, planned and run by turns. Records lie evenly over 360 days of one workspace.
// Of each condition there is a value that nearly all have, one of a tenth, of a hundredth, of forty records, and of none.
const { values: given } = parseArgs({
  options: {
    records: { type: 'string', default: '10000000' },
    few: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '15' },
    /** Only the cases whose names contain it, with the plan of each. */
    explain: { type: 'string' },
  },
});
const sizes = [Number(given.few), Number(given.records)];
const days = 360;

const query = `query ($workspaceId: ID!, $range: TimeRangeInput!, $first: Int, $after: String, $last: Int, $filter: RequestLogFilter) {
  workspace(id: $workspaceId) { logs(range: $range, first: $first, after: $after, last: $last, filter: $filter) {
    nodes { id requestId model provider status errorCode providerModel inputTokens cachedInputTokens outputTokens
      cost { amount currency } latencyMs tags occurredAt }
    pageInfo { hasNextPage endCursor } } } }`;

/**
 * @typedef {object} Names Ids by what they are.
 * @property {string} workspaceId
 * @property {readonly string[]} keys
 * @property {readonly string[]} configurations
 * @property {readonly string[]} guardrails
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {object} [filter]
 * @property {{ from: string, to: string }} [range]
 * @property {boolean} [isFromEnd]
 *
 * @typedef {Awaited<ReturnType<typeof start>>} Side
 */

const sides = [];
try {
  for (const records of sizes) sides.push(await start(records));
  const [small, large] = /** @type {[Side, Side]} */ (/** @type {unknown} */ (sides));
  /** @type {Record<string, object>} */
  const table = {};
  const names = small.cases.map(({ name }) => name).filter((name) => new RegExp(given.explain ?? '').test(name));
  for (const name of names) {
    const [few, many] = [await small.statementOf(name), await large.statementOf(name)];
    /** @type {number[]} */
    const fewMs = [];
    /** @type {number[]} */
    const manyMs = [];
    for (let run = 0; run <= Number(given.runs); run++) {
      const [one, other] = [await small.millisecondsOf(few), await large.millisecondsOf(many)];
      // The first fills caches.
      if (run > 0) fewMs.push(one);
      if (run > 0) manyMs.push(other);
    }
    const [fewMedian, manyMedian] = [median(fewMs), median(manyMs)];
    table[name] = {
      'few ms': rounded(fewMedian),
      'many ms': rounded(manyMedian),
      ratio: rounded(manyMedian / fewMedian),
      records: `${few.nodes} / ${many.nodes}`,
      'goes on': `${few.goesOn} / ${many.goesOn}`,
    };
    if (given.explain !== undefined) console.log(await large.explain(many));
  }
  console.log(`${sizes.map((size) => size.toLocaleString('en')).join(' beside ')} records, a page of 50`);
  console.table(table);
  const ratios = Object.values(table).map((row) => /** @type {{ ratio: number }} */ (row).ratio);
  console.log(`ratio: median ${rounded(median(ratios))}, most ${Math.max(...ratios)}`);
} finally {
  for (const side of sides) await side.stop();
}

/** @param {number} records */
async function start(records) {
  const database = await startFilledDatabase();
  const secret = randomBytes(32).toString('hex');
  const config = loadConfig({ NODE_ENV: 'production', DATABASE_URL: database.url, AUTH_JWT_SECRET: secret, PORT: '0' });
  const connections = connectDatabase({ ...config.database, url: database.url });
  const app = await createApp(config, connections, pino({ level: 'silent' }));
  const address = await app.server.listen({ host: '127.0.0.1', port: 0 });
  const port = Number(new URL(address).port);
  const token = await signToken(secret, { subject: 'owner', organization: 'bench' });
  /** @param {string} text @param {object} variables @returns {Promise<any>} */
  const ask = async (text, variables) => {
    const { data, errors } = await send(graphqlRequest(text, token, { variables }), port);
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  };
  const names = await makeNouns(ask);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const begun = performance.now();
  await fill(client, records);
  const { rows } = await client.query('SELECT id FROM organizations');
  console.log(`${records.toLocaleString('en')} records in ${Math.round((performance.now() - begun) / 1_000)} s`);
  const cases = casesOf(names);
  return {
    cases,
    /** The statement that a case sends, and what is answered. @param {string} name */
    async statementOf(name) {
      const one = /** @type {Case} */ (cases.find((known) => known.name === name));
      const { range = { from: daysAgo(days), to: daysAgo(0) }, filter, isFromEnd = false } = one;
      const variables = {
        workspaceId: names.workspaceId,
        range,
        filter,
        ...(isFromEnd ? { last: 50 } : { first: 50 }),
      };
      /** @type {any} */
      let data;
      const statements = await recorded(async () => {
        data = await ask(query, variables);
      });
      const { nodes, pageInfo } = data.workspace.logs;
      const statement = statements.find(({ text }) => text.includes('usage_records'));
      return { statement, nodes: nodes.length, goesOn: pageInfo.hasNextPage };
    },
    /** @param {{ statement: import('../src/database/sql.js').Statement | undefined }} asked */
    async millisecondsOf({ statement }) {
      if (statement === undefined) return Number.NaN;
      await client.query(`BEGIN; SET LOCAL ROLE ${requestRole}; SET LOCAL tokenvue.organization_id = '${rows[0].id}'`);
      const from = performance.now();
      await client.query(statement.text, [...statement.values]);
      const milliseconds = performance.now() - from;
      await client.query('ROLLBACK');
      return milliseconds;
    },
    /** @param {{ statement: import('../src/database/sql.js').Statement | undefined }} asked */
    async explain({ statement }) {
      if (statement === undefined) return '';
      await client.query(`BEGIN; SET LOCAL ROLE ${requestRole}; SET LOCAL tokenvue.organization_id = '${rows[0].id}'`);
      const { rows: plan } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, SUMMARY) ${statement.text}`, [
        ...statement.values,
      ]);
      await client.query('ROLLBACK');
      return plan.map((line) => line['QUERY PLAN']).join('\n');
    },
    async stop() {
      await client.end();
      await app.close();
      await connections.close();
      await database.stop();
    },
  };
}

/** @param {number} count */
function daysAgo(count) {
  return new Date(Math.floor(Date.now() / 60_000) * 60_000 - count * 86_400_000).toISOString();
}

/**
 * @param {(text: string, variables: object) => Promise<any>} ask
 * @returns {Promise<Names>}
 */
async function makeNouns(ask) {
  /** @param {string} name @param {object} input @param {string} field */
  const make = async (name, input, field) => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const text = `mutation ($input: ${type}!) { ${name}(input: $input) { ${field} { id } userErrors { message } } }`;
    return (await ask(text, { input }))[name][field].id;
  };
  const workspaceId = await make(
    'createWorkspace',
    { name: 'Bench', environment: 'PRODUCTION', region: 'GLOBAL', monthlyBudget: '1000.00', memberIds: [] },
    'workspace',
  );
  const [keys, configurations, guardrails] = [[], [], []].map((list) => /** @type {string[]} */ (list));
  const providers = ['OPENAI', 'ANTHROPIC', 'MISTRAL', 'COHERE', 'GOOGLE'];
  for (const [index, provider] of providers.entries()) {
    keys?.push(await make('createVirtualKey', { workspaceId, name: `Key ${index}` }, 'virtualKey'));
    const prices = { inputPricePerMillionTokens: '2.50', outputPricePerMillionTokens: '10.00' };
    const input = { workspaceId, name: `Model ${index}`, provider, model: 'large', region: 'GLOBAL', ...prices };
    configurations?.push(
      await make('createLlmConfiguration', { ...input, credentialRef: `env:KEY_${index}` }, 'llmConfiguration'),
    );
    const rule = { workspaceId, name: `Guardrail ${index}`, stage: 'INPUT', kind: 'PII', action: 'FLAG' };
    guardrails?.push(await make('createGuardrail', { ...rule, piiTypes: ['EMAIL'] }, 'guardrail'));
  }
  return { workspaceId, keys: keys ?? [], configurations: configurations ?? [], guardrails: guardrails ?? [] };
}

/**
 * Oldest first, as they come. What is asked for by its share: a place of `shares` for each condition of its own.
 *
 * @param {pg.Client} client
 * @param {number} records
 */
async function fill(client, records) {
  await client.query('SET statement_timeout = 0; SET synchronous_commit = off');
  const stored = await client.query(`SELECT w.organization_id, w.id AS workspace_id,
      ARRAY(SELECT k.id::text FROM virtual_keys k ORDER BY k.name) AS keys,
      ARRAY(SELECT c.id::text FROM llm_configurations c ORDER BY c.name) AS configurations,
      ARRAY(SELECT g.id::text FROM guardrails g ORDER BY g.name) AS guardrails
    FROM workspaces w`);
  const { organization_id: organization, workspace_id: workspace, keys, configurations, guardrails } = stored.rows[0];
  await client.query(`
    CREATE FUNCTION pg_temp.share(n bigint, seed bigint) RETURNS float8 LANGUAGE sql IMMUTABLE
      RETURN (hashint8extended(n, seed) & 1048575) / 1048576.0;
    CREATE FUNCTION pg_temp.place(n bigint, seed bigint) RETURNS integer LANGUAGE sql IMMUTABLE
      RETURN CASE WHEN n % ${records / 40} = seed THEN 4 WHEN pg_temp.share(n, seed) < 0.01 THEN 3
        WHEN pg_temp.share(n, seed) < 0.11 THEN 2 ELSE 1 END;`);
  const part = 500_000;
  for (let from = 0; from < records; from += part) {
    const to = Math.min(from + part, records);
    await client.query(`
      WITH made AS (
        INSERT INTO usage_records (organization_id, workspace_id, id, virtual_key_id, request_id, model, llm_configuration_id,
            provider, provider_model, status, input_tokens, cached_input_tokens, output_tokens, cost, latency_ms,
            guardrail_ids, tags, time_zone, occurred_at)
          SELECT '${organization}', '${workspace}',
            (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || left(hash, 3) || '8' || substr(hash, 4, 15))::uuid,
            (ARRAY${sqlList(keys)}::uuid[])[pg_temp.place(n, 1)], 'request ' || n,
            (ARRAY['model 1', 'model 2', 'model 3', 'model 4'])[pg_temp.place(n, 2)],
            (ARRAY${sqlList(configurations)}::uuid[])[pg_temp.place(n, 3)],
            (ARRAY['OPENAI', 'ANTHROPIC', 'MISTRAL', 'COHERE'])[pg_temp.place(n, 3)], 'large',
            (ARRAY['SUCCEEDED', 'FAILED', 'BLOCKED', 'CANCELLED'])[pg_temp.place(n, 4)],
            100 + n % 900, 0, n % 500,
            CASE WHEN n % ${records / 40} = 5 THEN 50 ELSE round((-ln(pg_temp.share(n, 5) + 1e-7) * 0.01)::numeric, 8) END,
            CASE WHEN n % ${records / 40} = 6 THEN 500000 ELSE (-ln(pg_temp.share(n, 6) + 1e-7) * 800)::integer END,
            CASE pg_temp.place(n, 7) WHEN 3 THEN ARRAY['${guardrails[2]}']::uuid[] WHEN 4 THEN ARRAY['${guardrails[3]}']::uuid[] ELSE '{}' END,
            ARRAY['tag 1'] || CASE WHEN pg_temp.place(n, 8) = 1 THEN '{}' ELSE ARRAY['tag ' || pg_temp.place(n, 8)] END,
            'UTC', at
          FROM generate_series(${from}::bigint, ${to - 1}) AS n, LATERAL (
            SELECT date_trunc('milliseconds', now() - ((${records} - n) * ${days} * 86400.0 / ${records}) * interval '1 second') AS at,
              md5(n::text) AS hash OFFSET 0
          ) AS moment
        RETURNING organization_id, workspace_id, id, tags
      )
      INSERT INTO usage_record_tags (organization_id, workspace_id, tag, id)
        SELECT organization_id, workspace_id, tag, id FROM made, unnest(tags) AS tag`);
  }
  await client.query(`INSERT INTO gateway_requests (organization_id, workspace_id, request_id, virtual_key_id, state, usage_id)
    SELECT organization_id, workspace_id, request_id, virtual_key_id, 'UNASKED', id FROM usage_records
    WHERE organization_id = '${organization}' AND workspace_id = '${workspace}' ORDER BY id LIMIT 1000`);
  await client.query('VACUUM (ANALYZE)');
}

/** @param {readonly string[]} values */
function sqlList(values) {
  return `['${values.join("', '")}']`;
}

/**
 * @param {Names} names
 * @returns {Case[]}
 */
function casesOf({ keys, configurations, guardrails }) {
  const providers = ['OPENAI', 'ANTHROPIC', 'MISTRAL', 'COHERE', 'GOOGLE'];
  const statuses = ['SUCCEEDED', 'FAILED', 'BLOCKED', 'CANCELLED'];
  const models = [1, 2, 3, 4, 5].map((place) => `model ${place}`);
  const tags = [1, 2, 3, 4, 5].map((place) => `tag ${place}`);
  const shares = ['nearly all', 'a tenth', 'a hundredth', 'forty', 'none'];
  /** @param {string} field @param {readonly string[]} values */
  const byShare = (field, values) => [
    ...values.map((value, index) => ({ name: `${field}: ${shares[index]}`, filter: { [field]: [value] } })),
    ...(field === 'tags' ? [] : [{ name: `${field}: all`, filter: { [field]: values } }]),
  ];
  const common = [
    { name: 'no filter' },
    ...byShare('virtualKeyIds', keys),
    ...byShare('models', models),
    ...byShare('providers', providers),
    ...byShare('statuses', statuses),
    ...byShare('llmConfigurationIds', configurations),
    { name: 'guardrailIds: a hundredth', filter: { guardrailIds: [guardrails[2]] } },
    { name: 'guardrailIds: forty', filter: { guardrailIds: [guardrails[3]] } },
    { name: 'guardrailIds: none', filter: { guardrailIds: [guardrails[4]] } },
    { name: 'requestId', filter: { requestId: 'request 7' } },
    { name: 'requestId: none', filter: { requestId: 'request x' } },
    { name: 'minLatencyMs: all', filter: { minLatencyMs: 1 } },
    { name: 'minLatencyMs: a hundredth', filter: { minLatencyMs: 3_700 } },
    { name: 'minLatencyMs: a thousandth', filter: { minLatencyMs: 5_500 } },
    { name: 'minLatencyMs: forty', filter: { minLatencyMs: 400_000 } },
    { name: 'minLatencyMs: none', filter: { minLatencyMs: 2_000_000_000 } },
    { name: 'minCost: all', filter: { minCost: '0.00000001' } },
    { name: 'minCost: a hundredth', filter: { minCost: '0.046' } },
    { name: 'minCost: forty', filter: { minCost: '40' } },
    { name: 'minCost: none', filter: { minCost: '1000' } },
    ...byShare('tags', tags),
    { name: 'tags: all and a hundredth', filter: { tags: ['tag 1', 'tag 3'] } },
    { name: 'tags: all and forty', filter: { tags: ['tag 1', 'tag 4'] } },
    { name: 'a key and a model, all', filter: { virtualKeyIds: keys, models } },
    { name: 'a key of nearly all, a model of forty', filter: { virtualKeyIds: [keys[0]], models: ['model 4'] } },
    {
      name: 'a tenth, a tenth and slow',
      filter: { virtualKeyIds: [keys[1]], models: ['model 2'], minLatencyMs: 1_000 },
    },
    { name: 'failed and dear', filter: { statuses: ['FAILED'], minCost: '0.03' } },
    { name: 'slow and dear', filter: { minLatencyMs: 3_000, minCost: '0.03' } },
  ];
  const deep = { from: daysAgo(days), to: daysAgo(days - 20) };
  return [
    ...common,
    ...common.map((one) => ({ ...one, name: `deep, ${one.name}`, range: deep })),
    ...['no filter', 'models: a hundredth', 'tags: a hundredth', 'minLatencyMs: forty'].map((name) => ({
      .../** @type {Case} */ (common.find((one) => one.name === name)),
      name: `from the end, ${name}`,
      isFromEnd: true,
    })),
  ];
}

/**
 * @param {() => Promise<void>} work
 * @returns {Promise<import('../src/database/sql.js').Statement[]>} what it sends.
 */
async function recorded(work) {
  /** @type {import('../src/database/sql.js').Statement[]} */
  const statements = [];
  const { query: original } = pg.Client.prototype;
  pg.Client.prototype.query = /** @type {typeof original} */ (
    /** @this {pg.Client} @param {any[]} args */
    function (...args) {
      if (args[0] instanceof Message) statements.push(...args[0].statements);
      return Reflect.apply(original, this, args);
    }
  );
  try {
    await work();
    return statements;
  } finally {
    pg.Client.prototype.query = original;
  }
}
