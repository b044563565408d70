import { describe, expect, test } from '@jest/globals';
import { auditEvents, createWorkspace, idOfNothing, mutate, newService, run } from '../testing/fixtures.js';
import { giveToTeam, setActive, setRole, uuidOf } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

interface Details {
  readonly id: string;
  readonly version: number;
  readonly memberCount: number;
  readonly viewerRole: string | null;
  readonly owner: { readonly __typename: string; readonly id: string };
  readonly members: { readonly nodes: readonly { readonly role: string; readonly user: { readonly id: string } }[] };
}

const details = `{ id version memberCount viewerRole owner { __typename id }
  members(first: 100) { nodes { role user { id } } } }`;

function transfer(who: Person, workspaceId: string, ownerId: string, expectedVersion = 1) {
  return mutate<Record<'workspace' | 'conflictingWorkspace', Details | null>>(server, who, {
    name: 'transferWorkspaceOwnership',
    input: { workspaceId, ownerId, expectedVersion },
    fields: `workspace ${details} conflictingWorkspace ${details}`,
  });
}

async function read(who: Person, id: string): Promise<Details | null> {
  const query = `query ($id: ID!) { workspace(id: $id) ${details} }`;
  return (await run<{ workspace: Details | null }>(server, who, query, { id })).workspace;
}

function rolesOf(workspace: Details | null): Record<string, string> {
  return Object.fromEntries((workspace?.members.nodes ?? []).map(({ role, user }) => [user.id, role]));
}

async function select(who: Person, workspaceId: string): Promise<void> {
  const { userErrors } = await mutate(server, who, { name: 'selectWorkspace', input: { workspaceId }, fields: '' });
  expect(userErrors).toEqual([]);
}

/** The selection itself, whatever its reader sees. */
async function selectionOf(who: Person): Promise<number> {
  const rows = await server.database.rows({
    text: 'SELECT FROM active_workspaces WHERE user_id = $1',
    values: [uuidOf(who.id)],
  });
  return rows.length;
}

async function teamId(who: Person, name: string): Promise<string> {
  const { viewer } = await run<{ viewer: { teams: { id: string; name: string }[] } }>(
    server,
    who,
    '{ viewer { teams { id name } } }',
  );
  return viewer.teams.find((team) => team.name === name)?.id ?? '';
}

/** Ada and Bob of one team, Cyd of another one, and an admin of the organization. */
async function company() {
  const org = newOrganization();
  const [ada, bob, cyd, root] = await Promise.all([
    person(server, { sub: 'ada', org, teams: ['core', 'mine'] }),
    person(server, { sub: 'bob', org, teams: ['core'] }),
    person(server, { sub: 'cyd', org, teams: ['other'] }),
    person(server, { sub: 'root', org, org_role: 'admin' }),
  ]);
  return { org, ada, bob, cyd, root };
}

const notFound = {
  code: 'NOT_FOUND',
  message: 'There is no such person or team in your team access.',
  field: ['input', 'ownerId'],
};

describe('transferWorkspaceOwnership to a person', () => {
  test('makes them owner and member, and the former owner stays as an admin', async () => {
    const { ada, bob } = await company();
    const id = await createWorkspace(server, ada);
    const { workspace, conflictingWorkspace, userErrors } = await transfer(ada, id, bob.id);
    expect([conflictingWorkspace, userErrors]).toEqual([null, []]);
    expect(workspace).toMatchObject({
      version: 2,
      memberCount: 2,
      viewerRole: 'ADMIN',
      owner: { __typename: 'User', id: bob.id },
    });
    expect(rolesOf(workspace)).toEqual({ [ada.id]: 'ADMIN', [bob.id]: 'OWNER' });
    expect(await read(bob, id)).toEqual({ ...workspace, viewerRole: 'OWNER' });
  });

  test('can be given on, and everybody who owned it once stays as an admin', async () => {
    const { ada, bob } = await company();
    const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
    await setRole(server, [id], bob, 'VIEWER');
    await transfer(ada, id, bob.id);
    const { workspace } = await transfer(bob, id, ada.id, 2);
    expect(rolesOf(workspace)).toEqual({ [ada.id]: 'OWNER', [bob.id]: 'ADMIN' });
    const { userErrors } = await transfer(bob, id, bob.id, 3);
    expect(userErrors).toMatchObject([{ code: 'FORBIDDEN', field: ['input', 'workspaceId'] }]);
  });

  test('takes who is a member already, also from outside of the team access', async () => {
    const { ada, cyd } = await company();
    const id = await createWorkspace(server, ada);
    await setRole(server, [id], cyd, 'VIEWER');
    const { workspace, userErrors } = await transfer(ada, id, cyd.id);
    expect(userErrors).toEqual([]);
    expect(rolesOf(workspace)).toEqual({ [ada.id]: 'ADMIN', [cyd.id]: 'OWNER' });
    expect(workspace?.memberCount).toBe(2);
  });

  test('leaves everybody’s active workspace alone: who owned it in person still sees it', async () => {
    const { ada, bob } = await company();
    const id = await createWorkspace(server, ada);
    await transfer(ada, id, bob.id);
    const { activeWorkspace } = await run<{ activeWorkspace: unknown }>(server, ada, '{ activeWorkspace { id } }');
    expect(activeWorkspace).toEqual({ id });
  });

  test('refuses whom the viewer may not choose, in one sentence for all', async () => {
    const { ada, cyd } = await company();
    const foreign = await company();
    const id = await createWorkspace(server, ada);
    // To be a member of another workspace does not count.
    await createWorkspace(server, cyd);
    for (const ownerId of [cyd.id, foreign.ada.id, idOfNothing('User'), idOfNothing('Team'), id, '', 'nonsense']) {
      const { workspace, userErrors } = await transfer(ada, id, ownerId);
      expect([ownerId, workspace, userErrors]).toEqual([ownerId, null, [notFound]]);
    }
    expect(await read(ada, id)).toMatchObject({ version: 1, owner: { id: ada.id } });
  });

  test('refuses somebody who can no longer sign in', async () => {
    const { ada, bob } = await company();
    const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
    await setActive(server, bob, false);
    expect((await transfer(ada, id, bob.id)).userErrors).toEqual([
      { code: 'INVALID', message: 'Nobody could sign in as the new owner.', field: ['input', 'ownerId'] },
    ]);
  });
});

describe('transferWorkspaceOwnership to a team', () => {
  test('gives it to the viewer’s own team, whose people then manage it', async () => {
    const { ada, bob } = await company();
    const id = await createWorkspace(server, ada);
    expect(await read(bob, id)).toBeNull();
    const core = await teamId(ada, 'core');
    const { workspace, userErrors } = await transfer(ada, id, core);
    expect(userErrors).toEqual([]);
    expect(workspace).toMatchObject({ owner: { __typename: 'Team', id: core }, version: 2, viewerRole: 'ADMIN' });
    expect(rolesOf(workspace)).toEqual({ [ada.id]: 'ADMIN' });
    expect((await read(bob, id))?.viewerRole).toBe('ADMIN');
  });

  test('refuses a team that the viewer may not know of, which an organization admin and a service may choose', async () => {
    const { ada, cyd, root } = await company();
    const [one, two] = [await createWorkspace(server, ada), await createWorkspace(server, ada)];
    const other = await teamId(cyd, 'other');
    expect((await transfer(ada, one, other)).userErrors).toEqual([notFound]);
    expect((await transfer(root, one, other)).userErrors).toEqual([]);
    const service = await newService(server, root, ['WORKSPACES_WRITE']);
    expect(await transfer(service, two, other)).toMatchObject({
      workspace: { owner: { id: other }, viewerRole: null },
      userErrors: [],
    });
    const foreign = await company();
    expect((await transfer(root, one, await teamId(foreign.ada, 'core'), 2)).userErrors).toEqual([notFound]);
  });

  test('takes a team that the viewer knows as the owner of another workspace', async () => {
    const { ada, cyd } = await company();
    const [id, theirs] = [await createWorkspace(server, ada), await createWorkspace(server, cyd)];
    const other = await teamId(cyd, 'other');
    await giveToTeam(server, [theirs], 'other');
    expect((await transfer(ada, id, other)).userErrors).toEqual([notFound]);
    await setRole(server, [theirs], ada, 'VIEWER');
    expect((await transfer(ada, id, other)).userErrors).toEqual([]);
  });

  test('refuses a team in which nobody can sign in', async () => {
    const { org, ada, root } = await company();
    const eve = await person(server, { sub: 'eve', org, teams: ['lonely', 'core'] });
    const lonely = await teamId(eve, 'lonely');
    const id = await createWorkspace(server, ada);
    await setActive(server, eve, false);
    expect((await transfer(root, id, lonely)).userErrors).toMatchObject([
      { code: 'INVALID', field: ['input', 'ownerId'] },
    ]);
    const gone = await person(server, { sub: 'gone', org, teams: ['empty'] });
    const empty = await teamId(gone, 'empty');
    await person(server, { sub: 'gone', org, teams: [] });
    expect((await transfer(root, id, empty)).userErrors).toMatchObject([{ code: 'INVALID' }]);
  });

  test('away from a team takes sight and the active workspace from its people, except who sees it otherwise', async () => {
    const { org, ada, bob, root } = await company();
    const eve = await person(server, { sub: 'eve', org, teams: ['core'] });
    const id = await createWorkspace(server, ada);
    await giveToTeam(server, [id], 'core');
    await setRole(server, [id], eve, 'VIEWER');
    for (const who of [ada, bob, eve, root]) await select(who, id);
    const cyd = await person(server, { sub: 'cyd', org, teams: ['other'] });
    const { workspace, userErrors } = await transfer(root, id, cyd.id);
    expect(userErrors).toEqual([]);
    expect(rolesOf(workspace)).toEqual({ [ada.id]: 'ADMIN', [eve.id]: 'VIEWER', [cyd.id]: 'OWNER' });
    expect(await read(bob, id)).toBeNull();
    const selections = await Promise.all([ada, bob, eve, root].map(selectionOf));
    expect(selections).toEqual([1, 0, 1, 1]);
  });
});

describe('transferWorkspaceOwnership', () => {
  test('to the same owner changes nothing, whoever that is', async () => {
    const { ada, root } = await company();
    const id = await createWorkspace(server, ada);
    expect(await transfer(ada, id, ada.id)).toMatchObject({ workspace: { version: 1 }, userErrors: [] });
    const core = await teamId(ada, 'core');
    await giveToTeam(server, [id], 'core');
    expect(await transfer(root, id, core)).toMatchObject({ workspace: { version: 1 }, userErrors: [] });
    expect(await auditEvents(server, id)).toHaveLength(1);
  });

  test('with another version is refused, and tells of the workspace as it is', async () => {
    const { ada, bob, root } = await company();
    const id = await createWorkspace(server, ada);
    await transfer(ada, id, bob.id);
    expect(await transfer(root, id, ada.id)).toMatchObject({
      workspace: null,
      conflictingWorkspace: { version: 2, owner: { id: bob.id } },
      userErrors: [{ code: 'VERSION_CONFLICT', field: ['input', 'expectedVersion'] }],
    });
  });

  test('is audited with both owners, and with the member that it made', async () => {
    const { ada, bob } = await company();
    const id = await createWorkspace(server, ada);
    await transfer(ada, id, bob.id);
    const core = await teamId(ada, 'core');
    await transfer(bob, id, core, 2);
    expect((await auditEvents(server, id)).slice(1)).toMatchObject([
      {
        action: 'workspace.ownership_transferred',
        targetId: id,
        changes: [
          { field: 'owner', before: ada.id, after: bob.id },
          { field: 'members', before: [], after: [bob.id] },
        ],
      },
      { changes: [{ field: 'owner', before: bob.id, after: core }] },
    ]);
  });
});
