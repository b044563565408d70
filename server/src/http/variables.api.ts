import { beforeAll, describe, expect, test } from '@jest/globals';
import { type OperationDefinitionNode, parse } from 'graphql';
import { createSchema } from '../schema.js';
import { newOrganization, signToken } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { variableErrors } from './variables.js';

/** What is wrong with variables is told without its values, and found without looking at more than is told. */

useServer({ NODE_ENV: 'production' });

const schema = await createSchema();
let token: string;
beforeAll(async () => {
  token = await signToken({ sub: 'ada', org: newOrganization() });
});

/** More than anybody has to send, of about so many bytes. */
const many = (bytes: number, item: string): unknown =>
  JSON.parse(`[${Array(Math.ceil(bytes / (item.length + 1))).fill(item)}]`);
const fields = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`field${index}`, index]));
const deep = (depth: number): unknown => JSON.parse(`${'{"search":'.repeat(depth)}1${'}'.repeat(depth)}`);
const filter = 'query ($filter: WorkspaceFilter) { workspaces(filter: $filter) { totalCount } }';
const sync = 'mutation ($input: SyncTeamAccessInput!) { syncTeamAccess(input: $input) { userErrors { code } } }';
const record = 'mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { recorded } }';
const create = 'mutation ($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { userErrors { code } } }';
const megabyte = 1_000_000;

describe('an attack by variables is told of ten times at the most, in few bytes, with no value of it', () => {
  const marker = 'a-text-of-the-clients';
  test.each<[string, string, () => unknown]>([
    ['objects for ids, 0.15 MB', filter, () => ({ ownerIds: many(0.15 * megabyte, '{}') })],
    ['objects for ids, 3 MB', filter, () => ({ ownerIds: many(3 * megabyte, '{}') })],
    ['objects for ids, 8 MB', filter, () => ({ ownerIds: many(8 * megabyte, '{}') })],
    ['as many ids as fit in', filter, () => ({ ownerIds: many(8 * megabyte, '""') })],
    ['lists for ids', filter, () => ({ ownerIds: many(megabyte, `[["${marker}"]]`) })],
    ['300,000 fields that there are not', filter, () => fields(300_000)],
    ['an object of 300,000 fields for an id', filter, () => ({ ownerIds: Array(15).fill(fields(20_000)) })],
    ['objects in each other', filter, () => deep(100_000)],
    ['large texts for what is chosen', filter, () => ({ regions: Array(20).fill(marker.repeat(5_000)) })],
    [
      'large texts for a time',
      'query ($filter: AuditFilter) { auditLog(filter: $filter) { nodes { id } } }',
      () => ({ from: marker.repeat(50_000), to: '9'.repeat(500_000) }),
    ],
    ['large names of fields', filter, () => ({ [marker.repeat(50_000)]: 1, search: 1 })],
    [
      'a large text for a whole number',
      'query ($filter: Int) { workspaces(first: $filter) { totalCount } }',
      () => marker.repeat(50_000),
    ],
    ['records that are none', record, () => ({ records: many(8 * megabyte, '{}') })],
    ['records that are null', record, () => ({ records: many(8 * megabyte, 'null') })],
    ['people that are none', sync, () => ({ mode: 'FULL', teams: [], users: Array(15_000).fill(`${marker}`) })],
    [
      'subjects, more than there is room for',
      sync,
      () => ({
        mode: 'FULL',
        users: [],
        teams: Array(60).fill({ externalId: 'x', name: 'x', subjects: Array(10_000).fill('s') }),
      }),
    ],
    ['numbers for members', create, () => ({ memberIds: many(megabyte, '1.5') })],
  ])('%s', (_case, text, made) => {
    const [operation] = parse(text).definitions as [OperationDefinitionNode];
    const name = operation.variableDefinitions?.[0]?.variable.name.value ?? '';
    const value = made();
    const start = performance.now();
    const errors = variableErrors(schema, operation, { [name]: value });
    // A quiet core takes a small part of it; before, these took up to minutes, or all memory.
    expect(performance.now() - start).toBeLessThan(1_500);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThanOrEqual(10);
    const told = JSON.stringify(errors.map(({ message }) => message));
    expect(told.length).toBeLessThan(4_000);
    expect(told).not.toContain(marker);
  });

  test.each([
    ['a value that is none of the choices', filter, { filter: { regions: ['EUU'] } }],
    ['a field that is nearly one', filter, { filter: { owner: [] } }],
    ['a variable that is missing', create, {}],
    ['a variable that is null', create, { input: null }],
    ['a field that is missing', create, { input: { name: 'x' } }],
    [
      'several variables',
      `query ($a: Int!, $b: Int!) { x: workspaces(first: $a) { totalCount } workspaces(first: $b) { totalCount } }`,
      { a: 'x', b: 1.5 },
    ],
  ])('and through the server, without saying what it is like: %s', async (_case, query, variables) => {
    // The third time as compiled code.
    for (let round = 0; round < 4; round++) {
      const { status, errors } = await server.request({ token, query, variables });
      expect([status, errors?.[0]?.extensions.reason]).toEqual([400, 'variablesInvalid']);
      expect(JSON.stringify(errors)).not.toMatch(/mean|EUU/);
    }
  });
});

test('what is right passes, with defaults and with what is left out', () => {
  const passes = (text: string, variables: Record<string, unknown>) =>
    variableErrors(schema, parse(text).definitions[0] as OperationDefinitionNode, variables);
  expect(passes(filter, {})).toEqual([]);
  expect(passes(filter, { filter: null, other: 1 })).toEqual([]);
  expect(passes(filter, { filter: { ownerIds: ['a', 7], regions: 'EU', search: null } })).toEqual([]);
  expect(passes('query ($n: Int! = 5) { workspaces(first: $n) { totalCount } }', {})).toEqual([]);
  expect(passes('query ($n: Int! = 5) { workspaces(first: $n) { totalCount } }', { n: null })).toHaveLength(1);
});
