import { describe, expect, test } from '@jest/globals';
import { buildSchema, getIntrospectionQuery, Kind, type OperationDefinitionNode, parse } from 'graphql';
import { costKey, type FieldCost } from '../fetch/cost.js';
import { prepareSchema } from '../fetch/prepare-schema.js';
import { createSchema } from '../schema.js';
import { limitComplexity } from './complexity.js';

/** How much an operation may ask for, by what its fields declare. */

const schema = await createSchema();

/** Whether the operation may run. */
function passes(text: string, variables: Record<string, unknown> = {}): boolean {
  const document = parse(text, { noLocation: true });
  const operation = document.definitions.find(
    ({ kind }) => kind === Kind.OPERATION_DEFINITION,
  ) as OperationDefinitionNode;
  try {
    limitComplexity({ schema, document, operation, variables });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ extensions: { code: 'OPERATION_TOO_COMPLEX' } });
    return false;
  }
}

/** The most that may be asked for: what passes with this many and not with one more. */
function most(mayRun: (count: number) => boolean, max = 5_000): number {
  let [low, high] = [1, max];
  expect([mayRun(low), mayRun(high)]).toEqual([true, false]);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (mayRun(middle)) low = middle;
    else high = middle;
  }
  return low;
}

const times = (count: number, field: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => field(index)).join(' ');
const ids = (count: number) => times(count, (index) => `n${index}: id`);

describe('the schema can not be built', () => {
  const build = (text: string, costs: Record<string, FieldCost> = {}) => {
    const built = buildSchema(text);
    for (const [place, cost] of Object.entries(costs)) {
      const [type = '', field = ''] = place.split('.');
      const found = (
        built.getType(type) as unknown as { getFields(): Record<string, { extensions: object }> }
      ).getFields()[field];
      if (found !== undefined) found.extensions = { [costKey]: cost };
    }
    prepareSchema(built, []);
  };
  const thing = 'type Thing { id: ID! }';

  test.each([
    ['a list of objects', `type Query { things: [Thing!]! } ${thing}`, 'Query.things'],
    ['a list that may be null, of what may be null', `type Query { things: [Thing] } ${thing}`, 'Query.things'],
    [
      'a list of an interface',
      `type Query { any: [Any!] } interface Any { id: ID! } type Thing implements Any { id: ID! }`,
      'Query.any',
    ],
    ['a list of a union', `type Query { any: [Any!] } union Any = Thing ${thing}`, 'Query.any'],
    ['a list further down', `type Query { box: Box } type Box { things: [Thing!]! } ${thing}`, 'Box.things'],
    ['a list of plain values', 'type Query { texts: [String!]! }', 'Query.texts'],
    ['nodes of no page', `type Query { box: Box } type Box { nodes: [Thing!]! } ${thing}`, 'Box.nodes'],
  ])('with %s that declares no cost', (_case, text, place) => {
    expect(() => build(text)).toThrow(`${place} is a list and declares no cost.`);
    expect(() => build(text, { [place]: { items: 3 } })).not.toThrow();
  });

  test('while the items of a page need none', () => {
    const page =
      'type Page { nodes: [Thing!]!, edges: [Edge!]!, pageInfo: Info! } type Edge { node: Thing! } type Info { a: Int }';
    expect(() => build(`type Query { page: Page } ${page} ${thing}`)).not.toThrow();
  });
});

describe('a page counts as many items as it may have', () => {
  /** The fields stand in a page of fifty within the page, so that few of them are much. */
  const items = (count: number) => `nodes { members(first: 50) { nodes { ${ids(count)} } } }`;
  const query = (args: string, count: number) => `{ workspaces${args} { ${items(count)} } }`;

  test('whether it is counted from the start or from the end', () => {
    for (const size of [1, 7, 50, 100]) {
      const first = most((count) => passes(query(`(first: ${size})`, count)));
      expect(most((count) => passes(query(`(last: ${size})`, count)))).toBe(first);
      // With both, which the list itself refuses, the larger counts.
      expect(most((count) => passes(query(`(first: 1, last: ${size})`, count)))).toBe(first);
    }
    expect(most((count) => passes(query('(last: 1)', count)))).toBeGreaterThan(
      50 * most((count) => passes(query('(last: 100)', count))),
    );
  });

  test('20 where neither is given, or null is', () => {
    const twenty = most((count) => passes(query('(first: 20)', count)));
    for (const args of ['', '(first: null)', '(last: null)', '(after: "x")', '(first: null, last: null)']) {
      expect([args, most((count) => passes(query(args, count)))]).toEqual([args, twenty]);
    }
  });

  test.each(['first', 'last'])(
    'whether the size stands in the document, in a variable or in its default: %s',
    (argument) => {
      const inVariable = (definition: string, count: number) =>
        `query (${definition}) { workspaces(${argument}: $n) { ${items(count)} } }`;
      for (const size of [3, 100]) {
        const literal = most((count) => passes(query(`(${argument}: ${size})`, count)));
        expect(most((count) => passes(inVariable('$n: Int', count), { n: size }))).toBe(literal);
        expect(most((count) => passes(inVariable(`$n: Int = ${size}`, count)))).toBe(literal);
      }
      const twenty = most((count) => passes(query('', count)));
      expect(most((count) => passes(inVariable('$n: Int = 100', count), { n: null }))).toBe(twenty);
    },
  );

  test('within bounds where the size is out of them, so that nothing counts as nothing', () => {
    for (const [size, as] of [
      [0, 1],
      [-5, 1],
      [101, 100],
      [2_147_483_647, 100],
    ] as const) {
      for (const argument of ['first', 'last']) {
        const counted = most((count) => passes(query(`(${argument}: ${size})`, count)));
        expect([size, counted]).toEqual([size, most((count) => passes(query(`(first: ${as})`, count)))]);
      }
    }
  });

  test('what has passed is measured again with other sizes', () => {
    const document = parse(
      'query ($n: Int) { workspaces(last: $n) { nodes { members(last: $n) { nodes { user { id name email } role joinedAt } } } } }',
    );
    const [operation] = document.definitions as [OperationDefinitionNode];
    const measure = (n: number) => () => limitComplexity({ schema, document, operation, variables: { n } });
    for (let round = 0; round < 2; round++) {
      expect(measure(10)).not.toThrow();
      expect(measure(100)).toThrow();
    }
  });
});

describe('what costs a statement counts it', () => {
  test('a root field below the `query` of a payload counts as it does at the root', () => {
    for (const field of [
      'workspaceSummary { totalWorkspaces }',
      'viewer { organizationRole }',
      'node(id: "x") { id }',
      'virtualKeys { totalCount }',
    ]) {
      const fields = (count: number) => times(count, (index) => `f${index}: ${field}`);
      const atRoot = most((count) => passes(`{ __typename ${fields(count)} }`));
      const below = most((count) =>
        passes(`mutation { selectWorkspace(input: { workspaceId: "x" }) { query { __typename ${fields(count)} } } }`),
      );
      // The mutation itself takes one.
      expect([field, atRoot - below]).toEqual([field, expect.any(Number)]);
      expect(atRoot - below).toBeGreaterThanOrEqual(0);
      expect(atRoot - below).toBeLessThanOrEqual(2);
      expect(atRoot).toBeLessThan(1_000);
    }
  });

  test('pages below the `query` of a payload count as at the root', () => {
    const page = (count: number) => `workspaces(last: 100) { nodes { ${ids(count)} } }`;
    const atRoot = most((count) => passes(`{ ${page(count)} }`));
    const below = most((count) =>
      passes(`mutation { selectWorkspace(input: { workspaceId: "x" }) { query { ${page(count)} } } }`),
    );
    expect(atRoot - below).toBeLessThanOrEqual(1);
    expect(below).toBeLessThanOrEqual(atRoot);
  });

  test('the payloads of several mutations count together', () => {
    const mutation = (index: number) =>
      `m${index}: selectWorkspace(input: { workspaceId: "x" }) { query { workspaces(first: 100) { nodes { ${ids(50)} } } } }`;
    expect(most((count) => passes(`mutation { __typename ${times(count, mutation)} }`), 100)).toBeLessThan(12);
  });

  test('more statements are too much before more values are', () => {
    const counts = most((count) => passes(`{ virtualKeys { ${times(count, (index) => `t${index}: totalCount`)} } }`));
    const roles = (count: number) => times(count, (index) => `r${index}: organizationRole`);
    const plain = most((count) => passes(`{ viewer { ${roles(count)} } }`), 60_000);
    expect(plain).toBeGreaterThan(40 * counts);
  });
});

test('a list of plain values counts by what it can hold, a tenth of a value each', () => {
  const models = most((count) =>
    passes(`{ virtualKeys(first: 100) { nodes { ${times(count, (index) => `a${index}: allowedModels`)} } } }`),
  );
  // Of 200 models each.
  expect([models, most((count) => passes(`{ virtualKeys(first: 100) { nodes { ${ids(count)} } } }`))]).toEqual([
    23, 498,
  ]);
});

test('introspection counts by what its lists hold, and the whole of it passes', () => {
  expect(passes(getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true }))).toBe(true);
  const field = 'fields { name args { name type { name } } type { name ofType { name } } }';
  expect(passes(`{ ${times(12, (index) => `a${index}: __schema { types { ${field} } }`)} }`)).toBe(false);
  expect(passes(`{ __schema { types { ${times(20, (index) => `a${index}: ${field}`)} } } }`)).toBe(false);
});

describe('every list by its declared length', () => {
  test.each([
    ['nodes by their hundred', '{ nodes(ids: []) { id FIELDS } }', 'ID', 100],
    ['reviewFindings by their fifty', '{ workspace(id: "x") { reviewFindings { code FIELDS } } }', 'CODE', 50],
    [
      'userErrors by their twenty',
      'mutation { selectWorkspace(input: { workspaceId: "x" }) { userErrors { code FIELDS } } }',
      'CODE',
      20,
    ],
  ])('%s', (_case, text, name, items) => {
    const fields = most((count) =>
      passes(
        text.replace(
          'FIELDS',
          times(count, (index) => `f${index}: ${name.toLowerCase()}`),
        ),
      ),
    );
    expect(Math.round(50_000 / fields)).toBeGreaterThanOrEqual(items);
    expect(Math.round(50_000 / (fields + 1))).toBeLessThanOrEqual(items + 1);
  });
});
