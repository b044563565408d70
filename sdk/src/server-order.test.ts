import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newOrganization, startTestServer, type TestServer } from '../../server/src/testing/test-server.js';
import {
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  RequestError,
  VersionConflictError,
  type WorkspaceDetails,
} from './index.js';
import { failure, newWorkspace, type SignedIn, signIn } from './testing/real-server.js';

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

let server: TestServer;
let ada: SignedIn;
let bob: SignedIn;
let eve: SignedIn;
let workspace: WorkspaceDetails;
beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(async () => {
  const org = newOrganization();
  ada = await signIn(server, { sub: 'ada', org, name: 'Ada' });
  bob = await signIn(server, { sub: 'bob', org, name: 'Bob' });
  eve = await signIn(server, { sub: 'eve', org: newOrganization() });
  workspace = await ada.client.workspaces.create(newWorkspace({ environment: 'PRODUCTION', memberIds: [bob.id] }));
});
afterAll(() => server.close());

test('what should be looked at is found for one workspace and on a page of cards alike', async () => {
  const { virtualKey } = await ada.client.virtualKeys.create({ workspaceId: workspace.id, name: 'Web app' });
  const { id, name, maskedKey, lastUsedAt } = virtualKey;
  const findings = await ada.client.workspaces.reviewFindings(workspace.id);
  expect(findings).toHaveLength(2);
  expect(findings).toContainEqual({
    code: 'SINGLE_MANAGER',
    severity: expect.any(String),
    message: expect.any(String),
    virtualKey: null,
    llmConfiguration: null,
    modelRoute: null,
  });
  expect(findings).toContainEqual({
    code: 'KEY_WITHOUT_EXPIRY',
    severity: expect.any(String),
    message: expect.any(String),
    virtualKey: { id, name, maskedKey, lastUsedAt },
    llmConfiguration: null,
    modelRoute: null,
  });
  const [card] = (await ada.client.workspaces.list({ filter: { search: workspace.name } })).nodes;
  const page = await ada.client.workspaces.listWithFindings({ first: 100, totalCount: true });
  const reviewFindings = findings?.map(({ llmConfiguration: _1, modelRoute: _2, ...finding }) => finding);
  expect(page).toMatchObject({ nodes: [{ ...card, reviewFindings }], totalCount: 1 });
  expect(await eve.client.workspaces.reviewFindings(workspace.id)).toBeNull();
});

test('a review is requested, stands in the workspace, and is completed', async () => {
  const { workspaces } = ada.client;
  const workspaceId = workspace.id;
  const dueAt = new Date(Date.now() + 60_000).toISOString();
  const inReview = await workspaces.requestReview({ workspaceId, reason: 'Once a year', dueAt });
  expect(inReview).toMatchObject({
    status: 'REVIEW',
    version: workspace.version,
    review: {
      reason: 'Once a year',
      requestedBy: { id: ada.id, name: 'Ada', email: '', active: true, subject: 'ada' },
      requestedByName: 'Ada',
      requestedAt: time,
      dueAt,
    },
  });
  expect(await workspaces.get(workspaceId)).toEqual(inReview);
  expect(await failure(workspaces.requestReview({ workspaceId, reason: 'Again' }))).toBeInstanceOf(InvalidInputError);
  expect(await failure(bob.client.workspaces.completeReview({ workspaceId }))).toBeInstanceOf(ForbiddenError);
  expect(await workspaces.completeReview({ workspaceId, note: 'In order' })).toMatchObject({
    status: 'ACTIVE',
    review: null,
  });
  expect(await failure(workspaces.completeReview({ workspaceId }))).toBeInstanceOf(InvalidInputError);
});

test('ownership goes to a person and to a team; who was too late is told the present state', async () => {
  const { workspaces } = ada.client;
  const { id: workspaceId, version: expectedVersion } = workspace;
  const owned = await workspaces.transferOwnership({ workspaceId, expectedVersion, ownerId: bob.id });
  expect(owned).toMatchObject({ owner: { __typename: 'User', id: bob.id }, viewerRole: 'ADMIN' });
  expect(owned.version).toBe(expectedVersion + 1);

  const { teams } = await bob.client.viewer();
  const toTeam = { workspaceId, ownerId: teams[0]?.id ?? '' };
  const late = await failure(bob.client.workspaces.transferOwnership({ ...toTeam, expectedVersion }));
  if (!(late instanceof VersionConflictError)) throw late;
  expect(late.workspace).toEqual({ ...owned, viewerRole: 'OWNER', isActive: late.workspace?.isActive });
  expect(
    await bob.client.workspaces.transferOwnership({ ...toTeam, expectedVersion: late.workspace?.version ?? 0 }),
  ).toMatchObject({ owner: { __typename: 'Team', name: 'core' } });

  const again = { workspaceId, expectedVersion: expectedVersion + 2, ownerId: ada.id };
  expect(await failure(eve.client.workspaces.transferOwnership(again))).toBeInstanceOf(NotFoundError);
  expect(await failure(bob.client.workspaces.transferOwnership(again))).toBeInstanceOf(ForbiddenError);
});

test('an archived workspace is gone from lists with its keys refused, and comes back whole', async () => {
  const { workspaces, virtualKeys } = ada.client;
  const workspaceId = workspace.id;
  const { virtualKey } = await virtualKeys.create({ workspaceId, name: 'Web app' });
  const stale = await failure(workspaces.archive({ workspaceId, expectedVersion: workspace.version + 7 }));
  expect(stale).toBeInstanceOf(VersionConflictError);
  expect(stale).toMatchObject({ workspace: { id: workspaceId, version: workspace.version } });
  expect(stale).not.toHaveProperty('virtualKey');

  const archived = await workspaces.archive({ workspaceId, expectedVersion: workspace.version });
  expect(archived).toMatchObject({ archivedAt: time, activeKeyCount: 0, isActive: false });
  expect(await workspaces.get(workspaceId)).toEqual(archived);
  expect((await workspaces.list()).nodes).toEqual([]);
  expect((await workspaces.list({ filter: { archived: true } })).nodes).toMatchObject([{ id: workspaceId }]);
  expect(await workspaces.summary()).toMatchObject({ totalWorkspaces: 0, totalActiveKeys: 0, activeWorkspace: null });
  expect(await virtualKeys.get(virtualKey.id)).toMatchObject({ status: 'DISABLED' });
  expect(await failure(virtualKeys.create({ workspaceId, name: 'More' }))).toBeInstanceOf(InvalidInputError);
  expect(await failure(bob.client.workspaces.restore(workspaceId))).toBeInstanceOf(ForbiddenError);

  expect(await workspaces.restore(workspaceId)).toMatchObject({ archivedAt: null, activeKeyCount: 1 });
  expect(await virtualKeys.get(virtualKey.id)).toEqual(virtualKey);
});

test('every change stands in the audit log, newest first, for those who may read it', async () => {
  const { workspaces } = ada.client;
  const { id: workspaceId, version: expectedVersion } = workspace;
  await workspaces.updateSettings({ workspaceId, expectedVersion, region: 'US' });
  await workspaces.archive({ workspaceId, expectedVersion: expectedVersion + 1 });

  const log = await workspaces.auditLog(workspaceId, { totalCount: true });
  expect(log?.nodes.map(({ action }) => action)).toEqual([
    'workspace.archived',
    'workspace.settings_updated',
    'workspace.created',
  ]);
  expect(log?.totalCount).toBe(3);
  expect(log?.nodes[1]).toEqual({
    id: expect.stringMatching(/^aud_/),
    action: 'workspace.settings_updated',
    actor: { kind: 'USER', actorId: ada.id, name: 'Ada', user: expect.objectContaining({ id: ada.id, name: 'Ada' }) },
    workspace: { id: workspaceId, name: workspace.name },
    targetId: workspaceId,
    changes: [{ field: 'region', before: '"EU"', after: '"US"' }],
    occurredAt: time,
    requestId: expect.any(String),
  });
  const page = await workspaces.auditLog(workspaceId, { first: 1 });
  const next = await workspaces.auditLog(workspaceId, { first: 1, after: page?.pageInfo.endCursor });
  expect(next?.nodes).toEqual([log?.nodes[1]]);
  const filter = { actions: ['workspace.created'], actorIds: [ada.id] };
  expect((await workspaces.auditLog(workspaceId, { filter }))?.nodes).toEqual([log?.nodes[2]]);

  expect(await bob.client.workspaces.auditLog(workspaceId)).toBeNull();
  expect(await eve.client.workspaces.auditLog(workspaceId)).toBeNull();
  expect(await failure(workspaces.auditLog(workspaceId, { after: 'invented' }))).toBeInstanceOf(RequestError);
});
