import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newOrganization, startTestServer, type TestServer } from '../../server/src/testing/test-server.js';
import {
  ForbiddenError,
  InvalidInputError,
  MissingScopeError,
  NotFoundError,
  RequestError,
  type ServiceScope,
  type SyncTeamAccessInput,
  type TokenVueClient,
  UnauthenticatedError,
} from './index.js';
import { clientOf, failure, newWorkspace, type SignedIn, signIn } from './testing/real-server.js';

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

let server: TestServer;
let org: string;
let admin: SignedIn;
beforeAll(async () => {
  server = await startTestServer();
  org = newOrganization();
  admin = await signIn(server, { sub: 'admin', org, org_role: 'admin' });
});
afterAll(() => server.close());

test('members are listed by when they joined, and change roles up to that of who changes them', async () => {
  const ada = await signIn(server, { sub: 'ada', org, name: 'Ada' });
  const bob = await signIn(server, { sub: 'bob', org, name: 'Bob' });
  const { id: workspaceId } = await ada.client.workspaces.create(newWorkspace({ memberIds: [bob.id] }));

  const page = await ada.client.members.list(workspaceId, { first: 1, totalCount: true });
  expect(page).toMatchObject({ nodes: [{ user: { id: ada.id }, role: 'OWNER' }], totalCount: 2 });
  const rest = await ada.client.members.list(workspaceId, { after: page?.pageInfo.endCursor });
  const [second] = rest?.nodes ?? [];
  expect(second).toEqual({
    id: expect.stringMatching(/^mem_/),
    user: { id: bob.id, name: 'Bob', email: '', active: true, subject: null },
    role: 'MEMBER',
    joinedAt: time,
  });
  const memberId = second?.id ?? '';
  expect(await ada.client.members.changeRole({ memberId, role: 'ADMIN' })).toEqual({ ...second, role: 'ADMIN' });

  const ownerId = page?.nodes[0]?.id ?? '';
  const toOwner = ada.client.members.changeRole({ memberId, role: 'OWNER' });
  expect(await failure(toOwner)).toBeInstanceOf(InvalidInputError);
  const ofOwner = bob.client.members.changeRole({ memberId: ownerId, role: 'VIEWER' });
  expect(await failure(ofOwner)).toBeInstanceOf(ForbiddenError);

  const eve = await signIn(server, { sub: 'eve', org: newOrganization() });
  expect(await eve.client.members.list(workspaceId)).toBeNull();
  const byEve = eve.client.members.changeRole({ memberId, role: 'VIEWER' });
  expect(await failure(byEve)).toBeInstanceOf(NotFoundError);
  expect(await failure(ada.client.members.list(workspaceId, { first: 0 }))).toBeInstanceOf(RequestError);
});

test('an admin who leaves a workspace with a change is answered null, and it is gone for them', async () => {
  const ada = await signIn(server, { sub: 'ada', org });
  const bob = await signIn(server, { sub: 'bob', org });
  const { id: workspaceId } = await ada.client.workspaces.create(newWorkspace({ memberIds: [bob.id] }));
  const members = await ada.client.members.list(workspaceId);
  const memberId = members?.nodes.find(({ user }) => user.id === bob.id)?.id ?? '';
  await ada.client.members.changeRole({ memberId, role: 'ADMIN' });
  const left = await bob.client.workspaces.updateSettings({ workspaceId, expectedVersion: 1, memberIds: [] });
  expect(left).toBeNull();
  expect(await bob.client.workspaces.get(workspaceId)).toBeNull();
});

test('the directory is brought in line once, and a user who is set inactive is signed out', async () => {
  const leaver = await signIn(server, { sub: 'leaver', org });
  const input: SyncTeamAccessInput = {
    users: [
      { subject: 'maya', name: 'Maya', email: 'maya@example.com' },
      { subject: 'leaver', name: 'Leaver', email: '', active: false },
    ],
    teams: [{ externalId: 'search', name: 'Search', subjects: ['maya', 'admin'] }],
  };
  expect(await admin.client.teamAccess.sync(input)).toEqual({ usersChanged: 2, usersDeactivated: 1, teamsChanged: 1 });
  const nothing = { usersChanged: 0, usersDeactivated: 0, teamsChanged: 0 };
  expect(await admin.client.teamAccess.sync(input)).toEqual(nothing);
  expect(await admin.client.users.assignable({ search: 'maya' })).toMatchObject({ nodes: [{ name: 'Maya' }] });
  expect(await failure(leaver.client.viewer())).toBeInstanceOf(UnauthenticatedError);

  const found = await admin.client.users.list({ filter: { subjects: ['maya', 'leaver'] }, totalCount: true });
  expect(found?.nodes.map(({ name, active, subject }) => [name, active, subject])).toEqual([
    ['Leaver', false, 'leaver'],
    ['Maya', true, 'maya'],
  ]);
  expect(found?.totalCount).toBe(2);
  expect((await admin.client.teams.list({ search: 'sear' }))?.nodes).toMatchObject([{ externalId: 'search' }]);
  expect(await admin.client.teamAccess.sync({ users: [], teams: [], complete: true, dryRun: true }).catch(codeOf)).toBe(
    'INVALID',
  );

  const member = await signIn(server, { sub: 'member', org });
  expect([await member.client.users.list(), await member.client.teams.list()]).toEqual([null, null]);
  for (const { iterate } of [
    { iterate: () => member.client.users.iterate() },
    { iterate: () => member.client.teams.iterate() },
  ]) {
    expect(await failure(iterate().next())).toBeInstanceOf(ForbiddenError);
  }
  expect(await failure(member.client.teamAccess.sync(input))).toBeInstanceOf(ForbiddenError);
  const [first] = input.teams;
  const unknown = { users: [], teams: first ? [{ ...first, subjects: ['nobody'] }] : [] };
  expect(await failure(admin.client.teamAccess.sync(unknown))).toBeInstanceOf(NotFoundError);
});

function codeOf(error: unknown): unknown {
  return error instanceof InvalidInputError ? error.userErrors[0]?.code : error;
}

async function serviceWith(...scopes: ServiceScope[]): Promise<{ client: TokenVueClient; id: string }> {
  const { serviceToken, token } = await admin.client.serviceTokens.create({ name: 'Service', scopes });
  return { client: clientOf(server, token ?? ''), id: serviceToken.id };
}

test('a service token is shown once, listed masked, and refused from the moment it is revoked', async () => {
  const { serviceTokens } = admin.client;
  const input = { name: 'Billing', scopes: ['WORKSPACES_READ' as const], idempotencyKey: randomUUID() };
  const { serviceToken, token, message } = await serviceTokens.create(input);
  expect(token).toMatch(/^tvs_\w{43,}$/);
  expect(message).toBeNull();
  expect(serviceToken).toEqual({
    id: expect.stringMatching(/^svc_/),
    name: 'Billing',
    maskedToken: `tvs_…${token?.slice(-4)}`,
    scopes: ['WORKSPACES_READ'],
    createdAt: time,
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
    secrets: [{ maskedToken: serviceToken.maskedToken, createdAt: time, expiresAt: null, lastUsedAt: null }],
  });
  expect(await serviceTokens.create(input)).toEqual({ serviceToken, token: null, message: expect.any(String) });

  const service = clientOf(server, token ?? '');
  const viewer = { user: null, organizationRole: null, teams: [], activeWorkspace: null };
  expect(await service.viewer()).toEqual(viewer);
  const used = { ...serviceToken, lastUsedAt: time, secrets: [expect.objectContaining({ lastUsedAt: time })] };
  expect((await serviceTokens.list({ totalCount: true }))?.nodes).toContainEqual(used);
  const rotated = await serviceTokens.rotate({ serviceTokenId: serviceToken.id, overlapSeconds: 60 });
  expect(rotated.serviceToken.secrets.map(({ maskedToken }) => maskedToken.slice(-4))).toEqual([
    rotated.token?.slice(-4),
    token?.slice(-4),
  ]);
  const successor = clientOf(server, rotated.token ?? '');
  for (const client of [service, successor]) expect(await client.viewer()).toEqual(viewer);
  expect(await serviceTokens.revoke(serviceToken.id)).toMatchObject({ id: serviceToken.id, revokedAt: time });
  for (const client of [service, successor]) {
    expect(await failure(client.viewer())).toBeInstanceOf(UnauthenticatedError);
  }
  const log = await admin.client.auditLog.list({ filter: { targetIds: [serviceToken.id] }, totalCount: true });
  expect(log).toMatchObject({
    totalCount: 3,
    nodes: ['revoked', 'rotated', 'created'].map((verb) => ({ action: `service_token.${verb}`, workspace: null })),
  });
});

test('a service sees every workspace within its scopes, and is told which scope is missing', async () => {
  const ada = await signIn(server, { sub: 'ada', org });
  const { id: workspaceId, name } = await ada.client.workspaces.create(newWorkspace());
  const reader = await serviceWith('WORKSPACES_READ');
  expect(await reader.client.workspaces.get(workspaceId)).toMatchObject({ name, viewerRole: null });
  expect(await reader.client.workspaces.auditLog(workspaceId)).toMatchObject({ nodes: [{ targetId: workspaceId }] });
  const refused = await failure(reader.client.virtualKeys.create({ workspaceId, name: 'App' }));
  expect(refused).toBeInstanceOf(ForbiddenError);

  const writer = await serviceWith('WORKSPACES_WRITE');
  const { virtualKey } = await writer.client.virtualKeys.create({ workspaceId, name: 'App' });
  expect(virtualKey.createdBy).toBeNull();
  expect(await failure(writer.client.workspaces.create(newWorkspace()))).toBeInstanceOf(ForbiddenError);

  const directory = await serviceWith('DIRECTORY_WRITE');
  const nothing = { usersChanged: 0, usersDeactivated: 0, teamsChanged: 0 };
  expect(await directory.client.teamAccess.sync({ users: [], teams: [] })).toEqual(nothing);
  const { workspaces } = directory.client;
  for (const call of [() => workspaces.list(), () => workspaces.get(workspaceId)]) {
    const error = await failure(call());
    expect(error).toBeInstanceOf(MissingScopeError);
    expect(error).toMatchObject({ code: 'FORBIDDEN', message: expect.stringContaining('WORKSPACES_READ') });
  }
});

test('service tokens are for organization admins only', async () => {
  const { client } = await signIn(server, { sub: 'member', org });
  expect(await client.serviceTokens.list()).toBeNull();
  const create = client.serviceTokens.create({ name: 'Mine', scopes: ['WORKSPACES_WRITE'] });
  expect(await failure(create)).toBeInstanceOf(ForbiddenError);
  const { id } = await serviceWith('GATEWAY');
  expect(await failure(client.serviceTokens.revoke(id))).toBeInstanceOf(ForbiddenError);
  expect(await failure(admin.client.serviceTokens.revoke('svc_0'))).toBeInstanceOf(NotFoundError);
});
