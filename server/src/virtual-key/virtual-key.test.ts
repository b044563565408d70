import { beforeAll, describe, expect, test } from '@jest/globals';
import { databaseContent } from '../testing/database-content.js';
import { auditEvents, createKey, idOfNothing, newService } from '../testing/fixtures.js';
import { changeRows, giveToTeam, insertKeys, uuidOf } from '../testing/rows.js';
import type { Person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { archive, changes, create, newCrew, newOwner, only, read, revoke } from '../testing/virtual-keys.js';

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
