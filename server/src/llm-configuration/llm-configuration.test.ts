import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  configurationFields,
  configurationInput,
  createConfiguration as create,
  newConfiguration,
  deleteConfiguration as remove,
  updateConfiguration as update,
} from '../testing/configurations.js';
import { auditEvents, createWorkspace, mutate, run } from '../testing/fixtures.js';
import { newOrganization, type Person, person, startTestServer } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { archive, only } from '../testing/virtual-keys.js';

useServer({ LOG_LEVEL: 'trace' });

let ada: Person;
let workspaceId: string;
beforeAll(async () => {
  ada = await person(server, { sub: 'ada', org: newOrganization() });
  workspaceId = await createWorkspace(server, ada);
});

async function read(id: string): Promise<object | null> {
  const query = `query ($id: ID!) { node(id: $id) { ... on LlmConfiguration { ${configurationFields} } } }`;
  return (await run<{ node: object | null }>(server, ada, query, { id })).node;
}

async function namesIn(id: string): Promise<string[]> {
  const query = 'query ($id: ID!) { workspace(id: $id) { llmConfigurations { nodes { name } } } }';
  const { workspace } = await run<{ workspace: { llmConfigurations: { nodes: { name: string }[] } } }>(
    server,
    ada,
    query,
    {
      id,
    },
  );
  return workspace.llmConfigurations.nodes.map(({ name }) => name);
}

const money = (amount: string) => ({ amount, currency: 'USD' });

test('a configuration is made, changed and deleted, and goes on being known by its id', async () => {
  const input = { workspaceId, name: ' GPT  ', model: ' gpt-large ', baseUrl: 'https://models.example:8443/v1' };
  const { llmConfiguration: made } = await create(ada, input);
  expect(made).toEqual({
    id: expect.stringMatching(/^llm_[0-9a-z]{26}$/),
    name: 'GPT',
    provider: 'OPENAI',
    model: 'gpt-large',
    region: 'EU',
    baseUrl: 'https://models.example:8443/v1',
    credentialRef: 'env:OPENAI_API_KEY',
    inputPricePerMillionTokens: money('2.50'),
    cachedInputPricePerMillionTokens: money('2.50'),
    outputPricePerMillionTokens: money('10.00'),
    enabled: true,
    version: 1,
    createdAt: expect.any(String),
    updatedAt: expect.any(String),
    deletedAt: null,
    workspace: { id: workspaceId },
  });
  const llmConfigurationId = made?.id ?? '';
  const changed = await update(ada, {
    llmConfigurationId,
    expectedVersion: 1,
    name: 'Large',
    model: 'gpt-larger',
    region: 'US',
    baseUrl: null,
    credentialRef: 'vault:llm/openai#key',
    enabled: false,
  });
  expect(changed.llmConfiguration).toEqual({
    ...made,
    name: 'Large',
    model: 'gpt-larger',
    region: 'US',
    baseUrl: null,
    credentialRef: 'vault:llm/openai#key',
    enabled: false,
    version: 2,
    updatedAt: expect.any(String),
  });
  expect(await remove(ada, { llmConfigurationId, expectedVersion: 2 })).toEqual({
    deletedId: llmConfigurationId,
    userErrors: [],
  });
  const deleted = {
    ...changed.llmConfiguration,
    version: 3,
    deletedAt: expect.any(String),
    updatedAt: expect.any(String),
  };
  expect(await read(llmConfigurationId)).toEqual(deleted);
  expect(await namesIn(workspaceId)).not.toContain('Large');
  const events = await auditEvents(server, workspaceId);
  expect(events.filter(({ targetId }) => targetId === llmConfigurationId).map(({ action }) => action)).toEqual([
    'llm_configuration.created',
    'llm_configuration.updated',
    'llm_configuration.deleted',
  ]);
});

test('what was deleted is NOT_FOUND for every change', async () => {
  const llmConfigurationId = await newConfiguration(ada, workspaceId);
  await remove(ada, { llmConfigurationId });
  const notFound = only('NOT_FOUND', 'llmConfigurationId');
  expect((await remove(ada, { llmConfigurationId })).userErrors).toEqual(notFound);
  const changed = await update(ada, { llmConfigurationId, expectedVersion: 2, enabled: false });
  expect(changed).toMatchObject({ llmConfiguration: null, conflictingLlmConfiguration: null, userErrors: notFound });
});

test('names are unique in the workspace without regard to case and blanks, and free again once deleted', async () => {
  const [first, second] = [await createWorkspace(server, ada), await createWorkspace(server, ada)];
  const llmConfigurationId = await newConfiguration(ada, first, { name: 'Große  Straße' });
  const taken = only('TAKEN', 'name');
  expect((await create(ada, { workspaceId: first, name: 'GROSSE STRASSE' })).userErrors).toEqual(taken);
  const other = await newConfiguration(ada, first, { name: 'Other' });
  const renamed = await update(ada, { llmConfigurationId: other, expectedVersion: 1, name: ' große straße' });
  expect(renamed).toMatchObject({ llmConfiguration: null, userErrors: taken });
  await newConfiguration(ada, second, { name: 'Große Straße' });
  await remove(ada, { llmConfigurationId });
  await newConfiguration(ada, first, { name: 'große Straße' });
  expect(await namesIn(first)).toEqual(['große Straße', 'Other']);
});

test('configurations are listed by name, as people order names', async () => {
  const id = await createWorkspace(server, ada);
  for (const name of ['zebra', 'Éclair', 'apple', 'eclipse', 'Zoo']) await newConfiguration(ada, id, { name });
  expect(await namesIn(id)).toEqual(['apple', 'Éclair', 'eclipse', 'zebra', 'Zoo']);
});

describe('prices', () => {
  test.each([
    ['0', '0.00'],
    ['-0', '0.00'],
    ['000.5', '0.50'],
    ['2.500', '2.50'],
    ['0.00000001', '0.00000001'],
    ['123456.12345678', '123456.12345678'],
    ['1000000', '1000000.00'],
    ['1000000.00000000', '1000000.00'],
  ])('of %s are kept exactly, as %s', async (price, amount) => {
    const { llmConfiguration } = await create(ada, { workspaceId, outputPricePerMillionTokens: price });
    expect(llmConfiguration?.outputPricePerMillionTokens).toEqual(money(amount));
  });

  test.each(['-1', '-0.00000001', '0.000000001', '1000000.00000001', '1000001', '99999999999999999999'])(
    'of %s are INVALID',
    async (price) => {
      for (const field of [
        'inputPricePerMillionTokens',
        'cachedInputPricePerMillionTokens',
        'outputPricePerMillionTokens',
      ]) {
        expect((await create(ada, { workspaceId, [field]: price })).userErrors).toEqual(only('INVALID', field));
      }
    },
  );

  test('of cached input follow those of input until they are given, and again when they are cleared', async () => {
    const llmConfigurationId = await newConfiguration(ada, workspaceId, { inputPricePerMillionTokens: '4' });
    const steps: [object, string, string][] = [
      [{ inputPricePerMillionTokens: '5' }, '5.00', '5.00'],
      [{ cachedInputPricePerMillionTokens: '0.5' }, '5.00', '0.50'],
      [{ inputPricePerMillionTokens: '6' }, '6.00', '0.50'],
      [{ cachedInputPricePerMillionTokens: null }, '6.00', '6.00'],
    ];
    for (const [index, [change, input, cached]] of steps.entries()) {
      const { llmConfiguration } = await update(ada, { llmConfigurationId, expectedVersion: index + 1, ...change });
      expect(llmConfiguration).toMatchObject({
        version: index + 2,
        inputPricePerMillionTokens: money(input),
        cachedInputPricePerMillionTokens: money(cached),
      });
    }
    const same = await update(ada, { llmConfigurationId, expectedVersion: 5, inputPricePerMillionTokens: '06.0' });
    expect(same.llmConfiguration?.version).toBe(5);
  });
});

describe('a base URL', () => {
  const send = async (baseUrl: string) => (await create(ada, { workspaceId, baseUrl })).userErrors;

  test.each([
    'https://models.example',
    'HTTPS://models.example/v1/',
    'https://models.example:8443/openai/deployments/a@b',
    'https://münchen.example/v1',
    'https://[2001:db8::1]/v1',
    'http://localhost:11434/v1',
    'http://127.0.0.1:11434',
    'http://127.12.0.1',
    'http://[::1]:8080/',
  ])('may be %s, in development', async (baseUrl) => {
    expect(await send(baseUrl)).toEqual([]);
  });

  test.each([
    '',
    'models.example',
    'ftp://models.example',
    'http://models.example',
    'http://localhost.models.example',
    'http://128.0.0.1',
    'https://',
    'https:models.example',
    'https://ada@models.example',
    'https://@models.example',
    'https://models.example/v1?key=1',
    'https://models.example/v1?',
    'https://models.example/v1#',
    'https://models.example\\@evil.example',
    'https://models .example',
    ' https://models.example',
    'https://models.example/\n',
    `https://models.example/${'x'.repeat(2_000)}`,
    'javascript:alert(1)',
  ])('is INVALID as %j', async (baseUrl) => {
    expect(await send(baseUrl)).toEqual(only('INVALID', 'baseUrl'));
  });

  test.each(['OPENAI_COMPATIBLE', 'AZURE_OPENAI'])('is REQUIRED for %s, and stays so', async (provider) => {
    const required = only('REQUIRED', 'baseUrl');
    expect((await create(ada, { workspaceId, provider })).userErrors).toEqual(required);
    const llmConfigurationId = await newConfiguration(ada, workspaceId, {
      provider,
      baseUrl: 'https://models.example',
    });
    const cleared = await update(ada, { llmConfigurationId, expectedVersion: 1, baseUrl: null });
    expect(cleared.userErrors).toEqual(required);
  });

  test('is never http in production', async () => {
    const production = await startTestServer({ NODE_ENV: 'production' });
    try {
      const eve = await person(production, { sub: 'eve', org: newOrganization() });
      const place = await createWorkspace(production, eve);
      const sent = await mutate(production, eve, {
        name: 'createLlmConfiguration',
        input: configurationInput({ workspaceId: place, baseUrl: 'http://127.0.0.1' }),
        fields: 'llmConfiguration { id }',
      });
      expect(sent.userErrors).toEqual(only('INVALID', 'baseUrl'));
    } finally {
      await production.close();
    }
  });
});

describe('a reference to a credential', () => {
  test.each([
    'env:OPENAI_API_KEY',
    'file:/run/secrets/openai',
    'vault:secret/data/llm/openai#api_key',
    'aws-sm:arn:aws:secretsmanager:eu-west-1:123456789012:secret:production/openai',
    'gcp-sm:projects/meridian/secrets/openai/versions/latest',
    'azure-kv:https://meridian.vault.azure.net/secrets/openai',
    `env:${'X'.repeat(512)}`,
    'file:/etc/schlüssel',
  ])('may be %s', async (credentialRef) => {
    expect((await create(ada, { workspaceId, credentialRef })).userErrors).toEqual([]);
  });

  test.each([
    '',
    'OPENAI_API_KEY',
    'env:',
    'env: OPENAI_API_KEY',
    'env:OPENAI API KEY',
    'env:OPENAI\u00a0API',
    'env:OPENAI\u0000',
    'ENV:OPENAI_API_KEY',
    'http://models.example/key',
    `env:${'X'.repeat(513)}`,
  ])('is INVALID as %j', async (credentialRef) => {
    const refused = only('INVALID', 'credentialRef');
    expect((await create(ada, { workspaceId, credentialRef })).userErrors).toEqual(refused);
  });
});

describe('a credential that is pasted', () => {
  const secret = `sk-proj-${'aB3dE5fG7hJ9'.repeat(4)}`;
  const opaque = 'q7W9e2R4t6Y8u1I3o5P7a9S2d4F6g8H0';

  function expectNowhere(): void {
    for (const one of [secret, opaque]) expect(server.logLines.filter((line) => line.includes(one))).toEqual([]);
  }

  async function content(): Promise<string> {
    const tables = ['llm_configurations', 'audit_events', 'idempotency_records'];
    const rows = await Promise.all(
      tables.map((name) => server.database.rows({ text: `SELECT * FROM ${name}`, values: [] })),
    );
    return JSON.stringify(rows);
  }

  test('is INVALID in every text, is repeated nowhere, and nothing is changed', async () => {
    const llmConfigurationId = await newConfiguration(ada, workspaceId);
    const before = await content();
    const pasted: Record<string, string> = {
      name: `Key ${secret}`,
      model: secret,
      credentialRef: `env:${secret}`,
      baseUrl: `https://models.example/${secret}`,
    };
    for (const [field, text] of Object.entries(pasted)) {
      const refused = [{ code: 'INVALID', message: expect.stringMatching(/credential/), field: ['input', field] }];
      const answers = [
        await create(ada, { workspaceId, [field]: text }),
        await update(ada, { llmConfigurationId, expectedVersion: 1, [field]: text }),
      ];
      for (const answer of answers) {
        expect(answer.userErrors).toEqual(refused);
        expect(JSON.stringify(answer)).not.toContain(secret);
      }
    }
    for (const credentialRef of [opaque, `env:${opaque}`, `vault:${opaque}`]) {
      const { userErrors } = await create(ada, { workspaceId, credentialRef });
      expect(userErrors).toEqual([
        expect.objectContaining({ message: expect.stringMatching(/looks like a credential/) }),
      ]);
    }
    expect(await content()).toBe(before);
    expectNowhere();
  });

  test('is repeated in no error of the whole request either, whatever else is wrong with the input', async () => {
    const query = `mutation ($input: CreateLlmConfigurationInput!) {
      createLlmConfiguration(input: $input) { llmConfiguration { id } } }`;
    const right = { workspaceId, ...configurationInput({ credentialRef: secret }) };
    for (const input of [
      { ...right, name: undefined },
      { ...right, name: null },
      { ...right, enabled: secret },
      { ...right, region: secret },
      { ...right, model: { key: secret } },
      { ...right, inputPricePerMillionTokens: secret },
      { ...right, provider: [secret] },
      [secret],
      secret,
    ]) {
      const { status, data, errors } = await server.request({ token: ada.token, query, variables: { input } });
      expect([status, data]).toEqual([400, undefined]);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      expect(JSON.stringify(errors)).not.toContain(secret);
    }
    expectNowhere();
  });
});

test('an update of another version answers with the configuration as it is, and a delete changes nothing', async () => {
  const llmConfigurationId = await newConfiguration(ada, workspaceId, { name: 'Twice changed' });
  await update(ada, { llmConfigurationId, expectedVersion: 1, enabled: false });
  const late = await update(ada, { llmConfigurationId, expectedVersion: 1, enabled: true });
  expect(late).toMatchObject({
    llmConfiguration: null,
    conflictingLlmConfiguration: { id: llmConfigurationId, enabled: false, version: 2 },
    userErrors: only('VERSION_CONFLICT', 'expectedVersion'),
  });
  const deleted = await remove(ada, { llmConfigurationId, expectedVersion: 1 });
  expect(deleted).toEqual({ deletedId: null, userErrors: only('VERSION_CONFLICT', 'expectedVersion') });
  expect(await read(llmConfigurationId)).toMatchObject({ version: 2, deletedAt: null });
});

test('null is REQUIRED where nothing can be cleared', async () => {
  const llmConfigurationId = await newConfiguration(ada, workspaceId);
  const fields = ['name', 'model', 'region', 'credentialRef', 'enabled'];
  for (const field of [...fields, 'inputPricePerMillionTokens', 'outputPricePerMillionTokens']) {
    const { userErrors } = await update(ada, { llmConfigurationId, expectedVersion: 1, [field]: null });
    expect(userErrors).toEqual(only('REQUIRED', field));
  }
});

test('of twenty creations with one name one is done, and of twenty with one key all answer with the same', async () => {
  const id = await createWorkspace(server, ada);
  const named = await Promise.all(Array.from({ length: 20 }, () => create(ada, { workspaceId: id, name: 'Only one' })));
  expect(named.filter(({ llmConfiguration }) => llmConfiguration !== null)).toHaveLength(1);
  const input = { workspaceId: id, name: 'Once', idempotencyKey: 'once' };
  const repeated = await Promise.all(Array.from({ length: 20 }, () => create(ada, input)));
  expect(new Set(repeated.map(({ llmConfiguration }) => llmConfiguration?.id)).size).toBe(1);
  expect(await namesIn(id)).toEqual(['Once', 'Only one']);
});

test('of an archived workspace nothing is changed, and a repeat of what was made before is answered', async () => {
  const id = await createWorkspace(server, ada);
  const input = { workspaceId: id, name: 'Before', idempotencyKey: 'before' };
  const { llmConfiguration } = await create(ada, input);
  const llmConfigurationId = llmConfiguration?.id ?? '';
  await archive(ada, id);
  expect((await create(ada, input)).llmConfiguration?.id).toBe(llmConfigurationId);
  expect((await create(ada, { workspaceId: id })).userErrors).toEqual(only('INVALID', 'workspaceId'));
  const invalid = only('INVALID', 'llmConfigurationId');
  expect((await update(ada, { llmConfigurationId, expectedVersion: 1, enabled: false })).userErrors).toEqual(invalid);
  expect((await remove(ada, { llmConfigurationId })).userErrors).toEqual(invalid);
});
