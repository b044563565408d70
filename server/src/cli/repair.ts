import { pino } from 'pino';
import { openDatabase } from '../app.js';
import { loadConfig } from '../config.js';
import { repairCounters } from '../summary/counter-repair.js';
import { runCommand } from './command.js';

/** Counts members and active keys afresh; safe beside running servers. */
await runCommand(async () => {
  const config = loadConfig();
  const { database, close } = await openDatabase(config, pino({ level: config.logLevel }));
  try {
    const { repaired, refreshed } = await repairCounters(database);
    process.stdout.write(`${repaired} workspaces had wrong counts, ${refreshed} had keys that expired meanwhile.\n`);
  } finally {
    await close();
  }
});
