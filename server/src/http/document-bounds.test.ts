import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newOrganization, signToken, startTestServer, type TestServer } from '../testing/test-server.js';
import { BoundedCache } from './bounded-cache.js';

/** What a document may hold, whatever it costs: in production, as a signed-in client sends it. */

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await startTestServer({ NODE_ENV: 'production' });
  token = await signToken({ sub: 'ada', org: newOrganization() });
});
afterAll(() => server.close());

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

describe('what scanners of GraphQL look for is refused: graphql-cop', () => {
  test.each([
    ['a hundred and one aliases', `query cop { ${times(101, (index) => `alias${index}:__typename`)} }`],
    ['a field five hundred times', `query cop { ${times(500, () => '__typename')} }`],
    ['ten directives on one place', 'query cop { __typename @aa@aa@aa@aa@aa@aa@aa@aa@aa@aa }'],
    [
      'introspection in circles',
      '{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }',
    ],
    ['a field that is none, for what it is like', 'query cop { viewr { organizationRole } }'],
    ['an operation that is none', 'qwerty cop { abc }'],
  ])('%s', async (_case, query) => {
    const { status, errors, data } = await server.request({ token, query });
    expect(status).toBe(400);
    expect(data ?? null).toBeNull();
    expect([1, 2]).toContain(errors?.length);
    expect(JSON.stringify(errors)).not.toMatch(/did you mean|exception|stacktrace/i);
    expect(Object.keys(errors?.[0]?.extensions ?? {}).sort()).toEqual(
      errors?.[0]?.extensions.code === 'OPERATION_TOO_COMPLEX'
        ? ['code', 'requestId']
        : ['code', 'reason', 'requestId'],
    );
  });

  test('a batch, a query by GET, a form, and a trace', async () => {
    const post = (type: string, body: string) =>
      fetch(server.endpoint, {
        method: 'POST',
        headers: { 'content-type': type, authorization: `Bearer ${token}` },
        body,
      });
    expect((await post('application/json', JSON.stringify(Array(10).fill({ query: '{ __typename }' })))).status).toBe(
      400,
    );
    expect((await post('application/x-www-form-urlencoded', 'query=%7B__typename%7D')).status).toBe(415);
    const byGet = await fetch(`${server.endpoint}?query=%7B__typename%7D`, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/html' },
    });
    expect([byGet.status, byGet.headers.get('content-type')]).toEqual([405, 'application/json; charset=utf-8']);
    const plain = await server.request({ token, query: '{ __typename }', headers: { 'apollo-tracing': '1' } });
    expect(Object.keys(plain).sort()).toEqual(['data', 'headers', 'status']);
  });
});

describe('a document is refused before it is validated', () => {
  /** Fragments of which each asks for the next one so many times. */
  const bomb = (depth: number, width: number) =>
    `{ viewer { user { ...F0 } } } ${times(depth, (index) => `fragment F${index} on User { ${times(width, (alias) => `a${alias}: viewer { user { ...F${index + 1} } }`)} }`)} fragment F${depth} on User { id }`;
  const nested = (depth: number, width: number): string =>
    depth === 0 ? 'id' : times(width, () => `viewer { ${nested(depth - 1, width)} }`);
  test.each([
    ['of more than a hundred thousand characters', `{ __typename } #${'x'.repeat(100_000)}`],
    ['of more than five thousand lines', `${'\n'.repeat(6_000)}{ nothing }`],
    ['of more than five thousand lines, as old computers end them', `${'\r'.repeat(6_000)}{ nothing }`],
    ['of more than a hundred operations', times(101, (index) => `query Q${index} { __typename }`)],
    [
      'of more than a hundred fragments',
      `{ __typename } ${times(101, (index) => `fragment F${index} on User { id }`)}`,
    ],
    ['with a name of more than a hundred characters', `{ ${'x'.repeat(101)}: __typename }`],
    ['with a variable of such a name', `query ($${'x'.repeat(101)}: Int) { __typename }`],
    ['with a literal in many others', `{ node(id: ${'['.repeat(200)}${']'.repeat(200)}) { id } }`],
    ['with a list type in many others', `query ($a: ${'['.repeat(4_900)}ID${']'.repeat(4_900)}) { __typename }`],
    ['with a field in many others', `${'{ viewer '.repeat(50)} { id } ${'}'.repeat(50)}`],
    [
      'with fragments in circles',
      '{ viewer { user { ...A } } } fragment A on User { id ...B } fragment B on User { user { ...A } }',
    ],
    ['with one field in pairs in pairs', `{ ${nested(5, 4)} }`],
    [
      'with one field and many arguments often under one name',
      `{ ${times(11, () => 'workspaces(filter: { ownerIds: ["a", "b"] }) { totalCount }')} }`,
    ],
    ['with fragments that multiply', bomb(20, 5)],
    [
      'with one field often by many fragments',
      `{ ${times(40, (index) => `...F${index}`)} } ${times(40, (index) => `fragment F${index} on Query { __typename }`)}`,
    ],
  ])('%s', async (_case, query) => {
    const { status, errors } = await server.request({ token, query });
    expect([status, errors?.map(({ extensions }) => extensions.code)]).toEqual([400, ['OPERATION_TOO_COMPLEX']]);
  });

  test('and of one that is invalid all over ten faults are told, without suggestions', async () => {
    const { errors } = await server.request({ token, query: `{ ${times(90, (index) => `worksp${index}`)} }` });
    // The last says that there are more.
    expect(errors).toHaveLength(11);
    expect(JSON.stringify(errors)).not.toContain('mean');
  });
});

test('documents are kept by their bytes, the oldest go first', async () => {
  const cache = new BoundedCache<string>(10_000, ({ length }) => 2 * length);
  for (let index = 0; index < 1_000; index++) await cache.set(String(index), 'x'.repeat(500));
  expect(cache.size).toBe(6);
  expect([await cache.get('0'), (await cache.get('999'))?.length]).toEqual([undefined, 500]);
  await cache.set('large', 'x'.repeat(6_000));
  expect([await cache.get('large'), cache.size]).toEqual([undefined, 6]);
});

test('what an operation costs is said to who asks, also where it is too much', async () => {
  const ask = async (query: string, extensions: object) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const body = JSON.stringify({ query, extensions });
    const response = await fetch(server.endpoint, { method: 'POST', headers, body });
    return ((await response.json()) as { extensions?: unknown }).extensions;
  };
  const page = (first: number) => `{ workspaces(first: ${first}) { nodes { id } } }`;
  // The list and its statement, its nodes, and an id of each.
  expect(await ask(page(7), { cost: true })).toEqual({ cost: { values: 65, max: 50_000 } });
  const much = `{ workspaces(first: 100) { nodes { virtualKeys(first: 100) { nodes { allowedModels } } } } }`;
  expect(await ask(much, { cost: true })).toEqual({ cost: { values: expect.any(Number), max: 50_000 } });
  expect([await ask(page(7), {}), await ask(page(7), { cost: 'true' })]).toEqual([undefined, undefined]);
});
