import { beforeAll, describe, expect, test } from '@jest/globals';
import { sync, team, user } from '../testing/directory.js';
import { createWorkspace, newService, run } from '../testing/fixtures.js';
import { giveToTeam } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

interface People {
  readonly users: {
    readonly totalCount: number;
    readonly nodes: readonly { readonly name: string; readonly subject: string | null; readonly active: boolean }[];
  } | null;
}

interface Teams {
  readonly teams: {
    readonly totalCount: number;
    readonly nodes: readonly {
      readonly name: string;
      readonly externalId: string | null;
      readonly users: { readonly nodes: readonly { readonly name: string }[] };
    }[];
  } | null;
}

const usersQuery = `query ($first: Int, $filter: UserFilter) { users(first: $first, filter: $filter) {
  totalCount nodes { name subject active } } }`;
const teamsQuery = `query ($search: String) { teams(search: $search) {
  totalCount nodes { name externalId users { nodes { name } } } } }`;

const usersFor = async (who: Person, filter: object = {}) =>
  (await run<People>(server, who, usersQuery, { first: 100, filter })).users;
const teamsFor = async (who: Person, search?: string) => (await run<Teams>(server, who, teamsQuery, { search })).teams;

describe('the directory', () => {
  let admin: Person;
  let ada: Person;
  let services: Record<string, Person>;
  beforeAll(async () => {
    const org = newOrganization();
    admin = await person(server, { sub: 'root', org, name: 'Root', org_role: 'admin' });
    ada = await person(server, { sub: 'ada|1', org, name: 'Ada', email: 'a@example.com', teams: ['From tokens'] });
    await sync(admin, {
      users: [user('bob|2', { name: 'Bøb' }), user('cyd|3', { name: 'Cyd', active: false })],
      teams: [team('s-1', ['bob|2', 'cyd|3'], 'Search'), team('b-2', [], 'Billing')],
    });
    await sync(await person(server, { sub: 'other', org: newOrganization(), org_role: 'admin' }), {
      users: [user('bob|2')],
      teams: [team('s-1', ['bob|2'], 'Search')],
    });
    const serve = async (...scopes: string[]) => [scopes.join(' '), await newService(server, admin, scopes)] as const;
    services = Object.fromEntries(
      await Promise.all([
        serve('DIRECTORY_READ'),
        serve('DIRECTORY_WRITE'),
        serve('DIRECTORY_READ', 'GATEWAY'),
        serve('WORKSPACES_READ'),
        serve('WORKSPACES_WRITE'),
        serve('GATEWAY'),
      ]),
    );
  });

  const readers = () => [
    admin,
    services['DIRECTORY_READ'] as Person,
    services['DIRECTORY_WRITE'] as Person,
    services['DIRECTORY_READ GATEWAY'] as Person,
  ];

  test('is read by admins and by services of the directory: people and teams by name, with what the directory calls them', async () => {
    for (const who of readers()) {
      expect(await usersFor(who)).toEqual({
        totalCount: 4,
        nodes: [
          { name: 'Ada', subject: 'ada|1', active: true },
          { name: 'Bøb', subject: 'bob|2', active: true },
          { name: 'Cyd', subject: 'cyd|3', active: false },
          { name: 'Root', subject: 'root', active: true },
        ],
      });
      expect(await teamsFor(who)).toEqual({
        totalCount: 3,
        nodes: [
          { name: 'Billing', externalId: 'b-2', users: { nodes: [] } },
          { name: 'From tokens', externalId: null, users: { nodes: [{ name: 'Ada' }] } },
          { name: 'Search', externalId: 's-1', users: { nodes: [{ name: 'Bøb' }, { name: 'Cyd' }] } },
        ],
      });
    }
  });

  test('is null for everybody else, without an error', async () => {
    const others = ['WORKSPACES_READ', 'WORKSPACES_WRITE', 'GATEWAY'].map((scopes) => services[scopes] as Person);
    for (const who of [ada, ...others]) expect([await usersFor(who), await teamsFor(who)]).toEqual([null, null]);
  });

  test.each<[string, object, readonly string[]]>([
    ['part of the name, whatever its case and accents', { search: 'BOB' }, ['Bøb']],
    ['part of the address', { search: 'a@EXAMPLE' }, ['Ada']],
    ['who can sign in', { active: true }, ['Ada', 'Bøb', 'Root']],
    ['who can not', { active: false }, ['Cyd']],
    ['subjects, to the letter', { subjects: ['bob|2', 'cyd|3', 'ADA|1', 'cyd', 'x\u0000'] }, ['Bøb', 'Cyd']],
    ['no subjects', { subjects: [] }, []],
    ['all of it together', { search: 'o', active: true, subjects: ['bob|2', 'cyd|3'] }, ['Bøb']],
    ['nothing that is null', { search: null, active: null, subjects: null }, ['Ada', 'Bøb', 'Cyd', 'Root']],
  ])('is searched for people by %s', async (_by, filter, names) => {
    const found = await usersFor(admin, filter);
    expect(found?.nodes.map(({ name }) => name)).toEqual(names);
    expect(found?.totalCount).toBe(names.length);
  });

  test('is searched for teams by part of the name', async () => {
    expect((await teamsFor(admin, 'SEAR'))?.nodes.map(({ name }) => name)).toEqual(['Search']);
    expect(await teamsFor(admin, 'nothing')).toEqual({ totalCount: 0, nodes: [] });
  });

  test('takes no more subjects than a filter takes', async () => {
    const subjects = Array.from({ length: 101 }, (_, index) => `s${index}`);
    const { errors } = await server.request({
      token: admin.token,
      query: usersQuery,
      variables: { filter: { subjects } },
    });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });

  test('keeps its ids of teams from who may not read it, wherever a team is named', async () => {
    const id = await createWorkspace(server, ada);
    await giveToTeam(server, [id], 'Search');
    const query = `query ($id: ID!) { workspace(id: $id) { owner { name ... on Team { externalId users { totalCount } } } } }`;
    for (const [who, externalId, totalCount] of [
      [admin, 's-1', 2],
      [ada, null, 0],
      [services['WORKSPACES_READ'] as Person, null, 2],
    ] as const) {
      expect(await run(server, who, query, { id })).toEqual({
        workspace: { owner: { name: 'Search', externalId, users: { totalCount } } },
      });
    }
  });

  test('is found by its ids by a service that reads it, beside a gateway’s scope too', async () => {
    const query = 'query ($id: ID!) { node(id: $id) { id ... on User { name email subject } } }';
    const answer = { node: { id: ada.id, name: 'Ada', email: 'a@example.com', subject: 'ada|1' } };
    for (const who of readers()) expect(await run(server, who, query, { id: ada.id })).toEqual(answer);
    const { errors } = await server.request({
      token: services['GATEWAY']?.token ?? null,
      query,
      variables: { id: ada.id },
    });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
  });
});
