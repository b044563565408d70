import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { toGlobalId } from '../graphql/ids.js';
import { databaseContent } from '../testing/database-content.js';
import { eventually } from '../testing/eventually.js';
import {
  auditEvents,
  breakAudit,
  createKey,
  createWorkspace,
  giveToTeam,
  mutate,
  newService,
  run,
  setRole,
  uuidOf,
  workspaceInput,
} from '../testing/fixtures.js';
import { changesOfAnybody, recordStatements } from '../testing/statements.js';
import {
  newOrganization,
  type Person,
  person,
  signToken,
  startTestServer,
  type TestServer,
  type TokenClaims,
} from '../testing/test-server.js';
import { connect, untilWaiting } from '../testing/waiting.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

interface DirectoryUser {
  readonly subject: string;
  readonly name: string;
  readonly email: string;
  readonly role?: 'ADMIN' | 'MEMBER';
  readonly active?: boolean;
}

interface DirectoryTeam {
  readonly externalId: string;
  readonly name: string;
  readonly subjects: readonly string[];
}

interface Directory {
  readonly users?: readonly DirectoryUser[];
  readonly teams?: readonly DirectoryTeam[];
}

function user(subject: string, more: Partial<DirectoryUser> = {}): DirectoryUser {
  return { subject, name: subject, email: `${subject}@example.com`, ...more };
}

function team(externalId: string, subjects: readonly string[] = [], name = externalId): DirectoryTeam {
  return { externalId, name, subjects };
}

function sync(who: Person, directory: Directory) {
  return mutate<{ usersChanged: number; teamsChanged: number }>(server, who, {
    name: 'syncTeamAccess',
    input: { users: [], teams: [], ...directory },
    fields: 'usersChanged teamsChanged',
  });
}

const changed = (usersChanged: number, teamsChanged: number) => ({ usersChanged, teamsChanged, userErrors: [] });
const refused = (code: string, ...paths: readonly (readonly string[])[]) => ({
  usersChanged: 0,
  teamsChanged: 0,
  userErrors: paths.map((path) => ({ code, message: expect.any(String), field: ['input', ...path] })),
});

async function newAdmin(org = newOrganization()): Promise<Person & { readonly org: string }> {
  return { ...(await person(server, { sub: 'root', org, name: 'Root', org_role: 'admin' })), org };
}

/** The organization as the tables have it, without the admin that the tests begin with. */
async function kept(org: string) {
  const [users, teams] = await Promise.all([
    server.database.rows<{ subject: string; name: string; email: string; role: string; active: boolean }>({
      text: `SELECT u.subject, u.name, u.email, u.organization_role AS role, u.active
        FROM users u JOIN organizations o ON o.id = u.organization_id
        WHERE o.external_id = $1 AND u.subject <> 'root' ORDER BY u.subject COLLATE "C"`,
      values: [org],
    }),
    server.database.rows<{ id: string; name: string; externalId: string | null; subjects: string[] }>({
      text: `SELECT t.id, t.name, t.external_id AS "externalId", ARRAY(
          SELECT u.subject FROM team_memberships tm JOIN users u ON u.id = tm.user_id
          WHERE tm.team_id = t.id ORDER BY u.subject COLLATE "C"
        ) AS subjects
        FROM teams t JOIN organizations o ON o.id = t.organization_id
        WHERE o.external_id = $1 ORDER BY t.name COLLATE "C"`,
      values: [org],
    }),
  ]);
  return { users, teams };
}

async function teamsOf(org: string): Promise<Record<string, readonly string[]>> {
  return Object.fromEntries((await kept(org)).teams.map(({ name, subjects }) => [name, subjects]));
}

/** Audit events of the organization that have no workspace, oldest first; those of one call in the order of its input. */
async function events(org: string) {
  return server.database.rows<{ action: string; kind: string; actor: string; target: string; changes: object[] }>({
    text: `SELECT e.action, e.actor_kind AS kind, e.actor_id AS actor, e.target_id AS target, e.changes
      FROM audit_events e JOIN organizations o ON o.id = e.organization_id
      WHERE o.external_id = $1 AND e.workspace_id IS NULL AND e.action !~ '^service_token' ORDER BY e.id`,
    values: [org],
  });
}

function secondsAgo(seconds: number): number {
  return Math.floor(Date.now() / 1_000) - seconds;
}

interface Viewer {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly teams: readonly string[];
  readonly active: string | null;
}

async function viewerOf(who: Pick<Person, 'token'>): Promise<Viewer> {
  const { viewer } = await run<{
    viewer: {
      user: { id: string; name: string };
      organizationRole: string;
      teams: { name: string }[];
      activeWorkspace: { id: string } | null;
    };
  }>(
    server,
    { id: '', ...who },
    '{ viewer { user { id name } organizationRole teams { name } activeWorkspace { id } } }',
  );
  return {
    ...viewer.user,
    role: viewer.organizationRole,
    teams: viewer.teams.map(({ name }) => name),
    active: viewer.activeWorkspace?.id ?? null,
  };
}

/** A token that is like no other, so that nothing is remembered of it. */
let tokens = 0;
async function newToken(claims: TokenClaims): Promise<{ readonly token: string }> {
  tokens += 1;
  return { token: await signToken(claims, `${600 + tokens}s`) };
}

async function signIn(claims: TokenClaims): Promise<Viewer> {
  return viewerOf(await newToken(claims));
}

async function statusOf(who: Pick<Person, 'token'>): Promise<number> {
  return (await server.request({ token: who.token, query: '{ __typename }' })).status;
}

function select(who: Person, workspaceId: string) {
  return mutate<{ workspace: { id: string } | null }>(server, who, {
    name: 'selectWorkspace',
    input: { workspaceId },
    fields: 'workspace { id }',
  });
}

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
      // Beside the note that the directory has had its word.
      expect(statements.filter((text) => /^\s*(INSERT|UPDATE|DELETE)/.test(text))).toEqual([
        expect.stringContaining('SET directory_synced_at'),
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
    // In other case it is another name.
    expect(await sync(admin, { teams: [team('4', [], 'a')] })).toEqual(changed(0, 1));
  });

  test('that tokens brought first are the renamed team: it takes over their workspaces and ends their team', async () => {
    const admin = await newAdmin();
    await sync(admin, { users: [user('ada'), user('bob')], teams: [team('1', ['ada'], 'Old')] });
    const bob = await person(server, { sub: 'bob', org: admin.org, teams: ['New'], iat: secondsAgo(-2) });
    const workspaceId = await createWorkspace(server, bob);
    await giveToTeam(server, [workspaceId], 'New');
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

describe('a call is refused whole, with the place of what is wrong', () => {
  const long = 'x'.repeat(256);
  test.each<[string, Directory, string, readonly (readonly string[])[]]>([
    ['an empty subject', { users: [user('a'), user('', { name: 'x' })] }, 'INVALID', [['users', '1', 'subject']]],
    ['a subject of spaces', { users: [user('  ', { name: 'x' })] }, 'INVALID', [['users', '0', 'subject']]],
    [
      'a subject of 256 characters',
      { users: [user(long, { name: 'x', email: '' })] },
      'INVALID',
      [['users', '0', 'subject']],
    ],
    [
      'a subject with NUL',
      { users: [user('a\0', { email: '' })] },
      'INVALID',
      [
        ['users', '0', 'subject'],
        ['users', '0', 'name'],
      ],
    ],
    ['half a character in a name', { users: [user('a', { name: '\ud83e' })] }, 'INVALID', [['users', '0', 'name']]],
    ['an empty name', { users: [user('a', { name: ' ' })] }, 'INVALID', [['users', '0', 'name']]],
    ['a name of 256 characters', { users: [user('a', { name: long })] }, 'INVALID', [['users', '0', 'name']]],
    ['a line break in an address', { users: [user('a', { email: 'a\nb' })] }, 'INVALID', [['users', '0', 'email']]],
    ['an address of 256 characters', { users: [user('a', { email: long })] }, 'INVALID', [['users', '0', 'email']]],
    [
      'a subject twice',
      { users: [user('a'), user('b'), user('a', { name: 'x' })] },
      'INVALID',
      [['users', '2', 'subject']],
    ],
    ['an empty id of a team', { teams: [team('', [], 'A')] }, 'INVALID', [['teams', '0', 'externalId']]],
    ['an id of 256 characters', { teams: [team(long, [], 'A')] }, 'INVALID', [['teams', '0', 'externalId']]],
    ['an empty name of a team', { teams: [team('1', [], ' ')] }, 'INVALID', [['teams', '0', 'name']]],
    ['a tab in a name of a team', { teams: [team('1', [], 'a\tb')] }, 'INVALID', [['teams', '0', 'name']]],
    [
      'an id of a team twice',
      { teams: [team('1', [], 'A'), team('1', [], 'B')] },
      'INVALID',
      [['teams', '1', 'externalId']],
    ],
    [
      'a name of a team twice',
      { teams: [team('1', [], 'A'), team('2', [], 'A ')] },
      'INVALID',
      [['teams', '1', 'name']],
    ],
    [
      'NUL in a subject of a team',
      { teams: [team('1', ['root', 'a\0'])] },
      'INVALID',
      [['teams', '0', 'subjects', '1']],
    ],
    [
      'subjects of nobody',
      { users: [user('a')], teams: [team('1', ['a', 'root']), team('2', ['nobody', 'a', 'A'])] },
      'NOT_FOUND',
      [
        ['teams', '1', 'subjects', '0'],
        ['teams', '1', 'subjects', '2'],
      ],
    ],
  ])('%s', async (_case, directory, code, paths) => {
    const admin = await newAdmin();
    const before = await databaseContent(server.database);
    expect(await sync(admin, directory)).toEqual(refused(code, ...paths));
    expect(await databaseContent(server.database)).toEqual(before);
  });

  test('a subject of another organization is nobody’s', async () => {
    const admin = await newAdmin();
    await person(server, { sub: 'stranger', org: newOrganization() });
    expect(await sync(admin, { teams: [team('1', ['stranger'])] })).toEqual(
      refused('NOT_FOUND', ['teams', '0', 'subjects', '0']),
    );
  });

  test('everything that is wrong is told at once, up to a hundred findings', async () => {
    const admin = await newAdmin();
    const few = await sync(admin, {
      users: [user('', { name: '', email: long })],
      teams: [team('', ['', 'a'], ''), team('1', ['nobody'], 'A'), team('1', [], 'A')],
    });
    expect(few.userErrors.map(({ field }) => field?.slice(1).join('.'))).toEqual([
      'users.0.subject',
      'users.0.name',
      'users.0.email',
      'teams.0.externalId',
      'teams.0.name',
      'teams.0.subjects.0',
      'teams.2.externalId',
      'teams.2.name',
    ]);
    const many = await sync(admin, { users: Array.from({ length: 300 }, () => user('a')) });
    expect(many.userErrors).toHaveLength(100);
    const nobody = Array.from({ length: 300 }, (_, index) => `nobody ${index}`);
    expect((await sync(admin, { teams: [team('1', nobody)] })).userErrors).toHaveLength(100);
  });

  test.each<[string, () => Directory, string]>([
    ['10,001 users', () => ({ users: Array.from({ length: 10_001 }, (_, index) => user(`u${index}`)) }), 'users'],
    ['10,001 teams', () => ({ teams: Array.from({ length: 10_001 }, (_, index) => team(`t${index}`)) }), 'teams'],
    [
      '100,001 places',
      () => ({ teams: Array.from({ length: 11 }, (_, index) => team(`t${index}`, new Array(9_091).fill('root'))) }),
      'teams',
    ],
  ])('%s are more than a call takes', async (_case, directory, field) => {
    expect(await sync(await newAdmin(), directory())).toEqual(refused('LIMIT_REACHED', [field]));
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

  test('that can not be written takes the whole sync with it', async () => {
    const admin = await newAdmin();
    await sync(admin, { users: [user('ada')], teams: [team('1', ['ada'])] });
    const before = await databaseContent(server.database);
    const mend = await breakAudit(server, admin.org);
    const { data, errors } = await server.request({
      token: admin.token,
      query: 'mutation ($input: SyncTeamAccessInput!) { syncTeamAccess(input: $input) { usersChanged } }',
      variables: { input: { users: [user('ada', { active: false }), user('bob')], teams: [team('1', [], 'New')] } },
    });
    await mend();
    expect([data, errors?.[0]?.extensions.code]).toEqual([{ syncTeamAccess: null }, 'INTERNAL_SERVER_ERROR']);
    expect(await databaseContent(server.database)).toEqual(before);
  });
});

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
    // As if that had been long ago.
    await server.database.rows({
      text: `WITH o AS (UPDATE organizations SET directory_synced_at = NULL WHERE external_id = $1 RETURNING id)
        UPDATE users u SET claims_issued_at = now() - interval '1 h' FROM o WHERE u.organization_id = o.id`,
      values: [org],
    });
    expect(await sync(admin, same)).toEqual(changed(0, 0));
    const older = { sub: 'ada', org, iat: secondsAgo(60), name: 'Ada', org_role: 'admin', teams: ['Core', 'More'] };
    expect(await signIn(older)).toMatchObject({ name: 'ada', role: 'MEMBER', teams: [] });
    expect((await kept(org)).users[0]).toEqual(known);
    // One that is younger has its word again.
    expect(await signIn({ ...older, iat: secondsAgo(-60) })).toMatchObject({ name: 'Ada', role: 'ADMIN' });
  });

  test('when the sync ends between the look at the person and the change of them', async () => {
    const { org } = await newAdmin();
    await signIn({ sub: 'ada', org, iat: secondsAgo(60) });
    const [syncing, watcher] = [await connect(server.databaseUrl), await connect(server.databaseUrl)];
    await syncing.query('BEGIN; LOCK TABLE organizations IN SHARE ROW EXCLUSIVE MODE');
    await syncing.query('UPDATE organizations SET directory_synced_at = now() WHERE external_id = $1', [org]);
    const signingIn = signIn({ sub: 'ada', org, iat: secondsAgo(30), org_role: 'admin' });
    await untilWaiting(watcher);
    await syncing.query('COMMIT');
    await Promise.all([syncing.end(), watcher.end()]);
    expect((await signingIn).role).toBe('MEMBER');
  });

  test('while a younger one still has the last word', async () => {
    const { org, ...admin } = await newAdmin();
    await sync(admin, { users: [user('ada')], teams: [team('1', ['ada'], 'Core')] });
    await server.database.rows({
      text: `UPDATE users SET claims_issued_at = claims_issued_at - interval '10 s' WHERE subject = 'ada'`,
      values: [],
    });
    await server.database.rows({
      text: `UPDATE organizations SET directory_synced_at = directory_synced_at - interval '10 s' WHERE external_id = $1`,
      values: [org],
    });
    expect(await signIn({ sub: 'ada', org, name: 'Ada', org_role: 'admin', teams: ['New'] })).toMatchObject({
      name: 'Ada',
      role: 'ADMIN',
      teams: ['New'],
    });
  });

  test('and a sync takes back no word that is younger still', async () => {
    const { org, ...admin } = await newAdmin();
    await signIn({ sub: 'ada', org });
    await server.database.rows({
      text: `UPDATE users SET claims_issued_at = now() + interval '1 h' WHERE subject = 'ada'`,
      values: [],
    });
    const issuedAt = () =>
      server.database.rows({
        text: `SELECT u.claims_issued_at FROM users u JOIN organizations o ON o.id = u.organization_id
          WHERE u.subject = 'ada' AND o.external_id = $1`,
        values: [org],
      });
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
    const tokens = [await person(server, { sub: 'ada', org }), await newToken({ sub: 'ada', org })];
    expect(await Promise.all(tokens.map(statusOf))).toEqual([200, 200]);
    expect(await sync(admin, { users: [user('ada', { active: false })] })).toEqual(changed(1, 0));
    expect(await Promise.all(tokens.map(statusOf))).toEqual([401, 401]);
    expect(await statusOf(await newToken({ sub: 'ada', org }))).toBe(401);
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

describe('at the same moment', () => {
  test('ten copies of a sync make each user and team once', async () => {
    const admin = await newAdmin();
    const directory = { users: [user('ada'), user('bob')], teams: [team('1', ['ada', 'bob'])] };
    const answers = await Promise.all(Array.from({ length: 10 }, () => sync(admin, directory)));
    expect(answers.filter(({ usersChanged }) => usersChanged === 2)).toEqual([changed(2, 1)]);
    expect(answers.filter(({ usersChanged }) => usersChanged === 0)).toHaveLength(9);
    expect(await events(admin.org)).toHaveLength(3);
  });

  test('syncs that cross each other, and sign-ins of the same people, all succeed', async () => {
    const { org, ...admin } = await newAdmin();
    const subjects = Array.from({ length: 40 }, (_, index) => `s${index}`);
    const names = ['a', 'b', 'c'] as const;
    await sync(admin, {
      users: subjects.map((subject) => user(subject)),
      teams: names.map((name) => team(name, subjects)),
    });
    const syncs = Array.from({ length: 12 }, (_, round) =>
      sync(admin, {
        users: subjects.map((_subject, index) => user(`s${(index * 7 + round) % 40}`, { name: `Round ${round}` })),
        teams: names.map((externalId, index) =>
          team(externalId, subjects.slice(round), names[(index + round) % 3] ?? externalId),
        ),
      }),
    );
    const signIns = subjects.flatMap((sub, index) =>
      [1, 2].map(async (round) =>
        statusOf({
          token: await signToken(
            { sub, org, teams: [names[(index + round) % 3] ?? 'a', `own ${index % 3}`] },
            `${round}m`,
          ),
        }),
      ),
    );
    for (const { userErrors } of await Promise.all(syncs)) expect(userErrors).toEqual([]);
    expect(new Set(await Promise.all(signIns))).toEqual(new Set([200]));
    expect(server.logLines.filter((line) => line.includes('unexpected error') && line.includes('deadlock'))).toEqual(
      [],
    );
  });

  describe('a team that becomes one with another', () => {
    /** A team of the directory, and one that tokens have named, which owns workspaces; in their order by id. */
    async function twoTeams() {
      const { org, ...admin } = await newAdmin();
      await sync(admin, { users: [user('ada')], teams: [team('1', ['ada'], 'Old')] });
      const ada = await person(server, { sub: 'ada', org, teams: ['New'], iat: secondsAgo(-2) });
      const ids = [await createWorkspace(server, admin), await createWorkspace(server, admin)].sort();
      const merge = () => sync(admin, { teams: [team('1', ['ada'], 'New')] });
      return { org, admin, ada, ids, merge };
    }

    async function withTwoConnections(work: (holder: pg.Client, watcher: pg.Client) => Promise<void>): Promise<void> {
      const [holder, watcher] = [await connect(server.databaseUrl), await connect(server.databaseUrl)];
      try {
        await work(holder, watcher);
      } finally {
        await Promise.all([holder.end(), watcher.end()]);
      }
    }

    const transferTo = (who: Person, workspaceId: string, ownerId: string, expectedVersion = 1) =>
      mutate<{ workspace: { owner: { id: string } } | null }>(server, who, {
        name: 'transferWorkspaceOwnership',
        input: { workspaceId, ownerId, expectedVersion },
        fields: 'workspace { owner { id } }',
      });

    async function teamId(org: string, name: string): Promise<string> {
      const found = (await kept(org)).teams.find((each) => each.name === name);
      return toGlobalId('Team', found?.id ?? '');
    }

    async function ownerOf(workspaceId: string): Promise<string | undefined> {
      const [row] = await server.database.rows<{ name: string }>({
        text: 'SELECT t.name FROM workspaces w JOIN teams t ON t.id = w.owner_team_id WHERE w.id = $1',
        values: [uuidOf(workspaceId)],
      });
      return row?.name;
    }

    test.each(['lower', 'higher'])(
      'gives its workspaces away in the order in which a review locks them, if the %s id lies first',
      async (which) => {
        const { admin, ids, merge } = await twoTeams();
        const [low = '', high = ''] = ids;
        const keys = await Promise.all(ids.map((workspaceId) => createKey(server, admin, { workspaceId })));
        const [first, last] = which === 'lower' ? [low, high] : [high, low];
        await giveToTeam(server, [first], 'New');
        // Written again until it lies where a walk through the table meets it last.
        await eventually(async () => {
          await giveToTeam(server, [last], 'New');
          const rows = await server.database.rows<{ id: string }>({
            text: 'SELECT id FROM workspaces WHERE id = ANY ($1::uuid[]) ORDER BY ctid',
            values: [ids.map(uuidOf)],
          });
          expect(rows.map(({ id }) => id)).toEqual([first, last].map(uuidOf));
        });
        await withTwoConnections(async (holder, watcher) => {
          await holder.query('BEGIN');
          await holder.query('SELECT FROM workspaces WHERE id = $1 FOR UPDATE', [uuidOf(high)]);
          const merging = merge();
          await untilWaiting(watcher, 1);
          const reviewing = mutate(server, admin, {
            name: 'reviewVirtualKeys',
            input: { decisions: keys.map(({ id }) => ({ virtualKeyId: id, decision: 'KEEP' })) },
            fields: 'virtualKeys { id }',
          });
          await untilWaiting(watcher, 2);
          await holder.query('COMMIT');
          expect(await merging).toEqual(changed(0, 1));
          expect((await reviewing).userErrors).toEqual([]);
        });
        expect(await Promise.all(ids.map(ownerOf))).toEqual(['New', 'New']);
      },
    );

    test('takes along a workspace that it is being given', async () => {
      const { org, admin, ids, merge } = await twoTeams();
      const [id = ''] = ids;
      const newOwner = await teamId(org, 'New');
      await withTwoConnections(async (holder, watcher) => {
        await holder.query('BEGIN; LOCK TABLE audit_events IN SHARE MODE');
        const transferring = transferTo(admin, id, newOwner);
        await untilWaiting(watcher, 1);
        const merging = merge();
        await untilWaiting(watcher, 2);
        await holder.query('COMMIT');
        const [transferred, merged] = await Promise.all([transferring, merging]);
        expect(transferred.userErrors).toEqual([]);
        expect(merged).toEqual(changed(0, 1));
      });
      expect(await ownerOf(id)).toBe('New');
      expect(await teamId(org, 'New')).not.toBe(newOwner);
    });

    test('is no owner to choose any more for who comes meanwhile', async () => {
      const { org, admin, ids, merge } = await twoTeams();
      const [id = ''] = ids;
      const newOwner = await teamId(org, 'New');
      await withTwoConnections(async (holder, watcher) => {
        await holder.query('BEGIN; LOCK TABLE audit_events IN SHARE MODE');
        const merging = merge();
        await untilWaiting(watcher, 1);
        const transferring = transferTo(admin, id, newOwner);
        await untilWaiting(watcher, 2);
        await holder.query('COMMIT');
        expect(await merging).toEqual(changed(0, 1));
        expect((await transferring).userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['input', 'ownerId'] }]);
      });
    });

    test('and a change of its workspace that has begun do not wait for each other for ever', async () => {
      const { admin, ada, ids, merge } = await twoTeams();
      const [id = ''] = ids;
      await giveToTeam(server, [id], 'New');
      await setRole(server, [id], ada, 'MEMBER');
      await withTwoConnections(async (holder, watcher) => {
        await holder.query('BEGIN; LOCK TABLE members IN SHARE MODE');
        const changing = mutate(server, admin, {
          name: 'updateWorkspaceSettings',
          input: { workspaceId: id, expectedVersion: 1, memberIds: [] },
          fields: 'workspace { id }',
        });
        await untilWaiting(watcher, 1);
        const merging = merge();
        await untilWaiting(watcher, 2);
        await holder.query('COMMIT');
        const [done, merged] = await Promise.all([changing, merging]);
        expect(done.userErrors).toEqual([]);
        expect(merged).toEqual(changed(0, 1));
      });
      expect(await ownerOf(id)).toBe('New');
    });

    test('and a transfer of its workspace to the other one do not wait for each other for ever', async () => {
      const { org, admin, ids, merge } = await twoTeams();
      const [id = ''] = ids;
      await giveToTeam(server, [id], 'New');
      const old = await teamId(org, 'Old');
      await withTwoConnections(async (holder, watcher) => {
        await holder.query('BEGIN');
        await holder.query('SELECT FROM workspaces WHERE id = $1 FOR UPDATE', [uuidOf(id)]);
        const merging = merge();
        await untilWaiting(watcher, 1);
        const transferring = transferTo(admin, id, old);
        await untilWaiting(watcher, 2);
        await holder.query('COMMIT');
        expect(await merging).toEqual(changed(0, 1));
        expect((await transferring).userErrors).toMatchObject([{ code: 'VERSION_CONFLICT' }]);
      });
      expect(await ownerOf(id)).toBe('New');
    });
  });

  test('a sign-in that names the same new team waits for the sync, and neither fails', async () => {
    const { org, ...admin } = await newAdmin();
    const ada = await person(server, { sub: 'ada', org });
    const [holder, watcher] = [await connect(server.databaseUrl), await connect(server.databaseUrl)];
    await holder.query('BEGIN');
    await holder.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [uuidOf(ada.id)]);
    const syncing = sync(admin, { users: [user('ada')], teams: [team('1', ['ada'], 'New')] });
    await untilWaiting(watcher, 1);
    const signingIn = signIn({ sub: 'bob', org, teams: ['New'] });
    expect(await Promise.race([signingIn, delay(300, 'waits')])).toBe('waits');
    await holder.query('COMMIT');
    await Promise.all([holder.end(), watcher.end()]);
    expect(await syncing).toEqual(changed(1, 1));
    expect((await signingIn).teams).toEqual(['New']);
    expect(await teamsOf(org)).toEqual({ New: ['ada', 'bob'] });
  });

  test('a person who signs in first while the directory makes them is made once', async () => {
    const { org, ...admin } = await newAdmin();
    const subjects = Array.from({ length: 60 }, (_, index) => `new ${index}`);
    const [synced, ...statuses] = await Promise.all([
      sync(admin, { users: subjects.map((subject) => user(subject)), teams: [team('1', subjects, 'Core')] }),
      ...subjects.map(async (sub) => statusOf({ token: await signToken({ sub, org, teams: ['Core'] }) })),
    ]);
    expect(synced.userErrors).toEqual([]);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const { users, teams } = await kept(org);
    expect([users.length, teams.length]).toEqual([60, 1]);
    expect(users.every(({ email }) => email.endsWith('@example.com'))).toBe(true);
  });
});

test('10,000 users in 10,000 teams are brought in line by one call, and the same again changes nothing', async () => {
  const admin = await newAdmin();
  const all = Array.from({ length: 10_000 }, (_, index) => index);
  const subjectOf = (index: number) => `subject-${index % 10_000}`;
  const directory = {
    users: all.map((index) => user(subjectOf(index), { name: `Person number ${index}` })),
    teams: all.map((index) =>
      team(
        `team-${index}`,
        Array.from({ length: 10 }, (_, place) => subjectOf(index * 7 + place * 13)),
        `Team ${index}`,
      ),
    ),
  };
  // Several times what a call takes where nothing else runs.
  const withinSeconds = async (call: Directory) => {
    const start = performance.now();
    const answer = await sync(admin, call);
    expect(performance.now() - start).toBeLessThan(15_000);
    return answer;
  };
  expect(await withinSeconds(directory)).toEqual(changed(10_000, 10_000));
  const before = await databaseContent(server.database);
  expect(await withinSeconds(directory)).toEqual(changed(0, 0));
  expect(await databaseContent(server.database)).toEqual(before);

  const next = {
    users: directory.users.map((each) => ({ ...each, active: false })),
    teams: directory.teams.map((each, index) => ({
      ...each,
      name: `Team ${(index + 1) % 10_000}`,
      subjects: each.subjects.slice(5),
    })),
  };
  expect(await withinSeconds(next)).toEqual(changed(10_000, 10_000));
}, 60_000);
