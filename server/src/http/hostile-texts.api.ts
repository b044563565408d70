import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { createSchema } from '../schema.js';
import { createWorkspace } from '../testing/fixtures.js';
import { newToken } from '../testing/service-tokens.js';
import { newOrganization, type Person, person, signToken } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

/** Texts of 78 KiB that take long to normalize, fold or match, in every place of the schema that takes a text. */

useServer();

const marks = 20_000;
const hostile: readonly (readonly [string, string])[] = [
  ['marks to be put in order', `a${'\u0315'.repeat(marks)}${'\u0300'.repeat(marks)}`],
  ['as many marks as are looked at', `a${'\u0315'.repeat(4_990)}${'\u0300'.repeat(4_990)}`],
  ['blanks between', `a${' \u2800'.repeat(marks)}b`],
  ['what becomes longer', '\ufdfa'.repeat(marks)],
  ['beginnings of URLs with passwords', 'a://b:'.repeat(13_000)],
  ['beginnings of tokens', 'eyJabcdefgh.'.repeat(6_500)],
  ['beginnings of keys', 'sk-'.repeat(26_000)],
  ['joiners', 'a\u200d'.repeat(39_000)],
  ['digits', '9'.repeat(78_000)],
  ['what is escaped', '\\%25['.repeat(15_000)],
];

/** Nothing longer may ever be normalized at a time, nor so many marks in a row. */
const normalizedMax = 16_000;
const marksMax = 300;
const { normalize } = String.prototype;
let longest = 0;
let marksInRow = 0;
const delay = monitorEventLoopDelay({ resolution: 5 });

const schema: GraphQLSchema = await createSchema();
let admin: Person;
let service: string;
let workspaceId: string;

beforeAll(async () => {
  admin = await person(server, { sub: 'admin', org: newOrganization(), org_role: 'admin', teams: ['core'] });
  workspaceId = await createWorkspace(server, admin);
  const scopes = ['WORKSPACES_WRITE', 'DIRECTORY_WRITE', 'GATEWAY'];
  service = (await newToken(admin, { scopes })).token;
  String.prototype.normalize = function (this: string, form?: string) {
    longest = Math.max(longest, this.length);
    for (const [run] of this.matchAll(/\p{M}+/gu)) marksInRow = Math.max(marksInRow, run.length);
    return normalize.call(this, form);
  };
});
afterAll(() => {
  String.prototype.normalize = normalize;
});

const plain: Readonly<Record<string, unknown>> = {
  Int: 1,
  Float: 1,
  Boolean: false,
  DateTime: '2027-01-31T12:00:00Z',
  Decimal: '1',
  BigInt: '1',
};

/** A value of the type with the text wherever one can be. */
function inputOf(type: GraphQLInputType, text: string): unknown {
  if (isNonNullType(type)) return inputOf(type.ofType, text);
  if (isListType(type)) return Array(text.length < 10_000 ? 8 : 1).fill(inputOf(type.ofType, text));
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (!isInputObjectType(type)) return plain[type.name] ?? text;
  return Object.fromEntries(Object.values(type.getFields()).map((field) => [field.name, inputOf(field.type, text)]));
}

const takesText = ({ type }: GraphQLArgument): boolean => JSON.stringify(inputOf(type, 'hostile')).includes('hostile');

interface Place {
  readonly name: string;
  readonly query: string;
  readonly variables: (text: string) => Record<string, unknown>;
}

function placeOf(parent: string, { name, args, type }: GraphQLField<unknown, unknown>): Place {
  const given = args.filter((arg) => takesText(arg) || isNonNullType(arg.type));
  const declared = given.map((arg) => `$${arg.name}: ${arg.type}`).join(', ');
  const passed = given.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const field = `${name}(${passed}) ${isCompositeType(getNamedType(type)) ? '{ __typename }' : ''}`;
  const text = {
    Query: `query (${declared}) { ${field} }`,
    Mutation: `mutation (${declared}) { ${field} }`,
    Workspace: `query (${declared}, $ofThis: ID!) { workspace(id: $ofThis) { ${field} } }`,
    Team: `query (${declared}) { viewer { teams { ${field} } } }`,
  }[parent];
  if (text === undefined) throw new Error(`${parent}.${name} takes a text, and here is no way to it.`);
  return {
    name: `${parent}.${name}`,
    query: text,
    variables: (hostileText) => ({
      ...Object.fromEntries(given.map((arg) => [arg.name, inputOf(arg.type, hostileText)])),
      ...(parent === 'Workspace' && { ofThis: workspaceId }),
    }),
  };
}

const places = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
  .flatMap((type) =>
    isObjectType(type)
      ? Object.values(type.getFields())
          .filter(({ args }) => args.some(takesText))
          .map((field) => placeOf(type.name, field as GraphQLField<unknown, unknown>))
      : [],
  );

/** In milliseconds. On a quiet core a piece takes less than fifty; before, it took up to seven thousand. */
const pieceMax = 1_000;

function expectShortPieces(): void {
  expect({ longest: longest <= normalizedMax, marksInRow: marksInRow <= marksMax }).toEqual({
    longest: true,
    marksInRow: true,
  });
  expect(delay.max / 1e6).toBeLessThan(pieceMax);
}

test.each(hostile)('every text of every query and mutation is measured first: %s', async (_case, text) => {
  expect(places.length).toBeGreaterThan(40);
  delay.reset();
  delay.enable();
  for (const { name, query, variables } of places) {
    for (const token of [admin.token, service]) {
      const { status, errors } = await server.request({ token, query, variables: variables(text) });
      expect([name, status, JSON.stringify(errors ?? [])]).toEqual([
        name,
        expect.any(Number),
        expect.not.stringContaining('INTERNAL'),
      ]);
    }
  }
  delay.disable();
  expectShortPieces();
});

test('so are the claims of a token, and what headers say', async () => {
  const text = `a${'\u0315'.repeat(1_500)}${'\u0300'.repeat(1_500)}`;
  delay.reset();
  delay.enable();
  for (const claim of ['sub', 'org', 'name', 'email', 'org_role', 'teams']) {
    const claims = { sub: 'hostile', org: newOrganization(), [claim]: claim === 'teams' ? [text] : text };
    const token = await signToken(claims);
    const { status } = await server.request({ token, query: '{ viewer { organizationRole } }' });
    expect([claim, [200, 401]]).toEqual([claim, expect.arrayContaining([status])]);
  }
  for (const header of [
    'x-request-id',
    'user-agent',
    'x-client-name',
    'accept',
    'traceparent',
    'x-forwarded-for',
    'accept-language',
  ]) {
    for (const value of ['a,'.repeat(5_000), `${'tvk_'.repeat(2_500)}`, `${'*/*;q=0.1,'.repeat(900)}`]) {
      const { status } = await server.request({
        token: admin.token,
        query: '{ __typename }',
        headers: { [header]: value },
      });
      expect([header, [200, 406]]).toEqual([header, expect.arrayContaining([status])]);
    }
  }
  delay.disable();
  expectShortPieces();
});
