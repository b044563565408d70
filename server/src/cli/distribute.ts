import { ConfigError, loadConfig } from '../config.js';
import { distribute } from '../database/distribute.js';
import { runCommand } from './command.js';

/** Lays the tables out on the nodes of a Citus cluster; what is done already is left alone. */
await runCommand(async () => {
  const { url } = loadConfig().database;
  if (url === null) throw new ConfigError('DATABASE_URL expects the URL of a database on a Citus coordinator.');
  const { migrations, settings, tables } = await distribute(url);
  if (migrations.length > 0) process.stdout.write('The database is up to date.\n');
  if (settings.length > 0) process.stdout.write(`Set for the database: ${settings.join(', ')}.\n`);
  const done = tables.length === 0 ? 'Every table is on the nodes already.' : `On the nodes now: ${tables.join(', ')}.`;
  process.stdout.write(`${done}\n`);
});
