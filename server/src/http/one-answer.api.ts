import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  buildSchema,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLObjectType,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { pino } from 'pino';
import { OrganizationRole } from '../access/actor.js';
import { Session } from '../auth/session.js';
import { signIn } from '../auth/sign-in.js';
import { Deadline } from '../database/deadline.js';
import { defaultTimeLimits } from '../database/time-limits.js';
import { createDemoData } from '../demo/demo-data.js';
import { Services } from '../fetch/caller.js';
import { Gateway } from '../gateway/gateway.js';
import { createSchema } from '../schema.js';
import { type RandomQuery, randomQuery, type Samples } from '../testing/random-documents.js';
import { server, useServer } from '../testing/use-server.js';
import { CompiledQueries } from './compiled-queries.js';
import { limitComplexity } from './complexity.js';
import { Executor } from './executor.js';
import { RequestContext } from './request-context.js';

useServer();

/** Kept, so that a failure is found again; a run of `npm run test:long` takes others, and more of them. */
const { numRuns = 80, seed = 20_251 } = fc.readConfigureGlobal();

/** Sendings of one query: what is compiled is so from the third on. */
const times = 3;

const log = pino({ level: 'silent' });
const schema = await createSchema();
let gateway: Gateway;
let samples: Samples;
/** Who asks, as the demonstration company knows them. */
let sessions: readonly (() => Session)[];

beforeAll(async () => {
  await createDemoData(server.database);
  gateway = new Gateway(server.database, { reservationSeconds: 600, log });
  const known = await Promise.all([signedIn('ada', OrganizationRole.ADMIN), signedIn('bob', undefined)]);
  sessions = known.map((one) => () => new Session(one));
  const { data, errors } = await run(
    parse(`{
      workspaces(first: 20) { pageInfo { endCursor } nodes { id owner { id } virtualKeys(first: 1) { nodes { id } }
        guardrails { nodes { id } } llmConfigurations(first: 1) { nodes { id } } modelRoutes { nodes { id } } members(first: 1) { nodes { id user { id } } } } }
      viewer { teams { id } }
    }`),
    {},
    sessions[0] as () => Session,
  );
  expect(errors).toBeUndefined();
  const ids = [...JSON.stringify(data).matchAll(/"id":"(.+?)"/g)].map(([, id]) => id);
  const [, cursor] = /"endCursor":"(.+?)"/.exec(JSON.stringify(data)) ?? [];
  expect(new Set(ids.map((id) => id?.split('_')[0])).size).toBeGreaterThan(5);
  samples = {
    Int: [2, 1, 3, 50, 0, 101, -1, 2_147_483_647],
    Float: [0.5],
    String: ['a', '', 'A "quoted" \\ text', 'ß', cursor, 'UTC', '\0', '\ud800'],
    ID: [...ids, 'nonsense', ''],
    Boolean: [true, false],
    Decimal: ['1', '0.005', '-3'],
    BigInt: ['1', '0'],
    DateTime: [new Date(Date.now() - 86_400_000).toISOString(), '2026-01-01T00:00:00Z', new Date().toISOString()],
  };
});
afterAll(() => gateway.close());

async function signedIn(subject: string, organizationRole: OrganizationRole | undefined) {
  const none = { name: undefined, email: undefined, teams: undefined, issuedAt: undefined, expiresAt: null };
  const claims = { ...none, subject, organization: 'meridian', organizationRole };
  return (await signIn(server.database, claims, { quotas: { people: 1_000, teams: 1_000 } })).known;
}

function contextFor(session: Session): RequestContext {
  return new RequestContext({
    session,
    requestId: 'one-answer',
    log,
    database: server.database,
    isProduction: false,
    services: new Services(gateway),
    deadline: new Deadline(defaultTimeLimits),
  });
}

async function run(document: DocumentNode, variables: RandomQuery['variables'], session: () => Session) {
  return execute({ schema, document, variableValues: variables, contextValue: contextFor(session()) });
}

/**
 * All that a client gets of a result, to the letter. Where several fields fail at once graphql-js tells of them as they
 * fail, so that they are sorted; what is wrong with variables is told without their values, which is another sentence.
 */
function textOf({ data, errors }: ExecutionResult): string {
  if (data === undefined) return 'refused';
  const told = errors?.map((error) => JSON.stringify(error)).sort();
  return JSON.stringify({ errors: told, data });
}

function operationOf(document: DocumentNode): OperationDefinitionNode {
  const operation = getOperationAST(document);
  if (operation == null) throw new Error('There is no operation.');
  return operation;
}

test('any query is answered by the first sending and by later ones as by graphql-js', async () => {
  const executor = new Executor(schema);
  const compilable = new CompiledQueries(schema);
  const counts = { all: 0, compiled: 0, failed: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(fc.gen(), fc.nat(1), async (g, who) => {
      const { text, variables } = randomQuery(schema, g, samples);
      const document = parse(text);
      fc.pre(validate(schema, document).length === 0);
      const operation = operationOf(document);
      fc.pre(isSmall({ schema, document, operation, variables }));
      const session = sessions[who] as () => Session;
      const plain = await run(document, variables, session);
      const expected = textOf(plain);
      for (let time = 0; time < times; time++) {
        const context = contextFor(session());
        const answer = await executor.execute({ document, operation, operationName: null, variables, context });
        expect(textOf(answer)).toBe(expected);
      }
      for (let time = 0; time < times - 1; time++) compilable.of(document);
      counts.all += 1;
      if (compilable.of(document) !== null) counts.compiled += 1;
      if (plain.errors !== undefined) counts.failed += 1;
      if (plain.data === undefined) counts.refused += 1;
    }),
    { numRuns, seed, endOnFailure: true },
  );
  // Else it would say nothing.
  expect(counts.compiled).toBeGreaterThan(counts.all / 10);
  expect(counts.failed).toBeGreaterThan(counts.all / 20);
  expect(counts.failed).toBeLessThan((counts.all * 3) / 4);
}, 600_000);

function isSmall(operation: Parameters<typeof limitComplexity>[0]): boolean {
  try {
    limitComplexity(operation);
    return true;
  } catch {
    return false;
  }
}

describe('a value that can not be sent fails by every sending as by graphql-js:', () => {
  const leaves = buildSchema(`
    type Query { int: Int, must: Int!, text: String, flag: Boolean, float: Float, id: ID, region: Region, list: [Int!], at: At }
    type At { int: Int!, list: [Region] }
    enum Region { EU US }
  `);
  const context = { isVerified: true, isSignedIn: false, forgetReads: () => {} } as unknown as RequestContext;

  function resolving(field: string, value: unknown): GraphQLSchema {
    const { [field]: found } = (leaves.getQueryType() as GraphQLObjectType).getFields();
    if (found === undefined) throw new Error(`There is no field ${field}.`);
    found.resolve = () => value;
    return leaves;
  }

  test.each<[string, string, unknown]>([
    ['int', '', 1.5],
    ['int', '', 'x'],
    ['int', '', 2 ** 40],
    ['int', '', Number.NaN],
    ['int', '', true],
    ['must', '', {}],
    ['must', '', null],
    ['text', '', { a: 1 }],
    ['text', '', 5],
    ['text', '', Symbol.iterator],
    ['flag', '', 'maybe'],
    ['flag', '', 1],
    ['float', '', Number.POSITIVE_INFINITY],
    ['id', '', []],
    ['id', '', 7],
    ['region', '', 'MARS'],
    ['list', '', [1, 'x']],
    ['list', '', [1, null]],
    ['list', '', 5],
    ['list', '', new Error('thrown')],
    ['at', '{ __typename int list }', { int: 'x', list: ['EU', 'X', null] }],
    ['at', '{ list }', { list: 'EU' }],
    ['at', '{ int }', { int: () => Promise.reject(new Error('later')) }],
  ])('%s %s of %p', async (field, set, value) => {
    const own = resolving(field, value);
    const document = parse(`{ ${field} ${set} other: __typename }`);
    const executor = new Executor(own);
    const expected = textOf(await execute({ schema: own, document }));
    for (let time = 0; time < times; time++) {
      const operation = operationOf(document);
      const answer = await executor.execute({ document, operation, operationName: null, variables: {}, context });
      expect(textOf(answer)).toBe(expected);
    }
  });
});
