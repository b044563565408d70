import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  auditEvents,
  createWorkspace,
  idOfNothing,
  run,
  type WorkspaceInput,
  workspaceInput,
} from '../testing/fixtures.js';
import { giveToTeam, setRole } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

interface Details {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly status: string;
  readonly region: string;
  readonly monthlyBudget: { readonly amount: string; readonly currency: string };
  readonly memberCount: number;
  readonly isActive: boolean;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly viewerRole: string;
  readonly viewerCanUpdateSettings: boolean;
  readonly owner: { readonly __typename: string; readonly id: string; readonly name: string };
  readonly members: { readonly nodes: readonly { readonly role: string; readonly user: { readonly id: string } }[] };
}

interface UserError {
  readonly code: string;
  readonly message: string;
  readonly field: readonly string[] | null;
}

const details = `fragment Details on Workspace {
  id name environment status region monthlyBudget { amount currency } memberCount isActive version createdAt updatedAt
  viewerRole viewerCanUpdateSettings owner { __typename id name } members(first: 100) { nodes { role user { id } } }
}`;

interface Created {
  readonly createWorkspace: { readonly workspace: Details | null; readonly userErrors: readonly UserError[] };
}

async function create(who: Person, overrides: Partial<WorkspaceInput> = {}): Promise<Created['createWorkspace']> {
  const data = await run<Created>(
    server,
    who,
    `mutation ($input: CreateWorkspaceInput!) {
      createWorkspace(input: $input) { workspace { ...Details } userErrors { code message field } }
    } ${details}`,
    { input: workspaceInput(overrides) },
  );
  return data.createWorkspace;
}

interface Updated {
  readonly updateWorkspaceSettings: {
    readonly workspace: Details | null;
    readonly conflictingWorkspace: Details | null;
    readonly userErrors: readonly UserError[];
  };
}

async function update(
  who: Person,
  workspaceId: string,
  changes: Record<string, unknown>,
): Promise<Updated['updateWorkspaceSettings']> {
  const data = await run<Updated>(
    server,
    who,
    `mutation ($input: UpdateWorkspaceSettingsInput!) {
      updateWorkspaceSettings(input: $input) {
        workspace { ...Details } conflictingWorkspace { ...Details } userErrors { code message field }
      }
    } ${details}`,
    { input: { workspaceId, expectedVersion: 1, ...changes } },
  );
  return data.updateWorkspaceSettings;
}

async function read(who: Person, id: string): Promise<Details | null> {
  const data = await run<{ workspace: Details | null }>(
    server,
    who,
    `query ($id: ID!) { workspace(id: $id) { ...Details } } ${details}`,
    { id },
  );
  return data.workspace;
}

async function activeOf(who: Person): Promise<string | undefined> {
  const data = await run<{ activeWorkspace: { id: string } | null }>(server, who, '{ activeWorkspace { id } }');
  return data.activeWorkspace?.id;
}

function rolesOf(workspace: Details | null | undefined): Record<string, string> {
  return Object.fromEntries((workspace?.members.nodes ?? []).map(({ role, user }) => [user.id, role]));
}

/** Ada, Bob and Cyd of one team, in an organization of their own. */
async function team() {
  const org = newOrganization();
  const [ada, bob, cyd] = await Promise.all([
    person(server, { sub: 'ada', org, name: 'Ada', teams: ['core'] }),
    person(server, { sub: 'bob', org, name: 'Bob', teams: ['core'] }),
    person(server, { sub: 'cyd', org, name: 'Cyd', teams: ['core'] }),
  ]);
  return { org, ada, bob, cyd };
}

describe('createWorkspace', () => {
  test('makes the creator owner and member, with the settings as sent', async () => {
    const { ada } = await team();
    const { workspace, userErrors } = await create(ada, {
      name: 'Checkout',
      environment: 'PRODUCTION',
      region: 'RWANDA',
      monthlyBudget: '1250.5',
    });
    expect(userErrors).toEqual([]);
    expect(workspace).toMatchObject({
      name: 'Checkout',
      environment: 'PRODUCTION',
      status: 'ACTIVE',
      region: 'RWANDA',
      monthlyBudget: { amount: '1250.50', currency: 'USD' },
      owner: { __typename: 'User', id: ada.id, name: 'Ada' },
      memberCount: 1,
      version: 1,
      viewerRole: 'OWNER',
      viewerCanUpdateSettings: true,
    });
    expect(workspace?.id).toMatch(/^ws_[0-7][0-9a-z]{25}$/);
    expect(workspace?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(rolesOf(workspace)).toEqual({ [ada.id]: 'OWNER' });
    expect(await read(ada, workspace?.id ?? '')).toEqual(workspace);
  });

  test('keeps a name trimmed and in NFC, so that one name is never two', async () => {
    const { ada } = await team();
    const { workspace } = await create(ada, { name: '  Zu\u0308rich \t' });
    expect(workspace?.name).toBe('Z\u00fcrich');
    const again = await create(ada, { name: 'Z\u00dcRICH' });
    expect(again.workspace).toBeNull();
    expect(again.userErrors).toMatchObject([{ code: 'TAKEN', field: ['input', 'name'] }]);
  });

  test('lets another organization use the same name', async () => {
    const [here, there] = [await team(), await team()];
    const name = 'Shared name';
    expect((await create(here.ada, { name })).userErrors).toEqual([]);
    expect((await create(there.ada, { name })).userErrors).toEqual([]);
  });

  test("makes a person's first workspace the active one, and leaves a second one alone", async () => {
    const { ada } = await team();
    const first = await create(ada);
    const second = await create(ada);
    expect(first.workspace?.isActive).toBe(true);
    expect(second.workspace?.isActive).toBe(false);
    expect(await activeOf(ada)).toBe(first.workspace?.id);
  });

  test('adds people of the team access as members, each once, the creator named or not', async () => {
    const { ada, bob, cyd } = await team();
    const { workspace } = await create(ada, { memberIds: [bob.id, cyd.id, bob.id, ada.id] });
    expect(workspace?.memberCount).toBe(3);
    expect(rolesOf(workspace)).toEqual({ [ada.id]: 'OWNER', [bob.id]: 'MEMBER', [cyd.id]: 'MEMBER' });
    expect(await activeOf(bob)).toBeUndefined();
  });

  test('refuses with the place in the list everybody who is not in the team access, all with the same sentence', async () => {
    const { org, ada, bob } = await team();
    const foreign = await team();
    const outsider = await person(server, { sub: 'outsider', org, teams: ['other'] });
    // To be a member of another workspace does not count.
    await createWorkspace(server, outsider);
    const name = `Refused ${randomUUID()}`;
    const { workspace, userErrors } = await create(ada, {
      name,
      memberIds: [
        bob.id,
        outsider.id,
        foreign.bob.id,
        idOfNothing('User'),
        'nonsense',
        bob.id.replace('usr_', 'team_'),
      ],
    });
    expect(workspace).toBeNull();
    expect(userErrors.map(({ code, field }) => [code, ...(field ?? [])])).toEqual(
      ['1', '2', '3', '4', '5'].map((index) => ['NOT_FOUND', 'input', 'memberIds', index]),
    );
    expect(new Set(userErrors.map(({ message }) => message))).toEqual(
      new Set(['There is no such person in your team access.']),
    );
    expect((await create(ada, { name })).userErrors).toEqual([]);
  });

  test('lets an organization admin add anybody of the organization, and nobody of another', async () => {
    const { org, bob } = await team();
    const foreign = await team();
    const admin = await person(server, { sub: 'root', org, org_role: 'admin' });
    const { workspace } = await create(admin, { memberIds: [bob.id] });
    expect(rolesOf(workspace)).toEqual({ [admin.id]: 'OWNER', [bob.id]: 'MEMBER' });
    const { userErrors } = await create(admin, { memberIds: [foreign.bob.id] });
    expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'memberIds', '0'] }]);
  });
});

describe('updateWorkspaceSettings', () => {
  test.each([
    ['environment', { environment: 'PRODUCTION' }, { environment: 'PRODUCTION' }],
    ['region', { region: 'US' }, { region: 'US' }],
    ['monthlyBudget', { monthlyBudget: '0020' }, { monthlyBudget: { amount: '20.00', currency: 'USD' } }],
  ])('changes %s alone, and the version by one', async (_field, change, changed) => {
    const { ada, bob } = await team();
    const before = (await create(ada, { memberIds: [bob.id] })).workspace;
    const { workspace, conflictingWorkspace, userErrors } = await update(ada, before?.id ?? '', change);
    expect(userErrors).toEqual([]);
    expect(conflictingWorkspace).toBeNull();
    expect(workspace).toEqual({ ...before, ...changed, version: 2, updatedAt: expect.any(String) });
    expect(Date.parse(workspace?.updatedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(before?.updatedAt ?? ''));
    expect(await read(ada, before?.id ?? '')).toEqual(workspace);
  });

  test('changes several settings and the members with one version and one audit event', async () => {
    const { ada, bob, cyd } = await team();
    const id = await createWorkspace(server, ada, { monthlyBudget: '100', memberIds: [bob.id] });
    const { workspace } = await update(ada, id, {
      environment: 'STAGING',
      region: 'EU',
      monthlyBudget: '99.99',
      memberIds: [cyd.id],
    });
    expect(workspace).toMatchObject({ environment: 'STAGING', monthlyBudget: { amount: '99.99' }, version: 2 });
    const [, event, ...others] = await auditEvents(server, id);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ action: 'workspace.settings_updated', actorName: 'Ada', targetId: id });
    expect(event?.changes).toEqual([
      { field: 'environment', before: 'SANDBOX', after: 'STAGING' },
      { field: 'monthlyBudget', before: '100.00', after: '99.99' },
      { field: 'members', before: [bob.id], after: [cyd.id] },
    ]);
  });

  test('keeps the version and writes no audit event when nothing is different', async () => {
    const { ada, bob } = await team();
    const before = (await create(ada, { monthlyBudget: '5', memberIds: [bob.id] })).workspace;
    const id = before?.id ?? '';
    for (const same of [
      {},
      { environment: 'SANDBOX', region: 'EU', monthlyBudget: '5.0', memberIds: [bob.id, bob.id] },
      { memberIds: [ada.id, bob.id] },
    ]) {
      const { workspace, userErrors } = await update(ada, id, same);
      expect(userErrors).toEqual([]);
      expect(workspace).toEqual(before);
    }
    expect(await auditEvents(server, id)).toHaveLength(1);
  });

  test('takes memberIds as the whole set: who stays keeps the role, who is new is MEMBER, the owner stays', async () => {
    const { org, ada, bob, cyd } = await team();
    const dan = await person(server, { sub: 'dan', org, teams: ['core'] });
    const id = await createWorkspace(server, ada, { memberIds: [bob.id, cyd.id] });
    await setRole(server, [id], bob, 'VIEWER');
    const { workspace } = await update(ada, id, { memberIds: [bob.id, dan.id] });
    expect(rolesOf(workspace)).toEqual({ [ada.id]: 'OWNER', [bob.id]: 'VIEWER', [dan.id]: 'MEMBER' });
    expect(workspace?.memberCount).toBe(3);
    expect(await read(cyd, id)).toBeNull();
    const emptied = await update(ada, id, { expectedVersion: 2, memberIds: [] });
    expect(rolesOf(emptied.workspace)).toEqual({ [ada.id]: 'OWNER' });
    expect(emptied.workspace?.memberCount).toBe(1);
  });

  test('takes the active workspace from who is left out, and from nobody else', async () => {
    const { ada, bob, cyd } = await team();
    const id = await createWorkspace(server, ada, { memberIds: [bob.id, cyd.id] });
    for (const who of [bob, cyd]) {
      await run(
        server,
        who,
        'mutation ($id: ID!) { selectWorkspace(input: { workspaceId: $id }) { workspace { id } } }',
        {
          id,
        },
      );
    }
    await update(ada, id, { memberIds: [cyd.id] });
    expect(await activeOf(bob)).toBeUndefined();
    expect(await activeOf(cyd)).toBe(id);
    expect(await activeOf(ada)).toBe(id);
    const next = await create(bob);
    expect(next.workspace?.isActive).toBe(true);
  });

  test('lets members stay who have left the team access, and adds nobody from outside of it', async () => {
    const { org, ada, bob } = await team();
    const outsider = await person(server, { sub: 'outsider', org, teams: ['other'] });
    await createWorkspace(server, outsider);
    const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
    await person(server, { sub: 'bob', org, teams: ['other'] });
    const refused = await update(ada, id, { region: 'US', memberIds: [bob.id, outsider.id] });
    expect(refused.userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'memberIds', '1'] }]);
    expect(await read(ada, id)).toMatchObject({ region: 'EU', version: 1 });
    const { workspace } = await update(ada, id, { region: 'US', memberIds: [bob.id] });
    expect(rolesOf(workspace)).toEqual({ [ada.id]: 'OWNER', [bob.id]: 'MEMBER' });
  });

  test('twice in one request answers each time with the workspace as it then is', async () => {
    const { ada } = await team();
    const id = await createWorkspace(server, ada);
    const data = await run<object>(
      server,
      ada,
      `mutation ($id: ID!) {
        first: updateWorkspaceSettings(input: { workspaceId: $id, expectedVersion: 1, region: US }) {
          workspace { region version }
        }
        second: updateWorkspaceSettings(input: { workspaceId: $id, expectedVersion: 2, region: GLOBAL }) {
          workspace { region version }
        }
      }`,
      { id },
    );
    expect(data).toEqual({
      first: { workspace: { region: 'US', version: 2 } },
      second: { workspace: { region: 'GLOBAL', version: 3 } },
    });
  });

  test('answers an old version with the workspace as it is now, and changes nothing', async () => {
    const { ada, bob } = await team();
    const id = await createWorkspace(server, ada);
    await update(ada, id, { region: 'US' });
    const { workspace, conflictingWorkspace, userErrors } = await update(ada, id, {
      environment: 'PRODUCTION',
      memberIds: [bob.id],
    });
    expect(workspace).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'VERSION_CONFLICT', field: ['input', 'expectedVersion'] }]);
    expect(conflictingWorkspace).toMatchObject({
      id,
      region: 'US',
      environment: 'SANDBOX',
      version: 2,
      memberCount: 1,
    });
    expect(await read(ada, id)).toEqual(conflictingWorkspace);
    expect(await auditEvents(server, id)).toHaveLength(2);
    const future = await update(ada, id, { expectedVersion: 3, region: 'EU' });
    expect(future.userErrors).toMatchObject([{ code: 'VERSION_CONFLICT' }]);
  });

  test.each(['MEMBER', 'VIEWER'] as const)('is FORBIDDEN for a %s, whatever the version', async (role) => {
    const { ada, bob } = await team();
    const id = await createWorkspace(server, ada);
    await setRole(server, [id], bob, role);
    for (const expectedVersion of [1, 7]) {
      const { workspace, conflictingWorkspace, userErrors } = await update(bob, id, { expectedVersion, region: 'US' });
      expect([workspace, conflictingWorkspace]).toEqual([null, null]);
      expect(userErrors).toMatchObject([{ code: 'FORBIDDEN', field: ['input', 'workspaceId'] }]);
    }
    expect(await read(ada, id)).toMatchObject({ region: 'EU', version: 1 });
  });

  test('is done by an ADMIN member, a user of the owning team and an organization admin', async () => {
    const { org, ada, bob } = await team();
    const owners = await person(server, { sub: 'owner', org, teams: ['owners'] });
    const admin = await person(server, { sub: 'root', org, org_role: 'admin' });
    const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
    await setRole(server, [id], bob, 'ADMIN');
    await giveToTeam(server, [id], 'owners');
    for (const [index, who] of [bob, owners, admin].entries()) {
      const change = { expectedVersion: index + 1, monthlyBudget: String(index) };
      expect(await update(who, id, change)).toMatchObject({ userErrors: [], workspace: { version: index + 2 } });
    }
    expect((await auditEvents(server, id)).map(({ actorName }) => actorName)).toEqual(['Ada', 'Bob', 'owner', 'root']);
  });

  test('keeps the members of a team-owned workspace as sent, for a team is no member', async () => {
    const { ada, bob } = await team();
    const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
    await giveToTeam(server, [id], 'core');
    const { workspace } = await update(ada, id, { memberIds: [bob.id] });
    expect(workspace).toMatchObject({
      owner: { __typename: 'Team', name: 'core' },
      memberCount: 1,
      viewerRole: 'ADMIN',
    });
    expect(rolesOf(workspace)).toEqual({ [bob.id]: 'MEMBER' });
  });
});

describe('viewerRole and viewerCanUpdateSettings', () => {
  test('say for everybody what they may do, in a card, by id and as a node alike', async () => {
    const { org, ada, bob, cyd } = await team();
    const dan = await person(server, { sub: 'dan', org });
    const admin = await person(server, { sub: 'root', org, org_role: 'admin' });
    const id = await createWorkspace(server, ada);
    await setRole(server, [id], bob, 'ADMIN');
    await setRole(server, [id], cyd, 'MEMBER');
    await setRole(server, [id], dan, 'VIEWER');

    const expected = [
      [ada, 'OWNER', true],
      [bob, 'ADMIN', true],
      [cyd, 'MEMBER', false],
      [dan, 'VIEWER', false],
      [admin, 'OWNER', true],
    ] as const;
    for (const [who, viewerRole, viewerCanUpdateSettings] of expected) {
      expect(await rolesEverywhere(who, id)).toEqual(Array(3).fill({ id, viewerRole, viewerCanUpdateSettings }));
    }
  });

  test('are those of an ADMIN at least for a user of the owning team, member or not', async () => {
    const { org, ada, bob, cyd } = await team();
    const outsider = await person(server, { sub: 'outsider', org, teams: ['other'] });
    const id = await createWorkspace(server, ada);
    await setRole(server, [id], bob, 'VIEWER');
    await setRole(server, [id], outsider, 'VIEWER');
    await giveToTeam(server, [id], 'core');
    for (const who of [ada, bob, cyd]) {
      const role = { id, viewerRole: 'ADMIN', viewerCanUpdateSettings: true };
      expect(await rolesEverywhere(who, id)).toEqual(Array(3).fill(role));
    }
    const role = { id, viewerRole: 'VIEWER', viewerCanUpdateSettings: false };
    expect(await rolesEverywhere(outsider, id)).toEqual(Array(3).fill(role));
  });

  async function rolesEverywhere(who: Person, id: string): Promise<unknown[]> {
    const data = await run<{ workspaces: { nodes: unknown[] }; workspace: unknown; node: unknown }>(
      server,
      who,
      `query ($id: ID!) {
        workspaces { nodes { ...Role } } workspace(id: $id) { ...Role } node(id: $id) { ...Role }
      } fragment Role on Workspace { id viewerRole viewerCanUpdateSettings }`,
      { id },
    );
    return [...data.workspaces.nodes, data.workspace, data.node];
  }
});
