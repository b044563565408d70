import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { configurationInput } from '../testing/configurations.js';
import { createKey, createWorkspace, mutate, run, workspaceInput } from '../testing/fixtures.js';
import { newOrganization, type Person, person, signToken, startTestServer } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

const quota = 3;
const names = ['WORKSPACES', 'MEMBERS', 'KEYS', 'CONFIGURATIONS', 'ROUTES', 'GUARDRAILS', 'SERVICE_TOKENS'];
useServer(Object.fromEntries(names.map((name) => [`QUOTA_${name}`, String(quota)])));

let org: string;
let admin: Person;
let workspaceId: string;
let routed: string;
beforeAll(async () => {
  org = newOrganization();
  admin = await person(server, { sub: 'admin', org, org_role: 'admin' });
  workspaceId = await createWorkspace(server, admin);
  const { llmConfiguration } = await mutate<{ llmConfiguration: { id: string } }>(server, admin, {
    name: 'createLlmConfiguration',
    input: configurationInput({ workspaceId }),
    fields: 'llmConfiguration { id }',
  });
  routed = llmConfiguration.id;
});

interface Made {
  readonly name: string;
  readonly input: () => Promise<object> | object;
  readonly fields: string;
  /** How many there are before. */
  readonly present: number;
  readonly says: string;
  /** Makes room for one, of which this is the id. */
  readonly free?: (id: string) => Promise<unknown>;
}

const remove = (name: string, idName: string) => (id: string) =>
  mutate(server, admin, { name, input: { [idName]: id }, fields: '__typename' });

const cases: readonly [string, Made][] = [
  [
    'workspaces, archived ones included',
    { name: 'createWorkspace', input: () => workspaceInput(), fields: 'workspace', present: 1, says: 'workspaces in' },
  ],
  [
    'keys that are not revoked',
    {
      name: 'createVirtualKey',
      input: () => ({ workspaceId, name: 'Key' }),
      fields: 'virtualKey',
      present: 0,
      says: 'keys in',
      free: remove('revokeVirtualKey', 'virtualKeyId'),
    },
  ],
  [
    'configurations that are not deleted',
    {
      name: 'createLlmConfiguration',
      input: () => configurationInput({ workspaceId }),
      fields: 'llmConfiguration',
      present: 1,
      says: 'configurations in',
      free: remove('deleteLlmConfiguration', 'llmConfigurationId'),
    },
  ],
  [
    'routes',
    {
      name: 'setModelRoute',
      input: () => ({
        workspaceId,
        model: randomUUID(),
        strategy: 'FALLBACK',
        targets: [{ llmConfigurationId: routed }],
      }),
      fields: 'modelRoute',
      present: 0,
      says: 'routes in',
      free: remove('deleteModelRoute', 'modelRouteId'),
    },
  ],
  [
    'guardrails of both stages that are not deleted',
    {
      name: 'createGuardrail',
      input: () => ({
        ...{ workspaceId, name: randomUUID(), kind: 'BLOCKED_TERMS', action: 'BLOCK', terms: ['x'] },
        stage: Math.random() < 0.5 ? 'INPUT' : 'OUTPUT',
      }),
      fields: 'guardrail',
      present: 0,
      says: 'guardrails in',
      free: remove('deleteGuardrail', 'guardrailId'),
    },
  ],
  [
    'service tokens that are not revoked',
    {
      name: 'createServiceToken',
      input: () => ({ name: 'Token', scopes: ['GATEWAY'] }),
      fields: 'serviceToken',
      present: 0,
      says: 'service tokens in',
      free: remove('revokeServiceToken', 'serviceTokenId'),
    },
  ],
];

describe('no more than the quota are made, however many come at once, and each refusal says so:', () => {
  test.each(cases)('%s', async (_case, { name, input, fields, present, says, free }) => {
    const make = async () =>
      mutate<Record<string, { id: string } | null>>(server, admin, {
        name,
        input: await input(),
        fields: `${fields} { id }`,
      });
    const answers = await Promise.all(Array.from({ length: quota + 3 }, make));
    const ids = answers.flatMap((answer) => answer[fields]?.id ?? []);
    expect(ids).toHaveLength(quota - present);
    for (const { userErrors } of answers.filter((answer) => answer[fields] === null)) {
      expect(userErrors).toEqual([
        { code: 'LIMIT_REACHED', message: expect.stringContaining(`There may be ${quota} ${says}`), field: null },
      ]);
    }
    if (free === undefined) return;
    await free(ids[0] ?? '');
    expect((await make())[fields]).not.toBeNull();
    expect((await make()).userErrors).toMatchObject([{ code: 'LIMIT_REACHED' }]);
  });

  test('members of a workspace: at its creation, in its settings and by a transfer', async () => {
    const other = newOrganization();
    const owner = await person(server, { sub: 'owner', org: other, org_role: 'admin' });
    const people = await Promise.all(
      Array.from({ length: quota }, (_, index) => person(server, { sub: `member ${index}`, org: other })),
    );
    const ids = people.map(({ id }) => id);
    const refused = [{ code: 'LIMIT_REACHED', message: expect.stringContaining('members in a workspace') }];
    const create = (memberIds: readonly string[]) =>
      mutate<{ workspace: { id: string } | null }>(server, owner, {
        name: 'createWorkspace',
        input: workspaceInput({ memberIds }),
        fields: 'workspace { id }',
      });
    expect(await create(ids)).toMatchObject({ workspace: null, userErrors: refused });
    const { workspace } = await create(ids.slice(1));
    const at = { workspaceId: workspace?.id ?? '', expectedVersion: 1 };
    const change = (name: string, input: object) =>
      mutate<{ workspace: { memberCount: number } | null }>(server, owner, {
        name,
        input: { ...at, ...input },
        fields: 'workspace { memberCount }',
      });
    expect(await change('updateWorkspaceSettings', { memberIds: ids })).toMatchObject({ userErrors: refused });
    expect(await change('transferWorkspaceOwnership', { ownerId: ids[0] })).toMatchObject({ userErrors: refused });
    expect((await change('updateWorkspaceSettings', { memberIds: ids.slice(0, 2) })).workspace?.memberCount).toBe(
      quota,
    );
  });
});

test('people and teams of an organization: by tokens, however many come at once, and by the directory, which is refused whole', async () => {
  const environment = { DATABASE_URL: server.databaseUrl, QUOTA_PEOPLE: '3', QUOTA_TEAMS: '3' };
  const limited = await startTestServer(environment);
  const other = newOrganization();
  const query = '{ viewer { teams { name } } }';
  const signIn = async (claims: object) =>
    limited.request<{ viewer: object }>({ token: await signToken({ sub: 'root', org: other, ...claims }), query });
  const root = { org_role: 'admin', teams: ['a', 'b'] };
  expect((await signIn(root)).status).toBe(200);
  const newcomers = Array.from({ length: 6 }, (_, index) => signIn({ sub: `new ${index}` }));
  const answers = await Promise.all(newcomers);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 403, 403, 403, 403]);
  const refused = answers.find(({ status }) => status === 403);
  expect(refused?.errors).toMatchObject([
    { message: expect.stringContaining('as many people as it may have'), extensions: { code: 'FORBIDDEN' } },
  ]);
  // Who is known goes on, in teams that there are and in as many more as there may be.
  expect((await signIn({ ...root, teams: ['b', 'c', 'd', 'e'] })).data).toEqual({
    viewer: { teams: [{ name: 'b' }, { name: 'c' }] },
  });

  const admin = { id: '', token: await signToken({ sub: 'root', org: other }) };
  const sync = (input: object) =>
    mutate(limited, admin, {
      name: 'syncTeamAccess',
      input: { users: [], teams: [], ...input },
      fields: 'usersChanged',
    });
  const person = (subject: string) => ({ subject, name: subject, email: '' });
  const [known] = await server.database.rows<{ subject: string }>({
    text: `SELECT u.subject FROM users u JOIN organizations o ON o.id = u.organization_id
      WHERE o.external_id = $1 AND u.subject <> 'root' LIMIT 1`,
    values: [other],
  });
  for (const [input, field] of [
    [{ users: [person(known?.subject ?? ''), person('one more')] }, 'users'],
    [{ teams: [{ externalId: 'd', name: 'd', subjects: [] }] }, 'teams'],
  ] as const) {
    for (const dryRun of [true, false]) {
      expect(await sync({ ...input, dryRun })).toMatchObject({
        usersChanged: 0,
        userErrors: [
          { code: 'LIMIT_REACHED', message: expect.stringContaining('There may be 3'), field: ['input', field] },
        ],
      });
    }
  }
  const renamed = { ...person(known?.subject ?? ''), name: 'Renamed' };
  expect(await sync({ users: [renamed] })).toEqual({ usersChanged: 1, userErrors: [] });
  await limited.close();
});

test('a lower quota takes nothing away, lets everything be changed, and refuses the next', async () => {
  const ada = await person(server, { sub: 'ada', org: newOrganization() });
  const id = await createWorkspace(server, ada);
  const key = await createKey(server, ada, { workspaceId: id });
  const environment = { QUOTA_WORKSPACES: '0', QUOTA_KEYS: '0', QUOTA_MEMBERS: '0' };
  const lowered = await startTestServer({ DATABASE_URL: server.databaseUrl, ...environment });
  const query = '{ workspaces { totalCount nodes { memberCount activeKeyCount } } }';
  expect(await run(lowered, ada, query)).toEqual({
    workspaces: { totalCount: 1, nodes: [{ memberCount: 1, activeKeyCount: 1 }] },
  });
  const rename = { virtualKeyId: key.id, name: 'Renamed', expectedVersion: 1 };
  const renamed = await mutate<{ virtualKey: { name: string } }>(lowered, ada, {
    ...{ name: 'updateVirtualKey', input: rename, fields: 'virtualKey { name }' },
  });
  expect(renamed).toEqual({ virtualKey: { name: 'Renamed' }, userErrors: [] });
  const inputs = { createVirtualKey: { workspaceId: id, name: 'Next' }, createWorkspace: workspaceInput() };
  for (const [name, input] of Object.entries(inputs)) {
    const { userErrors } = await mutate(lowered, ada, { name, input, fields: '__typename' });
    expect(userErrors).toMatchObject([{ code: 'LIMIT_REACHED' }]);
  }
  await lowered.close();
});
