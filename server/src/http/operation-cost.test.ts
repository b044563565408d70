import { beforeAll, describe, expect, test } from '@jest/globals';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

const summary = '{ workspaceSummary { totalWorkspaces } }';
let ada: Person;
beforeAll(async () => {
  ada = await person(server, { sub: 'ada', org: newOrganization() });
});

describe('an operation that asks for too much is refused before the database is asked', () => {
  const nested = (first: string, levels: number): string =>
    levels === 0 ? '__typename' : `members(first: ${first}) { nodes { workspace { ${nested(first, levels - 1)} } } }`;
  const fragments = (levels: number) =>
    Array.from(
      { length: levels },
      (_, index) => `fragment F${index} on Query { ${`...F${index + 1} `.repeat(4)} }`,
    ).join(' ');
  const heavy = `workspaces(first: 100) { nodes { members(first: 100) { nodes { id } } } }`;

  test.each<[string, string, Record<string, unknown>]>([
    ['nested pages', `{ workspaces(first: 100) { nodes { ${nested('100', 2)} } } }`, {}],
    [
      'pages below a list without pages',
      `{ viewer { teams { users(first: 100) { nodes { ${Array.from({ length: 26 }, (_, index) => `a${index}: name`).join(' ')} } } } } }`,
      {},
    ],
    [
      'pages of nothing around fragments that double',
      `{ workspaces(first: 0) { nodes { ...W0 } } } ${Array.from({ length: 40 }, (_, index) => `fragment W${index} on Workspace { ${index === 39 ? 'id' : `...W${index + 1} ...W${index + 1}`} }`).join(' ')}`,
      {},
    ],
    ['nested pages of the default size', `{ workspaces { nodes { ${nested('20', 3)} } } }`, {}],
    ['nested pages through edges', `{ workspaces(first: 100) { edges { node { ${nested('100', 2)} } } } }`, {}],
    [
      'page sizes in variables',
      `query ($n: Int) { workspaces(first: $n) { nodes { ${nested('$n', 2)} } } }`,
      { n: 100 },
    ],
    [
      'page sizes in defaults of variables',
      `query ($n: Int = 100) { workspaces(first: $n) { nodes { ${nested('$n', 2)} } } }`,
      {},
    ],
    [
      'page sizes below zero that would make room',
      `{ ${heavy} a: workspaces(first: -100) { nodes { ${nested('100', 1)} id } } ${['b', 'c', 'd', 'e'].map((alias) => `${alias}: ${heavy}`).join(' ')} }`,
      {},
    ],
    [
      'many aliases of a page',
      `{ ${Array.from({ length: 500 }, (_, index) => `a${index}: workspaces(first: 100) { nodes { id } }`).join(' ')} }`,
      {},
    ],
    [
      'many counts',
      `{ ${Array.from({ length: 1_200 }, (_, index) => `a${index}: virtualKeys { totalCount }`).join(' ')} }`,
      {},
    ],
    [
      'many counts of one list',
      `{ virtualKeys { ${Array.from({ length: 1_200 }, (_, index) => `a${index}: totalCount`).join(' ')} } }`,
      {},
    ],
    [
      'many summaries',
      `{ ${Array.from({ length: 1_200 }, (_, index) => `a${index}: workspaceSummary { totalWorkspaces }`).join(' ')} }`,
      {},
    ],
    [
      'many looks at the teams',
      `{ viewer { ${Array.from({ length: 1_200 }, (_, index) => `a${index}: teams { id }`).join(' ')} } }`,
      {},
    ],
    [
      'people of many teams',
      `{ viewer { teams { ${['a', 'b', 'c'].map((alias) => `${alias}: users(first: 100) { nodes { id name email } }`).join(' ')} } } }`,
      {},
    ],
    [
      'keys of many decisions',
      `mutation { reviewVirtualKeys(input: { decisions: [] }) { virtualKeys { workspace { ${nested('100', 1)} } } } }`,
      {},
    ],
    ['fragments that double', `{ ...F0 } ${fragments(12)} fragment F12 on Query { __typename }`, {}],
    [
      'fragments within pages',
      `{ workspaces(first: 100) { nodes { ...A } } } fragment A on Workspace { members(first: 100) { nodes { workspace { ...B } } } } fragment B on Workspace { virtualKeys(first: 100) { nodes { id } } }`,
      {},
    ],
    [
      'pages within a node',
      `query ($id: ID!) { node(id: $id) { ... on Workspace { ${nested('100', 3)} } } }`,
      { id: 'ws_x' },
    ],
    [
      'pages after a mutation',
      `mutation { selectWorkspace(input: { workspaceId: "x" }) { workspace { ${nested('100', 3)} } } }`,
      {},
    ],
  ])('%s', async (_case, text, variables) => {
    await server.request({ token: ada.token, query: summary });
    const { result, statements } = await recordStatements(() =>
      server.request({ token: ada.token, query: text, variables }),
    );
    expect(result.status).toBe(400);
    expect(result.errors).toEqual([
      {
        message: expect.stringMatching(
          /^(The operation could answer with too many objects at once, or|A field is asked for at most 100 times)/,
        ),
        extensions: { code: 'OPERATION_TOO_COMPLEX', requestId: result.headers.get('x-request-id') },
      },
    ]);
    expect(statements).toEqual([]);
  });

  test('a hundred cards with their people, keys and counts, and the keys for a review, are not too much', async () => {
    const { errors } = await server.request({
      token: ada.token,
      query: `{
        viewer { teams { id name users { totalCount nodes { id name email } } } }
        workspaces(first: 100) {
          totalCount pageInfo { hasNextPage endCursor }
          nodes {
            id name status environment owner { __typename } monthlyBudget { amount currency } memberCount isActive version
            members { totalCount nodes { role user { id name } } } virtualKeys(first: 5) { totalCount nodes { id name } }
          }
        }
        virtualKeys(first: 100) { totalCount nodes { id name workspace { id name } createdBy { id name } lastUsedAt } }
        serviceTokens(first: 100) { nodes { id name scopes lastUsedAt } }
      }`,
    });
    expect(errors).toBeUndefined();
  });

  test.each([
    ['more than 10,000 tokens', `{ ${'id '.repeat(10_001)} }`],
    ['selections nested a thousand times', `{ workspace(id: "x") { ${nested('1', 1_000)} } }`],
    [
      'objects nested a thousand times',
      `{ workspaces(filter: ${'{ search: '.repeat(2_400)}1${' }'.repeat(2_400)}) { totalCount } }`,
    ],
    ['lists nested four thousand times', `{ node(id: ${'['.repeat(4_900)}${']'.repeat(4_900)}) { id } }`],
    ['fragments that contain each other', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'],
    ['the same field with other arguments', '{ a: workspace(id: "1") { id } a: workspace(id: "2") { id } }'],
  ])('%s', async (_case, text) => {
    await server.request({ token: ada.token, query: summary });
    const { result, statements } = await recordStatements(() => server.request({ token: ada.token, query: text }));
    expect([result.status, result.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(result.errors?.[0]?.message.length).toBeLessThan(500);
    expect(statements).toEqual([]);
  });
});
