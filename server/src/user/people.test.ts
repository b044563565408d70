import { beforeAll, describe, expect, test } from '@jest/globals';
import { createKey, createWorkspace, mutate, newService, run } from '../testing/fixtures.js';
import { changeRows, deleteMembership, setActive, setRole } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

/** Who is named somewhere: their id and what is shown of them, beside the name of then. */
interface Named {
  readonly person: { readonly id: string; readonly name: string; readonly email: string } | null;
  readonly name: string | null;
}

interface Answer {
  readonly workspace: {
    readonly review: { readonly requestedBy: Named['person']; readonly requestedByName: string };
    readonly virtualKeys: {
      readonly nodes: readonly {
        readonly createdBy: Named['person'];
        readonly createdByName: string | null;
        readonly lastReviewedBy: Named['person'];
        readonly lastReviewedByName: string | null;
      }[];
    };
  };
}

const who = '{ id name email }';
const query = `query ($id: ID!) { workspace(id: $id) {
  review { requestedBy ${who} requestedByName }
  virtualKeys { nodes { createdBy ${who} createdByName lastReviewedBy ${who} lastReviewedByName } }
} }`;

/** Everything that names a person in the workspace, in the order of the fields. */
async function namedIn(reader: Person, id: string): Promise<Named[]> {
  const { workspace } = await run<Answer>(server, reader, query, { id });
  const { review, virtualKeys } = workspace;
  return [
    { person: review.requestedBy, name: review.requestedByName },
    ...virtualKeys.nodes.flatMap((key) => [
      { person: key.createdBy, name: key.createdByName },
      { person: key.lastReviewedBy, name: key.lastReviewedByName },
    ]),
  ];
}

/** Makes a key, decides on it and asks for a review. */
async function leaveTraces(somebody: Person, workspaceId: string): Promise<void> {
  const { id } = await createKey(server, somebody, { workspaceId });
  const decisions = [{ virtualKeyId: id, decision: 'KEEP' }];
  await mutate(server, somebody, { name: 'reviewVirtualKeys', input: { decisions }, fields: 'virtualKeys { id }' });
  const input = { workspaceId, reason: 'Yearly' };
  await mutate(server, somebody, { name: 'requestWorkspaceReview', input, fields: 'workspace { id }' });
}

describe('a person who is named in a workspace', () => {
  let org: string;
  let owner: Person;
  let maker: Person;
  let admin: Person;
  let id: string;
  beforeAll(async () => {
    org = newOrganization();
    owner = await person(server, { sub: 'owner', org, name: 'Owner', teams: ['core'] });
    maker = await person(server, { sub: 'maker', org, name: 'Maker', email: 'maker@example.com', teams: ['other'] });
    admin = await person(server, { sub: 'root', org, org_role: 'admin' });
    id = await createWorkspace(server, owner);
    await setRole(server, [id], maker, 'ADMIN');
    await leaveTraces(maker, id);
  });

  const named = (shown: Named['person']): Named[] =>
    Array.from({ length: 3 }, () => ({ person: shown, name: 'Maker' }));

  test('is shown to who shares the workspace, and to nobody but admins and services once they have left it', async () => {
    const shown = { id: maker.id, name: 'Maker', email: 'maker@example.com' };
    expect(await namedIn(owner, id)).toEqual(named(shown));
    await deleteMembership(server, id, maker);
    expect(await namedIn(owner, id)).toEqual(named(null));
    // As now for who sees them, and as then for everybody.
    await changeRows(server, maker.id, `name = 'Married', search_key = 'married'`);
    expect(await namedIn(owner, id)).toEqual(named(null));
    const reader = await newService(server, admin, ['WORKSPACES_READ']);
    for (const one of [admin, reader]) expect(await namedIn(one, id)).toEqual(named({ ...shown, name: 'Married' }));
    // Who shares a team with them sees them again, inactive or not.
    await setActive(server, maker, false);
    const friend = await person(server, { sub: 'friend', org, teams: ['other'] });
    await setRole(server, [id], friend, 'VIEWER');
    expect(await namedIn(friend, id)).toEqual(named({ ...shown, name: 'Married' }));
    expect(await namedIn(owner, id)).toEqual(named(null));
  });

  test('is found by their id by who sees them there, and by nobody else', async () => {
    const left = await person(server, { sub: 'left', org, name: 'Left', teams: ['left'] });
    const node = 'query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }';
    const services = [
      await newService(server, admin, ['DIRECTORY_READ']),
      await newService(server, admin, ['DIRECTORY_WRITE', 'GATEWAY']),
    ];
    const found = { node: { id: left.id }, nodes: [{ id: left.id }] };
    for (const one of [left, admin, ...services]) expect(await run(server, one, node, { id: left.id })).toEqual(found);
    expect(await run(server, owner, node, { id: left.id })).toEqual({ node: null, nodes: [null] });
    await setRole(server, [id], left, 'VIEWER');
    expect(await run(server, owner, node, { id: left.id })).toEqual(found);
  });
});

test('what a service does bears its name, and no person', async () => {
  const owner = await person(server, { sub: 'owner', org: newOrganization(), org_role: 'admin' });
  const id = await createWorkspace(server, owner);
  await leaveTraces(await newService(server, owner, ['WORKSPACES_WRITE']), id);
  expect(await namedIn(owner, id)).toEqual(
    Array.from({ length: 3 }, () => ({ person: null, name: 'WORKSPACES_WRITE' })),
  );
});

describe('the subject of a person', () => {
  test('is for themselves and for who may read the directory, wherever they are named', async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada|1', org, name: 'Ada', teams: ['core'] });
    const bob = await person(server, { sub: 'bob|2', org, name: 'Bob', teams: ['core'] });
    const admin = await person(server, { sub: 'root', org, org_role: 'admin' });
    const id = await createWorkspace(server, ada, { memberIds: [bob.id] });
    // The same document for all: what is kept of it for one is not another's.
    const places = `query ($user: ID!, $id: ID!) {
      node(id: $user) { ... on User { active subject } }
      workspaces { nodes { owner { name ... on User { active subject } } } }
      workspace(id: $id) { members(first: 1) { nodes { user { active subject } } } }
    }`;
    const shown = async (reader: Person) => run(server, reader, places, { user: ada.id, id });
    const answer = (subject: string | null) => ({
      node: { active: true, subject },
      workspaces: { nodes: [{ owner: { name: 'Ada', active: true, subject } }] },
      workspace: { members: { nodes: [{ user: { active: true, subject } }] } },
    });
    const reader = await newService(server, admin, ['WORKSPACES_READ']);
    const both = await newService(server, admin, ['WORKSPACES_READ', 'DIRECTORY_READ']);
    for (const [one, subject] of [
      [admin, 'ada|1'],
      [reader, null],
      [both, 'ada|1'],
      [bob, null],
      [ada, 'ada|1'],
      [reader, null],
    ] as const) {
      expect(await shown(one)).toEqual(answer(subject));
    }
  });
});
