import { parseArgs } from 'node:util';
import { developmentToken } from '../auth/development-token.js';
import { ConfigError, loadConfig } from '../config.js';
import { runCommand } from './command.js';

const usage = `Prints a token of development mode, and nothing else.

  npm run --silent token -- SUBJECT [--org ORG] [--name NAME] [--email EMAIL] [--role admin|member] [--team TEAM ...]

What is left out changes nothing about the person.`;

await runCommand(async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      org: { type: 'string' },
      name: { type: 'string' },
      email: { type: 'string' },
      role: { type: 'string' },
      team: { type: 'string', multiple: true },
    },
  });
  const [subject] = positionals;
  const { org, name, email, role, team } = values;
  if (subject === undefined || positionals.length > 1) throw new ConfigError(usage);
  if (role !== undefined && role !== 'admin' && role !== 'member') throw new ConfigError(usage);
  const { auth, dataDir } = loadConfig();
  if (auth.mode !== 'development') {
    throw new ConfigError('Tokens come from your identity provider: an AUTH_… variable is set.');
  }
  const token = await developmentToken(dataDir, {
    subject,
    ...(org !== undefined && { organization: org }),
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(role !== undefined && { role }),
    ...(team !== undefined && { teams: team }),
  });
  process.stdout.write(`${token}\n`);
});
