import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { databaseContent } from '../testing/database-content.js';
import { createWorkspace, idOfNothing, run } from '../testing/fixtures.js';
import { deleteGuardrail, newGuardrail, updateGuardrail } from '../testing/guardrails.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer({ LOG_LEVEL: 'trace' });

let ada: Person;
let workspaceId: string;
beforeAll(async () => {
  ada = await person(server, { sub: 'ada', org: newOrganization() });
});
beforeEach(async () => {
  workspaceId = await createWorkspace(server, ada);
});

interface Check {
  readonly outcome: string;
  readonly text: string | null;
  readonly matches: readonly {
    readonly guardrail: { readonly id: string };
    readonly piiType: string | null;
    readonly start: number;
    readonly end: number;
  }[];
}

const query = `query ($input: CheckGuardrailsInput!) { checkGuardrails(input: $input) {
  outcome text matches { guardrail { id } piiType start end } } }`;

async function check(text: string, input: object = {}): Promise<Check | null> {
  const variables = { input: { workspaceId, stage: 'INPUT', text, ...input } };
  return (await run<{ checkGuardrails: Check | null }>(server, ada, query, variables)).checkGuardrails;
}

const make = (input: object) => newGuardrail(ada, workspaceId, input);

test('a text goes on as it is where there is no guardrail, or none finds anything', async () => {
  const allowed = { outcome: 'ALLOWED', text: 'Hello', matches: [] };
  expect(await check('Hello')).toEqual(allowed);
  await make({ terms: ['confidential'] });
  expect(await check('Hello')).toEqual(allowed);
});

test('the gravest action decides, and the matches are those of all guardrails by start, then by position', async () => {
  const text = 'Ask ada@example.com, Confidential 😀 key-12';
  const email = await make({ kind: 'PII', piiTypes: ['EMAIL'], action: 'FLAG' });
  const flagged = [{ guardrail: { id: email }, piiType: 'EMAIL', start: 4, end: 19 }];
  expect(await check(text)).toEqual({ outcome: 'FLAGGED', text, matches: flagged });
  const term = await make({ terms: ['confidential', 'confidential 😀'], action: 'REDACT', position: 1 });
  const pattern = await make({ kind: 'PATTERN', pattern: 'key-\\d+', action: 'REDACT' });
  const redacted = await check(text);
  expect(redacted).toMatchObject({
    outcome: 'REDACTED',
    text: expect.stringMatching(/^Ask ada@example\.com, \[REDACTED\]/),
  });
  expect(redacted?.matches.map(({ guardrail, start }) => [guardrail.id, start])).toEqual(
    expect.arrayContaining([
      [email, 4],
      [term, 21],
      [pattern, 37],
    ]),
  );
  const starts = redacted?.matches.map(({ start }) => start) ?? [];
  expect(starts).toEqual([...starts].sort((a, b) => a - b));
  await make({ kind: 'MAX_LENGTH', maxLength: 30 });
  expect(await check(text)).toMatchObject({ outcome: 'BLOCKED', text: null });
});

test('each stage has its own guardrails, and those that are off or deleted look at nothing', async () => {
  const id = await make({ terms: ['confidential'], stage: 'OUTPUT' });
  const outcome = async () => (await check('confidential', { stage: 'OUTPUT' }))?.outcome;
  expect([(await check('confidential'))?.outcome, await outcome()]).toEqual(['ALLOWED', 'BLOCKED']);
  await updateGuardrail(ada, { guardrailId: id, expectedVersion: 1, enabled: false });
  expect(await outcome()).toBe('ALLOWED');
  await updateGuardrail(ada, { guardrailId: id, expectedVersion: 2, enabled: true, terms: ['secret'] });
  expect([await outcome(), (await check('secret', { stage: 'OUTPUT' }))?.outcome]).toEqual(['ALLOWED', 'BLOCKED']);
  await deleteGuardrail(ada, { guardrailId: id });
  expect((await check('secret', { stage: 'OUTPUT' }))?.outcome).toBe('ALLOWED');
});

test('local phone numbers count of the country of the guardrail', async () => {
  const id = await make({ kind: 'PII', piiTypes: ['PHONE'], action: 'REDACT' });
  expect((await check('Ruf 030 901820 an'))?.outcome).toBe('ALLOWED');
  await updateGuardrail(ada, { guardrailId: id, expectedVersion: 1, country: 'DE' });
  expect(await check('Ruf 030 901820 an')).toMatchObject({ outcome: 'REDACTED', text: 'Ruf [REDACTED] an' });
});

test('guardrails are read and compiled once for each of their versions', async () => {
  const guardrailId = await make({ terms: ['confidential'] });
  const statements = async () => (await recordStatements(() => check('nothing'))).statements.length;
  expect([await statements(), await statements(), await statements()]).toEqual([2, 1, 1]);
  await updateGuardrail(ada, { guardrailId, expectedVersion: 1, terms: ['secret'] });
  expect([await statements(), await statements()]).toEqual([2, 1]);
});

test('a workspace that is not in sight is null, like none at all', async () => {
  const eve = await person(server, { sub: 'eve', org: newOrganization() });
  const theirs = await createWorkspace(server, eve);
  for (const id of [theirs, idOfNothing('Workspace'), 'nothing', '']) {
    expect(await check('x', { workspaceId: id })).toBeNull();
  }
});

describe('the text', () => {
  async function refused(text: string) {
    const variables = { input: { workspaceId, stage: 'INPUT', text } };
    const { status, data, errors } = await server.request({ token: ada.token, query, variables });
    return { status, data, codes: errors?.map(({ extensions }) => extensions.code) };
  }

  test('has at most 100,000 characters', async () => {
    const bad = { status: 200, data: { checkGuardrails: null }, codes: ['BAD_USER_INPUT'] };
    for (const character of ['x', '😀']) {
      expect((await check(character.repeat(100_000)))?.outcome).toBe('ALLOWED');
      expect(await refused(character.repeat(100_001))).toEqual(bad);
    }
    expect(await refused('x'.repeat(1_000_000))).toEqual(bad);
  });

  test('is written nowhere: not to the database, not to the log, not into errors, whatever comes of it', async () => {
    const secret = 'a-very-secret-sentence';
    await make({ kind: 'PATTERN', pattern: 'very', action: 'REDACT' });
    const before = await databaseContent(server.database);
    const lines = server.logLines.length;
    const { statements } = await recordStatements(() => check(secret));
    expect(statements.every((text) => text.startsWith('SELECT'))).toBe(true);
    const answers: unknown[] = [];
    const right = { workspaceId, stage: 'INPUT', text: secret };
    for (const input of [
      { ...right, text: secret.repeat(10_000) },
      { ...right, stage: undefined },
      { ...right, stage: secret },
      { ...right, workspaceId: null },
      { ...right, text: [[secret]] },
      { ...right, other: secret },
      [secret],
      secret,
    ]) {
      const { errors } = await server.request({ token: ada.token, query, variables: { input } });
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      answers.push(errors);
    }
    expect(JSON.stringify(answers)).not.toContain(secret);
    expect(server.logLines.slice(lines).join()).not.toContain(secret);
    expect(await databaseContent(server.database)).toEqual(before);
  });
});

test('others are answered while guardrails are compiled and a hostile text is looked through', async () => {
  const terms = Array.from({ length: 1_000 }, (_, index) => `${'ab '.repeat(8)}${index}`);
  await make({ terms, action: 'FLAG' });
  await make({ kind: 'PATTERN', pattern: '(?:a.*z)|a', action: 'FLAG' });
  await make({ kind: 'PII', piiTypes: ['EMAIL', 'PHONE', 'CREDIT_CARD', 'IBAN', 'IP_ADDRESS'], action: 'REDACT' });
  let isChecked = false;
  const checks = ['ab a@a@'.repeat(14_285), 'a@1-1 '.repeat(16_666)].map(async (text) => {
    await check(text);
    isChecked = true;
  });
  let answers = 0;
  while (!isChecked) {
    await run(server, ada, '{ viewer { organizationRole } }');
    answers++;
  }
  await Promise.all(checks);
  expect(answers).toBeGreaterThan(2);
});

test('one operation may ask for five checks and no more', async () => {
  const checks = (count: number) =>
    Array.from({ length: count }, (_, index) => `c${index}: checkGuardrails(input: $input) { outcome }`);
  const ask = (count: number) =>
    server.request({
      token: ada.token,
      query: `query ($input: CheckGuardrailsInput!) { ${checks(count).join(' ')} }`,
      variables: { input: { workspaceId, stage: 'INPUT', text: 'Hello' } },
    });
  expect((await ask(5)).errors).toBeUndefined();
  expect((await ask(6)).errors?.map(({ extensions }) => extensions.code)).toEqual(['OPERATION_TOO_COMPLEX']);
});

test.each([
  ['a list for a text', 'text: ["sesame"]'],
  ['a word for a text', 'text: sesame'],
  ['a text for an enum', 'text: "x", stage: "sesame"'],
])('what is written in the query in place of a value is not repeated: %s', async (_case, fields) => {
  const { errors } = await server.request({
    token: ada.token,
    query: `{ checkGuardrails(input: { workspaceId: "${workspaceId}", ${fields} }) { outcome } }`,
  });
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect(JSON.stringify(errors)).not.toContain('sesame');
});

test.each(['stage: SECRET', 'SECRET: 1', 'text: SECRET'])(
  'a credential is not repeated as a name: %s',
  async (fields) => {
    const secret = `AKIA${'IOSFODNN7EXAMPLE'}`;
    const { errors } = await server.request({
      token: ada.token,
      query: `{ checkGuardrails(input: { workspaceId: "${workspaceId}", ${fields.replace('SECRET', secret)} }) { outcome } }`,
    });
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(JSON.stringify(errors)).not.toContain(secret);
  },
);
