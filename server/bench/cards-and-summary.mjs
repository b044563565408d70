import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { nodeProgram } from '../../.ci/node-program.mjs';
import { memberOf, organization } from './dataset.mjs';
import { actorOf, startFilledDatabase } from './filled-database.mjs';
import { operations } from './operations.mjs';
import { graphqlRequest, Load, median, rounded, send, signToken } from './requests.mjs';
import { startServer } from './server-process.mjs';

// The service against its own SQL statements behind bare node:http, on one database, for somebody in 1,000 of 10,000
// workspaces. Both take turns, and each pair of turns makes one ratio. `--node` says on which major versions of Node
// they run, `--rounds` how often they take turns.
const { values: options } = parseArgs({
  options: {
    node: { type: 'string', multiple: true, default: ['20', '24'] },
    rounds: { type: 'string', default: '5' },
  },
});
const subject = memberOf(1_000);
const poolSize = 10;
const turnMs = 1_500;
const warmUpMs = 3_000;

const secret = randomBytes(32).toString('hex');
const database = await startFilledDatabase({ workspaces: 10_000, users: 1_000, memberships: [1_000] });
const load = new Load();
try {
  const statements = await readStatements();
  for (const major of options.node) {
    console.log(`Node ${major}: requests a second with 1 and 32 connections, and the service in parts of bare`);
    console.table(await compareOn(major, statements));
  }
} finally {
  load.stop();
  await database.stop();
}

/** By the path under which the bare server answers them. */
async function readStatements() {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const actor = await actorOf(client, subject);
  await client.end();
  return Object.fromEntries(operations.map(({ name, statement }) => [`/${name}`, statement(actor)]));
}

async function compareOn(major, statements) {
  const program = nodeProgram(major);
  const environment = { NODE_ENV: 'production', DATABASE_URL: database.url, DATABASE_POOL_SIZE: String(poolSize) };
  const bare = await startServer({
    program,
    script: new URL('bare-server.mjs', import.meta.url),
    environment: { ...environment, STATEMENTS: JSON.stringify(statements) },
    logFile: join(database.folder, 'bare.log'),
  });
  const service = await startServer({
    program,
    script: new URL('../dist/main.js', import.meta.url),
    environment: { ...environment, AUTH_JWT_SECRET: secret },
    logFile: join(database.folder, 'service.log'),
  });
  try {
    const token = await signToken(secret, { subject, organization });
    const table = {};
    for (const operation of operations) {
      const turns = {
        bare: { port: bare.port, target: { path: `/${operation.name}`, headers: {} } },
        service: { port: service.port, target: graphqlRequest(operation.query, token) },
      };
      const answers = [turns.service, turns.bare].map(({ port, target }) => send(target, port));
      operation.compare((await answers[0]).data, await answers[1]);
      await measure(turns.bare, 32, warmUpMs);
      await measure(turns.service, 32, warmUpMs);
      for (const connections of [1, 32]) {
        const target = connections === 32 && major === '24' ? operation.target : '';
        table[`${operation.name}, ${connections}`] = { ...(await takeTurns(turns, connections)), target };
      }
    }
    return table;
  } finally {
    await service.stop();
    await bare.stop();
  }
}

async function takeTurns({ bare, service }, connections) {
  const rates = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    rates.push({
      bare: await measure(bare, connections, turnMs),
      service: await measure(service, connections, turnMs),
    });
  }
  const ratios = rates.map((rate) => rate.service / rate.bare);
  return {
    'bare/s': Math.round(median(rates.map((rate) => rate.bare))),
    'service/s': Math.round(median(rates.map((rate) => rate.service))),
    ratio: rounded(median(ratios)),
    least: rounded(Math.min(...ratios)),
    most: rounded(Math.max(...ratios)),
  };
}

function measure({ port, target }, connections, milliseconds) {
  return load.measure([target], { port, connections, milliseconds });
}
