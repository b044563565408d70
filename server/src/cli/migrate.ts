import { openDatabase } from '../app.js';
import { loadConfig } from '../config.js';
import { processLog } from '../log.js';
import { runCommand } from './command.js';

/** Brings the database up to date and ends; the server does the same when it starts. */
await runCommand(async () => {
  const config = loadConfig();
  const { close } = await openDatabase(config, await processLog(config.logLevel));
  await close();
  process.stdout.write('The database is up to date.\n');
});
