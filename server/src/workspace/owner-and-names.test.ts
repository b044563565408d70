import { beforeAll, describe, expect, test } from '@jest/globals';
import { createWorkspace, run } from '../testing/fixtures.js';
import { giveToTeam } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

interface Answer {
  readonly workspaces: { readonly totalCount: number; readonly nodes: readonly { readonly name: string }[] };
}

async function found(who: Person, filter: object): Promise<readonly string[]> {
  const query = 'query ($filter: WorkspaceFilter) { workspaces(filter: $filter) { totalCount nodes { name } } }';
  const { workspaces } = await run<Answer>(server, who, query, { filter });
  const names = workspaces.nodes.map(({ name }) => name);
  expect(workspaces.totalCount).toBe(names.length);
  return names;
}

describe('workspaces', () => {
  let admin: Person;
  let ada: Person;
  beforeAll(async () => {
    const org = newOrganization();
    admin = await person(server, { sub: 'root', org, name: 'Root', email: 'root@lovelace.example', org_role: 'admin' });
    ada = await person(server, {
      sub: 'ada',
      org,
      name: 'Ada Løvelace',
      email: 'ada@example.com',
      teams: ['Search Team'],
    });
    await createWorkspace(server, ada, { name: 'Checkout' });
    await createWorkspace(server, ada, { name: 'Straße  Nord' });
    await createWorkspace(server, admin, { name: 'Checkout 2' });
    await createWorkspace(server, admin, { name: 'Unseen' });
    const team = await createWorkspace(server, ada, { name: 'Team 1' });
    await giveToTeam(server, [team], 'Search Team');
    const other = await person(server, { sub: 'ada', org: newOrganization(), name: 'Ada Løvelace' });
    await createWorkspace(server, other, { name: 'Checkout' });
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['one', ['Checkout'], ['Checkout']],
    ['any case, width of blanks and what can not be seen', [' cHECK\u200bOUT '], ['Checkout']],
    ['what folds to the same', ['STRASSE NORD'], ['Straße  Nord']],
    ['several, also those that there are not', ['checkout 2', 'nothing', 'Checkout'], ['Checkout', 'Checkout 2']],
    ['no part of one', ['Check', '%', 'Checkout_2', ''], []],
    ['what is no name', ['x\u0000', 'Checkout\u0000', 'y'.repeat(10_000)], []],
    ['none', [], []],
  ])('are found by their whole names: %s', async (_what, names, expected) => {
    expect(await found(admin, { names })).toEqual(expected);
  });

  test.each<[string, string, readonly string[]]>([
    ['part of a person’s name', 'løve', ['Checkout', 'Straße  Nord']],
    ['without regard to case and accents', 'LOVELACE', ['Checkout', 'Straße  Nord']],
    ['part of a team’s name', 'search t', ['Team 1']],
    ['a person and a team alike', 'a', ['Checkout', 'Straße  Nord', 'Team 1']],
    ['not by an address', 'example', []],
    ['not over the end of the name', 'lovelace\u001fada', []],
    ['not by the workspace’s own name', 'checkout', []],
    ['nobody', '%', []],
  ])('are found by their owner: %s', async (_what, ownerSearch, expected) => {
    expect(await found(admin, { ownerSearch })).toEqual(expected);
  });

  test('are only those that the viewer sees, and of both conditions those for which both hold', async () => {
    expect(await found(ada, { ownerSearch: 'o' })).toEqual(['Checkout', 'Straße  Nord']);
    expect(await found(admin, { ownerSearch: 'root' })).toEqual(['Checkout 2', 'Unseen']);
    expect(await found(ada, { ownerSearch: 'root' })).toEqual([]);
    expect(await found(ada, { names: ['Unseen', 'Team 1'] })).toEqual(['Team 1']);
    expect(await found(admin, { names: ['Checkout', 'Unseen'], ownerSearch: 'root' })).toEqual(['Unseen']);
    expect(await found(admin, { names: null, ownerSearch: null })).toHaveLength(5);
    expect(await found(admin, { ownerSearch: ' ' })).toHaveLength(5);
  });

  test.each([
    ['names', { names: Array.from({ length: 101 }, (_, index) => `W${index}`) }],
    ['ownerSearch', { ownerSearch: 'x'.repeat(201) }],
  ])('are not looked for by more than a filter takes: %s', async (_field, filter) => {
    const query = 'query ($filter: WorkspaceFilter) { workspaces(filter: $filter) { totalCount } }';
    const { errors } = await server.request({ token: admin.token, query, variables: { filter } });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });
});
