import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import type { Database } from '../database/database.js';
import { databaseContent } from '../testing/database-content.js';
import { createKey, createWorkspace, newService } from '../testing/fixtures.js';
import { toGlobalId } from '../testing/ids.js';
import { changeOf, lockOf, organizationIdOf, removalOf, setRole, uuidOf } from '../testing/rows.js';
import { type GraphQLAnswer, newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { connect, untilWaiting } from '../testing/waiting.js';

// What somebody may do is looked at once more when the wait for a lock ends: their mutation began before it was taken.

useServer();

/** Somebody else's workspace with what is in it, and who comes to change it. */
interface Scene {
  readonly organizationId: string;
  /** An admin of the organization, who is nothing to the workspace otherwise. */
  readonly root: Person;
  readonly service: Person;
  /** An admin of the workspace, and the membership of another one. */
  readonly admin: Person;
  readonly memberId: string;
  readonly workspaceId: string;
  readonly virtualKeyId: string;
  readonly serviceTokenId: string;
}

async function newScene(): Promise<Scene> {
  const org = newOrganization();
  const root = await person(server, { sub: 'root', org, org_role: 'admin' });
  const owner = await person(server, { sub: 'owner', org });
  const admin = await person(server, { sub: 'admin', org });
  const member = await person(server, { sub: 'member', org });
  const workspaceId = await createWorkspace(server, owner);
  await setRole(server, [workspaceId], admin, 'ADMIN');
  await setRole(server, [workspaceId], member, 'MEMBER');
  const [row] = await server.database.rows<{ id: string }>({
    text: 'SELECT id FROM members WHERE user_id = $1',
    values: [uuidOf(member.id)],
  });
  return {
    organizationId: await organizationIdOf(server, org),
    root,
    service: await newService(server, root, ['WORKSPACES_WRITE', 'DIRECTORY_WRITE']),
    admin,
    memberId: toGlobalId('Member', row?.id ?? ''),
    workspaceId,
    virtualKeyId: (await createKey(server, owner, { workspaceId })).id,
    serviceTokenId: (await newService(server, root, ['GATEWAY'])).id,
  };
}

type Statement = Awaited<ReturnType<typeof lockOf>>;

/** A mutation that changes something of the scene, and what it waits for. */
interface Wait {
  readonly mutation: string;
  readonly input: (scene: Scene) => object;
  readonly hold: (scene: Scene) => Statement | Promise<Statement>;
  /** What somebody is told who is not an admin of the organization. */
  readonly refusal: { readonly code: string; readonly field: readonly string[] | null };
}

const holdWorkspace = ({ workspaceId }: Scene) => lockOf(server, workspaceId);

const holdDirectory = (strength: 'UPDATE' | 'KEY SHARE') => ({
  mutation: 'syncTeamAccess',
  input: () => ({ users: [{ subject: 'new', name: 'New', email: '' }], teams: [] }),
  hold: ({ organizationId }: Scene): Statement => ({
    text: `SELECT FROM directories WHERE organization_id = $1 FOR ${strength}`,
    values: [organizationId],
  }),
  refusal: { code: 'FORBIDDEN', field: null },
});

const inWorkspace: readonly [string, Wait][] = [
  [
    'the settings of a workspace',
    {
      mutation: 'updateWorkspaceSettings',
      input: ({ workspaceId }) => ({ workspaceId, expectedVersion: 1, region: 'US' }),
      hold: holdWorkspace,
      refusal: { code: 'NOT_FOUND', field: ['input', 'workspaceId'] },
    },
  ],
  [
    'a key',
    {
      mutation: 'updateVirtualKey',
      input: ({ virtualKeyId }) => ({ virtualKeyId, expectedVersion: 1, name: 'Renamed' }),
      hold: holdWorkspace,
      refusal: { code: 'NOT_FOUND', field: ['input', 'virtualKeyId'] },
    },
  ],
  [
    'a member’s role',
    {
      mutation: 'changeMemberRole',
      input: ({ memberId }) => ({ memberId, role: 'VIEWER' }),
      hold: holdWorkspace,
      refusal: { code: 'NOT_FOUND', field: ['input', 'memberId'] },
    },
  ],
];

const ofServices: readonly [string, Wait][] = [
  ...inWorkspace,
  ['the directory, while another sync has it', holdDirectory('UPDATE')],
  ['the directory, while sign-ins share it', holdDirectory('KEY SHARE')],
];

const ofAdmins: readonly [string, Wait][] = [
  ...ofServices,
  [
    'the own active workspace',
    {
      mutation: 'selectWorkspace',
      input: ({ workspaceId }) => ({ workspaceId }),
      hold: ({ root }) => lockOf(server, root.id),
      refusal: { code: 'NOT_FOUND', field: ['input', 'workspaceId'] },
    },
  ],
  [
    'a service token',
    {
      mutation: 'revokeServiceToken',
      input: ({ serviceTokenId }) => ({ serviceTokenId }),
      hold: ({ serviceTokenId }) => lockOf(server, serviceTokenId),
      refusal: { code: 'FORBIDDEN', field: null },
    },
  ],
];

type Answer = GraphQLAnswer<Record<string, { userErrors: object[] }>>;

function send(who: Person, { mutation, input }: Wait, scene: Scene): Promise<Answer> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  return server.request({
    token: who.token,
    query: `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code field } } }`,
    variables: { input: input(scene) },
  });
}

/** Everything in the database as the connection's transaction sees it. */
function contentOf(connection: pg.Client): Promise<Record<string, string>> {
  const rows: Database['rows'] = async (statement) => (await connection.query(statement as Statement)).rows;
  return databaseContent({ rows } as Database);
}

/**
 * Lets the mutation wait, makes the change in the transaction that it waits for, and ends that.
 * @returns its answer, and what there is in the database by then, with what there would be with the change alone.
 */
async function changeMeanwhile(scene: Scene, who: Person, wait: Wait, change: Statement | null) {
  const [holder, watcher] = [await connect(server.databaseUrl), await connect(server.databaseUrl)];
  try {
    await holder.query('BEGIN');
    await holder.query(await wait.hold(scene));
    const answering = send(who, wait, scene);
    await untilWaiting(watcher);
    if (change !== null) expect((await holder.query(change)).rowCount).toBe(1);
    const expected = await contentOf(holder);
    await holder.query('COMMIT');
    const answer = await answering;
    return { answer, content: await contentOf(holder), expected };
  } finally {
    await Promise.all([holder.end(), watcher.end()]);
  }
}

function expectUnauthenticated({ status, data, errors }: Answer): void {
  expect([status, data ?? null]).toEqual([401, null]);
  expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
}

const demotionOf = ({ id }: Person) => changeOf(server, id, `organization_role = 'MEMBER', claims_issued_at = now()`);

describe('a change that had to wait is made where nobody has lost anything meanwhile', () => {
  test.each(ofAdmins)('%s', async (_what, wait) => {
    const scene = await newScene();
    const { answer, content, expected } = await changeMeanwhile(scene, scene.root, wait, null);
    expect(answer.data).toEqual({ [wait.mutation]: { userErrors: [] } });
    expect(content).not.toEqual(expected);
  });
});

describe('an organization admin who becomes a member while they wait changes nothing any more, as a member', () => {
  test.each(ofAdmins)('%s', async (_what, wait) => {
    const scene = await newScene();
    const { answer, content, expected } = await changeMeanwhile(scene, scene.root, wait, await demotionOf(scene.root));
    expect([answer.status, answer.data]).toEqual([200, { [wait.mutation]: { userErrors: [wait.refusal] } }]);
    expect(content).toEqual(expected);
    expect(await areSyncsAnnounced(scene)).toBe(false);
  });
});

describe('a person who is set inactive while they wait is UNAUTHENTICATED, and changes nothing', () => {
  test.each(ofAdmins)('%s', async (_what, wait) => {
    const scene = await newScene();
    const change = await changeOf(server, scene.root.id, 'active = false');
    const { answer, content, expected } = await changeMeanwhile(scene, scene.root, wait, change);
    expectUnauthenticated(answer);
    expect(content).toEqual(expected);
    expect(await areSyncsAnnounced(scene)).toBe(false);
  });
});

describe('a service whose token is revoked while it waits is UNAUTHENTICATED, and changes nothing', () => {
  test.each(ofServices)('%s', async (_what, wait) => {
    const scene = await newScene();
    const change = await changeOf(server, scene.service.id, 'revoked_at = now()');
    const { answer, content, expected } = await changeMeanwhile(scene, scene.service, wait, change);
    expectUnauthenticated(answer);
    expect(content).toEqual(expected);
    expect(await areSyncsAnnounced(scene)).toBe(false);
  });
});

describe('an admin of the workspace who loses that while they wait changes nothing any more', () => {
  test.each(inWorkspace)('as a viewer, who sees it and is FORBIDDEN: %s', async (_what, wait) => {
    const scene = await newScene();
    const change: Statement = {
      text: `UPDATE members SET role = 'VIEWER' WHERE organization_id = $1 AND user_id = $2`,
      values: [scene.organizationId, uuidOf(scene.admin.id)],
    };
    const { answer, content, expected } = await changeMeanwhile(scene, scene.admin, wait, change);
    const refusal = { ...wait.refusal, code: 'FORBIDDEN' };
    expect(answer.data).toEqual({ [wait.mutation]: { userErrors: [refusal] } });
    expect(content).toEqual(expected);
  });

  test.each(inWorkspace)('as somebody without sight, for whom it is not there: %s', async (_what, wait) => {
    const scene = await newScene();
    const change = await removalOf(server, [scene.workspaceId], scene.admin);
    const { answer, content, expected } = await changeMeanwhile(scene, scene.admin, wait, change);
    expect(answer.data).toEqual({ [wait.mutation]: { userErrors: [wait.refusal] } });
    expect(content).toEqual(expected);
  });
});

test('a sync that waits for its turn behind another one is not done for who has become a member by then', async () => {
  const scene = await newScene();
  const wait = holdDirectory('UPDATE');
  const [holder, watcher] = [await connect(server.databaseUrl), await connect(server.databaseUrl)];
  await holder.query('BEGIN');
  await holder.query(await wait.hold(scene));
  const first = send(scene.service, wait, scene);
  await untilWaiting(watcher);
  const input = () => ({ users: [{ subject: 'other', name: 'Other', email: '' }], teams: [] });
  const second = send(scene.root, { ...wait, input }, scene);
  await delay(200);
  await holder.query(await demotionOf(scene.root));
  await holder.query('COMMIT');
  await Promise.all([holder.end(), watcher.end()]);
  expect((await first).data).toEqual({ syncTeamAccess: { userErrors: [] } });
  expect((await second).data).toEqual({ syncTeamAccess: { userErrors: [wait.refusal] } });
  const made = await server.database.rows<{ subject: string }>({
    text: `SELECT subject FROM users WHERE organization_id = $1 AND subject IN ('new', 'other')`,
    values: [scene.organizationId],
  });
  expect(made).toEqual([{ subject: 'new' }]);
});

/** Whether sign-ins are still kept from the directory. */
async function areSyncsAnnounced({ organizationId }: Scene): Promise<boolean> {
  const rows = await server.database.rows({
    text: 'SELECT FROM directories WHERE organization_id = $1 AND sync_wanted_until IS NOT NULL',
    values: [organizationId],
  });
  return rows.length > 0;
}
