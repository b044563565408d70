import { expect, test } from '@jest/globals';
import { type DocumentNode, parse, print } from 'graphql';
import * as nodes from './documents.js';
import { InvalidResponseError, type TokenVueClient, type TypedDocument, type Viewer } from './index.js';
import { card, clientAnswering, json, rejection } from './testing/fake-fetch.js';
import { cases, createInput, page } from './testing/method-cases.js';
import { methodsOf } from './testing/methods-of.js';

test.each(Object.entries(cases))('%s sends its operation and resolves to its result', async (_name, expected) => {
  const { client, received } = clientAnswering(() => json({ data: expected.data }));
  expect(await expected.call(client)).toEqual(expected.result);
  expect(received).toHaveLength(1);
  expect(received[0]?.body.operationName).toBe(expected.operationName);
  expect(received[0]?.body.variables).toEqual(expected.variables);
});

test.each(Object.entries(cases))('%s has its response too', async (_name, expected) => {
  const headers = { 'x-request-id': 'req-1' };
  const { client } = clientAnswering(() => json({ data: expected.data }, { headers }));
  const { data, response } = await expected.call(client).withResponse();
  expect(data).toEqual(expected.result);
  expect(response.requestId).toBe('req-1');
});

test('every method is tried', () => {
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

  // Only compiled: variables cannot be forgotten or misnamed.
  const compiled = [
    // @ts-expect-error variables are missing
    () => client.request(document),
    // @ts-expect-error the variable has another name
    () => client.request(document, { identifier: 'ws_01' }),
  ];
  expect(compiled).toHaveLength(2);
});

test('request() needs no variables where the operation needs none, and leaves userErrors to the caller', async () => {
  const data = { selectWorkspace: { userErrors: [{ code: 'NOT_FOUND' }] } };
  const { client, received } = clientAnswering(() => json({ data }));
  const document: TypedDocument<typeof data, { id?: string }> =
    'mutation Select($id: ID) { selectWorkspace(input: { workspaceId: $id }) { userErrors { code } } }';
  expect(await client.request(document)).toEqual(data);
  expect(received[0]?.body).not.toHaveProperty('variables');
});

test('request() takes syntax trees, typed or not, and sends what they say', async () => {
  const sources = [
    'query Count($id: ID!, $n: [Int!]! = [1, 2] @d) @a { w: workspace(id: $id, f: {a: 1.5e3, b: "ü\\"\\n", c: null, d: [X, true]}) { ...F } }',
    'mutation M { a { ... on B @include(if: $c) { d } ... @skip(if: true) { e } ... { f(g: $h) } } }',
    'subscription { x { y } } fragment F on W @z(y: """block "quoted" """) { id }',
    '{ shorthand }',
  ];
  const { client, received } = clientAnswering(() => json({ data: { viewer: null } }));
  for (const source of sources) {
    const tree = parse(source);
    await client.request(tree);
    const sent = parse(received.at(-1)?.body.query ?? '');
    expect(shapeOf(sent)).toEqual(shapeOf(tree));
  }
  for (const [name, tree] of Object.entries(nodes)) {
    if (!('definitions' in tree)) continue;
    await client.request(tree as DocumentNode);
    expect(shapeOf(parse(received.at(-1)?.body.query ?? ''))).toEqual(shapeOf(parse(print(tree))));
    expect(`${received.at(-1)?.body.operationName}Document`).toBe(name);
  }
  const { viewer } = await client.request(nodes.ViewerDocument);
  const typed: Viewer | null = viewer;
  expect(typed).toBeNull();
  const compiled = [
    // @ts-expect-error the variables are missing
    () => client.request(nodes.WorkspaceDocument),
    // @ts-expect-error the variable has another name
    () => client.request(nodes.WorkspaceDocument, { identifier: 'ws_01' }),
  ];
  expect(compiled).toHaveLength(2);
});

/** What a document says, however it is written. */
function shapeOf(document: DocumentNode): unknown {
  const withoutStyle = (key: string, value: unknown) => (key === 'loc' || key === 'block' ? undefined : value);
  return JSON.parse(JSON.stringify(document, withoutStyle));
}
