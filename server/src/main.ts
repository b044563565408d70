import 'reflect-metadata';
import type { Logger } from 'pino';
import { createApp, openDatabase } from './app.js';
import { runCommand } from './cli/command.js';
import { type Config, ConfigError } from './config.js';
import type { Database } from './database/database.js';
import { createDemoData } from './demo/demo-data.js';
import { recordDemoUsage } from './demo/record-demo-usage.js';
import { listenError } from './free-port.js';
import { startJobs } from './jobs/jobs.js';
import { processLog } from './log.js';
import { jobs } from './registry.js';
import { checkStart } from './start-check.js';

/** A clean stop takes no longer than this; what is still under way then is cut off. */
const stopWithinMs = 10_000;

type Undo = () => Promise<unknown>;

async function main(): Promise<void> {
  const config = await checkStart();
  const log = await processLog(config.logLevel);
  const undo: Undo[] = [];
  const stop = stopOnce(undo, log);
  // Listened to before anything starts, so that a start can be broken off as cleanly.
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  try {
    await start(config, log, undo);
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
    else log.fatal({ err: error }, 'the start failed');
    await undoAll(undo, log);
    process.exit(1);
  }
}

/** Starts everything and adds to `undo` how to stop each part; the last one is stopped first. */
async function start(config: Config, log: Logger, undo: Undo[]): Promise<void> {
  const { database, close } = await openDatabase(config, log);
  undo.push(close);
  if (config.demoData && (await createDemoData(database))) log.info('made the demonstration data');
  const app = await createApp(config, database, log);
  undo.push(() => app.close());
  const { host, port } = config;
  // What runs well by the clock is told to machines; a person at a terminal hears of what does not.
  const jobLog = isTerminal ? log.child({}, { level: 'warn' }) : log;
  const runner = startJobs(jobs, { database, log: jobLog, observer: app.metrics, settings: config });
  undo.push(() => runner.stop());
  const address = await app.server.listen({ host, port }).catch((error: unknown) => {
    throw listenError(error, { host, port });
  });
  log.info(
    {
      ...(config.demoData && { page: `${address}/` }),
      graphql: `${address}/graphql`,
      ...(config.graphiql && { graphiql: `${address}/graphiql` }),
    },
    'ready',
  );
  if (config.auth.mode === 'development') {
    log.info('development mode: `npm run --silent token -- ada` prints a token to call the API with');
  }
  // The last line that a person sees, alone, to be clicked on.
  const showAddress = () => isTerminal && process.stdout.write(`\n${address}/${config.demoData ? '' : 'graphql'}\n`);
  showAddress();
  if (config.demoData) recordUsageOfDemo(database, { log, undo, showAddress });
}

const isTerminal = process.stdout.isTTY === true;

/** In the background, because the server answers meanwhile. */
function recordUsageOfDemo(
  database: Database,
  { log, undo, showAddress }: { readonly log: Logger; readonly undo: Undo[]; showAddress(): void },
): void {
  const stop = new AbortController();
  const recorded = recordDemoUsage(database, log, stop.signal).then(
    (requests) => {
      if (requests === 0) return;
      log.info({ requests }, 'recorded the usage of the demonstration data');
      showAddress();
    },
    (error: unknown) => log.error({ err: error }, 'the usage of the demonstration data was not recorded'),
  );
  undo.push(() => {
    stop.abort();
    return recorded;
  });
}

function stopOnce(undo: Undo[], log: Logger): () => void {
  let stopping = false;
  return () => {
    if (stopping) return;
    stopping = true;
    log.info('stopping');
    setTimeout(() => {
      log.error('the stop took too long');
      process.exit(1);
    }, stopWithinMs).unref();
    void undoAll(undo, log).then(() => process.exit(0));
  };
}

async function undoAll(undo: Undo[], log: Logger): Promise<void> {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) {
    await step().catch((error: unknown) => log.error({ err: error }, 'stopping one part failed'));
  }
}

await runCommand(main);
