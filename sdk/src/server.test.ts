import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { newOrganization, signToken, startTestServer } from '../../server/src/testing/test-server.js';
import { server, useServer } from '../../server/src/testing/use-server.js';
import {
  type CreateWorkspaceInput,
  ForbiddenError,
  IdempotencyKeyReusedError,
  InvalidInputError,
  LimitReachedError,
  NetworkError,
  NotFoundError,
  RequestError,
  TakenError,
  TokenVueClient,
  UnauthenticatedError,
  VersionConflictError,
  type WorkspaceCard,
  type WorkspaceDetails,
  type WorkspaceListOptions,
} from './index.js';
import { failure, newWorkspace, type SignedIn, signIn, tokens } from './testing/real-server.js';

useServer();

/** What a card has of a workspace's details. */
const cardFields = [
  'id',
  'name',
  'owner',
  'environment',
  'status',
  'region',
  'monthlyBudget',
  'memberCount',
  'activeKeyCount',
  'isActive',
  'version',
] as const satisfies readonly (keyof WorkspaceCard)[];

function cardOf(workspace: WorkspaceDetails): object {
  return Object.fromEntries(cardFields.map((field) => [field, workspace[field]]));
}

test('a workspace is created, listed, read, found active, and another one selected in its place', async () => {
  const org = newOrganization();
  const ada = await signIn(server, { sub: 'ada', org, name: 'Ada' });
  const bob = await signIn(server, { sub: 'bob', org, name: 'Bob' });
  const { workspaces } = ada.client;

  const first = await workspaces.create(newWorkspace({ name: ' Assistant ', memberIds: [bob.id] }));
  expect(first).toMatchObject({
    id: expect.stringMatching(/^ws_[0-9a-z]{26}$/),
    name: 'Assistant',
    owner: { __typename: 'User', id: ada.id, name: 'Ada' },
    environment: 'SANDBOX',
    status: 'ACTIVE',
    region: 'EU',
    monthlyBudget: { amount: '10.00', currency: 'USD' },
    memberCount: 2,
    activeKeyCount: 0,
    isActive: true,
    version: 1,
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    updatedAt: first.createdAt,
    viewerRole: 'OWNER',
    viewerCanUpdateSettings: true,
    archivedAt: null,
    timeZone: 'UTC',
    review: null,
  });
  const second = await workspaces.create(newWorkspace({ name: 'Billing' }));
  expect((await workspaces.list()).nodes).toEqual([cardOf(first), cardOf(second)]);
  expect(await workspaces.get(first.id)).toEqual(first);
  expect(await workspaces.active()).toEqual(first);

  const { workspace, previousWorkspace } = await workspaces.select(second.id);
  expect(workspace).toEqual({ ...second, isActive: true });
  expect(previousWorkspace).toEqual({ ...cardOf(first), isActive: false });
  expect(await workspaces.active()).toEqual(workspace);
  expect(await ada.client.viewer()).toEqual({
    user: { id: ada.id, name: 'Ada', email: '', active: true, subject: 'ada' },
    organizationRole: 'MEMBER',
    teams: [{ id: expect.stringMatching(/^team_/), name: 'core' }],
    activeWorkspace: cardOf(workspace),
  });
  expect(await bob.client.workspaces.get(first.id)).toMatchObject({ viewerRole: 'MEMBER', isActive: false });
});

test('a card shows name, owning team, environment, status, region, budget, members and active keys', async () => {
  const { client } = await signIn(server, { sub: 'ada', org: newOrganization() });
  const { teams } = await client.viewer();
  const created = await client.workspaces.create(
    newWorkspace({ environment: 'PRODUCTION', region: 'RWANDA', monthlyBudget: '1250.5' }),
  );
  const workspaceId = created.id;
  for (const name of ['Web app', 'Mobile app']) await client.virtualKeys.create({ workspaceId, name });
  const { virtualKey } = await client.virtualKeys.create({ workspaceId, name: 'Notebook' });
  await client.virtualKeys.revoke({ virtualKeyId: virtualKey.id });
  await client.workspaces.requestReview({ workspaceId, reason: 'Once a year' });
  const ownerId = teams[0]?.id ?? '';
  await client.workspaces.transferOwnership({ workspaceId, expectedVersion: created.version, ownerId });
  const { nodes } = await client.workspaces.list();
  expect(nodes).toEqual([
    {
      id: workspaceId,
      name: created.name,
      owner: { __typename: 'Team', id: ownerId, name: 'core' },
      environment: 'PRODUCTION',
      status: 'REVIEW',
      region: 'RWANDA',
      monthlyBudget: { amount: '1250.50', currency: 'USD' },
      memberCount: 1,
      activeKeyCount: 2,
      isActive: true,
      version: created.version + 1,
    },
  ]);
});

test("the summary's figures are those of the cards", async () => {
  const { client } = await signIn(server, { sub: 'ada', org: newOrganization() });
  for (const [monthlyBudget, environment] of [
    ['0.10', 'PRODUCTION'],
    ['0.20', 'STAGING'],
    ['999999999999.99', 'PRODUCTION'],
  ] as const) {
    const { id } = await client.workspaces.create(newWorkspace({ monthlyBudget, environment }));
    await client.virtualKeys.create({ workspaceId: id, name: 'Web app' });
  }
  const { nodes } = await client.workspaces.list({ first: 100 });
  expect(await client.workspaces.summary()).toEqual({
    activeWorkspace: nodes.find(({ isActive }) => isActive),
    totalWorkspaces: nodes.length,
    totalMonthlyBudget: { amount: '1000000000000.29', currency: 'USD' },
    totalSpent: { amount: '0.00', currency: 'USD' },
    totalActiveKeys: nodes.reduce((sum, { activeKeyCount }) => sum + activeKeyCount, 0),
    productionWorkspaces: nodes.filter(({ environment }) => environment === 'PRODUCTION').length,
  });
  expect(nodes.map(({ activeKeyCount }) => activeKeyCount)).toEqual([1, 1, 1]);
});

describe('a list of workspaces', () => {
  let client: TokenVueClient;
  beforeAll(async () => {
    ({ client } = await signIn(server, { sub: 'ada', org: newOrganization() }));
    for (const [name, monthlyBudget, environment] of [
      ['delta', '30', 'PRODUCTION'],
      ['Alpha', '9.5', 'PRODUCTION'],
      ['bravo', '20', 'SANDBOX'],
      ['charlie', '100', 'PRODUCTION'],
      ['Echo', '9.75', 'PRODUCTION'],
    ] as const) {
      await client.workspaces.create(newWorkspace({ name, monthlyBudget, environment }));
    }
  });

  async function walk(options: WorkspaceListOptions): Promise<string[]> {
    const names: string[] = [];
    let after: string | null = null;
    do {
      const { nodes, pageInfo } = await client.workspaces.list({ ...options, after });
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      names.push(...nodes.map(({ name }) => name));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    return names;
  }

  test.each([
    ['NAME', ['Alpha', 'charlie', 'delta', 'Echo']],
    ['CREATED_AT', ['delta', 'Alpha', 'charlie', 'Echo']],
    ['MONTHLY_BUDGET', ['Alpha', 'Echo', 'delta', 'charlie']],
  ] as const)('is walked by endCursor under a filter, by %s in both directions', async (field, names) => {
    const options = { first: 3, filter: { environments: ['PRODUCTION'] } } satisfies WorkspaceListOptions;
    expect(await walk({ ...options, orderBy: { field, direction: 'ASC' } })).toEqual(names);
    expect(await walk({ ...options, orderBy: { field, direction: 'DESC' } })).toEqual(names.toReversed());
  });

  test('is walked back from its end by startCursor', async () => {
    const options = { last: 2, filter: { environments: ['PRODUCTION'] } } satisfies WorkspaceListOptions;
    const end = await client.workspaces.list(options);
    expect(end).toMatchObject({ nodes: [{ name: 'delta' }, { name: 'Echo' }], pageInfo: { hasNextPage: false } });
    const start = await client.workspaces.list({ ...options, before: end.pageInfo.startCursor });
    expect(start.nodes.map(({ name }) => name)).toEqual(['Alpha', 'charlie']);
    expect(start.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: true });
    const members = await client.members.list(start.nodes[0]?.id ?? '', { last: 1 });
    expect(members?.nodes).toMatchObject([{ role: 'OWNER' }]);
    expect(await failure(client.workspaces.list({ first: 1, last: 1 }))).toBeInstanceOf(RequestError);
  });

  test('is counted only when asked, and as long as its pages together', async () => {
    const options = { first: 2, filter: { search: 'a' } };
    const { totalCount } = await client.workspaces.list({ ...options, totalCount: true });
    expect(totalCount).toBe(4);
    expect(await walk(options)).toHaveLength(4);
    expect(await client.workspaces.list(options)).not.toHaveProperty('totalCount');
  });

  test('is the same when what is optional is null or undefined', async () => {
    const everything = await client.workspaces.list({ totalCount: false });
    const nulls = { first: null, after: null, filter: null, orderBy: null };
    const undefineds = { first: undefined, after: undefined, filter: undefined, totalCount: undefined };
    expect(await client.workspaces.list(nulls)).toEqual(everything);
    expect(await client.workspaces.list(undefineds)).toEqual(everything);
    expect(everything.nodes).toHaveLength(5);
  });

  test('refuses a cursor of another order, and pages of 0 and 101', async () => {
    const { pageInfo } = await client.workspaces.list({ first: 1 });
    const options: WorkspaceListOptions[] = [
      { after: pageInfo.endCursor, orderBy: { field: 'CREATED_AT', direction: 'ASC' } },
      { after: 'invented' },
      { first: 0 },
      { first: 101 },
    ];
    for (const option of options) {
      const error = await failure(client.workspaces.list(option));
      expect(error).toBeInstanceOf(RequestError);
      expect(error).toMatchObject({ code: 'BAD_USER_INPUT', data: { workspaces: null } });
      expect(String(error)).toContain(`"${'first' in option ? 'first' : 'after'}"`);
    }
  });
});

describe('a refusal', () => {
  const org = newOrganization();
  let ada: SignedIn;
  let stranger: SignedIn;
  let reader: SignedIn;
  let workspace: WorkspaceDetails;
  beforeAll(async () => {
    ada = await signIn(server, { sub: 'ada', org });
    stranger = await signIn(server, { sub: 'stranger', org, teams: ['other'] });
    reader = await signIn(server, { sub: 'reader', org });
    workspace = await ada.client.workspaces.create(newWorkspace({ name: 'Assistant', memberIds: [reader.id] }));
    const members = await ada.client.members.list(workspace.id);
    const { id: memberId = '' } = members?.nodes.find(({ user }) => user.id === reader.id) ?? {};
    await ada.client.members.changeRole({ memberId, role: 'VIEWER' });
  });

  const create = (input: Partial<CreateWorkspaceInput>) => ada.client.workspaces.create(newWorkspace(input));
  const update = (input: object, { client } = ada) =>
    client.workspaces.updateSettings({ workspaceId: workspace.id, expectedVersion: workspace.version, ...input });

  test.each([
    ['a blank name', InvalidInputError, 'INVALID', ['name'], () => create({ name: '   ' })],
    ['a name of 81 characters', InvalidInputError, 'INVALID', ['name'], () => create({ name: 'x'.repeat(81) })],
    ['three decimals', InvalidInputError, 'INVALID', ['monthlyBudget'], () => create({ monthlyBudget: '1.005' })],
    ['a name taken in other case', TakenError, 'TAKEN', ['name'], () => create({ name: 'aSSISTANT' })],
    ['no person', NotFoundError, 'NOT_FOUND', ['memberIds', '0'], () => create({ memberIds: ['usr_0'] })],
    [
      'a member outside team access',
      NotFoundError,
      'NOT_FOUND',
      ['memberIds', '1'],
      () => create({ memberIds: [reader.id, stranger.id] }),
    ],
    [
      'more members than a set may have',
      LimitReachedError,
      'LIMIT_REACHED',
      ['memberIds'],
      () => create({ memberIds: Array.from({ length: 10_001 }, (_, index) => `usr_${index}`) }),
    ],
    ['null for a region', InvalidInputError, 'REQUIRED', ['region'], () => update({ region: null })],
    ['a version of 0', InvalidInputError, 'INVALID', ['expectedVersion'], () => update({ expectedVersion: 0 })],
    ['a change by a viewer', ForbiddenError, 'FORBIDDEN', ['workspaceId'], () => update({ region: 'US' }, reader)],
    ['a change by a stranger', NotFoundError, 'NOT_FOUND', ['workspaceId'], () => update({ region: 'US' }, stranger)],
    [
      "selecting another organization's",
      NotFoundError,
      'NOT_FOUND',
      ['workspaceId'],
      async () => {
        const foreign = await signIn(server, { sub: 'eve', org: newOrganization() });
        await foreign.client.workspaces.select(workspace.id);
      },
    ],
    [
      'selecting a malformed id',
      NotFoundError,
      'NOT_FOUND',
      ['workspaceId'],
      () => ada.client.workspaces.select('no id'),
    ],
  ])(
    'of %s comes as its class, with code and path, and nothing has changed',
    async (_what, ErrorClass, code, path, call) => {
      const error = await failure(call());
      expect(error).toBeInstanceOf(ErrorClass);
      expect(error).toMatchObject({ code, userErrors: [{ code, field: ['input', ...path] }] });
      expect(await ada.client.workspaces.list()).toMatchObject({ nodes: [cardOf(workspace)] });
    },
  );

  test('of several things at once names them all', async () => {
    const error = await failure(create({ name: '', monthlyBudget: '-1' }));
    expect(error).toMatchObject({
      userErrors: [{ field: ['input', 'name'] }, { field: ['input', 'monthlyBudget'] }],
      message: expect.stringMatching(/name.*budget/s),
    });
  });

  test('does not come from reading: what is foreign, unseen or malformed is null', async () => {
    const foreign = await signIn(server, { sub: 'eve', org: newOrganization() });
    expect(await foreign.client.workspaces.get(workspace.id)).toBeNull();
    expect(await stranger.client.workspaces.get(workspace.id)).toBeNull();
    expect(await ada.client.workspaces.get('no id')).toBeNull();
    expect(await foreign.client.workspaces.active()).toBeNull();
  });
});

test('of two changes on one version the second is told the present state, with which it succeeds', async () => {
  const { client } = await signIn(server, { sub: 'ada', org: newOrganization() });
  const { id: workspaceId, version } = await client.workspaces.create(newWorkspace());
  const first = await client.workspaces.updateSettings({ workspaceId, expectedVersion: version, region: 'US' });
  const second = { workspaceId, monthlyBudget: '99.90' };
  const error = await failure(client.workspaces.updateSettings({ ...second, expectedVersion: version }));
  if (!(error instanceof VersionConflictError)) throw error;
  expect(error).toMatchObject({ code: 'VERSION_CONFLICT', workspace: first });

  const expectedVersion = error.workspace?.version ?? 0;
  expect(await client.workspaces.updateSettings({ ...second, expectedVersion })).toEqual({
    ...first,
    monthlyBudget: { amount: '99.90', currency: 'USD' },
    version: version + 2,
    updatedAt: expect.any(String),
  });
});

test('a create that is repeated with its idempotency key happens once, and with another input not at all', async () => {
  const { client } = await signIn(server, { sub: 'ada', org: newOrganization() });
  const input = newWorkspace({ idempotencyKey: randomUUID() });
  const [first, again] = await Promise.all([client.workspaces.create(input), client.workspaces.create(input)]);
  expect(again.id).toBe(first.id);
  const error = await failure(client.workspaces.create({ ...input, region: 'US' }));
  expect(error).toBeInstanceOf(IdempotencyKeyReusedError);
  expect((await client.workspaces.list()).nodes).toHaveLength(1);
});

test("an expired token is an UnauthenticatedError with the request id of the answer's header", async () => {
  const token = await signToken({ sub: 'ada', org: newOrganization() }, '-1h');
  tokens.push(token);
  const requestIds: unknown[] = [];
  const client = new TokenVueClient({
    endpoint: server.endpoint,
    token,
    fetch: async (...request) => {
      const response = await fetch(...request);
      requestIds.push(response.headers.get('x-request-id'));
      return response;
    },
  });
  const error = await failure(client.viewer());
  expect(error).toBeInstanceOf(UnauthenticatedError);
  expect(error).toMatchObject({ code: 'UNAUTHENTICATED', status: 401, requestId: expect.stringMatching(/^.{8,}$/) });
  expect(error).toMatchObject({ requestId: requestIds[0] });
});

test('people with team access are found by part of name or e-mail in any case, and nobody else is', async () => {
  const org = newOrganization();
  const { client } = await signIn(server, { sub: 'ada', org, name: 'Ada' });
  const grace = { name: 'Grace Hopper', email: 'gmh@navy.test' };
  const { id } = await signIn(server, { sub: 'grace', org, ...grace });
  await signIn(server, { sub: 'gracie', org, name: 'Gracie', teams: ['other'] });
  for (const search of ['HOPP', 'navy', 'grac']) {
    const { nodes, totalCount } = await client.users.assignable({ search, totalCount: true });
    expect(nodes).toEqual([{ id, ...grace, active: true, subject: null }]);
    expect(totalCount).toBe(1);
  }
  const firstPage = await client.users.assignable({ first: 1, search: null });
  const { endCursor: after, hasNextPage } = firstPage.pageInfo;
  expect([firstPage.nodes.map(({ name }) => name), hasNextPage]).toEqual([['Ada'], true]);
  expect(await client.users.assignable({ after })).toMatchObject({ nodes: [{ id }], pageInfo: { hasNextPage: false } });
});

describe('an operation of the caller', () => {
  let ada: SignedIn;
  beforeAll(async () => {
    ada = await signIn(server, { sub: 'ada', org: newOrganization() });
  });

  test('brings what it asks for', async () => {
    const { id, name } = await ada.client.workspaces.create(newWorkspace());
    const document = 'query Members($id: ID!) { workspace(id: $id) { name members { nodes { role user { id } } } } }';
    expect(await ada.client.request(document, { id })).toEqual({
      workspace: { name, members: { nodes: [{ role: 'OWNER', user: { id: ada.id } }] } },
    });
  });

  const people = 'members(first: 100) { nodes { workspace { members(first: 100) { nodes { id } } } } }';
  test.each([
    ['asks for a field that there is not', 'query A { viewer { age } }', 'BAD_USER_INPUT', 400, 'age'],
    ['is not GraphQL', 'query A {', 'BAD_USER_INPUT', 400, 'Syntax Error'],
    ['leaves out a variable', 'query A($id: ID!) { node(id: $id) { id } }', 'BAD_USER_INPUT', 400, '$id'],
    [
      'is too large to send',
      `query A { viewer { teams { id } } } #${'x'.repeat(1 << 23)}`,
      'BAD_USER_INPUT',
      413,
      'MiB',
    ],
    ['asks too much', `{ workspaces(first: 100) { nodes { ${people} } } }`, 'OPERATION_TOO_COMPLEX', 400, 'at once'],
  ])('that %s is a RequestError that says so', async (_what, document, code, status, message) => {
    const error = await failure(ada.client.request(document));
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ code, status, data: null, message: expect.stringContaining(message) });
    expect(error).toMatchObject({ requestId: expect.any(String) });
  });
});

test('a server that has stopped is a NetworkError', async () => {
  const stopped = await startTestServer();
  const { client } = await signIn(stopped, { sub: 'ada', org: newOrganization() });
  expect(await client.workspaces.active()).toBeNull();
  await stopped.close();
  const error = await failure(client.workspaces.active());
  expect(error).toBeInstanceOf(NetworkError);
  expect(error).toMatchObject({
    code: 'NETWORK_ERROR',
    cause: { message: 'fetch failed', cause: { code: expect.any(String) } },
  });
});
