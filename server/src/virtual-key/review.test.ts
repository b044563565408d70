import { describe, expect, test } from '@jest/globals';
import { databaseContent } from '../testing/database-content.js';
import { auditEvents, createWorkspace, idOfNothing, mutate, newService, run } from '../testing/fixtures.js';
import { insertKeys, setRole } from '../testing/rows.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

interface Key {
  readonly id: string;
  readonly status: string;
  readonly version: number;
  readonly lastReviewedAt: string | null;
  readonly revokedAt: string | null;
}

interface Decision {
  readonly virtualKeyId: string;
  readonly decision: 'KEEP' | 'DISABLE' | 'REVOKE';
  readonly note?: string | null;
}

function review(who: Person, decisions: readonly Decision[]) {
  return mutate<{ virtualKeys: Key[] | null }>(server, who, {
    name: 'reviewVirtualKeys',
    input: { decisions },
    fields: 'virtualKeys { id status version revokedAt lastReviewedAt lastReviewedBy { id } }',
  });
}

const keep = (virtualKeyId: string): Decision => ({ virtualKeyId, decision: 'KEEP' });
const field = (index: number, name = 'virtualKeyId') => ['input', 'decisions', String(index), name];

async function newOwner(org = newOrganization()) {
  const owner = await person(server, { sub: 'owner', org, name: 'Owner' });
  return { org, owner, workspaceId: await createWorkspace(server, owner) };
}

/** Keys with every stored status, and one that has expired. */
async function newKeys(workspaceId: string): Promise<Record<'active' | 'off' | 'revoked' | 'expired', string>> {
  const [active = '', off = '', revoked = '', expired = ''] = await insertKeys(server, workspaceId, [
    { name: 'active' },
    { name: 'off', status: 'DISABLED' },
    { name: 'revoked', status: 'REVOKED' },
    { name: 'expired', expiresInMs: -1 },
  ]);
  return { active, off, revoked, expired };
}

async function activeKeys(who: Person): Promise<number> {
  const query = '{ workspaceSummary { totalActiveKeys } }';
  return (await run<{ workspaceSummary: { totalActiveKeys: number } }>(server, who, query)).workspaceSummary
    .totalActiveKeys;
}

describe('a review', () => {
  const outcomes: [Decision['decision'], keyof Awaited<ReturnType<typeof newKeys>>, string, number][] = [
    ['KEEP', 'active', 'ACTIVE', 1],
    ['KEEP', 'off', 'DISABLED', 1],
    ['KEEP', 'expired', 'EXPIRED', 1],
    ['DISABLE', 'active', 'DISABLED', 2],
    ['DISABLE', 'off', 'DISABLED', 1],
    ['DISABLE', 'expired', 'EXPIRED', 2],
    ['REVOKE', 'active', 'REVOKED', 2],
    ['REVOKE', 'off', 'REVOKED', 2],
    ['REVOKE', 'expired', 'REVOKED', 2],
    ['REVOKE', 'revoked', 'REVOKED', 1],
  ];
  test.each(outcomes)('%s of one that is %s makes it %s, with version %d', async (decision, name, status, version) => {
    const { owner, workspaceId } = await newOwner();
    const keys = await newKeys(workspaceId);
    const { virtualKeys, userErrors } = await review(owner, [{ virtualKeyId: keys[name], decision }]);
    expect(userErrors).toEqual([]);
    expect(virtualKeys).toEqual([
      {
        id: keys[name],
        status,
        version,
        revokedAt: status === 'REVOKED' ? expect.any(String) : null,
        lastReviewedAt: expect.any(String),
        lastReviewedBy: { id: owner.id },
      },
    ]);
    expect(Math.abs(Date.parse(virtualKeys?.[0]?.lastReviewedAt ?? '') - Date.now())).toBeLessThan(60_000);
    expect(await activeKeys(owner)).toBe(name === 'active' && decision !== 'KEEP' ? 0 : 1);
  });

  test('does not move the time at which a key was revoked', async () => {
    const { owner, workspaceId } = await newOwner();
    const { revoked } = await newKeys(workspaceId);
    const [first] = (await review(owner, [{ virtualKeyId: revoked, decision: 'REVOKE' }])).virtualKeys ?? [];
    const [second] = (await review(owner, [{ virtualKeyId: revoked, decision: 'REVOKE' }])).virtualKeys ?? [];
    expect(second?.revokedAt).toBe(first?.revokedAt);
    expect(Date.parse(second?.lastReviewedAt ?? '')).toBeGreaterThan(Date.parse(first?.lastReviewedAt ?? ''));
  });

  test('takes keys of many workspaces, answers in the order of the decisions, and tells of each key', async () => {
    const { owner, workspaceId } = await newOwner();
    const other = await createWorkspace(server, owner);
    const [one, two] = [await newKeys(workspaceId), await newKeys(other)];
    const decisions: Decision[] = [
      { virtualKeyId: two.active, decision: 'REVOKE', note: ' Nobody knows it. ' },
      keep(one.active),
      { virtualKeyId: two.off, decision: 'DISABLE', note: null },
      { virtualKeyId: one.expired, decision: 'DISABLE' },
    ];
    const { virtualKeys } = await review(owner, decisions);
    expect(virtualKeys?.map(({ id }) => id)).toEqual(decisions.map(({ virtualKeyId }) => virtualKeyId));
    const told = async (id: string) =>
      (await auditEvents(server, id))
        .filter(({ action }) => action === 'virtual_key.reviewed')
        .map(({ targetId, changes, actorName }) => ({ targetId, changes, actorName }));
    expect(await told(other)).toEqual([
      {
        targetId: two.active,
        actorName: 'Owner',
        changes: [
          { field: 'decision', before: null, after: 'REVOKE' },
          { field: 'note', before: null, after: 'Nobody knows it.' },
          { field: 'status', before: 'ACTIVE', after: 'REVOKED' },
        ],
      },
      { targetId: two.off, actorName: 'Owner', changes: [{ field: 'decision', before: null, after: 'DISABLE' }] },
    ]);
    expect(await told(workspaceId)).toMatchObject([
      { targetId: one.active, changes: [{ after: 'KEEP' }] },
      { targetId: one.expired, changes: [{ after: 'DISABLE' }, { field: 'status' }] },
    ]);
  });

  test('by a service names no person', async () => {
    const { org, workspaceId } = await newOwner();
    const admin = await person(server, { sub: 'root', org, org_role: 'admin' });
    const service = await newService(server, admin, ['WORKSPACES_WRITE']);
    const { active } = await newKeys(workspaceId);
    const { virtualKeys, userErrors } = await review(service, [keep(active)]);
    expect(userErrors).toEqual([]);
    expect(virtualKeys).toMatchObject([{ lastReviewedAt: expect.any(String), lastReviewedBy: null }]);
  });

  test('of nothing does nothing', async () => {
    const { owner } = await newOwner();
    const before = await databaseContent(server.database);
    expect(await review(owner, [])).toEqual({ virtualKeys: [], userErrors: [] });
    expect(await databaseContent(server.database)).toEqual(before);
  });

  test('of two hundred keys costs as many statements as one of two', async () => {
    const { owner, workspaceId } = await newOwner();
    const other = await createWorkspace(server, owner);
    const keys = Array.from({ length: 101 }, (_, index) => ({ name: `Key ${index}` }));
    const ids = [...(await insertKeys(server, workspaceId, keys)), ...(await insertKeys(server, other, keys))];
    const few = await recordStatements(() => review(owner, [ids[0] ?? '', ids[101] ?? ''].map(keep)));
    const rest = ids.filter((_id, index) => index !== 0 && index !== 101);
    const many = await recordStatements(() =>
      review(
        owner,
        rest.map((virtualKeyId) => ({ virtualKeyId, decision: 'REVOKE' })),
      ),
    );
    expect(many.result.virtualKeys).toHaveLength(200);
    expect(many.result.virtualKeys?.every(({ status }) => status === 'REVOKED')).toBe(true);
    expect(many.statements).toHaveLength(few.statements.length);
    expect(await activeKeys(owner)).toBe(2);
  });
});

describe('a review of which one decision can’t be done', () => {
  test('does none, and tells of every one that can’t, at its place', async () => {
    const { org, owner, workspaceId } = await newOwner();
    const stranger = await person(server, { sub: 'stranger', org });
    const foreign = await newOwner();
    const keys = await newKeys(workspaceId);
    const unseen = await newKeys(await createWorkspace(server, stranger));
    const elsewhere = await newKeys(foreign.workspaceId);
    const forbidden = await createWorkspace(server, stranger);
    await setRole(server, [forbidden], owner, 'MEMBER');
    const seen = await newKeys(forbidden);
    const before = await databaseContent(server.database);

    const { virtualKeys, userErrors } = await review(owner, [
      { virtualKeyId: keys.active, decision: 'REVOKE' },
      keep(unseen.active),
      keep(elsewhere.active),
      keep(idOfNothing('VirtualKey')),
      keep('nonsense'),
      keep(workspaceId),
      keep(seen.active),
      keep(keys.active),
      keep(keys.revoked),
      { virtualKeyId: keys.revoked, decision: 'DISABLE' },
    ]);
    expect(virtualKeys).toBeNull();
    expect(userErrors.map((error) => [error.code, error.field])).toEqual([
      ...[1, 2, 3, 4, 5].map((index) => ['NOT_FOUND', field(index)]),
      ['FORBIDDEN', field(6)],
      ...[7, 8, 9].map((index) => ['INVALID', field(index)]),
    ]);
    const messages = userErrors.map(({ message }) => message);
    expect(new Set(messages.slice(0, 5))).toEqual(new Set(['There is no such key.']));
    expect(messages.slice(6)).toEqual([
      'This key has an earlier decision in this call.',
      'The key is revoked, for ever.',
      'The key is revoked, for ever.',
    ]);
    expect(await databaseContent(server.database)).toEqual(before);
  });

  test('is refused with more than two hundred decisions', async () => {
    const { owner, workspaceId } = await newOwner();
    const { active } = await newKeys(workspaceId);
    const { virtualKeys, userErrors } = await review(owner, Array(201).fill(keep(active)));
    expect([virtualKeys, userErrors]).toMatchObject([null, [{ code: 'LIMIT_REACHED', field: ['input', 'decisions'] }]]);
  });

  test('tells of a note that is none at its place', async () => {
    const { owner, workspaceId } = await newOwner();
    const { active, off } = await newKeys(workspaceId);
    const { userErrors } = await review(owner, [
      { ...keep(active), note: 'fine' },
      { ...keep(off), note: 'x'.repeat(1_001) },
    ]);
    expect(userErrors).toMatchObject([{ code: 'INVALID', field: field(1, 'note') }]);
  });

  test('takes no key of an archived workspace, except to revoke it', async () => {
    const { owner, workspaceId } = await newOwner();
    const { active, off } = await newKeys(workspaceId);
    await mutate(server, owner, {
      name: 'archiveWorkspace',
      input: { workspaceId, expectedVersion: 1 },
      fields: 'workspace { id }',
    });
    for (const decision of ['KEEP', 'DISABLE'] as const) {
      const { userErrors } = await review(owner, [{ virtualKeyId: active, decision }]);
      expect(userErrors).toMatchObject([{ code: 'INVALID', message: 'The workspace is archived.', field: field(0) }]);
    }
    const { virtualKeys, userErrors } = await review(owner, [
      { virtualKeyId: active, decision: 'REVOKE' },
      { virtualKeyId: off, decision: 'REVOKE' },
    ]);
    expect(userErrors).toEqual([]);
    expect(virtualKeys).toMatchObject([{ status: 'REVOKED' }, { status: 'REVOKED' }]);
  });
});
