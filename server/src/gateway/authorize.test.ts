import { beforeAll, expect, test } from '@jest/globals';
import { newConfiguration, updateConfiguration } from '../testing/configurations.js';
import { newService } from '../testing/fixtures.js';
import {
  addWorkspace,
  authorize,
  authorizeText,
  denialOf,
  digestOf,
  type GatewayScene,
  newGatewayScene,
  prices,
  requestOf,
} from '../testing/gateway.js';
import { listGuardrails, newGuardrail, updateGuardrail } from '../testing/guardrails.js';
import { setRoute } from '../testing/routes.js';
import { organizationOf, setLastUse } from '../testing/rows.js';
import * as serviceTokens from '../testing/service-tokens.js';
import { recordStatements } from '../testing/statements.js';
import { server, useServer } from '../testing/use-server.js';

/** What a gateway is answered, and who is. */

useServer();

/** Of tests that look at nothing that others have left. */
let shared: GatewayScene;
beforeAll(async () => {
  shared = await newGatewayScene({ monthlyBudget: '100000.00' });
});

const isAuthorizing = (text: string) => text.includes('authorize_requests');

test('a request that may go is told where to, what is held for it, and until when', async () => {
  const { service, workspaceId, key, configurationId } = await newGatewayScene();
  const before = Date.now();
  const answer = await authorize(service, requestOf(key));
  expect(answer).toEqual({
    allowed: true,
    denial: null,
    reservedCost: { amount: '0.01', currency: 'USD' },
    reservationExpiresAt: expect.any(String),
    workspace: { id: workspaceId },
    virtualKey: { id: key.id },
    targets: [{ weight: 1, llmConfiguration: { id: configurationId, version: 1 } }],
    guardrails: [],
  });
  const heldFor = Date.parse(answer.reservationExpiresAt ?? '') - before;
  expect(heldFor).toBeGreaterThan(595_000);
  expect(heldFor).toBeLessThan(605_000);
});

test.each([
  [1_000, 1_000, '0.01'],
  [1, 0, '0.000004'],
  [0, 0, '0.00'],
  [250_000, 0, '1.00'],
  [100_000_000, 100_000_000, '1000.00'],
])('%d tokens of input and %d of output reserve %s', async (inputTokens, maxOutputTokens, amount) => {
  const { service, key } = shared;
  const answer = await authorize(service, requestOf(key, { inputTokens, maxOutputTokens }));
  expect(answer.reservedCost).toEqual({ amount, currency: 'USD' });
});

test('what is reserved is the most over the targets that it may go to, rounded up to eight decimals', async () => {
  const { admin, service, workspaceId, key, configurationId } = await newGatewayScene();
  const dear = await newConfiguration(admin, workspaceId, {
    inputPricePerMillionTokens: '0.001',
    outputPricePerMillionTokens: '0.00000001',
  });
  const off = await newConfiguration(admin, workspaceId, { ...prices, outputPricePerMillionTokens: '1000' });
  await updateConfiguration(admin, { llmConfigurationId: off, expectedVersion: 1, enabled: false });
  await setRoute(admin, [configurationId, dear, off], { workspaceId, expectedVersion: 1 });
  const both = await authorize(service, requestOf(key));
  expect(both.targets.map(({ llmConfiguration }) => llmConfiguration.id)).toEqual([configurationId, dear]);
  expect(both.reservedCost?.amount).toBe('0.01');

  await setRoute(admin, [dear], { workspaceId, model: 'cheap' });
  const cheap = await authorize(service, requestOf(key, { model: 'cheap', inputTokens: 1, maxOutputTokens: 1 }));
  expect(cheap.reservedCost?.amount).toBe('0.00000001');
});

test('targets come in the order to try, each with its weight, and a repeat has the same order', async () => {
  const { admin, service, workspaceId, key } = await newGatewayScene();
  const ids = await Promise.all([1, 2, 3].map(() => newConfiguration(admin, workspaceId, prices)));
  const weights = [0, 3, 1];
  const targets = ids.map((llmConfigurationId, index) => ({ llmConfigurationId, weight: weights[index] }));
  await setRoute(admin, [], { workspaceId, model: 'spread', strategy: 'WEIGHTED', targets });
  const requests = Array.from({ length: 40 }, () => requestOf(key, { model: 'spread' }));
  const answers = await Promise.all(requests.map((request) => authorize(service, request)));
  const firsts = answers.map((answer) => answer.targets[0]?.llmConfiguration.id);
  expect(new Set(firsts)).toEqual(new Set(ids.slice(1)));
  for (const answer of answers) {
    expect(answer.targets.map(({ llmConfiguration, weight }) => [llmConfiguration.id, weight]).sort()).toEqual(
      ids.map((id, index) => [id, weights[index]]).sort(),
    );
    expect(answer.targets.at(-1)?.weight).toBe(0);
  }
  expect(await Promise.all(requests.map((request) => authorize(service, request)))).toEqual(answers);
});

test('the names of models are taken as those of routes are', async () => {
  const { service, key } = await newGatewayScene();
  expect(await denialOf(service, requestOf(key, { model: '  fast ' }))).toBeNull();
  expect(await denialOf(service, requestOf(key, { model: 'Fast' }))).toBe('NO_ROUTE');
});

test('guardrails are the enabled ones, INPUT before OUTPUT, by position, as they are at the very next call', async () => {
  const { admin, service, workspaceId, key } = await newGatewayScene();
  const input = { kind: 'MAX_LENGTH', maxLength: 10 };
  const output = await newGuardrail(admin, workspaceId, { ...input, stage: 'OUTPUT' });
  const second = await newGuardrail(admin, workspaceId, input);
  const first = await newGuardrail(admin, workspaceId, { ...input, position: 1 });
  const idsNow = async () => (await authorize(service, requestOf(key))).guardrails;
  expect(await idsNow()).toEqual([
    { id: first, version: 1 },
    { id: second, version: expect.any(Number) },
    { id: output, version: 1 },
  ]);
  const versions = new Map((await listGuardrails(admin, workspaceId)).map(({ id, version }) => [id, version]));
  const expectedVersion = versions.get(second);
  await updateGuardrail(admin, { guardrailId: second, expectedVersion, enabled: false });
  expect((await idsNow()).map(({ id }) => id)).toEqual([first, output]);
  await updateGuardrail(admin, { guardrailId: first, expectedVersion: 1, maxLength: 20 });
  expect(await idsNow()).toEqual([
    { id: first, version: 2 },
    { id: output, version: 1 },
  ]);
});

test('ids and versions cost nothing beside the decision, and whatever else is asked of them is read', async () => {
  const { admin, service, workspaceId, key } = await newGatewayScene();
  await newGuardrail(admin, workspaceId);
  await authorize(service, requestOf(key));
  const { statements, messages } = await recordStatements(() => authorize(service, requestOf(key)));
  expect([statements.map(isAuthorizing), messages]).toEqual([[true], 1]);
  const fields = `targets { llmConfiguration { id model credentialRef } } guardrails { terms workspace { id } }
    workspace { name region } virtualKey { name }`;
  expect(await authorize(service, requestOf(key), { fields })).toMatchObject({
    targets: [{ llmConfiguration: { model: 'gpt-large', credentialRef: 'env:OPENAI_API_KEY' } }],
    guardrails: [{ terms: ['confidential'], workspace: { id: workspaceId } }],
    workspace: { name: expect.stringMatching(/^Workspace /), region: 'EU' },
    virtualKey: { name: 'Key' },
  });
});

test('calls that come together share a statement, and each gets its own answer', async () => {
  const { admin, service, key } = await newGatewayScene();
  const other = await addWorkspace(admin);
  const asked = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? key : other.key));
  await Promise.all(asked.slice(0, 8).map((of) => authorize(service, requestOf(of))));
  const { result, statements } = await recordStatements(() =>
    Promise.all(asked.map((of) => authorize(service, requestOf(of)))),
  );
  expect(result.map(({ allowed, virtualKey }) => [allowed, virtualKey?.id])).toEqual(asked.map(({ id }) => [true, id]));
  expect(statements.filter(isAuthorizing).length).toBeLessThan(20);
});

async function refusalOf(token: string | null, input: object) {
  const { status, data, errors } = await server.request<{ authorizeGatewayRequest: unknown }>({
    token,
    query: authorizeText(),
    variables: { input },
  });
  return { status, data: data?.authorizeGatewayRequest ?? null, code: errors?.[0]?.extensions.code, errors };
}

test('only a service with the scope GATEWAY may ask', async () => {
  const { admin, service, key } = await newGatewayScene();
  const others = ['WORKSPACES_READ', 'WORKSPACES_WRITE', 'DIRECTORY_WRITE'];
  const input = requestOf(key);
  const reader = await newService(server, admin, others);
  await setLastUse(server, [reader.id], `now() + interval '1 day'`);
  for (const { token } of [admin, reader]) {
    const { result, statements } = await recordStatements(() => refusalOf(token, input));
    expect(result).toMatchObject({ status: 200, data: null, code: 'FORBIDDEN' });
    expect(statements).toEqual([]);
  }
  expect(await refusalOf(null, input)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  expect((await authorize(await newService(server, admin, [...others, 'GATEWAY']), input)).allowed).toBe(true);
  expect((await authorize(service, input)).allowed).toBe(true);
});

test('a token that was revoked is out with the next request, which holds nothing, and takes nobody else with it', async () => {
  const { admin, service, key, workspaceId } = await newGatewayScene();
  await authorize(service, requestOf(key));
  const other = await serviceTokens.newToken(admin, { scopes: ['GATEWAY'] });
  await authorize(other, requestOf(key));
  await serviceTokens.revoke(admin, other.id);
  const asked = Array.from({ length: 10 }, (_, index) => ({ token: index % 2 ? other.token : service.token, index }));
  const answers = await Promise.all(
    asked.map(({ token, index }) => refusalOf(token, requestOf(key, { requestId: `r${index}` }))),
  );
  expect(answers.map(({ status }) => status)).toEqual(asked.map(({ index }) => (index % 2 ? 401 : 200)));
  const held = await server.database.rows<{ id: string }>({
    text: `SELECT request_id AS id FROM gateway_requests WHERE organization_id = $1 AND length(request_id) = 2 ORDER BY 1`,
    values: [await organizationOf(server, workspaceId)],
  });
  expect(held.map(({ id }) => id)).toEqual(['r0', 'r2', 'r4', 'r6', 'r8']);
});

test("another organization's key is unknown, and nothing of it is told", async () => {
  const { service } = await newGatewayScene();
  const { key } = await newGatewayScene();
  expect(await authorize(service, requestOf(key))).toMatchObject({
    allowed: false,
    denial: { code: 'UNKNOWN_KEY', message: 'There is no such key.', retryAt: null },
    reservedCost: null,
    reservationExpiresAt: null,
    workspace: null,
    virtualKey: null,
    targets: [],
    guardrails: [],
  });
});

test.each(['', 'x', 'A'.repeat(64), '0'.repeat(63), '0'.repeat(65), `${'0'.repeat(63)}\0`, 'é'.repeat(64)])(
  'the digest %j is that of no key, and the database is not asked about it',
  async (keyDigest) => {
    const { service, key } = shared;
    const { result, statements } = await recordStatements(() => denialOf(service, requestOf(key, { keyDigest })));
    expect([result, statements]).toEqual(['UNKNOWN_KEY', []]);
    expect(await denialOf(service, requestOf(key, { keyDigest: digestOf('') }))).toBe('UNKNOWN_KEY');
  },
);

test.each([
  ['requestId', ''],
  ['requestId', 'r'.repeat(201)],
  ['requestId', '\u{1f98a}'.repeat(201)],
  ['requestId', 'a\nb'],
  ['requestId', 'a\0b'],
  ['requestId', 'a\u202eb'],
  ['requestId', '\ud83e'],
  ['model', ''],
  ['model', '  '],
  ['model', 'm'.repeat(201)],
  ['model', 'a\0b'],
  ['inputTokens', -1],
  ['inputTokens', 100_000_001],
  ['maxOutputTokens', -1],
  ['maxOutputTokens', 2_147_483_647],
])('%s can not be %j', async (field, value) => {
  const { service, key } = shared;
  const { result, statements } = await recordStatements(() =>
    refusalOf(service.token, requestOf(key, { [field]: value })),
  );
  expect(result).toMatchObject({ status: 200, data: null, code: 'BAD_USER_INPUT' });
  expect(result.errors?.[0]?.message).toContain(`"input.${field}"`);
  expect(statements).toEqual([]);
});

test.each(['r'.repeat(200), '\u{1f98a}'.repeat(200), 'a b', "'; DROP TABLE x; --", '{"a\\"}', 'NULL'])(
  'the id of a request can be %j',
  async (requestId) => {
    const { service, key } = shared;
    const input = requestOf(key, { requestId });
    const [first, second] = [await authorize(service, input), await authorize(service, input)];
    expect([first.allowed, second]).toEqual([true, first]);
  },
);
