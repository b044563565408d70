import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { createSchema } from '../schema.js';
import { newService } from '../testing/fixtures.js';
import { rawRequest } from '../testing/raw-request.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { CompiledQueries } from './compiled-queries.js';
import { isSafeToCompile } from './executor.js';

useServer();

const schema = await createSchema();
let ada: Person;
let admin: Person;
let gateway: Person;
let cursor: string;

beforeAll(async () => {
  const org = newOrganization();
  ada = await person(server, { sub: 'ada', org, name: 'Ada', teams: ['Core'] });
  admin = await person(server, { sub: 'admin', org, name: 'Admin', org_role: 'admin' });
  gateway = await newService(server, admin, ['GATEWAY']);
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

/** Often enough that the last answers come from compiled code, where the query may be compiled. */
const times = 5;

/** The answers to the letter, with the places of errors; the same one has the same request id in it. */
async function answers(
  query: string,
  variables: Record<string, unknown>,
  { who = ada, count = times }: { who?: Person; count?: number } = {},
): Promise<string[]> {
  const texts: string[] = [];
  for (let time = 0; time < count; time++) {
    const { status, text } = await rawRequest(server.endpoint, {
      headers: { 'content-type': 'application/json', authorization: `Bearer ${who.token}`, 'x-request-id': 'again' },
      body: JSON.stringify({ query, variables }),
    });
    texts.push(`${status} ${text}`);
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
      'for all that the Workspace page shows',
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
    ['a field under @skip', '{ viewer { organizationRole @skip(if: false) } }', false],
    ['a field under @include', 'query ($yes: Boolean!) { viewer { organizationRole @include(if: $yes) } }', false],
    ['a fragment under a directive', '{ viewer { ... @include(if: true) { organizationRole } } }', false],
    [
      'a spread under a directive',
      '{ viewer { ...R @skip(if: false) } } fragment R on Viewer { organizationRole }',
      false,
    ],
    [
      'a variable inside of an input object',
      'query ($e: [WorkspaceEnvironment!]) { workspaces(filter: { environments: $e }) { nodes { id } } }',
      false,
    ],
    ['an alias with an underscore', '{ a_b: viewer { organizationRole } }', false],
    ['introspection', '{ __schema { types { name } } }', false],
    [
      'names, numbers, enums and variables',
      'query ($a: String) { workspaces(first: 5, after: $a, orderBy: { field: NAME, direction: ASC }) { nodes { __typename name } } }',
      true,
    ],
  ])('%s', (_what, query, expected) => {
    expect(isSafeToCompile(parse(query))).toBe(expected);
  });
});

describe('a query is compiled', () => {
  /** After how many uses each of these has code; null where it never has. */
  function compiledAfter(query: string): number | null {
    const queries = new CompiledQueries(schema);
    const document = parse(query);
    for (let use = 1; use <= 20; use++) if (queries.of(document) !== null) return use;
    return null;
  }

  test('once it has come a few times, and then stays so', () => {
    const queries = new CompiledQueries(schema);
    const document = parse('query ($n: Int = 2) { workspaces(first: $n) { nodes { id name } } }');
    const uses = Array.from({ length: 6 }, () => queries.of(document));
    expect(uses.map((compiled) => compiled !== null)).toEqual([false, false, true, true, true, true]);
    expect(new Set(uses.slice(2)).size).toBe(1);
  });

  test.each([
    ['with @skip', '{ viewer { organizationRole @skip(if: false) } }'],
    ['with @include', 'query ($yes: Boolean = true) { viewer { organizationRole @include(if: $yes) } }'],
    [
      'with a directive in a fragment',
      '{ viewer { ...R } } fragment R on Viewer { organizationRole @include(if: true) }',
    ],
    [
      'with more fields than are worth it',
      `{ viewer { ${Array.from({ length: 200 }, (_, index) => `r${index}: organizationRole`).join(' ')} } }`,
    ],
    ['of more characters than are worth it', `{ viewer { ${'\n'.repeat(21_000)} organizationRole } }`],
    [
      'that changes something',
      'mutation ($input: SelectWorkspaceInput!) { selectWorkspace(input: $input) { userErrors { code } } }',
    ],
  ])('never, however often it comes: %s', (_case, query) => {
    expect(compiledAfter(query)).toBeNull();
  });
});

describe('what fails is answered as the first time, with path and place, the twentieth', () => {
  const count = 20;

  test.each<[string, string, Record<string, unknown>, 'ada' | 'admin' | 'gateway']>([
    [
      'a page size out of bounds, beside what succeeds',
      'query Page {\n  good: workspaces(first: 2) { nodes { name } }\n  bad: workspaces(first: 101) { nodes { name } }\n}',
      {},
      'ada',
    ],
    [
      'a page size in a variable',
      'query ($n: Int, $m: Int = 3) { viewer { user { name } } workspaces(first: $n, last: $m) { totalCount } }',
      { n: 1 },
      'ada',
    ],
    [
      'nested lists of items, each of which fails for itself',
      '{ workspaces {\n nodes { name\n list: virtualKeys(first: 0) { nodes { id } } } } }',
      {},
      'admin',
    ],
    [
      'what takes its parent with it, which must have a value',
      '{ workspaces(first: 2) { edges { item: node { id members(last: 101) { totalCount } } } } viewer { organizationRole } }',
      {},
      'ada',
    ],
    [
      'a cursor of another list',
      'query ($c: String) { virtualKeys(after: $c) { nodes { id } } }',
      { c: 'nonsense' },
      'ada',
    ],
    [
      'what a service has no scope for',
      '{ workspaces { nodes { id } } summary: workspaceSummary { totalWorkspaces } viewer { organizationRole } }',
      {},
      'gateway',
    ],
    [
      'a variable of the wrong type',
      'query ($n: Int!) { workspaces(first: $n) { nodes { id } } }',
      { n: 'ten' },
      'ada',
    ],
    ['a variable that is missing', 'query ($n: Int!) { workspaces(first: $n) { nodes { id } } }', {}, 'ada'],
    ['a variable that is null', 'query ($n: Int!) { workspaces(first: $n) { nodes { id } } }', { n: null }, 'ada'],
    [
      'a null for a default of what must have a value',
      'query ($n: Int! = 1) { workspaces(first: $n) { nodes { id } } }',
      { n: null },
      'ada',
    ],
  ])(
    '%s',
    async (_case, query, variables, name) => {
      const texts = await answers(query, variables, { who: { ada, admin, gateway }[name], count });
      expect(texts[0]).toMatch(/"errors":\[\{"message":".+?","locations":\[\{"line":\d+,"column":\d+\}\]/);
      expect(new Set(texts)).toEqual(new Set([texts[0]]));
    },
    60_000,
  );

  test('and so is what succeeds between failures', async () => {
    const query = 'query ($n: Int) { workspaces(first: $n) { nodes { name } } }';
    const one = async (n: number) => (await answers(query, { n }, { count: 1 }))[0];
    const [good, bad] = [await one(2), await one(0)];
    for (let time = 0; time < 10; time++) expect([await one(2), await one(0)]).toEqual([good, bad]);
    expect(good).toBe('200 {"data":{"workspaces":{"nodes":[{"name":"Alpha"},{"name":"Beta"}]}}}\n');
  });
});

describe('a variable with a default, each time', () => {
  const first = 'query ($n: Int = 1) { workspaces(first: $n) { nodes { name } } }';
  const required = 'query ($n: Int! = 2) { workspaces(first: $n) { nodes { name } } }';
  const filter =
    'query ($f: WorkspaceFilter = { environments: [STAGING] }) { workspaces(filter: $f) { nodes { name } } }';
  const order =
    'query ($o: WorkspaceOrder = { field: NAME, direction: DESC }, $n: Int = 2) { workspaces(orderBy: $o, first: $n) { nodes { name } } }';

  test.each<[string, string, Record<string, unknown>, string[]]>([
    ['that is left out', first, {}, ['Alpha']],
    ['that is given', first, { n: 2 }, ['Alpha', 'Beta']],
    ['that is given as null', first, { n: null }, ['Alpha', 'Beta', 'Gamma']],
    ['that must have a value and is left out', required, {}, ['Alpha', 'Beta']],
    ['that must have a value and is given', required, { n: 1 }, ['Alpha']],
    ['of an input object that is left out', filter, {}, ['Beta']],
    ['of an input object that is given as null', filter, { f: null }, ['Alpha', 'Beta', 'Gamma']],
    ['of an input object that is given', filter, { f: { environments: 'PRODUCTION' } }, ['Alpha', 'Gamma']],
    ['of two, both left out', order, {}, ['Gamma', 'Beta']],
    ['of two, one left out', order, { n: 1 }, ['Gamma']],
  ])('%s', async (_case, query, variables, names) => {
    const nodes = names.map((name) => ({ name }));
    const expected = `200 ${JSON.stringify({ data: { workspaces: { nodes } } })}\n`;
    expect(await answers(query, variables)).toEqual(Array(times).fill(expected));
  });
});
