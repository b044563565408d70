import { describe, expect, test } from '@jest/globals';
import { auditEvents, createWorkspace, mutate, run } from '../testing/fixtures.js';
import { changeOf, giveToTeam, organizationOf, removalOf, setRole, uuidOf } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { connect, untilWaiting } from '../testing/waiting.js';

useServer();

const rounds = 10;

/** Ada with colleagues of her team. */
async function crew(size: number): Promise<{ org: string; ada: Person; colleagues: Person[] }> {
  const org = newOrganization();
  const ada = await person(server, { sub: 'ada', org, teams: ['core'] });
  const colleagues = await Promise.all(
    Array.from({ length: size }, (_, index) => person(server, { sub: `colleague ${index}`, org, teams: ['core'] })),
  );
  return { org, ada, colleagues };
}

type Payload = { readonly workspace: { readonly id: string; readonly version: number } | null };

const send = (who: Person, name: string, input: object) =>
  mutate<Payload>(server, who, { name, input, fields: 'workspace { id version }' });
const archive = (who: Person, workspaceId: string, expectedVersion = 1) =>
  send(who, 'archiveWorkspace', { workspaceId, expectedVersion });
const select = (who: Person, workspaceId: string) => send(who, 'selectWorkspace', { workspaceId });
const transfer = (who: Person, workspaceId: string, ownerId: string, expectedVersion = 1) =>
  send(who, 'transferWorkspaceOwnership', { workspaceId, ownerId, expectedVersion });
const setMembers = (who: Person, workspaceId: string, memberIds: string[], expectedVersion = 1) =>
  send(who, 'updateWorkspaceSettings', { workspaceId, memberIds, expectedVersion });

/** What the tables say of a workspace: its owner, its roles and who has it as the active one. */
async function stateOf(workspaceId: string) {
  const [row] = await server.database.rows<{
    owner: string;
    version: number;
    roles: Record<string, string>;
    selections: number;
  }>({
    text: `SELECT owner_user_id AS owner, version,
        (SELECT jsonb_object_agg(m.user_id, m.role) FROM members m
          WHERE m.organization_id = $1 AND m.workspace_id = w.id) AS roles,
        (SELECT count(*)::integer FROM active_workspaces a
          WHERE a.organization_id = $1 AND a.workspace_id = w.id) AS selections
      FROM workspaces w WHERE w.organization_id = $1 AND w.id = $2`,
    values: [await organizationOf(server, workspaceId), uuidOf(workspaceId)],
  });
  if (row === undefined) throw new Error('There is no such workspace.');
  return row;
}

describe('of transfers', () => {
  test('with one version at once one wins, and the others get the present state', async () => {
    const { ada, colleagues } = await crew(10);
    const id = await createWorkspace(server, ada);
    const answers = await Promise.all(
      colleagues.map((who) =>
        mutate<Record<'workspace' | 'conflictingWorkspace', { owner: { id: string } } | null>>(server, ada, {
          name: 'transferWorkspaceOwnership',
          input: { workspaceId: id, expectedVersion: 1, ownerId: who.id },
          fields: 'workspace { owner { id } } conflictingWorkspace { owner { id } }',
        }),
      ),
    );
    const [winner, ...others] = answers.filter(({ workspace }) => workspace !== null);
    expect(others).toEqual([]);
    const { owner, version, roles } = await stateOf(id);
    expect([uuidOf(winner?.workspace?.owner.id ?? ''), version]).toEqual([owner, 2]);
    expect(roles).toEqual({ [uuidOf(ada.id)]: 'ADMIN', [owner]: 'ADMIN' });
    // Who comes after the winner is no owner any more.
    for (const { workspace, userErrors } of answers) {
      if (workspace === null) expect(['VERSION_CONFLICT', 'FORBIDDEN']).toContain(userErrors[0]?.code);
    }
    expect(await auditEvents(server, id)).toHaveLength(2);
  });

  test('by an organization admin the losers are told of the winner', async () => {
    const { org, ada, colleagues } = await crew(10);
    const root = await person(server, { sub: 'root', org, org_role: 'admin' });
    const id = await createWorkspace(server, ada);
    const answers = await Promise.all(colleagues.map((who) => transfer(root, id, who.id)));
    expect(answers.filter(({ workspace }) => workspace !== null)).toHaveLength(1);
    expect(answers.filter(({ userErrors }) => userErrors[0]?.code === 'VERSION_CONFLICT')).toHaveLength(9);
  });

  test('and removals of the new owner one wins: an owner is a member, always', async () => {
    for (let round = 0; round < rounds; round++) {
      const { ada, colleagues } = await crew(1);
      const [bob] = colleagues;
      if (bob === undefined) throw new Error('There is nobody.');
      const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
      const both = [() => transfer(ada, id, bob.id), () => setMembers(ada, id, [])];
      if (round % 2 === 1) both.reverse();
      const answers = await Promise.all(both.map((start) => start()));
      expect(answers.filter(({ workspace }) => workspace !== null)).toHaveLength(1);
      const { owner, roles, version } = await stateOf(id);
      expect(roles[owner]).toBe('ADMIN');
      expect(version).toBe(2);
    }
  });
});

describe('of archiving and selecting', () => {
  test('at once, an archived workspace is never anybody’s active one', async () => {
    for (let round = 0; round < rounds; round++) {
      const { ada, colleagues } = await crew(4);
      const id = await createWorkspace(server, ada, { memberIds: colleagues.map((who) => who.id) });
      const selects = [ada, ...colleagues].map((who) => select(who, id));
      const answers = await Promise.all([archive(ada, id), ...selects]);
      expect(answers[0]?.userErrors).toEqual([]);
      expect((await stateOf(id)).selections).toBe(0);
    }
  });

  test('a select that comes while the archiving is under way waits for it, and is refused', async () => {
    const { ada, colleagues } = await crew(1);
    const [bob] = colleagues;
    if (bob === undefined) throw new Error('There is nobody.');
    const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
    const first = await connect(server.databaseUrl);
    const observer = await connect(server.databaseUrl);
    try {
      await first.query('BEGIN');
      await first.query(await changeOf(server, id, 'archived_at = now(), version = version + 1'));
      const selecting = send(bob, 'selectWorkspace', { workspaceId: id });
      await untilWaiting(observer);
      await first.query('COMMIT');
      expect((await selecting).userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'workspaceId'] }]);
      expect((await stateOf(id)).selections).toBe(1);
    } finally {
      await Promise.allSettled([first.end(), observer.end()]);
    }
  });

  test('and of restoring from all sides, every change has its version and its audit event', async () => {
    const { ada } = await crew(0);
    const id = await createWorkspace(server, ada);
    const version = async () => (await stateOf(id)).version;
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) =>
        index % 2 === 0 ? archive(ada, id, await version()) : send(ada, 'restoreWorkspace', { workspaceId: id }),
      ),
    );
    const events = (await auditEvents(server, id)).slice(1);
    expect(await version()).toBe(1 + events.length);
    const expected = events.map((_, index) => (index % 2 === 0 ? 'workspace.archived' : 'workspace.restored'));
    expect(events.map(({ action }) => action)).toEqual(expected);
  });
});

describe('of a transfer away from a team and selecting', () => {
  test('at once, nobody keeps an active workspace that they no longer see', async () => {
    for (let round = 0; round < rounds; round++) {
      const { org, ada, colleagues } = await crew(3);
      const root = await person(server, { sub: 'root', org, org_role: 'admin' });
      const id = await createWorkspace(server, ada);
      await giveToTeam(server, [id], 'core');
      const selects = colleagues.map((who) => select(who, id));
      const [{ userErrors }] = await Promise.all([transfer(root, id, ada.id), ...selects]);
      expect(userErrors).toEqual([]);
      // Ada created it, so it is hers; her colleagues saw it through the team alone.
      expect((await stateOf(id)).selections).toBe(1);
    }
  });
});

describe('of a change of role and the actor’s own removal', () => {
  const memberOf = async (who: Person, workspaceId: string, user: Person): Promise<string> => {
    const { workspace } = await run<{ workspace: { members: { nodes: { id: string; user: { id: string } }[] } } }>(
      server,
      who,
      'query ($id: ID!) { workspace(id: $id) { members { nodes { id user { id } } } } }',
      { id: workspaceId },
    );
    return workspace.members.nodes.find((member) => member.user.id === user.id)?.id ?? '';
  };
  const changeRole = (who: Person, memberId: string, role: string) =>
    mutate<{ member: { role: string } | null }>(server, who, {
      name: 'changeMemberRole',
      input: { memberId, role },
      fields: 'member { role }',
    });

  test('at once, the audit log has them in an order in which each was allowed', async () => {
    for (let round = 0; round < rounds; round++) {
      const { ada, colleagues } = await crew(2);
      const [bob, cyd] = colleagues;
      if (bob === undefined || cyd === undefined) throw new Error('There is nobody.');
      const id = await createWorkspace(server, ada, { memberIds: [bob.id, cyd.id] });
      await setRole(server, [id], bob, 'ADMIN');
      const memberId = await memberOf(ada, id, cyd);
      const both = [() => changeRole(bob, memberId, 'ADMIN'), () => setMembers(ada, id, [cyd.id])];
      if (round % 2 === 1) both.reverse();
      const answers = await Promise.all(both.map((start) => start()));
      const changed = answers.find((answer) => !('workspace' in answer));
      const actions = (await auditEvents(server, id)).slice(1).map(({ action }) => action);
      const { roles } = await stateOf(id);
      if (changed?.userErrors.length === 0) {
        expect(actions).toEqual(['member.role_changed', 'workspace.settings_updated']);
        expect(roles[uuidOf(cyd.id)]).toBe('ADMIN');
      } else {
        expect(changed?.userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'memberId'] }]);
        expect(actions).toEqual(['workspace.settings_updated']);
        expect(roles[uuidOf(cyd.id)]).toBe('MEMBER');
      }
    }
  });

  test('under way, a change of role that waits is decided by the role that the actor then has', async () => {
    const { ada, colleagues } = await crew(2);
    const [bob, cyd] = colleagues;
    if (bob === undefined || cyd === undefined) throw new Error('There is nobody.');
    const id = await createWorkspace(server, ada, { memberIds: [bob.id, cyd.id] });
    await setRole(server, [id], bob, 'ADMIN');
    const memberId = await memberOf(ada, id, cyd);
    const first = await connect(server.databaseUrl);
    const observer = await connect(server.databaseUrl);
    try {
      await first.query('BEGIN');
      await first.query(await removalOf(server, [id], bob));
      const changing = changeRole(bob, memberId, 'ADMIN');
      await untilWaiting(observer);
      await first.query('COMMIT');
      expect((await changing).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
      expect((await stateOf(id)).roles[uuidOf(cyd.id)]).toBe('MEMBER');
    } finally {
      await Promise.allSettled([first.end(), observer.end()]);
    }
  });

  test('under way, of the member whose role it is, a change of role that waits finds nobody and leaves no event', async () => {
    const { ada, colleagues } = await crew(1);
    const [bob] = colleagues;
    if (bob === undefined) throw new Error('There is nobody.');
    const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
    const memberId = await memberOf(ada, id, bob);
    const first = await connect(server.databaseUrl);
    const observer = await connect(server.databaseUrl);
    try {
      await first.query('BEGIN');
      await first.query(await removalOf(server, [id], bob));
      const changing = changeRole(ada, memberId, 'ADMIN');
      await untilWaiting(observer);
      await first.query('COMMIT');
      expect((await changing).userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'memberId'] }]);
      expect((await auditEvents(server, id)).map(({ action }) => action)).toEqual(['workspace.created']);
    } finally {
      await Promise.allSettled([first.end(), observer.end()]);
    }
  });

  test('of the member whose role it is, a member who has gone stays gone', async () => {
    for (let round = 0; round < rounds; round++) {
      const { ada, colleagues } = await crew(1);
      const [bob] = colleagues;
      if (bob === undefined) throw new Error('There is nobody.');
      const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
      const memberId = await memberOf(ada, id, bob);
      await Promise.all([changeRole(ada, memberId, 'ADMIN'), setMembers(ada, id, [])]);
      expect(Object.keys((await stateOf(id)).roles)).toEqual([uuidOf(ada.id)]);
    }
  });
});
