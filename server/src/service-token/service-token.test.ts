import { describe, expect, test } from '@jest/globals';
import { databaseContent } from '../testing/database-content.js';
import { createWorkspace, idOfNothing, newService, run } from '../testing/fixtures.js';
import { uuidOf } from '../testing/rows.js';
import {
  create,
  events,
  list,
  newAdmin,
  newToken,
  revoke,
  scopes,
  setTime,
  whoAmI,
} from '../testing/service-tokens.js';
import { newOrganization, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

describe('a new service token', () => {
  test('is shown once, with its record, which shows only its prefix and its end', async () => {
    const admin = await newAdmin();
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const { serviceToken, token, message, userErrors } = await create(admin, {
      name: '  Billing ',
      scopes: ['WORKSPACES_WRITE', 'GATEWAY', 'WORKSPACES_WRITE'],
      expiresAt,
    });
    expect([userErrors, message]).toEqual([[], null]);
    expect(token).toMatch(/^tvs_[0-9A-Za-z]{71}$/);
    expect(serviceToken).toEqual({
      id: expect.stringMatching(/^svc_/),
      name: 'Billing',
      maskedToken: `tvs_…${token?.slice(-4)}`,
      scopes: ['GATEWAY', 'WORKSPACES_WRITE'],
      createdAt: expect.any(String),
      expiresAt,
      lastUsedAt: null,
      revokedAt: null,
    });
    expect(await list(admin)).toEqual([serviceToken]);
    expect(await whoAmI(token ?? '')).toMatchObject({ status: 200, data: { viewer: { user: null } } });
  });

  test.each<[string, object, [string, string]]>([
    ['an empty name', { name: '  ' }, ['INVALID', 'name']],
    ['a name of 81 characters', { name: 'x'.repeat(81) }, ['INVALID', 'name']],
    ['a name with NUL', { name: 'a\0b' }, ['INVALID', 'name']],
    ['no scope', { scopes: [] }, ['INVALID', 'scopes']],
    ['an expiry in the past', { expiresAt: new Date(Date.now() - 1_000).toISOString() }, ['INVALID', 'expiresAt']],
    ['an empty idempotency key', { idempotencyKey: '' }, ['INVALID', 'idempotencyKey']],
  ])('is not made with %s', async (_case, input, [code, field]) => {
    const admin = await newAdmin();
    const before = await databaseContent(server.database);
    const { serviceToken, token, userErrors } = await create(admin, input);
    expect([serviceToken, token]).toEqual([null, null]);
    expect(userErrors).toEqual([{ code, field: ['input', field], message: expect.any(String) }]);
    expect(await databaseContent(server.database)).toEqual(before);
  });

  test('takes null for what may be left out, and names that others have', async () => {
    const admin = await newAdmin();
    const [one, two] = [await newToken(admin, { expiresAt: null, idempotencyKey: null }), await newToken(admin)];
    expect([one.name, one.expiresAt, one.token === two.token]).toEqual(['Billing', null, false]);
  });
});

describe('a create with an idempotency key', () => {
  test('that is repeated answers with the first record and without the token, and says what to do', async () => {
    const admin = await newAdmin();
    const input = { scopes: ['GATEWAY', 'WORKSPACES_READ'], idempotencyKey: 'once' };
    const first = await newToken(admin, input);
    // What may be left out is the same as null.
    const again = await create(admin, { expiresAt: null, ...input });
    expect(again).toMatchObject({ token: null, userErrors: [], serviceToken: { id: first.id } });
    expect(again.message).toMatch(/If it is lost, rotate it/);
    expect(await events(admin)).toHaveLength(1);
    expect((await whoAmI(first.token)).status).toBe(200);
  });

  test('answers so after the token has expired, too', async () => {
    const admin = await newAdmin();
    const input = { expiresAt: new Date(Date.now() + 3_600_000).toISOString(), idempotencyKey: 'brief' };
    const first = await newToken(admin, input);
    await setTime(first.id, 'expires_at', 'now()');
    expect(await create(admin, input)).toMatchObject({ token: null, userErrors: [], serviceToken: { id: first.id } });
  });

  test('makes one token of ten copies at once, and shows it to one of them', async () => {
    const admin = await newAdmin();
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(admin, { idempotencyKey: 'race' })));
    expect(new Set(answers.map(({ serviceToken }) => serviceToken?.id)).size).toBe(1);
    expect(answers.filter(({ token }) => token !== null)).toHaveLength(1);
    expect(await list(admin)).toHaveLength(1);
    expect(await events(admin)).toHaveLength(1);
  });

  test('that came with another input before is refused', async () => {
    const admin = await newAdmin();
    await newToken(admin, { scopes: ['GATEWAY', 'WORKSPACES_READ'], idempotencyKey: 'mine' });
    // As it was sent counts, also where the same would be made of both.
    for (const other of [
      { name: 'Other' },
      { name: ' Billing' },
      { scopes: ['GATEWAY'] },
      { scopes: ['WORKSPACES_READ', 'GATEWAY'] },
      { expiresAt: '2999-01-01T00:00:00Z' },
    ]) {
      const input = { scopes: ['GATEWAY', 'WORKSPACES_READ'], ...other, idempotencyKey: 'mine' };
      const { userErrors } = await create(admin, input);
      expect(userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['input', 'idempotencyKey'] }]);
    }
  });

  test('is the admin’s own: another one may use the same', async () => {
    const org = newOrganization();
    const [admin, other] = [await newAdmin(org), await person(server, { sub: 'other', org, org_role: 'admin' })];
    const one = await newToken(admin, { idempotencyKey: 'same' });
    expect((await newToken(other, { idempotencyKey: 'same' })).id).not.toBe(one.id);
  });
});

describe('revoking', () => {
  test('ends the token with the next request, for ever, and is told of once', async () => {
    const admin = await newAdmin();
    const { id, token } = await newToken(admin);
    expect((await whoAmI(token)).status).toBe(200);
    const first = await revoke(admin, id);
    expect(first).toMatchObject({ serviceToken: { id, revokedAt: expect.any(String) }, userErrors: [] });
    expect((await whoAmI(token)).status).toBe(401);

    const before = await databaseContent(server.database);
    expect(await revoke(admin, id)).toEqual(first);
    expect(await databaseContent(server.database)).toEqual(before);
    expect((await events(admin))[1]).toMatchObject({
      action: 'service_token.revoked',
      workspace: null,
      target: id,
      changes: [{ field: 'revokedAt', before: null, after: first.serviceToken?.revokedAt }],
    });
  });

  test('ten times at once is told of once', async () => {
    const admin = await newAdmin();
    const { id } = await newToken(admin);
    const answers = await Promise.all(Array.from({ length: 10 }, () => revoke(admin, id)));
    expect(new Set(answers.map(({ serviceToken }) => serviceToken?.revokedAt)).size).toBe(1);
    expect((await events(admin)).map(({ action }) => action)).toEqual([
      'service_token.created',
      'service_token.revoked',
    ]);
  });
});

describe('only an organization admin manages service tokens', () => {
  test('anyone else is refused, whatever the id, and nothing changes', async () => {
    const org = newOrganization();
    const admin = await newAdmin(org);
    const { id } = await newToken(admin);
    const member = await person(server, { sub: 'member', org });
    const workspace = await createWorkspace(server, member);
    const writer = await newService(server, admin, scopes);
    await whoAmI(writer.token);
    for (const [who, message] of [
      [member, 'Only an admin of the organization may do this.'],
      [writer, 'This needs a signed-in person; a service token can not do it.'],
    ] as const) {
      const before = await databaseContent(server.database);
      const refused = [{ code: 'FORBIDDEN', message, field: null }];
      expect(await create(who)).toEqual({ serviceToken: null, token: null, message: null, userErrors: refused });
      // Also before the input is looked at.
      expect((await create(who, { name: '', scopes: [] })).userErrors).toEqual(refused);
      for (const target of [id, idOfNothing('ServiceToken'), 'nonsense', workspace]) {
        expect(await revoke(who, target)).toEqual({ serviceToken: null, userErrors: refused });
      }
      expect(await databaseContent(server.database)).toEqual(before);
    }
    const log = server.logLines.filter((line) => line.includes(uuidOf(member.id)) && line.includes('"refused"'));
    expect(log).toHaveLength(6);
  });

  test('the list is null for a member, and FORBIDDEN for a service, whatever its scopes', async () => {
    const org = newOrganization();
    const admin = await newAdmin(org);
    expect(await list(await person(server, { sub: 'member', org }))).toBeNull();
    const { data, errors } = await server.request({
      token: (await newService(server, admin, scopes)).token,
      query: '{ serviceTokens { totalCount } viewer { organizationRole } }',
    });
    expect(data).toEqual({ serviceTokens: null, viewer: { organizationRole: null } });
    expect(errors).toMatchObject([
      { path: ['serviceTokens'], message: expect.stringMatching(/people/), extensions: { code: 'FORBIDDEN' } },
    ]);
  });

  test('the list has all of the organization and nothing else, the newest first, revoked ones included', async () => {
    const [admin, foreign] = [await newAdmin(), await newAdmin()];
    await newToken(foreign);
    const tokens = [await newToken(admin, { name: 'a' }), await newToken(admin, { name: 'b' })];
    tokens.push(await newToken(admin, { name: 'c' }));
    await setTime(tokens[0]?.id ?? '', 'created_at', `now() + interval '1 minute'`);
    await revoke(admin, tokens[1]?.id ?? '');
    expect((await list(admin))?.map(({ name, revokedAt }) => [name, revokedAt !== null])).toEqual([
      ['a', false],
      ['c', false],
      ['b', true],
    ]);
  });

  test('the list comes in pages from either end, and counts all', async () => {
    const admin = await newAdmin();
    const tokens = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) tokens.push(await newToken(admin, { name }));
    // Only the ids tell two of them apart.
    for (const { id } of tokens.slice(1, 3)) await setTime(id, 'created_at', `'2026-01-01T00:00:00Z'`);
    const whole = (await list(admin))?.map(({ id }) => id) ?? [];
    expect(whole).toHaveLength(5);
    const query = `query ($first: Int, $after: String, $last: Int, $before: String) {
      serviceTokens(first: $first, after: $after, last: $last, before: $before) {
        nodes { id } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }`;
    interface Page {
      readonly nodes: readonly { readonly id: string }[];
      readonly totalCount: number;
      readonly pageInfo: Readonly<Record<'hasNextPage' | 'hasPreviousPage', boolean>> & {
        readonly startCursor: string;
        readonly endCursor: string;
      };
    }
    const page = async (args: Record<string, unknown>) =>
      (await run<{ serviceTokens: Page }>(server, admin, query, args)).serviceTokens;
    for (const size of [1, 2, 5]) {
      const [forth, back]: string[][] = [[], []];
      for (let args: Record<string, unknown> | null = { first: size }; args !== null; ) {
        const { nodes, totalCount, pageInfo }: Page = await page(args);
        expect(totalCount).toBe(5);
        forth?.push(...nodes.map(({ id }) => id));
        args = pageInfo.hasNextPage ? { first: size, after: pageInfo.endCursor } : null;
      }
      for (let args: Record<string, unknown> | null = { last: size }; args !== null; ) {
        const { nodes, pageInfo }: Page = await page(args);
        back?.unshift(...nodes.map(({ id }) => id));
        args = pageInfo.hasPreviousPage ? { last: size, before: pageInfo.startCursor } : null;
      }
      expect([forth, back]).toEqual([whole, whole]);
    }
  });

  test('who is no longer an admin can no longer, and the tokens that they made go on', async () => {
    const org = newOrganization();
    const admin = await newAdmin(org);
    // An organization keeps its last admin.
    await person(server, { sub: 'another', org, org_role: 'admin' });
    const { token } = await newToken(admin);
    const former = await person(server, { sub: 'root', org, org_role: 'member' });
    expect((await create(former)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await create(admin)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await whoAmI(token)).status).toBe(200);
  });
});
