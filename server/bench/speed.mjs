import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { built, thisServer } from './built.mjs';
import { copyOf } from './copies.mjs';
import { cpuTime } from './cpu-time.mjs';
import { memberOf, organization } from './dataset.mjs';
import { startFilledDatabase } from './filled-database.mjs';
import { operationOf, operations } from './operations.mjs';
import { graphqlRequest, Load, median, rounded, send, signToken, spread } from './requests.mjs';
import { startServer } from './server-process.mjs';

// The service beside two others, by turns in one run: the limit, which is one statement's JSON text behind bare node:http,
// and, with `--before`, the built service of another checkout on a database of its own version. The requests are those of
// somebody in a tenth of the workspaces; with `--organizations` those of one person each of so many small organizations by
// turns. Each round makes one ratio. Changes go to the services alone.
const { values: given } = parseArgs({
  options: {
    before: { type: 'string' },
    organizations: { type: 'string' },
    operation: { type: 'string', multiple: true, default: operations.map(({ name }) => name) },
    connections: { type: 'string', multiple: true, default: ['1', '32'] },
    rounds: { type: 'string', default: '7' },
    'turn-ms': { type: 'string', default: '1500' },
    // V8 takes some 18 seconds until it has compiled what is used most: with less this measures the compiler.
    'warm-up': { type: 'string', default: '20' },
    workspaces: { type: 'string' },
    'pool-size': { type: 'string' },
    node: { type: 'string' },
  },
});
const copies = Number(given.organizations ?? 0);
const size = sizeOf(Number(given.workspaces ?? (copies > 0 ? 20 : 10_000)));
const rounds = Number(given.rounds);
const turnMs = Number(given['turn-ms']);
/** Before each turn, so that none pays for what has gone cold in those of others. */
const settleMs = Math.min(200, turnMs);
const warmUpMs = Number(given['warm-up']) * 1_000;
const program = given.node === undefined ? process.execPath : await nodeProgramOf(given.node);
/** Different people create, as they do: those of one organization never wait for each other's active workspace. */
const creatorsMax = 64;
/** Whose rate is told in parts of whose. */
const pairs = /** @type {const} */ ([
  ['service', 'limit'],
  ['service', 'before'],
  ['before', 'limit'],
]);

/**
 * Somebody who asks, by the identity provider's names and by UUID.
 *
 * @typedef {{ organization: string, subject: string, organizationId: string, userId: string, token: string }} Person
 *
 * One of those compared.
 *
 * @typedef {object} Contestant
 * @property {string} name
 * @property {number} port
 * @property {number} pid
 * @property {number} postgresPid
 * @property {boolean} changes Whether it takes changes.
 * @property {(operation: import('./operations.mjs').Operation, person: Person) => import('./requests.mjs').Target} targetOf
 *
 * @typedef {{ perSecond: number, p50: number, p99: number, count: number, server: number | null, postgres: number | null }} Turn
 */

const secret = randomBytes(32).toString('hex');
/** @type {(() => Promise<void> | void)[]} */
const undo = [];
try {
  const load = new Load();
  undo.push(() => load.stop());
  const database = await startDatabase(thisServer);
  const contestants = [await startLimit(database), await startService('service', thisServer, database)];
  if (given.before !== undefined) {
    const server = pathToFileURL(`${resolve(given.before)}/server/`);
    contestants.push(await startService('before', server, await startDatabase(server)));
  }
  const { readers, creators } = await findPeople(database.url);
  const node = given.node ?? process.versions.node;
  const who = copies > 0 ? `${copies} organizations by turns` : 'one organization';
  console.log(`Node ${node}, ${who}, ${size.workspaces} workspaces in each; ${rounds} rounds of ${turnMs} ms`);
  /** @type {Record<string, object>} */
  const rates = {};
  /** @type {Record<string, object>} */
  const ratios = {};
  for (const name of given.operation) {
    const operation = operationOf(name);
    const people = operation.statement === undefined ? creators : readers;
    const taking = contestants.filter(({ changes }) => changes || operation.statement !== undefined);
    await compareAnswers(operation, taking, people);
    for (const contestant of taking) {
      await measure(load, contestant, operation, { people, connections: 32, milliseconds: warmUpMs });
    }
    for (const connections of given.connections.map(Number)) {
      const turns = await takeTurns(load, taking, operation, { people, connections, milliseconds: turnMs });
      for (const [contestant, own] of turns) rates[`${name}, ${connections}, ${contestant}`] = summarized(own);
      for (const [one, other] of pairs) {
        const [own, others] = [turns.get(one), turns.get(other)];
        if (own === undefined || others === undefined) continue;
        const each = own.map(({ perSecond }, round) => perSecond / (others[round]?.perSecond ?? Number.NaN));
        ratios[`${name}, ${connections}, ${one} / ${other}`] = spread(each);
      }
    }
  }
  console.log('Requests a second, milliseconds until the answer, milliseconds of processor a request (medians)');
  console.table(rates);
  console.log('Requests a second of one in parts of the other’s: the median of the rounds, the least, the most');
  console.table(ratios);
} finally {
  for (const step of undo.reverse()) await step();
}

/** @param {number} workspaces */
function sizeOf(workspaces) {
  // Small organizations: everybody in it is in every workspace's reach. Teams need 75 people to be three.
  if (copies > 0) return { workspaces, users: 75, memberships: [workspaces] };
  return { workspaces, users: Math.max(75, workspaces / 10), memberships: [Math.ceil(workspaces / 10)] };
}

/** @param {URL} server */
async function startDatabase(server) {
  const database = await startFilledDatabase(size, { server, copies });
  undo.push(database.stop);
  return database;
}

/**
 * As it comes: with its own settings but for what is given.
 *
 * @param {string} name
 * @param {URL} server
 * @param {import('./filled-database.mjs').FilledDatabase} database
 * @returns {Promise<Contestant>}
 */
async function startService(name, server, database) {
  const { port, pid, stop } = await startServer({
    program,
    script: new URL(built('main.js', server)),
    environment: { ...environmentOf(database), NODE_ENV: 'production', AUTH_JWT_SECRET: secret },
    logFile: join(database.folder, `${name}.log`),
  });
  undo.push(stop);
  return {
    name,
    port,
    pid,
    postgresPid: database.pid,
    changes: true,
    targetOf: ({ query, variables, begins }, { token }) =>
      graphqlRequest(query, token, { begins, variables: variables?.('{{number}}') ?? {} }),
  };
}

/**
 * @param {import('./filled-database.mjs').FilledDatabase} database
 * @returns {Promise<Contestant>}
 */
async function startLimit(database) {
  const statements = Object.fromEntries(operations.map(({ name, statement }) => [name, statement]));
  const { port, pid, stop } = await startServer({
    program,
    script: new URL('bare-server.mjs', import.meta.url),
    environment: { ...environmentOf(database), STATEMENTS: JSON.stringify(statements) },
    logFile: join(database.folder, 'limit.log'),
  });
  undo.push(stop);
  return {
    name: 'limit',
    port,
    pid,
    postgresPid: database.pid,
    changes: false,
    targetOf: ({ name }, { organizationId, userId }) => ({
      path: `/${name}/${organizationId}/${userId}`,
      headers: {},
      begins: '{"',
    }),
  };
}

/**
 * @param {import('./filled-database.mjs').FilledDatabase} database
 * @returns {Record<string, string>}
 */
function environmentOf({ url }) {
  const poolSize = given['pool-size'];
  return { DATABASE_URL: url, ...(poolSize !== undefined && { DATABASE_POOL_SIZE: poolSize }) };
}

/**
 * Who reads, and who creates.
 *
 * @param {string} url
 */
async function findPeople(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    `SELECT o.external_id AS organization, u.subject, o.id AS "organizationId", u.id AS "userId"
     FROM organizations o JOIN users u ON u.organization_id = o.id
     WHERE u.subject = $1 OR u.subject LIKE 'user-%' ORDER BY u.id`,
    [memberOf(size.memberships[0] ?? 0)],
  );
  await client.end();
  const names =
    copies > 0 ? Array.from({ length: copies }, (_, index) => copyOf(organization, index + 1)) : [organization];
  const known = new Set(names);
  const own = rows.filter((row) => known.has(row.organization));
  const members = own.filter(({ subject }) => !subject.startsWith('user-'));
  const readers = await Promise.all(members.map(withToken));
  const others = own.filter(({ subject }) => subject.startsWith('user-'));
  return { readers, creators: copies > 0 ? readers : await Promise.all(others.slice(0, creatorsMax).map(withToken)) };
}

/**
 * @param {Omit<Person, 'token'>} person
 * @returns {Promise<Person>}
 */
async function withToken(person) {
  return { ...person, token: await signToken(secret, person) };
}

/**
 * All answer the same: of the first person and the last.
 *
 * @param {import('./operations.mjs').Operation} operation
 * @param {readonly Contestant[]} contestants
 * @param {readonly Person[]} people
 */
async function compareAnswers(operation, contestants, people) {
  for (const person of [people[0], people.at(-1)]) {
    if (person === undefined) throw new Error('There is nobody who asks.');
    /** @type {Record<string, any>} */
    const answers = {};
    for (const contestant of contestants) {
      answers[contestant.name] = await send(contestant.targetOf(operation, person), contestant.port);
    }
    const { limit, service, before } = answers;
    if (operation.compare === undefined) continue;
    operation.compare(service.data, limit);
    // A cursor holds the place as each version writes it.
    if (before !== undefined) assert.deepEqual(withoutCursor(before), withoutCursor(service));
  }
}

/** @param {object} answer */
function withoutCursor(answer) {
  return JSON.parse(JSON.stringify(answer, (key, value) => (key === 'endCursor' ? undefined : value)));
}

/**
 * @typedef {{ people: readonly Person[], connections: number, milliseconds: number }} Measure
 *
 * @param {Load} load
 * @param {readonly Contestant[]} contestants
 * @param {import('./operations.mjs').Operation} operation
 * @param {Measure} options
 */
async function takeTurns(load, contestants, operation, options) {
  /** @type {Map<string, Turn[]>} */
  const turns = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // Each has every place in the order as often as the others.
    const first = round % contestants.length;
    for (const contestant of [...contestants.slice(first), ...contestants.slice(0, first)]) {
      await measure(load, contestant, operation, { ...options, milliseconds: settleMs });
      turns.get(contestant.name)?.push(await measure(load, contestant, operation, options));
    }
  }
  return turns;
}

/**
 * @param {Load} load
 * @param {Contestant} contestant
 * @param {import('./operations.mjs').Operation} operation
 * @param {Measure} options
 * @returns {Promise<Turn>}
 */
async function measure(load, { port, pid, postgresPid, targetOf }, operation, { people, connections, milliseconds }) {
  const targets = people.map((person) => targetOf(operation, person));
  const used = () => Promise.all([cpuTime(pid), cpuTime(postgresPid, { children: true })]);
  const [server, postgres] = await used();
  const done = await load.measure(targets, { port, connections, milliseconds });
  const [serverAfter, postgresAfter] = await used();
  const perRequest = (/** @type {number | null} */ from, /** @type {number | null} */ to) =>
    from === null || to === null ? null : (to - from) / done.count;
  return {
    ...done,
    server: perRequest(server, serverAfter),
    postgres: perRequest(postgres, postgresAfter),
  };
}

/** @param {readonly Turn[]} turns */
function summarized(turns) {
  const of = (/** @type {'perSecond' | 'p50' | 'p99' | 'server' | 'postgres'} */ name) =>
    median(turns.map((turn) => turn[name] ?? Number.NaN));
  return {
    'per second': Math.round(of('perSecond')),
    p50: rounded(of('p50')),
    p99: rounded(of('p99')),
    'server ms': rounded(of('server')),
    'PostgreSQL ms': rounded(of('postgres')),
  };
}

/** @param {string} major */
async function nodeProgramOf(major) {
  /** @type {{ nodeProgram: (major: string) => string }} */
  const { nodeProgram } = await import(new URL('../../.ci/node-program.mjs', import.meta.url).href);
  return nodeProgram(major);
}
