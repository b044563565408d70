import { beforeAll, describe, expect, test } from '@jest/globals';
import { createKey, mutate, run, workspaceInput } from '../testing/fixtures.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

/** What names may be, when two are one, how they are ordered and how they are found, through the API. */

useServer();

interface Created {
  readonly workspace: { readonly name: string } | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

function create(who: Person, name: string): Promise<Created> {
  return mutate(server, who, {
    name: 'createWorkspace',
    input: workspaceInput({ name }),
    fields: 'workspace { name }',
  });
}

async function newOwner(name = 'Owner'): Promise<Person & { readonly org: string }> {
  const org = newOrganization();
  return { ...(await person(server, { sub: 'owner', org, name, teams: ['core'] })), org };
}

const family = '👩\u200d👩\u200d👧';

describe('two names are one', () => {
  test.each([
    ['with ß and with ss', 'Straße', 'STRASSE'],
    ['with a capital ß', 'Straße', 'STRAẞE'],
    ['with a ligature', 'Oﬃce', 'office'],
    ['with the sign for kelvin', '300 \u212a', '300 k'],
    ['composed and decomposed', 'Caf\u00e9', 'CAFE\u0301'],
    ['with a soft hyphen', 'Donau\u00addampf', 'Donaudampf'],
    ['with a blank of no width', 'zero\u200bwidth', 'zerowidth'],
    ['with a word joiner', 'word\u2060joiner', 'wordjoiner'],
    ['with a run of blanks', 'two   blanks', 'two blanks'],
    ['with a no-break space', 'no\u00a0break', 'no break'],
    ['with a narrow no-break space among blanks', 'many \u202f\u2003 blanks', 'many blanks'],
    ['with blanks around it', '\u00a0\u3000around ', 'around'],
    ['with a joiner', 'क्\u200dष', 'क्ष'],
    ['with a non-joiner', 'می\u200cخواهم', 'میخواهم'],
    ['with a variation selector', 'love ❤\ufe0f', 'love ❤'],
    ['with a family that is joined, and with its people', `home ${family}`, `home ${family.replaceAll('\u200d', '')}`],
  ])('%s', async (_case, first, second) => {
    for (const [one, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const owner = await newOwner();
      expect((await create(owner, one)).userErrors).toEqual([]);
      expect(await create(owner, other)).toMatchObject({
        workspace: null,
        userErrors: [{ code: 'TAKEN', field: ['input', 'name'] }],
      });
    }
  });
});

describe('two names are two', () => {
  test.each([
    ['with an accent and without', 'Éclair', 'Eclair'],
    ['with a blank and without', 'two words', 'twowords'],
    ['with a hyphen that is seen and without', 'Donau-dampf', 'Donaudampf'],
    ['with a dotless i and with i', 'ırmak', 'irmak'],
    ['with letters of full width and without', 'Ａ', 'A'],
    ['with letters of another script that look the same', 'А', 'A'],
    ['with a Roman number in one character and in letters', 'Ⅷ', 'VIII'],
  ])('%s', async (_case, first, second) => {
    const owner = await newOwner();
    for (const name of [first, second]) {
      expect(await create(owner, name)).toMatchObject({ workspace: { name }, userErrors: [] });
    }
  });
});

describe('a name is kept as it is written', () => {
  test.each([
    ['joiners in emoji', family],
    ['a variation selector', '❤\ufe0f'],
    ['a non-joiner between letters', 'می\u200cخواهم'],
    ['a soft hyphen', 'Donau\u00addampf'],
    ['runs of blanks and no-break spaces inside', 'two   blanks,\u00a0one\u202fhard'],
    ['marks of direction, which are no overrides', 'a\u200eb\u200fc'],
    ['isolates of direction', '\u2067abc\u2069'],
    ['small and capital letters', 'iPhone ẞß'],
  ])('with %s', async (_case, name) => {
    expect(await create(await newOwner(), name)).toMatchObject({ workspace: { name }, userErrors: [] });
  });
});

describe('a name is refused', () => {
  test.each([
    ['an embedding from left to right', 'a\u202ab'],
    ['an embedding from right to left', 'a\u202bb'],
    ['an end of them', 'a\u202cb'],
    ['an override from left to right', 'a\u202db'],
    ['an override from right to left', 'txt.\u202eexe'],
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['a tab', 'a\tb'],
    ['no character at all', 'a\uffffb'],
    ['nothing but joiners', '\u200d\u200c\u2060'],
    ['nothing but a soft hyphen', '\u00ad'],
    ['nothing but a filler', '\u3164'],
    ['nothing but a mark', '\u0301'],
  ])('with %s, of a workspace and of a key', async (_case, name) => {
    const owner = await newOwner();
    const refused = [expect.objectContaining({ code: 'INVALID', field: ['input', 'name'] })];
    expect(await create(owner, name)).toMatchObject({ workspace: null, userErrors: refused });
    const key = await mutate<{ virtualKey: object | null }>(server, owner, {
      name: 'createVirtualKey',
      input: { workspaceId: 'ws_of_nothing', name },
      fields: 'virtualKey { id }',
    });
    expect(key).toMatchObject({ virtualKey: null, userErrors: refused });
  });
});

describe('workspaces, keys and people', () => {
  /** As they come in every list: letters, then accents, then case, however they are written. */
  const inOrder = [
    ...[
      '10 eggs',
      '2 eggs',
      'a b',
      'a-b',
      'ab',
      'Ångström',
      'Azur',
      'Eclair',
      'Éclair',
      'eclairs',
      'éclairs',
      'Eclairs 2',
    ],
    ...['ñandú', 'Nation', 'Øre', 'Strasse 1', 'Straße 2', 'Zürich', 'Ярославль', '東京'],
  ];
  const names = [...inOrder].reverse();
  let admin: Person;
  let owner: Person;
  beforeAll(async () => {
    const org = newOrganization();
    owner = await person(server, { sub: 'owner', org, name: names[0] ?? '', teams: ['core'] });
    admin = await person(server, { sub: 'admin', org, name: 'zzz', org_role: 'admin' });
    for (const [index, name] of names.entries()) {
      await create(owner, name);
      if (index > 0) await person(server, { sub: `p${index}`, org, name, teams: ['core'] });
    }
    const { workspaces } = await run<{ workspaces: { nodes: { id: string }[] } }>(
      server,
      owner,
      '{ workspaces(first: 1) { nodes { id } } }',
    );
    for (const name of names) await createKey(server, owner, { workspaceId: workspaces.nodes[0]?.id ?? '', name });
  });

  interface Lists {
    readonly workspaces: { readonly nodes: readonly { readonly name: string }[] };
    readonly virtualKeys: { readonly nodes: readonly { readonly name: string }[] };
    readonly assignableUsers: { readonly nodes: readonly { readonly name: string }[] };
  }

  async function lists(who: Person, search: string | null): Promise<string[][]> {
    const data = await run<Lists>(
      server,
      who,
      `query ($search: String) {
        workspaces(first: 100, filter: { search: $search }) { nodes { name } }
        virtualKeys(first: 100, filter: { search: $search }, orderBy: { field: NAME, direction: ASC }) { nodes { name } }
        assignableUsers(first: 100, search: $search) { nodes { name } }
      }`,
      { search },
    );
    return [data.workspaces, data.virtualKeys, data.assignableUsers].map(({ nodes }) =>
      nodes.map(({ name }) => name).filter((name) => name !== 'zzz'),
    );
  }

  test('come in one order, accents beside the letters, whoever reads them', async () => {
    for (const who of [owner, admin]) {
      for (const found of await lists(who, null)) expect(found).toEqual(inOrder);
    }
  });

  test.each([
    ['without accents', 'eclair', ['Eclair', 'Éclair', 'eclairs', 'éclairs', 'Eclairs 2']],
    ['with accents that only some have', 'ÉCLAIRS', ['eclairs', 'éclairs', 'Eclairs 2']],
    ['decomposed', 'E\u0301clairs', ['eclairs', 'éclairs', 'Eclairs 2']],
    ['with ss for ß', 'strasse', ['Strasse 1', 'Straße 2']],
    ['with ß for ss', 'STRAẞE', ['Strasse 1', 'Straße 2']],
    ['with letters that are one piece', 'ore', ['Øre']],
    ['with an umlaut left out', 'zurich', ['Zürich']],
    ['in Cyrillic, in capitals', 'ЯРОСЛ', ['Ярославль']],
    ['with a no-break space', 'a\u00a0b', ['a b']],
    ['with a run of blanks', '2   EGGS', ['2 eggs']],
    ['with a soft hyphen', 'na\u00adtion', ['Nation']],
    ['of a blank alone', '\u00a0', inOrder],
  ])('are found by a search %s', async (_case, search, found) => {
    for (const who of [owner, admin]) for (const list of await lists(who, search)) expect(list).toEqual(found);
  });
});
