import { beforeAll, describe, expect, test } from '@jest/globals';
import { auditEvents, createWorkspace, mutate, workspaceInput } from '../testing/fixtures.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { newTraffic, recordUsage, usage } from '../testing/usage.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

let ada: Person;
beforeAll(async () => {
  ada = await person(server, { sub: 'ada', org: newOrganization() });
});

interface Changed {
  readonly workspace: { readonly version: number; readonly monthlyBudget: { readonly amount: string } } | null;
}

describe('an amount is taken as a person types it, and shown in one form', () => {
  const forms: readonly (readonly [string, string])[] = [
    ['5.100', '5.10'],
    ['0005', '5.00'],
    ['5', '5.00'],
    ['5.', '5.00'],
    ['.5', '0.50'],
    ['+5', '5.00'],
    ['+0005.1000', '5.10'],
    ['  12.30\n', '12.30'],
    ['\u00a07\u2003', '7.00'],
    ['-0', '0.00'],
    ['-0.00', '0.00'],
    ['0.000000', '0.00'],
    ['000000000000000000000000000000000000000001.50', '1.50'],
    ['999999999999.990', '999999999999.99'],
  ];

  test('in variables and in literals, and the audit log tells of a change only where there is one', async () => {
    const id = await createWorkspace(server, ada, { monthlyBudget: '77.00' });
    let version = 1;
    for (const [text, amount] of forms) {
      const changed = await mutate<Changed>(server, ada, {
        name: 'updateWorkspaceSettings',
        input: { workspaceId: id, expectedVersion: version, monthlyBudget: text },
        fields: 'workspace { version monthlyBudget { amount } }',
      });
      expect([text, changed.workspace?.monthlyBudget.amount]).toEqual([text, amount]);
      version = changed.workspace?.version ?? 0;
      const literal = await server.request<{ updateWorkspaceSettings: Changed }>({
        token: ada.token,
        query: `mutation { updateWorkspaceSettings(input: {
          workspaceId: "${id}", expectedVersion: ${version}, monthlyBudget: ${JSON.stringify(text)}
        }) { workspace { version monthlyBudget { amount } } userErrors { code } } }`,
      });
      expect([text, literal.data?.updateWorkspaceSettings.workspace?.monthlyBudget.amount]).toEqual([text, amount]);
      version = literal.data?.updateWorkspaceSettings.workspace?.version ?? 0;
    }
    const told = (await auditEvents(server, id)).flatMap(({ changes }) => changes);
    for (const { before, after } of told.filter(({ field }) => field === 'monthlyBudget'))
      expect(before).not.toBe(after);
  });

  test('and a create that is repeated with another form of the same amount is the same one', async () => {
    const input = workspaceInput({ monthlyBudget: '5.10', idempotencyKey: 'the-same' });
    const create = (monthlyBudget: string) =>
      mutate<{ workspace: { id: string } }>(server, ada, {
        name: 'createWorkspace',
        input: { ...input, monthlyBudget },
        fields: 'workspace { id }',
      });
    const first = await create('5.10');
    for (const form of ['5.1', ' 05.100', '+5.1']) expect(await create(form)).toEqual(first);
  });

  test('prices, costs and filters alike', async () => {
    const traffic = await newTraffic();
    const { userErrors } = await mutate<{ userErrors: unknown[] }>(server, traffic.admin, {
      name: 'updateLlmConfiguration',
      input: {
        llmConfigurationId: traffic.configurationId,
        expectedVersion: 1,
        inputPricePerMillionTokens: ' .250000000000 ',
        outputPricePerMillionTokens: '0010.',
      },
      fields: 'userErrors { code }',
    });
    expect(userErrors).toEqual([]);
    await recordUsage(traffic.gateway, [usage(traffic, { cost: '+00.004250000000000' })]);
    const { data, errors } = await server.request<object>({
      token: traffic.admin.token,
      query: `query ($id: ID!, $range: TimeRangeInput!) {
        node(id: "${traffic.configurationId}") { ... on LlmConfiguration {
          inputPricePerMillionTokens { amount } outputPricePerMillionTokens { amount } } }
        workspace(id: $id) { logs(range: $range, filter: { minCost: ".00425000" }) { nodes { cost { amount } } } }
      }`,
      variables: {
        id: traffic.workspaceId,
        range: { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) },
      },
    });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      node: { inputPricePerMillionTokens: { amount: '0.25' }, outputPricePerMillionTokens: { amount: '10.00' } },
      workspace: { logs: { nodes: [{ cost: { amount: '0.00425' } }] } },
    });
  });
});

describe('what is no exact amount is refused by the name of its field, and nothing changes:', () => {
  test.each([
    '',
    ' ',
    '.',
    '-',
    '+.',
    '5e2',
    '5E-1',
    '1,000.00',
    '1 000',
    '1_000',
    '1.000,00',
    '0x10',
    '5..0',
    '--5',
    '5-',
    '€5',
    '5 USD',
    '٥',
    '５',
    '½',
    'Infinity',
    'NaN',
    '5\u00005',
    `0.${'0'.repeat(200)}`,
    '9'.repeat(31),
  ])('%j', async (monthlyBudget) => {
    const query = 'mutation ($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { workspace { id } } }';
    const input = workspaceInput({ monthlyBudget });
    const { status, errors } = await server.request({ token: ada.token, query, variables: { input } });
    expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
    expect(errors?.[0]?.message).toBe(
      'Variable "$input" got invalid value at "input.monthlyBudget"; A Decimal is a string such as "1250.00".',
    );
  });

  test.each(['-0.01', '5.101', '5.0001', '1000000000000'])(
    '%s, which is a number and no budget',
    async (monthlyBudget) => {
      const query =
        'mutation ($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { userErrors { code field } } }';
      const input = workspaceInput({ monthlyBudget });
      const { data } = await server.request({ token: ada.token, query, variables: { input } });
      expect(data).toEqual({
        createWorkspace: { userErrors: [{ code: 'INVALID', field: ['input', 'monthlyBudget'] }] },
      });
    },
  );
});
