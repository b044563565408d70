import { beforeAll, describe, expect, test } from '@jest/globals';
import { createWorkspace, idOfNothing, mutate, run } from '../testing/fixtures.js';
import {
  changeRows,
  deleteMembership,
  giveToTeam,
  insertKeys,
  insertWorkspaces,
  setRole,
  uuidOf,
} from '../testing/rows.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

interface Card {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly createdAt: string;
  readonly monthlyBudget: { readonly amount: string };
  readonly activeKeyCount: number;
}

interface Connection {
  readonly totalCount: number;
  readonly nodes: readonly Card[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

interface ListArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly filter?: Record<string, unknown> | null;
  readonly orderBy?: { readonly field: string; readonly direction: string } | null;
}

const listQuery = `query ($first: Int, $after: String, $filter: WorkspaceFilter, $orderBy: WorkspaceOrder) {
  workspaces(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    totalCount
    nodes { id name environment createdAt monthlyBudget { amount } activeKeyCount }
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

async function list(who: Person, args: ListArgs = {}): Promise<Connection> {
  const { workspaces } = await run<{ workspaces: Connection }>(server, who, listQuery, { ...args });
  return workspaces;
}

async function namesOf(who: Person, args: ListArgs = {}): Promise<string[]> {
  return (await list(who, { first: 100, ...args })).nodes.map(({ name }) => name);
}

/** Every page from the first to the last, each read with the cursor of the one before. */
async function allPages(who: Person, args: ListArgs): Promise<Card[]> {
  const cards: Card[] = [];
  let after: string | null = null;
  for (;;) {
    const page: Connection = await list(who, { ...args, after });
    cards.push(...page.nodes);
    expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
    if (!page.pageInfo.hasNextPage) return cards;
    expect(page.nodes).toHaveLength(args.first ?? 20);
    after = page.pageInfo.endCursor;
  }
}

async function summaryOf(who: Person) {
  const { workspaceSummary } = await run<{
    workspaceSummary: {
      totalWorkspaces: number;
      totalMonthlyBudget: { amount: string; currency: string };
      totalActiveKeys: number;
      productionWorkspaces: number;
    };
  }>(
    server,
    who,
    `{ workspaceSummary {
      totalWorkspaces totalMonthlyBudget { amount currency } totalActiveKeys productionWorkspaces
    } }`,
  );
  return workspaceSummary;
}

/** The figures that follow from a list of cards. */
function figuresOf(cards: readonly Card[]) {
  const cents = cards.reduce((sum, card) => sum + BigInt(card.monthlyBudget.amount.replace('.', '')), 0n);
  return {
    totalWorkspaces: cards.length,
    totalMonthlyBudget: { amount: `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`, currency: 'USD' },
    totalActiveKeys: cards.reduce((sum, card) => sum + card.activeKeyCount, 0),
    productionWorkspaces: cards.filter((card) => card.environment === 'PRODUCTION').length,
  };
}

async function newPerson(org: string, sub: string, claims: { teams?: string[]; org_role?: string } = {}) {
  return person(server, { sub, org, name: sub, ...claims });
}

async function refusalOf(who: Person, args: ListArgs) {
  const answer = await server.request({ token: who.token, query: listQuery, variables: { ...args } });
  return {
    data: answer.data,
    errors: answer.errors?.map(({ message, path, extensions }) => ({ message, path, code: extensions.code })),
  };
}

describe('who sees which workspaces', () => {
  test('everybody sees their own and those of their teams, an organization admin all, and the summary counts the same', async () => {
    const org = newOrganization();
    const [ada, member, teammate, both, nobody, admin] = await Promise.all([
      newPerson(org, 'ada', { teams: ['core'] }),
      newPerson(org, 'member', { teams: ['core'] }),
      newPerson(org, 'teammate', { teams: ['owners', 'more'] }),
      newPerson(org, 'both', { teams: ['core', 'owners', 'more'] }),
      newPerson(org, 'nobody', { teams: ['core'] }),
      newPerson(org, 'admin', { org_role: 'admin' }),
    ]);
    const foreigner = await newPerson(newOrganization(), 'ada', { teams: ['core', 'owners'], org_role: 'admin' });
    await createWorkspace(server, foreigner, { name: 'Foreign' });

    const own = await createWorkspace(server, ada, {
      name: 'Own',
      environment: 'PRODUCTION',
      monthlyBudget: '0.10',
      memberIds: [member.id],
    });
    await createWorkspace(server, ada, { name: 'Private', monthlyBudget: '0.20' });
    const teams = await createWorkspace(server, ada, { name: 'Team', environment: 'PRODUCTION', memberIds: [both.id] });
    const pure = await createWorkspace(server, ada, { name: 'Pure team', monthlyBudget: '999999999999.99' });
    await giveToTeam(server, [teams], 'owners');
    await giveToTeam(server, [pure], 'more');
    await deleteMembership(server, pure, ada);
    await insertKeys(server, own, [{ name: 'a' }, { name: 'b', status: 'DISABLED' }]);
    await insertKeys(server, teams, [{ name: 'a' }, { name: 'b' }, { name: 'c', expiresInMs: -1 }]);

    const expected: [Person, string[]][] = [
      [ada, ['Own', 'Private', 'Team']],
      [member, ['Own']],
      [teammate, ['Pure team', 'Team']],
      [both, ['Pure team', 'Team']],
      [nobody, []],
      [admin, ['Own', 'Private', 'Pure team', 'Team']],
      [foreigner, ['Foreign']],
    ];
    for (const [who, names] of expected) {
      const page = await list(who);
      expect(page.nodes.map(({ name }) => name)).toEqual(names);
      expect(page.totalCount).toBe(names.length);
      expect(await summaryOf(who)).toEqual(figuresOf(page.nodes));
    }
  });

  test('somebody without a workspace gets an empty page and a summary of zeros', async () => {
    const ada = await newPerson(newOrganization(), 'ada');
    expect(await list(ada)).toEqual({
      totalCount: 0,
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
    expect(await summaryOf(ada)).toEqual({
      totalWorkspaces: 0,
      totalMonthlyBudget: { amount: '0.00', currency: 'USD' },
      totalActiveKeys: 0,
      productionWorkspaces: 0,
    });
  });
});

describe('filters', () => {
  let ada: Person;
  let admin: Person;
  let teamId: string;
  beforeAll(async () => {
    const org = newOrganization();
    ada = await newPerson(org, 'ada', { teams: ['core'] });
    const bob = await newPerson(org, 'bob', { teams: ['core'] });
    admin = await newPerson(org, 'admin', { org_role: 'admin' });
    await createWorkspace(server, ada, { name: 'Größe 100%', environment: 'PRODUCTION', region: 'EU' });
    await createWorkspace(server, ada, { name: 'snake_case', environment: 'STAGING', region: 'US' });
    await createWorkspace(server, ada, { name: 'ÄPFEL', environment: 'SANDBOX', region: 'RWANDA' });
    const review = await createWorkspace(server, ada, { name: 'Review me', environment: 'PRODUCTION', region: 'US' });
    const teams = await createWorkspace(server, ada, { name: 'Team\\room', environment: 'STAGING', region: 'GLOBAL' });
    await createWorkspace(server, bob, { name: 'Bobs', environment: 'SANDBOX', region: 'EU', memberIds: [ada.id] });
    const closed = await createWorkspace(server, ada, { name: 'Closed', environment: 'STAGING', region: 'US' });
    const change = (name: string, input: object) => mutate(server, ada, { name, input, fields: '' });
    await change('requestWorkspaceReview', { workspaceId: review, reason: 'Look at it' });
    await change('archiveWorkspace', { workspaceId: closed, expectedVersion: 1 });
    await giveToTeam(server, [teams], 'core');
    const { viewer } = await run<{ viewer: { teams: { id: string }[] } }>(server, ada, '{ viewer { teams { id } } }');
    teamId = viewer.teams[0]?.id ?? '';
  });

  const all = ['ÄPFEL', 'Bobs', 'Größe 100%', 'Review me', 'snake_case', 'Team\\room'];
  const cases: [string, Record<string, unknown> | null, string[]][] = [
    ['none', null, all],
    ['only nulls', { search: null, environments: null, statuses: null, regions: null, ownerIds: null }, all],
    ['an empty search', { search: '' }, all],
    ['a search in another case', { search: 'GRÖSSE' }, ['Größe 100%']],
    ['a search for an umlaut in another case and decomposed', { search: 'a\u0308PF' }, ['ÄPFEL']],
    ['a search without the accents', { search: 'apfel' }, ['ÄPFEL']],
    ['a search with accents that the name has none of', { search: 'snâke' }, ['snake_case']],
    ['a search for a percent sign', { search: '%' }, ['Größe 100%']],
    ['a search for an underscore', { search: '_' }, ['snake_case']],
    ['a search for a backslash', { search: '\\' }, ['Team\\room']],
    ['a search for what is in the middle', { search: 'VIEW' }, ['Review me']],
    ['a search for a quote and a NUL', { search: "'\0" }, []],
    ['one environment', { environments: ['STAGING'] }, ['snake_case', 'Team\\room']],
    ['two environments', { environments: ['STAGING', 'SANDBOX'] }, ['ÄPFEL', 'Bobs', 'snake_case', 'Team\\room']],
    ['a status', { statuses: ['REVIEW'] }, ['Review me']],
    ['regions', { regions: ['RWANDA', 'GLOBAL'] }, ['ÄPFEL', 'Team\\room']],
    ['the archived ones', { archived: true }, ['Closed']],
    ['the archived ones of another environment', { archived: true, environments: ['PRODUCTION'] }, []],
    ['those that are not archived', { archived: false }, all],
    ['no word on the archive', { archived: null }, all],
    ['an empty list, which nothing is in', { environments: [] }, []],
    ['an empty list of statuses', { statuses: [] }, []],
    ['an empty list of regions', { regions: [] }, []],
    ['an empty list of owners', { ownerIds: [] }, []],
    [
      'all of them',
      { search: 'e', environments: ['PRODUCTION'], statuses: ['ACTIVE'], regions: ['EU'] },
      ['Größe 100%'],
    ],
    ['conditions of which one does not hold', { search: 'snake', regions: ['EU'] }, []],
  ];
  test.each(cases)('%s: the same cards and the same total for a member and an admin', async (_name, filter, names) => {
    for (const who of [ada, admin]) {
      const page = await list(who, { filter });
      expect(page.nodes.map(({ name }) => name)).toEqual(names);
      expect(page.totalCount).toBe(names.length);
    }
  });

  test('owners: people and teams, and an id of nothing owns nothing', async () => {
    const own = ['ÄPFEL', 'Größe 100%', 'Review me', 'snake_case'];
    expect(await namesOf(admin, { filter: { ownerIds: [ada.id] } })).toEqual(own);
    expect(await namesOf(admin, { filter: { ownerIds: [teamId] } })).toEqual(['Team\\room']);
    expect(await namesOf(ada, { filter: { ownerIds: [teamId, ada.id], regions: ['GLOBAL', 'US'] } })).toEqual([
      'Review me',
      'snake_case',
      'Team\\room',
    ]);
    for (const id of [
      '',
      'nonsense',
      idOfNothing('User'),
      ada.id.replace('usr_', 'ws_'),
      ada.id.replace('usr_', 'team_'),
    ]) {
      expect(await namesOf(admin, { filter: { ownerIds: [id] } })).toEqual([]);
    }
  });

  test('a filter shows nobody more than they may see', async () => {
    const stranger = await newPerson(newOrganization(), 'stranger', { org_role: 'admin' });
    const filter = { search: 'e', environments: ['PRODUCTION', 'STAGING', 'SANDBOX'], ownerIds: [ada.id, teamId] };
    const page = await list(stranger, { filter });
    expect([page.totalCount, page.nodes]).toEqual([0, []]);
  });

  test('filters hold on every page, in every order', async () => {
    const filter = { environments: ['STAGING', 'SANDBOX'] };
    const names = ['Bobs', 'snake_case', 'Team\\room', 'ÄPFEL'];
    for (const field of ['NAME', 'CREATED_AT', 'MONTHLY_BUDGET']) {
      for (const direction of ['ASC', 'DESC']) {
        const cards = await allPages(ada, { first: 1, filter, orderBy: { field, direction } });
        expect(cards.map(({ name }) => name).sort()).toEqual([...names].sort());
      }
    }
  });

  test('a filter of more than a hundred values or two hundred characters is BAD_USER_INPUT', async () => {
    const path = ['workspaces'];
    for (const [filter, message] of [
      [{ search: 'x'.repeat(201) }, 'The filter\'s "search" takes at most 200 characters.'],
      [{ ownerIds: Array(101).fill(ada.id) }, 'The filter\'s "ownerIds" takes at most 100 values.'],
      [{ regions: Array(101).fill('EU') }, 'The filter\'s "regions" takes at most 100 values.'],
    ] as const) {
      expect(await refusalOf(ada, { filter })).toEqual({
        data: { workspaces: null },
        errors: [{ code: 'BAD_USER_INPUT', message, path }],
      });
    }
    expect(await namesOf(ada, { filter: { search: 'x'.repeat(200), ownerIds: Array(100).fill(ada.id) } })).toEqual([]);
  });
});

describe('orderings and pages', () => {
  const names = [
    ...['Zebra', 'apple', 'Apfel', 'äpfel', 'Öl', 'Straße', 'STRASSEN', 'zoo', '0815', 'ñandú', 'Éclair', 'Eclair'],
    ...['éclairs', 'Ezra'],
  ];
  /** As people order them, whatever language they speak: letters, then accents, then case. */
  const inOrder = [
    ...['0815', 'Apfel', 'äpfel', 'apple', 'Eclair', 'Éclair', 'éclairs', 'Ezra', 'ñandú', 'Öl', 'Straße', 'STRASSEN'],
    ...['Zebra', 'zoo'],
  ];
  let org: string;
  let member: Person;
  let teammate: Person;
  let admin: Person;
  beforeAll(async () => {
    org = newOrganization();
    member = await newPerson(org, 'member', { teams: ['core'] });
    teammate = await newPerson(org, 'teammate', { teams: ['core', 'owners'] });
    admin = await newPerson(org, 'admin', { org_role: 'admin' });
    const ids: string[] = [];
    for (const [index, name] of names.entries()) {
      ids.push(await createWorkspace(server, member, { name, monthlyBudget: String([5, 100, 20.5][index % 3]) }));
    }
    // Some times are the same, so that only the id tells two apart.
    for (const age of [0, 1, 2, 3]) {
      const ofAge = ids.filter((_, index) => (names[index]?.charCodeAt(0) ?? 0) % 4 === age);
      await changeRows(server, ofAge, `created_at = date_trunc('minute', now()) - $1 * interval '1 minute'`, [age]);
    }
    await giveToTeam(server, ids.slice(0, 4), 'owners');
    await setRole(server, ids.slice(2), teammate, 'VIEWER');
  });

  const byteOrder = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const comparisons: Record<string, (a: Card, b: Card) => number> = {
    NAME: (a, b) => inOrder.indexOf(a.name) - inOrder.indexOf(b.name),
    CREATED_AT: (a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt) || byteOrder(a.id, b.id),
    MONTHLY_BUDGET: (a, b) => Number(a.monthlyBudget.amount) - Number(b.monthlyBudget.amount) || byteOrder(a.id, b.id),
  };

  test.each(
    Object.keys(comparisons).flatMap((field) => ['ASC', 'DESC'].map((direction) => [field, direction] as const)),
  )('%s %s: the pages put together are the whole list in order, whatever their size', async (field, direction) => {
    const compare = comparisons[field];
    for (const who of [member, teammate, admin]) {
      const orderBy = { field, direction };
      const whole = await list(who, { first: 100, orderBy });
      expect(whole.totalCount).toBe(names.length);
      const sorted = [...whole.nodes].sort(compare);
      expect(whole.nodes).toEqual(direction === 'ASC' ? sorted : sorted.reverse());
      for (const first of [1, 3, names.length - 1, names.length]) {
        expect(await allPages(who, { first, orderBy })).toEqual(whole.nodes);
      }
    }
  });

  test('the list is by name unless ordered otherwise', async () => {
    expect(await namesOf(member, { orderBy: { field: 'NAME', direction: 'ASC' } })).toEqual(inOrder);
    expect(await namesOf(member)).toEqual(inOrder);
    expect(await namesOf(member, { orderBy: null })).toEqual(inOrder);
  });

  test('edges, nodes and pageInfo tell of the same page', async () => {
    const whole = await list(member, { first: 100 });
    expect(whole.edges.map(({ node }) => node.id)).toEqual(whole.nodes.map(({ id }) => id));
    expect(new Set(whole.edges.map(({ cursor }) => cursor)).size).toBe(names.length);
    const cursors = whole.edges.map(({ cursor }) => cursor);
    expect(whole.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: cursors[0],
      endCursor: cursors.at(-1),
    });
    const middle = await list(member, { first: 2, after: cursors[3] ?? null });
    expect(middle.edges).toEqual(whole.edges.slice(4, 6));
    expect(middle.pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: true,
      startCursor: cursors[4],
      endCursor: cursors[5],
    });
    const beyond = await list(member, { after: cursors.at(-1) ?? null });
    expect(beyond).toMatchObject({ totalCount: names.length, nodes: [], edges: [], pageInfo: { endCursor: null } });
  });

  test('a page has from 1 to 100 items, 20 unless told', async () => {
    const many = await newPerson(newOrganization(), 'many');
    await insertWorkspaces(server, many, { count: 101, prefix: 'Many' });
    expect((await list(many)).nodes).toHaveLength(20);
    expect((await list(many, { first: null })).nodes).toHaveLength(20);
    expect((await list(many, { first: 1 })).nodes).toHaveLength(1);
    const hundred = await list(many, { first: 100 });
    expect(hundred.nodes).toHaveLength(100);
    expect([hundred.totalCount, hundred.pageInfo.hasNextPage]).toEqual([101, true]);
    for (const first of [0, -1, 101, 2_147_483_647]) {
      expect(await refusalOf(many, { first })).toEqual({
        data: { workspaces: null },
        errors: [
          { code: 'BAD_USER_INPUT', message: 'The argument "first" must be from 1 to 100.', path: ['workspaces'] },
        ],
      });
    }
  });

  test('a cursor counts only in the ordering that it came from', async () => {
    const orderings = Object.keys(comparisons).flatMap((field) =>
      ['ASC', 'DESC'].map((direction) => ({ field, direction })),
    );
    const refusal = {
      data: { workspaces: null },
      errors: [
        {
          code: 'BAD_USER_INPUT',
          message: 'The argument "after" is not a cursor of this list in this ordering.',
          path: ['workspaces'],
        },
      ],
    };
    for (const orderBy of orderings) {
      const { pageInfo } = await list(member, { first: 1, orderBy });
      for (const other of orderings) {
        const answer = await refusalOf(member, { first: 1, after: pageInfo.endCursor, orderBy: other });
        if (other === orderBy) expect(answer.errors).toBeUndefined();
        else expect(answer).toEqual(refusal);
      }
    }
    const { assignableUsers } = await run<{ assignableUsers: { pageInfo: { endCursor: string } } }>(
      server,
      member,
      '{ assignableUsers(first: 1) { pageInfo { endCursor } } }',
    );
    for (const after of [assignableUsers.pageInfo.endCursor, '', 'nonsense', 'bnVsbA', 'W10']) {
      expect(await refusalOf(member, { after })).toEqual(refusal);
    }
  });

  test('a cursor with a key that no workspace can have is refused before the database sees it', async () => {
    const id = uuidOf(idOfNothing('Workspace'));
    const keys: [string, string[]][] = [
      ['NAME', ['a\0b']],
      ['NAME', ['a', id]],
      ['NAME', []],
      ['MONTHLY_BUDGET', ['NaN', id]],
      ['MONTHLY_BUDGET', ['1e5', id]],
      ['MONTHLY_BUDGET', ['1.00', 'nonsense']],
      ['CREATED_AT', ['infinity', id]],
      ['CREATED_AT', ['2026-13-01T00:00:00.000Z', id]],
      ['CREATED_AT', ['2026-02-30T00:00:00.000Z', id]],
      ['CREATED_AT', ['2026-02-01T24:00:00.000Z', id]],
      ['CREATED_AT', ['0000-01-01T00:00:00.000Z', id]],
    ];
    for (const [field, key] of keys) {
      const after = Buffer.from(JSON.stringify([`workspaces:${field}:ASC`, ...key])).toString('base64url');
      const { errors } = await refusalOf(member, { after, orderBy: { field, direction: 'ASC' } });
      expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', path: ['workspaces'] }]);
    }
  });

  test('a cursor of somebody else shows nobody more than they may see', async () => {
    const { pageInfo } = await list(member, { first: 1 });
    const stranger = await newPerson(newOrganization(), 'stranger');
    await createWorkspace(server, stranger, { name: 'Yonder' });
    expect(await namesOf(stranger, { after: pageInfo.endCursor })).toEqual(['Yonder']);
  });

  test.each(['member', 'team user', 'admin'])(
    'pages of the role %s stay in place while workspaces come and go',
    async (role) => {
      const place = newOrganization();
      const owner = await newPerson(place, 'owner', { teams: ['core', 'other'] });
      const reader = await newPerson(place, 'reader', role === 'admin' ? { org_role: 'admin' } : { teams: ['core'] });
      const add = async (name: string) => {
        const id = await createWorkspace(server, owner, { name });
        if (role === 'member') await setRole(server, [id], reader, 'VIEWER');
        if (role === 'team user') await giveToTeam(server, [id], 'core');
      };
      for (const name of ['b', 'd', 'f', 'h']) await add(name);
      const page = await list(reader, { first: 2 });
      expect(page.nodes.map(({ name }) => name)).toEqual(['b', 'd']);
      for (const name of ['a', 'c', 'e']) await add(name);
      const last = page.nodes[1]?.id ?? '';
      if (role === 'member') await deleteMembership(server, last, reader);
      if (role === 'team user') await giveToTeam(server, [last], 'other');
      expect(await namesOf(reader, { after: page.pageInfo.endCursor })).toEqual(['e', 'f', 'h']);
      expect(await namesOf(reader, { first: 2, after: page.pageInfo.endCursor })).toEqual(['e', 'f']);
      const visible = ['a', 'b', 'c', ...(role === 'admin' ? ['d'] : []), 'e', 'f', 'h'];
      expect(await namesOf(reader)).toEqual(visible);
    },
  );
});

describe('totalCount', () => {
  test('is counted only when it is asked for', async () => {
    const org = newOrganization();
    const member = await newPerson(org, 'ada');
    const admin = await newPerson(org, 'admin', { org_role: 'admin' });
    await insertWorkspaces(server, member, { count: 3, prefix: 'Counted' });
    for (const who of [member, admin]) {
      const fields = 'nodes { name } edges { cursor } pageInfo { hasNextPage endCursor }';
      const without = await recordStatements(() => run(server, who, `{ workspaces(first: 2) { ${fields} } }`));
      expect(without.statements).toHaveLength(1);
      const skipped = await recordStatements(() =>
        run(
          server,
          who,
          `query ($no: Boolean = false) { workspaces(first: 2) { ${fields} totalCount @include(if: $no) } }`,
        ),
      );
      expect(skipped.statements).toHaveLength(1);
      const asked = await recordStatements(() =>
        run<{ workspaces: { totalCount: number } }>(server, who, `{ workspaces(first: 2) { ${fields} totalCount } }`),
      );
      expect([asked.statements.length, asked.messages]).toEqual([2, 1]);
      expect(asked.result.workspaces.totalCount).toBe(3);
    }
  });
});
