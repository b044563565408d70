import { beforeAll, describe, expect, test } from '@jest/globals';
import { createWorkspace, idOfNothing, run } from '../testing/fixtures.js';
import { deleteMembership, giveToTeam, insertKeys, insertWorkspaces, setRole, uuidOf } from '../testing/rows.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

interface NodeAnswer {
  readonly __typename: string;
  readonly id: string;
  readonly name?: string;
}

async function node(who: Person, id: string): Promise<NodeAnswer | null> {
  const data = await run<{ node: NodeAnswer | null }>(
    server,
    who,
    `query ($id: ID!) { node(id: $id) {
      __typename id
      ... on Workspace { name } ... on User { name } ... on Team { name } ... on VirtualKey { name }
    } }`,
    { id },
  );
  return data.node;
}

describe('node', () => {
  let org: string;
  let ada: Person;
  let bob: Person;
  let admin: Person;
  let ids: { workspace: string; member: string; key: string; user: string; team: string };
  beforeAll(async () => {
    org = newOrganization();
    [ada, bob, admin] = await Promise.all([
      person(server, { sub: 'ada', org, name: 'Ada', teams: ['core'] }),
      person(server, { sub: 'bob', org, name: 'Bob', teams: ['core'] }),
      person(server, { sub: 'root', org, name: 'Root', org_role: 'admin' }),
    ]);
    const workspace = await createWorkspace(server, ada, { name: 'Checkout', memberIds: [bob.id] });
    const [key = ''] = await insertKeys(server, workspace, [{ name: 'CI', createdBy: ada }]);
    const data = await run<{
      workspace: { members: { nodes: { id: string }[] } };
      viewer: { teams: { id: string }[] };
    }>(server, ada, 'query ($id: ID!) { workspace(id: $id) { members { nodes { id } } } viewer { teams { id } } }', {
      id: workspace,
    });
    const [member] = data.workspace.members.nodes;
    const [team] = data.viewer.teams;
    ids = { workspace, member: member?.id ?? '', key, user: ada.id, team: team?.id ?? '' };
  });

  test('finds every type by its id, for who may see it', async () => {
    for (const who of [ada, bob, admin]) {
      expect(await node(who, ids.workspace)).toEqual({ __typename: 'Workspace', id: ids.workspace, name: 'Checkout' });
      expect(await node(who, ids.member)).toEqual({ __typename: 'Member', id: ids.member });
      expect(await node(who, ids.key)).toEqual({ __typename: 'VirtualKey', id: ids.key, name: 'CI' });
      expect(await node(who, ids.user)).toEqual({ __typename: 'User', id: ids.user, name: 'Ada' });
      expect(await node(who, ids.team)).toEqual({ __typename: 'Team', id: ids.team, name: 'core' });
    }
  });

  test('is null for an id that is malformed or whose prefix is of another type', async () => {
    const prefixes = ['ws', 'mem', 'vk', 'usr', 'team'];
    for (const id of Object.values(ids)) {
      const [prefix, suffix = ''] = id.split('_');
      for (const other of [...prefixes.filter((name) => name !== prefix), 'WS', 'org', '']) {
        expect(await node(admin, `${other}_${suffix}`)).toBeNull();
      }
      const broken = [uuidOf(id), suffix, `${id}0`, id.slice(0, -1), id.toUpperCase(), ` ${id}`, `${id}\n`];
      for (const wrong of [...broken, `${prefix}_8${suffix.slice(1)}`, `${prefix}_${suffix.slice(1)}u`, '']) {
        expect(await node(admin, wrong)).toBeNull();
      }
    }
  });

  test('loses with the membership what was seen through it', async () => {
    const cyd = await person(server, { sub: 'cyd', org, name: 'Cyd' });
    const own = await createWorkspace(server, ada);
    const [key = ''] = await insertKeys(server, own, [{ name: 'Soon gone' }]);
    await setRole(server, [own], cyd, 'VIEWER');
    expect(await node(cyd, key)).toMatchObject({ name: 'Soon gone' });
    expect(await node(cyd, ada.id)).toMatchObject({ name: 'Ada' });
    await deleteMembership(server, own, cyd);
    for (const id of [own, key, ada.id]) expect(await node(cyd, id)).toBeNull();
  });

  test('shows the people of the team access and of the workspaces in sight, oneself included, and nobody else', async () => {
    const [left, right, lone] = await Promise.all([
      person(server, { sub: 'left', org, teams: ['left'] }),
      person(server, { sub: 'right', org, teams: ['right'] }),
      person(server, { sub: 'lone', org, teams: [] }),
    ]);
    for (const who of [left, right, lone]) expect(await node(who, who.id)).toMatchObject({ id: who.id });
    expect(await node(left, right.id)).toBeNull();
    const shared = await createWorkspace(server, left);
    await setRole(server, [shared], right, 'VIEWER');
    expect(await node(left, right.id)).toMatchObject({ name: 'right' });
    expect(await node(right, left.id)).toMatchObject({ name: 'left' });
    for (const who of [left, right]) expect(await node(who, lone.id)).toBeNull();
    expect(await node(admin, lone.id)).toMatchObject({ name: 'lone' });
  });

  test("shows the viewer's own teams and those that own a workspace in sight, and no other", async () => {
    const owners = await person(server, { sub: 'owner', org, teams: ['owners'] });
    const { viewer } = await run<{ viewer: { teams: { id: string }[] } }>(
      server,
      owners,
      '{ viewer { teams { id } } }',
    );
    const team = viewer.teams[0]?.id ?? '';
    const reader = await person(server, { sub: 'reader', org, teams: [] });
    expect(await node(owners, team)).toMatchObject({ name: 'owners' });
    expect(await node(admin, team)).toMatchObject({ name: 'owners' });
    expect(await node(reader, team)).toBeNull();
    const id = await createWorkspace(server, ada);
    await giveToTeam(server, [id], 'owners');
    expect(await node(reader, team)).toBeNull();
    await setRole(server, [id], reader, 'VIEWER');
    expect(await node(reader, team)).toMatchObject({ name: 'owners' });
  });
});

describe('nodes', () => {
  let ada: Person;
  let admin: Person;
  let stranger: Person;
  let foreignAdmin: Person;
  let workspaceIds: string[];
  let keyIds: string[];
  let foreign: string;
  let team: string;
  beforeAll(async () => {
    const org = newOrganization();
    [ada, admin, stranger, foreignAdmin] = await Promise.all([
      person(server, { sub: 'ada', org, name: 'Ada', teams: ['core'] }),
      person(server, { sub: 'root', org, name: 'Root', org_role: 'admin' }),
      person(server, { sub: 'stranger', org, name: 'Stranger', teams: ['other'] }),
      person(server, { sub: 'ada', org: newOrganization(), name: 'Ada', teams: ['core'], org_role: 'admin' }),
    ]);
    workspaceIds = await insertWorkspaces(server, ada, { count: 60, prefix: 'Node' });
    const names = Array.from({ length: 60 }, (_, index) => ({ name: `Key ${index}`, createdBy: ada }));
    keyIds = await insertKeys(server, workspaceIds[0] ?? '', names);
    foreign = await createWorkspace(server, foreignAdmin);
    const { viewer } = await run<{ viewer: { teams: { id: string }[] } }>(server, ada, '{ viewer { teams { id } } }');
    team = viewer.teams[0]?.id ?? '';
  });

  const query = `query ($ids: [ID!]!) { nodes(ids: $ids) {
    __typename id ... on Workspace { name owner { name } } ... on User { name email } ... on Team { name }
    ... on VirtualKey { name createdBy { name } }
  } }`;
  const nodes = async (who: Person, ids: readonly string[]) =>
    (await run<{ nodes: ({ __typename: string; id: string } | null)[] }>(server, who, query, { ids })).nodes;

  test('come in the order of the ids, those that are named twice come twice, and null for each that is not seen', async () => {
    const [one = '', two = ''] = workspaceIds;
    const [key = ''] = keyIds;
    const malformed = ['', 'nonsense', one.toUpperCase(), `${one}0`, one.replace('ws_', 'vk_'), uuidOf(one), '\0'];
    const unseen = [foreign, idOfNothing('Workspace'), ...malformed];
    const ids = [key, ...unseen, two, ada.id, team, one, key, two, idOfNothing('AuditEvent'), one];
    const seen = new Set([key, two, ada.id, team, one]);
    for (const who of [ada, admin]) {
      expect((await nodes(who, ids)).map((node) => node?.id ?? null)).toEqual(
        ids.map((id) => (seen.has(id) ? id : null)),
      );
    }
    for (const who of [stranger, foreignAdmin]) {
      expect(
        await nodes(
          who,
          ids.filter((id) => id !== foreign),
        ),
      ).toEqual(Array(ids.length - 1).fill(null));
    }
    expect((await nodes(ada, [one, key])).map((node) => node?.__typename)).toEqual(['Workspace', 'VirtualKey']);
  });

  test('answer as each of them alone', async () => {
    const ids = [workspaceIds[3] ?? '', ada.id, keyIds[3] ?? '', team, foreign];
    const alone = [];
    for (const id of ids) alone.push(...(await nodes(ada, [id])));
    expect(await nodes(ada, ids)).toEqual(alone);
  });

  test('are at most a hundred, of nothing is nothing', async () => {
    const hundred = [...workspaceIds.slice(0, 50), ...keyIds.slice(0, 50)];
    expect((await nodes(ada, hundred)).map((node) => node?.id)).toEqual(hundred);
    expect(await nodes(ada, [])).toEqual([]);
    for (const ids of [[...hundred, ada.id], Array(101).fill('nonsense'), Array(5_000).fill(ada.id)]) {
      const { status, data, errors } = await server.request({ token: ada.token, query, variables: { ids } });
      expect([status, data]).toEqual([200, { nodes: null }]);
      expect(errors).toMatchObject([
        {
          message: 'The argument "ids" takes at most 100 ids.',
          path: ['nodes'],
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ]);
    }
  });

  test('are one statement a type and one message, of two as much as of fifty', async () => {
    for (const who of [ada, admin]) {
      for (const count of [2, 48]) {
        const mixed = workspaceIds.slice(0, count).flatMap((id, index) => [id, keyIds[index] ?? '']);
        const own =
          '__typename id ... on Workspace { name } ... on VirtualKey { name } ... on User { name } ... on Team { name }';
        const plain = `query ($ids: [ID!]!) { nodes(ids: $ids) { ${own} } }`;
        const ids = [...mixed, ada.id, team, 'nonsense'];
        const { result, statements, messages } = await recordStatements(() =>
          run<{ nodes: (object | null)[] }>(server, who, plain, { ids }),
        );
        expect(result.nodes.filter((node) => node !== null)).toHaveLength(ids.length - 1);
        expect([statements.length, messages]).toEqual([4, 1]);
      }
    }
  });
});
