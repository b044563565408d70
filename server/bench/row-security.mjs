import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { memberOf, organization, otherOrganization } from './dataset.mjs';
import { startFilledDatabase } from './filled-database.mjs';
import { operations } from './operations.mjs';
import { graphqlRequest, Load, median, rounded, send, signToken } from './requests.mjs';
import { startServer } from './server-process.mjs';

// What row-level security costs on the cards page: the same service on the same database, with the policies switched on
// and off by turns, for somebody in 1,000 of 10,000 workspaces. Each round makes one ratio. Where two organizations ask
// by turns, connections change from one to the other all the time, which is the worst that can happen to them.
const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const subject = memberOf(1_000);
const turnMs = 1_500;
const warmUpMs = 500;

const secret = randomBytes(32).toString('hex');
const organizations = [organization, otherOrganization];
const database = await startFilledDatabase({ organizations, workspaces: 10_000, users: 1_000, memberships: [1_000] });
const load = new Load();
const client = new pg.Client({ connectionString: database.url });
await client.connect();
const service = await startServer({
  program: process.execPath,
  script: new URL('../dist/main.js', import.meta.url),
  environment: { NODE_ENV: 'production', DATABASE_URL: database.url, AUTH_JWT_SECRET: secret },
  logFile: join(database.folder, 'service.log'),
});
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
  await service.stop();
  load.stop();
  await client.end();
  await database.stop();
}

async function takeTurns(targets, connections) {
  const rounds = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    await switchRowSecurity('DISABLE');
    const without = await measure(targets, connections);
    await switchRowSecurity('ENABLE');
    rounds.push({ without, with: await measure(targets, connections) });
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

async function measure(targets, connections) {
  await load.measure(targets, { port: service.port, connections, milliseconds: warmUpMs });
  return load.measure(targets, { port: service.port, connections, milliseconds: turnMs });
}

async function switchRowSecurity(action) {
  const { rows } = await client.query(`SELECT DISTINCT polrelid::regclass::text AS name FROM pg_policy ORDER BY name`);
  await client.query(rows.map(({ name }) => `ALTER TABLE ${name} ${action} ROW LEVEL SECURITY`).join('; '));
}

async function expectAnswers(targets) {
  for (const target of targets) {
    const { data } = await send(target, service.port);
    if (data?.workspaces.nodes.length !== 50) throw new Error('The cards page is not whole.');
  }
}
