import { describe, expect, test } from '@jest/globals';
import { auditEvents, createKey, run } from '../testing/fixtures.js';
import { insertKeys } from '../testing/rows.js';
import { server, useServer } from '../testing/use-server.js';
import { type Inputs, newOwner, only, read, revoke, soon, update } from '../testing/virtual-keys.js';

useServer();

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
    const [on] = await insertKeys(server, workspaceId, [{ name: 'on', expiresInMs: -60_000 }]);
    const disabled = await update(owner, { virtualKeyId: on, expectedVersion: 1, enabled: false });
    expect(disabled.virtualKey).toMatchObject({ status: 'EXPIRED', version: 2 });
    await revoke(owner, { virtualKeyId: on });
    const [, ...events] = await auditEvents(server, workspaceId);
    expect(events.map(({ targetId, changes: [change] }) => [targetId, change])).toEqual([
      [on, { field: 'status', before: 'ACTIVE', after: 'DISABLED' }],
      [on, { field: 'status', before: 'DISABLED', after: 'REVOKED' }],
    ]);
  });

  test.each(['ACTIVE', 'DISABLED'] as const)(
    'does not switch on one that has expired while %s, unless the end is moved or taken away with it',
    async (status) => {
      const { owner, workspaceId } = await newOwner();
      const keys = await insertKeys(
        server,
        workspaceId,
        ['moved', 'ended'].map((name) => ({ name, status, expiresInMs: -60_000 })),
      );
      for (const [index, virtualKeyId] of keys.entries()) {
        const { expiresAt } = await read(owner, virtualKeyId);
        for (const others of [{}, { expiresAt }, { name: 'renamed' }]) {
          const { virtualKey, userErrors } = await update(owner, {
            virtualKeyId,
            expectedVersion: 1,
            enabled: true,
            ...others,
          });
          expect([virtualKey, userErrors]).toEqual([null, only('INVALID', 'enabled')]);
          expect(userErrors[0]?.message).toBe('The key has expired.');
        }
        expect(await read(owner, virtualKeyId)).toMatchObject({ status: 'EXPIRED', version: 1 });
        const end = index === 0 ? soon() : null;
        const input = { virtualKeyId, expectedVersion: 1, enabled: true, expiresAt: end };
        expect((await update(owner, input)).virtualKey).toMatchObject({ status: 'ACTIVE', version: 2, expiresAt: end });
      }
    },
  );

  test('counts a model that is named again once, however it is written and however often', async () => {
    const { change } = await newKey();
    const models = Array.from({ length: 200 }, (_, index) => `model-${index}`);
    const written = models.flatMap((model) => [model, ` ${model}`, `${model} `]);
    const { virtualKey, userErrors } = await change({ expectedVersion: 1, allowedModels: [...written, ...models] });
    expect([virtualKey?.allowedModels, userErrors]).toEqual([models, []]);
    const refused = await change({ expectedVersion: 2, allowedModels: [...written, 'one more'] });
    expect(refused.userErrors).toEqual(only('INVALID', 'allowedModels'));
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
