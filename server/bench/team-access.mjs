import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { built } from './built.mjs';
import { startFilledDatabase } from './filled-database.mjs';
import { graphqlRequest, median, rounded, send, signToken, spread } from './requests.mjs';
import { startServer } from './server-process.mjs';

// What `syncTeamAccess` takes for a whole company, with audit and answer, in parts of plain INSERTs of the same users, teams
// and places in one transaction: all of it new, the same again, and every user and team changed. Each round is another
// company in the same database, so that the tables grow. With DATABASE_URL it is that database, which may lie on several
// nodes, and the companies stay in it.
const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, size: { type: 'string', default: '10000' } },
});
const size = Number(options.size);
const teamsOfUser = 10;
const mutation = `mutation ($input: SyncTeamAccessInput!) {
  syncTeamAccess(input: $input) { usersChanged teamsChanged userErrors { message } }
}`;

/**
 * @typedef {{ subject: string, name: string, email: string }} User
 * @typedef {{ externalId: string, name: string, subjects: string[] }} Team
 * @typedef {{ users: User[], teams: Team[] }} Directory
 */

const secret = randomBytes(32).toString('hex');
const { DATABASE_URL: givenUrl } = process.env;
const folder = await mkdtemp(join(tmpdir(), 'tokenvue-bench-'));
const database = givenUrl === undefined ? await startFilledDatabase() : { url: givenUrl, stop: async () => {} };
const run = randomBytes(4).toString('hex');
const client = new pg.Client({ connectionString: database.url });
await client.connect();
const server = await startServer({
  script: new URL(built('main.js')),
  environment: { NODE_ENV: 'production', DATABASE_URL: database.url, AUTH_JWT_SECRET: secret },
  logFile: join(folder, 'server.log'),
});
try {
  /** @type {Record<'plain' | 'new' | 'again' | 'changed', number>[]} */
  const rounds = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    const token = await signToken(secret, { subject: 'root', organization: `company ${run} ${round}`, role: 'admin' });
    const directory = directoryOf(round);
    rounds.push({
      plain: await secondsOf(() => insertPlainly(directory, round)),
      new: await secondsOf(() => sync(token, directory, size)),
      again: await secondsOf(() => sync(token, directory, 0)),
      changed: await secondsOf(() => sync(token, changed(directory), size)),
    });
  }
  console.log(`Node ${process.versions.node}: ${size} users in ${size} teams, ${teamsOfUser} a user`);
  console.table(
    Object.fromEntries(
      /** @type {const} */ (['plain', 'new', 'again', 'changed']).map((name) => [
        name,
        {
          seconds: rounded(median(rounds.map((round) => round[name]))),
          ...spread(rounds.map((round) => round[name] / round.plain)),
        },
      ]),
    ),
  );
} finally {
  await server.stop();
  await client.end();
  await database.stop();
  await rm(folder, { recursive: true });
}

/**
 * @param {number} round
 * @returns {Directory}
 */
function directoryOf(round) {
  const indices = Array.from({ length: size }, (_, index) => index);
  const subjectOf = (/** @type {number} */ index) => `subject ${round} ${index % size}`;
  return {
    users: indices.map((index) => ({
      subject: subjectOf(index),
      name: `Person ${index}`,
      email: `${index}@example.com`,
    })),
    teams: indices.map((index) => ({
      externalId: `team ${index}`,
      name: `Team ${index}`,
      subjects: Array.from({ length: teamsOfUser }, (_, place) => subjectOf(index * 7 + place * 13)),
    })),
  };
}

/**
 * @param {Directory} directory
 * @returns {Directory}
 */
function changed({ users, teams }) {
  return {
    users: users.map((user) => ({ ...user, name: `${user.name} Jr.` })),
    teams: teams.map(({ externalId, name, subjects }) => ({
      externalId,
      name: `${name} B`,
      subjects: subjects.slice(1),
    })),
  };
}

/**
 * @param {string} token
 * @param {Directory} directory
 * @param {number} count Users and teams that change.
 */
async function sync(token, directory, count) {
  const { data, errors } = await send(
    graphqlRequest(mutation, token, { variables: { input: directory } }),
    server.port,
  );
  const { usersChanged, teamsChanged } = data?.syncTeamAccess ?? {};
  if (usersChanged !== count || teamsChanged !== count) {
    throw new Error(`Not everything was brought in line: ${JSON.stringify(data?.syncTeamAccess ?? errors)}`);
  }
}

/**
 * @param {Directory} directory
 * @param {number} round
 */
async function insertPlainly({ users, teams }, round) {
  const organizationId = uuidv7();
  const userIds = new Map(users.map(({ subject }) => [subject, uuidv7()]));
  const teamIds = teams.map(() => uuidv7());
  const places = teams.flatMap(({ subjects }, index) =>
    subjects.map((subject) => [teamIds[index], userIds.get(subject)]),
  );
  await client.query('BEGIN');
  await client.query('INSERT INTO organizations (id, external_id) VALUES ($1, $2)', [
    organizationId,
    `plain ${run} ${round}`,
  ]);
  await client.query('INSERT INTO directories (organization_id) VALUES ($1)', [organizationId]);
  await client.query(
    `INSERT INTO users (id, organization_id, subject, name, search_key, email)
     SELECT id, $1, subject, name, lower(name) || chr(31) || email, email FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[])
       AS new (id, subject, name, email)`,
    [
      organizationId,
      [...userIds.values()],
      users.map(({ subject }) => subject),
      users.map(({ name }) => name),
      users.map(({ email }) => email),
    ],
  );
  await client.query(
    `INSERT INTO teams (id, organization_id, external_id, name, name_key, search_key)
     SELECT id, $1, external_id, name, lower(name), lower(name) FROM unnest($2::uuid[], $3::text[], $4::text[]) AS new (id, external_id, name)`,
    [organizationId, teamIds, teams.map(({ externalId }) => externalId), teams.map(({ name }) => name)],
  );
  await client.query(
    `INSERT INTO team_memberships (team_id, user_id, organization_id)
     SELECT team_id, user_id, $1 FROM unnest($2::uuid[], $3::uuid[]) AS new (team_id, user_id)`,
    [organizationId, places.map(([teamId]) => teamId), places.map(([, userId]) => userId)],
  );
  await client.query('COMMIT');
}

/** @param {() => Promise<void>} work */
async function secondsOf(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}
