import { expect, test } from '@jest/globals';
import { type CreateWorkspaceInput, InvalidResponseError, type TokenVueClient, type TypedDocument } from './index.js';
import { card, clientAnswering, details, json, rejection } from './testing/fake-fetch.js';

const pageInfo = {
  hasNextPage: false,
  hasPreviousPage: false,
  startCursor: 'a',
  endCursor: 'b',
};
const page = { nodes: [card], pageInfo };
const user = { id: 'usr_01', name: 'Ada', email: 'ada@example.com' };
const viewer = {
  user,
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
};
const settings = {
  workspaceId: 'ws_01',
  expectedVersion: 4,
  monthlyBudget: '10.00',
};
const selection = { workspace: details, previousWorkspace: null };

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
    data: { assignableUsers: { nodes: [user], pageInfo } },
    result: { nodes: [user], pageInfo },
  },
};

test.each(Object.entries(cases))('%s sends its operation and resolves to its result', async (_name, expected) => {
  const { client, received } = clientAnswering(() => json({ data: expected.data }));
  expect(await expected.call(client)).toEqual(expected.result);
  expect(received).toHaveLength(1);
  expect(received[0]?.body.operationName).toBe(expected.operationName);
  expect(received[0]?.body.variables).toEqual(expected.variables);
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
  ['a query', 'workspaceSummary', { workspaceSummary: null }, (client: TokenVueClient) => client.workspaces.summary()],
  ['a field that is not there', 'viewer', {}, (client: TokenVueClient) => client.viewer()],
  [
    'a payload',
    'createWorkspace',
    { createWorkspace: null },
    (client: TokenVueClient) => client.workspaces.create(createInput),
  ],
  [
    'a result inside a payload',
    'createWorkspace.workspace',
    { createWorkspace: { workspace: null, userErrors: [] } },
    (client: TokenVueClient) => client.workspaces.create(createInput),
  ],
])('null without a reason in %s is an InvalidResponseError that names the field', async (_where, field, data, call) => {
  const { client } = clientAnswering(() => json({ data }, { headers: { 'x-request-id': 'req-1' } }));
  const error = await rejection(call(client));
  expect(error).toBeInstanceOf(InvalidResponseError);
  expect(error).toMatchObject({
    code: 'INVALID_RESPONSE',
    status: 200,
    requestId: 'req-1',
  });
  expect(String(error)).toContain(`null for ${field} `);
});

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
