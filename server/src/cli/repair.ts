import { openDatabase } from '../app.js';
import { loadConfig } from '../config.js';
import { processLog } from '../log.js';
import { repairCounters } from '../summary/counter-repair.js';
import { repairUsage } from '../usage/usage-repair.js';
import { runCommand } from './command.js';

/** Works out anew what is kept beside what it follows from: counts, ledgers, hours and days; safe beside running servers. */
await runCommand(async () => {
  const config = loadConfig();
  const { database, close } = await openDatabase(config, await processLog(config.logLevel));
  try {
    const { repaired, refreshed } = await repairCounters(database);
    process.stdout.write(`${repaired} workspaces had wrong counts, ${refreshed} had keys that expired meanwhile.\n`);
    const { ledgers, rollups } = await repairUsage(database);
    process.stdout.write(`${ledgers} ledgers were wrong, ${rollups} sums of hours and days.\n`);
  } finally {
    await close();
  }
});
