import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newOrganization, person, startTestServer, type TestServer } from '../testing/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test('smoke', async () => {
  const org = newOrganization();
  const ada = await person(server, {
    sub: 'ada',
    org,
    teams: ['core'],
    name: 'Ada',
  });
  const bob = await person(server, {
    sub: 'bob',
    org,
    teams: ['core'],
    name: 'Bob',
  });
  const created = await server.request({
    token: ada.token,
    query: `mutation($i: CreateWorkspaceInput!) { createWorkspace(input: $i) { workspace { id name owner { id name __typename } monthlyBudget { amount currency } memberCount activeKeyCount isActive version viewerRole viewerCanUpdateSettings createdAt } userErrors { code field message } } }`,
    variables: {
      i: {
        name: ' Hello ',
        environment: 'PRODUCTION',
        region: 'EU',
        monthlyBudget: '12.5',
        memberIds: [bob.id],
      },
    },
  });
  console.log(JSON.stringify(created, null, 1));
  const list = await server.request({
    token: bob.token,
    query: `{ workspaces { totalCount pageInfo { hasNextPage endCursor } nodes { id name owner { id name __typename } memberCount isActive viewerRole members { totalCount nodes { id role user { name } } } } } workspaceSummary { totalWorkspaces totalMonthlyBudget { amount } totalActiveKeys productionWorkspaces activeWorkspace { id name} } viewer { user { id name } teams { id name users { nodes { name } totalCount } } activeWorkspace { id } } assignableUsers { nodes { name } totalCount } }`,
  });
  console.log(JSON.stringify(list, null, 1));
  console.log(server.logLines.join(''));
  expect(created.errors).toBeUndefined();
  expect(list.errors).toBeUndefined();
});
