import { expect, test } from '@jest/globals';
import { type CreateWorkspaceInput, InvalidResponseError, type TokenVueClient, type TypedDocument } from './index.js';
import {
  card,
  clientAnswering,
  details,
  json,
  KEY_SECRET,
  person,
  rejection,
  SERVICE_SECRET,
  virtualKey,
} from './testing/fake-fetch.js';
import { methodsOf } from './testing/methods-of.js';

const pageInfo = {
  hasNextPage: false,
  hasPreviousPage: false,
  startCursor: 'a',
  endCursor: 'b',
};
const page = { nodes: [card], pageInfo };
const viewer = {
  user: person,
  organizationRole: 'ADMIN',
  teams: [{ id: 'team_01', name: 'Search' }],
  activeWorkspace: card,
};
const summary = {
  activeWorkspace: card,
  totalWorkspaces: 1,
  totalMonthlyBudget: card.monthlyBudget,
  totalActiveKeys: 2,
  productionWorkspaces: 1,
};
const createInput: CreateWorkspaceInput = {
  name: 'Search assistant',
  environment: 'PRODUCTION',
  region: 'EU',
  monthlyBudget: '1250.00',
  memberIds: [],
  idempotencyKey: 'once',
};
const settings = {
  workspaceId: 'ws_01',
  expectedVersion: 4,
  monthlyBudget: '10.00',
};
const selection = { workspace: details, previousWorkspace: null };

const versioned = { workspaceId: 'ws_01', expectedVersion: 4 };
const finding = {
  code: 'STALE_KEY',
  severity: 'MEDIUM',
  message: 'Not used for 90 days.',
  virtualKey: { id: 'vk_01', name: 'Web app', maskedKey: 'tvk_…4f2c', lastUsedAt: null },
};
const auditEvent = {
  id: 'aud_01',
  action: 'workspace.archived',
  actor: { kind: 'USER', id: 'usr_01', name: 'Ada' },
  targetId: 'ws_01',
  changes: [{ field: 'archivedAt', before: null, after: '"2026-11-02T09:00:00Z"' }],
  occurredAt: '2026-11-02T09:00:00Z',
  requestId: 'req-1',
};
const createKeyInput = { workspaceId: 'ws_01', name: 'Web app', idempotencyKey: 'once' };
const issuedKey = { virtualKey, secret: KEY_SECRET, message: null };
const repeatedKey = { virtualKey, secret: null, message: 'The secret was shown once. Rotate the key.' };
const member = { id: 'mem_01', user: person, role: 'VIEWER', joinedAt: '2026-11-01T09:00:00Z' };
const serviceToken = {
  id: 'svc_01',
  name: 'Billing',
  maskedToken: 'tvs_…9a1b',
  scopes: ['WORKSPACES_READ'],
  createdAt: '2026-11-01T09:00:00Z',
  expiresAt: null,
  lastUsedAt: null,
  revokedAt: null,
};
const issuedToken = { serviceToken, token: SERVICE_SECRET, message: null };
const directory = {
  users: [{ subject: 'maya', name: 'Maya', email: 'maya@example.com' }],
  teams: [{ externalId: 'search', name: 'Search', subjects: ['maya'] }],
};

interface Case {
  call: (client: TokenVueClient) => Promise<unknown>;
  operationName: string;
  variables: object;
  data: object;
  result: unknown;
}

const cases: Record<string, Case> = {
  'workspaces.summary()': {
    call: (client) => client.workspaces.summary(),
    operationName: 'WorkspaceSummary',
    variables: {},
    data: { workspaceSummary: summary },
    result: summary,
  },
  'workspaces.list()': {
    call: (client) => client.workspaces.list(),
    operationName: 'Workspaces',
    variables: {},
    data: { workspaces: page },
    result: page,
  },
  'workspaces.list(options)': {
    call: (client) =>
      client.workspaces.list({
        first: 50,
        after: 'b',
        filter: { search: 'sea', environments: ['PRODUCTION'] },
        orderBy: { field: 'NAME', direction: 'DESC' },
      }),
    operationName: 'Workspaces',
    variables: {
      first: 50,
      after: 'b',
      filter: { search: 'sea', environments: ['PRODUCTION'] },
      orderBy: { field: 'NAME', direction: 'DESC' },
    },
    data: { workspaces: page },
    result: page,
  },
  'workspaces.get(id)': {
    call: (client) => client.workspaces.get('ws_01'),
    operationName: 'Workspace',
    variables: { id: 'ws_01' },
    data: { workspace: details },
    result: details,
  },
  'workspaces.get(id) of none': {
    call: (client) => client.workspaces.get('ws_00'),
    operationName: 'Workspace',
    variables: { id: 'ws_00' },
    data: { workspace: null },
    result: null,
  },
  'workspaces.active()': {
    call: (client) => client.workspaces.active(),
    operationName: 'ActiveWorkspace',
    variables: {},
    data: { activeWorkspace: details },
    result: details,
  },
  'workspaces.active() when none is': {
    call: (client) => client.workspaces.active(),
    operationName: 'ActiveWorkspace',
    variables: {},
    data: { activeWorkspace: null },
    result: null,
  },
  'workspaces.create(input)': {
    call: (client) => client.workspaces.create(createInput),
    operationName: 'CreateWorkspace',
    variables: { input: createInput },
    data: { createWorkspace: { workspace: details, userErrors: [] } },
    result: details,
  },
  'workspaces.updateSettings(input)': {
    call: (client) => client.workspaces.updateSettings(settings),
    operationName: 'UpdateWorkspaceSettings',
    variables: { input: settings },
    data: {
      updateWorkspaceSettings: {
        workspace: details,
        conflictingWorkspace: null,
        userErrors: [],
      },
    },
    result: details,
  },
  'workspaces.select(id)': {
    call: (client) => client.workspaces.select('ws_01'),
    operationName: 'SelectWorkspace',
    variables: { input: { workspaceId: 'ws_01' } },
    data: { selectWorkspace: { ...selection, userErrors: [] } },
    result: selection,
  },
  'viewer()': {
    call: (client) => client.viewer(),
    operationName: 'Viewer',
    variables: {},
    data: { viewer },
    result: viewer,
  },
  'users.assignable()': {
    call: (client) => client.users.assignable({ first: 10, search: 'ad' }),
    operationName: 'AssignableUsers',
    variables: { first: 10, search: 'ad' },
    data: { assignableUsers: { nodes: [person], pageInfo } },
    result: { nodes: [person], pageInfo },
  },
  'workspaces.transferOwnership(input)': {
    call: (client) => client.workspaces.transferOwnership({ ...versioned, ownerId: 'team_01' }),
    operationName: 'TransferWorkspaceOwnership',
    variables: { input: { ...versioned, ownerId: 'team_01' } },
    data: { transferWorkspaceOwnership: { workspace: details, conflictingWorkspace: null, userErrors: [] } },
    result: details,
  },
  'workspaces.archive(input)': {
    call: (client) => client.workspaces.archive(versioned),
    operationName: 'ArchiveWorkspace',
    variables: { input: versioned },
    data: { archiveWorkspace: { workspace: details, conflictingWorkspace: null, userErrors: [] } },
    result: details,
  },
  'workspaces.restore(id)': {
    call: (client) => client.workspaces.restore('ws_01'),
    operationName: 'RestoreWorkspace',
    variables: { input: { workspaceId: 'ws_01' } },
    data: { restoreWorkspace: { workspace: details, userErrors: [] } },
    result: details,
  },
  'workspaces.requestReview(input)': {
    call: (client) => client.workspaces.requestReview({ workspaceId: 'ws_01', reason: 'Audit' }),
    operationName: 'RequestWorkspaceReview',
    variables: { input: { workspaceId: 'ws_01', reason: 'Audit' } },
    data: { requestWorkspaceReview: { workspace: details, userErrors: [] } },
    result: details,
  },
  'workspaces.completeReview(input)': {
    call: (client) => client.workspaces.completeReview({ workspaceId: 'ws_01', note: 'In order' }),
    operationName: 'CompleteWorkspaceReview',
    variables: { input: { workspaceId: 'ws_01', note: 'In order' } },
    data: { completeWorkspaceReview: { workspace: details, userErrors: [] } },
    result: details,
  },
  'workspaces.reviewFindings(workspaceId)': {
    call: (client) => client.workspaces.reviewFindings('ws_01'),
    operationName: 'ReviewFindings',
    variables: { workspaceId: 'ws_01' },
    data: { workspace: { reviewFindings: [finding] } },
    result: [finding],
  },
  'workspaces.reviewFindings(workspaceId) of none': {
    call: (client) => client.workspaces.reviewFindings('ws_00'),
    operationName: 'ReviewFindings',
    variables: { workspaceId: 'ws_00' },
    data: { workspace: null },
    result: null,
  },
  'workspaces.listWithFindings(options)': {
    call: (client) => client.workspaces.listWithFindings({ first: 50, filter: { archived: false } }),
    operationName: 'WorkspacesWithFindings',
    variables: { first: 50, filter: { archived: false } },
    data: { workspaces: { nodes: [{ ...card, reviewFindings: [finding] }], pageInfo } },
    result: { nodes: [{ ...card, reviewFindings: [finding] }], pageInfo },
  },
  'workspaces.auditLog(workspaceId, options)': {
    call: (client) => client.workspaces.auditLog('ws_01', { first: 5, filter: { actions: ['workspace.archived'] } }),
    operationName: 'AuditLog',
    variables: { workspaceId: 'ws_01', first: 5, filter: { actions: ['workspace.archived'] } },
    data: { workspace: { auditLog: { nodes: [auditEvent], pageInfo } } },
    result: { nodes: [auditEvent], pageInfo },
  },
  'workspaces.auditLog(workspaceId) for who may not read it': {
    call: (client) => client.workspaces.auditLog('ws_01'),
    operationName: 'AuditLog',
    variables: { workspaceId: 'ws_01' },
    data: { workspace: { auditLog: null } },
    result: null,
  },
  'workspaces.auditLog(workspaceId) of none': {
    call: (client) => client.workspaces.auditLog('ws_00'),
    operationName: 'AuditLog',
    variables: { workspaceId: 'ws_00' },
    data: { workspace: null },
    result: null,
  },
  'virtualKeys.list(options)': {
    call: (client) => client.virtualKeys.list({ filter: { unusedForDays: 90 }, totalCount: true }),
    operationName: 'VirtualKeys',
    variables: { filter: { unusedForDays: 90 }, totalCount: true },
    data: { virtualKeys: { nodes: [virtualKey], pageInfo, totalCount: 1 } },
    result: { nodes: [virtualKey], pageInfo, totalCount: 1 },
  },
  'virtualKeys.get(id)': {
    call: (client) => client.virtualKeys.get('vk_01'),
    operationName: 'VirtualKey',
    variables: { id: 'vk_01' },
    data: { node: { __typename: 'VirtualKey', ...virtualKey } },
    result: virtualKey,
  },
  'virtualKeys.get(id) of none': {
    call: (client) => client.virtualKeys.get('vk_00'),
    operationName: 'VirtualKey',
    variables: { id: 'vk_00' },
    data: { node: null },
    result: null,
  },
  'virtualKeys.get(id) of something else': {
    call: (client) => client.virtualKeys.get('ws_01'),
    operationName: 'VirtualKey',
    variables: { id: 'ws_01' },
    data: { node: { __typename: 'Workspace' } },
    result: null,
  },
  'virtualKeys.create(input)': {
    call: (client) => client.virtualKeys.create(createKeyInput),
    operationName: 'CreateVirtualKey',
    variables: { input: createKeyInput },
    data: { createVirtualKey: { ...issuedKey, userErrors: [] } },
    result: issuedKey,
  },
  'virtualKeys.create(input) once more': {
    call: (client) => client.virtualKeys.create(createKeyInput),
    operationName: 'CreateVirtualKey',
    variables: { input: createKeyInput },
    data: { createVirtualKey: { ...repeatedKey, userErrors: [] } },
    result: repeatedKey,
  },
  'virtualKeys.update(input)': {
    call: (client) => client.virtualKeys.update({ virtualKeyId: 'vk_01', expectedVersion: 2, expiresAt: null }),
    operationName: 'UpdateVirtualKey',
    variables: { input: { virtualKeyId: 'vk_01', expectedVersion: 2, expiresAt: null } },
    data: { updateVirtualKey: { virtualKey, conflictingVirtualKey: null, userErrors: [] } },
    result: virtualKey,
  },
  'virtualKeys.rotate(input)': {
    call: (client) => client.virtualKeys.rotate({ virtualKeyId: 'vk_01', overlapSeconds: 60 }),
    operationName: 'RotateVirtualKey',
    variables: { input: { virtualKeyId: 'vk_01', overlapSeconds: 60 } },
    data: { rotateVirtualKey: { ...issuedKey, userErrors: [] } },
    result: issuedKey,
  },
  'virtualKeys.revoke(input)': {
    call: (client) => client.virtualKeys.revoke({ virtualKeyId: 'vk_01', reason: 'Leaked' }),
    operationName: 'RevokeVirtualKey',
    variables: { input: { virtualKeyId: 'vk_01', reason: 'Leaked' } },
    data: { revokeVirtualKey: { virtualKey, userErrors: [] } },
    result: virtualKey,
  },
  'virtualKeys.review(decisions)': {
    call: (client) => client.virtualKeys.review([{ virtualKeyId: 'vk_01', decision: 'KEEP' }]),
    operationName: 'ReviewVirtualKeys',
    variables: { input: { decisions: [{ virtualKeyId: 'vk_01', decision: 'KEEP' }] } },
    data: { reviewVirtualKeys: { virtualKeys: [virtualKey], userErrors: [] } },
    result: [virtualKey],
  },
  'members.list(workspaceId, options)': {
    call: (client) => client.members.list('ws_01', { first: 5 }),
    operationName: 'Members',
    variables: { workspaceId: 'ws_01', first: 5 },
    data: { workspace: { members: { nodes: [member], pageInfo } } },
    result: { nodes: [member], pageInfo },
  },
  'members.list(workspaceId) of none': {
    call: (client) => client.members.list('ws_00'),
    operationName: 'Members',
    variables: { workspaceId: 'ws_00' },
    data: { workspace: null },
    result: null,
  },
  'members.changeRole(input)': {
    call: (client) => client.members.changeRole({ memberId: 'mem_01', role: 'VIEWER' }),
    operationName: 'ChangeMemberRole',
    variables: { input: { memberId: 'mem_01', role: 'VIEWER' } },
    data: { changeMemberRole: { member, userErrors: [] } },
    result: member,
  },
  'serviceTokens.list()': {
    call: (client) => client.serviceTokens.list(),
    operationName: 'ServiceTokens',
    variables: {},
    data: { serviceTokens: [serviceToken] },
    result: [serviceToken],
  },
  'serviceTokens.list() for anyone but an organization admin': {
    call: (client) => client.serviceTokens.list(),
    operationName: 'ServiceTokens',
    variables: {},
    data: { serviceTokens: null },
    result: null,
  },
  'serviceTokens.create(input)': {
    call: (client) =>
      client.serviceTokens.create({ name: 'Billing', scopes: ['WORKSPACES_READ'], idempotencyKey: 'once' }),
    operationName: 'CreateServiceToken',
    variables: { input: { name: 'Billing', scopes: ['WORKSPACES_READ'], idempotencyKey: 'once' } },
    data: { createServiceToken: { ...issuedToken, userErrors: [] } },
    result: issuedToken,
  },
  'serviceTokens.revoke(id)': {
    call: (client) => client.serviceTokens.revoke('svc_01'),
    operationName: 'RevokeServiceToken',
    variables: { input: { serviceTokenId: 'svc_01' } },
    data: { revokeServiceToken: { serviceToken, userErrors: [] } },
    result: serviceToken,
  },
  'teamAccess.sync(input)': {
    call: (client) => client.teamAccess.sync(directory),
    operationName: 'SyncTeamAccess',
    variables: { input: directory },
    data: { syncTeamAccess: { usersChanged: 0, teamsChanged: 1, userErrors: [] } },
    result: { usersChanged: 0, teamsChanged: 1 },
  },
};

test.each(Object.entries(cases))('%s sends its operation and resolves to its result', async (_name, expected) => {
  const { client, received } = clientAnswering(() => json({ data: expected.data }));
  expect(await expected.call(client)).toEqual(expected.result);
  expect(received).toHaveLength(1);
  expect(received[0]?.body.operationName).toBe(expected.operationName);
  expect(received[0]?.body.variables).toEqual(expected.variables);
});

test('every method is tried above', () => {
  const tried = Object.keys(cases).map((name) => name.replace(/\(.*/, ''));
  const methods = methodsOf(clientAnswering(() => json({})).client).filter((name) => !/\.iterate/.test(name));
  expect(methods.filter((name) => !tried.includes(name))).toEqual(['request']);
});

test('a list has the eight fields of the card, and what select and update need', async () => {
  const { client, received } = clientAnswering(() => json({ data: { workspaces: page } }));
  await client.workspaces.list();
  const fragment = /fragment WorkspaceCard on Workspace\{(.*?version)\}/.exec(received[0]?.body.query ?? '')?.[1];
  const fields = fragment
    ?.replace(/\{[^}]*\}/g, ' ')
    .trim()
    .split(/\s+/)
    .sort();
  expect(fields).toEqual(Object.keys(card).sort());
});

test('a list is counted only when totalCount is asked for', async () => {
  const { client, received } = clientAnswering(() => json({ data: { workspaces: { ...page, totalCount: 7 } } }));
  await client.workspaces.list({ first: 5 });
  const counted = await client.workspaces.list({ first: 5, totalCount: true });
  expect(received[0]?.body.query).toContain('$totalCount:Boolean=false');
  expect(received[0]?.body.query).toContain('totalCount@include(if:$totalCount)');
  expect(received.map(({ body }) => body.variables?.['totalCount'])).toEqual([undefined, true]);
  expect(counted.totalCount).toBe(7);
});

test.each([
  ['a query', 'WorkspaceSummary', { workspaceSummary: null }, (client: TokenVueClient) => client.workspaces.summary()],
  ['a field that is not there', 'Viewer', {}, (client: TokenVueClient) => client.viewer()],
  [
    'a payload',
    'CreateWorkspace',
    { createWorkspace: null },
    (client: TokenVueClient) => client.workspaces.create(createInput),
  ],
  [
    'the userErrors of a payload',
    'CreateWorkspace.userErrors',
    { createWorkspace: {} },
    (client: TokenVueClient) => client.workspaces.create(createInput),
  ],
  [
    'a result inside a payload',
    'CreateWorkspace.workspace',
    { createWorkspace: { workspace: null, userErrors: [] } },
    (client: TokenVueClient) => client.workspaces.create(createInput),
  ],
])(
  'null without a reason in %s is an InvalidResponseError that names the operation and the field',
  async (_where, name, data, call) => {
    const { client } = clientAnswering(() => json({ data }, { headers: { 'x-request-id': 'req-1' } }));
    const error = await rejection(call(client));
    expect(error).toBeInstanceOf(InvalidResponseError);
    expect(error).toMatchObject({
      code: 'INVALID_RESPONSE',
      status: 200,
      requestId: 'req-1',
    });
    expect(String(error)).toContain(`null for ${name} `);
  },
);

test('request() runs a string, with its types as type arguments', async () => {
  const { client, received } = clientAnswering(() => json({ data: { workspace: { memberCount: 3 } } }));
  const document = 'query Count($id: ID!) { workspace(id: $id) { memberCount } }';
  const result = await client.request<{ workspace: { memberCount: number } }>(document, { id: 'ws_01' });
  expect(result.workspace.memberCount).toBe(3);
  expect(received[0]?.body).toEqual({
    query: document,
    operationName: 'Count',
    variables: { id: 'ws_01' },
  });
});

test("request() takes the types of result and variables from a code generator's string document", async () => {
  class TypedDocumentString<Result, Variables> extends String {
    readonly __apiType?: (variables: Variables) => Result;
  }
  const { client, received } = clientAnswering(() => json({ data: { workspace: { memberCount: 3 } } }));
  const document = new TypedDocumentString<{ workspace: { memberCount: number } }, { id: string }>(
    'query Count($id: ID!) { workspace(id: $id) { memberCount } }',
  );
  expect((await client.request(document, { id: 'ws_01' })).workspace.memberCount).toBe(3);
  expect(received[0]?.body.query).toBe(String(document));

  // Only compiled: variables cannot be forgotten or misnamed, and a syntax tree is no text.
  const tree = { kind: 'Document', definitions: [] };
  const compiled = [
    // @ts-expect-error variables are missing
    () => client.request(document),
    // @ts-expect-error the variable has another name
    () => client.request(document, { identifier: 'ws_01' }),
    // @ts-expect-error a syntax tree
    () => client.request(tree),
  ];
  expect(compiled).toHaveLength(3);
});

test('request() needs no variables where the operation needs none, and leaves userErrors to the caller', async () => {
  const data = { selectWorkspace: { userErrors: [{ code: 'NOT_FOUND' }] } };
  const { client, received } = clientAnswering(() => json({ data }));
  const document: TypedDocument<typeof data, { id?: string }> =
    'mutation Select($id: ID) { selectWorkspace(input: { workspaceId: $id }) { userErrors { code } } }';
  expect(await client.request(document)).toEqual(data);
  expect(received[0]?.body).not.toHaveProperty('variables');
});
