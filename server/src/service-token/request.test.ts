import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createSecret } from '../auth/secret.js';
import { createKey, createWorkspace, mutate, newService, run, workspaceInput } from '../testing/fixtures.js';
import { setRole, uuidOf } from '../testing/rows.js';
import { list, newAdmin, newToken, revoke, scopes, setTime, whoAmI } from '../testing/service-tokens.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

describe('a request with a service token', () => {
  test.each<[string, (token: string) => string]>([
    ['with one character wrong', (token) => token.replace(/.$/, token.endsWith('x') ? 'y' : 'x')],
    ['cut short', (token) => token.slice(0, -1)],
    ['that nobody made', () => 'tvs_00000000000000000000000000000000000000000000000000000'],
    ['of a virtual key', (token) => `tvk_${token.slice(4)}`],
    ['of nothing but the prefix', () => 'tvs_'],
  ])('%s is UNAUTHENTICATED, and the database is not asked', async (_case, change) => {
    const { token } = await newToken(await newAdmin());
    const { result, everyStatement } = await recordStatements(() => whoAmI(change(token)));
    const { status, data, errors } = result;
    expect(everyStatement).toEqual([]);
    expect([status, data]).toEqual([401, undefined]);
    expect(errors).toMatchObject([
      { message: 'A valid bearer token is required.', extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });

  test('that is well formed, but nobody’s, is UNAUTHENTICATED too', async () => {
    const admin = await newAdmin();
    const organizations = await server.database.rows<{ id: string }>({
      text: 'SELECT organization_id AS id FROM users WHERE id = $1',
      values: [uuidOf(admin.id)],
    });
    for (const id of [organizations[0]?.id ?? '', randomUUID()]) {
      expect((await whoAmI(createSecret('tvs_', id).secret)).status).toBe(401);
    }
  });

  test('works until the token expires, and not from then on', async () => {
    const admin = await newAdmin();
    const { id, token } = await newToken(admin, { expiresAt: new Date(Date.now() + 60_000).toISOString() });
    expect((await whoAmI(token)).status).toBe(200);
    await setTime(id, 'expires_at', 'now()');
    expect((await whoAmI(token)).status).toBe(401);
    expect((await list(admin))?.[0]).toMatchObject({ id, revokedAt: null });
  });

  test('works for as many requests at once as there are', async () => {
    const { token } = await newToken(await newAdmin());
    const answers = await Promise.all(Array.from({ length: 100 }, () => whoAmI(token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });
});

describe('the last use', () => {
  const writes = (statements: readonly string[]) => statements.filter((text) => /^\s*UPDATE service_tokens/.test(text));
  const lastUse = async (admin: Person) => (await list(admin))?.[0]?.lastUsedAt ?? null;

  test('is the minute of the last request', async () => {
    const admin = await newAdmin();
    const { id, token } = await newToken(admin);
    const earliest = Date.now();
    await whoAmI(token);
    const used = await lastUse(admin);
    expect(used).toMatch(/:00\.000Z$/);
    expect(Date.parse(used ?? '')).toBeGreaterThanOrEqual(earliest - 60_000);
    expect(Date.parse(used ?? '')).toBeLessThanOrEqual(Date.now());

    await setTime(id, 'last_used_at', `date_trunc('minute', now()) - interval '1 minute'`);
    await whoAmI(token);
    expect(Date.parse((await lastUse(admin)) ?? '')).toBeGreaterThanOrEqual(Date.parse(used ?? ''));
  });

  test('is written at most once a minute, and a request looks at the token once beside what it asks for', async () => {
    const { id, token } = await newToken(await newAdmin());
    const ask = async () => {
      const { statements, everyStatement } = await recordStatements(() =>
        server.request({ token, query: '{ workspaceSummary { totalWorkspaces } }' }),
      );
      const looks = everyStatement.filter((text) => /^\s*SELECT .* FROM service_tokens/.test(text)).length;
      return { looks, writes: writes(statements).length, own: statements.length - writes(statements).length };
    };
    const minute = () => Math.floor(Date.now() / 60_000);
    for (const before of ['NULL', `date_trunc('minute', now()) - interval '1 ms'`]) {
      let start: number;
      let asked: { looks: number; writes: number; own: number }[];
      // Again, where the next minute has begun meanwhile.
      do {
        start = minute();
        await setTime(id, 'last_used_at', before);
        asked = [await ask(), await ask(), await ask()];
      } while (minute() !== start);
      expect(asked).toMatchObject([{ writes: 1 }, ...Array(2).fill({ looks: 1, writes: 0, own: 1 })]);
    }
  });

  test('is not written by a request that is refused', async () => {
    const admin = await newAdmin();
    const { id, token } = await newToken(admin);
    await revoke(admin, id);
    await whoAmI(token);
    expect(await lastUse(admin)).toBeNull();
  });
});

describe('what a service may do, by its scopes', () => {
  let admin: Person;
  let owner: Person;
  let workspaceId: string;
  let services: Record<(typeof scopes)[number], Person>;
  beforeAll(async () => {
    const org = newOrganization();
    admin = await newAdmin(org);
    owner = await person(server, { sub: 'owner', org, name: 'Owner', teams: ['core'] });
    workspaceId = await createWorkspace(server, owner, { name: 'Checkout' });
    const made = scopes.map(async (scope) => [scope, await newService(server, admin, [scope])] as const);
    services = Object.fromEntries(await Promise.all(made)) as typeof services;
    await createWorkspace(server, await newAdmin(), { name: 'Elsewhere' });
  });

  const queries: readonly [string, string, unknown][] = [
    [
      'workspaces',
      '{ workspaces { totalCount nodes { name viewerRole viewerCanUpdateSettings isActive } } }',
      undefined,
    ],
    ['workspace', 'query ($id: ID!) { workspace(id: $id) { name } }', { name: 'Checkout' }],
    [
      'workspaceSummary',
      '{ workspaceSummary { totalWorkspaces activeWorkspace { id } } }',
      {
        totalWorkspaces: 1,
        activeWorkspace: null,
      },
    ],
    ['node', 'query ($id: ID!) { node(id: $id) { __typename } }', { __typename: 'Workspace' }],
    [
      'assignableUsers',
      '{ assignableUsers { nodes { name } totalCount } }',
      {
        nodes: [{ name: 'Owner' }, { name: 'Root' }],
        totalCount: 2,
      },
    ],
    ['virtualKeys', '{ virtualKeys { totalCount } }', { totalCount: 0 }],
  ];

  test.each(queries)(
    'WORKSPACES_READ and WORKSPACES_WRITE read %s of all of the organization',
    async (field, query, expected) => {
      for (const scope of ['WORKSPACES_READ', 'WORKSPACES_WRITE'] as const) {
        const variables = query.includes('$id') ? { id: workspaceId } : {};
        const data = await run<Record<string, unknown>>(server, services[scope], query, variables);
        const cards = {
          totalCount: 1,
          nodes: [
            {
              name: 'Checkout',
              viewerRole: null,
              viewerCanUpdateSettings: scope === 'WORKSPACES_WRITE',
              isActive: false,
            },
          ],
        };
        expect(data[field]).toEqual(expected ?? cards);
      }
    },
  );

  test.each(queries)('DIRECTORY_READ, DIRECTORY_WRITE and GATEWAY get FORBIDDEN for %s', async (field, query) => {
    for (const scope of ['DIRECTORY_READ', 'DIRECTORY_WRITE', 'GATEWAY'] as const) {
      const variables = query.includes('$id') ? { id: workspaceId } : {};
      const { status, data, errors } = await server.request({ token: services[scope].token, query, variables });
      expect([status, data]).toEqual([200, { [field]: null }]);
      expect(errors).toMatchObject([
        {
          path: [field],
          message: 'The service token needs the scope WORKSPACES_READ or WORKSPACES_WRITE for this.',
          extensions: { code: 'FORBIDDEN' },
        },
      ]);
    }
  });

  test('a query that is refused is logged with who sent it and what was missing, and one that is answered is not', async () => {
    const refusalsOf = async (who: Person, query: string) => {
      const { headers } = await server.request({ token: who.token, query });
      return server.logLines
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ requestId, msg }) => requestId === headers.get('x-request-id') && msg === 'refused');
    };
    const gateway = services['GATEWAY'];
    const actor = { kind: 'SERVICE', id: uuidOf(gateway.id), organizationId: expect.any(String) };
    expect(await refusalsOf(gateway, '{ workspaces { totalCount } }')).toMatchObject([
      { level: 40, actor, permission: 'workspace.read' },
    ]);
    expect(await refusalsOf(gateway, '{ serviceTokens { totalCount } }')).toMatchObject([
      { level: 40, actor, permission: 'service_token.manage' },
    ]);
    expect(await refusalsOf(services['WORKSPACES_READ'], '{ workspaces { totalCount } }')).toEqual([]);
  });

  test('every service is a viewer without a person, a role, teams and an active workspace', async () => {
    for (const scope of scopes) {
      const { viewer } = await run<{ viewer: object }>(
        server,
        services[scope],
        '{ viewer { user { id } organizationRole teams { id } activeWorkspace { id } } }',
      );
      expect(viewer).toEqual({ user: null, organizationRole: null, teams: [], activeWorkspace: null });
    }
  });

  test('WORKSPACES_WRITE changes what an owner may change, in its own name, and others do not', async () => {
    const id = await createWorkspace(server, owner);
    const version = async () =>
      (
        await run<{ workspace: { version: number } }>(
          server,
          owner,
          'query ($id: ID!) { workspace(id: $id) { version } }',
          { id },
        )
      ).workspace.version;
    const update = (who: Person) =>
      mutate(server, who, {
        name: 'updateWorkspaceSettings',
        input: { workspaceId: id, expectedVersion: 1, region: 'US' },
        fields: 'workspace { region }',
      });
    for (const scope of ['WORKSPACES_READ', 'DIRECTORY_WRITE', 'GATEWAY'] as const) {
      expect(await update(services[scope])).toMatchObject({
        workspace: null,
        userErrors: [{ code: 'FORBIDDEN', message: 'The service token lacks the scope for this.', field: null }],
      });
    }
    expect(await version()).toBe(1);
    expect(await update(services.WORKSPACES_WRITE)).toEqual({ workspace: { region: 'US' }, userErrors: [] });
    const [event] = await server.database.rows({
      text: `SELECT actor_kind, actor_id, actor_name FROM audit_events
        WHERE workspace_id = $1 AND action = 'workspace.settings_updated'`,
      values: [uuidOf(id)],
    });
    expect(event).toEqual({
      actor_kind: 'SERVICE',
      actor_id: uuidOf(services.WORKSPACES_WRITE.id),
      actor_name: 'WORKSPACES_WRITE',
    });
    expect((await createKey(server, services.WORKSPACES_WRITE, { workspaceId: id })).secret).toMatch(/^tvk_/);
  });

  test('no service creates or selects a workspace: that needs a person', async () => {
    for (const scope of scopes) {
      const created = await mutate(server, services[scope], {
        name: 'createWorkspace',
        input: workspaceInput(),
        fields: 'workspace { id }',
      });
      const selected = await mutate(server, services[scope], {
        name: 'selectWorkspace',
        input: { workspaceId },
        fields: 'workspace { id }',
      });
      for (const { userErrors } of [created, selected]) {
        expect(userErrors).toMatchObject([
          { code: 'FORBIDDEN', message: 'This needs a signed-in person; a service token can not do it.' },
        ]);
      }
    }
  });

  test('a service is nobody’s member: a person of the same workspace does not change what it sees', async () => {
    await setRole(server, [workspaceId], admin, 'VIEWER');
    const query = 'query ($id: ID!) { workspace(id: $id) { viewerRole viewerCanUpdateSettings } }';
    expect(await run(server, services.WORKSPACES_WRITE, query, { id: workspaceId })).toEqual({
      workspace: { viewerRole: null, viewerCanUpdateSettings: true },
    });
  });
});
