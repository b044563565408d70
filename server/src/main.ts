import 'reflect-metadata';
import { type Logger, pino } from 'pino';
import { createApp, openDatabase } from './app.js';
import { runCommand } from './cli/command.js';
import { type Config, ConfigError, loadConfig } from './config.js';
import type { Database } from './database/database.js';
import { createDemoData } from './demo/demo-data.js';
import { recordDemoUsage } from './demo/record-demo-usage.js';
import { startJobs } from './jobs/jobs.js';
import { jobs } from './registry.js';

/** A clean stop takes no longer than this; what is still under way then is cut off. */
const stopWithinMs = 10_000;

type Undo = () => Promise<unknown>;

async function main(): Promise<void> {
  const config = loadConfig();
  const log = pino({ level: config.logLevel });
  const undo: Undo[] = [];
  const stop = stopOnce(undo, log);
  // Listened to before anything starts, so that a start can be broken off as cleanly.
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  try {
    await start(config, log, undo);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    log.fatal({ err: error }, 'the start failed');
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
  const runner = startJobs(jobs, { database, log, observer: app.metrics, settings: config });
  undo.push(() => runner.stop());
  const address = await app.server.listen({
    host: config.host,
    port: config.port,
  });
  log.info(
    {
      ...(config.demoData && { page: `${address}/` }),
      graphql: `${address}/graphql`,
      ...(config.graphiql && { graphiql: `${address}/graphiql` }),
    },
    'ready',
  );
  if (config.demoData) recordUsageOfDemo(database, log, undo);
  if (config.auth.mode === 'development') {
    log.info('development mode: `npm run --silent token -- ada` prints a token to call the API with');
  }
}

/** In the background, because the server answers meanwhile. */
function recordUsageOfDemo(database: Database, log: Logger, undo: Undo[]): void {
  const stop = new AbortController();
  const recorded = recordDemoUsage(database, log, stop.signal).then(
    (requests) => requests > 0 && log.info({ requests }, 'recorded the usage of the demonstration data'),
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
