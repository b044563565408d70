import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isSecret } from '../auth/secret.js';
import { databaseContent } from '../testing/database-content.js';
import {
  auditEvents,
  createKey,
  createWorkspace,
  giveToTeam,
  idOfNothing,
  insertKeys,
  mutate,
  newService,
  run,
  setRole,
  uuidOf,
} from '../testing/fixtures.js';
import { newOrganization, type Person, person, startTestServer, type TestServer } from '../testing/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const keyFields = `id name maskedKey status version allowedModels monthlyBudget { amount currency } requestsPerMinute
  tokensPerMinute createdAt expiresAt lastUsedAt revokedAt lastReviewedAt lastReviewedBy { id } createdBy { id }
  workspace { id activeKeyCount } secrets { maskedKey createdAt expiresAt lastUsedAt }`;

interface Key {
  readonly id: string;
  readonly name: string;
  readonly maskedKey: string;
  readonly status: string;
  readonly version: number;
  readonly allowedModels: readonly string[] | null;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly workspace: { readonly id: string; readonly activeKeyCount: number };
  readonly secrets: readonly { readonly maskedKey: string }[];
}

interface Refused {
  readonly virtualKey: Key | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

type Inputs = Record<string, unknown>;

function create(who: Person, input: Inputs) {
  return mutate<{ virtualKey: Key | null; secret: string | null; message: string | null }>(server, who, {
    name: 'createVirtualKey',
    input,
    fields: `virtualKey { ${keyFields} } secret message`,
  });
}

function update(who: Person, input: Inputs) {
  return mutate<{ virtualKey: Key | null; conflictingVirtualKey: Key | null }>(server, who, {
    name: 'updateVirtualKey',
    input,
    fields: `virtualKey { ${keyFields} } conflictingVirtualKey { ${keyFields} }`,
  });
}

function revoke(who: Person, input: Inputs) {
  return mutate<{ virtualKey: Key | null }>(server, who, {
    name: 'revokeVirtualKey',
    input,
    fields: `virtualKey { ${keyFields} }`,
  });
}

/** Each of the mutations of one key, with an input that would change it. */
const changes: [string, (who: Person, virtualKeyId: string) => Promise<Refused>][] = [
  ['updateVirtualKey', (who, virtualKeyId) => update(who, { virtualKeyId, expectedVersion: 1, name: randomUUID() })],
  [
    'rotateVirtualKey',
    (who, virtualKeyId) =>
      mutate<{ virtualKey: Key | null }>(server, who, {
        name: 'rotateVirtualKey',
        input: { virtualKeyId },
        fields: `virtualKey { ${keyFields} }`,
      }),
  ],
  ['revokeVirtualKey', (who, virtualKeyId) => revoke(who, { virtualKeyId })],
];

async function read(who: Person, id: string): Promise<Key> {
  const { node } = await run<{ node: Key }>(
    server,
    who,
    `query ($id: ID!) { node(id: $id) { ... on VirtualKey { ${keyFields} } } }`,
    { id },
  );
  return node;
}

/** Somebody with a workspace of their own. */
async function newOwner() {
  const org = newOrganization();
  const owner = await person(server, { sub: 'owner', org, name: 'Owner' });
  return { org, owner, workspaceId: await createWorkspace(server, owner) };
}

/** One person of each role in a workspace, each with a key of their own. */
async function newCrew() {
  const { org, owner, workspaceId } = await newOwner();
  const [admin, member, viewer, stranger, teammate, root] = await Promise.all([
    person(server, { sub: 'admin', org }),
    person(server, { sub: 'member', org }),
    person(server, { sub: 'viewer', org }),
    person(server, { sub: 'stranger', org }),
    person(server, { sub: 'teammate', org, teams: ['owners'] }),
    person(server, { sub: 'root', org, org_role: 'admin' }),
  ]);
  await setRole(server, [workspaceId], admin, 'ADMIN');
  await setRole(server, [workspaceId], member, 'MEMBER');
  await setRole(server, [workspaceId], viewer, 'VIEWER');
  const foreigner = await person(server, { sub: 'owner', org: newOrganization(), org_role: 'admin' });
  return { org, workspaceId, owner, admin, member, viewer, stranger, teammate, root, foreigner };
}

async function archive(who: Person, workspaceId: string): Promise<void> {
  const { userErrors } = await mutate(server, who, {
    name: 'archiveWorkspace',
    input: { workspaceId, expectedVersion: 1 },
    fields: 'workspace { id }',
  });
  expect(userErrors).toEqual([]);
}

const soon = (ms = 3_600_000) => new Date(Date.now() + ms).toISOString();
/** Waits until the time has passed. */
const passed = (time: string) => delay(Math.max(0, Date.parse(time) - Date.now()) + 10);
const only = (code: string, ...field: string[]) => [expect.objectContaining({ code, field: ['input', ...field] })];

describe('a new key', () => {
  test('has what the input says, and is its creator’s', async () => {
    const { owner, workspaceId } = await newOwner();
    const expiresAt = soon();
    const { virtualKey, secret, message, userErrors } = await create(owner, {
      workspaceId,
      name: '  Cafe\u0301 ',
      expiresAt,
      allowedModels: ['gpt-5', ' claude ', 'gpt-5', 'claude', 'Llama'],
      monthlyBudget: '012.5',
      requestsPerMinute: 1,
      tokensPerMinute: 2_147_483_647,
    });
    expect([userErrors, message]).toEqual([[], null]);
    const maskedKey = `tvk_…${secret?.slice(-4)}`;
    const createdAt = expect.any(String);
    expect(virtualKey).toEqual({
      id: expect.stringMatching(/^vk_/),
      name: 'Café',
      maskedKey,
      status: 'ACTIVE',
      version: 1,
      allowedModels: ['gpt-5', 'claude', 'Llama'],
      monthlyBudget: { amount: '12.50', currency: 'USD' },
      requestsPerMinute: 1,
      tokensPerMinute: 2_147_483_647,
      createdAt,
      expiresAt,
      lastUsedAt: null,
      revokedAt: null,
      lastReviewedAt: null,
      lastReviewedBy: null,
      createdBy: { id: owner.id },
      workspace: { id: workspaceId, activeKeyCount: 1 },
      secrets: [{ maskedKey, createdAt, expiresAt: null, lastUsedAt: null }],
    });
    expect(await read(owner, virtualKey?.id ?? '')).toEqual(virtualKey);
  });

  test('has no limits unless told, whether they are left out or null', async () => {
    const { owner, workspaceId } = await newOwner();
    const none = {
      expiresAt: null,
      allowedModels: null,
      monthlyBudget: null,
      requestsPerMinute: null,
      tokensPerMinute: null,
    };
    for (const limits of [{}, none]) {
      expect((await create(owner, { workspaceId, name: 'Same', ...limits })).virtualKey).toMatchObject(none);
    }
  });

  test('has a secret of its own, with the prefix, 192 random bits and more, and a right checksum', async () => {
    const { owner, workspaceId } = await newOwner();
    const keys = await Promise.all(Array.from({ length: 20 }, () => createKey(server, owner, { workspaceId })));
    const secrets = keys.map(({ secret }) => secret);
    expect(new Set(secrets).size).toBe(20);
    for (const secret of secrets) {
      expect(secret).toMatch(/^tvk_[0-9A-Za-z]{49}$/);
      expect(isSecret(secret)).toBe(true);
      const other = secret.at(20) === 'a' ? 'b' : 'a';
      expect(isSecret(`${secret.slice(0, 20)}${other}${secret.slice(21)}`)).toBe(false);
    }
    // Without prefix and checksum, each place of 43 must take many values.
    for (let place = 5; place < 47; place++) {
      expect(new Set(secrets.map((secret) => secret.at(place))).size).toBeGreaterThan(5);
    }
  });

  test('leaves of its secret the SHA-256 and the last four characters in the database, and nothing in the log', async () => {
    const { owner, workspaceId } = await newOwner();
    const { id, secret } = await createKey(server, owner, { workspaceId });
    const stored = await server.database.rows<{ digest: Buffer; lastFour: string }>({
      text: 'SELECT secret_digest AS digest, last_four AS "lastFour" FROM virtual_key_secrets WHERE virtual_key_id = $1',
      values: [uuidOf(id)],
    });
    expect(stored).toEqual([{ digest: createHash('sha256').update(secret).digest(), lastFour: secret.slice(-4) }]);
    const [{ found } = { found: -1 }] = await server.database.rows<{ found: number }>({
      text: `SELECT (
        (SELECT count(*) FROM virtual_keys t WHERE strpos(t::text, $1) > 0)
        + (SELECT count(*) FROM virtual_key_secrets t WHERE strpos(t::text, $1) > 0)
        + (SELECT count(*) FROM audit_events t WHERE strpos(t::text, $1) > 0)
        + (SELECT count(*) FROM idempotency_records t WHERE strpos(t::text, $1) > 0))::integer AS found`,
      values: [secret.slice(4, 40)],
    });
    expect(found).toBe(0);
    expect(server.logLines.join('\n')).not.toContain(secret.slice(4, 40));
  });

  test('is told of in the audit log, without its secret', async () => {
    const { owner, workspaceId } = await newOwner();
    const { id } = await createKey(server, owner, { workspaceId, name: 'Audited', requestsPerMinute: 5 });
    expect((await auditEvents(server, workspaceId)).slice(1)).toEqual([
      {
        action: 'virtual_key.created',
        actorId: uuidOf(owner.id),
        actorName: 'Owner',
        targetId: id,
        requestId: expect.any(String),
        changes: [
          { field: 'name', before: null, after: 'Audited' },
          { field: 'requestsPerMinute', before: null, after: 5 },
        ],
      },
    ]);
  });

  const wrong: [string, Inputs, string, string][] = [
    ['an empty name', { name: ' ' }, 'INVALID', 'name'],
    ['a name of 81 characters', { name: 'x'.repeat(81) }, 'INVALID', 'name'],
    ['a name with a line break', { name: 'a\nb' }, 'INVALID', 'name'],
    ['an expiry in the past', { expiresAt: new Date(Date.now() - 1).toISOString() }, 'INVALID', 'expiresAt'],
    ['no model at all', { allowedModels: [] }, 'INVALID', 'allowedModels'],
    ['201 models', { allowedModels: Array.from({ length: 201 }, (_, n) => `m${n}`) }, 'INVALID', 'allowedModels'],
    ['an empty model', { allowedModels: ['gpt-5', ' '] }, 'INVALID', 'allowedModels'],
    ['a model of 201 characters', { allowedModels: ['x'.repeat(201)] }, 'INVALID', 'allowedModels'],
    ['a model with a NUL', { allowedModels: ['a\0b'] }, 'INVALID', 'allowedModels'],
    ['a negative budget', { monthlyBudget: '-1' }, 'INVALID', 'monthlyBudget'],
    ['a budget with three decimals', { monthlyBudget: '1.001' }, 'INVALID', 'monthlyBudget'],
    ['a limit of 0 requests', { requestsPerMinute: 0 }, 'INVALID', 'requestsPerMinute'],
    ['a limit of -1 tokens', { tokensPerMinute: -1 }, 'INVALID', 'tokensPerMinute'],
    ['an idempotency key that is empty', { idempotencyKey: '' }, 'INVALID', 'idempotencyKey'],
  ];
  test.each(wrong)('is refused with %s', async (_case, input, code, field) => {
    const { owner, workspaceId } = await newOwner();
    const before = await databaseContent(server.database);
    expect(await create(owner, { workspaceId, name: 'Key', ...input })).toEqual({
      virtualKey: null,
      secret: null,
      message: null,
      userErrors: only(code, field),
    });
    expect(await databaseContent(server.database)).toEqual(before);
  });

  test('takes the most that is allowed of everything', async () => {
    const { owner, workspaceId } = await newOwner();
    const models = Array.from({ length: 200 }, (_, n) => `${100 + n}${'😀'.repeat(197)}`);
    const { userErrors, virtualKey } = await create(owner, {
      workspaceId,
      name: '😀'.repeat(80),
      allowedModels: models,
      monthlyBudget: '999999999999.99',
    });
    expect(userErrors).toEqual([]);
    expect(virtualKey).toMatchObject({ name: '😀'.repeat(80), allowedModels: models });
  });
});

describe('a create of a key with an idempotency key', () => {
  test('answers a repeat with the key as it is now, without its secret, and says to rotate', async () => {
    const { owner, workspaceId } = await newOwner();
    const input = { workspaceId, name: 'Key', allowedModels: ['a', 'b'], monthlyBudget: '1', idempotencyKey: 'one' };
    const first = await create(owner, input);
    await update(owner, { virtualKeyId: first.virtualKey?.id, expectedVersion: 1, name: 'Renamed' });
    const again = await create(owner, {
      ...input,
      name: ' Key ',
      allowedModels: ['a', 'b', 'a'],
      monthlyBudget: '1.00',
    });
    expect(again).toMatchObject({
      virtualKey: { id: first.virtualKey?.id, name: 'Renamed' },
      secret: null,
      message: expect.stringContaining('rotate'),
      userErrors: [],
    });
    expect((await auditEvents(server, workspaceId)).map(({ action }) => action)).toEqual([
      'workspace.created',
      'virtual_key.created',
      'virtual_key.updated',
    ]);
  });

  test('answers a repeat that comes after the key has expired', async () => {
    const { owner, workspaceId } = await newOwner();
    const input = { workspaceId, name: 'Brief', expiresAt: soon(1_000), idempotencyKey: 'brief' };
    expect((await create(owner, input)).virtualKey?.status).toBe('ACTIVE');
    await passed(input.expiresAt);
    expect(await create(owner, input)).toMatchObject({
      virtualKey: { status: 'EXPIRED' },
      secret: null,
      userErrors: [],
    });
  });

  test('is refused with another input, and in another workspace too', async () => {
    const { owner, workspaceId } = await newOwner();
    const other = await createWorkspace(server, owner);
    const input = { workspaceId, name: 'Key', idempotencyKey: 'one' };
    await create(owner, input);
    const others: Inputs[] = [
      { name: 'Other' },
      { workspaceId: other },
      { expiresAt: soon() },
      { allowedModels: ['a'] },
      { monthlyBudget: '0' },
      { requestsPerMinute: 1 },
      { tokensPerMinute: 1 },
    ];
    for (const difference of others) {
      expect((await create(owner, { ...input, ...difference })).userErrors).toEqual(
        only('IDEMPOTENCY_KEY_REUSED', 'idempotencyKey'),
      );
    }
  });

  test('shows nothing to somebody who has left the workspace since', async () => {
    const { workspaceId, member } = await newCrew();
    const input = { workspaceId, name: 'Mine', idempotencyKey: 'one' };
    await create(member, input);
    await server.database.rows({ text: 'DELETE FROM members WHERE user_id = $1', values: [uuidOf(member.id)] });
    expect(await create(member, input)).toMatchObject({
      virtualKey: null,
      userErrors: only('NOT_FOUND', 'workspaceId'),
    });
  });
});

describe('an update of a key', () => {
  async function newKey(input: Inputs = {}) {
    const { owner, workspaceId } = await newOwner();
    const { id } = await createKey(server, owner, { workspaceId, ...input });
    return { owner, workspaceId, id, change: (values: Inputs) => update(owner, { virtualKeyId: id, ...values }) };
  }

  const full = {
    name: 'Full',
    expiresAt: soon(),
    allowedModels: ['a', 'b'],
    monthlyBudget: '10.00',
    requestsPerMinute: 10,
    tokensPerMinute: 20,
  };
  const shown = { ...full, monthlyBudget: { amount: '10.00' } };

  test('changes what it names, raises the version, and tells before and after', async () => {
    const { workspaceId, id, change } = await newKey();
    const { virtualKey, userErrors } = await change({ expectedVersion: 1, ...full, enabled: false });
    expect(userErrors).toEqual([]);
    expect(virtualKey).toMatchObject({ ...shown, status: 'DISABLED', version: 2, workspace: { activeKeyCount: 0 } });
    const [event] = (await auditEvents(server, workspaceId)).slice(2);
    expect(event).toMatchObject({ action: 'virtual_key.updated', targetId: id });
    expect(event?.changes).toEqual([
      { field: 'name', before: 'Key', after: 'Full' },
      { field: 'status', before: 'ACTIVE', after: 'DISABLED' },
      { field: 'expiresAt', before: null, after: full.expiresAt },
      { field: 'allowedModels', before: null, after: ['a', 'b'] },
      { field: 'monthlyBudget', before: null, after: '10.00' },
      { field: 'requestsPerMinute', before: null, after: 10 },
      { field: 'tokensPerMinute', before: null, after: 20 },
    ]);
  });

  test('leaves what it does not name', async () => {
    const { change } = await newKey(full);
    const { virtualKey } = await change({ expectedVersion: 1, requestsPerMinute: 11 });
    expect(virtualKey).toMatchObject({ ...shown, requestsPerMinute: 11, status: 'ACTIVE', version: 2 });
  });

  test.each(['expiresAt', 'allowedModels', 'monthlyBudget', 'requestsPerMinute', 'tokensPerMinute'])(
    'clears %s with null',
    async (field) => {
      const { change } = await newKey(full);
      const { virtualKey } = await change({ expectedVersion: 1, [field]: null });
      expect(virtualKey).toMatchObject({ ...shown, [field]: null, version: 2 });
    },
  );

  test.each(['name', 'enabled'])('is REQUIRED not to set %s to null', async (field) => {
    const { change } = await newKey();
    const { virtualKey, userErrors } = await change({ expectedVersion: 1, [field]: null });
    expect([virtualKey, userErrors]).toEqual([null, only('REQUIRED', field)]);
  });

  test('that changes nothing keeps the version and writes no event', async () => {
    const { change, workspaceId } = await newKey(full);
    for (const same of [
      {},
      full,
      { enabled: true, name: ' Full ', monthlyBudget: '010', allowedModels: ['a', 'b', 'a'] },
    ]) {
      const { virtualKey, userErrors } = await change({ expectedVersion: 1, ...same });
      expect([virtualKey?.version, userErrors]).toEqual([1, []]);
    }
    expect(await auditEvents(server, workspaceId)).toHaveLength(2);
  });

  test('may name a past expiry that stands, but set none that is past', async () => {
    const { owner, workspaceId } = await newOwner();
    const [id] = await insertKeys(server, workspaceId, [{ name: 'old', expiresInMs: -60_000, createdBy: owner }]);
    const { expiresAt } = await read(owner, id ?? '');
    const renamed = await update(owner, { virtualKeyId: id, expectedVersion: 1, name: 'new', expiresAt });
    expect([renamed.virtualKey?.name, renamed.userErrors]).toEqual(['new', []]);
    const past = new Date(Date.now() - 1_000).toISOString();
    const refused = await update(owner, { virtualKeyId: id, expectedVersion: 2, expiresAt: past });
    expect(refused.userErrors).toEqual(only('INVALID', 'expiresAt'));
    const revived = await update(owner, { virtualKeyId: id, expectedVersion: 2, expiresAt: soon() });
    expect(revived.virtualKey).toMatchObject({ status: 'ACTIVE', workspace: { activeKeyCount: 1 } });
  });

  test('and what follows it in one request answer each time with the key as it then is', async () => {
    const { owner, workspaceId } = await newOwner();
    const { id } = await createKey(server, owner, { workspaceId });
    const data = await run<object>(
      server,
      owner,
      `mutation ($id: ID!) {
        first: updateVirtualKey(input: { virtualKeyId: $id, expectedVersion: 1, name: "First" }) {
          virtualKey { name version }
        }
        second: reviewVirtualKeys(input: { decisions: [{ virtualKeyId: $id, decision: DISABLE }] }) {
          virtualKeys { status version }
        }
        third: revokeVirtualKey(input: { virtualKeyId: $id }) { virtualKey { status version } }
      }`,
      { id },
    );
    expect(data).toEqual({
      first: { virtualKey: { name: 'First', version: 2 } },
      second: { virtualKeys: [{ status: 'DISABLED', version: 3 }] },
      third: { virtualKey: { status: 'REVOKED', version: 4 } },
    });
  });

  test('of an expired key is compared with and audited by how it was switched, not by its expiry', async () => {
    const { owner, workspaceId } = await newOwner();
    const [on, off] = await insertKeys(server, workspaceId, [
      { name: 'on', expiresInMs: -60_000 },
      { name: 'off', expiresInMs: -60_000, status: 'DISABLED' },
    ]);
    const enable = (virtualKeyId = '') => update(owner, { virtualKeyId, expectedVersion: 1, enabled: true });
    expect((await enable(on)).virtualKey).toMatchObject({ status: 'EXPIRED', version: 1 });
    expect((await enable(off)).virtualKey).toMatchObject({ status: 'EXPIRED', version: 2 });
    await revoke(owner, { virtualKeyId: on });
    const [, ...events] = await auditEvents(server, workspaceId);
    expect(events.map(({ targetId, changes: [change] }) => [targetId, change])).toEqual([
      [off, { field: 'status', before: 'DISABLED', after: 'ACTIVE' }],
      [on, { field: 'status', before: 'ACTIVE', after: 'REVOKED' }],
    ]);
  });

  test('with another version is a conflict that shows the key as it is now', async () => {
    const { change } = await newKey();
    await change({ expectedVersion: 1, name: 'First' });
    expect(await change({ expectedVersion: 1, name: 'Second' })).toMatchObject({
      virtualKey: null,
      conflictingVirtualKey: {
        name: 'First',
        version: 2,
        secrets: [expect.anything()],
        workspace: { activeKeyCount: 1 },
      },
      userErrors: only('VERSION_CONFLICT', 'expectedVersion'),
    });
  });

  test('counts the key in and out as it is switched off and on', async () => {
    const { change, workspaceId, owner } = await newKey();
    const count = async () =>
      (
        await run<{ workspaceSummary: { totalActiveKeys: number } }>(
          server,
          owner,
          '{ workspaceSummary { totalActiveKeys } }',
        )
      ).workspaceSummary.totalActiveKeys;
    expect(await count()).toBe(1);
    expect((await change({ expectedVersion: 1, enabled: false })).virtualKey).toMatchObject({
      status: 'DISABLED',
      secrets: [],
    });
    expect(await count()).toBe(0);
    expect((await change({ expectedVersion: 2, enabled: true })).virtualKey?.secrets).toHaveLength(1);
    expect(await count()).toBe(1);
    expect(await auditEvents(server, workspaceId)).toHaveLength(4);
  });

  const wrong: [string, Inputs, string][] = [
    ['a version of 0', { expectedVersion: 0 }, 'expectedVersion'],
    ['an empty name', { name: '' }, 'name'],
    ['no models', { allowedModels: [] }, 'allowedModels'],
    ['a limit of 0', { tokensPerMinute: 0 }, 'tokensPerMinute'],
    ['a budget that is none', { monthlyBudget: '1.234' }, 'monthlyBudget'],
  ];
  test.each(wrong)('is refused with %s', async (_case, input, field) => {
    const { change } = await newKey();
    expect((await change({ expectedVersion: 1, ...input })).userErrors).toEqual(only('INVALID', field));
  });
});

describe('a revoked key', () => {
  test('is refused from then on, keeps its history, and is told of with the reason', async () => {
    const { owner, workspaceId } = await newOwner();
    const expiresAt = soon(1_000);
    const { id } = await createKey(server, owner, { workspaceId, expiresAt });
    const { virtualKey, userErrors } = await revoke(owner, { virtualKeyId: id, reason: ' Left in a chat.\nTwice. ' });
    expect(userErrors).toEqual([]);
    expect(virtualKey).toMatchObject({
      id,
      status: 'REVOKED',
      version: 2,
      revokedAt: expect.any(String),
      secrets: [],
      workspace: { activeKeyCount: 0 },
    });
    expect(Math.abs(Date.parse(virtualKey?.revokedAt ?? '') - Date.now())).toBeLessThan(30_000);
    const [event] = (await auditEvents(server, workspaceId)).slice(2);
    expect(event).toMatchObject({
      action: 'virtual_key.revoked',
      targetId: id,
      changes: [
        { field: 'status', before: 'ACTIVE', after: 'REVOKED' },
        { field: 'reason', before: null, after: 'Left in a chat.\nTwice.' },
      ],
    });
    const kept = await server.database.rows({
      text: 'SELECT FROM virtual_key_secrets WHERE virtual_key_id = $1',
      values: [uuidOf(id)],
    });
    expect(kept).toHaveLength(1);
    await passed(expiresAt);
    expect((await read(owner, id)).status).toBe('REVOKED');
  });

  test('may be revoked again, which changes nothing', async () => {
    const { owner, workspaceId } = await newOwner();
    const { id } = await createKey(server, owner, { workspaceId });
    const first = await revoke(owner, { virtualKeyId: id });
    const before = await databaseContent(server.database);
    expect(await revoke(owner, { virtualKeyId: id, reason: 'again' })).toEqual(first);
    expect(await databaseContent(server.database)).toEqual(before);
  });

  test.each(changes.slice(0, 2))('takes no %s', async (_name, change) => {
    const { owner, workspaceId } = await newOwner();
    const { id } = await createKey(server, owner, { workspaceId });
    await revoke(owner, { virtualKeyId: id });
    expect(await change(owner, id)).toMatchObject({ virtualKey: null, userErrors: only('INVALID', 'virtualKeyId') });
  });

  test('has no reason of nothing, and none of more than a thousand characters', async () => {
    const { owner, workspaceId } = await newOwner();
    const { id } = await createKey(server, owner, { workspaceId });
    for (const reason of [' ', 'x'.repeat(1_001), 'a\0b']) {
      expect((await revoke(owner, { virtualKeyId: id, reason })).userErrors).toEqual(only('INVALID', 'reason'));
    }
    expect((await read(owner, id)).status).toBe('ACTIVE');
  });
});

test('a key is EXPIRED from the very moment, without anybody writing that', async () => {
  const { owner, workspaceId } = await newOwner();
  const expiresAt = soon(1_500);
  const { id } = await createKey(server, owner, { workspaceId, expiresAt });
  expect(await read(owner, id)).toMatchObject({ status: 'ACTIVE', workspace: { activeKeyCount: 1 } });
  await passed(expiresAt);
  const before = await databaseContent(server.database);
  expect(await read(owner, id)).toMatchObject({
    status: 'EXPIRED',
    version: 1,
    secrets: [],
    workspace: { activeKeyCount: 0 },
  });
  expect(await databaseContent(server.database)).toEqual(before);
});

describe('in an archived workspace', () => {
  test('keys are DISABLED unless REVOKED or EXPIRED, none has a secret, and only a revoke is taken', async () => {
    const { owner, workspaceId } = await newOwner();
    const { id } = await createKey(server, owner, { workspaceId });
    const [expired, revoked] = await insertKeys(server, workspaceId, [
      { name: 'expired', expiresInMs: -1 },
      { name: 'revoked', status: 'REVOKED' },
    ]);
    await archive(owner, workspaceId);
    expect(await read(owner, id)).toMatchObject({ status: 'DISABLED', secrets: [], workspace: { activeKeyCount: 0 } });
    expect((await read(owner, expired ?? '')).status).toBe('EXPIRED');
    expect((await read(owner, revoked ?? '')).status).toBe('REVOKED');

    const before = await databaseContent(server.database);
    const archived = 'The workspace is archived.';
    const created = await create(owner, { workspaceId, name: 'Late' });
    expect(created.userErrors).toEqual([{ code: 'INVALID', message: archived, field: ['input', 'workspaceId'] }]);
    for (const [, change] of changes.slice(0, 2)) {
      expect((await change(owner, id)).userErrors).toEqual([
        { code: 'INVALID', message: archived, field: ['input', 'virtualKeyId'] },
      ]);
    }
    expect(await databaseContent(server.database)).toEqual(before);
    expect((await revoke(owner, { virtualKeyId: id })).virtualKey).toMatchObject({ status: 'REVOKED', version: 2 });
  });
});

describe('permissions', () => {
  type Crew = Awaited<ReturnType<typeof newCrew>>;
  let crew: Crew;
  beforeAll(async () => {
    crew = await newCrew();
  });

  const creators: [keyof Crew, string | null][] = [
    ['owner', null],
    ['admin', null],
    ['member', null],
    ['root', null],
    ['viewer', 'FORBIDDEN'],
    ['stranger', 'NOT_FOUND'],
    ['teammate', 'NOT_FOUND'],
    ['foreigner', 'NOT_FOUND'],
  ];
  test.each(creators)('a create of the %s answers %s', async (who, code) => {
    const { userErrors } = await create(crew[who] as Person, { workspaceId: crew.workspaceId, name: 'Key' });
    expect(userErrors).toEqual(code === null ? [] : only(code, 'workspaceId'));
  });

  const changers: [keyof Crew, string, string | null][] = [
    ['owner', 'another’s', null],
    ['admin', 'another’s', null],
    ['root', 'another’s', null],
    ['member', 'their own', null],
    ['member', 'another’s', 'FORBIDDEN'],
    ['viewer', 'their own', 'FORBIDDEN'],
    ['viewer', 'another’s', 'FORBIDDEN'],
    ['stranger', 'their own', 'NOT_FOUND'],
    ['stranger', 'another’s', 'NOT_FOUND'],
    ['foreigner', 'another’s', 'NOT_FOUND'],
  ];
  test.each(changers)('every change by the %s of %s key answers %s', async (who, whose, code) => {
    const actor = crew[who] as Person;
    const [maker] = Object.values(crew).filter(
      (other): other is Person => typeof other === 'object' && other !== actor,
    );
    for (const [, change] of changes) {
      const [id] = await insertKeys(server, crew.workspaceId, [
        { name: 'Key', createdBy: whose === 'their own' ? actor : (maker ?? null) },
      ]);
      expect((await change(actor, id ?? '')).userErrors).toEqual(code === null ? [] : only(code, 'virtualKeyId'));
    }
  });

  test('a user of the owning team changes every key, and nothing without the team', async () => {
    const { owner, teammate, workspaceId } = await newCrew();
    await giveToTeam(server, [workspaceId], 'owners');
    for (const [, change] of changes) {
      const { id } = await createKey(server, owner, { workspaceId });
      expect((await change(teammate, id)).userErrors).toEqual([]);
    }
  });

  test('an invisible key, an id of nothing and a malformed id answer the same', async () => {
    const { owner, stranger, foreigner, workspaceId } = crew;
    const { id } = await createKey(server, owner, { workspaceId });
    const ids: [Person, string][] = [
      [stranger, id],
      [foreigner, id],
      ...['', 'nonsense', idOfNothing('VirtualKey'), id.replace('vk_', 'ws_'), id.toUpperCase()].map(
        (other): [Person, string] => [owner, other],
      ),
    ];
    for (const [, change] of changes) {
      for (const [who, other] of ids) {
        expect(await change(who, other)).toMatchObject({
          virtualKey: null,
          userErrors: [{ code: 'NOT_FOUND', message: 'There is no such key.', field: ['input', 'virtualKeyId'] }],
        });
      }
    }
  });

  test('a service with WORKSPACES_WRITE makes and changes keys, one with another scope answers FORBIDDEN', async () => {
    const { owner, root, workspaceId } = crew;
    const writer = await newService(server, root, ['WORKSPACES_WRITE']);
    const { virtualKey } = await create(writer, { workspaceId, name: 'Service' });
    expect(virtualKey).toMatchObject({ status: 'ACTIVE', createdBy: null });
    for (const [, change] of changes) {
      const { id } = await createKey(server, owner, { workspaceId });
      expect((await change(writer, id)).userErrors).toEqual([]);
    }
    for (const scope of ['WORKSPACES_READ', 'DIRECTORY_WRITE', 'GATEWAY']) {
      const service = await newService(server, root, [scope]);
      const refused = [expect.objectContaining({ code: 'FORBIDDEN' })];
      expect((await create(service, { workspaceId, name: 'Service' })).userErrors).toEqual(refused);
      for (const [, change] of changes) {
        expect((await change(service, virtualKey?.id ?? '')).userErrors).toEqual(refused);
        expect((await change(service, 'nonsense')).userErrors).toEqual(refused);
      }
    }
  });

  test('a refused attempt is logged, without an audit event', async () => {
    const { member, owner, workspaceId } = await newCrew();
    const { id } = await createKey(server, owner, { workspaceId });
    const events = await auditEvents(server, workspaceId);
    await revoke(member, { virtualKeyId: id });
    const [line] = server.logLines
      .map((text) => JSON.parse(text))
      .filter(({ actor }) => actor?.id === uuidOf(member.id));
    expect(line).toMatchObject({ msg: 'refused', level: 40, actor: { kind: 'USER' } });
    expect(await auditEvents(server, workspaceId)).toEqual(events);
  });
});
