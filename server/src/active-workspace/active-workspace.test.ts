import { describe, expect, test } from '@jest/globals';
import { auditEvents, createWorkspace, run } from '../testing/fixtures.js';
import { deleteMembership, giveToTeam, organizationIdOf, setRole, uuidOf } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { connect, untilWaiting } from '../testing/waiting.js';

useServer();

interface Selected {
  readonly workspace: { readonly id: string; readonly isActive: boolean } | null;
  readonly previousWorkspace: { readonly id: string; readonly isActive: boolean } | null;
  readonly userErrors: readonly { readonly code: string; readonly message: string; readonly field: string[] }[];
}

const selectMutation = `mutation ($id: ID!) {
  selectWorkspace(input: { workspaceId: $id }) {
    workspace { id isActive } previousWorkspace { id isActive } userErrors { code message field }
  }
}`;

async function select(who: Person, id: string): Promise<Selected> {
  const { selectWorkspace } = await run<{ selectWorkspace: Selected }>(server, who, selectMutation, { id });
  return selectWorkspace;
}

type Id = { readonly id: string } | null;

/** The active workspace, which has to be the same wherever it is read; null without one. */
async function activeOf(who: Person): Promise<string | null> {
  const data = await run<{
    activeWorkspace: Id;
    viewer: { activeWorkspace: Id };
    workspaceSummary: { activeWorkspace: Id };
    workspaces: { nodes: { id: string; isActive: boolean }[] };
  }>(
    server,
    who,
    `{
      activeWorkspace { id }
      viewer { activeWorkspace { id } }
      workspaceSummary { activeWorkspace { id } }
      workspaces(first: 100) { nodes { id isActive } }
    }`,
  );
  const id = data.activeWorkspace?.id ?? null;
  expect(data.viewer.activeWorkspace?.id ?? null).toBe(id);
  expect(data.workspaceSummary.activeWorkspace?.id ?? null).toBe(id);
  const marked = data.workspaces.nodes.filter(({ isActive }) => isActive);
  expect(marked.map((node) => node.id)).toEqual(id === null ? [] : [id]);
  return id;
}

async function isActive(who: Person, id: string): Promise<boolean | undefined> {
  const { workspace } = await run<{ workspace: { isActive: boolean } | null }>(
    server,
    who,
    'query ($id: ID!) { workspace(id: $id) { isActive } }',
    { id },
  );
  return workspace?.isActive;
}

describe('selectWorkspace', () => {
  test('makes the workspace the only active one and tells of the one before', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org });
    const first = await createWorkspace(server, ada);
    const second = await createWorkspace(server, ada);
    expect(await activeOf(ada)).toBe(first);
    expect(await select(ada, second)).toEqual({
      workspace: { id: second, isActive: true },
      previousWorkspace: { id: first, isActive: false },
      userErrors: [],
    });
    expect(await activeOf(ada)).toBe(second);
    expect([await isActive(ada, first), await isActive(ada, second)]).toEqual([false, true]);
    await select(ada, first);
    expect(await activeOf(ada)).toBe(first);
  });

  test('answers without a previous workspace where there was none', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org, teams: ['core'] });
    const bob = await person(server, { sub: 'bob', org, teams: ['core'] });
    const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
    expect(await activeOf(bob)).toBeNull();
    expect(await select(bob, id)).toEqual({
      workspace: { id, isActive: true },
      previousWorkspace: null,
      userErrors: [],
    });
  });

  test('selecting the active one again changes nothing and writes no audit event', async () => {
    const ada = await person(server, { sub: 'ada', org: newOrganization() });
    const first = await createWorkspace(server, ada);
    const second = await createWorkspace(server, ada);
    await select(ada, second);
    const again = await select(ada, second);
    expect(again).toEqual({
      workspace: { id: second, isActive: true },
      previousWorkspace: { id: second, isActive: true },
      userErrors: [],
    });
    const events = await auditEvents(server, second);
    expect(events.map(({ action }) => action)).toEqual(['workspace.created', 'workspace.selected']);
    expect(events[1]?.changes).toEqual([{ field: 'isActive', before: false, after: true }]);
    expect(JSON.stringify(events)).not.toContain(first);
  });

  test("is one person's own matter: who else works in the workspace keeps theirs", async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org, teams: ['core'] });
    const bob = await person(server, { sub: 'bob', org, teams: ['core'] });
    const shared = await createWorkspace(server, ada, { memberIds: [bob.id] });
    const other = await createWorkspace(server, ada);
    await select(bob, shared);
    await select(ada, other);
    expect(await activeOf(bob)).toBe(shared);
  });
});

describe('who loses sight of the active workspace has none', () => {
  test('by leaving the members', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org, teams: ['core'] });
    const bob = await person(server, { sub: 'bob', org, teams: ['core'] });
    const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
    await select(bob, id);
    await setMembers(ada, id, 1, []);
    expect(await activeOf(bob)).toBeNull();
    // Coming back does not bring it back: the selection itself is gone.
    await setMembers(ada, id, 2, [bob.id]);
    expect(await activeOf(bob)).toBeNull();
    expect(await isActive(bob, id)).toBe(false);
  });

  test('by leaving the owning team through the claim', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org });
    const bob = await person(server, { sub: 'bob', org, teams: ['owners', 'other'] });
    const id = await createWorkspace(server, ada);
    await giveToTeam(server, [id], 'owners');
    await select(bob, id);
    const moved = await person(server, { sub: 'bob', org, teams: ['other'] });
    expect(moved.id).toBe(bob.id);
    expect(await activeOf(moved)).toBeNull();
    const back = await person(server, { sub: 'bob', org, teams: ['owners'] });
    expect(await activeOf(back)).toBeNull();
  });

  test('by losing the role of organization admin through the claim', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org });
    const root = await person(server, { sub: 'root', org, org_role: 'admin' });
    // An organization keeps its last admin.
    await person(server, { sub: 'another', org, org_role: 'admin' });
    const id = await createWorkspace(server, ada);
    await select(root, id);
    const demoted = await person(server, { sub: 'root', org, org_role: 'member' });
    expect(await activeOf(demoted)).toBeNull();
    const promoted = await person(server, { sub: 'root', org, org_role: 'admin' });
    expect(await activeOf(promoted)).toBeNull();
  });

  test('and keeps it who still sees the workspace in another way', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org, teams: ['owners'] });
    const bob = await person(server, { sub: 'bob', org, teams: ['owners'] });
    const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
    await giveToTeam(server, [id], 'owners');
    await select(bob, id);
    await setMembers(ada, id, 1, [ada.id]);
    expect(await activeOf(bob)).toBe(id);
    await setMembers(ada, id, 2, [ada.id, bob.id]);
    const moved = await person(server, { sub: 'bob', org, teams: [] });
    expect(await activeOf(moved)).toBe(id);
  });

  test('by leaving the members while leaving the owning team is under way: the later change sees the earlier', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org, teams: ['owners'] });
    const bob = await person(server, { sub: 'bob', org, teams: ['owners'] });
    const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
    await giveToTeam(server, [id], 'owners');
    await select(bob, id);
    const first = await connect(server.databaseUrl);
    const observer = await connect(server.databaseUrl);
    try {
      await first.query('BEGIN');
      const his = [await organizationIdOf(server, org), uuidOf(bob.id)];
      await first.query('DELETE FROM team_memberships WHERE organization_id = $1 AND user_id = $2', his);
      await first.query('SELECT FROM active_workspaces WHERE organization_id = $1 AND user_id = $2 FOR UPDATE', his);
      const leaving = setMembers(ada, id, 1, [ada.id]);
      await untilWaiting(observer);
      await first.query('COMMIT');
      await leaving;
    } finally {
      await Promise.allSettled([first.end(), observer.end()]);
    }
    await setRole(server, [id], bob, 'MEMBER');
    expect(await activeOf(bob)).toBeNull();
  });

  test('wherever it is read, even while the selection itself still stands', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org, teams: ['core'] });
    const bob = await person(server, { sub: 'bob', org, teams: ['core'] });
    const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
    const next = await createWorkspace(server, ada, { memberIds: [bob.id] });
    await select(bob, id);
    await deleteMembership(server, id, bob);
    expect(await activeOf(bob)).toBeNull();
    expect(await select(bob, next)).toMatchObject({ workspace: { id: next }, previousWorkspace: null, userErrors: [] });
    expect(await activeOf(bob)).toBe(next);
    await deleteMembership(server, next, bob);
    expect(await activeOf(bob)).toBeNull();
    // A selection that bob no longer sees does not stand in the way of his first own workspace.
    const own = await createWorkspace(server, bob);
    expect(await activeOf(bob)).toBe(own);
  });

  async function setMembers(who: Person, workspaceId: string, expectedVersion: number, memberIds: string[]) {
    const { updateWorkspaceSettings } = await run<{ updateWorkspaceSettings: { userErrors: unknown[] } }>(
      server,
      who,
      `mutation ($input: UpdateWorkspaceSettingsInput!) {
        updateWorkspaceSettings(input: $input) { userErrors { code field } }
      }`,
      { input: { workspaceId, expectedVersion, memberIds } },
    );
    expect(updateWorkspaceSettings.userErrors).toEqual([]);
  }
});
