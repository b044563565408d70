import { describe, expect, test } from '@jest/globals';
import { auditEvents, createWorkspace, mutate, newService, run } from '../testing/fixtures.js';
import { giveToTeam, setRole } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

interface MemberAnswer {
  readonly member: { readonly id: string; readonly role: string; readonly user: { readonly id: string } } | null;
}

function change(who: Person, memberId: string, role: string) {
  return mutate<MemberAnswer>(server, who, {
    name: 'changeMemberRole',
    input: { memberId, role },
    fields: 'member { id role user { id } }',
  });
}

/** The members of the workspace by the people's ids. */
async function membersOf(who: Person, workspaceId: string): Promise<Record<string, { id: string; role: string }>> {
  const { workspace } = await run<{
    workspace: { members: { nodes: { id: string; role: string; user: { id: string } }[] } };
  }>(server, who, 'query ($id: ID!) { workspace(id: $id) { members(first: 100) { nodes { id role user { id } } } } }', {
    id: workspaceId,
  });
  return Object.fromEntries(workspace.members.nodes.map(({ user, id, role }) => [user.id, { id, role }]));
}

async function roleOf(who: Person, workspaceId: string): Promise<string | undefined> {
  const { workspace } = await run<{ workspace: { viewerRole: string } | null }>(
    server,
    who,
    'query ($id: ID!) { workspace(id: $id) { viewerRole } }',
    { id: workspaceId },
  );
  return workspace?.viewerRole;
}

function updateSettings(who: Person, workspaceId: string, changes: object) {
  return mutate<{ workspace: { version: number } | null }>(server, who, {
    name: 'updateWorkspaceSettings',
    input: { workspaceId, ...changes },
    fields: 'workspace { version }',
  });
}

/** A workspace with somebody in each role. */
async function crew() {
  const org = newOrganization();
  const [owner, admin, otherAdmin, member, viewer] = await Promise.all(
    ['owner', 'admin', 'other-admin', 'member', 'viewer'].map((sub) => person(server, { sub, org, teams: ['core'] })),
  );
  if (!owner || !admin || !otherAdmin || !member || !viewer) throw new Error('Somebody is missing.');
  const id = await createWorkspace(server, owner);
  await setRole(server, [id], admin, 'ADMIN');
  await setRole(server, [id], otherAdmin, 'ADMIN');
  await setRole(server, [id], member, 'MEMBER');
  await setRole(server, [id], viewer, 'VIEWER');
  const members = await membersOf(owner, id);
  const memberIdOf = (who: Person) => members[who.id]?.id ?? '';
  return { org, id, owner, admin, otherAdmin, member, viewer, memberIdOf };
}

const ownerRoleFixed = (field: string) => ({
  code: 'INVALID',
  message: 'The role OWNER is given and taken by a transfer of the ownership only.',
  field: ['input', field],
});
const roleAboveOwn = (field: string) => ({
  code: 'FORBIDDEN',
  message: 'This is above your own role in the workspace.',
  field: ['input', field],
});

describe('changeMemberRole', () => {
  test('gives the role, which the answer, the member and the person’s own view tell at once', async () => {
    const { id, owner, member, memberIdOf } = await crew();
    for (const role of ['ADMIN', 'VIEWER', 'MEMBER']) {
      expect(await change(owner, memberIdOf(member), role)).toEqual({
        member: { id: memberIdOf(member), role, user: { id: member.id } },
        userErrors: [],
      });
      expect((await membersOf(owner, id))[member.id]?.role).toBe(role);
      expect(await roleOf(member, id)).toBe(role);
    }
  });

  test('twice in one request answers each time with the role as it then is', async () => {
    const { owner, member, memberIdOf } = await crew();
    const data = await run<Record<'first' | 'second', MemberAnswer>>(
      server,
      owner,
      `mutation ($id: ID!) {
        first: changeMemberRole(input: { memberId: $id, role: ADMIN }) { member { role } }
        second: changeMemberRole(input: { memberId: $id, role: VIEWER }) { member { role } }
      }`,
      { id: memberIdOf(member) },
    );
    expect(data).toEqual({ first: { member: { role: 'ADMIN' } }, second: { member: { role: 'VIEWER' } } });
  });

  test('gives and takes rights with the next request', async () => {
    const { id, owner, admin, viewer, memberIdOf } = await crew();
    expect((await updateSettings(viewer, id, { expectedVersion: 1, region: 'US' })).userErrors).toMatchObject([
      { code: 'FORBIDDEN' },
    ]);
    await change(owner, memberIdOf(viewer), 'ADMIN');
    expect((await updateSettings(viewer, id, { expectedVersion: 1, region: 'US' })).userErrors).toEqual([]);
    await change(viewer, memberIdOf(admin), 'VIEWER');
    expect((await updateSettings(admin, id, { expectedVersion: 2, region: 'EU' })).userErrors).toMatchObject([
      { code: 'FORBIDDEN' },
    ]);
    expect((await change(admin, memberIdOf(viewer), 'VIEWER')).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
  });

  test('leaves the version, because no setting changes', async () => {
    const { id, owner, member, memberIdOf } = await crew();
    await change(owner, memberIdOf(member), 'VIEWER');
    expect(await updateSettings(owner, id, { expectedVersion: 1, region: 'US' })).toMatchObject({
      workspace: { version: 2 },
    });
  });

  test('lets an admin change every role up to their own, also another admin’s and their own', async () => {
    const { id, owner, admin, otherAdmin, member, viewer, memberIdOf } = await crew();
    const changes = [
      [member, 'ADMIN'],
      [viewer, 'MEMBER'],
      [otherAdmin, 'VIEWER'],
      [admin, 'MEMBER'],
    ] as const;
    for (const [who, role] of changes) expect((await change(admin, memberIdOf(who), role)).userErrors).toEqual([]);
    const roles = Object.values(await membersOf(owner, id)).map(({ role }) => role);
    expect(roles.sort()).toEqual(['ADMIN', 'MEMBER', 'MEMBER', 'OWNER', 'VIEWER']);
  });

  test('never gives the role OWNER and never takes it: an owner is told why, an admin that it is above theirs', async () => {
    const { org, id, owner, admin, member, memberIdOf } = await crew();
    const root = await person(server, { sub: 'root', org, org_role: 'admin' });
    const service = await newService(server, root, ['WORKSPACES_WRITE']);
    for (const who of [owner, root, service]) {
      for (const role of ['ADMIN', 'MEMBER', 'VIEWER', 'OWNER']) {
        expect(await change(who, memberIdOf(owner), role)).toEqual({
          member: null,
          userErrors: [ownerRoleFixed('memberId')],
        });
      }
      expect((await change(who, memberIdOf(member), 'OWNER')).userErrors).toEqual([ownerRoleFixed('role')]);
    }
    expect((await change(admin, memberIdOf(owner), 'VIEWER')).userErrors).toEqual([roleAboveOwn('memberId')]);
    for (const who of [admin, member]) {
      expect((await change(admin, memberIdOf(who), 'OWNER')).userErrors).toEqual([roleAboveOwn('role')]);
    }
    expect((await membersOf(owner, id))[owner.id]?.role).toBe('OWNER');
    expect(await auditEvents(server, id)).toHaveLength(1);
  });

  test('lets the people of the owning team act as admins, whatever their own membership says', async () => {
    const { id, admin, member, viewer, memberIdOf } = await crew();
    await giveToTeam(server, [id], 'core');
    expect(await roleOf(viewer, id)).toBe('ADMIN');
    expect((await change(viewer, memberIdOf(member), 'ADMIN')).userErrors).toEqual([]);
    expect((await change(viewer, memberIdOf(admin), 'OWNER')).userErrors).toEqual([roleAboveOwn('role')]);
    expect((await change(member, memberIdOf(member), 'VIEWER')).userErrors).toEqual([]);
    expect(await roleOf(member, id)).toBe('ADMIN');
  });

  test('to the role that is there already changes nothing', async () => {
    const { id, owner, member, memberIdOf } = await crew();
    expect(await change(owner, memberIdOf(member), 'MEMBER')).toMatchObject({ member: { role: 'MEMBER' } });
    expect(await auditEvents(server, id)).toHaveLength(1);
  });
});

describe('a member who is removed', () => {
  test('keeps nothing: no sight, no rights and no active workspace, from the next request on', async () => {
    const { id, owner, admin, member, viewer, memberIdOf } = await crew();
    await mutate(server, admin, { name: 'selectWorkspace', input: { workspaceId: id }, fields: '' });
    const stay = [member.id, viewer.id];
    expect((await updateSettings(owner, id, { expectedVersion: 1, memberIds: stay })).userErrors).toEqual([]);
    const data = await run<Record<'workspace' | 'node' | 'activeWorkspace', unknown>>(
      server,
      admin,
      `query ($id: ID!, $member: ID!) {
        workspace(id: $id) { id } node(id: $member) { id } activeWorkspace { id } workspaces { totalCount }
      }`,
      { id, member: memberIdOf(member) },
    );
    expect(data).toEqual({ workspace: null, node: null, activeWorkspace: null, workspaces: { totalCount: 0 } });
    for (const { userErrors } of [
      await change(admin, memberIdOf(member), 'VIEWER'),
      await updateSettings(admin, id, { expectedVersion: 2, region: 'US' }),
    ]) {
      expect(userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    }
    expect((await change(owner, memberIdOf(admin), 'VIEWER')).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    // Nor does it come back with the membership.
    const { userErrors } = await updateSettings(owner, id, { expectedVersion: 2, memberIds: [...stay, admin.id] });
    expect(userErrors).toEqual([]);
    const back = await run(server, admin, '{ activeWorkspace { id } workspaces { nodes { isActive } } }');
    expect(back).toEqual({ activeWorkspace: null, workspaces: { nodes: [{ isActive: false }] } });
  });

  test('is never the owner, who can go only by giving the workspace away', async () => {
    const { id, owner, admin } = await crew();
    const { userErrors } = await updateSettings(admin, id, { expectedVersion: 1, memberIds: [] });
    expect(userErrors).toEqual([]);
    expect(Object.keys(await membersOf(owner, id))).toEqual([owner.id]);
    expect(await roleOf(owner, id)).toBe('OWNER');
  });
});
