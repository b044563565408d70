import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { memberOf, organization, otherOrganization } from './dataset.mjs';
import { startFilledDatabase } from './filled-database.mjs';
import { operations } from './operations.mjs';
import { graphqlRequest, Load, median, rounded, send, signToken } from './requests.mjs';
import { startServer } from './server-process.mjs';

// What row-level security costs on the cards page, for somebody in 1,000 of 10,000 workspaces: the service as it is beside
// the same one whose requests work as the owner of the tables, on the same database by turns. Each round makes one ratio.
// Where two organizations ask by turns, connections change from one to the other all the time, which is the worst that
// can happen to them.
const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
const subject = memberOf(1_000);
// Short, so that what else the machine does meets both.
const turnMs = 500;
const warmUpMs = 100;

const secret = randomBytes(32).toString('hex');
const organizations = [organization, otherOrganization];
const database = await startFilledDatabase({ organizations, workspaces: 10_000, users: 1_000, memberships: [1_000] });
const load = new Load();
const start = (name, ...options) =>
  startServer({
    program: process.execPath,
    options,
    script: new URL('../dist/main.js', import.meta.url),
    environment: { NODE_ENV: 'production', DATABASE_URL: database.url, AUTH_JWT_SECRET: secret },
    logFile: join(database.folder, `${name}.log`),
  });
const secured = await start('with');
const open = await start('without', '--import', new URL('without-row-security.mjs', import.meta.url).href);
try {
  const { query } = operations.find(({ name }) => name === 'cards');
  const targets = [];
  for (const organization of organizations) {
    targets.push(graphqlRequest(query, await signToken(secret, { subject, organization })));
  }
  await expectAnswers(targets);
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

async function takeTurns(targets, connections) {
  const rounds = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    const without = await measure(open, targets, connections);
    rounds.push({ without, with: await measure(secured, targets, connections) });
  }
  const ratios = rounds.map((round) => round.with / round.without);
  return {
    'without/s': Math.round(median(rounds.map((round) => round.without))),
    'with/s': Math.round(median(rounds.map((round) => round.with))),
    ratio: rounded(median(ratios)),
    least: rounded(Math.min(...ratios)),
    most: rounded(Math.max(...ratios)),
  };
}

async function measure({ port }, targets, connections) {
  await load.measure(targets, { port, connections, milliseconds: warmUpMs });
  return load.measure(targets, { port, connections, milliseconds: turnMs });
}

async function expectAnswers(targets) {
  for (const { port } of [secured, open]) {
    for (const target of targets) {
      const { data } = await send(target, port);
      if (data?.workspaces.nodes.length !== 50) throw new Error('The cards page is not whole.');
    }
  }
}
