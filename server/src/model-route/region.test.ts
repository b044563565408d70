import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  createConfiguration,
  deleteConfiguration,
  newConfiguration,
  updateConfiguration,
} from '../testing/configurations.js';
import { createWorkspace, mutate, run } from '../testing/fixtures.js';
import { deleteRoute, eligibleOf, setRoute } from '../testing/routes.js';
import { uuidOf } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { only } from '../testing/virtual-keys.js';

/** A workspace routes only within its region, and what a route goes to is not deleted: whichever side changes. */

useServer();

let ada: Person;
beforeAll(async () => {
  ada = await person(server, { sub: 'ada', org: newOrganization() });
});

const moveWorkspace = (workspaceId: string, region: string, expectedVersion = 1) =>
  mutate<{ workspace: { region: string; version: number } | null }>(server, ada, {
    name: 'updateWorkspaceSettings',
    input: { workspaceId, expectedVersion, region, environment: 'STAGING' },
    fields: 'workspace { region version }',
  });

const moveConfiguration = (llmConfigurationId: string, region: string, expectedVersion = 1) =>
  updateConfiguration(ada, { llmConfigurationId, expectedVersion, region });

const mismatch = (detail: RegExp, ...field: string[]) => [
  { code: 'REGION_MISMATCH', message: expect.stringMatching(detail), field: ['input', ...field] },
];

describe('a route', () => {
  test.each(['US', 'EU', 'RWANDA'])(
    'of a workspace in %s goes to configurations of that region alone',
    async (region) => {
      const workspaceId = await createWorkspace(server, ada, { region });
      for (const other of ['GLOBAL', 'US', 'EU', 'RWANDA']) {
        const id = await newConfiguration(ada, workspaceId, { name: `In ${other}`, region: other });
        const { userErrors } = await setRoute(ada, [id], { workspaceId, model: other });
        const detail = new RegExp(`stays in ${region}, and "In ${other}" is in ${other}\\.$`);
        const field = ['targets', '0', 'llmConfigurationId'];
        expect(userErrors).toEqual(other === region ? [] : mismatch(detail, ...field));
      }
    },
  );

  test('of a workspace in GLOBAL goes to all of them', async () => {
    const workspaceId = await createWorkspace(server, ada, { region: 'GLOBAL' });
    const ids = [];
    for (const region of ['GLOBAL', 'US', 'EU', 'RWANDA'])
      ids.push(await newConfiguration(ada, workspaceId, { region }));
    expect((await setRoute(ada, ids, { workspaceId })).userErrors).toEqual([]);
  });

  test('is refused for a target that is switched off, too', async () => {
    const workspaceId = await createWorkspace(server, ada, { region: 'EU' });
    const id = await newConfiguration(ada, workspaceId, { region: 'US' });
    await updateConfiguration(ada, { llmConfigurationId: id, expectedVersion: 1, enabled: false });
    const { userErrors } = await setRoute(ada, [id], { workspaceId });
    expect(userErrors).toEqual(only('REGION_MISMATCH', 'targets', '0', 'llmConfigurationId'));
  });
});

describe('a configuration', () => {
  test('that routes go to stays in the region of the workspace, enabled or not, until none does', async () => {
    const workspaceId = await createWorkspace(server, ada, { region: 'EU' });
    const id = await newConfiguration(ada, workspaceId);
    const routes = [];
    for (const model of ['smart', 'fast'])
      routes.push((await setRoute(ada, [id], { workspaceId, model })).modelRoute?.id);
    await updateConfiguration(ada, { llmConfigurationId: id, expectedVersion: 1, enabled: false });
    for (const region of ['US', 'GLOBAL']) {
      const refused = await moveConfiguration(id, region, 2);
      const detail = /stays in EU, and routes go to it: "fast", "smart"\.$/;
      expect(refused).toMatchObject({ llmConfiguration: null, userErrors: mismatch(detail, 'region') });
    }
    for (const modelRouteId of routes) await deleteRoute(ada, { modelRouteId });
    expect((await moveConfiguration(id, 'US', 2)).llmConfiguration).toMatchObject({ region: 'US', version: 3 });
  });

  test('of a workspace in GLOBAL moves freely, and its routes go on', async () => {
    const workspaceId = await createWorkspace(server, ada, { region: 'GLOBAL' });
    const id = await newConfiguration(ada, workspaceId);
    const { modelRoute } = await setRoute(ada, [id], { workspaceId });
    expect((await moveConfiguration(id, 'RWANDA')).userErrors).toEqual([]);
    expect(await eligibleOf(modelRoute?.id ?? '')).toMatchObject({ ids: [uuidOf(id)], versions: [2] });
  });

  test('of any region can be made anywhere, and is not routed to', async () => {
    const workspaceId = await createWorkspace(server, ada, { region: 'EU' });
    for (const region of ['GLOBAL', 'US', 'RWANDA']) {
      expect((await createConfiguration(ada, { workspaceId, region })).userErrors).toEqual([]);
    }
  });

  test('is IN_USE while routes go to it, enabled or not, and the message names them, of many the first ten', async () => {
    const workspaceId = await createWorkspace(server, ada);
    const llmConfigurationId = await newConfiguration(ada, workspaceId);
    const routes = [];
    for (let index = 11; index <= 22; index++) {
      const { modelRoute } = await setRoute(ada, [llmConfigurationId], { workspaceId, model: `model-${index}` });
      routes.push(modelRoute?.id);
    }
    await updateConfiguration(ada, { llmConfigurationId, expectedVersion: 1, enabled: false });
    const first = Array.from({ length: 10 }, (_, index) => `"model-${index + 11}"`).join(', ');
    const message = `The configuration is in use. Routes go to it: ${first} and 2 more.`;
    const field = ['input', 'llmConfigurationId'];
    const inUse = [{ code: 'IN_USE', message, field }];
    expect(await deleteConfiguration(ada, { llmConfigurationId })).toEqual({ deletedId: null, userErrors: inUse });
    for (const modelRouteId of routes) await deleteRoute(ada, { modelRouteId });
    expect((await deleteConfiguration(ada, { llmConfigurationId })).deletedId).toBe(llmConfigurationId);
  });
});

describe('a workspace', () => {
  test('keeps its region while routes would leave the new one, and nothing else of the change is done', async () => {
    const workspaceId = await createWorkspace(server, ada, { region: 'GLOBAL' });
    const [eu, us] = [
      await newConfiguration(ada, workspaceId),
      await newConfiguration(ada, workspaceId, { region: 'US' }),
    ];
    await setRoute(ada, [eu], { workspaceId, model: 'in-europe' });
    const { modelRoute } = await setRoute(ada, [eu, us], { workspaceId, model: 'anywhere' });
    await updateConfiguration(ada, { llmConfigurationId: us, expectedVersion: 1, enabled: false });
    const refused = await moveWorkspace(workspaceId, 'EU');
    expect(refused).toEqual({ workspace: null, userErrors: mismatch(/would leave EU: "anywhere"\.$/, 'region') });
    expect((await moveWorkspace(workspaceId, 'US')).userErrors).toEqual(
      mismatch(/US: "anywhere", "in-europe"\.$/, 'region'),
    );
    const query = 'query ($id: ID!) { workspace(id: $id) { region environment version } }';
    const workspace = { region: 'GLOBAL', environment: 'SANDBOX', version: 1 };
    expect(await run(server, ada, query, { id: workspaceId })).toEqual({ workspace });
    await deleteRoute(ada, { modelRouteId: modelRoute?.id });
    expect((await moveWorkspace(workspaceId, 'EU')).workspace).toEqual({ region: 'EU', version: 2 });
    expect((await moveWorkspace(workspaceId, 'GLOBAL', 2)).workspace).toEqual({ region: 'GLOBAL', version: 3 });
  });
});

describe('at once', () => {
  /** Whether every route of the workspace stays within its region, and goes to nothing that is deleted. */
  async function isWithin(workspaceId: string): Promise<boolean> {
    const broken = await server.database.rows({
      text: `SELECT FROM route_targets rt JOIN model_routes r ON r.id = rt.model_route_id
        JOIN workspaces w ON w.id = r.workspace_id JOIN llm_configurations c ON c.id = rt.llm_configuration_id
        WHERE w.id = $1 AND (c.deleted_at IS NOT NULL OR (w.region <> 'GLOBAL' AND c.region <> w.region)
          OR (c.enabled AND NOT c.id = ANY (r.eligible_ids)))`,
      values: [uuidOf(workspaceId)],
    });
    return broken.length === 0;
  }

  test('a route, a configuration and a workspace that change leave no route that leaves the region', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 12; round++) {
      const workspaceId = await createWorkspace(server, ada, { region: 'GLOBAL' });
      const id = await newConfiguration(ada, workspaceId);
      const steps = [
        () => setRoute(ada, [id], { workspaceId }),
        () => moveConfiguration(id, 'US'),
        () => moveWorkspace(workspaceId, 'EU'),
      ];
      const started = steps.map((_, index) => steps[(index + round) % steps.length]).map((step) => step?.());
      const answers = await Promise.all(started);
      outcomes.add(
        answers
          .map((answer) => answer?.userErrors.map(({ code }) => code).join() ?? '')
          .sort()
          .join(' '),
      );
      expect(await isWithin(workspaceId)).toBe(true);
    }
    // One of the three always stands in the way of the last.
    expect([...outcomes].map((codes) => codes.trim())).toEqual(['REGION_MISMATCH']);
  });

  test('a route and the deletion of what it goes to end with one of the two', async () => {
    for (let round = 0; round < 8; round++) {
      const workspaceId = await createWorkspace(server, ada);
      const id = await newConfiguration(ada, workspaceId);
      const steps = [
        () => setRoute(ada, [id], { workspaceId }),
        () => deleteConfiguration(ada, { llmConfigurationId: id }),
      ] as const;
      const [first, second] = round % 2 === 0 ? steps : ([steps[1], steps[0]] as const);
      const answers = await Promise.all([first(), second()]);
      const codes = answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
      expect(codes).toHaveLength(1);
      expect(['IN_USE', 'NOT_FOUND']).toContain(codes[0]);
      expect(await isWithin(workspaceId)).toBe(true);
    }
  });

  test('of twenty that set one route one is done, and the others are shown it', async () => {
    const workspaceId = await createWorkspace(server, ada);
    const id = await newConfiguration(ada, workspaceId);
    const answers = await Promise.all(Array.from({ length: 20 }, () => setRoute(ada, [id], { workspaceId })));
    const [made, ...others] = answers.filter(({ modelRoute }) => modelRoute !== null);
    expect(others).toEqual([]);
    for (const { modelRoute, conflictingModelRoute } of answers) {
      if (modelRoute === null) expect(conflictingModelRoute).toEqual(made?.modelRoute);
    }
  });

  test('prices that change while routes are set are all beside them in the end', async () => {
    const workspaceId = await createWorkspace(server, ada);
    const id = await newConfiguration(ada, workspaceId);
    const [routes] = await Promise.all([
      Promise.all(
        Array.from({ length: 6 }, (_, index) => setRoute(ada, [id], { workspaceId, model: `model-${index}` })),
      ),
      updateConfiguration(ada, { llmConfigurationId: id, expectedVersion: 1, inputPricePerMillionTokens: '3' }),
    ]);
    for (const { modelRoute } of routes) {
      expect(await eligibleOf(modelRoute?.id ?? '')).toMatchObject({ versions: [2], inputPrices: ['3.00'] });
    }
  });
});
