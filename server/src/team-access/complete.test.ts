import { describe, expect, test } from '@jest/globals';
import { databaseContent } from '../testing/database-content.js';
import {
  type Directory,
  events,
  kept,
  newAdmin,
  select,
  signIn,
  statusOf,
  sync,
  team,
  teamsOf,
  user,
  viewerOf,
} from '../testing/directory.js';
import { createWorkspace, mutate, newService, run } from '../testing/fixtures.js';
import { giveToTeam, setActive } from '../testing/rows.js';
import { type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

interface Counts {
  readonly usersChanged: number;
  readonly usersDeactivated: number;
  readonly teamsChanged: number;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

function syncWhole(who: Person, directory: Directory): Promise<Counts> {
  return mutate<Counts>(server, who, {
    name: 'syncTeamAccess',
    input: { users: [], teams: [], complete: true, ...directory },
    fields: 'usersChanged usersDeactivated teamsChanged',
  });
}

const counts = (usersChanged: number, usersDeactivated: number, teamsChanged: number) => ({
  usersChanged,
  usersDeactivated,
  teamsChanged,
  userErrors: [],
});
const refusedAt = (...paths: readonly (readonly string[])[]) => ({
  ...counts(0, 0, 0),
  userErrors: paths.map((path) => expect.objectContaining({ code: 'INVALID', field: ['input', ...path] })),
});

const root = user('root', { name: 'Root', email: '', role: 'ADMIN' });

describe('a complete directory', () => {
  test('sets inactive who is named nowhere in it, and takes the people of its teams that it does not name', async () => {
    const admin = await newAdmin();
    const { org } = admin;
    await sync(admin, {
      users: [user('ada'), user('bob'), user('cyd')],
      teams: [team('t1', ['ada', 'bob'], 'One'), team('t2', ['bob', 'cyd'], 'Two')],
    });
    const bob = await person(server, { sub: 'bob', org, name: 'bob', email: 'bob@example.com' });
    const tokens = await person(server, { sub: 'ada', org, teams: ['One', 'From tokens'] });
    const workspace = await createWorkspace(server, admin);
    await giveToTeam(server, [workspace], 'Two');
    await select(bob, workspace);

    const directory = { users: [root, user('ada')], teams: [team('t1', ['ada', 'cyd'], 'One')] };
    // A subject that a team names is named.
    expect(await syncWhole(admin, directory)).toEqual(counts(1, 1, 2));
    const { users } = await kept(org);
    expect(users.map(({ subject, active }) => [subject, active])).toEqual([
      ['ada', true],
      ['bob', false],
      ['cyd', true],
    ]);
    expect(await teamsOf(org)).toEqual({ 'From tokens': ['ada'], One: ['ada', 'cyd'], Two: [] });
    expect(await statusOf(bob)).toBe(401);
    expect(await statusOf(tokens)).toBe(200);

    const told = (await events(org)).slice(-3);
    expect(told.map(({ action, changes }) => [action, changes])).toEqual([
      ['user.updated', [{ field: 'active', before: true, after: false }]],
      ['team.updated', [{ field: 'users', before: [bob.id], after: [expect.stringMatching(/^usr_/)] }]],
      ['team.updated', [{ field: 'users', before: expect.any(Array), after: [] }]],
    ]);
    // The same again changes nothing, and whoever is named again comes back.
    expect(await syncWhole(admin, directory)).toEqual(counts(0, 0, 0));
    expect(await syncWhole(admin, { ...directory, users: [...directory.users, user('bob')] })).toEqual(counts(1, 0, 0));
    expect(await statusOf(bob)).toBe(200);
    expect(await viewerOf(bob)).toMatchObject({ teams: [], active: null });
  });

  test('counts as deactivated only who could sign in before, named or not', async () => {
    const admin = await newAdmin();
    await sync(admin, { users: [user('ada'), user('bob'), user('cyd')] });
    const users = [root, user('ada', { active: false }), user('dan', { active: false })];
    expect(await syncWhole(admin, { users })).toEqual(counts(4, 3, 0));
    expect(await syncWhole(admin, { users })).toEqual(counts(0, 0, 0));
  });

  test('that has another team under the name of one that it leaves out says which team that was', async () => {
    const admin = await newAdmin();
    await sync(admin, { users: [user('ada')], teams: [team('t1', ['ada'], 'Search')] });
    const workspace = await createWorkspace(server, admin);
    await giveToTeam(server, [workspace], 'Search');
    const directory = { users: [root, user('ada')], teams: [team('t2', [], 'search')] };
    expect(await sync(admin, directory)).toMatchObject({ userErrors: [{ code: 'TAKEN' }] });
    expect(await syncWhole(admin, directory)).toEqual(counts(0, 0, 2));
    const { workspace: owned } = await run<{ workspace: { owner: { id: string; name: string } } }>(
      server,
      admin,
      'query ($id: ID!) { workspace(id: $id) { owner { id name } } }',
      { id: workspace },
    );
    expect(owned.owner.name).toBe(`Search (${owned.owner.id})`);
    expect(await teamsOf(admin.org)).toEqual({ [owned.owner.name]: [], search: [] });
    expect(await syncWhole(admin, directory)).toEqual(counts(0, 0, 0));
  });

  test('leaves another organization alone', async () => {
    const [admin, other] = [await newAdmin(), await newAdmin()];
    await sync(other, { users: [user('ada')], teams: [team('t1', ['ada'])] });
    const before = await kept(other.org);
    expect(await syncWhole(admin, { users: [root] })).toEqual(counts(0, 0, 0));
    expect(await kept(other.org)).toEqual(before);
  });
});

describe('the last admin who can sign in', () => {
  test('is kept, whatever a service sends', async () => {
    const admin = await newAdmin();
    const service = await newService(server, admin, ['DIRECTORY_WRITE']);
    const retired = user('retired', { role: 'ADMIN', active: false });
    await sync(admin, { users: [retired, user('ada')] });
    for (const [directory, ...paths] of [
      [{ users: [user('ada')] }, ['users']],
      [{ users: [] }, ['users']],
      [{ users: [retired, { ...root, role: 'MEMBER' }] }, ['users', '1', 'role']],
      [{ users: [{ ...root, active: false }, user('ada')], complete: false }, ['users', '0', 'active']],
      [
        { users: [{ ...root, role: 'MEMBER', active: false }], complete: false },
        ['users', '0', 'role'],
        ['users', '0', 'active'],
      ],
    ] as const satisfies readonly (readonly [Directory, ...string[][]])[]) {
      for (const dryRun of [true, false]) {
        const { userErrors } = await syncWhole(service, { ...directory, dryRun });
        expect(userErrors.map(({ code, field }) => [code, field]).sort()).toEqual(
          paths.map((path) => ['INVALID', ['input', ...path]]).sort(),
        );
      }
      expect(await statusOf(admin)).toBe(200);
    }
    // With another one in the same call they can go.
    expect(await syncWhole(service, { users: [user('ada', { role: 'ADMIN' })] })).toEqual(counts(2, 1, 0));
    expect(await statusOf(admin)).toBe(401);
    expect(await signIn({ sub: 'ada', org: admin.org })).toMatchObject({ role: 'ADMIN' });
  });

  test('is whoever asks, who does not leave themselves out', async () => {
    const admin = await newAdmin();
    await sync(admin, { users: [user('ada', { role: 'ADMIN' })] });
    expect(await syncWhole(admin, { users: [user('ada', { role: 'ADMIN' })] })).toEqual(refusedAt(['users']));
    expect(await statusOf(admin)).toBe(200);
  });

  test('is needed only where there was one', async () => {
    const admin = await newAdmin();
    const service = await newService(server, admin, ['DIRECTORY_WRITE']);
    await sync(service, { users: [user('ada')] });
    await setActive(server, admin, false);
    expect(await syncWhole(service, {})).toEqual(counts(1, 1, 0));
  });
});

describe('a dry run', () => {
  test('says what the call would, refusals included, and changes nothing', async () => {
    const admin = await newAdmin();
    const ada = await person(server, { sub: 'ada', org: admin.org, teams: ['core', 'renamed'] });
    const workspace = await createWorkspace(server, ada);
    await giveToTeam(server, [workspace], 'renamed');
    await sync(admin, { users: [user('bob')], teams: [team('t1', ['bob'], 'One')] });
    for (const directory of [
      { users: [root, user('cyd')], teams: [team('t1', ['cyd'], 'renamed'), team('t2', ['cyd'], 'CORE')] },
      { users: [root, user('bob', { active: false })], complete: false },
      { users: [user('eve')] },
      { users: [root], teams: [team('t1', ['nobody'])] },
    ]) {
      const before = await databaseContent(server.database);
      const dry = await syncWhole(admin, { ...directory, dryRun: true });
      expect(await databaseContent(server.database)).toEqual(before);
      expect(await syncWhole(admin, directory)).toEqual(dry);
    }
  });
});
