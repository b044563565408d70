import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { built } from './built.mjs';
import { memberOf, organization, otherOrganization } from './dataset.mjs';
import { startFilledDatabase } from './filled-database.mjs';
import { operationOf, pageSize } from './operations.mjs';
import { graphqlRequest, Load, median, send, signToken, spread } from './requests.mjs';
import { startServer } from './server-process.mjs';

// What row-level security costs on the cards page, for somebody in 1,000 of 10,000 workspaces: the service as it is beside
// the same one whose requests work as the owner of the tables, on the same database by turns. Each round makes one ratio.
// Two organizations ask by turns as well.
const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    'warm-up': { type: 'string', default: '20' },
    workspaces: { type: 'string', default: '10000' },
  },
});
const workspaces = Number(given.workspaces);
const subject = memberOf(workspaces / 10);
// Short, so that what else the machine does meets both.
const turnMs = 500;
const settleMs = 100;
// V8 takes some 18 seconds until it has compiled what is used most.
const warmUpMs = Number(given['warm-up']) * 1_000;

const secret = randomBytes(32).toString('hex');
const organizations = [organization, otherOrganization];
const users = Math.max(75, workspaces / 10);
const database = await startFilledDatabase({ organizations, workspaces, users, memberships: [workspaces / 10] });
const load = new Load();
/**
 * @param {string} name
 * @param {readonly string[]} options
 */
const start = (name, ...options) =>
  startServer({
    options,
    script: new URL(built('main.js')),
    environment: { NODE_ENV: 'production', DATABASE_URL: database.url, AUTH_JWT_SECRET: secret },
    logFile: join(database.folder, `${name}.log`),
  });
const secured = await start('with');
const open = await start('without', '--import', new URL('without-row-security.mjs', import.meta.url).href);
try {
  const { query, begins } = operationOf('cards');
  const targets = [];
  for (const organization of organizations) {
    targets.push(graphqlRequest(query, await signToken(secret, { subject, organization }), { begins }));
  }
  await expectAnswers(targets);
  for (const { port } of [open, secured])
    await load.measure(targets, { port, connections: 32, milliseconds: warmUpMs });
  /** @type {Record<string, object>} */
  const table = {};
  for (const connections of [1, 32]) {
    table[`one organization, ${connections}`] = await takeTurns(targets.slice(0, 1), connections);
    table[`two by turns, ${connections}`] = await takeTurns(targets, connections);
  }
  console.log(
    `Node ${process.versions.node}: requests a second without and with row-level security, and with in parts of without`,
  );
  console.table(table);
} finally {
  await Promise.all([secured.stop(), open.stop()]);
  load.stop();
  await database.stop();
}

/**
 * @param {readonly import('./requests.mjs').Target[]} targets
 * @param {number} connections
 */
async function takeTurns(targets, connections) {
  const rounds = [];
  for (let round = 0; round < Number(given.rounds); round++) {
    const without = await measure(open, targets, connections);
    rounds.push({ without, with: await measure(secured, targets, connections) });
  }
  return {
    'without/s': Math.round(median(rounds.map((round) => round.without))),
    'with/s': Math.round(median(rounds.map((round) => round.with))),
    ...spread(rounds.map((round) => round.with / round.without)),
  };
}

/**
 * Requests a second.
 *
 * @param {import('./server-process.mjs').ServerProcess} server
 * @param {readonly import('./requests.mjs').Target[]} targets
 * @param {number} connections
 */
async function measure({ port }, targets, connections) {
  await load.measure(targets, { port, connections, milliseconds: settleMs });
  const { perSecond } = await load.measure(targets, { port, connections, milliseconds: turnMs });
  return perSecond;
}

/** @param {readonly import('./requests.mjs').Target[]} targets */
async function expectAnswers(targets) {
  for (const { port } of [secured, open]) {
    for (const target of targets) {
      const { data } = await send(target, port);
      const expected = Math.min(pageSize, workspaces / 10);
      if (!(data?.workspaces.nodes.length >= expected)) throw new Error('The cards page is not whole.');
    }
  }
}
