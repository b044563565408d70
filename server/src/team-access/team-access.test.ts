import { describe, expect, test } from '@jest/globals';
import { databaseContent } from '../testing/database-content.js';
import {
  changed,
  type DirectoryUser,
  events,
  kept,
  newAdmin,
  refused,
  signIn,
  statusOf,
  sync,
  team,
  teamsOf,
  user,
  viewerOf,
} from '../testing/directory.js';
import { auditEvents, createWorkspace, newService, run } from '../testing/fixtures.js';
import { toGlobalId } from '../testing/ids.js';
import { giveToTeam, uuidOf } from '../testing/rows.js';
import { changesOfAnybody, recordStatements } from '../testing/statements.js';
import { person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

describe('a sync', () => {
  test('makes the users and teams that it names, who then sign in as those people', async () => {
    const admin = await newAdmin();
    const directory = {
      users: [user('ada', { name: 'Ada', role: 'ADMIN' }), user('bob'), user('gone', { email: '', active: false })],
      teams: [team('t1', ['ada', 'bob'], 'Core'), team('t2', [], 'Empty'), team('t3', ['root', 'bob', 'bob'], 'Ops')],
    } as const;
    expect(await sync(admin, directory)).toEqual(changed(3, 3));
    const { users, teams } = await kept(admin.org);
    expect(users).toEqual([
      { subject: 'ada', name: 'Ada', email: 'ada@example.com', role: 'ADMIN', active: true },
      { subject: 'bob', name: 'bob', email: 'bob@example.com', role: 'MEMBER', active: true },
      { subject: 'gone', name: 'gone', email: '', role: 'MEMBER', active: false },
    ]);
    expect(teams.map(({ id, ...rest }) => rest)).toEqual([
      { name: 'Core', externalId: 't1', subjects: ['ada', 'bob'] },
      { name: 'Empty', externalId: 't2', subjects: [] },
      { name: 'Ops', externalId: 't3', subjects: ['bob', 'root'] },
    ]);
    expect(await signIn({ sub: 'ada', org: admin.org })).toMatchObject({ name: 'Ada', role: 'ADMIN', teams: ['Core'] });
    expect((await kept(admin.org)).users).toHaveLength(3);
  });

  test('brings in line what it names and leaves everything else', async () => {
    const admin = await newAdmin();
    await sync(admin, {
      users: [user('ada'), user('bob'), user('cid', { role: 'ADMIN' })],
      teams: [team('one', ['ada', 'bob']), team('two', ['ada', 'bob', 'cid'])],
    });
    const before = await kept(admin.org);
    expect(
      await sync(admin, { users: [user('bob', { name: 'Bob', role: 'ADMIN' })], teams: [team('one', ['cid', 'bob'])] }),
    ).toEqual(changed(1, 1));
    const after = await kept(admin.org);
    expect(after.users).toEqual(
      before.users.map((each) => (each.subject === 'bob' ? { ...each, name: 'Bob', role: 'ADMIN' } : each)),
    );
    expect(after.teams).toEqual(
      before.teams.map((each) => (each.name === 'one' ? { ...each, subjects: ['bob', 'cid'] } : each)),
    );
  });

  test('knows the people and teams of tokens: they keep their ids, and a team that only tokens named is taken over', async () => {
    const admin = await newAdmin();
    const ada = await person(server, { sub: 'ada', org: admin.org, teams: ['Core'] });
    const workspaceId = await createWorkspace(server, ada);
    await giveToTeam(server, [workspaceId], 'Core');
    const [before] = (await kept(admin.org)).teams;
    expect(before).toMatchObject({ externalId: null, subjects: ['ada'] });

    expect(await sync(admin, { users: [user('ada'), user('bob')], teams: [team('t1', ['bob'], 'Core')] })).toEqual(
      changed(2, 1),
    );
    expect((await kept(admin.org)).teams).toEqual([{ ...before, externalId: 't1', subjects: ['bob'] }]);
    expect((await viewerOf(ada)).id).toBe(ada.id);
    const bob = await person(server, { sub: 'bob', org: admin.org });
    const query = 'query ($id: ID!) { workspace(id: $id) { id } }';
    expect(await run(server, bob, query, { id: workspaceId })).toEqual({ workspace: { id: workspaceId } });
  });

  test('keeps subjects and ids of teams to the letter, and normalizes names and addresses', async () => {
    const admin = await newAdmin();
    await sync(admin, {
      users: [user('Ada', { name: ' Ada Cafe\u0301 ', email: ' ada@example.com ' }), user('ada'), user('ada ')],
      teams: [team(' T', ['ada ', 'Ada'], ' Cafe\u0301 '), team('T', ['ada'], 'Other')],
    });
    const { users, teams } = await kept(admin.org);
    expect(users.map(({ subject, name, email }) => [subject, name, email])).toEqual([
      ['Ada', 'Ada Caf\u00e9', 'ada@example.com'],
      ['ada', 'ada', 'ada@example.com'],
      ['ada ', 'ada', 'ada @example.com'],
    ]);
    expect(teams.map(({ name, externalId, subjects }) => [name, externalId, subjects])).toEqual([
      ['Caf\u00e9', ' T', ['Ada', 'ada ']],
      ['Other', 'T', ['ada']],
    ]);
  });

  test('of the same input twice changes nothing, writes nothing and tells of nothing', async () => {
    const admin = await newAdmin();
    const directory = {
      users: [user('ada', { name: ' Ada ', role: 'ADMIN' }), user('bob', { active: false })],
      teams: [team('one', ['bob', 'ada', 'bob'], ' One'), team('two', [])],
    } as const;
    expect(await sync(admin, directory)).toEqual(changed(2, 2));
    const before = await databaseContent(server.database);
    for (const same of [directory, { users: [...directory.users].reverse(), teams: [...directory.teams].reverse() }]) {
      const { result, statements } = await recordStatements(() => sync(admin, same));
      expect(result).toEqual(changed(0, 0));
      // Beside the mark that a sync waits, and the note that the directory has had its word.
      expect(statements.filter((text) => /^\s*(INSERT|UPDATE|DELETE)/.test(text))).toEqual([
        expect.stringContaining('SET sync_wanted_until'),
        expect.stringContaining('SET synced_at'),
      ]);
    }
    expect(await databaseContent(server.database)).toEqual(before);
  });

  test('of nothing changes nothing', async () => {
    expect(await sync(await newAdmin(), {})).toEqual(changed(0, 0));
  });

  test('needs as many statements for two hundred users and teams as for two', async () => {
    const admin = await newAdmin();
    const count = async (size: number, prefix: string) => {
      const subjects = Array.from({ length: size }, (_, index) => `${prefix}${index}`);
      const directory = {
        users: subjects.map((subject) => user(subject)),
        teams: subjects.map((subject) => team(subject, subjects.slice(0, 5))),
      };
      const first = await recordStatements(() => sync(admin, directory));
      const second = await recordStatements(() =>
        sync(admin, {
          users: directory.users.map((each) => ({ ...each, active: false })),
          teams: directory.teams.map((each) => ({ ...each, name: `new ${each.name}`, subjects: [] })),
        }),
      );
      expect(changesOfAnybody([...first.statements, ...second.statements])).toEqual([]);
      return [first.statements.length, second.statements.length];
    };
    expect(await count(200, 'many')).toEqual(await count(2, 'few'));
  });
});

describe('names of teams', () => {
  test('change, are exchanged by two and go round in a circle, within one call', async () => {
    const admin = await newAdmin();
    await sync(admin, {
      users: [user('ada'), user('bob'), user('cid')],
      teams: [team('1', ['ada'], 'A'), team('2', ['bob'], 'B'), team('3', ['cid'], 'C')],
    });
    const ids = Object.fromEntries((await kept(admin.org)).teams.map((each) => [each.externalId, each.id]));
    const renamed = (...names: readonly [string, string, string]) =>
      sync(admin, {
        teams: [team('1', ['ada'], names[0]), team('2', ['bob'], names[1]), team('3', ['cid'], names[2])],
      });

    expect(await renamed('A', 'B', 'D')).toEqual(changed(0, 1));
    expect(await renamed('B', 'A', 'D')).toEqual(changed(0, 2));
    expect(await renamed('A', 'D', 'B')).toEqual(changed(0, 3));
    expect(await teamsOf(admin.org)).toEqual({ A: ['ada'], B: ['cid'], D: ['bob'] });
    const after = (await kept(admin.org)).teams;
    expect(Object.fromEntries(after.map((each) => [each.externalId, each.id]))).toEqual(ids);
  });

  test('that one team gives up, a new one can take in the same call', async () => {
    const admin = await newAdmin();
    await sync(admin, { users: [user('ada'), user('bob')], teams: [team('1', ['ada'], 'A')] });
    expect(await sync(admin, { teams: [team('2', ['bob'], 'A'), team('1', ['ada'], 'B')] })).toEqual(changed(0, 2));
    expect(await teamsOf(admin.org)).toEqual({ A: ['bob'], B: ['ada'] });
  });

  test('that another team of the directory keeps are refused with their place', async () => {
    const admin = await newAdmin();
    await sync(admin, { teams: [team('1', [], 'A'), team('2', [], 'B')] });
    const before = await databaseContent(server.database);
    expect(await sync(admin, { users: [user('new')], teams: [team('3', [], 'C'), team('4', [], ' A')] })).toEqual(
      refused('TAKEN', ['teams', '1', 'name']),
    );
    expect(await databaseContent(server.database)).toEqual(before);
    // In another case it is the same name.
    expect(await sync(admin, { teams: [team('4', [], 'a')] })).toEqual(refused('TAKEN', ['teams', '0', 'name']));
  });

  test('that tokens brought first are the renamed team: it takes over their workspaces and ends their team', async () => {
    const admin = await newAdmin();
    await sync(admin, { users: [user('ada'), user('bob')], teams: [team('1', ['ada'], 'Old')] });
    const bob = await person(server, { sub: 'bob', org: admin.org, teams: ['New'] });
    const workspaceId = await createWorkspace(server, bob);
    await giveToTeam(server, [workspaceId], 'New');
    const merged = (await kept(admin.org)).teams.find(({ name }) => name === 'New');
    const { result, statements } = await recordStatements(() =>
      sync(admin, { teams: [team('1', ['ada', 'bob'], 'New')] }),
    );
    expect(result).toEqual(changed(0, 1));
    expect(changesOfAnybody(statements)).toEqual([]);
    expect(await teamsOf(admin.org)).toEqual({ New: ['ada', 'bob'] });
    const { workspace } = await run<{ workspace: { owner: { id: string; name: string }; version: number } }>(
      server,
      bob,
      'query ($id: ID!) { workspace(id: $id) { owner { id name } version } }',
      { id: workspaceId },
    );
    expect(workspace).toEqual({ owner: { id: expect.stringMatching(/^team_/), name: 'New' }, version: 2 });
    expect((await auditEvents(server, workspaceId)).at(-1)).toMatchObject({
      action: 'workspace.ownership_transferred',
      changes: [{ field: 'owner', before: expect.stringMatching(/^team_/), after: workspace.owner.id }],
    });
    expect((await events(admin.org)).filter(({ action }) => action === 'team.merged')).toMatchObject([
      {
        actor: uuidOf(admin.id),
        target: toGlobalId('Team', merged?.id ?? ''),
        changes: [{ field: 'mergedInto', before: null, after: workspace.owner.id }],
      },
    ]);
    expect(await sync(admin, { teams: [team('1', ['ada', 'bob'], 'New')] })).toEqual(changed(0, 0));
  });

  test('are an organization’s own', async () => {
    const [one, other] = [await newAdmin(), await newAdmin()];
    const directory = { users: [user('ada')], teams: [team('1', ['ada'], 'A')] };
    expect(await sync(one, directory)).toEqual(changed(1, 1));
    expect(await sync(other, directory)).toEqual(changed(1, 1));
    expect(await sync(one, { users: [user('ada', { active: false })], teams: [team('1', [], 'B')] })).toEqual(
      changed(1, 1),
    );
    expect(await teamsOf(other.org)).toEqual({ A: ['ada'] });
    expect((await kept(other.org)).users[0]).toMatchObject({ active: true });
  });
});

describe('who may', () => {
  test('an admin of the organization and a service with the scope, and nobody else', async () => {
    const admin = await newAdmin();
    const directory = { users: [user('ada')], teams: [team('1', ['ada'])] };
    const others = [
      await person(server, { sub: 'member', org: admin.org }),
      await newService(server, admin, ['WORKSPACES_READ', 'WORKSPACES_WRITE', 'GATEWAY']),
    ];
    await Promise.all(others.map((who) => statusOf(who)));
    const before = await databaseContent(server.database);
    for (const who of others) {
      // Whatever the input: it is not looked at.
      for (const input of [directory, { users: [user('')] }]) {
        expect(await sync(who, input)).toEqual({
          usersChanged: 0,
          teamsChanged: 0,
          userErrors: [{ code: 'FORBIDDEN', message: expect.any(String), field: null }],
        });
      }
    }
    expect(await databaseContent(server.database)).toEqual(before);

    const service = await newService(server, admin, ['DIRECTORY_WRITE']);
    expect(await sync(service, directory)).toEqual(changed(1, 1));
    expect((await events(admin.org)).map(({ action, kind, actor }) => [action, kind, actor])).toEqual([
      ['user.created', 'SERVICE', uuidOf(service.id)],
      ['team.created', 'SERVICE', uuidOf(service.id)],
    ]);
    expect(await sync(admin, directory)).toEqual(changed(0, 0));
  });
});

describe('access is not one’s own to give or to keep', () => {
  /** Whoever made the token of the service, with the role and standing that they have now. */
  async function serviceOf(more: Partial<DirectoryUser>) {
    const admin = await newAdmin();
    const maker = await person(server, { sub: 'maker', org: admin.org, org_role: 'admin' });
    const service = await newService(server, maker, ['DIRECTORY_WRITE']);
    await sync(admin, { users: [user('maker', more)] });
    return { admin, service };
  }

  test.each([
    ['in, who was set inactive', { role: 'ADMIN', active: false }, { role: 'ADMIN' }, ['active']],
    ['up to admin', { role: 'MEMBER' }, { role: 'ADMIN' }, ['role']],
    ['in and up', { active: false }, { role: 'ADMIN' }, ['role', 'active']],
  ] as const)('a service does not let the person who made its token back %s', async (_case, now, wanted, fields) => {
    const { admin, service } = await serviceOf(now);
    await statusOf(service);
    const before = await databaseContent(server.database);
    const directory = { users: [user('new'), user('maker', wanted)], teams: [team('1', ['new'])] };
    const answer = await sync(service, directory);
    expect(answer).toEqual(refused('FORBIDDEN', ...fields.map((field) => ['users', '1', field])));
    expect(await databaseContent(server.database)).toEqual(before);
    expect(await sync(admin, directory)).toEqual(changed(2, 1));
  });

  test('a service changes everything else about them, and does so with a token of somebody else', async () => {
    const { admin, service } = await serviceOf({ role: 'ADMIN' });
    expect(await sync(service, { users: [user('maker', { name: 'M', role: 'ADMIN' })] })).toEqual(changed(1, 0));
    expect(await sync(service, { users: [user('maker', { active: false })] })).toEqual(changed(1, 0));
    const other = await newService(server, admin, ['DIRECTORY_WRITE']);
    expect(await sync(other, { users: [user('maker', { role: 'ADMIN' })] })).toEqual(changed(1, 0));
  });

  test.each([
    ['sets themselves inactive', { role: 'ADMIN', active: false }, 'active'],
    ['takes their own admin role', {}, 'role'],
  ] as const)('nobody %s', async (_case, more, field) => {
    const admin = await newAdmin();
    const other = await person(server, { sub: 'other', org: admin.org, org_role: 'admin' });
    const directory = { users: [user('new'), user('root', more)] };
    const before = await databaseContent(server.database);
    expect(await sync(admin, directory)).toEqual(refused('INVALID', ['users', '1', field]));
    expect(await databaseContent(server.database)).toEqual(before);
    expect(await sync(other, directory)).toEqual(changed(2, 0));
  });
});

describe('the audit log', () => {
  test('has one event for each user and team that changed, with what changed and nothing else', async () => {
    const admin = await newAdmin();
    await sync(admin, {
      users: [user('ada'), user('bob'), user('cid')],
      teams: [team('1', ['ada', 'bob'], 'One'), team('2', [], 'Two')],
    });
    const made = await events(admin.org);
    expect(made.map(({ action }) => action)).toEqual([
      'user.created',
      'user.created',
      'user.created',
      'team.created',
      'team.created',
    ]);
    const [ada = '', bob = '', cid = '', one = ''] = made.map(({ target }) => target);
    const isNew = (field: string, after: unknown) => ({ field, before: null, after });
    expect(made[0]?.changes).toEqual([
      isNew('subject', 'ada'),
      isNew('name', 'ada'),
      isNew('email', 'ada@example.com'),
      isNew('organizationRole', 'MEMBER'),
      isNew('active', true),
    ]);
    expect(made[3]?.changes).toEqual([
      isNew('externalId', '1'),
      isNew('name', 'One'),
      { field: 'users', before: [], after: [ada, bob] },
    ]);
    expect(made[4]?.changes).toEqual([isNew('externalId', '2'), isNew('name', 'Two')]);
    for (const { kind, actor } of made) expect([kind, actor]).toEqual(['USER', uuidOf(admin.id)]);

    await sync(admin, {
      users: [user('ada'), user('bob', { role: 'ADMIN', active: false, email: '' })],
      teams: [team('1', ['cid', 'bob'], 'Uno'), team('2', [], 'Two')],
    });
    expect((await events(admin.org)).slice(5)).toMatchObject([
      {
        action: 'user.updated',
        target: bob,
        changes: [
          { field: 'email', before: 'bob@example.com', after: '' },
          { field: 'organizationRole', before: 'MEMBER', after: 'ADMIN' },
          { field: 'active', before: true, after: false },
        ],
      },
      {
        action: 'team.updated',
        target: one,
        changes: [
          { field: 'name', before: 'One', after: 'Uno' },
          { field: 'users', before: [ada], after: [cid] },
        ],
      },
    ]);
  });
});
