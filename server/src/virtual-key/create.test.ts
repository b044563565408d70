import { describe, expect, test } from '@jest/globals';
import { isSecret } from '../auth/secret.js';
import { databaseContent } from '../testing/database-content.js';
import { auditEvents, createWorkspace } from '../testing/fixtures.js';
import { changeRows, deleteMembership, setRole } from '../testing/rows.js';
import { person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { create, type Inputs, newOwner, only, read, soon, update } from '../testing/virtual-keys.js';

useServer();

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
    expect(isSecret(secret ?? '')).toBe(true);
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
    const again = await create(owner, { ...input });
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
    const input = { workspaceId, name: 'Brief', expiresAt: soon(), idempotencyKey: 'brief' };
    const { virtualKey } = await create(owner, input);
    expect(virtualKey?.status).toBe('ACTIVE');
    await changeRows(server, virtualKey?.id ?? '', 'expires_at = now()');
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
    const { org, workspaceId } = await newOwner();
    const member = await person(server, { sub: 'member', org });
    await setRole(server, [workspaceId], member, 'MEMBER');
    const input = { workspaceId, name: 'Mine', idempotencyKey: 'one' };
    await create(member, input);
    await deleteMembership(server, workspaceId, member);
    expect(await create(member, input)).toMatchObject({
      virtualKey: null,
      userErrors: only('NOT_FOUND', 'workspaceId'),
    });
  });
});
