import { expect, test } from '@jest/globals';
import { newConfiguration } from '../testing/configurations.js';
import { createWorkspace, run } from '../testing/fixtures.js';
import { newGuardrail } from '../testing/guardrails.js';
import { setRoute } from '../testing/routes.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

const query = `{ activeWorkspace { name timeZone region
  llmConfigurations(first: 50) { totalCount nodes { name credentialRef workspace { name } } }
  modelRoutes(first: 50) { totalCount nodes { model targets { weight llmConfiguration { name version } } } }
  guardrails(first: 50) { totalCount nodes { name position terms workspace { name } } } } }`;

async function fill(ada: Person, workspaceId: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const id = await newConfiguration(ada, workspaceId);
    await setRoute(ada, [id], { workspaceId, model: id });
    await newGuardrail(ada, workspaceId);
  }
}

test('all that is under the active workspace is a statement a list and a level, however much there is', async () => {
  const ada = await person(server, { sub: 'ada', org: newOrganization() });
  const workspaceId = await createWorkspace(server, ada);
  const trace = async () => {
    const { statements, messages } = await recordStatements(() => run(server, ada, query));
    return { statements: statements.length, messages };
  };
  await fill(ada, workspaceId, 1);
  const few = await trace();
  await fill(ada, workspaceId, 7);
  expect(await trace()).toEqual(few);
  // The workspace; three lists with their counts; and what their items refer to.
  expect(few.statements).toBeLessThanOrEqual(10);
  expect(few.messages).toBeLessThanOrEqual(4);
});
