import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { pino } from 'pino';
import { built } from './built.mjs';
import { admin, memberOf, organization } from './dataset.mjs';
import { startFilledDatabase } from './filled-database.mjs';
import { operationOf } from './operations.mjs';
import { graphqlRequest, signToken } from './requests.mjs';

/** @type {typeof import('../src/app.js')} */
const { connectDatabase, createApp } = await import(built('app.js'));
/** @type {typeof import('../src/config.js')} */
const { loadConfig } = await import(built('config.js'));
/** @type {typeof import('../src/database/database.js')} */
const { requestRole } = await import(built('database/database.js'));
/** @type {typeof import('../src/database/message.js')} */
const { Message } = await import(built('database/message.js'));
/** @type {typeof import('../src/fetch/cursor.js')} */
const { encodeCursor } = await import(built('fetch/cursor.js'));
/** @type {typeof import('../src/graphql/ids.js')} */
const { toGlobalId } = await import(built('graphql/ids.js'));

// Writes server/docs/query-plans.md: every list and count of the API on a large database, for three people. The statements
// are those that the service sends when they ask.
const { values: given } = parseArgs({
  options: {
    workspaces: { type: 'string', default: '100000' },
    out: { type: 'string', default: fileURLToPath(new URL('../docs/query-plans.md', import.meta.url)) },
  },
});
const workspaces = Number(given.workspaces);
const many = workspaces / 10;
const people = [
  { title: 'in 10 workspaces', subject: memberOf(10), role: 'member' },
  { title: `in ${many.toLocaleString('en')} workspaces`, subject: memberOf(many), role: 'member' },
  { title: 'organization admin', subject: admin, role: 'admin' },
];
const runs = 5;

/**
 * @typedef {typeof people[number]} Person
 * @typedef {import('../src/database/sql.js').Statement} Statement
 *
 * A row of the page.
 *
 * @typedef {object} Entry
 * @property {string} title
 * @property {string} reading
 * @property {string} query What somebody asks.
 * @property {RegExp} [statement] Which statement of the answer is meant; the last unless given.
 *
 * @typedef {{ name: string | undefined, plan: string[], milliseconds: number } | null} Result Null where nothing was asked
 *   of the database.
 */

const sampleSql = `SELECT w.id, w.name, w.created_at, w.monthly_budget, w.owner_user_id AS user_id, u.name AS user_name,
    ARRAY(SELECT id::text FROM workspaces ORDER BY id LIMIT 50) AS ids
  FROM workspaces w JOIN users u ON u.organization_id = w.organization_id AND u.id = w.owner_user_id
  WHERE w.name >= '8' ORDER BY w.name LIMIT 1`;
const countsSql = `SELECT (SELECT count(*) FROM workspaces) AS workspaces, (SELECT count(*) FROM members) AS members,
  (SELECT count(*) FROM virtual_keys) AS keys, (SELECT count(*) FROM users) AS users,
  (SELECT count(*) FROM audit_events) AS events`;

const secret = randomBytes(32).toString('hex');
const database = await startFilledDatabase({ workspaces, users: workspaces / 5, memberships: [10, many] });
const client = new pg.Client({ connectionString: database.url });
const config = loadConfig({ NODE_ENV: 'production', DATABASE_URL: database.url, AUTH_JWT_SECRET: secret });
const connections = connectDatabase({ ...config.database, url: database.url });
const app = await createApp(config, connections, pino({ level: 'silent' }));
try {
  await client.connect();
  const { rows: samples } = await client.query(sampleSql);
  const { rows: organizations } = await client.query('SELECT id FROM organizations');
  const [{ rows: counts }, { rows: version }] = [
    await client.query(countsSql),
    await client.query('SHOW server_version'),
  ];
  // As requests work: bound by row-level security.
  await client.query(`SET ROLE ${requestRole}; SET tokenvue.organization_id = '${organizations[0].id}'`);
  const rows = [];
  for (const entry of entries(samples[0])) {
    /** @type {Result[]} */
    const results = [];
    for (const person of people) {
      const statement = await statementOf(entry, person);
      results.push(statement === undefined ? null : await explain(statement));
    }
    rows.push({ ...entry, results });
  }
  await writeFile(given.out, page(rows, counts[0], version[0].server_version));
} finally {
  await app.close();
  await connections.close();
  await client.end();
  await database.stop();
}

/**
 * What is asked for: ids that are there, and places in the middle of each order.
 *
 * @param {{ id: string, name: string, created_at: Date, monthly_budget: string, user_id: string, user_name: string, ids: string[] }} sample
 * @returns {Entry[]}
 */
function entries({ ids, name, created_at, monthly_budget, id, user_name, user_id }) {
  const fields = `id name environment region status owner { id name } monthlyBudget { amount currency } memberCount
    activeKeyCount isActive version viewerRole`;
  const key = 'id name status maskedKey createdAt lastUsedAt expiresAt version';
  const pageInfo = 'pageInfo { hasNextPage endCursor }';
  const cards = (/** @type {string} */ args) =>
    `{ workspaces(first: 50, ${args}) { nodes { ${fields} } ${pageInfo} } }`;
  const keys = (/** @type {string} */ args) => `{ virtualKeys(first: 50, ${args}) { nodes { ${key} } ${pageInfo} } }`;
  const below = (/** @type {string} */ list) => `{ workspaces(first: 50) { nodes { ${list} } } }`;
  const after = (/** @type {string} */ order, /** @type {string[]} */ ...place) =>
    `after: "${encodeCursor({ name: order, parts: [] }, place)}"`;
  const isList = /FROM unnest/;
  const isCount = /count\(\*\)/;
  return [
    {
      title: 'Cards by name, first page',
      query: cards('filter: null'),
      reading: "Walks the index of a person's cards (or of the organization's names) and stops after the page.",
    },
    {
      title: 'Cards by name, after a cursor',
      query: cards(after('workspaces:NAME:ASC', name)),
      reading: 'The same walk, begun at the cursor: as quick in the middle as at the start.',
    },
    {
      title: 'Cards by budget, after a cursor',
      query: cards(
        `orderBy: { field: MONTHLY_BUDGET, direction: DESC }, ${after('workspaces:MONTHLY_BUDGET:DESC', monthly_budget, id)}`,
      ),
      reading:
        'An admin walks the index of budgets, past what lies before the cursor: row-level security leaves no comparison of numerics to an index. For anybody else their workspaces are read and the top 51 kept.',
    },
    {
      title: 'Cards by creation, after a cursor',
      query: cards(
        `orderBy: { field: CREATED_AT, direction: DESC }, ${after('workspaces:CREATED_AT:DESC', created_at.toISOString(), id)}`,
      ),
      reading: 'As by budget, on the index of creation times.',
    },
    {
      title: 'Cards in production, by name',
      query: cards('filter: { environments: [PRODUCTION] }'),
      reading: "Filters while it goes through the person's workspaces; an admin's walk stops after the page.",
    },
    {
      title: 'Cards by part of the name',
      query: cards('filter: { search: "assistant 77" }'),
      reading: 'No index serves a part of a name: the names of the workspaces in sight are compared one by one.',
    },
    {
      title: 'Cards of one owner',
      query: cards(`filter: { ownerIds: ["${toGlobalId('usr', user_id)}"] }`),
      reading: 'Starts from the index of owners where that is the smaller side.',
    },
    {
      title: 'Total of the cards',
      query: '{ workspaces(first: 1) { totalCount } }',
      statement: isCount,
      reading: 'Reads each workspace in sight, because archived ones do not count.',
    },
    {
      title: 'Figures of the summary',
      query: operationOf('summary').query,
      statement: /sum\(/,
      reading: 'Reads each workspace in sight once; keys are counted only where one has expired since the kept count.',
    },
    {
      title: 'Fifty workspaces by id',
      query: `{ nodes(ids: ${JSON.stringify(ids.map((one) => toGlobalId('ws', one)))}) { ... on Workspace { ${fields} } } }`,
      reading: 'One index probe a workspace, and one for the role in it.',
    },
    {
      title: 'Active workspace',
      query: `{ activeWorkspace { ${fields} } }`,
      reading: 'Two index probes, and one for the role.',
    },
    {
      title: 'Members of a page of workspaces, twenty each',
      query: below('members(first: 20) { nodes { id role joinedAt user { id name } } }'),
      statement: isList,
      reading: 'A short walk of the index of joining for each workspace.',
    },
    {
      title: 'Keys of a page of workspaces, twenty each',
      query: below(`virtualKeys(first: 20) { nodes { ${key} } }`),
      statement: isList,
      reading: 'A short backward walk of the index of creation for each workspace.',
    },
    {
      title: 'Active keys of a page of workspaces, twenty each',
      query: below(`virtualKeys(first: 20, statuses: [ACTIVE]) { nodes { ${key} } }`),
      statement: isList,
      reading: 'The same walk, passing over keys of other statuses.',
    },
    {
      title: 'Totals of the keys of a page of workspaces',
      query: below('virtualKeys(first: 1, statuses: [ACTIVE]) { totalCount }'),
      statement: isCount,
      reading: 'Reads the keys of these workspaces only.',
    },
    {
      title: 'Keys across workspaces, newest first',
      query: keys(after('virtualKeys:CREATED_AT:DESC', created_at.toISOString(), id)),
      reading: "An admin walks an index of the organization's keys; anybody else's keys are read and the top 51 kept.",
    },
    {
      title: 'Keys across workspaces by name',
      query: keys(`orderBy: { field: NAME, direction: ASC }, ${after('virtualKeys:NAME:ASC', 'Key 77', id)}`),
      reading: 'As by creation, on the index of names.',
    },
    {
      title: 'Keys across workspaces by expiry',
      query: keys('orderBy: { field: EXPIRES_AT, direction: ASC }'),
      reading: 'As by creation, on the index of expiry.',
    },
    {
      title: 'Active keys unused for 90 days, longest unused first',
      query: keys(
        'orderBy: { field: LAST_USED_AT, direction: ASC }, filter: { statuses: [ACTIVE], unusedForDays: 90 }',
      ),
      reading:
        'Every key in sight is read and the top 51 kept: an index of last uses would have to be written with each use.',
    },
    {
      title: 'Total of the keys across workspaces',
      query: '{ virtualKeys(first: 1) { totalCount } }',
      statement: isCount,
      reading: 'Reads every key in sight.',
    },
    {
      title: 'Review findings of a page of workspaces',
      query: below('reviewFindings { code message }'),
      reading: 'Reads the active keys and the managers of these workspaces only.',
    },
    {
      title: 'Audit logs of a page of workspaces, twenty events each',
      query: below('auditLog(first: 20) { nodes { id action occurredAt } }'),
      statement: isList,
      reading: 'A short backward walk of the index of events for each workspace. Plain members may not read them.',
    },
    {
      title: 'Assignable people, after a cursor',
      query: `{ assignableUsers(first: 50, ${after('users:NAME:ASC', user_name, user_id)}) { nodes { id name email } } }`,
      reading: "An admin walks the index of names; anybody else's team-mates are found through the teams and sorted.",
    },
    {
      title: 'Assignable people by part of the name',
      query: '{ assignableUsers(first: 50, search: "ada 7") { nodes { id name email } } }',
      reading: 'Compares the names of team-mates; for an admin those of the organization until the page is full.',
    },
    {
      title: 'Total of the assignable people',
      query: '{ assignableUsers(first: 1) { totalCount } }',
      statement: isCount,
      reading: "Counts team-mates; for an admin the organization's people in the index.",
    },
    {
      title: "People of one's teams, twenty each",
      query: '{ viewer { teams { users(first: 20) { nodes { id name } } } } }',
      statement: isList,
      reading: 'Reads the teams and keeps the first of each by name.',
    },
    {
      title: 'Sign-in of somebody known',
      query: '{ viewer { user { id } } }',
      statement: /AS "lastWordAt"/,
      reading: "Two unique indexes and the person's teams; once in ten seconds for each token.",
    },
    {
      title: 'Who asks',
      query: '{ workspaceSummary { totalWorkspaces } }',
      statement: /^SELECT u\.name, u\.organization_role FROM users u/,
      reading: 'One index probe; for every request, in the same message as its first statement.',
    },
  ];
}

/**
 * The statement with its values that the service sends when this person asks.
 *
 * @param {Entry} entry
 * @param {Person} person
 */
async function statementOf({ title, query, statement = /^(?!BEGIN|SET|COMMIT)/ }, { subject, role }) {
  const { path, headers, body = '' } = graphqlRequest(query, await signToken(secret, { subject, organization, role }));
  const sent = await recorded(async () => {
    const answer = await app.server.inject({
      method: 'POST',
      url: path,
      headers: { ...headers, 'content-type': 'application/json' },
      payload: body,
    });
    if (answer.json().errors !== undefined) throw new Error(`${title}: ${answer.body}`);
  });
  return sent.filter(({ text }) => statement.test(text)).at(-1);
}

/**
 * The statements that are sent while the work runs.
 *
 * @param {() => Promise<void>} work
 */
async function recorded(work) {
  /** @type {Statement[]} */
  const statements = [];
  const { query } = pg.Client.prototype;
  /** @type {any} */ (pg.Client.prototype).query = function record(/** @type {unknown[]} */ ...args) {
    if (args[0] instanceof Message) statements.push(...args[0].statements);
    return Reflect.apply(query, this, args);
  };
  try {
    await work();
    return statements;
  } finally {
    pg.Client.prototype.query = query;
  }
}

/**
 * The plan as the service runs it: a statement with a name by its generic plan, others by one for their values.
 *
 * @param {Statement} statement
 * @returns {Promise<Result>}
 */
async function explain({ name, text, values: own }) {
  const options = 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF)';
  const values = [...own];
  const milliseconds = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await client.query({ ...(name !== undefined && { name }), text, values });
    milliseconds.push(performance.now() - start);
  }
  let answer;
  if (name === undefined) {
    answer = await client.query({ text: `${options} ${text}`, values, rowMode: 'array' });
  } else {
    const literals = values.map((value) => (value === null ? 'NULL' : client.escapeLiteral(literalText(value))));
    const call = literals.length > 0 ? `plan (${literals.join(', ')})` : 'plan';
    await client.query(`SET plan_cache_mode = force_generic_plan; PREPARE plan AS ${text}`);
    answer = await client.query({ text: `${options} EXECUTE ${call}`, rowMode: 'array' });
    await client.query('DEALLOCATE plan; RESET plan_cache_mode');
  }
  const noise =
    /Index Searches|Heap Fetches|Buckets:|Batches:|Memory|Cache Key|Cache Mode|Hits:|Heap Blocks|Recheck Cond|Storage:/;
  const lines = answer.rows.map(([line]) => String(line).replaceAll('.00 ', ' '));
  return { name, plan: lines.filter((line) => !noise.test(line)), milliseconds: Math.min(...milliseconds) };
}

/**
 * A value as text: of lists there are those of ids and of plain words alone.
 *
 * @param {unknown} value
 */
function literalText(value) {
  return Array.isArray(value) ? `{${value.join(',')}}` : String(value);
}

/**
 * @param {(Entry & { results: Result[] })[]} rows
 * @param {Record<string, string>} counts
 * @param {string} version
 */
function page(rows, counts, version) {
  const number = (/** @type {string | undefined} */ value) => Number(value).toLocaleString('en');
  const cell = (/** @type {Result} */ result) =>
    result === null ? '' : result.milliseconds.toFixed(result.milliseconds < 10 ? 1 : 0);
  const sections = rows.map(({ title, reading, results }) => {
    const plans = results.map((result, index) => {
      const same = results.findIndex((other) => other?.plan.join() === result?.plan.join());
      const plan = result === null ? 'Asks nothing of the database.' : `\`\`\`text\n${result.plan.join('\n')}\n\`\`\``;
      return `**${people[index]?.title}**\n\n${same < index ? `As for somebody ${people[same]?.title}.` : plan}`;
    });
    const isPrepared = results.some((result) => result?.name !== undefined);
    const kind = isPrepared ? ' Prepared by name: this is its generic plan.' : '';
    return `## ${title}\n\n${reading}${kind}\n\n<details><summary>Plans</summary>\n\n${plans.join('\n\n')}\n\n</details>`;
  });
  return `# Query plans

Made by \`npm run bench:plans\`; do not edit. PostgreSQL ${version} (the embedded one, with its default settings), with
${number(counts['workspaces'])} workspaces, ${number(counts['members'])} members, ${number(counts['keys'])} keys, ${number(counts['events'])} audit
events and ${number(counts['users'])} people in one organization, under row-level security as requests are. Every list and
count that the API offers, for three people; pages of 50 with everything that a card shows.

Milliseconds of the quickest of ${runs} runs, as the client sees them. They say how the rows compare, and nothing about
another machine.

| | ${people.map(({ title }) => title).join(' | ')} |
|---|${people.map(() => '--:').join('|')}|
${rows.map(({ title, results }) => `| ${title} | ${results.map(cell).join(' | ')} |`).join('\n')}

${sections.join('\n\n')}
`;
}
