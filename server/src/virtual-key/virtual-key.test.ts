import { describe, expect, test } from '@jest/globals';
import { databaseContent } from '../testing/database-content.js';
import { auditEvents, createKey, newService, run } from '../testing/fixtures.js';
import { changeRows, insertKeys, setRoles, uuidOf } from '../testing/rows.js';
import { type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { archive, changes, create, newOwner, only, read, revoke, update } from '../testing/virtual-keys.js';

useServer();

describe('a revoked key', () => {
  test('is refused from then on, keeps its history, and is told of with the reason', async () => {
    const { owner, workspaceId } = await newOwner();
    const { id } = await createKey(server, owner, { workspaceId });
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
    expect(Math.abs(Date.parse(virtualKey?.revokedAt ?? '') - Date.now())).toBeLessThan(60_000);
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
    await changeRows(server, id, 'expires_at = now()');
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

describe('viewerCanUpdate', () => {
  const query = 'query ($id: ID!) { node(id: $id) { ... on VirtualKey { viewerCanUpdate } } }';
  const canUpdate = async (who: Person, id: string) =>
    (await run<{ node: { viewerCanUpdate: boolean } }>(server, who, query, { id })).node.viewerCanUpdate;

  test("says what an update would be answered, for everybody and everybody's keys", async () => {
    const { org, owner, workspaceId } = await newOwner();
    const root = await person(server, { sub: 'root', org, org_role: 'admin' });
    const [admin, member, viewer] = await Promise.all(
      ['admin', 'member', 'viewer'].map((sub) => person(server, { sub, org })),
    );
    const roles = ['ADMIN', 'MEMBER', 'VIEWER'] as const;
    const people = [owner, root, admin, member, viewer] as Person[];
    await setRoles(
      server,
      [workspaceId],
      people.slice(2).map((who, index) => [who, roles[index] ?? 'VIEWER'] as const),
    );
    const services = [
      await newService(server, root, ['WORKSPACES_READ']),
      await newService(server, root, ['WORKSPACES_WRITE']),
    ];
    const keys = await insertKeys(
      server,
      workspaceId,
      [...people, null].map((createdBy, index) => ({ name: `Key ${index}`, createdBy })),
    );
    const answers: (readonly [boolean, boolean])[] = [];
    for (const who of [...people, ...services]) {
      for (const id of keys) {
        const said = await canUpdate(who, id);
        const { version } = await read(owner, id);
        const input = { virtualKeyId: id, expectedVersion: version, name: `Renamed ${version}` };
        answers.push([said, (await update(who, input)).userErrors.length === 0]);
      }
    }
    expect(answers.filter(([said, done]) => said !== done)).toEqual([]);
    // Who manages may change all six, the member their own, the viewer and the service that reads none.
    expect(answers.filter(([said]) => said)).toHaveLength(6 + 6 + 6 + 1 + 0 + 0 + 6);
  });

  test('is true of one that has expired or is switched off, false of one that is revoked or archived', async () => {
    const { owner, workspaceId } = await newOwner();
    const keys = await insertKeys(server, workspaceId, [
      { name: 'expired', expiresInMs: -1 },
      { name: 'off', status: 'DISABLED' },
      { name: 'revoked', status: 'REVOKED' },
    ]);
    const all = () => Promise.all(keys.map((id) => canUpdate(owner, id)));
    expect(await all()).toEqual([true, true, false]);
    await archive(owner, workspaceId);
    expect(await all()).toEqual([false, false, false]);
  });
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
