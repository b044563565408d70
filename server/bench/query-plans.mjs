import { writeFile } from 'node:fs/promises';
import pg from 'pg';
import { activeWorkspaceLoader } from '../dist/active-workspace/active-workspace.loaders.js';
import { auditLogLoaders } from '../dist/audit-log/audit-log.loaders.js';
import { readClaims } from '../dist/auth/claims.js';
import { findUserActors, signIn } from '../dist/auth/sign-in.js';
import { enterScope } from '../dist/database/database.js';
import { memberLoaders } from '../dist/member/member.loaders.js';
import { findingLoader } from '../dist/review/finding.loaders.js';
import { summaryStatement } from '../dist/summary/summary.queries.js';
import { teamLoaders } from '../dist/team/team.loaders.js';
import { assignableUsersStatement, countAssignableUsersStatement } from '../dist/user/user.statements.js';
import { virtualKeyLoaders } from '../dist/virtual-key/virtual-key.loaders.js';
import { countKeysStatement, keyPageStatement } from '../dist/virtual-key/virtual-key.statements.js';
import { extrasFor } from '../dist/workspace/workspace.row.js';
import { byIdStatement, countStatement, pageStatement } from '../dist/workspace/workspace.statements.js';
import { admin, memberOf, organization } from './dataset.mjs';
import { actorOf, startFilledDatabase } from './filled-database.mjs';

// Writes server/docs/query-plans.md: every list and count of the API on a large database, for three people.
const people = [
  { title: 'in 10 workspaces', subject: memberOf(10) },
  { title: 'in 10,000 workspaces', subject: memberOf(10_000) },
  { title: 'organization admin', subject: admin },
];
const size = { workspaces: 100_000, users: 20_000, memberships: [10, 10_000] };
const runs = 5;

const sampleSql = `SELECT w.id AS workspace_id, w.name, w.created_at, w.monthly_budget, w.owner_user_id AS user_id,
    u.name AS user_name, (SELECT min(id::text) FROM teams) AS team_id,
    ARRAY(SELECT id::text FROM workspaces ORDER BY id LIMIT 50) AS workspace_ids
  FROM workspaces w JOIN users u ON u.id = w.owner_user_id WHERE w.name_key >= '8' ORDER BY w.name_key LIMIT 1`;
const countsSql = `SELECT (SELECT count(*) FROM workspaces) AS workspaces, (SELECT count(*) FROM members) AS members,
  (SELECT count(*) FROM virtual_keys) AS keys, (SELECT count(*) FROM users) AS users,
  (SELECT count(*) FROM audit_events) AS events`;

const database = await startFilledDatabase(size);
const client = new pg.Client({ connectionString: database.url });
try {
  await client.connect();
  const [{ rows: ids }, rows] = [await client.query(sampleSql), []];
  for (const person of people) person.actor = await actorOf(client, person.subject);
  // As requests work: bound by row-level security.
  await client.query(enterScope, ['tokenvue_workspaces', people[0].actor.organizationId]);
  for (const entry of await entries(ids[0])) {
    const results = [];
    for (const { actor } of people) results.push(await explain(await entry.statement(actor)));
    rows.push({ ...entry, results });
  }
  await client.query(enterScope, ['none', '']);
  const { rows: counts } = await client.query(countsSql);
  const { rows: version } = await client.query('SHOW server_version');
  await writeFile(new URL('../docs/query-plans.md', import.meta.url), page(rows, counts[0], version[0].server_version));
} finally {
  await client.end();
  await database.stop();
}

/** What the statements ask for: ids that are there, and places in the middle of each order. */
async function entries({ workspace_ids, team_id, name, created_at, monthly_budget, workspace_id, user_name, user_id }) {
  const card = extrasFor(new Set(['memberCount', 'owner', 'viewerRole', 'isActive']));
  const list =
    (field, direction, after, conditions = {}) =>
    (actor) =>
      pageStatement(actor, { ordering: { field, direction }, after, limit: 51, conditions, extras: card });
  const keys =
    (field, direction, after, conditions = {}) =>
    (actor) =>
      keyPageStatement(actor, { ordering: { field, direction }, after, limit: 51, conditions });
  const anyEvent = { actions: null, actorIds: null, from: null, to: null };
  const ids = [...workspace_ids];
  const perParent = (loader, args) => (parentId) => loader.load({ parentId, args });
  return [
    {
      title: 'Cards by name, first page',
      statement: list('NAME', 'ASC', null),
      reading: "Walks the index of a person's cards (or of the organization's names) and stops after the page.",
    },
    {
      title: 'Cards by name, after a cursor',
      statement: list('NAME', 'ASC', [name]),
      reading: 'The same walk, begun at the cursor: as quick in the middle as at the start.',
    },
    {
      title: 'Cards by budget, after a cursor',
      statement: list('MONTHLY_BUDGET', 'DESC', [monthly_budget, workspace_id]),
      reading:
        'An admin walks the index of budgets, past what lies before the cursor: row-level security leaves no comparison of numerics to an index. For anybody else their workspaces are read and the top 51 kept.',
    },
    {
      title: 'Cards by creation, after a cursor',
      statement: list('CREATED_AT', 'DESC', [created_at.toISOString(), workspace_id]),
      reading: 'As by budget, on the index of creation times.',
    },
    {
      title: 'Cards in production, by name',
      statement: list('NAME', 'ASC', null, { environments: ['PRODUCTION'] }),
      reading: "Filters while it goes through the person's workspaces; an admin's walk stops after the page.",
    },
    {
      title: 'Cards by part of the name',
      statement: list('NAME', 'ASC', null, { search: 'assistant 77' }),
      reading: 'No index serves a part of a name: the names of the workspaces in sight are compared one by one.',
    },
    {
      title: 'Cards of one owner',
      statement: list('NAME', 'ASC', null, { owners: { userIds: [user_id], teamIds: [] } }),
      reading: 'Starts from the index of owners where that is the smaller side.',
    },
    {
      title: 'Total of the cards',
      statement: (actor) => countStatement(actor, {}),
      reading: 'Reads each workspace in sight, because archived ones do not count.',
    },
    {
      title: 'Summary with the active workspace',
      statement: (actor) => summaryStatement(actor, extrasFor(new Set(['name']))),
      reading: 'Reads each workspace in sight once; keys are counted only where one has expired since the kept count.',
    },
    {
      title: 'Fifty workspaces by id',
      statement: (actor) => byIdStatement(actor, ids, card),
      reading: 'One index probe a workspace, and one for the role in it.',
    },
    {
      title: 'Active workspace',
      statement: (actor) => recorded((stub) => activeWorkspaceLoader(stub, actor).load()),
      reading: 'Two index probes, and one for the role.',
    },
    {
      title: 'Members of fifty workspaces, twenty each',
      statement: (actor) =>
        recorded((stub) => ids.map(perParent(memberLoaders(stub, actor).pages, { after: null, limit: 21 }))),
      reading: 'A short walk of the index of joining for each workspace.',
    },
    {
      title: 'Keys of fifty workspaces, twenty each',
      statement: (actor) =>
        recorded((stub) =>
          ids.map(perParent(virtualKeyLoaders(stub, actor).pages, { statuses: null, after: null, limit: 21 })),
        ),
      reading: 'A short backward walk of the index of creation for each workspace.',
    },
    {
      title: 'Active keys of fifty workspaces, twenty each',
      statement: (actor) =>
        recorded((stub) =>
          ids.map(perParent(virtualKeyLoaders(stub, actor).pages, { statuses: ['ACTIVE'], after: null, limit: 21 })),
        ),
      reading: 'The same walk, passing over keys of other statuses.',
    },
    {
      title: 'Totals of the keys of fifty workspaces',
      statement: (actor) =>
        recorded((stub) => ids.map(perParent(virtualKeyLoaders(stub, actor).totals, { statuses: ['ACTIVE'] }))),
      reading: 'Reads the keys of these workspaces only.',
    },
    {
      title: 'Keys across workspaces, newest first',
      statement: keys('CREATED_AT', 'DESC', [created_at.toISOString(), workspace_id]),
      reading: "An admin walks an index of the organization's keys; anybody else's keys are read and the top 51 kept.",
    },
    {
      title: 'Keys across workspaces by name',
      statement: keys('NAME', 'ASC', ['key 77', workspace_id]),
      reading: 'As by creation, on the index of names.',
    },
    {
      title: 'Keys across workspaces by expiry',
      statement: keys('EXPIRES_AT', 'ASC', null),
      reading: 'As by creation, on the index of expiry.',
    },
    {
      title: 'Active keys unused for 90 days, longest unused first',
      statement: keys('LAST_USED_AT', 'ASC', null, { statuses: ['ACTIVE'], unusedForDays: 90 }),
      reading:
        'Every key in sight is read and the top 51 kept: an index of last uses would have to be written with each use.',
    },
    {
      title: 'Total of the keys across workspaces',
      statement: (actor) => countKeysStatement(actor, {}),
      reading: 'Reads every key in sight.',
    },
    {
      title: 'Review findings of fifty workspaces',
      statement: (actor) =>
        recorded((stub) => {
          const loader = findingLoader(stub, actor);
          return ids.map((id) => loader.load(id));
        }),
      reading: 'Reads the active keys and the managers of these workspaces only.',
    },
    {
      title: 'Audit logs of fifty workspaces, twenty events each',
      statement: (actor) =>
        recorded((stub) =>
          ids.map(perParent(auditLogLoaders(stub, actor).pages, { ...anyEvent, after: null, limit: 21 })),
        ),
      reading: 'A short backward walk of the index of events for each workspace.',
    },
    {
      title: 'Assignable people, after a cursor',
      statement: (actor) => assignableUsersStatement(actor, { search: null, after: [user_name, user_id], limit: 51 }),
      reading: "An admin walks the index of names; anybody else's team-mates are found through the teams and sorted.",
    },
    {
      title: 'Assignable people by part of the name',
      statement: (actor) => assignableUsersStatement(actor, { search: 'ada 7', after: null, limit: 51 }),
      reading: 'Compares the names of team-mates; for an admin those of the organization until the page is full.',
    },
    {
      title: 'Total of the assignable people',
      statement: (actor) => countAssignableUsersStatement(actor, null),
      reading: "Counts team-mates; for an admin the organization's people in the index.",
    },
    {
      title: 'People of a team',
      statement: (actor) =>
        recorded((stub) => [
          teamLoaders(stub, actor).userPages.load({ parentId: team_id, args: { after: null, limit: 21 } }),
        ]),
      reading: 'Reads the team and keeps the first by name.',
    },
    {
      title: 'Sign-in of somebody known',
      statement: (actor) =>
        recorded((stub) =>
          signIn(stub, readClaims({ sub: people.find((person) => person.actor === actor).subject, org: organization })),
        ),
      reading: "Two unique indexes and the person's teams; once in ten seconds for each token.",
    },
    {
      title: 'Who asks',
      statement: ({ id, organizationId }) => recorded((stub) => findUserActors(stub, organizationId, [id])),
      reading: 'One index probe; for every request.',
    },
  ];
}

/** The first statement that the work asks a database for. */
async function recorded(work) {
  const statements = [];
  const stub = {
    rows: async (statement) => {
      statements.push(statement);
      return [];
    },
    transaction: async () => {},
    within: () => stub,
  };
  await Promise.allSettled([work(stub)].flat());
  return statements[0];
}

/** The plan as the service runs it: a statement with a name by its generic plan, others by one for their values. */
async function explain({ name, text, values }) {
  const options = 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF)';
  const milliseconds = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await client.query({ name, text, values });
    milliseconds.push(performance.now() - start);
  }
  let answer;
  if (name === undefined) {
    answer = await client.query({ text: `${options} ${text}`, values, rowMode: 'array' });
  } else {
    const literals = values.map((value) => client.escapeLiteral(literalText(value)));
    await client.query(`SET plan_cache_mode = force_generic_plan; PREPARE plan AS ${text}`);
    answer = await client.query({ text: `${options} EXECUTE plan (${literals.join(', ')})`, rowMode: 'array' });
    await client.query('DEALLOCATE plan; RESET plan_cache_mode');
  }
  const noise =
    /Index Searches|Heap Fetches|Buckets:|Batches:|Memory|Cache Key|Cache Mode|Hits:|Heap Blocks|Recheck Cond|Storage:/;
  const plan = answer.rows.map(([line]) => line.replaceAll('.00 ', ' ')).filter((line) => !noise.test(line));
  return { name, plan, milliseconds: Math.min(...milliseconds) };
}

/** A value as text: of lists there are those of ids alone. */
function literalText(value) {
  return Array.isArray(value) ? `{${value.join(',')}}` : String(value);
}

function page(rows, counts, version) {
  const number = (value) => Number(value).toLocaleString('en');
  const cell = ({ milliseconds }) => (milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0));
  const sections = rows.map(({ title, reading, results }) => {
    const plans = results.map(({ plan }, index) => {
      const same = results.findIndex((result) => result.plan.join() === plan.join());
      const body = same < index ? `As for somebody ${people[same].title}.` : `\`\`\`text\n${plan.join('\n')}\n\`\`\``;
      return `**${people[index].title}**\n\n${body}`;
    });
    const kind = results[0].name === undefined ? '' : ' Prepared by name: this is its generic plan.';
    return `## ${title}\n\n${reading}${kind}\n\n<details><summary>Plans</summary>\n\n${plans.join('\n\n')}\n\n</details>`;
  });
  return `# Query plans

Made by \`npm run bench:plans\`; do not edit. PostgreSQL ${version} (the embedded one, with its default settings), with
${number(counts.workspaces)} workspaces, ${number(counts.members)} members, ${number(counts.keys)} keys, ${number(counts.events)} audit
events and ${number(counts.users)} people in one organization, under row-level security as requests are. Every list and
count that the API offers, for three people; pages of 50 with everything that a card shows.

Milliseconds of the quickest of ${runs} runs, as the client sees them. They say how the rows compare, and nothing about
another machine.

| | ${people.map(({ title }) => title).join(' | ')} |
|---|${people.map(() => '--:').join('|')}|
${rows.map(({ title, results }) => `| ${title} | ${results.map(cell).join(' | ')} |`).join('\n')}

${sections.join('\n\n')}
`;
}
