import { beforeAll, expect, test } from '@jest/globals';
import { newOrganization } from '../../server/src/testing/test-server.js';
import { server, useServer } from '../../server/src/testing/use-server.js';
import { createEvaluator } from './guardrails/index.js';
import {
  type CreateLlmConfigurationInput,
  InUseError,
  InvalidInputError,
  NotFoundError,
  RegionMismatchError,
  RequestError,
  TakenError,
  VersionConflictError,
} from './index.js';
import { failure, newWorkspace, type SignedIn, signIn } from './testing/real-server.js';

/** What a workspace decides of its traffic, through the client against a real server. */

useServer();

let ada: SignedIn;
let workspaceId: string;
beforeAll(async () => {
  ada = await signIn(server, { sub: 'ada', org: newOrganization(), name: 'Ada' });
  workspaceId = (await ada.client.workspaces.create(newWorkspace({ name: 'Routing', timeZone: 'africa/kigali' }))).id;
});

const configuration = (
  name: string,
  input: Partial<CreateLlmConfigurationInput> = {},
): CreateLlmConfigurationInput => ({
  workspaceId,
  name,
  provider: 'OPENAI',
  model: 'gpt-large',
  region: 'EU',
  credentialRef: 'env:OPENAI_API_KEY',
  inputPricePerMillionTokens: '2.50',
  outputPricePerMillionTokens: '10.00',
  ...input,
});

test('a workspace has its time zone as the database writes it', async () => {
  expect((await ada.client.workspaces.get(workspaceId))?.timeZone).toBe('Africa/Kigali');
});

test('configurations and routes are made, listed, read, changed and deleted', async () => {
  const { llmConfigurations, modelRoutes } = ada.client;
  const made = await llmConfigurations.create(configuration(' GPT '));
  expect(made).toMatchObject({ name: 'GPT', version: 1, cachedInputPricePerMillionTokens: { amount: '2.50' } });
  expect(await llmConfigurations.get(made.id)).toEqual(made);
  expect(await llmConfigurations.getMany([made.id, workspaceId])).toEqual([made, null]);
  expect((await llmConfigurations.list(workspaceId, { totalCount: true }))?.totalCount).toBe(1);
  const changed = await llmConfigurations.update({ llmConfigurationId: made.id, expectedVersion: 1, model: 'gpt-2' });
  expect(changed).toEqual({ ...made, model: 'gpt-2', version: 2, updatedAt: changed.updatedAt });

  const targets = [{ llmConfigurationId: made.id, weight: 2 }];
  const route = await modelRoutes.set({ workspaceId, model: 'fast', strategy: 'WEIGHTED', targets });
  expect(route.targets).toMatchObject([{ llmConfiguration: { id: made.id, name: 'GPT' }, weight: 2 }]);
  expect(await modelRoutes.get(route.id)).toEqual(route);
  expect(await modelRoutes.getMany([route.id])).toEqual([route]);
  expect((await modelRoutes.list(workspaceId))?.nodes).toEqual([route]);

  const late = await failure(modelRoutes.set({ workspaceId, model: 'fast', strategy: 'FALLBACK', targets }));
  expect(late).toBeInstanceOf(VersionConflictError);
  expect((late as VersionConflictError).modelRoute).toEqual(route);
  const inUse = await failure(llmConfigurations.delete({ llmConfigurationId: made.id }));
  expect(inUse).toBeInstanceOf(InUseError);
  expect((inUse as InUseError).message).toContain('"fast"');
  const moved = { llmConfigurationId: made.id, expectedVersion: 2, region: 'US' } as const;
  expect(await failure(llmConfigurations.update(moved))).toBeInstanceOf(RegionMismatchError);
  expect(await failure(llmConfigurations.create(configuration('gpt')))).toBeInstanceOf(TakenError);
  const pasted = { credentialRef: `sk-${'aB3dE5fG7hJ9'.repeat(4)}` };
  expect(await failure(llmConfigurations.create(configuration('Pasted', pasted)))).toBeInstanceOf(InvalidInputError);

  expect(await modelRoutes.delete({ modelRouteId: route.id, expectedVersion: 1 })).toBe(route.id);
  expect(await failure(modelRoutes.delete({ modelRouteId: route.id }))).toBeInstanceOf(NotFoundError);
  expect(await llmConfigurations.delete({ llmConfigurationId: made.id })).toBe(made.id);
  expect((await llmConfigurations.get(made.id))?.deletedAt).toEqual(expect.any(String));
  expect([await modelRoutes.get(route.id), (await llmConfigurations.list(workspaceId))?.nodes]).toEqual([null, []]);
});

test('the server and an evaluator of its guardrails make the same of a text', async () => {
  const { guardrails } = ada.client;
  const terms = { workspaceId, name: 'Projects', stage: 'INPUT', kind: 'BLOCKED_TERMS', action: 'REDACT' } as const;
  const first = await guardrails.create({ ...terms, terms: ['Bluebird'] });
  const personal = { workspaceId, name: 'PII', stage: 'INPUT', kind: 'PII', action: 'FLAG' } as const;
  const second = await guardrails.create({ ...personal, piiTypes: ['EMAIL', 'IP_ADDRESS'], position: 1 });
  const listed = [];
  for await (const guardrail of guardrails.iterate(workspaceId, { pageSize: 1 })) listed.push(guardrail);
  expect(listed.map(({ id, position }) => [id, position])).toEqual([
    [second.id, 1],
    [first.id, 2],
  ]);
  const text = 'Ask ada@example.com at 10.0.0.1 about Bluebird 😀, bluebird';
  const check = await guardrails.check({ workspaceId, stage: 'INPUT', text });
  const { outcome, text: passed, matches } = createEvaluator(listed).evaluate(text);
  expect(check).toMatchObject({ outcome, text: passed });
  expect(check?.outcome).toBe('REDACTED');
  expect(check?.matches.map(({ guardrail, ...match }) => [guardrail.id, match])).toEqual(
    matches.map(({ guardrail, ...match }) => [guardrail.id, match]),
  );
  const tooLong = { workspaceId, stage: 'INPUT', text: 'x'.repeat(100_001) } as const;
  expect(await failure(guardrails.check(tooLong))).toBeInstanceOf(RequestError);
  const update = { guardrailId: first.id, expectedVersion: 1 };
  expect(await guardrails.update({ ...update, position: 1 })).toMatchObject({ position: 1, version: 2 });
  const late = await failure(guardrails.update({ ...update, enabled: false }));
  expect((late as VersionConflictError).guardrail).toMatchObject({ id: first.id, version: 2 });
  const pattern = { ...terms, name: 'Pattern', kind: 'PATTERN', pattern: '(?<=a)b' } as const;
  expect(await failure(guardrails.create(pattern))).toBeInstanceOf(InvalidInputError);
  expect(await guardrails.delete({ guardrailId: second.id })).toBe(second.id);
  expect((await guardrails.list(workspaceId))?.nodes.map(({ id }) => id)).toEqual([first.id]);
});
