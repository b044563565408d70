import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { databaseContent } from '../testing/database-content.js';
import {
  createKey,
  createWorkspace,
  idOfNothing,
  mutate,
  newService,
  run,
  setRole,
  type UserErrorFixture,
  uuidOf,
  workspaceInput,
} from '../testing/fixtures.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person, startTestServer, type TestServer } from '../testing/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const scopes = ['WORKSPACES_READ', 'WORKSPACES_WRITE', 'DIRECTORY_WRITE', 'GATEWAY'] as const;

interface ServiceToken {
  readonly id: string;
  readonly name: string;
  readonly maskedToken: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}

const tokenFields = 'id name maskedToken scopes createdAt expiresAt lastUsedAt revokedAt';

interface Created {
  readonly serviceToken: ServiceToken | null;
  readonly token: string | null;
  readonly message: string | null;
  readonly userErrors: readonly UserErrorFixture[];
}

function create(who: Person, input: object = {}): Promise<Created> {
  return mutate<Created>(server, who, {
    name: 'createServiceToken',
    input: { name: 'Billing', scopes: ['WORKSPACES_READ'], ...input },
    fields: `serviceToken { ${tokenFields} } token message`,
  });
}

async function newToken(who: Person, input: object = {}): Promise<ServiceToken & { readonly token: string }> {
  const { serviceToken, token, userErrors } = await create(who, input);
  if (serviceToken === null || token === null) throw new Error(`Refused: ${JSON.stringify(userErrors)}`);
  return { ...serviceToken, token };
}

function revoke(who: Person, serviceTokenId: string) {
  return mutate<{ serviceToken: ServiceToken | null }>(server, who, {
    name: 'revokeServiceToken',
    input: { serviceTokenId },
    fields: `serviceToken { ${tokenFields} }`,
  });
}

async function list(who: Person): Promise<ServiceToken[] | null> {
  return (await run<{ serviceTokens: ServiceToken[] | null }>(server, who, `{ serviceTokens { ${tokenFields} } }`))
    .serviceTokens;
}

async function newAdmin(org = newOrganization()): Promise<Person> {
  return person(server, { sub: 'root', org, name: 'Root', org_role: 'admin' });
}

/** The audit events about service tokens of the organization of the person, oldest first. */
async function events(who: Person) {
  return server.database.rows<{ action: string; target: string; changes: object[] }>({
    text: `SELECT e.action, e.workspace_id AS workspace, e.actor_kind AS kind, e.actor_id AS actor, e.actor_name AS name,
        e.target_id AS target, e.changes
      FROM audit_events e JOIN users u ON u.organization_id = e.organization_id
      WHERE u.id = $1 AND e.action LIKE 'service_token.%' ORDER BY e.id`,
    values: [uuidOf(who.id)],
  });
}

function whoAmI(token: string) {
  return server.request<{ viewer: { user: object | null } }>({ token, query: '{ viewer { user { id } } }' });
}

/** Moves a time of the token in the database, as if it had passed. */
async function setTime(
  id: string,
  column: 'expires_at' | 'last_used_at' | 'revoked_at' | 'created_at',
  sql: string,
): Promise<void> {
  await server.database.rows({
    text: `UPDATE service_tokens SET ${column} = ${sql} WHERE id = $1`,
    values: [uuidOf(id)],
  });
}

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
    expect(token).toMatch(/^tvs_[0-9A-Za-z]{49}$/);
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

  test('is told of by one audit event of the organization, without the token', async () => {
    const admin = await newAdmin();
    const { id, token } = await newToken(admin);
    expect(await events(admin)).toEqual([
      {
        action: 'service_token.created',
        workspace: null,
        kind: 'USER',
        actor: uuidOf(admin.id),
        name: 'Root',
        target: id,
        changes: [
          { field: 'name', before: null, after: 'Billing' },
          { field: 'scopes', before: null, after: ['WORKSPACES_READ'] },
        ],
      },
    ]);
    expect(JSON.stringify(await events(admin))).not.toContain(token.slice(4, 20));
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
    // The same set of scopes is the same input.
    const again = await create(admin, { ...input, scopes: ['WORKSPACES_READ', 'GATEWAY', 'GATEWAY'] });
    expect(again).toMatchObject({ token: null, userErrors: [], serviceToken: { id: first.id } });
    expect(again.message).toMatch(/Revoke it and create another/);
    expect(await events(admin)).toHaveLength(1);
    expect((await whoAmI(first.token)).status).toBe(200);
  });

  test('answers so after the token has expired, too', async () => {
    const admin = await newAdmin();
    const input = { expiresAt: new Date(Date.now() + 500).toISOString(), idempotencyKey: 'brief' };
    const first = await newToken(admin, input);
    await delay(600);
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
    await newToken(admin, { idempotencyKey: 'mine' });
    for (const other of [{ name: 'Other' }, { scopes: ['GATEWAY'] }, { expiresAt: '2999-01-01T00:00:00Z' }]) {
      const { userErrors } = await create(admin, { ...other, idempotencyKey: 'mine' });
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

  test('answers the same for what is not there, is another organization’s, or is no token at all', async () => {
    const [admin, foreign] = [await newAdmin(), await newAdmin()];
    const { id: foreignId, token } = await newToken(foreign);
    const answers = await Promise.all(
      [foreignId, idOfNothing('ServiceToken'), 'nonsense', '', admin.id, foreignId.replace('svc', 'usr')].map((id) =>
        revoke(admin, id),
      ),
    );
    for (const answer of answers) {
      expect(answer).toEqual({
        serviceToken: null,
        userErrors: [
          { code: 'NOT_FOUND', message: 'There is no such service token.', field: ['input', 'serviceTokenId'] },
        ],
      });
    }
    expect((await whoAmI(token)).status).toBe(200);
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
      query: '{ serviceTokens { id } viewer { organizationRole } }',
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

  test('node answers a token to an organization admin, and to nobody else', async () => {
    const org = newOrganization();
    const admin = await newAdmin(org);
    const { id } = await newToken(admin);
    const ask = (who: Person) =>
      run(server, who, `query ($id: ID!) { node(id: $id) { __typename id ... on ServiceToken { maskedToken } } }`, {
        id,
      });
    expect(await ask(admin)).toEqual({
      node: { __typename: 'ServiceToken', id, maskedToken: expect.stringMatching(/^tvs_…\w{4}$/) },
    });
    const others = [
      await person(server, { sub: 'member', org }),
      await newAdmin(),
      await newService(server, admin, ['WORKSPACES_WRITE']),
    ];
    for (const who of others) expect(await ask(who)).toEqual({ node: null });
  });

  test('who is no longer an admin can no longer, and the tokens that they made go on', async () => {
    const org = newOrganization();
    const admin = await newAdmin(org);
    const { token } = await newToken(admin);
    const former = await person(server, { sub: 'root', org, org_role: 'member' });
    expect((await create(former)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await create(admin)).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await whoAmI(token)).status).toBe(200);
  });
});

describe('a request with a service token', () => {
  test.each<[string, (token: string) => string]>([
    ['with one character wrong', (token) => token.replace(/.$/, token.endsWith('x') ? 'y' : 'x')],
    ['cut short', (token) => token.slice(0, -1)],
    ['that nobody made', () => 'tvs_00000000000000000000000000000000000000000000000000000'],
    ['of a virtual key', (token) => `tvk_${token.slice(4)}`],
    ['of nothing but the prefix', () => 'tvs_'],
  ])('%s is UNAUTHENTICATED, and the database is not asked', async (_case, change) => {
    const { token } = await newToken(await newAdmin());
    const { result, statements } = await recordStatements(() => whoAmI(change(token)));
    const { status, data, errors } = result;
    expect(statements).toEqual([]);
    expect([status, data]).toEqual([401, undefined]);
    expect(errors).toMatchObject([
      { message: 'A valid bearer token is required.', extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });

  test('that is well formed, but nobody’s, is UNAUTHENTICATED too', async () => {
    const admin = await newAdmin();
    const { id, token } = await newToken(admin);
    await server.database.rows({ text: 'DELETE FROM service_tokens WHERE id = $1', values: [uuidOf(id)] });
    expect((await whoAmI(token)).status).toBe(401);
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

  test('is written at most once a minute, and a request reads but one statement more than its own', async () => {
    const { id, token } = await newToken(await newAdmin());
    // Not so close before the next minute that it begins meanwhile.
    if (Date.now() % 60_000 > 50_000) await delay(60_500 - (Date.now() % 60_000));
    const ask = () => recordStatements(() => server.request({ token, query: '{ __typename }' }));
    expect(writes((await ask()).statements)).toHaveLength(1);
    for (let times = 0; times < 5; times++) expect((await ask()).statements).toHaveLength(1);

    await setTime(id, 'last_used_at', `date_trunc('minute', now()) - interval '1 ms'`);
    expect(writes((await ask()).statements)).toHaveLength(1);
    expect(writes((await ask()).statements)).toHaveLength(0);
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
    const [read, write, directory, gateway] = await Promise.all(
      scopes.map((scope) => newService(server, admin, [scope])),
    );
    if (!read || !write || !directory || !gateway) throw new Error('A service is missing.');
    services = { WORKSPACES_READ: read, WORKSPACES_WRITE: write, DIRECTORY_WRITE: directory, GATEWAY: gateway };
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

  test.each(queries)('DIRECTORY_WRITE and GATEWAY get FORBIDDEN for %s', async (field, query) => {
    for (const scope of ['DIRECTORY_WRITE', 'GATEWAY'] as const) {
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
    expect(await refusalsOf(gateway, '{ serviceTokens { id } }')).toMatchObject([
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

  test('without the scope the answer is FORBIDDEN whatever the id, so that it tells nothing', async () => {
    const foreign = await createWorkspace(server, await newAdmin());
    const answers = await Promise.all(
      [workspaceId, foreign, idOfNothing('Workspace'), 'nonsense'].map((id) =>
        mutate(server, services.GATEWAY, {
          name: 'updateWorkspaceSettings',
          input: { workspaceId: id, expectedVersion: 1 },
          fields: 'workspace { id }',
        }),
      ),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  test('with the scope another organization is not there', async () => {
    const foreign = await createWorkspace(server, await newAdmin());
    const { userErrors } = await mutate(server, services.WORKSPACES_WRITE, {
      name: 'updateWorkspaceSettings',
      input: { workspaceId: foreign, expectedVersion: 1, region: 'US' },
      fields: 'workspace { id }',
    });
    expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'workspaceId'] }]);
    const query = 'query ($id: ID!) { workspace(id: $id) { id } node(id: $id) { id } }';
    expect(await run(server, services.WORKSPACES_READ, query, { id: foreign })).toEqual({
      workspace: null,
      node: null,
    });
  });

  test('a service is nobody’s member: a person of the same workspace does not change what it sees', async () => {
    await setRole(server, [workspaceId], admin, 'VIEWER');
    const query = 'query ($id: ID!) { workspace(id: $id) { viewerRole viewerCanUpdateSettings } }';
    expect(await run(server, services.WORKSPACES_WRITE, query, { id: workspaceId })).toEqual({
      workspace: { viewerRole: null, viewerCanUpdateSettings: true },
    });
  });
});
