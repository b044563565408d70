import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newConfiguration, updateConfiguration } from '../testing/configurations.js';
import { auditEvents, createWorkspace, idOfNothing, run } from '../testing/fixtures.js';
import { deleteRoute, eligibleOf, setRoute } from '../testing/routes.js';
import { uuidOf } from '../testing/rows.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { archive, only } from '../testing/virtual-keys.js';

useServer();

let ada: Person;
beforeAll(async () => {
  ada = await person(server, { sub: 'ada', org: newOrganization() });
});

let workspaceId: string;
let ids: string[];
beforeEach(async () => {
  workspaceId = await createWorkspace(server, ada);
  ids = [];
  for (const name of ['A', 'B', 'C']) ids.push(await newConfiguration(ada, workspaceId, { name }));
});

const targetsOf = (targets: readonly { llmConfiguration: { id: string }; weight: number }[] = []) =>
  targets.map(({ llmConfiguration, weight }) => [llmConfiguration.id, weight]);

async function modelsIn(id: string): Promise<string[]> {
  const query = 'query ($id: ID!) { workspace(id: $id) { modelRoutes { nodes { model } } } }';
  const { workspace } = await run<{ workspace: { modelRoutes: { nodes: { model: string }[] } } }>(server, ada, query, {
    id,
  });
  return workspace.modelRoutes.nodes.map(({ model }) => model);
}

test('a route is made, replaced by who names its version, and deleted', async () => {
  const [a = '', b = '', c = ''] = ids;
  const { modelRoute: made } = await setRoute(ada, [b, a], { workspaceId, model: ' fast ' });
  expect(made).toEqual({
    id: expect.stringMatching(/^route_[0-9a-z]{26}$/),
    model: 'fast',
    strategy: 'FALLBACK',
    version: 1,
    createdAt: expect.any(String),
    updatedAt: expect.any(String),
    workspace: { id: workspaceId },
    targets: [
      { llmConfiguration: { id: b, name: 'B' }, weight: 1 },
      { llmConfiguration: { id: a, name: 'A' }, weight: 1 },
    ],
  });
  const targets = [
    { llmConfigurationId: c, weight: 0 },
    { llmConfigurationId: b, weight: 10_000 },
  ];
  const change = { workspaceId, strategy: 'WEIGHTED', targets };
  const replaced = await setRoute(ada, [], { ...change, expectedVersion: 1 });
  expect(replaced.modelRoute).toMatchObject({ id: made?.id, strategy: 'WEIGHTED', version: 2 });
  expect(targetsOf(replaced.modelRoute?.targets)).toEqual([
    [c, 0],
    [b, 10_000],
  ]);
  const same = await setRoute(ada, [], { ...change, expectedVersion: 2 });
  expect(same.modelRoute).toEqual(replaced.modelRoute);
  const modelRouteId = made?.id ?? '';
  expect(await deleteRoute(ada, { modelRouteId, expectedVersion: 2 })).toEqual({
    deletedId: modelRouteId,
    userErrors: [],
  });
  const node = await run(server, ada, 'query ($id: ID!) { node(id: $id) { id } }', { id: modelRouteId });
  expect([node, await modelsIn(workspaceId)]).toEqual([{ node: null }, []]);
  const events = (await auditEvents(server, workspaceId)).filter(({ targetId }) => targetId === modelRouteId);
  expect(events.map(({ action }) => action)).toEqual(['model_route.set', 'model_route.set', 'model_route.deleted']);
  expect(events[1]?.changes).toEqual([
    { field: 'strategy', before: 'FALLBACK', after: 'WEIGHTED' },
    {
      field: 'targets',
      before: [b, a].map((llmConfiguration) => ({ llmConfiguration, weight: 1 })),
      after: targets.map(({ llmConfigurationId, weight }) => ({ llmConfiguration: llmConfigurationId, weight })),
    },
  ]);
});

test('model names are taken to the letter, one route for each, and listed in order', async () => {
  for (const model of ['fast', 'Fast', 'ﬁn', 'e\u0301toile', 'smart']) await setRoute(ada, ids, { workspaceId, model });
  expect(await modelsIn(workspaceId)).toEqual(['étoile', 'fast', 'Fast', 'ﬁn', 'smart']);
  expect((await setRoute(ada, ids, { workspaceId, model: '\u00e9toile' })).userErrors).toEqual(
    only('VERSION_CONFLICT', 'expectedVersion'),
  );
});

test('setting a route answers VERSION_CONFLICT with the route that stands, or null', async () => {
  const conflict = only('VERSION_CONFLICT', 'expectedVersion');
  const none = await setRoute(ada, ids, { workspaceId, expectedVersion: 1 });
  expect(none).toEqual({ modelRoute: null, conflictingModelRoute: null, userErrors: conflict });
  const { modelRoute } = await setRoute(ada, ids, { workspaceId });
  for (const version of [{}, { expectedVersion: 2 }]) {
    const refused = await setRoute(ada, [...ids].reverse(), { workspaceId, ...version });
    expect(refused).toEqual({ modelRoute: null, conflictingModelRoute: modelRoute, userErrors: conflict });
  }
  const modelRouteId = modelRoute?.id ?? '';
  expect((await deleteRoute(ada, { modelRouteId, expectedVersion: 2 })).userErrors).toEqual(conflict);
  await deleteRoute(ada, { modelRouteId });
  expect((await deleteRoute(ada, { modelRouteId })).userErrors).toEqual(only('NOT_FOUND', 'modelRouteId'));
});

test('of a list of targets that is far too long, no more is looked at than shows that', async () => {
  const targets = Array.from({ length: 10_000 }, () => ({ llmConfigurationId: ids[0], weight: -1 }));
  const { userErrors } = await setRoute(ada, [], { workspaceId, targets });
  expect(userErrors[0]?.field).toEqual(['input', 'targets']);
  expect(userErrors.length).toBeLessThanOrEqual(22);
});

describe('a route is refused', () => {
  const secret = `sk-${'aB3dE5fG7hJ9'.repeat(4)}`;
  test.each([
    ['', 'INVALID'],
    [' ', 'INVALID'],
    ['x'.repeat(201), 'INVALID'],
    ['a\nb', 'INVALID'],
    [secret, 'INVALID'],
  ])('for the model %j', async (model, code) => {
    const refused = await setRoute(ada, ids, { workspaceId, model });
    expect(refused.userErrors).toEqual(only(code, 'model'));
    expect(JSON.stringify(refused)).not.toContain(secret);
  });

  test('without targets, with more than 20, and with weights that are none', async () => {
    const [llmConfigurationId = ''] = ids;
    const send = async (targets: object[], strategy = 'FALLBACK') =>
      (await setRoute(ada, [], { workspaceId, targets, strategy })).userErrors;
    expect(await send([])).toEqual(only('INVALID', 'targets'));
    const many = Array.from({ length: 21 }, () => ({ llmConfigurationId: idOfNothing('LlmConfiguration') }));
    expect(await send(many)).toEqual(only('INVALID', 'targets'));
    for (const weight of [-1, 10_001]) {
      const field = ['targets', '0', 'weight'];
      expect(await send([{ llmConfigurationId, weight }])).toEqual(only('INVALID', ...field));
    }
    const none = ids.map((id) => ({ llmConfigurationId: id, weight: 0 }));
    expect(await send(none, 'WEIGHTED')).toEqual(only('INVALID', 'targets'));
    expect(await send(none, 'LOWEST_COST')).toEqual([]);
  });

  test('by the place of each target that is of another workspace, deleted, no configuration, or there before', async () => {
    const [a = '', b = ''] = ids;
    const elsewhere = await newConfiguration(ada, await createWorkspace(server, ada));
    const { userErrors } = await setRoute(ada, [a, elsewhere, b, a, workspaceId, 'nothing'], { workspaceId });
    expect(userErrors.map(({ code, field }) => [code, field?.join('.')])).toEqual([
      ['NOT_FOUND', 'input.targets.1.llmConfigurationId'],
      ['INVALID', 'input.targets.3.llmConfigurationId'],
      ['NOT_FOUND', 'input.targets.4.llmConfigurationId'],
      ['NOT_FOUND', 'input.targets.5.llmConfigurationId'],
    ]);
    expect(await modelsIn(workspaceId)).toEqual([]);
  });

  test('in an archived workspace, where it stays as it is', async () => {
    const { modelRoute } = await setRoute(ada, ids, { workspaceId });
    await archive(ada, workspaceId);
    const refused = await setRoute(ada, ids, { workspaceId, model: 'other' });
    expect(refused.userErrors).toEqual(only('INVALID', 'workspaceId'));
    const deleted = await deleteRoute(ada, { modelRouteId: modelRoute?.id });
    expect(deleted.userErrors).toEqual(only('INVALID', 'modelRouteId'));
  });
});

test('beside a route lies what its requests need, as of the last change of whatever it depends on', async () => {
  const [a = '', b = '', c = ''] = ids;
  const targets = [c, a, b].map((llmConfigurationId, index) => ({ llmConfigurationId, weight: index * 2 }));
  const { modelRoute } = await setRoute(ada, [], { workspaceId, targets, strategy: 'WEIGHTED' });
  const eligible = () => eligibleOf(modelRoute?.id ?? '');
  const uuids = (...some: string[]) => some.map(uuidOf);
  expect(await eligible()).toEqual({
    ids: uuids(c, a, b),
    versions: [1, 1, 1],
    weights: [0, 2, 4],
    inputPrices: ['2.50', '2.50', '2.50'],
    outputPrices: ['10.00', '10.00', '10.00'],
  });
  await updateConfiguration(ada, {
    llmConfigurationId: a,
    expectedVersion: 1,
    inputPricePerMillionTokens: '0.00000001',
    outputPricePerMillionTokens: '7',
  });
  await updateConfiguration(ada, { llmConfigurationId: c, expectedVersion: 1, enabled: false });
  expect(await eligible()).toEqual({
    ids: uuids(a, b),
    versions: [2, 1],
    weights: [2, 4],
    inputPrices: ['0.00000001', '2.50'],
    outputPrices: ['7.00', '10.00'],
  });
  for (const llmConfigurationId of [a, b]) {
    const expectedVersion = llmConfigurationId === a ? 2 : 1;
    await updateConfiguration(ada, { llmConfigurationId, expectedVersion, enabled: false });
  }
  expect(await eligible()).toEqual({ ids: [], versions: [], weights: [], inputPrices: [], outputPrices: [] });
  await updateConfiguration(ada, { llmConfigurationId: b, expectedVersion: 2, enabled: true });
  expect(await eligible()).toMatchObject({ ids: uuids(b), versions: [3], weights: [4] });
});

test('the routes of a workspace are one statement a level, whatever is selected', async () => {
  for (const model of ['one', 'two', 'three']) await setRoute(ada, ids, { workspaceId, model });
  const query = `query ($id: ID!, $first: Int) { workspace(id: $id) { modelRoutes(first: $first) { nodes {
    model targets { weight llmConfiguration { name credentialRef workspace { name } } } } } } }`;
  for (const first of [1, 3]) {
    const { statements } = await recordStatements(() => run(server, ada, query, { id: workspaceId, first }));
    expect(statements).toHaveLength(4);
  }
});
