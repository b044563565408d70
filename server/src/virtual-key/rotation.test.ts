import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { isSecret } from '../auth/secret.js';
import { databaseContent } from '../testing/database-content.js';
import { auditEvents, breakAudit, createKey, createWorkspace, mutate, run } from '../testing/fixtures.js';
import { changeRows, endOverlap, insertKeys, uuidOf } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

const keyFields = 'id name maskedKey status version createdAt secrets { maskedKey createdAt expiresAt }';

interface Secret {
  readonly maskedKey: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
}

interface Key {
  readonly id: string;
  readonly status: string;
  readonly version: number;
  readonly maskedKey: string;
  readonly secrets: readonly Secret[];
}

interface Rotated {
  readonly virtualKey: Key | null;
  readonly secret: string | null;
  readonly message: string | null;
}

async function newKey() {
  const org = newOrganization();
  const owner = await person(server, { sub: 'owner', org });
  const workspaceId = await createWorkspace(server, owner);
  const { id, secret } = await createKey(server, owner, { workspaceId });
  const rotate = (input: Record<string, unknown> = {}) =>
    mutate<Rotated>(server, owner, {
      name: 'rotateVirtualKey',
      input: { virtualKeyId: id, ...input },
      fields: `virtualKey { ${keyFields} } secret message`,
    });
  return { org, owner, workspaceId, id, secret, rotate };
}

async function read(who: Person, id: string): Promise<Key> {
  const query = `query ($id: ID!) { node(id: $id) { ... on VirtualKey { ${keyFields} } } }`;
  return (await run<{ node: Key }>(server, who, query, { id })).node;
}

const mask = (secret: string | null) => `tvk_…${secret?.slice(-4)}`;
const masks = (key: Key | null) => key?.secrets.map(({ maskedKey }) => maskedKey);
const secondsUntil = (time: string | null | undefined) => (Date.parse(time ?? '') - Date.now()) / 1_000;

/** Which of the secrets the database would still take for the key. */
async function accepted(secrets: readonly (string | null)[]): Promise<(string | null)[]> {
  const digests = secrets.map((secret) =>
    createHash('sha256')
      .update(secret ?? '')
      .digest(),
  );
  const rows = await server.database.rows<{ digest: Buffer }>({
    text: `SELECT secret_digest AS digest FROM virtual_key_secrets
      WHERE secret_digest = ANY ($1::bytea[]) AND (expires_at IS NULL OR expires_at > now())`,
    values: [digests],
  });
  return secrets.filter((_secret, index) => rows.some(({ digest }) => digests[index]?.equals(digest)));
}

describe('a rotation', () => {
  test('gives the same key a new secret and ends the old one at once, unless told otherwise', async () => {
    const { id, secret, owner, rotate, workspaceId } = await newKey();
    const before = await read(owner, id);
    const rotated = await rotate();
    expect(rotated).toMatchObject({ userErrors: [], message: null });
    expect(isSecret(rotated.secret ?? '')).toBe(true);
    expect(rotated.secret).not.toBe(secret);
    expect(rotated.virtualKey).toMatchObject({ id, status: 'ACTIVE', version: 1, maskedKey: mask(rotated.secret) });
    expect(masks(rotated.virtualKey)).toEqual([mask(rotated.secret)]);
    expect(rotated.virtualKey?.secrets[0]?.createdAt).not.toBe(before.secrets[0]?.createdAt);
    expect(await accepted([secret, rotated.secret])).toEqual([rotated.secret]);

    const [event] = (await auditEvents(server, workspaceId)).slice(2);
    expect(event).toMatchObject({
      action: 'virtual_key.rotated',
      targetId: id,
      changes: [
        { field: 'maskedKey', before: mask(secret), after: mask(rotated.secret) },
        { field: 'overlapSeconds', before: null, after: 0 },
      ],
    });
  });

  test('lets the old secret go on for the overlap, and no longer', async () => {
    const { secret, owner, rotate, id } = await newKey();
    const rotated = await rotate({ overlapSeconds: 3_600 });
    const [current, old] = rotated.virtualKey?.secrets ?? [];
    expect(masks(rotated.virtualKey)).toEqual([mask(rotated.secret), mask(secret)]);
    expect(current?.expiresAt).toBeNull();
    expect(Date.parse(old?.expiresAt ?? '')).toBe(Date.parse(current?.createdAt ?? '') + 3_600_000);
    expect(await accepted([secret, rotated.secret])).toEqual([secret, rotated.secret]);
    await endOverlap(server, id);
    expect(masks(await read(owner, id))).toEqual([mask(rotated.secret)]);
    expect(await accepted([secret, rotated.secret])).toEqual([rotated.secret]);
  });

  test('during an overlap ends the older secret at once', async () => {
    const { secret, rotate } = await newKey();
    const second = await rotate({ overlapSeconds: 604_800 });
    const third = await rotate({ overlapSeconds: 3_600 });
    expect(masks(third.virtualKey)).toEqual([mask(third.secret), mask(second.secret)]);
    expect(await accepted([secret, second.secret, third.secret])).toEqual([second.secret, third.secret]);
    expect(secondsUntil(third.virtualKey?.secrets[1]?.expiresAt)).toBeGreaterThan(3_500);
    const fourth = await rotate();
    expect(masks(fourth.virtualKey)).toEqual([mask(fourth.secret)]);
    expect(await accepted([secret, second.secret, third.secret, fourth.secret])).toEqual([fourth.secret]);
  });

  test('never makes a secret that has ended work again', async () => {
    const { secret, rotate, id } = await newKey();
    await rotate();
    const ended = () =>
      server.database.rows<{ expires_at: Date }>({
        text: `SELECT expires_at FROM virtual_key_secrets WHERE virtual_key_id = $1 AND secret_digest = $2`,
        values: [uuidOf(id), createHash('sha256').update(secret).digest()],
      });
    const before = await ended();
    await rotate({ overlapSeconds: 604_800 });
    expect(await ended()).toEqual(before);
    expect(before[0]?.expires_at).toBeInstanceOf(Date);
  });

  test('of a key that is switched off is taken, and its secrets work once it is on again', async () => {
    const { owner, rotate, id } = await newKey();
    const enable = (expectedVersion: number, enabled: boolean) =>
      mutate(server, owner, {
        name: 'updateVirtualKey',
        input: { virtualKeyId: id, expectedVersion, enabled },
        fields: 'virtualKey { id }',
      });
    await enable(1, false);
    const { virtualKey, secret, userErrors } = await rotate();
    expect([userErrors, virtualKey?.status, virtualKey?.secrets]).toEqual([[], 'DISABLED', []]);
    await enable(2, true);
    expect(masks(await read(owner, id))).toEqual([mask(secret)]);
  });

  test('of an expired or a revoked key is refused', async () => {
    const { owner, workspaceId } = await newKey();
    const ids = await insertKeys(server, workspaceId, [
      { name: 'expired', expiresInMs: -1 },
      { name: 'expired and off', expiresInMs: -1, status: 'DISABLED' },
      { name: 'revoked', status: 'REVOKED' },
    ]);
    const before = await databaseContent(server.database);
    const messages = [];
    for (const virtualKeyId of ids) {
      const { userErrors, secret } = await mutate<Rotated>(server, owner, {
        name: 'rotateVirtualKey',
        input: { virtualKeyId },
        fields: 'virtualKey { id } secret',
      });
      expect([secret, userErrors[0]?.code, userErrors[0]?.field]).toEqual([null, 'INVALID', ['input', 'virtualKeyId']]);
      messages.push(userErrors[0]?.message);
    }
    expect(messages).toEqual(['The key has expired.', 'The key has expired.', 'The key is revoked, for ever.']);
    expect(await databaseContent(server.database)).toEqual(before);
  });

  test.each([-1, 604_801, 2_147_483_647])('with an overlap of %d seconds is refused', async (overlapSeconds) => {
    const { rotate, secret } = await newKey();
    const refused = await rotate({ overlapSeconds });
    expect(refused).toMatchObject({
      virtualKey: null,
      secret: null,
      userErrors: [{ code: 'INVALID', field: ['input', 'overlapSeconds'] }],
    });
    expect(await accepted([secret])).toEqual([secret]);
  });
});

describe('a rotation with an idempotency key', () => {
  test('is done once: a repeat answers with the key, without a secret, and says to rotate', async () => {
    const { rotate, secret, workspaceId, id } = await newKey();
    const first = await rotate({ idempotencyKey: 'one', overlapSeconds: 60 });
    const again = await rotate({ idempotencyKey: 'one', overlapSeconds: 60 });
    expect(again).toEqual({
      virtualKey: first.virtualKey,
      secret: null,
      message: expect.stringContaining('rotate'),
      userErrors: [],
    });
    expect(again.virtualKey?.id).toBe(id);
    expect(await accepted([secret, first.secret])).toEqual([secret, first.secret]);
    expect(await auditEvents(server, workspaceId)).toHaveLength(3);
  });

  test.each<[string, string, (key: Awaited<ReturnType<typeof newKey>>) => Promise<unknown>]>([
    [
      'revoked',
      'create another',
      ({ owner, id }) =>
        mutate(server, owner, { name: 'revokeVirtualKey', input: { virtualKeyId: id }, fields: 'virtualKey { id }' }),
    ],
    ['expired', 'later end', ({ id }) => changeRows(server, id, 'expires_at = now()')],
    [
      'archived',
      'restore',
      ({ owner, workspaceId }) =>
        mutate(server, owner, {
          name: 'archiveWorkspace',
          input: { workspaceId, expectedVersion: 1 },
          fields: 'workspace { id }',
        }),
    ],
  ])(
    'and its create say to a repeat for a key that is %s by now what helps then: %s',
    async (state, advice, change) => {
      const key = await newKey();
      const input = { workspaceId: key.workspaceId, name: 'Key', idempotencyKey: 'create' };
      const create = (keyInput: object) =>
        mutate<Rotated>(server, key.owner, {
          name: 'createVirtualKey',
          input: keyInput,
          fields: 'virtualKey { id } message',
        });
      const { virtualKey } = await create(input);
      const made = { ...key, id: virtualKey?.id ?? '' };
      const rotate = async () => key.rotate({ virtualKeyId: made.id, idempotencyKey: 'rotate' });
      await rotate();
      await change(made);
      for (const { message, userErrors } of [await create(input), await rotate()]) {
        expect(userErrors).toEqual([]);
        expect(message).toContain(state);
        expect(message).toContain(advice);
        expect(message).not.toContain('rotate');
      }
    },
  );

  test('is refused when the key came with another overlap or for another virtual key', async () => {
    const { rotate, owner, workspaceId } = await newKey();
    const other = await createKey(server, owner, { workspaceId });
    await rotate({ idempotencyKey: 'one' });
    for (const difference of [{ overlapSeconds: 1 }, { virtualKeyId: other.id }]) {
      const { userErrors } = await rotate({ idempotencyKey: 'one', ...difference });
      expect(userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['input', 'idempotencyKey'] }]);
    }
  });

  test('that failed on our side leaves the old secret, and may be repeated', async () => {
    const { rotate, secret, org } = await newKey();
    const mend = await breakAudit(server, org);
    await expect(rotate({ idempotencyKey: 'one' })).rejects.toThrow('INTERNAL_SERVER_ERROR');
    await mend();
    expect(await accepted([secret])).toEqual([secret]);
    const { secret: second } = await rotate({ idempotencyKey: 'one' });
    expect(await accepted([secret, second])).toEqual([second]);
  });
});
