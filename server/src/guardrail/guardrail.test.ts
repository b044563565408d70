import { beforeAll, describe, expect, test } from '@jest/globals';
import { auditEvents, createWorkspace, run } from '../testing/fixtures.js';
import {
  createGuardrail as create,
  guardrailFields,
  listGuardrails,
  newGuardrail,
  deleteGuardrail as remove,
  updateGuardrail as update,
} from '../testing/guardrails.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { archive, only } from '../testing/virtual-keys.js';

useServer({ LOG_LEVEL: 'trace' });

let ada: Person;
let workspaceId: string;
beforeAll(async () => {
  ada = await person(server, { sub: 'ada', org: newOrganization() });
  workspaceId = await createWorkspace(server, ada);
});

async function read(id: string): Promise<object | null> {
  const query = `query ($id: ID!) { node(id: $id) { ... on Guardrail { ${guardrailFields} } } }`;
  return (await run<{ node: object | null }>(server, ada, query, { id })).node;
}

const none = { terms: null, pattern: null, piiTypes: null, country: null, maxLength: null };

describe('a guardrail of kind', () => {
  test.each<[string, object, object]>([
    ['BLOCKED_TERMS', { terms: ['confidential', 'Straße'] }, { terms: ['internal'] }],
    ['PATTERN', { pattern: 'secret.*key' }, { pattern: '\\d+' }],
    ['PII', { piiTypes: ['EMAIL', 'PHONE'], country: 'RW' }, { piiTypes: ['IBAN'], country: null }],
    ['MAX_LENGTH', { maxLength: 1 }, { maxLength: 2_147_483_647 }],
  ])('%s is made, changed and deleted, and goes on being known by its id', async (kind, fields, other) => {
    const place = await createWorkspace(server, ada);
    const { guardrail: made } = await create(ada, { workspaceId: place, name: ` ${kind} `, kind, ...fields });
    expect(made).toEqual({
      id: expect.stringMatching(/^guard_[0-9a-z]{26}$/),
      name: kind,
      position: 1,
      stage: 'INPUT',
      kind,
      action: 'BLOCK',
      ...none,
      ...fields,
      enabled: true,
      version: 1,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      deletedAt: null,
      workspace: { id: place },
    });
    const guardrailId = made?.id ?? '';
    const change = { name: 'Renamed', action: 'FLAG', enabled: false, ...other };
    const changed = await update(ada, { guardrailId, expectedVersion: 1, ...change });
    expect(changed.guardrail).toEqual({ ...made, ...change, version: 2, updatedAt: expect.any(String) });
    expect(await remove(ada, { guardrailId, expectedVersion: 2 })).toEqual({ deletedId: guardrailId, userErrors: [] });
    const times = { updatedAt: expect.any(String), deletedAt: expect.any(String) };
    expect(await read(guardrailId)).toEqual({ ...changed.guardrail, ...times, version: 3 });
    expect(await listGuardrails(ada, place)).toEqual([]);
    const actions = (await auditEvents(server, place)).map(({ action }) => action).slice(1);
    expect(actions).toEqual(['guardrail.created', 'guardrail.updated', 'guardrail.deleted']);
    const notFound = only('NOT_FOUND', 'guardrailId');
    expect((await remove(ada, { guardrailId })).userErrors).toEqual(notFound);
    expect((await update(ada, { guardrailId, expectedVersion: 3, enabled: true })).userErrors).toEqual(notFound);
  });

  test.each<[string, object, object]>([
    ['BLOCKED_TERMS', { terms: ['b', 'a', 'b'] }, { terms: ['b', 'a'] }],
    ['PII', { piiTypes: ['PHONE', 'EMAIL', 'PHONE'] }, { piiTypes: ['PHONE', 'EMAIL'] }],
  ])('%s keeps what is named again once, and the same again changes nothing', async (kind, fields, kept) => {
    const { guardrail } = await create(ada, { workspaceId, name: `Again ${kind}`, kind, ...fields });
    expect(guardrail).toMatchObject(kept);
    const changed = await update(ada, { guardrailId: guardrail?.id ?? '', expectedVersion: 1, ...fields });
    expect(changed).toMatchObject({ guardrail: { ...kept, version: 1 }, userErrors: [] });
  });

  const fieldsOf = {
    BLOCKED_TERMS: { terms: ['confidential'] },
    PATTERN: { pattern: 'secret' },
    PII: { piiTypes: ['EMAIL'] },
    MAX_LENGTH: { maxLength: 10 },
  };
  const others = { ...Object.assign({}, ...Object.values(fieldsOf)), country: 'DE' } as Record<string, unknown>;

  test.each(Object.entries(fieldsOf))(
    '%s needs its own field, and refuses those of the others',
    async (kind, fields) => {
      const [own = ''] = Object.keys(fields);
      expect((await create(ada, { workspaceId, kind })).userErrors).toEqual(only('REQUIRED', own));
      const guardrailId = await newGuardrail(ada, workspaceId, { kind, ...fields });
      const cleared = await update(ada, { guardrailId, expectedVersion: 1, [own]: null });
      expect(cleared.userErrors).toEqual(only('REQUIRED', own));
      for (const [field, value] of Object.entries(others)) {
        if (field === own || (kind === 'PII' && field === 'country')) continue;
        const invalid = only('INVALID', field);
        expect((await create(ada, { workspaceId, kind, ...fields, [field]: value })).userErrors).toEqual(invalid);
        expect((await update(ada, { guardrailId, expectedVersion: 1, [field]: value })).userErrors).toEqual(invalid);
      }
      expect(await read(guardrailId)).toMatchObject({ version: 1, ...none, ...fields });
    },
  );
});

describe('INVALID are', () => {
  const codes = async (input: object) =>
    (await create(ada, { workspaceId, ...input })).userErrors.map(({ code, field }) => [
      code,
      field?.slice(1).join('.'),
    ]);

  test.each<[string, object, string]>([
    ['more than 1,000 terms', { terms: Array.from({ length: 1_001 }, (_, index) => `term ${index}`) }, 'terms'],
    ['a term of 101 characters', { terms: ['a', '🦊'.repeat(101)] }, 'terms'],
    ['an empty term', { terms: ['a', ''] }, 'terms'],
    ['a term of which nothing can be seen', { terms: ['a', '\u200b '] }, 'terms.1'],
    ['a term with U+0000', { terms: ['a\0b'] }, 'terms'],
    ['a term with half a character', { terms: ['a\ud83e'] }, 'terms'],
    ['a term of 100,000 characters', { terms: ['a'.repeat(100_000)] }, 'terms'],
  ])('%s', async (_name, fields, field) => {
    const [[code, path] = []] = await codes({ kind: 'BLOCKED_TERMS', ...fields });
    expect([code, path?.startsWith(field)]).toEqual(['INVALID', true]);
  });

  test.each<[string, object, string]>([
    ['a pattern with a lookbehind', { kind: 'PATTERN', pattern: '(?<=a)b' }, 'pattern'],
    ['a pattern that is not closed', { kind: 'PATTERN', pattern: '(a' }, 'pattern'],
    ['a pattern that is too large', { kind: 'PATTERN', pattern: '(x{0,900}){2}' }, 'pattern'],
    ['a pattern with U+0000', { kind: 'PATTERN', pattern: 'a\0' }, 'pattern'],
    ['a country in small letters', { kind: 'PII', piiTypes: ['PHONE'], country: 'de' }, 'country'],
    ['a country that there is not', { kind: 'PII', piiTypes: ['PHONE'], country: 'XX' }, 'country'],
    ['a length of 0', { kind: 'MAX_LENGTH', maxLength: 0 }, 'maxLength'],
    ['a length to redact', { kind: 'MAX_LENGTH', maxLength: 1, action: 'REDACT' }, 'action'],
  ])('%s', async (_name, input, field) => {
    expect(await codes(input)).toEqual([['INVALID', field]]);
  });

  test('an action that a guardrail cannot have, also when it is changed', async () => {
    const guardrailId = await newGuardrail(ada, workspaceId, { kind: 'MAX_LENGTH', maxLength: 1 });
    const { userErrors } = await update(ada, { guardrailId, expectedVersion: 1, action: 'REDACT' });
    expect(userErrors).toEqual(only('INVALID', 'action'));
  });

  test('a pattern that is too large is told how to become smaller', async () => {
    const { userErrors } = await create(ada, { workspaceId, kind: 'PATTERN', pattern: 'x{0,900}' });
    expect(userErrors[0]?.message).toMatch(/Make it smaller: /);
  });
});

describe('a list without anything is REQUIRED or INVALID, never kept', () => {
  test.each([
    ['BLOCKED_TERMS', 'terms', []],
    ['PII', 'piiTypes', []],
    ['PATTERN', 'pattern', ''],
  ])('%s', async (kind, field, value) => {
    const { guardrail, userErrors } = await create(ada, { workspaceId, kind, [field]: value });
    expect([guardrail, userErrors.map((error) => error.field?.[1])]).toEqual([null, [field]]);
  });
});

test('a credential that is pasted into any text is INVALID, and repeated nowhere', async () => {
  const secret = `sk-ant-${'aB3dE5fG7hJ9'.repeat(4)}`;
  const guardrailId = await newGuardrail(ada, workspaceId);
  const patternId = await newGuardrail(ada, workspaceId, { kind: 'PATTERN', pattern: 'a' });
  const pasted: [object, string][] = [
    [{ name: secret }, 'name'],
    [{ terms: ['confidential', `key ${secret}`] }, 'terms'],
    [{ kind: 'PATTERN', pattern: `(${secret}` }, 'pattern'],
  ];
  for (const [input, field] of pasted) {
    const made = await create(ada, { workspaceId, ...input });
    const { kind: _, ...change } = input as Record<string, unknown>;
    const id = field === 'pattern' ? patternId : guardrailId;
    const changed = await update(ada, { guardrailId: id, expectedVersion: 1, ...change });
    for (const answer of [made, changed]) {
      expect(answer.userErrors).toEqual(only('INVALID', field));
      expect(JSON.stringify(answer)).not.toContain(secret);
    }
  }
  const query = 'mutation ($input: CreateGuardrailInput!) { createGuardrail(input: $input) { guardrail { id } } }';
  for (const input of [{ terms: [secret] }, { country: { secret } }, { kind: secret }]) {
    const { errors } = await server.request({ token: ada.token, query, variables: { input } });
    expect(JSON.stringify(errors)).not.toContain(secret);
  }
  const events = JSON.stringify(await auditEvents(server, workspaceId));
  expect([events.includes(secret), server.logLines.some((line) => line.includes(secret))]).toEqual([false, false]);
});

test('names are unique in the workspace without regard to case and blanks, and free again once deleted', async () => {
  const place = await createWorkspace(server, ada);
  const guardrailId = await newGuardrail(ada, place, { name: 'Große Straße' });
  const taken = only('TAKEN', 'name');
  expect((await create(ada, { workspaceId: place, name: 'GROSSE  STRASSE', stage: 'OUTPUT' })).userErrors).toEqual(
    taken,
  );
  const other = await newGuardrail(ada, place);
  const renamed = await update(ada, { guardrailId: other, expectedVersion: 1, name: 'große straße' });
  expect(renamed.userErrors).toEqual(taken);
  await remove(ada, { guardrailId });
  await newGuardrail(ada, place, { name: 'große straße' });
});

test('an update of another version answers with the guardrail as it is, and a delete changes nothing', async () => {
  const guardrailId = await newGuardrail(ada, workspaceId);
  await update(ada, { guardrailId, expectedVersion: 1, enabled: false });
  const late = await update(ada, { guardrailId, expectedVersion: 1, enabled: true });
  expect(late).toMatchObject({
    guardrail: null,
    conflictingGuardrail: { id: guardrailId, enabled: false, version: 2 },
    userErrors: only('VERSION_CONFLICT', 'expectedVersion'),
  });
  const deleted = await remove(ada, { guardrailId, expectedVersion: 1 });
  expect(deleted).toEqual({ deletedId: null, userErrors: only('VERSION_CONFLICT', 'expectedVersion') });
  for (const field of ['name', 'position', 'action', 'enabled']) {
    const { userErrors } = await update(ada, { guardrailId, expectedVersion: 2, [field]: null });
    expect(userErrors).toEqual(only('REQUIRED', field));
  }
});

test('of an archived workspace nothing is changed, and a repeat of what was made before is answered', async () => {
  const place = await createWorkspace(server, ada);
  const input = { workspaceId: place, name: 'Before', idempotencyKey: 'before' };
  const { guardrail } = await create(ada, input);
  const guardrailId = guardrail?.id ?? '';
  await archive(ada, place);
  expect((await create(ada, input)).guardrail?.id).toBe(guardrailId);
  expect((await create(ada, { workspaceId: place })).userErrors).toEqual(only('INVALID', 'workspaceId'));
  const invalid = only('INVALID', 'guardrailId');
  expect((await update(ada, { guardrailId, expectedVersion: 1, enabled: false })).userErrors).toEqual(invalid);
  expect((await remove(ada, { guardrailId })).userErrors).toEqual(invalid);
});
