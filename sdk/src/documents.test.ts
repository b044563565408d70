import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { describe, expect, test } from '@jest/globals';
import { cacheExchange, createClient, fetchExchange } from '@urql/core';
import { buildSchema, parse, print, validate } from 'graphql';
import * as documents from './documents.js';
import { CreateWorkspaceDocument, WorkspaceDocument, WorkspacesDocument } from './documents.js';
import { fakePage, fakeServer, fakeWorkspace } from './fake-server.js';
import * as texts from './generated/documents.js';

const url = 'https://tokenvue.test/graphql';

function newServer() {
  return fakeServer({
    Workspaces: ({ filter }) => ({ workspaces: fakePage([fakeWorkspace({ name: filter?.search ?? 'Any' })]) }),
    CreateWorkspace: ({ input }) => ({
      createWorkspace: { workspace: fakeWorkspace({ name: input.name }), userErrors: [] },
    }),
  });
}

const input = { name: 'New', environment: 'SANDBOX', region: 'EU', monthlyBudget: '1', memberIds: [] } as const;

const nodes = Object.fromEntries(
  Object.entries(documents).flatMap(([name, value]) => ('definitions' in value ? [[name, value]] : [])),
);

describe('a document', () => {
  test('is sent by Apollo Client, with the types of its variables and its result', async () => {
    const { fetch } = newServer();
    const client = new ApolloClient({
      link: new HttpLink({ uri: url, fetch }),
      cache: new InMemoryCache(),
      // A fake result has no type names, by which a cache would find its fragments.
      defaultOptions: { query: { fetchPolicy: 'no-cache' }, mutate: { fetchPolicy: 'no-cache' } },
    });
    const { data } = await client.query({ query: WorkspacesDocument, variables: { filter: { search: 'Billing' } } });
    const name: string | undefined = data?.workspaces?.nodes[0]?.name;
    expect(name).toBe('Billing');
    const created = await client.mutate({
      mutation: CreateWorkspaceDocument,
      variables: { input: { ...input, memberIds: [] } },
    });
    expect(created.data?.createWorkspace?.workspace?.version).toBe(1);

    const wrong = [
      // @ts-expect-error the variable is missing
      () => client.query({ query: WorkspaceDocument }),
      // @ts-expect-error there is no such filter
      () => client.query({ query: WorkspacesDocument, variables: { filter: { colour: 'red' } } }),
      // @ts-expect-error there is no such field
      () => data?.workspaces?.nodes[0]?.colour,
    ];
    expect(wrong).toHaveLength(3);
    client.stop();
  });

  test('is sent by urql, with the types of its variables and its result', async () => {
    const { fetch } = newServer();
    const client = createClient({ url, fetch, exchanges: [cacheExchange, fetchExchange], preferGetMethod: false });
    const { data, error } = await client.query(WorkspacesDocument, { filter: { search: 'Billing' } }).toPromise();
    expect(error).toBeUndefined();
    const name: string | undefined = data?.workspaces?.nodes[0]?.name;
    expect(name).toBe('Billing');

    const wrong = [
      // @ts-expect-error the variable has another type
      () => client.query(WorkspaceDocument, { id: 1 }),
      // @ts-expect-error there is no such field
      () => data?.workspaces?.nodes[0]?.colour,
    ];
    expect(wrong).toHaveLength(2);
  });

  test('is there for every operation of the client, and says the same', () => {
    expect(Object.keys(nodes).sort()).toEqual(Object.keys(texts).sort());
    const printed = Object.entries(nodes).map(([name, document]) => [name, print(document)]);
    expect(Object.fromEntries(printed)).toEqual(
      Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, print(parse(String(text)))])),
    );
  });

  test('is valid', () => {
    const schema = buildSchema(readFileSync(join(import.meta.dirname, '../../schema.graphql'), 'utf8'));
    for (const document of Object.values(nodes)) expect(validate(schema, document)).toEqual([]);
  });
});
