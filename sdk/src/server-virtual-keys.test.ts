import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newOrganization, startTestServer, type TestServer } from '../../server/src/testing/test-server.js';
import {
  ForbiddenError,
  IdempotencyKeyReusedError,
  InvalidInputError,
  LimitReachedError,
  NotFoundError,
  RequestError,
  VersionConflictError,
  type VirtualKey,
  type VirtualKeyListOptions,
  type WorkspaceDetails,
} from './index.js';
import { failure, newWorkspace, type SignedIn, signIn } from './testing/real-server.js';

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const nextYear = new Date(Date.now() + 365 * 24 * 60 * 60 * 1000).toISOString();

let server: TestServer;
let org: string;
let ada: SignedIn;
let workspace: WorkspaceDetails;
beforeAll(async () => {
  server = await startTestServer();
  org = newOrganization();
  ada = await signIn(server, { sub: 'ada', org, name: 'Ada' });
  workspace = await ada.client.workspaces.create(newWorkspace());
});
afterAll(() => server.close());

async function newKey(name = 'Web app', workspaceId = workspace.id): Promise<VirtualKey> {
  return (await ada.client.virtualKeys.create({ workspaceId, name })).virtualKey;
}

test('a key is created with its secret, read without it, changed, rotated and revoked', async () => {
  const { virtualKeys } = ada.client;
  const created = await virtualKeys.create({
    workspaceId: workspace.id,
    name: ' Web app ',
    expiresAt: nextYear,
    allowedModels: ['small', 'large'],
    monthlyBudget: '100',
    requestsPerMinute: 600,
    tokensPerMinute: 90_000,
  });
  expect(created.secret).toMatch(/^tvk_\w{43,}$/);
  expect(created.message).toBeNull();
  const maskedKey = `tvk_…${created.secret?.slice(-4)}`;
  expect(created.virtualKey).toEqual({
    id: expect.stringMatching(/^vk_[0-9a-z]{26}$/),
    workspace: { id: workspace.id, name: workspace.name },
    name: 'Web app',
    maskedKey,
    status: 'ACTIVE',
    version: 1,
    createdBy: { id: ada.id, name: 'Ada', email: '', active: true, subject: 'ada' },
    createdByName: 'Ada',
    createdAt: time,
    expiresAt: nextYear,
    lastUsedAt: null,
    allowedModels: ['small', 'large'],
    monthlyBudget: { amount: '100.00', currency: 'USD' },
    requestsPerMinute: 600,
    spent: { amount: '0.00', currency: 'USD' },
    reserved: { amount: '0.00', currency: 'USD' },
    tokensPerMinute: 90_000,
    secrets: [{ maskedKey, createdAt: time, expiresAt: null, lastUsedAt: null }],
    lastReviewedAt: null,
    lastReviewedBy: null,
    lastReviewedByName: null,
    viewerCanUpdate: true,
    revokedAt: null,
  });
  const { id: virtualKeyId } = created.virtualKey;
  expect(await virtualKeys.get(virtualKeyId)).toEqual(created.virtualKey);

  const cleared = { expiresAt: null, allowedModels: null, monthlyBudget: null, tokensPerMinute: null };
  const updated = await virtualKeys.update({ virtualKeyId, expectedVersion: 1, name: 'Site', ...cleared });
  expect(updated).toEqual({ ...created.virtualKey, name: 'Site', ...cleared, version: 2 });
  const disabled = await virtualKeys.update({ virtualKeyId, expectedVersion: 2, enabled: false });
  expect(disabled).toEqual({ ...updated, status: 'DISABLED', version: 3, secrets: [] });
  await virtualKeys.update({ virtualKeyId, expectedVersion: 3, enabled: true });

  const rotated = await virtualKeys.rotate({ virtualKeyId, overlapSeconds: 60 });
  expect(rotated.secret).toMatch(/^tvk_/);
  expect(rotated.secret).not.toBe(created.secret);
  expect(rotated.virtualKey).toMatchObject({ version: 4, maskedKey: `tvk_…${rotated.secret?.slice(-4)}` });
  expect(rotated.virtualKey.secrets.map(({ expiresAt }) => expiresAt)).toEqual(expect.arrayContaining([null, time]));
  expect((await virtualKeys.rotate({ virtualKeyId })).virtualKey.secrets).toHaveLength(1);

  const revoked = await virtualKeys.revoke({ virtualKeyId, reason: 'Posted in a chat' });
  expect(revoked).toMatchObject({ status: 'REVOKED', revokedAt: time, secrets: [] });
  expect(await virtualKeys.get(virtualKeyId)).toEqual(revoked);
});

test('a lost answer brings the key back without the secret, and says to rotate', async () => {
  const { virtualKeys } = ada.client;
  const input = { workspaceId: workspace.id, name: 'Lost', idempotencyKey: randomUUID() };
  const [one, other] = await Promise.all([virtualKeys.create(input), virtualKeys.create(input)]);
  expect(other.virtualKey.id).toBe(one.virtualKey.id);
  const [shown, repeated] = one.secret === null ? [other, one] : [one, other];
  expect(shown).toMatchObject({ secret: expect.stringMatching(/^tvk_/), message: null });
  expect(repeated).toMatchObject({ secret: null, message: expect.stringMatching(/rotate/i) });
  expect(await failure(virtualKeys.create({ ...input, name: 'Other' }))).toBeInstanceOf(IdempotencyKeyReusedError);

  const rotation = { virtualKeyId: one.virtualKey.id, overlapSeconds: 60, idempotencyKey: randomUUID() };
  const { secret, virtualKey } = await virtualKeys.rotate(rotation);
  expect(secret).toMatch(/^tvk_/);
  expect(await virtualKeys.rotate(rotation)).toEqual({
    virtualKey,
    secret: null,
    message: expect.stringMatching(/rotate/i),
  });
});

test('of two changes on one version the second is told the present key, with which it succeeds', async () => {
  const { id: virtualKeyId, version: expectedVersion } = await newKey();
  const first = await ada.client.virtualKeys.update({ virtualKeyId, expectedVersion, name: 'First' });
  const second = { virtualKeyId, requestsPerMinute: 5 };
  const error = await failure(ada.client.virtualKeys.update({ ...second, expectedVersion }));
  if (!(error instanceof VersionConflictError)) throw error;
  expect(error.virtualKey).toEqual(first);
  expect(error.workspace).toBeUndefined();
  expect(await ada.client.virtualKeys.update({ ...second, expectedVersion: first.version })).toMatchObject({
    name: 'First',
    requestsPerMinute: 5,
  });
});

test('keys are listed across workspaces, filtered, ordered, paged, and counted when asked', async () => {
  const { client } = await signIn(server, { sub: 'lister', org });
  const [one, two] = [await client.workspaces.create(newWorkspace()), await client.workspaces.create(newWorkspace())];
  for (const [workspaceId, name] of [
    [one.id, 'Alpha'],
    [two.id, 'bravo'],
    [one.id, 'Charlie'],
  ] as const) {
    await client.virtualKeys.create({ workspaceId, name });
  }
  const names = async (options: VirtualKeyListOptions) =>
    (await client.virtualKeys.list(options)).nodes.map(({ name }) => name);

  expect(await names({ orderBy: { field: 'NAME', direction: 'DESC' } })).toEqual(['Charlie', 'bravo', 'Alpha']);
  expect(await names({ filter: { workspaceIds: [two.id] } })).toEqual(['bravo']);
  expect(await names({ filter: { search: 'A', statuses: ['REVOKED'] } })).toEqual([]);
  const options = { first: 2, orderBy: { field: 'CREATED_AT', direction: 'ASC' } } satisfies VirtualKeyListOptions;
  const page = await client.virtualKeys.list({ ...options, filter: { unusedForDays: 1 }, totalCount: true });
  expect(page).toMatchObject({ nodes: [{ name: 'Alpha' }, { name: 'bravo' }], totalCount: 3 });
  const rest = await client.virtualKeys.list({ ...options, after: page.pageInfo.endCursor });
  expect(rest).toMatchObject({ nodes: [{ name: 'Charlie' }], pageInfo: { hasNextPage: false } });
  expect(rest).not.toHaveProperty('totalCount');
  expect(await failure(client.virtualKeys.list({ first: 101 }))).toBeInstanceOf(RequestError);
});

test('keys are read many at once, in the order of their ids, and null where there is none in sight', async () => {
  const keys = [await newKey('One'), await newKey('Two')] as const;
  const ids = [keys[1].id, 'vk_0', workspace.id, keys[0].id];
  expect(await ada.client.virtualKeys.getMany(ids)).toEqual([keys[1], null, null, keys[0]]);
  const eve = await signIn(server, { sub: 'eve', org: newOrganization() });
  expect(await eve.client.virtualKeys.getMany([keys[0].id])).toEqual([null]);
  expect(await ada.client.workspaces.getMany([workspace.id, keys[0].id])).toMatchObject([{ id: workspace.id }, null]);
  expect(await failure(ada.client.virtualKeys.getMany(new Array(101).fill('vk_0')))).toBeInstanceOf(RequestError);
});

test('keys are reviewed all at once, or not at all when one is refused', async () => {
  const keys = [await newKey('Kept'), await newKey('Disabled'), await newKey('Revoked')];
  const decisions = keys.map(({ id }, index) => ({
    virtualKeyId: id,
    decision: (['KEEP', 'DISABLE', 'REVOKE'] as const)[index] ?? 'KEEP',
  }));
  const none = { virtualKeyId: 'vk_0', decision: 'KEEP' } as const;
  const error = await failure(ada.client.virtualKeys.review([...decisions, none]));
  expect(error).toBeInstanceOf(NotFoundError);
  expect(error).toMatchObject({ userErrors: [{ field: ['input', 'decisions', '3', 'virtualKeyId'] }] });
  for (const key of keys) expect(await ada.client.virtualKeys.get(key.id)).toEqual(key);

  const reviewed = await ada.client.virtualKeys.review(decisions);
  const lastReviewedBy = { id: ada.id, name: 'Ada', email: '', active: true, subject: 'ada' };
  expect(reviewed).toMatchObject([
    { name: 'Kept', status: 'ACTIVE', lastReviewedAt: time, lastReviewedBy },
    { name: 'Disabled', status: 'DISABLED', lastReviewedAt: time, lastReviewedBy },
    { name: 'Revoked', status: 'REVOKED', lastReviewedAt: time, lastReviewedBy },
  ]);
});

test('a refusal comes as its class, with code and path', async () => {
  const eve = await signIn(server, { sub: 'eve', org: newOrganization() });
  const reader = await signIn(server, { sub: 'reader', org });
  const { id: workspaceId } = await ada.client.workspaces.create(newWorkspace({ memberIds: [reader.id] }));
  const { id: virtualKeyId } = await newKey('Web app', workspaceId);
  const { virtualKeys } = ada.client;
  const tooMany = new Array(201).fill({ virtualKeyId, decision: 'KEEP' });
  const cases: [Promise<unknown>, unknown, string, string][] = [
    [virtualKeys.create({ workspaceId, name: ' ' }), InvalidInputError, 'INVALID', 'name'],
    [
      virtualKeys.create({ workspaceId, name: 'App', expiresAt: '2020-01-01T00:00:00Z' }),
      InvalidInputError,
      'INVALID',
      'expiresAt',
    ],
    [virtualKeys.create({ workspaceId: 'no id', name: 'App' }), NotFoundError, 'NOT_FOUND', 'workspaceId'],
    [virtualKeys.rotate({ virtualKeyId, overlapSeconds: 604_801 }), InvalidInputError, 'INVALID', 'overlapSeconds'],
    [virtualKeys.review(tooMany), LimitReachedError, 'LIMIT_REACHED', 'decisions'],
    [eve.client.virtualKeys.revoke({ virtualKeyId }), NotFoundError, 'NOT_FOUND', 'virtualKeyId'],
    [reader.client.virtualKeys.revoke({ virtualKeyId }), ForbiddenError, 'FORBIDDEN', 'virtualKeyId'],
  ];
  for (const [call, ErrorClass, code, field] of cases) {
    const error = await failure(call);
    expect(error).toBeInstanceOf(ErrorClass);
    expect(error).toMatchObject({ code, userErrors: [{ code, field: ['input', field] }] });
  }
  expect(await eve.client.virtualKeys.get(virtualKeyId)).toBeNull();
  expect(await virtualKeys.get(workspaceId)).toBeNull();
});
