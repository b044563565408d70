import { describe, expect, test } from '@jest/globals';
import { databaseContent } from '../testing/database-content.js';
import { breakAudit, mutate, newService, run } from '../testing/fixtures.js';
import { organizationOf, setActive, uuidOf } from '../testing/rows.js';
import {
  events,
  list,
  newAdmin,
  newToken,
  type Rotated,
  revoke,
  rotate,
  type Secret,
  secretFields,
  setTime,
  whoAmI,
} from '../testing/service-tokens.js';
import { newOrganization, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

const mask = (token: string | null) => `tvs_…${token?.slice(-4)}`;
const masks = ({ serviceToken }: Rotated) => serviceToken?.secrets.map(({ maskedToken }) => maskedToken);

/** Which of the tokens requests come in with, in this order. */
async function accepted(tokens: readonly (string | null)[]): Promise<(string | null)[]> {
  const answers: number[] = [];
  for (const token of tokens) answers.push((await whoAmI(token ?? '')).status);
  return tokens.filter((_token, index) => answers[index] === 200);
}

/** Lets the overlap of the last rotation end now. */
async function endOverlap(id: string): Promise<void> {
  await server.database.rows({
    text: `UPDATE service_token_secrets SET expires_at = now()
      WHERE organization_id = $1 AND service_token_id = $2 AND expires_at > now()`,
    values: [await organizationOf(server, id), uuidOf(id)],
  });
}

describe('a rotation of a service token', () => {
  test('gives the same token a new secret and ends the old one at once, unless told otherwise', async () => {
    const admin = await newAdmin();
    const { id, token, ...record } = await newToken(admin);
    // Remembered, so that the next request does not look for it anew.
    expect(await accepted([token])).toEqual([token]);
    const rotated = await rotate(admin, id);
    expect(rotated).toMatchObject({ userErrors: [], message: null });
    expect(rotated.token).toMatch(/^tvs_[0-9A-Za-z]{71}$/);
    expect(rotated.token).not.toBe(token);
    const { maskedToken: _, lastUsedAt: __, ...same } = record;
    expect(rotated.serviceToken).toMatchObject({ id, ...same, maskedToken: mask(rotated.token) });
    expect(rotated.serviceToken?.secrets).toEqual([
      { maskedToken: mask(rotated.token), createdAt: expect.any(String), expiresAt: null, lastUsedAt: null },
    ]);
    expect(await accepted([token, rotated.token])).toEqual([rotated.token]);
    expect((await events(admin)).slice(1)).toEqual([
      {
        action: 'service_token.rotated',
        workspace: null,
        kind: 'USER',
        actor: uuidOf(admin.id),
        name: 'Root',
        target: id,
        changes: [
          { field: 'maskedToken', before: mask(token), after: mask(rotated.token) },
          { field: 'overlapSeconds', before: null, after: 0 },
        ],
      },
    ]);
  });

  test('lets both come in while it overlaps, as the same service, and ends a still older one at once', async () => {
    const admin = await newAdmin();
    const { id, token } = await newToken(admin, { scopes: ['WORKSPACES_READ'] });
    const second = await rotate(admin, id, { overlapSeconds: 604_800 });
    const [current, old] = second.serviceToken?.secrets ?? [];
    expect(masks(second)).toEqual([mask(second.token), mask(token)]);
    expect(Date.parse(old?.expiresAt ?? '')).toBe(Date.parse(current?.createdAt ?? '') + 604_800_000);
    expect(await accepted([token, second.token])).toEqual([token, second.token]);
    for (const own of [token, second.token ?? '']) {
      expect(await run(server, { token: own, id }, '{ workspaces { totalCount } }')).toEqual({
        workspaces: { totalCount: 0 },
      });
    }
    const third = await rotate(admin, id, { overlapSeconds: 3_600 });
    expect(masks(third)).toEqual([mask(third.token), mask(second.token)]);
    expect(await accepted([token, second.token, third.token])).toEqual([second.token, third.token]);
    await endOverlap(id);
    expect(await accepted([token, second.token, third.token])).toEqual([third.token]);
    await revoke(admin, id);
    expect(await accepted([token, second.token, third.token])).toEqual([]);
  });

  test('shows when each secret was last used, and when the token was', async () => {
    const admin = await newAdmin();
    const { id, token } = await newToken(admin);
    await setTime(id, 'last_used_at', `'2026-01-01T00:00:00Z'`);
    const { token: next } = await rotate(admin, id, { overlapSeconds: 60 });
    await whoAmI(next ?? '');
    const query = `query ($id: ID!) { node(id: $id) { ... on ServiceToken { lastUsedAt ${secretFields} } } }`;
    const read = async () =>
      (await run<{ node: { lastUsedAt: string; secrets: Secret[] } }>(server, admin, query, { id })).node;
    const before = '2026-01-01T00:00:00.000Z';
    const minute = expect.stringMatching(/:00\.000Z$/);
    const { lastUsedAt, secrets } = await read();
    expect(lastUsedAt > before).toBe(true);
    expect(secrets.map((secret) => [secret.maskedToken, secret.lastUsedAt])).toEqual([
      [mask(next), minute],
      [mask(token), before],
    ]);
    await setTime(id, 'revoked_at', 'now()');
    expect((await read()).secrets).toEqual([]);
  });

  test('of a revoked, an expired or no token is refused, and changes nothing', async () => {
    const [admin, foreign] = [await newAdmin(), await newAdmin()];
    const tokens = [await newToken(admin), await newToken(admin), await newToken(foreign)];
    const [revoked, expired, elsewhere] = tokens.map(({ id }) => id);
    await revoke(admin, revoked ?? '');
    await setTime(expired ?? '', 'expires_at', 'now()');
    const before = await databaseContent(server.database);
    for (const [id, code, message] of [
      [revoked, 'INVALID', 'The service token is revoked, for ever.'],
      [expired, 'INVALID', 'The service token has expired.'],
      [elsewhere, 'NOT_FOUND', 'There is no such service token.'],
      ['nonsense', 'NOT_FOUND', 'There is no such service token.'],
    ]) {
      const { serviceToken, token, userErrors } = await rotate(admin, id ?? '');
      expect([serviceToken, token]).toEqual([null, null]);
      expect(userErrors).toEqual([{ code, message, field: ['input', 'serviceTokenId'] }]);
    }
    for (const overlapSeconds of [-1, 604_801]) {
      const { userErrors } = await rotate(foreign, elsewhere ?? '', { overlapSeconds });
      expect(userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'overlapSeconds'] }]);
    }
    expect(await databaseContent(server.database)).toEqual(before);
  });

  test('ten times at once leaves two that work at the most, and each is told of', async () => {
    const admin = await newAdmin();
    const { id, token } = await newToken(admin);
    const all = await Promise.all(Array.from({ length: 10 }, () => rotate(admin, id, { overlapSeconds: 60 })));
    const tokens = all.map((rotated) => rotated.token);
    expect(new Set(tokens).size).toBe(10);
    const working = await accepted([token, ...tokens]);
    expect(working).toHaveLength(2);
    expect(working).not.toContain(token);
    expect(await events(admin)).toHaveLength(11);
    expect(working.map(mask)).toContain((await list(admin))?.[0]?.maskedToken);
  });
});

describe('a rotation of a service token with an idempotency key', () => {
  test('is done once, also of ten copies at once: a repeat answers without a token, and says what helps', async () => {
    const admin = await newAdmin();
    const { id, token } = await newToken(admin);
    const input = { idempotencyKey: 'one', overlapSeconds: 60 };
    const copies = await Promise.all(Array.from({ length: 10 }, () => rotate(admin, id, input)));
    const [shown, ...others] = copies.flatMap((copy) => copy.token ?? []);
    expect(others).toEqual([]);
    expect(await accepted([token, shown ?? ''])).toEqual([token, shown]);
    expect(await events(admin)).toHaveLength(2);
    expect((await rotate(admin, id, input)).message).toMatch(/If it is lost, rotate it/);
    const { userErrors } = await rotate(admin, id, { ...input, overlapSeconds: 61 });
    expect(userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['input', 'idempotencyKey'] }]);
    await setTime(id, 'expires_at', 'now()');
    expect((await rotate(admin, id, input)).message).toMatch(/has expired by now: create another/);
    await revoke(admin, id);
    expect(await rotate(admin, id, input)).toMatchObject({
      serviceToken: { id },
      token: null,
      message: expect.stringMatching(/revoked by now: create another/),
      userErrors: [],
    });
  });

  test('that failed on our side leaves the old secret, and may be repeated', async () => {
    const org = newOrganization();
    const admin = await newAdmin(org);
    const { id, token } = await newToken(admin);
    const mend = await breakAudit(server, org);
    await expect(rotate(admin, id, { idempotencyKey: 'one' })).rejects.toThrow('INTERNAL_SERVER_ERROR');
    await mend();
    expect(await accepted([token])).toEqual([token]);
    const { token: next } = await rotate(admin, id, { idempotencyKey: 'one' });
    expect(await accepted([token, next])).toEqual([next]);
  });
});

test('whoever rotated a directory service is let back in by it no more than who made it', async () => {
  const org = newOrganization();
  const admin = await newAdmin(org);
  const other = await person(server, { sub: 'other', org, name: 'Other', org_role: 'admin' });
  const { id } = await newService(server, admin, ['DIRECTORY_WRITE']);
  const { token } = await rotate(other, id);
  for (const [who, subject] of [
    [admin, 'root'],
    [other, 'other'],
  ] as const) {
    await setActive(server, who, false);
    const { userErrors } = await mutate(
      server,
      { id, token: token ?? '' },
      {
        name: 'syncTeamAccess',
        input: { users: [{ subject, name: subject, email: '', active: true, role: 'ADMIN' }], teams: [] },
        fields: 'usersChanged',
      },
    );
    expect(userErrors[0]).toMatchObject({ code: 'FORBIDDEN' });
  }
});
