import { expect, test } from '@jest/globals';
import { isObjectType } from 'graphql';
import { createSchema } from '../schema.js';
import { createKey, newService } from '../testing/fixtures.js';
import { authorize, authorizeText, newGatewayScene, requestOf } from '../testing/gateway.js';
import { newGuardrail } from '../testing/guardrails.js';
import { nodeTypes } from '../testing/ids.js';
import { setRoute } from '../testing/routes.js';
import { fieldSelection } from '../testing/schema-places.js';
import { server, useServer } from '../testing/use-server.js';

/** What a service reads that has no scope but GATEWAY. */

useServer();

const schema = await createSchema();

/** Everything that it reads of what the API shows by id, beside `id`. Of `budget` only what there is. */
const open = ['LlmConfiguration', 'Guardrail'];
const openFields = [
  'Workspace.name',
  'Workspace.environment',
  'Workspace.region',
  'Workspace.timeZone',
  'Workspace.budget',
  'VirtualKey.name',
  'VirtualKey.monthlyBudget',
  'VirtualKey.requestsPerMinute',
  'VirtualKey.tokensPerMinute',
];

const fields = nodeTypes.flatMap((name) => {
  const type = schema.getType(name);
  if (!isObjectType(type)) throw new Error(`There is no type ${name}.`);
  return Object.values(type.getFields()).map((field) => ({ type: name, field }));
});

async function codeOf(token: string, query: string, variables: Record<string, unknown> = {}): Promise<string | null> {
  const { errors } = await server.request({ token, query, variables });
  return errors?.[0]?.extensions.code ?? null;
}

test('every field is closed that was not opened, whatever way leads to it', async () => {
  const { service } = await newGatewayScene();
  for (const { type, field } of fields) {
    const isOpen = field.name === 'id' || open.includes(type) || openFields.includes(`${type}.${field.name}`);
    const selection = `... on ${type} { ${fieldSelection(field)} }`;
    for (const query of [
      `{ nodes(ids: []) { ${selection} } }`,
      `query ($with: Boolean = false) { nodes(ids: []) { id ... on Node @include(if: $with) { ${selection} } } }`,
      `{ nodes(ids: []) { ...Part } } fragment Part on Node { ${selection} }`,
    ]) {
      expect([type, field.name, await codeOf(service.token, query)]).toEqual([
        type,
        field.name,
        isOpen ? null : 'FORBIDDEN',
      ]);
    }
  }
});

test('a closed field ends the call before anything is held', async () => {
  const { service, key } = await newGatewayScene({ monthlyBudget: '0.01' });
  for (const closed of [
    'workspace { memberCount }',
    'virtualKey { lastUsedAt }',
    'workspace { id members { totalCount } }',
  ]) {
    const variables = { input: requestOf(key) };
    expect(await codeOf(service.token, authorizeText(`allowed ${closed}`), variables)).toBe('FORBIDDEN');
  }
  expect((await authorize(service, requestOf(key))).allowed).toBe(true);
});

test('a service with another scope reads what that lets it', async () => {
  const { admin, key } = await newGatewayScene();
  const both = await newService(server, admin, ['GATEWAY', 'WORKSPACES_READ']);
  const fields = 'workspace { memberCount } virtualKey { lastUsedAt }';
  expect(await authorize(both, requestOf(key), { fields })).toMatchObject({ workspace: { memberCount: 1 } });
});

test('configurations and guardrails are found by id, and nothing else is', async () => {
  const { admin, service, workspaceId, configurationId, key } = await newGatewayScene();
  const guardrailId = await newGuardrail(admin, workspaceId);
  const { modelRoute } = await setRoute(admin, [configurationId], { workspaceId, model: 'other' });
  const query = `query ($ids: [ID!]!) { nodes(ids: $ids) {
    id ... on LlmConfiguration { model workspace { name } } ... on Guardrail { terms } } }`;
  const { data } = await server.request({
    token: service.token,
    query,
    variables: { ids: [guardrailId, configurationId, 'x'] },
  });
  expect(data).toEqual({
    nodes: [
      { id: guardrailId, terms: ['confidential'] },
      { id: configurationId, model: 'gpt-large', workspace: { name: expect.any(String) } },
      null,
    ],
  });
  for (const id of [workspaceId, key.id, modelRoute?.id, admin.id]) {
    expect(await codeOf(service.token, query, { ids: [configurationId, id] })).toBe('FORBIDDEN');
    expect(await codeOf(service.token, 'query ($id: ID!) { node(id: $id) { id } }', { id })).toBe('FORBIDDEN');
  }
  expect(await codeOf(service.token, 'query ($id: ID!) { workspace(id: $id) { id } }', { id: workspaceId })).toBe(
    'FORBIDDEN',
  );
  for (const list of ['workspaces', 'virtualKeys', 'assignableUsers']) {
    expect(await codeOf(service.token, `{ ${list} { totalCount } }`)).toBe('FORBIDDEN');
  }
});

test('what another organization has is not found', async () => {
  const { service } = await newGatewayScene();
  const other = await newGatewayScene();
  const variables = { ids: [other.configurationId, await newGuardrail(other.admin, other.workspaceId)] };
  const { data } = await server.request({
    token: service.token,
    query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    variables,
  });
  expect(data).toEqual({ nodes: [null, null] });
});

test("in a payload's query the same is open of its workspaces and keys, and nothing else", async () => {
  const { admin, service, workspaceId } = await newGatewayScene();
  const key = await createKey(server, admin, { workspaceId, requestsPerMinute: 7 });
  const payload = (query: string) => `mutation ($id: ID!, $key: ID!) {
    revokeVirtualKey(input: { virtualKeyId: $key }) { userErrors { code } query { ${query} } } }`;
  const variables = { id: workspaceId, key: key.id };
  const { data } = await server.request({
    token: service.token,
    query: payload(
      'workspace(id: $id) { id name timeZone } node(id: $key) { ... on VirtualKey { requestsPerMinute } }',
    ),
    variables,
  });
  expect(data).toEqual({
    revokeVirtualKey: {
      userErrors: [{ code: 'FORBIDDEN' }],
      query: {
        workspace: { id: workspaceId, name: expect.any(String), timeZone: 'UTC' },
        node: { requestsPerMinute: 7 },
      },
    },
  });
  for (const query of [
    'workspace(id: $id) { createdAt } viewer { user { id } }',
    'workspaces { totalCount }',
    'node(id: $key) { ... on VirtualKey { maskedKey } }',
    'workspaceSummary { totalWorkspaces }',
  ]) {
    const text = payload(query);
    const used = text.replace(text.includes('$id)') ? '' : '$id: ID!, ', '');
    expect([query, await codeOf(service.token, used, variables)]).toEqual([query, 'FORBIDDEN']);
  }
});
