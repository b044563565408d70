import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createWorkspace, run, workspaceInput } from '../testing/fixtures.js';
import { giveToTeam, insertKeys, insertWorkspaces, setRole, uuidOf } from '../testing/rows.js';
import { isSignIn, recordStatements } from '../testing/statements.js';
import {
  newOrganization,
  type Person,
  person,
  signToken,
  startTestServer,
  type TestServer,
} from '../testing/test-server.js';

let server: TestServer;
/** Each sees the same sixty workspaces, in their own way. */
let readers: Record<'member' | 'admin' | 'teamUser', Person>;
let crowd: Person[];
let workspaceIds: string[];
let org: string;
beforeAll(async () => {
  server = await startTestServer();
  org = newOrganization();
  const owner = await person(server, { sub: 'owner', org, name: 'Owner', teams: ['owners', 'crowd'] });
  readers = {
    member: await person(server, { sub: 'member', org, name: 'Member' }),
    admin: await person(server, { sub: 'admin', org, name: 'Admin', org_role: 'admin' }),
    teamUser: await person(server, { sub: 'team', org, name: 'Team user', teams: ['owners'] }),
  };
  crowd = await Promise.all(
    Array.from({ length: 50 }, (_, index) => person(server, { sub: `crowd-${index}`, org, teams: ['crowd'] })),
  );
  workspaceIds = await insertWorkspaces(server, owner, { count: 60, prefix: 'Workspace' });
  await setRole(server, workspaceIds, readers.member, 'MEMBER');
  // Different people in different workspaces, so that no loader gets along with the same few.
  for (const [index, who] of crowd.entries())
    await setRole(server, workspaceIds.slice(index, index + 3), who, 'VIEWER');
  await giveToTeam(server, workspaceIds, 'owners');
  for (const [index, id] of workspaceIds.entries()) {
    await insertKeys(server, id, [
      { name: 'one', createdBy: crowd[index % 50] ?? null },
      { name: 'two', createdBy: crowd[(index + 7) % 50] ?? null, expiresInMs: -1 },
    ]);
  }
  for (const who of Object.values(readers)) {
    await run(
      server,
      who,
      'mutation ($id: ID!) { selectWorkspace(input: { workspaceId: $id }) { workspace { id } } }',
      {
        id: workspaceIds[7],
      },
    );
  }
});
afterAll(() => server.close());

async function statementsOf(who: Person, query: string, variables: Record<string, unknown> = {}): Promise<string[]> {
  const { statements } = await recordStatements(() => run(server, who, query, variables));
  return [...statements];
}

const card = `id name environment status region version createdAt updatedAt monthlyBudget { amount currency }
  memberCount activeKeyCount isActive viewerRole viewerCanUpdateSettings
  owner { __typename id name ... on User { email } }`;

const readerNames = ['member', 'admin', 'teamUser'] as const;

describe.each(readerNames)('for a signed-in %s', (name) => {
  test('a page of fifty whole cards is one statement', async () => {
    const query = `query ($first: Int) { workspaces(first: $first) {
      nodes { ${card} } edges { cursor node { id owner { name } } } pageInfo { hasNextPage endCursor }
    } }`;
    const { result, statements } = await recordStatements(() =>
      run<{ workspaces: { nodes: { isActive: boolean }[] } }>(server, readers[name], query, { first: 50 }),
    );
    expect(result.workspaces.nodes).toHaveLength(50);
    expect(result.workspaces.nodes.filter(({ isActive }) => isActive)).toHaveLength(1);
    expect(statements).toHaveLength(1);
    expect(await statementsOf(readers[name], query, { first: 2 })).toHaveLength(1);
  });

  test('so it is through edges, fragments and aliases', async () => {
    const query = `query { page: workspaces(first: 50) { edges { node { ...Card } } } } fragment Card on Workspace { ${card} }`;
    expect(await statementsOf(readers[name], query)).toHaveLength(1);
  });

  test('so it is in every order, with a filter and after a cursor', async () => {
    for (const field of ['NAME', 'CREATED_AT', 'MONTHLY_BUDGET']) {
      const query = `query ($after: String) { workspaces(
        first: 25, after: $after, orderBy: { field: ${field}, direction: DESC }, filter: { search: "work" }
      ) { nodes { ${card} } pageInfo { endCursor } } }`;
      const { result, statements } = await recordStatements(() =>
        run<{ workspaces: { pageInfo: { endCursor: string } } }>(server, readers[name], query),
      );
      expect(statements).toHaveLength(1);
      expect(await statementsOf(readers[name], query, { after: result.workspaces.pageInfo.endCursor })).toHaveLength(1);
    }
  });

  test('the summary with the active card is one message of two statements, and the figures alone are one', async () => {
    const query = `{ workspaceSummary {
      totalWorkspaces totalActiveKeys productionWorkspaces totalMonthlyBudget { amount currency }
      activeWorkspace { ${card} }
    } }`;
    const { result, statements, messages } = await recordStatements(() =>
      run<{ workspaceSummary: { activeWorkspace: { id: string; memberCount: number } } }>(server, readers[name], query),
    );
    expect(result.workspaceSummary.activeWorkspace.id).toBe(workspaceIds[7]);
    expect(result.workspaceSummary.activeWorkspace.memberCount).toBeGreaterThan(1);
    expect([statements.length, messages]).toEqual([2, 1]);
    const figures = '{ workspaceSummary { totalWorkspaces totalActiveKeys } }';
    expect(await statementsOf(readers[name], figures)).toHaveLength(1);
  });

  const levels: [string, number, string][] = [
    ['members and their users', 3, 'members(first: 3) { nodes { role user { name email } } pageInfo { endCursor } }'],
    ['keys and who created them', 3, 'virtualKeys(first: 3) { nodes { status createdBy { name } } }'],
    ['totals of members and keys', 5, 'members(first: 1) { totalCount } virtualKeys(first: 1) { totalCount }'],
    [
      'keys by status beside all keys',
      4,
      'virtualKeys(first: 2) { nodes { createdBy { name } } } active: virtualKeys(first: 2, statuses: [ACTIVE]) { nodes { id } }',
    ],
    [
      'members and, back again, their workspace with its owner',
      3,
      'members(first: 3) { nodes { workspace { name memberCount owner { name } } } }',
    ],
  ];
  test.each(levels)('%s cost %d statements, a page of two as much as one of fifty', async (_level, count, fields) => {
    const query = `query ($first: Int) { workspaces(first: $first) { nodes { name ${fields} } } }`;
    const two = await statementsOf(readers[name], query, { first: 2 });
    const fifty = await statementsOf(readers[name], query, { first: 50 });
    expect([two.length, fifty.length]).toEqual([count, count]);
  });

  test.each([
    ['workspaces', card],
    ['members', '... on Member { role user { name } workspace { name owner { name } memberCount } }'],
    ['keys', '... on VirtualKey { status createdBy { name } workspace { name viewerRole isActive } }'],
    ['users', '... on User { name email }'],
    ['teams', '... on Team { name users(first: 2) { totalCount nodes { name } } }'],
  ] as const)('fifty nodes that are %s cost as many statements as two', async (kind, fields) => {
    const ids = await idsOf[kind]();
    const query = (count: number) =>
      `{ ${ids
        .slice(0, count)
        .map(
          (id, index) =>
            `n${index}: node(id: "${id}") { id ${kind === 'workspaces' ? `... on Workspace { ${fields} }` : fields} }`,
        )
        .join('\n')} }`;
    const two = await statementsOf(readers[name], query(2));
    const { result, statements } = await recordStatements(() =>
      run<Record<string, { id: string } | null>>(server, readers[name], query(50)),
    );
    expect(Object.values(result).map((node) => node?.id)).toEqual(ids.slice(0, 50));
    expect(statements).toHaveLength(two.length);
  });
});

/** Fifty ids and more of each type, all of which every reader sees. */
const idsOf = {
  workspaces: async () => workspaceIds,
  members: () => nested('members(first: 1) { nodes { id } }', (workspace) => workspace.members?.nodes[0]?.id ?? ''),
  keys: () =>
    nested('virtualKeys(first: 1) { nodes { id } }', (workspace) => workspace.virtualKeys?.nodes[0]?.id ?? ''),
  users: async () => crowd.map(({ id }) => id),
  teams: async () => {
    const names = Array.from({ length: 50 }, (_, index) => `squad-${String(index).padStart(2, '0')}`);
    await Promise.all(
      Object.values({ member: 'member', teamUser: 'team' }).map((sub) =>
        person(server, { sub, org, teams: [...names, ...(sub === 'team' ? ['owners'] : [])] }),
      ),
    );
    const { viewer } = await run<{ viewer: { teams: { id: string; name: string }[] } }>(
      server,
      readers.member,
      '{ viewer { teams { id name } } }',
    );
    return viewer.teams.map(({ id }) => id);
  },
};

interface Nested {
  readonly members?: { readonly nodes: readonly { readonly id: string }[] };
  readonly virtualKeys?: { readonly nodes: readonly { readonly id: string }[] };
}

async function nested(fields: string, pick: (workspace: Nested) => string): Promise<string[]> {
  const { workspaces } = await run<{ workspaces: { nodes: Nested[] } }>(
    server,
    readers.admin,
    `{ workspaces(first: 60) { nodes { ${fields} } } }`,
  );
  return workspaces.nodes.map(pick);
}

describe('mutations', () => {
  const payload = `workspace { ${card} members(first: 100) { nodes { role user { name } } } } userErrors { code }`;

  test('a create with fifty members costs as many statements as one with two', async () => {
    const count = async (members: number) => {
      const owner = await person(server, { sub: randomUUID(), org, teams: ['crowd'] });
      const memberIds = crowd.slice(0, members).map(({ id }) => id);
      const statements = await statementsOf(
        owner,
        `mutation ($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { ${payload} } }`,
        { input: workspaceInput({ memberIds }) },
      );
      expect(statements.filter((text) => text.startsWith('INSERT INTO members'))).toHaveLength(2);
      return statements.length;
    };
    expect(await count(50)).toBe(await count(2));
  });

  test('an update that changes fifty members costs as many statements as one that changes two', async () => {
    const owner = await person(server, { sub: randomUUID(), org, teams: ['crowd'] });
    const count = async (members: number) => {
      const leaving = crowd.slice(0, members / 2).map(({ id }) => id);
      const coming = crowd.slice(25, 25 + members / 2).map(({ id }) => id);
      const workspaceId = await createWorkspace(server, owner, { memberIds: leaving });
      const statements = await statementsOf(
        owner,
        `mutation ($input: UpdateWorkspaceSettingsInput!) { updateWorkspaceSettings(input: $input) { ${payload} } }`,
        { input: { workspaceId, expectedVersion: 1, memberIds: coming } },
      );
      return statements.length;
    };
    expect(await count(50)).toBe(await count(2));
  });
});

describe('sign-in', () => {
  /** Older than what is known of the person, so that nothing is written down. */
  const newToken = () => signToken({ sub: 'member', org, name: 'Member', iat: Math.floor(Date.now() / 1_000) - 60 });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('of a known person without news is one statement, once a request however much is asked, and none for ten seconds after', async () => {
    const clock = performance.now();
    const moveClock = (milliseconds: number) => jest.spyOn(performance, 'now').mockReturnValue(clock + milliseconds);
    moveClock(0);
    const token = await newToken();
    const query = `{
      viewer { user { name } teams { name } activeWorkspace { name } } workspaceSummary { totalWorkspaces }
      workspaces(first: 2) { nodes { ${card} } } activeWorkspace { name } assignableUsers { nodes { name } }
    }`;
    const ask = async () => {
      const { everyStatement, statements } = await recordStatements(() => server.request({ token, query }));
      return { signIns: everyStatement.filter(isSignIn).length, others: statements.length };
    };
    const first = await ask();
    expect(first.signIns).toBe(1);
    moveClock(9_999);
    expect(await ask()).toEqual({ ...first, signIns: 0 });
    moveClock(10_001);
    expect(await ask()).toEqual(first);
  });

  test('is shared by requests that bring the same new token at the same moment', async () => {
    const token = await newToken();
    const { everyStatement } = await recordStatements(() =>
      Promise.all(
        Array.from({ length: 20 }, () => server.request({ token, query: '{ viewer { organizationRole } }' })),
      ),
    );
    expect(everyStatement.filter(isSignIn)).toHaveLength(1);
  });
});

test('statements are counted: a statement of our own is seen', async () => {
  const statement = { text: 'SELECT id FROM workspaces WHERE id = $1', values: [uuidOf(workspaceIds[0] ?? '')] };
  const { result, statements } = await recordStatements(() => server.database.rows(statement));
  expect(result).toHaveLength(1);
  expect(statements).toEqual([statement.text]);
});
