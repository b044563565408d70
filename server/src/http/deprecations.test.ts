import { describe, expect, test } from '@jest/globals';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import { knownActor, Session } from '../auth/session.js';
import type { Database } from '../database/database.js';
import { Deadline } from '../database/deadline.js';
import { sql } from '../database/sql.js';
import { defaultTimeLimits } from '../database/time-limits.js';
import { Services } from '../fetch/caller.js';
import { createApollo } from './apollo.js';
import { RequestContext } from './request-context.js';

const deprecated = buildSchema(`
  type Query { workspace(id: ID, name: String @deprecated(reason: "use id")): Workspace, region: Region }
  type Workspace { id: ID, title: String @deprecated(reason: "use name"), name: String }
  enum Region { EU, EUROPE @deprecated(reason: "use EU") }
`);
const plain = buildSchema('type Query { region: String }');

/** Somebody who is signed in, as far as this test needs it. */
function signedIn(): Session {
  const actor = { kind: 'SERVICE', id: '0', name: 'Test', organizationId: '0', currency: 'USD', scopes: [] } as const;
  const row = ['Test', null];
  const source = { statement: sql`SELECT`, toActor: () => actor, refusalOf: () => null } as const;
  const session = new Session(knownActor(source, row));
  session.accept({ rows: [row], count: 1, columns: [] });
  return session;
}

async function extensionsOf(schema: GraphQLSchema, queries: readonly string[]): Promise<unknown[]> {
  const apollo = createApollo({ schema, introspection: true });
  await apollo.start();
  const contextValue = new RequestContext({
    isProduction: false,
    services: new Services(),
    session: signedIn(),
    requestId: 'deprecations',
    log: pino({ level: 'silent' }),
    database: {} as Database,
    deadline: new Deadline(defaultTimeLimits),
  });
  const answers: unknown[] = [];
  for (const query of queries) {
    const { body } = await apollo.executeOperation({ query }, { contextValue });
    if (body.kind !== 'single') throw new Error('The answer is in parts.');
    // A fault would have no extensions either.
    expect(body.singleResult.errors?.map((error) => error.extensions?.['code']) ?? []).not.toContain(
      'INTERNAL_SERVER_ERROR',
    );
    answers.push(body.singleResult.extensions);
  }
  await apollo.stop();
  return answers;
}

describe('an answer', () => {
  test('tells of each deprecated field and argument that the operation uses, once, every time', async () => {
    const query = '{ workspace(name: "a") { title id } other: workspace { title } }';
    const told = {
      deprecations: [
        'Field "Query.workspace" argument "name" is deprecated. use id',
        'The field Workspace.title is deprecated. use name',
      ],
    };
    expect(await extensionsOf(deprecated, [query, query, query, query])).toEqual([told, told, told, told]);
  });

  test('tells of fragments too', async () => {
    const query = 'query Q { workspace { ...F } } fragment F on Workspace { title }';
    expect(await extensionsOf(deprecated, [query])).toEqual([
      { deprecations: ['The field Workspace.title is deprecated. use name'] },
    ]);
  });

  test('has no extensions where nothing that is used is deprecated, or the operation is wrong', async () => {
    expect(await extensionsOf(deprecated, ['{ workspace(id: "a") { id name } region }', '{ none }', '{'])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(await extensionsOf(plain, ['{ region }'])).toEqual([undefined]);
  });
});
