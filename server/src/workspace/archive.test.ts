import { describe, expect, test } from '@jest/globals';
import { repairCounters } from '../summary/counter-repair.js';
import { auditEvents, createWorkspace, mutate, newService, run, workspaceInput } from '../testing/fixtures.js';
import { giveToTeam, insertKeys, setRole } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

interface Card {
  readonly id: string;
  readonly version: number;
  readonly archivedAt: string | null;
}

interface Answer {
  readonly workspace: Card | null;
  readonly conflictingWorkspace?: Card | null;
}

const card = 'id version archivedAt';

function archive(who: Person, workspaceId: string, expectedVersion = 1) {
  const fields = `workspace { ${card} } conflictingWorkspace { ${card} }`;
  return mutate<Answer>(server, who, { name: 'archiveWorkspace', input: { workspaceId, expectedVersion }, fields });
}

function restore(who: Person, workspaceId: string) {
  return mutate<Answer>(server, who, {
    name: 'restoreWorkspace',
    input: { workspaceId },
    fields: `workspace { ${card} }`,
  });
}

/** Ada with a team and an admin of the organization. */
async function company() {
  const org = newOrganization();
  const [ada, bob, cyd, dan, root] = await Promise.all([
    person(server, { sub: 'ada', org, teams: ['core'] }),
    person(server, { sub: 'bob', org, teams: ['core'] }),
    person(server, { sub: 'cyd', org, teams: ['core'] }),
    person(server, { sub: 'dan', org, teams: ['core'] }),
    person(server, { sub: 'root', org, org_role: 'admin' }),
  ]);
  return { org, ada, bob, cyd, dan, root };
}

interface Lists {
  readonly names: string[];
  readonly byBudget: string[];
  readonly found: string[];
  readonly totalCount: number;
  readonly archived: string[];
  readonly archivedCount: number;
  readonly summary: { totalWorkspaces: number; totalActiveKeys: number; totalMonthlyBudget: { amount: string } };
}

/** What the lists and figures of the Workspace page tell. */
async function listsOf(who: Person): Promise<Lists> {
  type Page = { nodes: { id: string }[]; totalCount?: number };
  const data = await run<{ names: Page; byBudget: Page; found: Page; archived: Page; summary: Lists['summary'] }>(
    server,
    who,
    `{
      names: workspaces(first: 100) { nodes { id } totalCount }
      byBudget: workspaces(first: 100, orderBy: { field: MONTHLY_BUDGET, direction: DESC }) { nodes { id } }
      found: workspaces(first: 100, filter: { search: "workspace", environments: [SANDBOX] }) { nodes { id } }
      archived: workspaces(first: 100, filter: { archived: true }) { nodes { id } totalCount }
      summary: workspaceSummary { totalWorkspaces totalActiveKeys totalMonthlyBudget { amount } }
    }`,
  );
  const ids = (page: Page) => page.nodes.map(({ id }) => id).sort();
  return {
    names: ids(data.names),
    byBudget: ids(data.byBudget),
    found: ids(data.found),
    totalCount: data.names.totalCount ?? -1,
    archived: ids(data.archived),
    archivedCount: data.archived.totalCount ?? -1,
    summary: data.summary,
  };
}

interface Whole {
  readonly workspace: {
    readonly name: string;
    readonly status: string;
    readonly memberCount: number;
    readonly activeKeyCount: number;
    readonly isActive: boolean;
    readonly viewerCanUpdateSettings: boolean;
    readonly members: { readonly nodes: readonly { readonly id: string; readonly role: string }[] };
    readonly virtualKeys: {
      readonly totalCount: number;
      readonly nodes: readonly { readonly id: string; readonly name: string; readonly status: string }[];
    };
  } | null;
}

async function whole(who: Person, id: string): Promise<NonNullable<Whole['workspace']>> {
  const { workspace } = await run<Whole>(
    server,
    who,
    `query ($id: ID!) { workspace(id: $id) {
      name status memberCount activeKeyCount isActive viewerCanUpdateSettings
      members(first: 100) { nodes { id role } }
      virtualKeys(first: 100) { totalCount nodes { id name status } }
    } }`,
    { id },
  );
  if (workspace === null) throw new Error('There is no such workspace.');
  return workspace;
}

async function activeOf(who: Person): Promise<string | null> {
  const data = await run<Record<'activeWorkspace', { id: string } | null> & { viewer: { activeWorkspace: unknown } }>(
    server,
    who,
    '{ activeWorkspace { id } viewer { activeWorkspace { id } } }',
  );
  expect(data.viewer.activeWorkspace).toEqual(data.activeWorkspace);
  return data.activeWorkspace?.id ?? null;
}

function select(who: Person, workspaceId: string) {
  return mutate<{ workspace: { id: string } | null }>(server, who, {
    name: 'selectWorkspace',
    input: { workspaceId },
    fields: 'workspace { id }',
  });
}

const archivedError = (...field: string[]) => ({ code: 'INVALID', message: 'The workspace is archived.', field });

describe('archiveWorkspace', () => {
  test('hides the card from lists, counts and summary, whoever looks and however they see it', async () => {
    const { ada, bob, cyd, root } = await company();
    const kept = await createWorkspace(server, ada, { monthlyBudget: '1.00', memberIds: [bob.id] });
    const gone = await createWorkspace(server, ada, { monthlyBudget: '20.00', memberIds: [bob.id] });
    for (const id of [kept, gone]) await insertKeys(server, id, [{ name: 'key' }]);
    await giveToTeam(server, [kept, gone], 'core');
    const service = await newService(server, root, ['WORKSPACES_READ']);

    const both = { totalWorkspaces: 2, totalActiveKeys: 2, totalMonthlyBudget: { amount: '21.00' } };
    const one = { totalWorkspaces: 1, totalActiveKeys: 1, totalMonthlyBudget: { amount: '1.00' } };
    const readers = { member: bob, teamUser: cyd, admin: root, service };
    const lists = (names: string[], archived: string[], summary: Lists['summary']): Lists => ({
      names: [...names].sort(),
      byBudget: [...names].sort(),
      found: [...names].sort(),
      totalCount: names.length,
      archived,
      archivedCount: archived.length,
      summary,
    });
    for (const [reader, who] of Object.entries(readers)) {
      expect([reader, await listsOf(who)]).toEqual([reader, lists([kept, gone], [], both)]);
    }
    expect((await archive(root, gone)).userErrors).toEqual([]);
    for (const [reader, who] of Object.entries(readers)) {
      expect([reader, await listsOf(who)]).toEqual([reader, lists([kept], [gone], one)]);
    }
    await restore(root, gone);
    for (const [reader, who] of Object.entries(readers)) {
      expect([reader, await listsOf(who)]).toEqual([reader, lists([kept, gone], [], both)]);
    }
  });

  test('leaves no gap in pages by name, forwards and backwards', async () => {
    const { ada } = await company();
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) ids.push(await createWorkspace(server, ada, { name }));
    for (const index of [0, 2, 3]) await archive(ada, ids[index] ?? '');
    for (const direction of ['ASC', 'DESC']) {
      const names: string[] = [];
      for (let after: string | null = null; ; ) {
        type Page = { nodes: { name: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
        const data: { workspaces: Page } = await run(
          server,
          ada,
          `query ($after: String) { workspaces(first: 1, after: $after, orderBy: { field: NAME, direction: ${direction} }) {
            nodes { name } pageInfo { hasNextPage endCursor }
          } }`,
          { after },
        );
        names.push(...data.workspaces.nodes.map(({ name }) => name));
        if (!data.workspaces.pageInfo.hasNextPage) break;
        after = data.workspaces.pageInfo.endCursor;
      }
      expect(names).toEqual(direction === 'ASC' ? ['b', 'e'] : ['e', 'b']);
    }
  });

  test('switches every key off and counts none, and restoring brings each back as it was', async () => {
    const { ada } = await company();
    const id = await createWorkspace(server, ada);
    await insertKeys(server, id, [
      { name: 'active' },
      { name: 'lasting', expiresInMs: 3_600_000 },
      { name: 'disabled', status: 'DISABLED' },
      { name: 'expired', expiresInMs: -1 },
      { name: 'revoked', status: 'REVOKED' },
    ]);
    const statuses = async () => {
      const { virtualKeys, activeKeyCount } = await whole(ada, id);
      return { activeKeyCount, ...Object.fromEntries(virtualKeys.nodes.map(({ name, status }) => [name, status])) };
    };
    const before = await statuses();
    expect(before).toMatchObject({ activeKeyCount: 2, active: 'ACTIVE', lasting: 'ACTIVE', disabled: 'DISABLED' });
    await archive(ada, id);
    expect(await statuses()).toEqual({
      activeKeyCount: 0,
      active: 'DISABLED',
      lasting: 'DISABLED',
      disabled: 'DISABLED',
      expired: 'EXPIRED',
      revoked: 'REVOKED',
    });
    const filtered = await run<{ workspace: Record<'active' | 'disabled', { totalCount: number }> }>(
      server,
      ada,
      `query ($id: ID!) { workspace(id: $id) {
        active: virtualKeys(statuses: [ACTIVE]) { totalCount } disabled: virtualKeys(statuses: [DISABLED]) { totalCount }
      } }`,
      { id },
    );
    expect(filtered.workspace).toEqual({ active: { totalCount: 0 }, disabled: { totalCount: 3 } });
    expect(await repairCounters(server.database)).toMatchObject({ repaired: 0 });
    await restore(ada, id);
    expect(await statuses()).toEqual(before);
  });

  test('keeps names, members, roles, keys and history, all readable by id', async () => {
    const { ada, bob, cyd } = await company();
    const id = await createWorkspace(server, ada, { name: 'Kept', memberIds: [bob.id] });
    await setRole(server, [id], cyd, 'VIEWER');
    const [key = ''] = await insertKeys(server, id, [{ name: 'key' }]);
    const before = await whole(cyd, id);
    await archive(ada, id);
    const after = await whole(cyd, id);
    expect(after).toEqual({
      ...before,
      activeKeyCount: 0,
      virtualKeys: { totalCount: 1, nodes: [{ id: key, name: 'key', status: 'DISABLED' }] },
    });
    const [member] = before.members.nodes;
    const nodes = await run<Record<'workspace' | 'member' | 'key', { id: string } | null>>(
      server,
      cyd,
      `query ($workspace: ID!, $member: ID!, $key: ID!) {
        workspace: node(id: $workspace) { id } member: node(id: $member) { id } key: node(id: $key) { id }
      }`,
      { workspace: id, member: member?.id, key },
    );
    expect(nodes).toEqual({ workspace: { id }, member: { id: member?.id }, key: { id: key } });
    expect((await auditEvents(server, id)).map(({ action }) => action)).toEqual([
      'workspace.created',
      'workspace.archived',
    ]);
  });

  test('keeps the name taken, in any case, and says so to who sees it; to others it is a name as any', async () => {
    const { org, ada, bob, root } = await company();
    const stranger = await person(server, { sub: 'stranger', org });
    const id = await createWorkspace(server, ada, { name: 'Ledger', memberIds: [bob.id] });
    const again = async (who: Person) => {
      const { workspace, userErrors } = await mutate<{ workspace: unknown }>(server, who, {
        name: 'createWorkspace',
        input: workspaceInput({ name: ' LEDGER' }),
        fields: 'workspace { id }',
      });
      expect([workspace, userErrors]).toMatchObject([null, [{ code: 'TAKEN', field: ['input', 'name'] }]]);
      return userErrors[0]?.message;
    };
    const taken = await again(stranger);
    for (const who of [ada, bob, root]) expect(await again(who)).toBe(taken);
    await archive(ada, id);
    expect(await again(stranger)).toBe(taken);
    for (const who of [ada, bob, root])
      expect(await again(who)).toMatch(/^An archived workspace already has this name/);
    await restore(ada, id);
    for (const who of [ada, stranger]) expect(await again(who)).toBe(taken);
  });

  test('takes the active workspace from everybody who works in it, for good', async () => {
    const { ada, bob, root } = await company();
    const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
    const other = await createWorkspace(server, ada, { memberIds: [bob.id] });
    for (const who of [ada, bob, root]) await select(who, id);
    await archive(ada, id);
    for (const who of [ada, bob, root]) {
      expect(await activeOf(who)).toBeNull();
      expect((await whole(who, id)).isActive).toBe(false);
    }
    expect(await select(bob, id)).toMatchObject({
      workspace: null,
      userErrors: [archivedError('input', 'workspaceId')],
    });
    expect((await select(bob, other)).userErrors).toEqual([]);
    await restore(ada, id);
    expect([await activeOf(ada), await activeOf(bob), await activeOf(root)]).toEqual([null, other, null]);
  });

  test('raises the version, and so does restoring', async () => {
    const { ada } = await company();
    const id = await createWorkspace(server, ada);
    const archived = await archive(ada, id, 1);
    expect(archived).toMatchObject({ workspace: { id, version: 2 }, conflictingWorkspace: null, userErrors: [] });
    expect(archived.workspace?.archivedAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(await restore(ada, id)).toEqual({ workspace: { id, version: 3, archivedAt: null }, userErrors: [] });
  });

  test('again, and a restore of what is in use, succeed without a change', async () => {
    const { ada } = await company();
    const id = await createWorkspace(server, ada);
    expect(await restore(ada, id)).toEqual({ workspace: { id, version: 1, archivedAt: null }, userErrors: [] });
    const first = await archive(ada, id, 1);
    for (const version of [1, 2, 7]) expect(await archive(ada, id, version)).toEqual(first);
    await restore(ada, id);
    await restore(ada, id);
    const actions = (await auditEvents(server, id)).map(({ action }) => action);
    expect(actions).toEqual(['workspace.created', 'workspace.archived', 'workspace.restored']);
  });

  test('is refused with another version, and tells of the workspace as it is', async () => {
    const { ada } = await company();
    const id = await createWorkspace(server, ada);
    await archive(ada, id);
    await restore(ada, id);
    expect(await archive(ada, id, 1)).toEqual({
      workspace: null,
      conflictingWorkspace: { id, version: 3, archivedAt: null },
      userErrors: [
        {
          code: 'VERSION_CONFLICT',
          message: 'It was changed by somebody else since you read it.',
          field: ['input', 'expectedVersion'],
        },
      ],
    });
    expect(await archive(ada, id, 0)).toMatchObject({
      workspace: null,
      conflictingWorkspace: null,
      userErrors: [{ code: 'INVALID', field: ['input', 'expectedVersion'] }],
    });
  });

  test('is audited with the moment, and so is restoring', async () => {
    const { ada } = await company();
    const id = await createWorkspace(server, ada);
    const archivedAt = (await archive(ada, id)).workspace?.archivedAt;
    await restore(ada, id);
    expect((await auditEvents(server, id)).slice(1)).toMatchObject([
      {
        action: 'workspace.archived',
        targetId: id,
        changes: [{ field: 'archivedAt', before: null, after: archivedAt }],
      },
      {
        action: 'workspace.restored',
        targetId: id,
        changes: [{ field: 'archivedAt', before: archivedAt, after: null }],
      },
    ]);
  });
});

test('an archived workspace takes no other change than to be restored', async () => {
  const { ada, bob } = await company();
  const workspaceId = await createWorkspace(server, ada, { memberIds: [bob.id] });
  const members = (await whole(ada, workspaceId)).members.nodes;
  const memberId = members.find(({ role }) => role === 'MEMBER')?.id;
  await archive(ada, workspaceId);
  const mutations = {
    updateWorkspaceSettings: { workspaceId, expectedVersion: 2, region: 'US' },
    transferWorkspaceOwnership: { workspaceId, expectedVersion: 2, ownerId: bob.id },
    requestWorkspaceReview: { workspaceId, reason: 'Why not' },
    completeWorkspaceReview: { workspaceId },
    changeMemberRole: { memberId, role: 'VIEWER' },
  };
  for (const [name, input] of Object.entries(mutations)) {
    const path = name === 'changeMemberRole' ? 'memberId' : 'workspaceId';
    const { userErrors } = await mutate(server, ada, { name, input, fields: '' });
    expect([name, userErrors]).toEqual([name, [archivedError('input', path)]]);
  }
  expect(await whole(ada, workspaceId)).toMatchObject({ viewerCanUpdateSettings: false, members: { nodes: members } });
  expect(await auditEvents(server, workspaceId)).toHaveLength(2);
  await restore(ada, workspaceId);
  expect((await whole(ada, workspaceId)).viewerCanUpdateSettings).toBe(true);
});
