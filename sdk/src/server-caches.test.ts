import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Client, createClient, fetchExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { buildSchema, parse } from 'graphql';
import {
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  type GraphQLTaggedNode,
  Network,
  RecordSource,
  Store,
} from 'relay-runtime';
import { createWorkspace, run } from '../../server/src/testing/fixtures.js';
import { newOrganization, type Person, person } from '../../server/src/testing/test-server.js';
import { server, useServer } from '../../server/src/testing/use-server.js';
import * as apollo from './apollo.js';
import {
  AuditLogDocument,
  UpdateWorkspaceSettingsDocument,
  ViewerDocument,
  WorkspaceDocument,
  WorkspacesDocument,
} from './documents.js';
import { TokenVueClient } from './index.js';
import * as relay from './relay.js';
import { relayRequest } from './testing/relay-artifact.js';
import * as urql from './urql.js';

useServer();

const schema = buildSchema(readFileSync(join(import.meta.dirname, '../../schema.graphql'), 'utf8'));
let ada: Person;
let ids: string[];
beforeAll(async () => {
  const org = newOrganization();
  ada = await person(server, { sub: 'ada', org, name: 'Ada', org_role: 'admin' });
  ids = [];
  for (const name of ['A', 'B', 'C', 'D', 'E']) ids.push(await createWorkspace(server, ada, { name }));
  // The same person under a new name, as the identity provider has it now.
  ada = await person(server, { sub: 'ada', org, name: 'Ada Lovelace', org_role: 'admin' });
});

/** Operations that show parts of the same things, as four widgets of a page do. */
const widgets = [
  'query One { workspaceSummary { totalWorkspaces activeWorkspace { id name } } }',
  'query Two { workspaceSummary { totalActiveKeys totalSpent { amount } } }',
  'query Three { viewer { organizationRole user { id name } } workspaces(first: 2) { nodes { id name } pageInfo { endCursor hasNextPage } } }',
  'query Four { viewer { teams { id } } workspaces(first: 4) { nodes { id version owner { __typename ... on User { id name } } } pageInfo { endCursor hasNextPage } } }',
];
const listed = `query List($after: String) {
  workspaces(first: 2, after: $after) { edges { cursor node { id name } } pageInfo { endCursor hasNextPage startCursor hasPreviousPage } totalCount }
}`;

/** Requests that were sent, and what sends them. */
function counted() {
  const requests: string[] = [];
  const counting = async (url: unknown, init: unknown): Promise<Response> => {
    const { operationName } = JSON.parse(String((init as RequestInit).body)) as { operationName: string };
    requests.push(operationName);
    return fetch(url as string, init as RequestInit);
  };
  return { requests, fetch: counting as typeof globalThis.fetch };
}

/** Somebody else changes it, and answers with the version that stands then. */
async function changeBudget(id: string, version: number, amount: string): Promise<number> {
  const mutation = `mutation ($input: UpdateWorkspaceSettingsInput!) { updateWorkspaceSettings(input: $input) { workspace { version } } }`;
  const answer = await run<{ updateWorkspaceSettings: { workspace: { version: number } } }>(server, ada, mutation, {
    input: { workspaceId: id, expectedVersion: version, monthlyBudget: amount },
  });
  return answer.updateWorkspaceSettings.workspace.version;
}

/** As long as requests could still follow. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 150));

describe('Apollo Client', () => {
  function newClient() {
    const { requests, fetch } = counted();
    const link = new HttpLink({ uri: server.endpoint, fetch, headers: { authorization: `Bearer ${ada.token}` } });
    return { client: new ApolloClient({ link, cache: new InMemoryCache(apollo) }), requests };
  }

  test('shows a renamed person as they are, and in the audit log as they were', async () => {
    for (const documents of [
      [ViewerDocument, AuditLogDocument],
      [AuditLogDocument, ViewerDocument],
    ]) {
      const { client } = newClient();
      for (const query of documents) await client.query({ query, variables: { workspaceId: ids[4] ?? '' } as never });
      const viewer = client.readQuery({ query: ViewerDocument });
      const log = client.readQuery({ query: AuditLogDocument, variables: { workspaceId: ids[4] ?? '' } });
      expect(viewer?.viewer?.user?.name).toBe('Ada Lovelace');
      expect(log?.workspace?.auditLog?.nodes.map(({ actor }) => actor.name)).toEqual(['Ada']);
      client.stop();
    }
  });

  test('sends a request for each of four widgets that show parts of the same things, and no more', async () => {
    const { client, requests } = newClient();
    const shown = widgets.map((text) => {
      const widget: { data?: unknown } = {};
      const query = client.watchQuery({ query: gql(text) });
      query.subscribe(({ data, dataState }) => {
        if (dataState === 'complete') widget.data = data;
      });
      return widget;
    });
    await settled();
    while (shown.some(({ data }) => data === undefined) && requests.length < 8) await settled();
    await settled();
    expect(requests.toSorted()).toEqual(['Four', 'One', 'Three', 'Two']);
    client.stop();
  });

  test('appends pages, of nodes and of edges', async () => {
    type List = { nodes?: { name: string }[]; edges?: { node: { name: string } }[]; pageInfo: { endCursor: string } };
    for (const [query, variables] of [
      [WorkspacesDocument, { first: 2, totalCount: true }],
      [gql(listed), {}],
    ] as const) {
      const { client } = newClient();
      const list = client.watchQuery<{ workspaces: List }>({ query: query as never, variables: variables as never });
      list.subscribe(() => {});
      const pageInfo = (await list.refetch()).data?.workspaces.pageInfo;
      await list.fetchMore({ variables: { after: pageInfo?.endCursor } as never });
      const found = client.readQuery<{ workspaces: List }>({ query: query as never, variables: variables as never });
      const { nodes, edges, ...rest } = found?.workspaces ?? {};
      expect((nodes ?? edges?.map(({ node }) => node))?.map(({ name }) => name)).toEqual(['A', 'B', 'C', 'D']);
      expect(rest).toMatchObject({ totalCount: 5, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
      client.stop();
    }
  });

  test('shows an optimistic update without a cast, and takes it back on a conflict', async () => {
    const { client } = newClient();
    const id = ids[0] ?? '';
    const { data } = await client.query({ query: WorkspaceDocument, variables: { id } });
    const workspace = data?.workspace;
    if (!workspace) throw new Error('no workspace');
    await changeBudget(id, workspace.version, '111');
    const budget = () =>
      client.readQuery({ query: WorkspaceDocument, variables: { id } }, true)?.workspace?.monthlyBudget.amount;
    const updating = client.mutate({
      mutation: UpdateWorkspaceSettingsDocument,
      variables: { input: { workspaceId: id, expectedVersion: workspace.version, monthlyBudget: '222' } },
      optimisticResponse: {
        updateWorkspaceSettings: {
          __typename: 'UpdateWorkspaceSettingsPayload',
          workspace: { ...workspace, monthlyBudget: { ...workspace.monthlyBudget, amount: '222.00' } },
          conflictingWorkspace: null,
          userErrors: [],
        },
      },
    });
    expect(budget()).toBe('222.00');
    const answer = await updating;
    expect(answer.data?.updateWorkspaceSettings?.userErrors[0]?.code).toBe('VERSION_CONFLICT');
    expect(budget()).toBe('111.00');
    client.stop();
  });
});

describe('urql with Graphcache', () => {
  function newClient() {
    const { requests, fetch } = counted();
    const warnings: unknown[] = [];
    const cache = cacheExchange({
      ...urql,
      logger: (severity, message) => void (severity === 'warn' && warnings.push(message)),
      optimistic: {
        updateWorkspaceSettings: ({ input }) => ({
          __typename: 'UpdateWorkspaceSettingsPayload',
          workspace: {
            __typename: 'Workspace',
            id: (input as { workspaceId: string }).workspaceId,
            monthlyBudget: { __typename: 'Money', amount: '222.00', currency: 'USD' },
          },
        }),
      },
    });
    const fetchOptions = { headers: { authorization: `Bearer ${ada.token}` } };
    const client = createClient({
      url: server.endpoint,
      fetch,
      fetchOptions,
      exchanges: [cache, fetchExchange],
      preferGetMethod: false,
    });
    return { client, requests, warnings };
  }

  /** What is shown now. */
  const budgetIn = (client: Client, id: string) =>
    client.readQuery(BUDGET, { id })?.data?.workspace?.monthlyBudget.amount;
  const BUDGET = gql`query Budget($id: ID!) { workspace(id: $id) { id version monthlyBudget { amount } } }`;

  test('shows a renamed person as they are, and in the audit log as they were', async () => {
    const { client, warnings } = newClient();
    const variables = { workspaceId: ids[4] ?? '' };
    await client.query(ViewerDocument, {}).toPromise();
    await client.query(AuditLogDocument, variables).toPromise();
    expect(client.readQuery(ViewerDocument, {})?.data?.viewer?.user?.name).toBe('Ada Lovelace');
    const log = client.readQuery(AuditLogDocument, variables)?.data?.workspace?.auditLog;
    expect(log?.nodes.map(({ actor }) => actor.name)).toEqual(['Ada']);
    expect(warnings).toEqual([]);
  });

  test('sends a request for each of four widgets that show parts of the same things, and no more', async () => {
    const { client, requests, warnings } = newClient();
    const shown = widgets.map((text) => {
      const widget: { data?: unknown } = {};
      client.query(parse(text), {}).subscribe(({ data }) => Object.assign(widget, { data }));
      return widget;
    });
    await settled();
    while (shown.some(({ data }) => data === undefined) && requests.length < 8) await settled();
    await settled();
    expect(requests.toSorted()).toEqual(['Four', 'One', 'Three', 'Two']);
    expect(warnings).toEqual([]);
  });

  test('appends pages, of nodes and of edges, and keeps the count of the whole list', async () => {
    const { client } = newClient();
    const first = await client.query(WorkspacesDocument, { first: 2, totalCount: true }).toPromise();
    const after = first.data?.workspaces?.pageInfo.endCursor ?? null;
    await client.query(WorkspacesDocument, { first: 2, after }).toPromise();
    const all = client.readQuery(WorkspacesDocument, { first: 2, totalCount: true })?.data?.workspaces;
    expect([all?.nodes.map(({ name }) => name), all?.totalCount]).toEqual([['A', 'B', 'C', 'D'], 5]);

    const edges = newClient().client;
    const start = await edges.query(parse(listed), {}).toPromise();
    await edges.query(parse(listed), { after: start.data.workspaces.pageInfo.endCursor }).toPromise();
    const whole = edges.readQuery(parse(listed), {})?.data.workspaces;
    expect(whole.edges.map(({ node }: { node: { name: string } }) => node.name)).toEqual(['A', 'B', 'C', 'D']);
  });

  test('shows an optimistic update, and takes it back on a conflict', async () => {
    const { client } = newClient();
    const id = ids[1] ?? '';
    const seen: unknown[] = [];
    const read = await client.query(BUDGET, { id }).toPromise();
    const { version } = read.data.workspace;
    client.query(BUDGET, { id }).subscribe(({ data }) => seen.push(data?.workspace?.monthlyBudget.amount));
    await changeBudget(id, version, '111');
    const input = { workspaceId: id, expectedVersion: version, monthlyBudget: '222' };
    const { data } = await client.mutation(UpdateWorkspaceSettingsDocument, { input }).toPromise();
    expect(data?.updateWorkspaceSettings?.userErrors[0]?.code).toBe('VERSION_CONFLICT');
    expect(seen).toContain('222.00');
    expect(budgetIn(client, id)).toBe('111.00');
  });
});

describe('Relay', () => {
  type Answer = Record<string, unknown>;
  type Mutation = { variables: Answer; response: Answer; rawResponse: Answer };

  function newEnvironment() {
    const { requests, fetch } = counted();
    const client = new TokenVueClient({ endpoint: server.endpoint, token: ada.token, fetch: fetch as never });
    const environment = new Environment({
      network: Network.create(relay.fetchThrough(client)),
      store: new Store(new RecordSource()),
      missingFieldHandlers: relay.missingFieldHandlers,
    });
    const query = async (text: string, variables = {}, connection?: string): Promise<unknown> => {
      const request = relayRequest(schema, text, connection) as unknown as GraphQLTaggedNode;
      await fetchQuery(environment, request, variables, { fetchPolicy: 'store-or-network' }).toPromise();
      const { fragment } = createOperationDescriptor(request as never, variables);
      return environment.lookup(fragment).data;
    };
    return { environment, query, requests };
  }
  const budget = 'query Budget($id: ID!) { workspace(id: $id) { id version monthlyBudget { amount } } }';
  const log =
    'query Log($id: ID!) { workspace(id: $id) { id auditLog(first: 9) { nodes { id actor { kind name } } } } }';

  test('shows a renamed person as they are, and in the audit log as they were', async () => {
    const { query } = newEnvironment();
    const shown = await query('query Me { viewer { user { id name } } }');
    const events = await query(log, { id: ids[4] });
    expect(shown).toMatchObject({ viewer: { user: { name: 'Ada Lovelace' } } });
    expect(events).toMatchObject({ workspace: { auditLog: { nodes: [{ actor: { name: 'Ada' } }] } } });
    expect(await query('query Me { viewer { user { id name } } }')).toEqual(shown);
  });

  test('sends a request for each of four widgets, none for what one of them has brought, and finds nodes by their ids', async () => {
    const { query, requests } = newEnvironment();
    await Promise.all(widgets.map((text) => query(text)));
    await Promise.all(widgets.map((text) => query(text)));
    expect(requests.toSorted()).toEqual(['Four', 'One', 'Three', 'Two']);
    const found = await query('query Again($id: ID!) { workspace(id: $id) { id name version } }', { id: ids[0] });
    expect(found).toMatchObject({ workspace: { name: 'A' } });
    const nodes = 'query Nodes($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Workspace { name } } }';
    expect(await query(nodes, { ids: [ids[1]] })).toMatchObject({ nodes: [{ name: 'B' }] });
    expect(requests).toHaveLength(4);
  });

  test('appends pages to a connection', async () => {
    const { query } = newEnvironment();
    const first = (await query(listed, {}, 'workspaces')) as { workspaces: { pageInfo: { endCursor: string } } };
    await query(listed, { after: first.workspaces.pageInfo.endCursor }, 'workspaces');
    const all = (await query(listed, {}, 'workspaces')) as { workspaces: { edges: { node: { name: string } }[] } };
    expect(all.workspaces.edges.map(({ node }) => node.name)).toEqual(['A', 'B', 'C', 'D']);
  });

  test('shows an optimistic update, and takes it back on a conflict', async () => {
    const { environment, query } = newEnvironment();
    const id = ids[2] ?? '';
    const now = async () => ((await query(budget, { id })) as { workspace: { monthlyBudget: object } }).workspace;
    const { version } = (await now()) as unknown as { version: number };
    await changeBudget(id, version, '111');
    const fields = 'id version monthlyBudget { amount }';
    const mutation = relayRequest(
      schema,
      `mutation Update($input: UpdateWorkspaceSettingsInput!) {
        updateWorkspaceSettings(input: $input) { workspace { ${fields} } conflictingWorkspace { ${fields} } userErrors { code } }
      }`,
    ) as unknown as GraphQLTaggedNode;
    const updated = new Promise((resolve, reject) => {
      commitMutation<Mutation>(environment, {
        mutation,
        variables: { input: { workspaceId: id, expectedVersion: version, monthlyBudget: '222' } },
        optimisticResponse: {
          updateWorkspaceSettings: {
            workspace: { id, version, monthlyBudget: { amount: '222.00' } },
            conflictingWorkspace: null,
            userErrors: [],
          },
        },
        onCompleted: resolve,
        onError: reject,
      });
    });
    expect(await now()).toMatchObject({ monthlyBudget: { amount: '222.00' } });
    expect(await updated).toMatchObject({ updateWorkspaceSettings: { userErrors: [{ code: 'VERSION_CONFLICT' }] } });
    expect(await now()).toMatchObject({ monthlyBudget: { amount: '111.00' } });
  });
});
