import { beforeAll, describe, expect, test } from '@jest/globals';
import { createKey, createWorkspace, idOfNothing, mutate, newService, run } from '../testing/fixtures.js';
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

interface Key {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
}

interface Connection {
  readonly totalCount: number;
  readonly nodes: readonly Key[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly endCursor: string };
}

interface ListArgs {
  readonly first?: number;
  readonly after?: string | null;
  readonly filter?: Record<string, unknown> | null;
  readonly orderBy?: { readonly field: string; readonly direction: string } | null;
}

const listQuery = `query ($first: Int, $after: String, $filter: VirtualKeyFilter, $orderBy: VirtualKeyOrder) {
  virtualKeys(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    totalCount
    nodes { id name status createdAt lastUsedAt expiresAt }
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;

async function list(who: Person, args: ListArgs = {}): Promise<Connection> {
  return (await run<{ virtualKeys: Connection }>(server, who, listQuery, { ...args })).virtualKeys;
}

async function namesOf(who: Person, filter: Record<string, unknown> | null = null): Promise<string[]> {
  const page = await list(who, { first: 100, filter });
  expect(page.totalCount).toBe(page.nodes.length);
  return page.nodes.map(({ name }) => name).sort();
}

async function allPages(who: Person, args: ListArgs): Promise<Key[]> {
  const keys: Key[] = [];
  let after: string | null = null;
  for (;;) {
    const page: Connection = await list(who, { ...args, after });
    keys.push(...page.nodes);
    expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
    if (!page.pageInfo.hasNextPage) return keys;
    expect(page.nodes).toHaveLength(args.first ?? 20);
    after = page.pageInfo.endCursor;
  }
}

async function refusalOf(who: Person, args: ListArgs) {
  const answer = await server.request({ token: who.token, query: listQuery, variables: { ...args } });
  return { data: answer.data, codes: answer.errors?.map(({ extensions, message }) => [extensions.code, message]) };
}

async function archive(who: Person, workspaceId: string): Promise<void> {
  await mutate(server, who, {
    name: 'archiveWorkspace',
    input: { workspaceId, expectedVersion: 1 },
    fields: 'workspace { id }',
  });
}

describe('who sees which keys', () => {
  test('everybody sees those of the workspaces that they see, once each, and of no archived one', async () => {
    const org = newOrganization();
    const people = await Promise.all(
      ['owner', 'viewer', 'teammate', 'stranger'].map((sub) =>
        person(server, { sub, org, teams: sub === 'teammate' ? ['owners'] : [] }),
      ),
    );
    const [owner, viewer, teammate, stranger] = people as [Person, Person, Person, Person];
    const admin = await person(server, { sub: 'admin', org, org_role: 'admin' });
    const foreigner = await person(server, { sub: 'owner', org: newOrganization(), org_role: 'admin' });
    await createKey(server, foreigner, { workspaceId: await createWorkspace(server, foreigner), name: 'foreign' });
    const [own = '', shared = '', teams = '', archived = ''] = await insertWorkspaces(server, owner, {
      count: 4,
      prefix: 'Workspace',
    });
    for (const [id, name] of [
      [own, 'own'],
      [shared, 'shared'],
      [teams, 'team'],
      [archived, 'archived'],
    ] as const) {
      await createKey(server, owner, { workspaceId: id, name });
    }
    await setRole(server, [shared, archived], viewer, 'VIEWER');
    await giveToTeam(server, [teams], 'owners');
    await setRole(server, [teams], teammate, 'VIEWER');
    await archive(owner, archived);
    await deleteMembership(server, teams, owner);

    expect(await namesOf(owner)).toEqual(['own', 'shared']);
    expect(await namesOf(viewer)).toEqual(['shared']);
    expect(await namesOf(teammate)).toEqual(['team']);
    expect(await namesOf(stranger)).toEqual([]);
    expect(await namesOf(admin)).toEqual(['own', 'shared', 'team']);
    expect(await namesOf(foreigner)).toEqual(['foreign']);
    for (const scope of ['WORKSPACES_READ', 'WORKSPACES_WRITE']) {
      expect(await namesOf(await newService(server, admin, [scope]))).toEqual(['own', 'shared', 'team']);
    }
  });
});

describe('filters', () => {
  let owner: Person;
  let admin: Person;
  let one: string;
  let two: string;
  let unseen: string;
  beforeAll(async () => {
    const org = newOrganization();
    owner = await person(server, { sub: 'owner', org });
    admin = await person(server, { sub: 'admin', org, org_role: 'admin' });
    one = await createWorkspace(server, owner);
    two = await createWorkspace(server, owner);
    unseen = await createWorkspace(server, admin);
    await insertKeys(server, one, [
      { name: 'Größe 100%' },
      { name: 'off_1', status: 'DISABLED' },
      { name: 'revoked', status: 'REVOKED' },
    ]);
    const [used = '', idle = ''] = await insertKeys(server, two, [
      { name: 'used' },
      { name: 'idle' },
      { name: 'expired', expiresInMs: -1 },
      { name: 'expired and off', expiresInMs: -1, status: 'DISABLED' },
    ]);
    await insertKeys(server, unseen, [{ name: 'unseen' }]);
    await changeRows(server, used, `last_used_at = now() - interval '1 hour'`);
    await changeRows(server, idle, `last_used_at = now() - interval '30 days 1 minute'`);
  });

  const all = ['Größe 100%', 'expired', 'expired and off', 'idle', 'off_1', 'revoked', 'used'];
  const never = all.filter((name) => name !== 'used' && name !== 'idle');
  const cases: [string, Record<string, unknown> | null, string[]][] = [
    ['none', null, all],
    ['only nulls', { workspaceIds: null, statuses: null, unusedForDays: null, search: null }, all],
    ['an empty search', { search: '' }, all],
    ['a search in another case', { search: 'GRÖSSE' }, ['Größe 100%']],
    ['a search decomposed', { search: 'gro\u0308ß' }, ['Größe 100%']],
    ['a search without the accents', { search: 'grosse' }, ['Größe 100%']],
    ['a search with accents that the name has none of', { search: 'revókéd' }, ['revoked']],
    ['a search for a percent sign', { search: '%' }, ['Größe 100%']],
    ['a search for an underscore', { search: '_' }, ['off_1']],
    ['a search for a quote and a NUL', { search: "'\0" }, []],
    ['active ones', { statuses: ['ACTIVE'] }, ['Größe 100%', 'idle', 'used']],
    ['those switched off', { statuses: ['DISABLED'] }, ['off_1']],
    ['expired ones, whatever is stored', { statuses: ['EXPIRED'] }, ['expired', 'expired and off']],
    ['revoked or expired ones', { statuses: ['REVOKED', 'EXPIRED'] }, ['expired', 'expired and off', 'revoked']],
    ['no status', { statuses: [] }, []],
    ['no workspace', { workspaceIds: [] }, []],
    ['unused for 30 days, or never used', { unusedForDays: 30 }, [...never, 'idle'].sort()],
    ['unused for 31 days, or never used', { unusedForDays: 31 }, never],
    ['unused for 0 days', { unusedForDays: 0 }, all],
    ['unused for a hundred years', { unusedForDays: 36_500 }, never],
    ['all of them', { search: 'D', statuses: ['ACTIVE'], unusedForDays: 30 }, ['idle']],
  ];
  test.each(cases)('%s: the same keys and the same total for the owner and an admin', async (_name, filter, names) => {
    expect(await namesOf(owner, filter)).toEqual(names);
    expect((await namesOf(admin, filter)).filter((name) => name !== 'unseen')).toEqual(names);
  });

  test('workspaces: those that are seen; an invisible, unknown or malformed id matches nothing', async () => {
    expect(await namesOf(owner, { workspaceIds: [one] })).toEqual(['Größe 100%', 'off_1', 'revoked']);
    expect(await namesOf(owner, { workspaceIds: [one, two, unseen, 'nonsense'] })).toEqual(all);
    expect(await namesOf(admin, { workspaceIds: [unseen] })).toEqual(['unseen']);
    for (const id of [unseen, idOfNothing('Workspace'), '', 'nonsense', one.replace('ws_', 'vk_')]) {
      expect(await namesOf(owner, { workspaceIds: [id] })).toEqual([]);
    }
  });

  test('makers: those who are named; one that is unknown, malformed or no person matches nothing', async () => {
    const org = newOrganization();
    const root = await person(server, { sub: 'root', org, org_role: 'admin' });
    const ada = await person(server, { sub: 'ada', org });
    const id = await createWorkspace(server, root);
    await setRole(server, [id], ada, 'MEMBER');
    const service = await newService(server, root, ['WORKSPACES_WRITE']);
    for (const [who, name] of [
      [root, "root's"],
      [ada, "ada's"],
      [service, "the service's"],
    ] as const) {
      await createKey(server, who, { workspaceId: id, name });
    }
    for (const who of [root, ada, service]) {
      expect(await namesOf(who, { createdByIds: [ada.id] })).toEqual(["ada's"]);
      expect(await namesOf(who, { createdByIds: [ada.id, root.id, root.id] })).toEqual(["ada's", "root's"]);
      expect(await namesOf(who, { createdByIds: null })).toHaveLength(3);
      for (const createdByIds of [[], [owner.id], [service.id], [idOfNothing('User'), '', id, uuidOf(ada.id)]]) {
        expect(await namesOf(who, { createdByIds })).toEqual([]);
      }
    }
  });

  test('expiry before a time, past ones too and never one without an end; no review since a time, or none at all', async () => {
    const who = await person(server, { sub: 'who', org: newOrganization() });
    const id = await createWorkspace(server, who);
    const [past = '', soon = ''] = await insertKeys(server, id, [
      { name: 'past', expiresInMs: -1 },
      { name: 'soon', expiresInMs: 1 },
      { name: 'eternal' },
    ]);
    const times = 'expires_at = $1, last_reviewed_at = $2';
    await changeRows(server, past, times, ['2026-01-01T00:00:00Z', '2025-06-01T00:00:00Z']);
    await changeRows(server, soon, times, ['2999-01-01T00:00:00Z', '2025-07-01T00:00:00Z']);
    const cases: [Record<string, unknown>, string[]][] = [
      [{ expiresBefore: '2026-01-01T00:00:00.000Z' }, []],
      [{ expiresBefore: '2026-01-01T00:00:00.001Z' }, ['past']],
      [{ expiresBefore: '9999-12-31T23:59:59.999Z' }, ['past', 'soon']],
      [{ expiresBefore: '0001-01-01T00:00:00Z' }, []],
      [{ expiresBefore: '9999-12-31T23:59:59.999Z', statuses: ['ACTIVE'] }, ['soon']],
      [{ expiresBefore: null, notReviewedSince: null }, ['eternal', 'past', 'soon']],
      [{ notReviewedSince: '2025-06-01T00:00:00Z' }, ['eternal']],
      [{ notReviewedSince: '2025-06-01T00:00:00.001Z' }, ['eternal', 'past']],
      [{ notReviewedSince: '2025-07-02T00:00:00Z' }, ['eternal', 'past', 'soon']],
      [{ notReviewedSince: '2025-07-02T00:00:00Z', expiresBefore: '2999-01-01T00:00:00Z' }, ['past']],
    ];
    for (const [filter, names] of cases) expect([filter, await namesOf(who, filter)]).toEqual([filter, names]);
  });

  test('more than a hundred values, a search of more than two hundred characters, or days out of bounds are BAD_USER_INPUT', async () => {
    const tooLarge = (field: string) => `The filter's "${field}" takes at most 100 values.`;
    const tooLong = 'The filter\'s "search" takes at most 200 characters.';
    const days = 'The filter "unusedForDays" takes a number of days from 0 to 36,500.';
    const cases: [Record<string, unknown>, string][] = [
      [{ workspaceIds: Array(101).fill(one) }, tooLarge('workspaceIds')],
      [{ statuses: Array(101).fill('ACTIVE') }, tooLarge('statuses')],
      [{ createdByIds: Array(101).fill(owner.id) }, tooLarge('createdByIds')],
      [{ search: 'x'.repeat(201) }, tooLong],
      [{ unusedForDays: -1 }, days],
      [{ unusedForDays: 36_501 }, days],
    ];
    for (const [filter, message] of cases) {
      expect(await refusalOf(owner, { filter })).toEqual({
        data: { virtualKeys: null },
        codes: [['BAD_USER_INPUT', message]],
      });
    }
    expect(await namesOf(owner, { search: 'x'.repeat(200), workspaceIds: Array(100).fill(one) })).toEqual([]);
  });
});

describe('orderings and pages', () => {
  const count = 12;
  let owner: Person;
  let viewer: Person;
  let admin: Person;
  beforeAll(async () => {
    const org = newOrganization();
    owner = await person(server, { sub: 'owner', org });
    viewer = await person(server, { sub: 'viewer', org });
    admin = await person(server, { sub: 'admin', org, org_role: 'admin' });
    const workspaceIds = [await createWorkspace(server, owner), await createWorkspace(server, owner)];
    await setRole(server, workspaceIds, viewer, 'VIEWER');
    const names = ['b', 'B', 'ä', 'a', 'Z', 'z'];
    // Each in both workspaces: only the id tells the two apart.
    const keys = await insertKeys(
      server,
      workspaceIds,
      names.map((name, index) => ({ name, expiresInMs: index % 3 === 0 ? null : (index - 2) * 3_600_000 })),
    );
    // Many are the same, so that only the id tells them apart; some were never used.
    for (const [place, key] of keys.entries()) {
      const index = place % names.length;
      const age = (names[index]?.charCodeAt(0) ?? 0) % 3;
      await changeRows(
        server,
        key,
        `created_at = date_trunc('hour', now()) - $1 * interval '1 hour',
         expires_at = date_trunc('hour', now()) + $2 * interval '1 hour',
         last_used_at = date_trunc('hour', now()) - $3 * interval '1 day'`,
        [age, index % 3 === 0 ? null : index - 2, age === 0 ? null : age],
      );
    }
  });

  const byteOrder = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const byTime = (a: string | null, b: string | null, none: number) =>
    (a === null ? none : Date.parse(a)) - (b === null ? none : Date.parse(b));
  const [first, last] = [-8.64e15, 8.64e15];
  /** As people order them: letters, then accents, then case. */
  const inOrder = ['a', 'ä', 'b', 'B', 'z', 'Z'];
  const comparisons: Record<string, (a: Key, b: Key) => number> = {
    NAME: (a, b) => inOrder.indexOf(a.name) - inOrder.indexOf(b.name),
    CREATED_AT: (a, b) => byTime(a.createdAt, b.createdAt, 0),
    LAST_USED_AT: (a, b) => byTime(a.lastUsedAt, b.lastUsedAt, first),
    EXPIRES_AT: (a, b) => byTime(a.expiresAt, b.expiresAt, last),
  };
  const orderings = Object.keys(comparisons).flatMap((field) =>
    ['ASC', 'DESC'].map((direction) => ({ field, direction })),
  );

  test.each(orderings)(
    '$field $direction: the pages put together are the whole list in order, whatever their size',
    async (orderBy) => {
      const compare = (a: Key, b: Key) => comparisons[orderBy.field]?.(a, b) || byteOrder(a.id, b.id);
      for (const who of [owner, viewer, admin]) {
        const whole = await list(who, { first: 100, orderBy });
        expect(whole.totalCount).toBe(count);
        const sorted = [...whole.nodes].sort(compare);
        expect(whole.nodes).toEqual(orderBy.direction === 'ASC' ? sorted : sorted.reverse());
        for (const size of [1, 5, count]) expect(await allPages(who, { first: size, orderBy })).toEqual(whole.nodes);
      }
    },
  );

  test('a key that was never used is the oldest, one that never expires the last', async () => {
    const order = async (field: string) =>
      (await list(owner, { first: 100, orderBy: { field, direction: 'ASC' } })).nodes;
    const used = (await order('LAST_USED_AT')).map(({ lastUsedAt }) => lastUsedAt === null);
    expect(used).toEqual([...used].sort().reverse());
    const expires = (await order('EXPIRES_AT')).map(({ expiresAt }) => expiresAt === null);
    expect(expires).toEqual([...expires].sort());
    expect(new Set([...used, ...expires]).size).toBe(2);
  });

  test('the newest come first unless ordered otherwise', async () => {
    const newest = await list(owner, { orderBy: { field: 'CREATED_AT', direction: 'DESC' } });
    expect(await list(owner)).toEqual(newest);
    expect(await list(owner, { orderBy: null })).toEqual(newest);
  });

  test('filters hold on every page', async () => {
    const filter = { search: 'b' };
    for (const orderBy of orderings) {
      const keys = await allPages(owner, { first: 1, filter, orderBy });
      expect(keys.map(({ name }) => name).sort()).toEqual(['B', 'B', 'b', 'b']);
    }
  });

  test('a cursor counts only in the list and the ordering that it came from', async () => {
    const invalid = [['BAD_USER_INPUT', 'The argument "after" is not a cursor of this list in this ordering.']];
    for (const orderBy of orderings) {
      const after = (await list(owner, { first: 1, orderBy })).pageInfo.endCursor;
      for (const other of orderings) {
        const { codes } = await refusalOf(owner, { after, orderBy: other });
        expect(codes).toEqual(other === orderBy ? undefined : invalid);
      }
    }
    const { workspaces } = await run<{ workspaces: { nodes: { virtualKeys: Connection }[] } }>(
      server,
      owner,
      '{ workspaces { nodes { virtualKeys(first: 1) { pageInfo { endCursor } } } } }',
    );
    const ofWorkspace = workspaces.nodes[0]?.virtualKeys.pageInfo.endCursor ?? '';
    for (const after of [ofWorkspace, '', 'nonsense']) {
      expect((await refusalOf(owner, { after })).codes).toEqual(invalid);
    }
  });

  test.each([0, 101])('a page of %d keys is BAD_USER_INPUT', async (size) => {
    const { codes } = await refusalOf(owner, { first: size });
    expect(codes).toEqual([['BAD_USER_INPUT', 'The argument "first" must be from 1 to 100.']]);
  });
});

describe('statements', () => {
  const fields = `nodes {
      name maskedKey status version viewerCanUpdate allowedModels monthlyBudget { amount } createdBy { name } lastReviewedBy { name }
      workspace { name owner { name } memberCount activeKeyCount viewerRole isActive }
      secrets { maskedKey createdAt expiresAt }
    } edges { cursor } pageInfo { hasNextPage endCursor }`;
  let readers: Person[];
  beforeAll(async () => {
    const org = newOrganization();
    const makers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        person(server, { sub: `maker-${index}`, org, name: `Maker ${index}`, teams: ['core'] }),
      ),
    );
    const owner = await person(server, { sub: 'owner', org, name: 'Owner', teams: ['core'] });
    const admin = await person(server, { sub: 'admin', org, org_role: 'admin' });
    readers = [owner, admin];
    const workspaceIds = await insertWorkspaces(server, owner, { count: 20, prefix: 'Workspace' });
    for (const [index, workspaceId] of workspaceIds.entries()) {
      const keys = await insertKeys(
        server,
        workspaceId,
        [0, 1, 2].map((n) => ({ name: `Key ${index} ${n}`, createdBy: makers[(index + n) % 10] ?? null })),
      );
      await changeRows(server, keys, 'last_reviewed_at = now(), last_reviewed_by_id = $1', [uuidOf(owner.id)]);
    }
  });

  test('a page of fifty whole keys costs as many as one of two', async () => {
    for (const who of readers) {
      const page = async (size: number) => {
        const { result, statements } = await recordStatements(() =>
          run<{ virtualKeys: { nodes: { secrets: unknown[]; createdBy: unknown }[] } }>(
            server,
            who,
            `{ virtualKeys(first: ${size}) { ${fields} } }`,
          ),
        );
        expect(result.virtualKeys.nodes).toHaveLength(size);
        expect(result.virtualKeys.nodes.every((key) => key.secrets.length === 1 && key.createdBy !== null)).toBe(true);
        return statements.length;
      };
      expect(await page(50)).toBe(await page(2));
    }
  });

  test('the total is counted only when it is asked for', async () => {
    for (const who of readers) {
      const without = await recordStatements(() => run(server, who, '{ virtualKeys(first: 2) { nodes { name } } }'));
      expect(without.statements).toHaveLength(1);
      const asked = await recordStatements(() =>
        run<{ virtualKeys: { totalCount: number } }>(
          server,
          who,
          '{ virtualKeys(first: 2) { totalCount nodes { name } } }',
        ),
      );
      expect([asked.statements.length, asked.messages]).toEqual([2, 1]);
      expect(asked.result.virtualKeys.totalCount).toBe(60);
    }
  });
});
