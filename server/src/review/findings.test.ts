import { describe, expect, test } from '@jest/globals';
import { createWorkspace, mutate, newService, run } from '../testing/fixtures.js';
import {
  changeRows,
  deleteMembership,
  giveToTeam,
  insertKeys,
  insertWorkspaces,
  type KeyFixture,
  setActive,
  setRole,
} from '../testing/rows.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly virtualKey: { readonly id: string; readonly name: string; readonly status: string } | null;
}

const fields = 'reviewFindings { code severity message virtualKey { id name status } }';

async function findingsOf(who: Person, id: string): Promise<readonly Finding[]> {
  const { workspace } = await run<{ workspace: { reviewFindings: Finding[] } }>(
    server,
    who,
    `query ($id: ID!) { workspace(id: $id) { ${fields} } }`,
    { id },
  );
  return workspace.reviewFindings;
}

/** Each as its code and the key's name. */
async function namesOf(who: Person, id: string): Promise<string[]> {
  return (await findingsOf(who, id)).map(({ code, virtualKey }) =>
    virtualKey === null ? code : `${code} ${virtualKey.name}`,
  );
}

interface AgedKey extends KeyFixture {
  /** How long ago it was made and last used; null for never. */
  readonly created?: string;
  readonly used?: string | null;
}

async function insertAgedKeys(workspaceId: string, keys: readonly AgedKey[]): Promise<string[]> {
  const ids = await insertKeys(server, workspaceId, keys);
  for (const [index, { created = '0 s', used = null }] of keys.entries()) {
    const ages = 'created_at = now() - $1::interval, last_used_at = now() - $2::interval';
    await changeRows(server, ids[index] ?? '', ages, [created, used]);
  }
  return ids;
}

/** Ada, Bob and Cyd of one team, and an admin of the organization who sees whatever happens to them. */
async function company() {
  const org = newOrganization();
  const [ada, bob, cyd, root] = await Promise.all([
    person(server, { sub: 'ada', org, teams: ['core', 'pair'] }),
    person(server, { sub: 'bob', org, teams: ['core', 'pair'] }),
    person(server, { sub: 'cyd', org, teams: ['core', 'solo'] }),
    person(server, { sub: 'root', org, org_role: 'admin' }),
  ]);
  return { org, ada, bob, cyd, root };
}

/** A workspace with two who can manage it, so that only its keys are findings. */
async function managedByTwo(environment: string) {
  const people = await company();
  const id = await createWorkspace(server, people.ada, { environment });
  await setRole(server, [id], people.bob, 'ADMIN');
  return { ...people, id };
}

test('a workspace in order has no findings', async () => {
  const { ada, id } = await managedByTwo('PRODUCTION');
  await insertAgedKeys(id, [{ name: 'fresh', expiresInMs: 3_600_000, used: '1 day' }]);
  expect(await findingsOf(ada, id)).toEqual([]);
});

describe('about keys', () => {
  test('STALE_KEY is one that was used once, but not for 90 days', async () => {
    const { ada, id } = await managedByTwo('STAGING');
    const [stale] = await insertAgedKeys(id, [
      { name: 'stale', created: '1 year', used: '90 days 1 minute' },
      { name: 'recent', created: '1 year', used: '89 days 23 hours' },
    ]);
    expect(await findingsOf(ada, id)).toEqual([
      {
        code: 'STALE_KEY',
        severity: 'MEDIUM',
        message: 'The key "stale" has not been used for 90 days.',
        virtualKey: { id: stale, name: 'stale', status: 'ACTIVE' },
      },
    ]);
  });

  test('NEVER_USED_KEY is one over 30 days old that was never used', async () => {
    const { ada, id } = await managedByTwo('STAGING');
    const [unused] = await insertAgedKeys(id, [
      { name: 'unused', created: '30 days 1 minute' },
      { name: 'young', created: '29 days 23 hours' },
      { name: 'used', created: '1 year', used: '1 day' },
    ]);
    expect(await findingsOf(ada, id)).toEqual([
      {
        code: 'NEVER_USED_KEY',
        severity: 'LOW',
        message: 'The key "unused" is over 30 days old and was never used.',
        virtualKey: { id: unused, name: 'unused', status: 'ACTIVE' },
      },
    ]);
  });

  test('KEY_WITHOUT_EXPIRY is one of a production workspace that never expires', async () => {
    const keys: AgedKey[] = [{ name: 'eternal' }, { name: 'ending', expiresInMs: 3_600_000 }];
    const production = await managedByTwo('PRODUCTION');
    const [eternal] = await insertAgedKeys(production.id, keys);
    expect(await findingsOf(production.ada, production.id)).toEqual([
      {
        code: 'KEY_WITHOUT_EXPIRY',
        severity: 'MEDIUM',
        message: 'The key "eternal" is for production and never expires.',
        virtualKey: { id: eternal, name: 'eternal', status: 'ACTIVE' },
      },
    ]);
    for (const environment of ['STAGING', 'SANDBOX']) {
      const { ada, id } = await managedByTwo(environment);
      await insertAgedKeys(id, keys);
      expect(await findingsOf(ada, id)).toEqual([]);
    }
  });

  test('KEY_OF_LEAVER is one whose maker no longer has access, however they lost it, until they have it again', async () => {
    const { org, ada, bob, cyd, root, id } = await managedByTwo('STAGING');
    const keys: AgedKey[] = [ada, bob, cyd, root].map((createdBy, index) => ({ name: `key ${index}`, createdBy }));
    const [ofAda, ofBob, ofCyd] = await insertAgedKeys(id, [...keys, { name: 'of a service' }]);
    const leavers = async () => (await findingsOf(root, id)).map(({ virtualKey }) => virtualKey?.id);
    expect(await findingsOf(root, id)).toEqual([
      {
        code: 'KEY_OF_LEAVER',
        severity: 'HIGH',
        message: 'The key "key 2" was made by somebody who no longer has access to the workspace.',
        virtualKey: { id: ofCyd, name: 'key 2', status: 'ACTIVE' },
      },
    ]);
    await setRole(server, [id], cyd, 'VIEWER');
    expect(await leavers()).toEqual([]);
    await setActive(server, bob, false);
    expect(await leavers()).toEqual([ofBob]);
    await setActive(server, bob, true);
    await deleteMembership(server, id, bob);
    expect(await leavers()).toEqual([ofBob]);
    await giveToTeam(server, [id], 'pair');
    expect(await leavers()).toEqual([]);
    await person(server, { sub: 'bob', org, teams: ['core'] });
    expect(await leavers()).toEqual([ofBob]);
    await setActive(server, ada, false);
    expect((await findingsOf(root, id)).map(({ code, virtualKey }) => [code, virtualKey?.id])).toEqual([
      ['KEY_OF_LEAVER', ofAda],
      ['KEY_OF_LEAVER', ofBob],
      ['OWNER_WITHOUT_ACCESS', undefined],
    ]);
  });

  test('only active keys count: not disabled, revoked or expired ones', async () => {
    const { ada, cyd, id } = await managedByTwo('PRODUCTION');
    const old = { created: '1 year', used: '1 year', createdBy: cyd };
    await insertAgedKeys(id, [
      { name: 'disabled', status: 'DISABLED', ...old },
      { name: 'revoked', status: 'REVOKED', created: '1 year', createdBy: cyd },
      { name: 'expired', expiresInMs: -1, ...old },
    ]);
    expect(await findingsOf(ada, id)).toEqual([]);
  });
});

describe('about people', () => {
  test('OWNER_WITHOUT_ACCESS is an owner who can no longer sign in', async () => {
    const { ada, bob, root } = await company();
    const id = await createWorkspace(server, ada);
    await setRole(server, [id], bob, 'VIEWER');
    expect(await findingsOf(bob, id)).toEqual([]);
    await setActive(server, ada, false);
    const found = [
      {
        code: 'OWNER_WITHOUT_ACCESS',
        severity: 'HIGH',
        message: 'Nobody can sign in as the owner any more: not the person, or nobody of the team.',
        virtualKey: null,
      },
    ];
    for (const who of [bob, root]) expect(await findingsOf(who, id)).toEqual(found);
    await setActive(server, ada, true);
    expect(await findingsOf(bob, id)).toEqual([]);
  });

  test('OWNER_WITHOUT_ACCESS is an owning team without anybody who can sign in', async () => {
    const { org, cyd, root } = await company();
    const id = await createWorkspace(server, cyd);
    await giveToTeam(server, [id], 'solo');
    expect(await namesOf(root, id)).toEqual([]);
    await setActive(server, cyd, false);
    expect(await namesOf(root, id)).toEqual(['OWNER_WITHOUT_ACCESS']);
    await setActive(server, cyd, true);
    await person(server, { sub: 'cyd', org, teams: ['core'] });
    expect(await namesOf(root, id)).toEqual(['OWNER_WITHOUT_ACCESS']);
  });

  test('SINGLE_MANAGER is a production workspace that one person alone can manage', async () => {
    const { ada, bob, cyd, root } = await company();
    const id = await createWorkspace(server, ada, { environment: 'PRODUCTION', memberIds: [cyd.id] });
    const single = [
      {
        code: 'SINGLE_MANAGER',
        severity: 'MEDIUM',
        message: 'Only one person can manage this production workspace.',
        virtualKey: null,
      },
    ];
    const service = await newService(server, root, ['WORKSPACES_READ']);
    for (const who of [ada, cyd, root, service]) expect(await findingsOf(who, id)).toEqual(single);
    await setRole(server, [id], bob, 'ADMIN');
    expect(await findingsOf(ada, id)).toEqual([]);
    await setActive(server, bob, false);
    expect(await findingsOf(ada, id)).toEqual(single);
    for (const environment of ['STAGING', 'SANDBOX']) {
      expect(await findingsOf(ada, await createWorkspace(server, ada, { environment }))).toEqual([]);
    }
  });

  test('SINGLE_MANAGER counts each person once, also those of the owning team who are admins besides', async () => {
    const { ada, bob, cyd } = await company();
    const id = await createWorkspace(server, cyd, { environment: 'PRODUCTION' });
    await setRole(server, [id], ada, 'VIEWER');
    await giveToTeam(server, [id], 'solo');
    expect(await namesOf(ada, id)).toEqual(['SINGLE_MANAGER']);
    await giveToTeam(server, [id], 'pair');
    expect(await namesOf(ada, id)).toEqual([]);
    await setActive(server, bob, false);
    await setRole(server, [id], cyd, 'MEMBER');
    expect(await namesOf(ada, id)).toEqual(['SINGLE_MANAGER']);
  });

  test('nobody at all is an owner without access, and no single manager', async () => {
    const { ada, root } = await company();
    const id = await createWorkspace(server, ada, { environment: 'PRODUCTION' });
    await setActive(server, ada, false);
    expect(await namesOf(root, id)).toEqual(['OWNER_WITHOUT_ACCESS']);
  });

  test('follow a transfer of the ownership and a change of role at once', async () => {
    const { ada, bob } = await company();
    const id = await createWorkspace(server, ada, { environment: 'PRODUCTION' });
    expect(await namesOf(ada, id)).toEqual(['SINGLE_MANAGER']);
    await mutate(server, ada, {
      name: 'transferWorkspaceOwnership',
      input: { workspaceId: id, expectedVersion: 1, ownerId: bob.id },
      fields: '',
    });
    expect(await namesOf(ada, id)).toEqual([]);
    const { workspace } = await run<{
      workspace: { members: { nodes: { id: string; user: { id: string } }[] } };
    }>(server, ada, 'query ($id: ID!) { workspace(id: $id) { members { nodes { id user { id } } } } }', { id });
    const memberId = workspace.members.nodes.find(({ user }) => user.id === ada.id)?.id;
    await mutate(server, bob, { name: 'changeMemberRole', input: { memberId, role: 'VIEWER' }, fields: '' });
    expect(await namesOf(ada, id)).toEqual(['SINGLE_MANAGER']);
  });
});

test('findings come most severe first, then by code, then with the oldest key first', async () => {
  const { ada, bob, cyd } = await company();
  const id = await createWorkspace(server, ada, { environment: 'PRODUCTION' });
  await setRole(server, [id], bob, 'ADMIN');
  await setRole(server, [id], cyd, 'VIEWER');
  await setActive(server, ada, false);
  await insertAgedKeys(id, [
    { name: 'younger', created: '100 days' },
    { name: 'older', created: '200 days' },
    { name: 'stale', created: '300 days', used: '100 days', expiresInMs: 3_600_000 },
  ]);
  expect(await namesOf(cyd, id)).toEqual([
    'OWNER_WITHOUT_ACCESS',
    'KEY_WITHOUT_EXPIRY older',
    'KEY_WITHOUT_EXPIRY younger',
    'SINGLE_MANAGER',
    'STALE_KEY stale',
    'NEVER_USED_KEY older',
    'NEVER_USED_KEY younger',
  ]);
});

test('of more than fifty findings at least one of each code is told, and otherwise those that come first', async () => {
  const { ada, cyd, id } = await managedByTwo('PRODUCTION');
  const names = Array.from({ length: 101 }, (_, index) => `key ${String(index).padStart(3, '0')}`);
  const keys = await insertKeys(
    server,
    id,
    names.map((name) => ({ name, createdBy: cyd })),
  );
  const [unused = '', ...used] = keys;
  // Younger than the others, however soon after them.
  await changeRows(server, unused, `created_at = now() - interval '11 months'`);
  await changeRows(
    server,
    used,
    `created_at = created_at - interval '1 year', last_used_at = now() - interval '1 year'`,
  );
  expect(await namesOf(ada, id)).toEqual([
    ...names.slice(1, 48).map((name) => `KEY_OF_LEAVER ${name}`),
    'KEY_WITHOUT_EXPIRY key 001',
    'STALE_KEY key 001',
    'NEVER_USED_KEY key 000',
  ]);
});

test('an archived workspace has none, until it is restored', async () => {
  const { ada } = await company();
  const id = await createWorkspace(server, ada, { environment: 'PRODUCTION' });
  const input = { workspaceId: id };
  await mutate(server, ada, { name: 'archiveWorkspace', input: { ...input, expectedVersion: 1 }, fields: '' });
  expect(await namesOf(ada, id)).toEqual([]);
  await mutate(server, ada, { name: 'restoreWorkspace', input, fields: '' });
  expect(await namesOf(ada, id)).toEqual(['SINGLE_MANAGER']);
});

describe('for a page of workspaces', () => {
  const query = `query ($first: Int) { workspaces(first: $first) { nodes {
    name reviewFindings { code severity message virtualKey { name status workspace { name } } }
  } } }`;

  test('they are one statement of two workspaces as much as of fifty, and each workspace has its own', async () => {
    const { org, ada, bob, root } = await company();
    const ids = await insertWorkspaces(server, ada, { count: 50, prefix: 'Listed' });
    const viewer = await person(server, { sub: 'viewer', org });
    await setRole(server, ids, viewer, 'VIEWER');
    await setRole(server, ids.slice(0, 25), bob, 'ADMIN');
    for (const [index, id] of ids.entries()) await insertKeys(server, id, [{ name: `key of ${index}` }]);
    for (const who of [viewer, ada, root]) {
      const counts: number[] = [];
      for (const first of [2, 50]) {
        const { result, statements } = await recordStatements(() =>
          run<{ workspaces: { nodes: { reviewFindings: Finding[] }[] } }>(server, who, query, { first }),
        );
        counts.push(statements.length);
        expect(statements.filter((text) => text.includes('SINGLE_MANAGER'))).toHaveLength(1);
        const told = result.workspaces.nodes.map(({ reviewFindings }) =>
          reviewFindings.map(({ code, virtualKey }) => virtualKey?.name ?? code),
        );
        const expected = ids.map((_, index) => [`key of ${index}`, ...(index < 25 ? [] : ['SINGLE_MANAGER'])]);
        expect(told).toEqual(expected.slice(0, first));
      }
      // The page, the findings, their keys, and the way back from the keys to their workspaces.
      expect(counts).toEqual([4, 4]);
    }
  });

  test('each counts as fifty in the complexity of the operation', async () => {
    const { ada } = await company();
    const withFields = (count: number) => {
      const names = Array.from({ length: count }, (_, index) => `f${index}: code`);
      return `{ workspaces(first: 100) { nodes { reviewFindings { ${names.join(' ')} } } } }`;
    };
    expect((await server.request({ token: ada.token, query: withFields(9) })).errors).toBeUndefined();
    const { errors } = await server.request({ token: ada.token, query: withFields(10) });
    expect(errors?.[0]?.extensions.code).toBe('OPERATION_TOO_COMPLEX');
  });
});
