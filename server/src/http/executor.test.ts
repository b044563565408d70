import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { newOrganization, type Person, person, startTestServer, type TestServer } from '../testing/test-server.js';
import { isSafeToCompile } from './executor.js';

let server: TestServer;
let ada: Person;
let cursor: string;

beforeAll(async () => {
  server = await startTestServer();
  ada = await person(server, { sub: 'ada', org: newOrganization(), name: 'Ada', teams: ['Core'] });
  for (const [name, environment] of [
    ['Alpha', 'PRODUCTION'],
    ['Beta', 'STAGING'],
    ['Gamma', 'PRODUCTION'],
  ]) {
    await server.request({
      token: ada.token,
      query: 'mutation ($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { userErrors { code } } }',
      variables: { input: { name, environment, region: 'EU', monthlyBudget: '10.00', memberIds: [] } },
    });
  }
  const { data } = await server.request<{ workspaces: { pageInfo: { endCursor: string } } }>({
    token: ada.token,
    query: '{ workspaces(first: 1) { pageInfo { endCursor } } }',
  });
  cursor = data?.workspaces.pageInfo.endCursor ?? '';
});
afterAll(() => server.close());

/** Often enough that the last answers come from compiled code, where the query may be compiled. */
const times = 5;

async function answers(query: string, variables: Record<string, unknown>): Promise<string[]> {
  const texts: string[] = [];
  for (let time = 0; time < times; time++) {
    const { status, data, errors } = await server.request({ token: ada.token, query, variables });
    texts.push(JSON.stringify({ status, data, errors: errors?.map(({ message, path }) => ({ message, path })) }));
  }
  return texts;
}

const card = `fragment Card on Workspace {
  ...Named owner { __typename id ... on User { email } ... on Team { users { totalCount } } }
  monthlyBudget { amount currency } memberCount activeKeyCount isActive viewerRole
} fragment Named on WorkspaceOwner { id } `.replace('...Named', 'id name');

describe('a query that comes again and again is answered the same each time', () => {
  test.each<[string, string, Record<string, unknown>?]>([
    [
      'with fragments and an interface',
      `{ workspaces { nodes { ...Card } totalCount } } ${card.split(' fragment Named')[0]}`,
    ],
    [
      'with edges and aliases',
      '{ page: workspaces(first: 2) { edges { cursor item: node { label: name } } pageInfo { endCursor } } }',
    ],
    [
      'with an input object in a variable',
      'query ($filter: WorkspaceFilter, $orderBy: WorkspaceOrder) { workspaces(filter: $filter, orderBy: $orderBy) { nodes { name } } }',
      { filter: { environments: 'PRODUCTION', search: 'A' }, orderBy: { field: 'NAME', direction: 'DESC' } },
    ],
    [
      'with input objects around variables',
      'query ($e: [WorkspaceEnvironment!], $d: OrderDirection!) { workspaces(filter: { environments: $e }, orderBy: { field: NAME, direction: $d }) { nodes { name } } }',
      { e: ['STAGING', 'PRODUCTION'], d: 'DESC' },
    ],
    ['with a default of a variable', 'query ($first: Int = 1) { workspaces(first: $first) { nodes { name } } }'],
    [
      'with null for an argument',
      'query ($first: Int) { workspaces(first: $first) { nodes { name } } }',
      { first: null },
    ],
    [
      'that leaves fields out by directives',
      'query ($yes: Boolean!) { workspaces { nodes { name @include(if: $yes) id @skip(if: $yes) } totalCount @skip(if: $yes) } }',
      { yes: true },
    ],
    ['with a cursor', 'query ($after: String) { workspaces(after: $after) { nodes { name } } }', { after: '$cursor' }],
    [
      'with a cursor of nothing',
      'query ($after: String) { workspaces(after: $after) { nodes { name } } viewer { user { name } } }',
      { after: 'x' },
    ],
    ['with a page size out of bounds', '{ workspaces(first: 101) { nodes { name } } viewer { user { name } } }'],
    [
      'with a variable of the wrong type',
      'query ($first: Int) { workspaces(first: $first) { nodes { name } } }',
      { first: 'ten' },
    ],
    [
      'with an unknown field in a variable',
      'query ($filter: WorkspaceFilter) { workspaces(filter: $filter) { nodes { name } } }',
      { filter: { colour: 'red' } },
    ],
    ['without a variable that it requires', 'query ($id: ID!) { workspace(id: $id) { name } }'],
    ['for nothing', 'query ($id: ID!) { node(id: $id) { __typename id } workspace(id: $id) { name } }', { id: 'ws_x' }],
    [
      'with nested lists',
      '{ workspaces { nodes { name members { nodes { role user { name } } totalCount } virtualKeys(statuses: [ACTIVE]) { nodes { id } totalCount } } } }',
    ],
    [
      'for the whole page',
      '{ workspaceSummary { totalWorkspaces totalMonthlyBudget { amount } activeWorkspace { name createdAt } } viewer { organizationRole teams { name users { nodes { name } } } activeWorkspace { name } } }',
    ],
  ])('%s', async (_what, query, variables = {}) => {
    const given = Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, value === '$cursor' ? cursor : value]),
    );
    const texts = await answers(query, given);
    expect(new Set(texts)).toEqual(new Set([texts[0]]));
  });
});

describe('what a client writes never becomes code', () => {
  test.each([
    ['text in an argument', '{ workspaces(after: "x") { nodes { name } } }', false],
    ['text in an input object', '{ workspaces(filter: { search: "x" }) { nodes { name } } }', false],
    ['text as a default', 'query ($after: String = "x") { workspaces(after: $after) { nodes { name } } }', false],
    ['block text', '{ workspaces(after: """x""") { nodes { name } } }', false],
    ['an alias that means something to JavaScript', '{ __proto__: viewer { user { name } } }', false],
    [
      'a mutation',
      'mutation ($input: SelectWorkspaceInput!) { selectWorkspace(input: $input) { userErrors { code } } }',
      false,
    ],
    ['two operations', 'query A { viewer { user { name } } } query B { viewer { user { name } } }', false],
    [
      'names, numbers, enums and variables',
      'query ($a: String) { workspaces(first: 5, after: $a, orderBy: { field: NAME, direction: ASC }) { nodes { __typename name } } }',
      true,
    ],
  ])('%s', (_what, query, expected) => {
    expect(isSafeToCompile(parse(query))).toBe(expected);
  });
});
