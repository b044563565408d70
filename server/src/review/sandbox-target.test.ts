import { beforeEach, describe, expect, test } from '@jest/globals';
import { deleteConfiguration, newConfiguration, updateConfiguration } from '../testing/configurations.js';
import { createWorkspace, newService, run } from '../testing/fixtures.js';
import { setRoute } from '../testing/routes.js';
import { setRole } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { archive } from '../testing/virtual-keys.js';

/** Production stays apart from test traffic: no credential is in routes of the one and in configurations of the other. */

useServer();

interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly virtualKey: object | null;
  readonly llmConfiguration: { readonly id: string } | null;
  readonly modelRoute: { readonly id: string; readonly model: string } | null;
}

let org: string;
let ada: Person;
let production: string;
let configuration: string;
const credentialRef = 'vault:llm/openai#key';
beforeEach(async () => {
  org = newOrganization();
  ada = await person(server, { sub: 'ada', org });
  production = await createWorkspace(server, ada, { name: 'Checkout', environment: 'PRODUCTION' });
  configuration = await newConfiguration(ada, production, { name: 'GPT', credentialRef });
});

async function findings(who: Person = ada, workspaceId = production): Promise<Finding[]> {
  const { workspace } = await run<{ workspace: { reviewFindings: Finding[] } }>(
    server,
    who,
    `query ($id: ID!) { workspace(id: $id) { reviewFindings {
      code severity message virtualKey { id } llmConfiguration { id } modelRoute { id model } } } }`,
    { id: workspaceId },
  );
  return workspace.reviewFindings.filter(({ code }) => code === 'SANDBOX_TARGET');
}

const sandbox = (name: string, input: object = {}) =>
  createWorkspace(server, ada, { name, environment: 'SANDBOX', ...input });

test.each(['SANDBOX', 'STAGING'])(
  'is found where a %s workspace uses the credential of a target',
  async (environment) => {
    const { modelRoute } = await setRoute(ada, [configuration], { workspaceId: production });
    expect(await findings()).toEqual([]);
    const other = await sandbox('Playground', { environment });
    await newConfiguration(ada, other, { credentialRef });
    expect(await findings()).toEqual([
      {
        code: 'SANDBOX_TARGET',
        severity: 'HIGH',
        message: 'The route "fast" goes to "GPT", of which the workspace "Playground" uses the credential too.',
        virtualKey: null,
        llmConfiguration: { id: configuration },
        modelRoute: { id: modelRoute?.id, model: 'fast' },
      },
    ]);
    expect(await findings(ada, other)).toEqual([]);
  },
);

describe('is not found', () => {
  test('for another reference, another organization, production, and what is archived or deleted', async () => {
    await setRoute(ada, [configuration], { workspaceId: production });
    await newConfiguration(ada, await sandbox('Other'), { credentialRef: `${credentialRef}2` });
    await newConfiguration(ada, await sandbox('Twin', { environment: 'PRODUCTION' }), { credentialRef });
    const archived = await sandbox('Archived');
    await newConfiguration(ada, archived, { credentialRef });
    await archive(ada, archived);
    const deleted = await newConfiguration(ada, await sandbox('Deleted'), { credentialRef });
    await deleteConfiguration(ada, { llmConfigurationId: deleted });
    const eve = await person(server, { sub: 'eve', org: newOrganization() });
    await newConfiguration(eve, await createWorkspace(server, eve), { credentialRef });
    expect(await findings()).toEqual([]);
  });

  test('where no route goes to it, or it is switched off', async () => {
    await newConfiguration(ada, await sandbox('Playground'), { credentialRef });
    expect(await findings()).toEqual([]);
    await setRoute(ada, [configuration], { workspaceId: production });
    expect(await findings()).toHaveLength(1);
    await updateConfiguration(ada, { llmConfigurationId: configuration, expectedVersion: 1, enabled: false });
    expect(await findings()).toEqual([]);
  });
});

test('names a workspace that the viewer sees, and none that they do not', async () => {
  await setRoute(ada, [configuration], { workspaceId: production });
  const [hidden, seen] = [await sandbox('Aardvark'), await sandbox('Playground')];
  await newConfiguration(ada, hidden, { credentialRef });
  const bob = await person(server, { sub: 'bob', org });
  await setRole(server, [production], bob, 'VIEWER');
  const messages = async (who: Person) => (await findings(who)).map(({ message }) => message);
  const unnamed = 'The route "fast" goes to "GPT", of which a sandbox or staging workspace uses the credential too.';
  expect(await messages(bob)).toEqual([unnamed]);
  await newConfiguration(ada, seen, { credentialRef });
  await setRole(server, [seen], bob, 'VIEWER');
  expect(await messages(bob)).toEqual([expect.stringContaining('"Playground"')]);
  expect(await messages(ada)).toEqual([expect.stringContaining('"Aardvark"')]);
  const root = await person(server, { sub: 'root', org, org_role: 'admin' });
  const service = await newService(server, root, ['WORKSPACES_READ']);
  for (const who of [root, service]) expect(await messages(who)).toEqual([expect.stringContaining('"Aardvark"')]);
});
