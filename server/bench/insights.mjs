import 'reflect-metadata';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { built } from './built.mjs';
import { startFilledDatabase } from './filled-database.mjs';
import { median, rounded } from './requests.mjs';

// What insights and usage over a year take of the database: what the service sends for them, by EXPLAIN ANALYZE, as the role
// of requests. A workspace has used ten models in each hour of two years, with so many keys each and two statuses; the other
// workspaces have as much, so that the tables are larger than what is read.
const { values: options } = parseArgs({
  options: {
    keys: { type: 'string', default: '5' },
    models: { type: 'string', default: '10' },
    workspaces: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '15' },
    plans: { type: 'boolean', default: false },
  },
});
const year = { from: new Date('2025-01-01T00:00:00Z'), to: new Date('2026-01-01T00:00:00Z') };

/** @type {typeof import('../src/database/sql.js')} */
const { bind } = await import(built('database/sql.js'));
/** @type {typeof import('../src/insights/insights.queries.js')} */
const { readInsights } = await import(built('insights/insights.queries.js'));
/** @type {typeof import('../src/insights/usage.queries.js')} */
const { usageOfWorkspace } = await import(built('insights/usage.queries.js'));

const database = await startFilledDatabase({ workspaces: 100, users: 75, memberships: [10] });
const client = new pg.Client({ connectionString: database.url, types: { getTypeParser: () => String } });
await client.connect();
try {
  const { rows } = await client.query('SELECT id, organization_id FROM workspaces ORDER BY id LIMIT $1', [
    Number(options.workspaces),
  ]);
  for (const workspace of rows) await fillRollups(workspace);
  await client.query('VACUUM (ANALYZE)');
  const [{ id, organization_id: organizationId }] = rows;
  const counts = await client.query(
    `SELECT (SELECT count(*) FROM usage_days WHERE workspace_id = $1) AS "rows of usage_days",
      (SELECT count(*) FROM usage_hours WHERE workspace_id = $1) AS "rows of usage_hours",
      (SELECT count(*) FROM denial_hours WHERE workspace_id = $1) AS "rows of denial_hours",
      (SELECT avg(pg_column_size(histogram))::int FROM latency_days WHERE workspace_id = $1) AS "bytes of a day's latencies"`,
    [id],
  );
  console.table(counts.rows);
  const scope = { organizationId, userId: null };
  /** @param {(reader: any) => Promise<unknown>} read */
  const measure = (read) => millisecondsOf(scope, read);
  const insights = (/** @type {string[]} */ ...fields) =>
    measure((reader) => readInsights(reader, id, year, new Map(fields.map((field) => [field, new Map()]))));
  const usage = (/** @type {any} */ args) =>
    measure((reader) => usageOfWorkspace(reader, { range: year, groups: null, dimension: null, ...args }).load(id));
  const latencies = ['latencyMsP50', 'latencyMsP95', 'latencyMsP99'];
  const sums = ['requests', 'errorRate', 'cost'];
  const top = ['topModels', 'topVirtualKeys'];
  console.log('Milliseconds of the database for a year');
  console.table({
    'insights, all of them': await insights(...sums, 'costChange', ...latencies, ...top, 'denials'),
    'insights: requests, errorRate, cost': await insights(...sums),
    'insights: costChange': await insights('costChange'),
    'insights: percentiles': await insights(...latencies),
    'insights: topModels': await insights('topModels'),
    'insights: topModels, topVirtualKeys': await insights(...top),
    'insights: denials': await insights('denials'),
    'usage by DAY': await usage({ granularity: 'DAY' }),
    'usage by DAY and MODEL': await usage({ granularity: 'DAY', dimension: 'MODEL' }),
    'usage by MONTH and MODEL': await usage({ granularity: 'MONTH', dimension: 'MODEL', groups: 5 }),
  });
} finally {
  await client.end();
  await database.stop();
}

/**
 * Two years of rollups, by the hour and by the day.
 *
 * @param {{ id: string, organization_id: string }} workspace
 */
async function fillRollups({ id, organization_id: organizationId }) {
  const sizes = [organizationId, id, year.to, Number(options.keys), Number(options.models)];
  await client.query(
    `INSERT INTO usage_hours
      SELECT $1::uuid, $2::uuid, hour, date_trunc('day', hour, 'UTC'), (lpad(to_hex(key), 8, '0') || substr($2::text, 9))::uuid,
        'model ' || model, 'OPENAI', status, 1 + key, 1000 * model, 100 * model, round(0.00123457 * model * key, 8)
      FROM generate_series($3::timestamptz - interval '730 days', $3::timestamptz - interval '1 hour', interval '1 hour') AS hour,
        generate_series(1, $4::integer) AS key, generate_series(1, $5::integer) AS model,
        unnest('{SUCCEEDED,FAILED}'::text[]) AS status`,
    sizes,
  );
  await client.query(
    `INSERT INTO usage_days
      SELECT organization_id, workspace_id, day_started_at, virtual_key_id, model, provider, status, sum(requests),
        sum(input_tokens), sum(output_tokens), sum(cost)
      FROM usage_hours WHERE workspace_id = $1 GROUP BY 1, 2, 3, 4, 5, 6, 7`,
    [id],
  );
  // From 100 ms to a minute: 320 steps, of which an hour has every fifth and a day all.
  await client.query(
    `INSERT INTO latency_hours
      SELECT $1::uuid, $2::uuid, hour, date_trunc('day', hour, 'UTC'), sum(step * ('1e' || 12 * step)::numeric)
      FROM generate_series($3::timestamptz - interval '730 days', $3::timestamptz - interval '1 hour', interval '1 hour') AS hour,
        generate_series(232, 552) AS step
      WHERE (step + extract(hour FROM hour)::integer) % 5 = 0 GROUP BY hour`,
    sizes.slice(0, 3),
  );
  await client.query(
    `INSERT INTO latency_days SELECT organization_id, workspace_id, day_started_at, sum(histogram)
      FROM latency_hours WHERE workspace_id = $1 GROUP BY 1, 2, 3`,
    [id],
  );
  await client.query(
    `INSERT INTO denial_hours
      SELECT $1::uuid, $2::uuid, hour, (lpad(to_hex(key), 8, '0') || substr($2::text, 9))::uuid, 'RATE_LIMITED', 'model 1', key
      FROM generate_series($3::timestamptz - interval '730 days', $3::timestamptz - interval '1 hour', interval '12 hours') AS hour,
        generate_series(1, $4::integer) AS key`,
    sizes.slice(0, 4),
  );
}

/**
 * How long the database plans and executes what is read, over all of its statements.
 *
 * @param {import('../src/database/sql.js').Scope} scope
 * @param {(reader: any) => Promise<unknown>} read
 */
async function millisecondsOf(scope, read) {
  const times = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    const time = { planning: 0, execution: 0, statements: 0 };
    await client.query('BEGIN');
    await client.query('SET LOCAL ROLE tokenvue_workspaces');
    await client.query(`SET LOCAL tokenvue.organization_id = '${scope.organizationId}'`);
    const isShown = options.plans && round === 0;
    /** @type {Promise<unknown>} */
    let before = Promise.resolve();
    const texts = (/** @type {import('../src/database/sql.js').Sql} */ statement) => {
      const answer = before.then(() => answerTo(statement));
      before = answer;
      return answer;
    };
    const answerTo = async (/** @type {import('../src/database/sql.js').Sql} */ statement) => {
      const { text, values } = bind(statement, scope, false);
      const how = isShown ? 'ANALYZE, BUFFERS' : 'ANALYZE, TIMING OFF, FORMAT JSON';
      const { rows: explained } = await client.query(`EXPLAIN (${how}) ${text}`, [...values]);
      if (isShown) console.log(explained.map((row) => row['QUERY PLAN']).join('\n'));
      else {
        const [plan] = JSON.parse(explained[0]['QUERY PLAN']);
        time.planning += plan['Planning Time'];
        time.execution += plan['Execution Time'];
      }
      time.statements++;
      const { rows } = await client.query({ text, values: [...values], rowMode: 'array' });
      return { rows };
    };
    await read({ actor: { currency: 'USD' }, database: { texts }, remembered: new Map() });
    await client.query('ROLLBACK');
    if (!isShown) times.push(time);
  }
  const whole = times.map(({ planning, execution }) => planning + execution);
  return {
    statements: times[0]?.statements,
    planning: rounded(median(times.map(({ planning }) => planning))),
    execution: rounded(median(times.map(({ execution }) => execution))),
    whole: rounded(median(whole)),
    // What others do on the machine meanwhile only adds.
    least: rounded(Math.min(...whole)),
  };
}
