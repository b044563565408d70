import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hostile, usual } from '../../sdk/bench/texts.mjs';
import { built } from './built.mjs';
import { admin, organization } from './dataset.mjs';
import { startFilledDatabase } from './filled-database.mjs';
import { graphqlRequest, rounded, send, signToken } from './requests.mjs';
import { startServer } from './server-process.mjs';

// How long `checkGuardrails` holds the server's process in one piece: ten guardrails, texts of the greatest length that is
// taken, some checks at the same time. Of some rounds the shortest of the longest holds, because other programs of the
// machine make holds of their own.
const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, together: { type: 'string', default: '4' } },
});
const length = 100_000;
const create = `mutation ($input: CreateGuardrailInput!) {
  createGuardrail(input: $input) { guardrail { id } userErrors { message } } }`;
const check =
  'query ($input: CheckGuardrailsInput!) { checkGuardrails(input: $input) { outcome matches { start end } } }';
const terms = Array.from({ length: 1_000 }, (_, index) => `project ${(index * 7_919).toString(36)} falcon`);
const guardrails = [
  {
    kind: 'BLOCKED_TERMS',
    action: 'FLAG',
    terms: ['secret project', 'Projekt Falke', '機密', 'straße', ...terms.slice(0, 96)],
  },
  { kind: 'BLOCKED_TERMS', action: 'REDACT', terms },
  { kind: 'PATTERN', action: 'REDACT', pattern: 'secret.*key' },
  { kind: 'PATTERN', action: 'FLAG', pattern: '\\d+' },
  { kind: 'PATTERN', action: 'REDACT', pattern: '(?i)\\b(?:sk|pk)-[a-z0-9]{20,}\\b' },
  { kind: 'PATTERN', action: 'FLAG', pattern: '(?:[ab]?b?){70}z|a' },
  { kind: 'PII', action: 'REDACT', piiTypes: ['EMAIL', 'IP_ADDRESS'] },
  { kind: 'PII', action: 'REDACT', piiTypes: ['CREDIT_CARD', 'IBAN'] },
  { kind: 'PII', action: 'FLAG', piiTypes: ['PHONE'], country: 'DE' },
  { kind: 'MAX_LENGTH', action: 'FLAG', maxLength: 100_000 },
];

const secret = randomBytes(32).toString('hex');
const folder = await mkdtemp(join(tmpdir(), 'tokenvue-bench-'));
const logFile = join(folder, 'server.log');
const filled = await startFilledDatabase({ workspaces: 10, users: 10, memberships: [10] });
const server = await startServer({
  script: new URL(built('main.js')),
  options: ['--import', fileURLToPath(new URL('event-loop-delay.mjs', import.meta.url))],
  environment: { NODE_ENV: 'production', DATABASE_URL: filled.url, AUTH_JWT_SECRET: secret, LOG_LEVEL: 'warn' },
  logFile,
});
try {
  const token = await signToken(secret, { subject: admin, organization, role: 'admin' });
  const { data } = await send(graphqlRequest('{ workspaces(first: 1) { nodes { id } } }', token), server.port);
  const workspaceId = data.workspaces.nodes[0].id;
  for (const [index, guardrail] of guardrails.entries()) {
    const input = { workspaceId, name: `Guardrail ${index}`, stage: 'INPUT', ...guardrail };
    const made = await send(graphqlRequest(create, token, { variables: { input } }), server.port);
    if (made.data?.createGuardrail?.guardrail == null) throw new Error(JSON.stringify(made));
  }
  const table = [];
  for (const [name, make] of Object.entries({ ...usual, ...hostile })) {
    const input = { workspaceId, stage: 'INPUT', text: make(length) };
    const request = graphqlRequest(check, token, { variables: { input } });
    const holds = [];
    for (let round = -1; round < Number(options.rounds); round++) {
      await longestHold();
      const answers = await Promise.all(
        Array.from({ length: Number(options.together) }, () => send(request, server.port)),
      );
      const failed = answers.find((answer) => answer.data?.checkGuardrails == null);
      if (failed !== undefined) throw new Error(JSON.stringify(failed));
      const hold = await longestHold();
      if (round >= 0) holds.push(hold);
    }
    table.push({ text: name, 'longest hold, ms': rounded(Math.min(...holds), 1) });
  }
  console.table(table);
} finally {
  await server.stop();
  await filled.stop();
  await rm(folder, { recursive: true });
}

/** In milliseconds, since this was asked before. */
async function longestHold() {
  const before = await holdsTold();
  process.kill(server.pid, 'SIGUSR2');
  for (;;) {
    const now = await holdsTold();
    if (now.length > before.length) return Number(now.at(-1));
    await delay(5);
  }
}

async function holdsTold() {
  const log = await readFile(logFile, 'utf8');
  return [...log.matchAll(/longest hold: (\S+)/g)].map(([, milliseconds]) => milliseconds);
}
