import { describe, expect, test } from '@jest/globals';
import { databaseContent } from '../testing/database-content.js';
import { createWorkspace, run } from '../testing/fixtures.js';
import { changeRows, giveToTeam, setActive } from '../testing/rows.js';
import { isSignIn, recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person, signToken, type TokenClaims } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { connect, holdObjects, untilWaiting } from '../testing/waiting.js';

useServer();

interface Viewer {
  readonly user: { readonly id: string; readonly name: string; readonly email: string };
  readonly organizationRole: string;
  readonly teams: readonly { readonly id: string; readonly name: string }[];
}

async function viewerOf(who: Pick<Person, 'token'>): Promise<Viewer> {
  const query = '{ viewer { user { id name email } organizationRole teams { id name } } }';
  return (await run<{ viewer: Viewer }>(server, { id: '', ...who }, query)).viewer;
}

async function signIn(claims: TokenClaims): Promise<Viewer> {
  return viewerOf({ token: await signToken(claims) });
}

type Seen = ReturnType<typeof seen>;

function seen({ user: { id, name, email }, organizationRole: role, teams }: Viewer) {
  return { id, name, email, role, teams: teams.map((team) => team.name) };
}

function namesOf(viewer: Viewer): string[] {
  return viewer.teams.map(({ name }) => name);
}

function secondsAgo(seconds: number): number {
  return Math.floor(Date.now() / 1_000) - seconds;
}

/** What the tables hold of an organization. */
async function kept(org: string) {
  const [row] = await server.database.rows<{ organizations: number; users: number; teams: number }>({
    text: `SELECT (SELECT count(*) FROM organizations WHERE external_id = $1)::integer AS organizations,
        (SELECT count(*) FROM users u JOIN organizations o ON o.id = u.organization_id
          WHERE o.external_id = $1)::integer AS users,
        (SELECT count(*) FROM teams t JOIN organizations o ON o.id = t.organization_id
          WHERE o.external_id = $1)::integer AS teams`,
    values: [org],
  });
  return row;
}

describe('at first sight', () => {
  test('a token makes its organization, its person and their teams', async () => {
    const org = newOrganization();
    const viewer = await signIn({
      sub: 'ada',
      org,
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      org_role: 'admin',
      teams: ['Core', 'Billing', 'Core'],
    });
    expect(viewer).toMatchObject({
      user: { name: 'Ada Lovelace', email: 'ada@example.com' },
      organizationRole: 'ADMIN',
    });
    expect(namesOf(viewer)).toEqual(['Billing', 'Core']);
    expect(await kept(org)).toEqual({ organizations: 1, users: 1, teams: 2 });
  });

  test('a token that says nothing more makes a member without teams, named by the subject', async () => {
    const viewer = await signIn({ sub: 'ada', org: newOrganization() });
    expect(viewer).toMatchObject({
      user: { name: 'ada', email: '' },
      organizationRole: 'MEMBER',
      teams: [],
    });
  });

  test('the same subject in two organizations is two people, and a team of one name is two teams', async () => {
    const claims = { sub: 'ada', teams: ['core'] };
    const here = await signIn({ ...claims, org: newOrganization() });
    const there = await signIn({ ...claims, org: newOrganization() });
    expect(here.user.id).not.toBe(there.user.id);
    expect(here.teams[0]?.id).not.toBe(there.teams[0]?.id);
  });

  test('people who name the same team share it', async () => {
    const org = newOrganization();
    const [ada, bob] = [
      await signIn({ sub: 'ada', org, teams: ['core'] }),
      await signIn({ sub: 'bob', org, teams: ['core', 'more'] }),
    ];
    expect(bob.teams[0]).toEqual(ada.teams[0]);
    expect(await kept(org)).toEqual({ organizations: 1, users: 2, teams: 2 });
  });

  test.each([
    ['a space', 'acme', 'acme '],
    ['the case', 'acme', 'Acme'],
    ['the Unicode form', 'caf\u00e9', 'cafe\u0301'],
  ])('organizations and subjects that differ only in %s are two', async (_difference, one, other) => {
    const org = newOrganization();
    const viewers = [
      await signIn({ sub: one, org: `${org}${one}` }),
      await signIn({ sub: one, org: `${org}${other}` }),
      await signIn({ sub: other, org: `${org}${one}` }),
    ];
    expect(new Set(viewers.map(({ user }) => user.id)).size).toBe(3);
    expect(await kept(`${org}${one}`)).toMatchObject({ organizations: 1, users: 2 });
    expect(await kept(`${org}${other}`)).toMatchObject({ organizations: 1, users: 1 });
  });

  test.each(['one token', 'as many tokens'])('a hundred requests at once with %s make one person', async (tokens) => {
    const org = newOrganization();
    // All of one moment, so that none has more to say than the first that arrives.
    const claims = { sub: 'ada', org, name: 'Ada', teams: ['b', 'a', 'c'], iat: secondsAgo(5) };
    const one = await signToken(claims);
    const all = await Promise.all(
      Array.from({ length: 100 }, () => (tokens === 'one token' ? one : signToken(claims))),
    );
    const viewers = await Promise.all(all.map((token) => viewerOf({ token })));
    expect(new Set(viewers.map(({ user }) => user.id)).size).toBe(1);
    for (const viewer of viewers) expect(namesOf(viewer)).toEqual(['a', 'b', 'c']);
    expect(await kept(org)).toEqual({ organizations: 1, users: 1, teams: 3 });
  });

  test('tokens of one person who is new, at once, are all taken in, each with what it alone says', async () => {
    const org = newOrganization();
    await signIn({ sub: 'bob', org });
    const iat = secondsAgo(5);
    const claims = [{ name: 'Ada' }, { email: 'ada@example.com' }, { org_role: 'admin' }, { teams: ['core'] }];
    await Promise.all(claims.map((more) => signIn({ sub: 'ada', org, iat, ...more })));
    expect(seen(await signIn({ sub: 'ada', org, iat }))).toMatchObject({
      name: 'Ada',
      email: 'ada@example.com',
      role: 'ADMIN',
      teams: ['core'],
    });
  });

  test('a hundred people at once who share teams in any order make each team once', async () => {
    const org = newOrganization();
    const teams = ['a', 'b', 'c', 'd'];
    const people = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        signIn({ sub: `p${index}`, org, teams: [...teams.slice(index % 4), ...teams.slice(0, index % 4)] }),
      ),
    );
    expect(new Set(people.map(({ user }) => user.id)).size).toBe(100);
    for (const viewer of people) expect(namesOf(viewer)).toEqual(teams);
    expect(await kept(org)).toEqual({ organizations: 1, users: 100, teams: 4 });
  });
});

describe('at each sight after', () => {
  test.each<[string, Partial<TokenClaims>, Partial<Seen>]>([
    ['name', { name: 'Ada King' }, { name: 'Ada King' }],
    ['email', { email: 'king@example.com' }, { email: 'king@example.com' }],
    ['org_role', { org_role: 'member' }, { role: 'MEMBER' }],
    ['teams', { teams: ['new', 'core'] }, { teams: ['core', 'new'] }],
    ['teams, when it is empty,', { teams: [] }, { teams: [] }],
  ])('the claim %s brings the person in line and leaves the rest', async (_claim, change, changed) => {
    const org = newOrganization();
    const claims = { name: 'Ada', email: 'ada@example.com', org_role: 'admin', teams: ['core'] };
    await signIn({ sub: 'root', org, org_role: 'admin' });
    const before = seen(await signIn({ sub: 'ada', org, ...claims }));
    const after = seen(await signIn({ sub: 'ada', org, ...change }));
    expect(after).toEqual({ ...before, ...changed });
    expect(seen(await signIn({ sub: 'ada', org }))).toEqual(after);
    expect(await kept(org)).toMatchObject({ organizations: 1, users: 2 });
  });

  test('a token that says what is known already, or older news, writes nothing', async () => {
    const iat = secondsAgo(60);
    const who = { sub: 'ada', org: newOrganization(), iat };
    const claims = { ...who, name: 'Ada', email: 'a@example.com', teams: ['b', 'a'] };
    await signIn(claims);
    for (const same of [
      claims,
      { ...claims, teams: ['a', 'b', 'a'] },
      who,
      { ...claims, iat: iat - 1, name: 'Older' },
    ]) {
      const token = await signToken(same);
      const { everyStatement } = await recordStatements(() => server.request({ token, query: '{ __typename }' }));
      expect(everyStatement.filter(isSignIn)).toHaveLength(1);
      expect(everyStatement.filter((text) => !/^(SELECT|BEGIN|SET LOCAL|COMMIT)/.test(text))).toEqual([]);
    }
  });

  test('a lost team takes the sight of its workspaces at once, for every token of the person', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org });
    const old = await person(server, { sub: 'bob', org, teams: ['owners', 'other'] });
    const id = await createWorkspace(server, ada, { name: 'Theirs' });
    await giveToTeam(server, [id], 'owners');
    expect(await sightOf(old, id)).toEqual({ byId: 'Theirs', listed: ['Theirs'], total: 1 });
    const moved = await person(server, { sub: 'bob', org, teams: ['other'] });
    expect(moved.id).toBe(old.id);
    for (const who of [moved, old]) {
      expect(await sightOf(who, id)).toEqual({ byId: undefined, listed: [], total: 0 });
      expect(await settingsRefusal(who, id)).toBe('NOT_FOUND');
    }
  });

  test('a lost team takes the team access with it', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org, teams: ['core'] });
    await person(server, { sub: 'bob', org, name: 'Bob', teams: ['core'] });
    expect(await assignableTo(ada)).toEqual(['Bob', 'ada']);
    await person(server, { sub: 'bob', org, teams: ['elsewhere'] });
    expect(await assignableTo(ada)).toEqual(['ada']);
  });

  test('a person made admin sees all of the organization, and one made member again only their own', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org });
    await person(server, { sub: 'another admin', org, org_role: 'admin' });
    const id = await createWorkspace(server, ada, { name: 'Hers' });
    for (const [org_role, listed, iat] of [
      ['member', [], secondsAgo(3)],
      ['admin', ['Hers'], secondsAgo(2)],
      ['member', [], secondsAgo(1)],
    ] as const) {
      const root = await person(server, { sub: 'root', org, org_role, iat });
      expect((await sightOf(root, id)).listed).toEqual(listed);
    }
  });

  test('an older token brings back neither a team nor the admin role nor a name that a younger one took', async () => {
    const org = newOrganization();
    const [older, younger] = [
      { sub: 'ada', org, iat: secondsAgo(60), name: 'Ada', email: 'a@x.com', org_role: 'admin', teams: ['owners'] },
      {
        sub: 'ada',
        org,
        iat: secondsAgo(30),
        name: 'Ada King',
        email: 'k@x.com',
        org_role: 'member',
        teams: ['other'],
      },
    ];
    await signIn({ sub: 'root', org, org_role: 'admin' });
    await signIn(older);
    const after = seen(await signIn(younger));
    expect(after).toMatchObject({ name: 'Ada King', email: 'k@x.com', role: 'MEMBER', teams: ['other'] });
    expect(seen(await signIn(older))).toEqual(after);
    expect(seen(await signIn({ ...older, iat: secondsAgo(29) }))).toMatchObject({ name: 'Ada', role: 'ADMIN' });
  });

  test('of tokens that arrive together the youngest has the last word, in whatever order they come', async () => {
    const org = newOrganization();
    await signIn({ sub: 'ada', org, iat: secondsAgo(600) });
    const names = Array.from({ length: 40 }, (_, index) => index);
    const tokens = await Promise.all(
      names.map((index) =>
        signToken({ sub: 'ada', org, iat: secondsAgo(100 - index), name: `Ada ${index}`, teams: [`t${index}`] }),
      ),
    );
    const shuffled = tokens
      .map((token, index) => ({ token, place: (index * 17) % 40 }))
      .sort((a, b) => a.place - b.place);
    const answers = await Promise.all(shuffled.map(({ token }) => viewerOf({ token })));
    expect(answers).toHaveLength(40);
    expect(seen(await viewerOf({ token: tokens[0] ?? '' }))).toMatchObject({ name: 'Ada 39', teams: ['t39'] });
  });

  test('of two tokens that arrive together neither takes back what it does not speak of', async () => {
    const org = newOrganization();
    const iat = secondsAgo(5);
    const { id } = await person(server, {
      sub: 'ada',
      org,
      iat: secondsAgo(60),
      name: 'Ada',
      email: 'ada@example.com',
    });
    const release = await holdObjects(server, [id]);
    const watcher = await connect(server.databaseUrl);
    const signingIn = [{ name: 'Ada King' }, { email: 'king@example.com' }].map((more) =>
      signIn({ sub: 'ada', org, iat, ...more }),
    );
    await untilWaiting(watcher, 2);
    await Promise.all([release(), watcher.end()]);
    await Promise.all(signingIn);
    expect(seen(await signIn({ sub: 'ada', org, iat }))).toMatchObject({ name: 'Ada King', email: 'king@example.com' });
  });

  test('a younger token that says nothing new makes the older ones old', async () => {
    const org = newOrganization();
    await signIn({ sub: 'ada', org, iat: secondsAgo(60), org_role: 'member' });
    await signIn({ sub: 'ada', org, iat: secondsAgo(20) });
    expect(seen(await signIn({ sub: 'ada', org, iat: secondsAgo(40), org_role: 'admin' })).role).toBe('MEMBER');
  });

  describe('the next request of a token that was just used', () => {
    test('finds the role that the person has now', async () => {
      const org = newOrganization();
      const ada = await person(server, { sub: 'ada', org });
      const id = await createWorkspace(server, ada, { name: 'Hers' });
      const root = await person(server, { sub: 'root', org, org_role: 'admin' });
      expect((await sightOf(root, id)).listed).toEqual(['Hers']);
      await changeRows(server, root.id, `organization_role = 'MEMBER', claims_issued_at = now()`);
      expect(await sightOf(root, id)).toEqual({ byId: undefined, listed: [], total: 0 });
      expect(await settingsRefusal(root, id)).toBe('NOT_FOUND');
    });
  });

  test('a token of an inactive person is refused however young it is, and changes nothing about them', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org, name: 'Ada', iat: secondsAgo(60) });
    await setActive(server, ada, false);
    const before = await databaseContent(server.database);
    const token = await signToken({ sub: 'ada', org, name: 'Other', org_role: 'admin', teams: ['new'] });
    const answers = await Promise.all([1, 2, 3].map(() => server.request({ token, query: '{ __typename }' })));
    for (const { status, errors } of answers) {
      expect([status, errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    }
    expect(await databaseContent(server.database)).toEqual(before);
  });

  async function sightOf(who: Person, id: string) {
    const data = await run<{
      workspace: { name: string } | null;
      workspaces: { nodes: { name: string }[] };
      workspaceSummary: { totalWorkspaces: number };
    }>(
      server,
      who,
      `query ($id: ID!) {
        workspace(id: $id) { name } workspaces { nodes { name } } workspaceSummary { totalWorkspaces }
      }`,
      { id },
    );
    return {
      byId: data.workspace?.name,
      listed: data.workspaces.nodes.map(({ name }) => name),
      total: data.workspaceSummary.totalWorkspaces,
    };
  }

  async function settingsRefusal(who: Person, workspaceId: string): Promise<string | undefined> {
    const { updateWorkspaceSettings } = await run<{ updateWorkspaceSettings: { userErrors: { code: string }[] } }>(
      server,
      who,
      `mutation ($input: UpdateWorkspaceSettingsInput!) { updateWorkspaceSettings(input: $input) { userErrors { code } } }`,
      { input: { workspaceId, expectedVersion: 1, region: 'US' } },
    );
    return updateWorkspaceSettings.userErrors[0]?.code;
  }

  async function assignableTo(who: Person): Promise<string[]> {
    const { assignableUsers } = await run<{ assignableUsers: { nodes: { name: string }[] } }>(
      server,
      who,
      '{ assignableUsers { nodes { name } } }',
    );
    return assignableUsers.nodes.map(({ name }) => name).sort();
  }
});
