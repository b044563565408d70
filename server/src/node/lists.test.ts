import { describe, expect, test } from '@jest/globals';
import { databaseContent } from '../testing/database-content.js';
import { eventually } from '../testing/eventually.js';
import { createWorkspace, run } from '../testing/fixtures.js';
import { changeRows, giveToTeam, insertKeys, setRole, uuidOf } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

/** Everything of the list, page after page of this size. */
async function allOf<Item>(
  who: Person,
  { id, type, field, args = '', select, first }: ListOf,
): Promise<{ items: Item[]; pages: number; totals: Set<number> }> {
  const items: Item[] = [];
  const totals = new Set<number>();
  let after: string | null = null;
  for (let pages = 1; ; pages++) {
    const data: { node: Record<string, Page<Item>> } = await run(
      server,
      who,
      `query ($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on ${type} {
        ${field}(first: $first, after: $after ${args}) {
          totalCount nodes { ${select} } edges { cursor node { id } } pageInfo { hasNextPage endCursor }
        }
      } } }`,
      { id, first, after },
    );
    const page = data.node[field];
    if (page === undefined) throw new Error(`There is no ${field}.`);
    expect(page.edges).toHaveLength(page.nodes.length);
    expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor ?? null);
    items.push(...page.nodes);
    totals.add(page.totalCount);
    if (!page.pageInfo.hasNextPage) return { items, pages, totals };
    expect(page.nodes).toHaveLength(first);
    after = page.pageInfo.endCursor;
  }
}

interface ListOf {
  readonly id: string;
  readonly type: string;
  readonly field: string;
  readonly args?: string;
  readonly select: string;
  readonly first: number;
}

interface Page<Item> {
  readonly totalCount: number;
  readonly nodes: readonly Item[];
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

describe('members of a workspace', () => {
  test('come in the order in which they joined, each with the role, on pages without gap or double', async () => {
    const org = newOrganization();
    const people = await Promise.all(
      ['ada', 'bob', 'cyd', 'dan', 'eve'].map((sub) => person(server, { sub, org, name: sub, teams: ['core'] })),
    );
    const [ada, bob, cyd] = people;
    if (ada === undefined || bob === undefined || cyd === undefined) throw new Error('Nobody is there.');
    const id = await createWorkspace(server, ada, { memberIds: people.map((who) => who.id) });
    await setRole(server, [id], bob, 'ADMIN');
    await setRole(server, [id], cyd, 'VIEWER');
    const list = { id, type: 'Workspace', field: 'members', select: 'id role joinedAt user { name } workspace { id }' };
    type Item = { id: string; role: string; joinedAt: string; user: { name: string }; workspace: { id: string } };
    const whole = await allOf<Item>(ada, { ...list, first: 100 });
    expect(whole.totals).toEqual(new Set([5]));
    expect(whole.items.every(({ workspace }) => workspace.id === id)).toBe(true);
    expect(Object.fromEntries(whole.items.map(({ role, user }) => [user.name, role]))).toEqual({
      ada: 'OWNER',
      bob: 'ADMIN',
      cyd: 'VIEWER',
      dan: 'MEMBER',
      eve: 'MEMBER',
    });
    const joined = whole.items.map(({ joinedAt, id: member }) => `${joinedAt} ${member}`);
    expect(joined).toEqual([...joined].sort());
    for (const [first, pages] of [
      [1, 5],
      [2, 3],
      [5, 1],
    ] as const) {
      const paged = await allOf<Item>(bob, { ...list, first });
      expect([paged.items, paged.pages]).toEqual([whole.items, pages]);
    }
  });
});

describe('users of a team', () => {
  test('come by name, on pages without gap or double, and are only those whom the viewer may know', async () => {
    const org = newOrganization();
    const names = ['Zoe', 'Ärne', 'adam', 'Bea', 'Bea'];
    const people = await Promise.all(
      names.map((name, index) =>
        person(server, { sub: `p${index}`, org, name, teams: ['crowd', ...(index < 2 ? ['inner'] : [])] }),
      ),
    );
    const [zoe] = people;
    if (zoe === undefined) throw new Error('Nobody is there.');
    const admin = await person(server, { sub: 'root', org, org_role: 'admin' });
    const reader = await person(server, { sub: 'reader', org, name: 'Reader', teams: ['inner'] });
    const { viewer } = await run<{ viewer: { teams: { id: string; name: string }[] } }>(
      server,
      zoe,
      '{ viewer { teams { id name } } }',
    );
    expect(viewer.teams.map(({ name }) => name)).toEqual(['crowd', 'inner']);
    const list = { id: viewer.teams[0]?.id ?? '', type: 'Team', field: 'users', select: 'id name' };
    for (const who of [zoe, admin]) {
      const whole = await allOf<{ name: string }>(who, { ...list, first: 100 });
      expect(whole.items.map(({ name }) => name)).toEqual(['adam', 'Ärne', 'Bea', 'Bea', 'Zoe']);
      expect(whole.totals).toEqual(new Set([5]));
      for (const first of [1, 2]) expect((await allOf(who, { ...list, first })).items).toEqual(whole.items);
    }
    // The team owns what the reader sees, so it has a name; its people stay unknown but for those of a common team.
    const id = await createWorkspace(server, zoe);
    await giveToTeam(server, [id], 'crowd');
    await setRole(server, [id], reader, 'VIEWER');
    const known = await allOf<{ name: string }>(reader, { ...list, first: 100 });
    expect(known.items.map(({ name }) => name)).toEqual(['Ärne', 'Zoe']);
    expect(known.totals).toEqual(new Set([2]));
  });
});

describe('people in the team access', () => {
  test('come by name, on pages without gap or double, and are counted and searched by name and e-mail', async () => {
    const org = newOrganization();
    const names = ['Zoe', 'Ärne', 'adam', 'Bea', 'bea'];
    const [zoe] = await Promise.all(
      names.map((name, index) =>
        person(server, { sub: `p${index}`, org, name, email: `p${index}@example.com`, teams: ['crowd'] }),
      ),
    );
    if (zoe === undefined) throw new Error('Nobody is there.');
    const admin = await person(server, { sub: 'root', org, name: 'Root', org_role: 'admin' });
    await person(server, { sub: 'stranger', org, name: 'Charly' });
    type People = {
      totalCount: number;
      nodes: { name: string }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
    const page = async (who: Person, variables: object) =>
      (
        await run<{ assignableUsers: People }>(
          server,
          who,
          `query ($first: Int, $after: String, $search: String) {
            assignableUsers(first: $first, after: $after, search: $search) {
              totalCount nodes { name } pageInfo { hasNextPage endCursor }
            }
          }`,
          { ...variables },
        )
      ).assignableUsers;
    for (const [who, expected] of [
      [zoe, ['adam', 'Ärne', 'bea', 'Bea', 'Zoe']],
      [admin, ['adam', 'Ärne', 'bea', 'Bea', 'Charly', 'Root', 'Zoe']],
    ] as const) {
      for (const first of [1, 2, 100]) {
        const found: string[] = [];
        for (let after: string | null = null, isLast = false; !isLast; ) {
          const { totalCount, nodes, pageInfo }: People = await page(who, { first, after });
          expect(totalCount).toBe(expected.length);
          found.push(...nodes.map(({ name }) => name));
          [after, isLast] = [pageInfo.endCursor, !pageInfo.hasNextPage];
        }
        expect(found).toEqual(expected);
      }
    }
    expect(await page(zoe, { search: 'BE' })).toMatchObject({ totalCount: 2, nodes: [{}, {}] });
    expect(await page(zoe, { search: 'P2@' })).toMatchObject({ totalCount: 1, nodes: [{ name: 'adam' }] });
    // The accents of neither count.
    for (const search of ['arne', 'ÄRNE', 'a\u0308rne', 'árné']) {
      expect(await page(zoe, { search })).toMatchObject({ totalCount: 1, nodes: [{ name: 'Ärne' }] });
    }
  });
});

describe('keys of a workspace', () => {
  type Key = {
    name: string;
    status: string;
    maskedKey: string;
    createdBy: { name: string } | null;
    expiresAt: string | null;
  };
  const hour = 3_600_000;
  const list = {
    type: 'Workspace',
    field: 'virtualKeys',
    select: 'name status maskedKey createdBy { name } expiresAt',
  };

  async function workspaceWithKeys() {
    const ada = await person(server, { sub: 'ada', org: newOrganization(), name: 'Ada' });
    const id = await createWorkspace(server, ada);
    const keys = await insertKeys(server, id, [
      { name: 'plain', createdBy: ada },
      { name: 'with an end', expiresInMs: hour },
      { name: 'past its end', expiresInMs: -1 },
      { name: 'disabled', status: 'DISABLED' },
      { name: 'disabled and past its end', status: 'DISABLED', expiresInMs: -hour },
      { name: 'revoked', status: 'REVOKED' },
      { name: 'revoked and past its end', status: 'REVOKED', expiresInMs: -hour },
    ]);
    return { ada, id, keys };
  }

  test('come newest first with the status of the moment, on pages without gap or double', async () => {
    const { ada, id } = await workspaceWithKeys();
    const whole = await allOf<Key>(ada, { ...list, id, first: 100 });
    expect(whole.items.map(({ name, status }) => [name, status])).toEqual([
      ['revoked and past its end', 'REVOKED'],
      ['revoked', 'REVOKED'],
      ['disabled and past its end', 'EXPIRED'],
      ['disabled', 'DISABLED'],
      ['past its end', 'EXPIRED'],
      ['with an end', 'ACTIVE'],
      ['plain', 'ACTIVE'],
    ]);
    expect(whole.items.at(-1)).toMatchObject({ maskedKey: 'tvk_…abcd', createdBy: { name: 'Ada' }, expiresAt: null });
    expect(whole.items[1]?.createdBy).toBeNull();
    for (const first of [1, 3]) expect((await allOf(ada, { ...list, id, first })).items).toEqual(whole.items);
  });

  test('of one and the same moment come by id, on pages without gap or double', async () => {
    const { ada, id, keys } = await workspaceWithKeys();
    await changeRows(server, keys, `created_at = '2026-01-01T00:00:00Z'`);
    const ofMoment = { ...list, id, select: 'id' };
    const ids = (await allOf<{ id: string }>(ada, { ...ofMoment, first: 100 })).items.map((key) => key.id);
    expect(ids).toHaveLength(7);
    expect(ids).toEqual([...ids].sort().reverse());
    for (const first of [1, 3]) {
      expect((await allOf<{ id: string }>(ada, { ...ofMoment, first })).items.map((key) => key.id)).toEqual(ids);
    }
  });

  test('can be listed by status, and the total counts the same', async () => {
    const { ada, id } = await workspaceWithKeys();
    const cases: [string, string[]][] = [
      ['[ACTIVE]', ['with an end', 'plain']],
      ['[EXPIRED]', ['disabled and past its end', 'past its end']],
      ['[DISABLED]', ['disabled']],
      ['[REVOKED]', ['revoked and past its end', 'revoked']],
      ['[DISABLED, ACTIVE, ACTIVE]', ['disabled', 'with an end', 'plain']],
      ['[]', []],
    ];
    for (const [statuses, names] of cases) {
      const { items, totals } = await allOf<Key>(ada, { ...list, id, args: `, statuses: ${statuses}`, first: 1 });
      expect(items.map(({ name }) => name)).toEqual(names);
      expect(totals).toEqual(new Set([names.length]));
    }
    const all = await allOf<Key>(ada, { ...list, id, args: ', statuses: null', first: 100 });
    expect([all.items.length, ...all.totals]).toEqual([7, 7]);
  });

  test('expire at their very moment, in every list and count, though nothing is written', async () => {
    let [ada, id] = await newWorkspace();
    const read = async () => {
      const data = await run<{
        workspace: Counted;
        workspaces: { nodes: Counted[] };
        workspaceSummary: { totalActiveKeys: number; activeWorkspace: Counted };
        activeWorkspace: Counted;
      }>(
        server,
        ada,
        `query ($id: ID!) {
          workspace(id: $id) { ...Counted } workspaces { nodes { ...Counted } } activeWorkspace { ...Counted }
          workspaceSummary { totalActiveKeys activeWorkspace { ...Counted } }
        } fragment Counted on Workspace {
          activeKeyCount virtualKeys { nodes { status secrets { maskedKey } } }
          active: virtualKeys(statuses: [ACTIVE]) { totalCount }
        }`,
        { id },
      );
      const { workspace, workspaces, workspaceSummary, activeWorkspace } = data;
      return [workspace, ...workspaces.nodes, workspaceSummary.activeWorkspace, activeWorkspace].map((counted) => ({
        statuses: counted.virtualKeys.nodes.map(({ status }) => status),
        secrets: counted.virtualKeys.nodes.map(({ secrets }) => secrets.length),
        counts: [counted.activeKeyCount, counted.active.totalCount, workspaceSummary.totalActiveKeys],
      }));
    };
    const stored = () =>
      server.database.rows({ text: 'SELECT active_key_count FROM workspaces WHERE id = $1', values: [uuidOf(id)] });
    const hasExpired = async () => {
      const text = 'SELECT FROM virtual_keys WHERE workspace_id = $1 AND expires_at <= now()';
      return (await server.database.rows({ text, values: [uuidOf(id)] })).length > 0;
    };

    const before = { statuses: ['ACTIVE', 'ACTIVE'], secrets: [1, 1], counts: [2, 2, 2] };
    // Long enough that the key is read before its end, on whatever machine.
    for (let expiresInMs = 1_000; ; expiresInMs *= 2) {
      [ada, id] = await newWorkspace();
      await insertKeys(server, id, [{ name: 'stays' }, { name: 'goes', expiresInMs }]);
      const answers = await read();
      if (await hasExpired()) continue;
      expect(answers).toEqual([before, before, before, before]);
      break;
    }
    const content = await databaseContent(server.database);
    await eventually(async () => expect(await hasExpired()).toBe(true));
    const after = { statuses: ['EXPIRED', 'ACTIVE'], secrets: [0, 1], counts: [1, 1, 1] };
    expect(await read()).toEqual([after, after, after, after]);
    expect(await databaseContent(server.database)).toEqual(content);
    expect(await stored()).toEqual([{ active_key_count: 2 }]);
    // The next change of a key writes the count afresh.
    await insertKeys(server, id, [{ name: 'new' }]);
    expect(await stored()).toEqual([{ active_key_count: 2 }]);
    expect((await read())[0]).toMatchObject({ statuses: ['ACTIVE', 'EXPIRED', 'ACTIVE'], counts: [2, 2, 2] });
  });

  async function newWorkspace(): Promise<[owner: Person, id: string]> {
    const owner = await person(server, { sub: 'ada', org: newOrganization() });
    return [owner, await createWorkspace(server, owner)];
  }

  interface Counted {
    readonly activeKeyCount: number;
    readonly virtualKeys: { readonly nodes: readonly { readonly status: string; readonly secrets: object[] }[] };
    readonly active: { readonly totalCount: number };
  }
});
