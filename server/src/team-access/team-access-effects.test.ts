import { describe, expect, test } from '@jest/globals';
import {
  changed,
  kept,
  newAdmin,
  secondsAgo,
  select,
  signIn,
  statusOf,
  sync,
  team,
  teamsOf,
  user,
  viewerOf,
} from '../testing/directory.js';
import { createWorkspace, mutate, run, workspaceInput } from '../testing/fixtures.js';
import { changeRows, forgetLastWords, giveToTeam, organizationIdOf, setRole, uuidOf } from '../testing/rows.js';
import { person, signToken } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { connect, untilWaiting } from '../testing/waiting.js';

useServer();

describe('what a sync took, an older token does not bring back', () => {
  test('the admin role, a name and an address', async () => {
    const { org, ...admin } = await newAdmin();
    const claims = { sub: 'ada', org, name: 'Ada', email: 'old@example.com', org_role: 'admin', iat: secondsAgo(60) };
    await signIn(claims);
    await sync(admin, { users: [user('ada', { name: 'Ada King' })] });
    expect(await signIn(claims)).toMatchObject({ name: 'Ada King', role: 'MEMBER' });
    expect(await signIn({ ...claims, iat: secondsAgo(2) })).toMatchObject({ name: 'Ada King', role: 'MEMBER' });
    expect((await kept(org)).users).toMatchObject([{ email: 'ada@example.com' }]);
  });

  test.each([
    ['the person is named too', true],
    ['only the team is named', false],
  ])('a team, when %s', async (_case, isNamed) => {
    const { org, ...admin } = await newAdmin();
    const claims = { sub: 'ada', org, name: 'ada', email: 'ada@example.com', teams: ['Core'], iat: secondsAgo(60) };
    await signIn(claims);
    expect(await sync(admin, { users: isNamed ? [user('ada')] : [], teams: [team('1', [], 'Core')] })).toEqual(
      changed(0, 1),
    );
    expect((await signIn(claims)).teams).toEqual([]);
    expect((await signIn({ ...claims, teams: ['Core', 'More'], iat: secondsAgo(2) })).teams).toEqual([]);
  });

  test('a place outside of a team that it gave', async () => {
    const { org, ...admin } = await newAdmin();
    const claims = { sub: 'ada', org, teams: [], iat: secondsAgo(60) };
    await signIn(claims);
    await sync(admin, { teams: [team('1', ['ada'], 'Core')] });
    expect((await signIn(claims)).teams).toEqual(['Core']);
  });

  test('the former name of a team, which would make another team', async () => {
    const { org, ...admin } = await newAdmin();
    const claims = { sub: 'ada', org, teams: ['Core'], iat: secondsAgo(60) };
    await signIn(claims);
    await sync(admin, { teams: [team('1', ['ada'], 'Core')] });
    await sync(admin, { teams: [team('1', ['ada'], 'Kernel')] });
    expect((await signIn(claims)).teams).toEqual(['Kernel']);
    expect(await teamsOf(org)).toEqual({ Kernel: ['ada'] });
  });

  test.each([
    ['names the person as they are', { users: [user('ada')] }],
    ['says nothing of the person', { users: [user('bob')] }],
  ])('what it found in line, when it %s', async (_case, same) => {
    const { org, ...admin } = await newAdmin();
    const directory = { users: [user('ada'), user('bob')], teams: [team('1', [], 'Core')] };
    await sync(admin, directory);
    const [known] = (await kept(org)).users;
    await forgetLastWords(server, org);
    expect(await sync(admin, same)).toEqual(changed(0, 0));
    const older = { sub: 'ada', org, iat: secondsAgo(60), name: 'Ada', org_role: 'admin', teams: ['Core', 'More'] };
    expect(await signIn(older)).toMatchObject({ name: 'ada', role: 'MEMBER', teams: [] });
    expect((await kept(org)).users[0]).toEqual(known);
    // One that is younger has its word again.
    const { iat: _iat, ...younger } = older;
    expect(await signIn(younger)).toMatchObject({ name: 'Ada', role: 'ADMIN' });
  });

  test('when the sync ends between the look at the person and the change of them', async () => {
    const { org } = await newAdmin();
    await signIn({ sub: 'ada', org, iat: secondsAgo(60) });
    const [syncing, watcher] = [await connect(server.databaseUrl), await connect(server.databaseUrl)];
    await syncing.query('BEGIN; LOCK TABLE directories IN EXCLUSIVE MODE');
    await syncing.query('UPDATE directories SET synced_at = now() WHERE organization_id = $1', [
      await organizationIdOf(server, org),
    ]);
    const signingIn = signIn({ sub: 'ada', org, iat: secondsAgo(30), org_role: 'admin' });
    await untilWaiting(watcher);
    await syncing.query('COMMIT');
    await Promise.all([syncing.end(), watcher.end()]);
    expect((await signingIn).role).toBe('MEMBER');
  });

  test('when the clock of who issued it is ahead', async () => {
    const { org, ...admin } = await newAdmin();
    const ahead = { sub: 'ada', org, name: 'Ada', org_role: 'admin', teams: ['Core'], iat: secondsAgo(-4) };
    await signIn({ sub: 'ada', org, iat: secondsAgo(60) });
    await sync(admin, { users: [user('ada')], teams: [team('1', [], 'Core')] });
    expect(await signIn(ahead)).toMatchObject({ name: 'ada', role: 'MEMBER', teams: [] });
    expect(await signIn(ahead)).toMatchObject({ name: 'ada', role: 'MEMBER', teams: [] });
  });

  test('while a younger one still has the last word', async () => {
    const { org, ...admin } = await newAdmin();
    await sync(admin, { users: [user('ada')], teams: [team('1', ['ada'], 'Core')] });
    expect(await signIn({ sub: 'ada', org, name: 'Ada', org_role: 'admin', teams: ['New'] })).toMatchObject({
      name: 'Ada',
      role: 'ADMIN',
      teams: ['New'],
    });
  });

  test('and a sync takes back no word that is younger still', async () => {
    const { org, ...admin } = await newAdmin();
    const { id } = await signIn({ sub: 'ada', org });
    await changeRows(server, id, `claims_issued_at = now() + interval '1 h'`);
    const issuedAt = () =>
      server.database.rows({ text: 'SELECT claims_issued_at FROM users WHERE id = $1', values: [uuidOf(id)] });
    const before = await issuedAt();
    await sync(admin, { users: [user('ada', { name: 'Ada' })] });
    expect(await issuedAt()).toEqual(before);
  });
});

describe('whom a sync takes the sight of a workspace has none active', () => {
  test('of those who leave the team, only who saw it in no other way', async () => {
    const { org, ...admin } = await newAdmin();
    const subjects = ['ada', 'bob', 'cid', 'dan'];
    await sync(admin, { users: subjects.map((subject) => user(subject)), teams: [team('1', subjects, 'Core')] });
    const people = await Promise.all(subjects.map((sub) => person(server, { sub, org })));
    const [ada, bob, , dan] = people;
    if (!ada || !bob || !dan) throw new Error('Somebody is missing.');
    const id = await createWorkspace(server, admin);
    await giveToTeam(server, [id], 'Core');
    await setRole(server, [id], bob, 'VIEWER');
    for (const who of people) await select(who, id);

    await sync(admin, { teams: [team('1', ['dan'], 'Core')] });
    expect(await Promise.all(people.map(async (who) => (await viewerOf(who)).active))).toEqual([null, id, null, id]);
    const rows = await server.database.rows<{ user_id: string }>({
      text: 'SELECT user_id FROM active_workspaces WHERE workspace_id = $1',
      values: [uuidOf(id)],
    });
    expect(rows.map((row) => row.user_id).sort()).toEqual([admin.id, bob.id, dan.id].map(uuidOf).sort());
    expect((await select(ada, id)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  test('of those whose team becomes one with another that they are not in', async () => {
    const { org, ...admin } = await newAdmin();
    const ada = await person(server, { sub: 'ada', org, name: 'Ada', teams: ['New'] });
    const bob = await person(server, { sub: 'bob', org, name: 'Bob', teams: ['New'] });
    await sync(admin, { teams: [team('1', ['ada'], 'Old')] });
    const id = await createWorkspace(server, admin);
    await giveToTeam(server, [id], 'New');
    for (const who of [ada, bob]) await select(who, id);
    expect(await sync(admin, { teams: [team('1', ['ada'], 'New')] })).toEqual(changed(0, 1));
    const rows = await server.database.rows<{ user_id: string }>({
      text: 'SELECT user_id FROM active_workspaces WHERE workspace_id = $1 AND user_id = ANY ($2::uuid[])',
      values: [uuidOf(id), [ada, bob].map((who) => uuidOf(who.id))],
    });
    expect(rows.map(({ user_id: userId }) => userId)).toEqual([uuidOf(ada.id)]);
  });

  test('an admin who becomes a member, at the next request', async () => {
    const { org, ...admin } = await newAdmin();
    const boss = await person(server, { sub: 'boss', org, org_role: 'admin' });
    const own = await createWorkspace(server, boss);
    const id = await createWorkspace(server, admin);
    await select(boss, id);
    expect(await viewerOf(boss)).toMatchObject({ role: 'ADMIN', active: id });
    await sync(admin, { users: [user('boss')] });
    expect(await viewerOf(boss)).toMatchObject({ role: 'MEMBER', active: null });
    const { workspaces } = await run<{ workspaces: { nodes: object[] } }>(
      server,
      boss,
      '{ workspaces { nodes { id } } }',
    );
    expect(workspaces.nodes).toEqual([{ id: own }]);
  });

  test('also when they select it at that moment', async () => {
    const { org, ...admin } = await newAdmin();
    const ada = await person(server, { sub: 'ada', org, teams: ['Core'] });
    const id = await createWorkspace(server, admin);
    await giveToTeam(server, [id], 'Core');
    const [holder, watcher] = [await connect(server.databaseUrl), await connect(server.databaseUrl)];
    await holder.query('BEGIN; LOCK TABLE audit_events IN SHARE MODE');
    const syncing = sync(admin, { teams: [team('1', [], 'Core')] });
    await untilWaiting(watcher, 1);
    const selecting = select(ada, id);
    await untilWaiting(watcher, 2);
    await holder.query('COMMIT');
    await Promise.all([holder.end(), watcher.end()]);
    expect(await syncing).toEqual(changed(0, 1));
    expect(await selecting).toMatchObject({ workspace: null, userErrors: [{ code: 'NOT_FOUND' }] });
    expect((await viewerOf(ada)).active).toBeNull();
  });

  test('nor when a workspace takes it too at that moment', async () => {
    const { org, ...admin } = await newAdmin();
    await sync(admin, { users: [user('ada')], teams: [team('1', ['ada'], 'Core')] });
    const ada = await person(server, { sub: 'ada', org });
    const id = await createWorkspace(server, admin, { memberIds: [ada.id] });
    await giveToTeam(server, [id], 'Core');
    await select(ada, id);
    const [holder, watcher] = [await connect(server.databaseUrl), await connect(server.databaseUrl)];
    await holder.query('BEGIN; LOCK TABLE audit_events IN SHARE MODE');
    const syncing = sync(admin, { teams: [team('1', [], 'Core')] });
    const removing = mutate(server, admin, {
      name: 'updateWorkspaceSettings',
      input: { workspaceId: id, expectedVersion: 1, memberIds: [] },
      fields: 'workspace { id }',
    });
    await untilWaiting(watcher, 2);
    await holder.query('COMMIT');
    await Promise.all([holder.end(), watcher.end()]);
    expect(await syncing).toEqual(changed(0, 1));
    expect((await removing).userErrors).toEqual([]);
    const rows = await server.database.rows({
      text: 'SELECT FROM active_workspaces WHERE user_id = $1',
      values: [uuidOf(ada.id)],
    });
    expect(rows).toEqual([]);
  });
});

describe('a user who is set inactive', () => {
  test('is signed out everywhere with the next request, and let in again when active', async () => {
    const { org, ...admin } = await newAdmin();
    const token = async () => ({ token: await signToken({ sub: 'ada', org }) });
    const tokens = [await token(), await token()];
    expect(await Promise.all(tokens.map(statusOf))).toEqual([200, 200]);
    expect(await sync(admin, { users: [user('ada', { active: false })] })).toEqual(changed(1, 0));
    expect(await Promise.all(tokens.map(statusOf))).toEqual([401, 401]);
    expect(await statusOf(await token())).toBe(401);
    expect(await sync(admin, { users: [user('ada')] })).toEqual(changed(1, 0));
    expect(await Promise.all(tokens.map(statusOf))).toEqual([200, 200]);
  });

  test('keeps memberships, is not offered and can not be picked as a new member', async () => {
    const { org, ...admin } = await newAdmin();
    const [ada, bob] = [
      await person(server, { sub: 'ada', org, teams: ['Core'] }),
      await person(server, { sub: 'bob', org, teams: ['Core'] }),
    ];
    const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
    await sync(admin, { users: [user('bob', { active: false })] });
    for (const who of [ada, admin]) {
      const { assignableUsers } = await run<{ assignableUsers: { nodes: { id: string }[]; totalCount: number } }>(
        server,
        who,
        '{ assignableUsers { nodes { id } totalCount } }',
      );
      expect(assignableUsers.nodes.map((node) => node.id)).not.toContain(bob.id);
      expect(assignableUsers.totalCount).toBe(who === ada ? 1 : 2);
    }
    const created = await mutate(server, ada, {
      name: 'createWorkspace',
      input: workspaceInput({ memberIds: [bob.id] }),
      fields: 'workspace { id }',
    });
    expect(created.userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'memberIds', '0'] }]);
    const stays = await mutate(server, ada, {
      name: 'updateWorkspaceSettings',
      input: { workspaceId: id, expectedVersion: 1, memberIds: [bob.id], region: 'US' },
      fields: 'workspace { memberCount }',
    });
    expect(stays).toEqual({ workspace: { memberCount: 2 }, userErrors: [] });
    expect((await teamsOf(org))['Core']).toEqual(['ada', 'bob']);

    await sync(admin, { users: [user('bob')] });
    const query = 'query ($id: ID!) { workspace(id: $id) { viewerRole } }';
    expect(await run(server, bob, query, { id })).toEqual({ workspace: { viewerRole: 'MEMBER' } });
  });
});
