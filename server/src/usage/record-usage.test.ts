import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { deleteConfiguration, newConfiguration, updateConfiguration } from '../testing/configurations.js';
import { idOfNothing, mutate, newService } from '../testing/fixtures.js';
import { createGuardrail, deleteGuardrail } from '../testing/guardrails.js';
import { newAdmin } from '../testing/service-tokens.js';
import {
  differencesOf,
  ledgersOf,
  moreTraffic,
  newTraffic,
  recordUsage,
  rowsOf,
  type Traffic,
  usage,
} from '../testing/usage.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

const at = (place: number, field: string, code: string) =>
  expect.objectContaining({ code, field: ['input', 'records', String(place), field] });
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

describe('a record', () => {
  test('is counted once: of a batch the first, of several the first, also in another month', async () => {
    const traffic = await newTraffic();
    const one = usage(traffic, { llmConfigurationId: traffic.configurationId });
    const two = usage(traffic, { llmConfigurationId: traffic.configurationId });
    const other = { ...one, inputTokens: 5, model: 'slow' };
    expect(await recordUsage(traffic.gateway, [one, two, other])).toEqual({
      recorded: 2,
      duplicates: 1,
      userErrors: [],
    });
    const monthAgo = { ...two, occurredAt: inMinutes(-32 * 24 * 60) };
    expect(await recordUsage(traffic.gateway, [monthAgo, one])).toEqual({ recorded: 0, duplicates: 2, userErrors: [] });
    const kept = await rowsOf(
      traffic.workspaceId,
      'usage_records',
      'model, input_tokens AS tokens',
      'ORDER BY request_id',
    );
    expect(kept).toEqual([1, 2].map(() => ({ model: 'fast', tokens: 1_000 })));
    expect((await ledgersOf(traffic.workspaceId)).workspace).toEqual({ spent: '0.00700000', reserved: '0' });
    expect(await differencesOf(traffic.workspaceId)).toEqual([]);
  });

  test('of the same id in another workspace is another one', async () => {
    const traffic = await newTraffic();
    const other = await moreTraffic(traffic.admin);
    const requestId = randomUUID();
    const records = [usage(traffic, { requestId }), usage(other, { requestId })];
    expect(await recordUsage(traffic.gateway, records)).toMatchObject({ recorded: 2, duplicates: 0 });
  });

  test('is kept as it was sent, with its id of the time when it came in', async () => {
    const traffic = await newTraffic({ timeZone: 'Asia/Kathmandu' });
    const { guardrail } = await createGuardrail(traffic.admin, { workspaceId: traffic.workspaceId });
    const allTags = ['team:core', 'a "b" {c}, \\d', 'é'];
    const record = usage(traffic, {
      llmConfigurationId: traffic.configurationId,
      status: 'FAILED',
      errorCode: 'timeout',
      cachedInputTokens: 400,
      cost: '0.12345678',
      guardrailIds: [guardrail?.id, guardrail?.id],
      tags: allTags,
    });
    expect(await recordUsage(traffic.gateway, [record])).toMatchObject({ recorded: 1, userErrors: [] });
    const [row] = await rowsOf<Record<string, unknown>>(
      traffic.workspaceId,
      'usage_records',
      `*, cost::text AS cost, left(id::text, 8) = left(id_at(occurred_at)::text, 8) AS fits`,
    );
    expect(row).toMatchObject({
      request_id: record.requestId,
      model: 'fast',
      provider: 'OPENAI',
      provider_model: 'gpt-large',
      status: 'FAILED',
      error_code: 'timeout',
      input_tokens: 1_000,
      cached_input_tokens: 400,
      output_tokens: 100,
      cost: '0.12345678',
      latency_ms: 250,
      tags: allTags,
      time_zone: 'Asia/Kathmandu',
      occurred_at: new Date(record.occurredAt),
      fits: true,
    });
    expect(row?.['guardrail_ids']).toHaveLength(1);
    const tags = await rowsOf<{ tag: string }>(traffic.workspaceId, 'usage_record_tags', 'tag');
    expect(tags.map(({ tag }) => tag).sort()).toEqual([...allTags].sort());
  });

  test('of a revoked or disabled key, an archived workspace, a deleted configuration or guardrail is kept', async () => {
    const traffic = await newTraffic();
    const { admin, workspaceId, keyId, configurationId } = traffic;
    const { guardrail } = await createGuardrail(admin, { workspaceId });
    await deleteGuardrail(admin, { guardrailId: guardrail?.id });
    await deleteConfiguration(admin, { llmConfigurationId: configurationId });
    await mutate(server, admin, {
      name: 'revokeVirtualKey',
      input: { virtualKeyId: keyId },
      fields: 'virtualKey { id }',
    });
    await mutate(server, admin, {
      name: 'archiveWorkspace',
      input: { workspaceId, expectedVersion: 1 },
      fields: 'workspace { id }',
    });
    const record = usage(traffic, { llmConfigurationId: configurationId, guardrailIds: [guardrail?.id] });
    expect(await recordUsage(traffic.gateway, [record])).toEqual({ recorded: 1, duplicates: 0, userErrors: [] });
    expect((await ledgersOf(workspaceId)).workspace?.spent).toBe('0.00350000');
  });
});

describe('what is bad', () => {
  let traffic: Traffic;
  let other: Omit<Traffic, 'admin' | 'gateway'>;
  let foreign: Traffic;
  beforeAll(async () => {
    traffic = await newTraffic();
    other = await moreTraffic(traffic.admin);
    foreign = await newTraffic();
  });

  test.each<[string, string, () => object]>([
    ['requestId', 'INVALID', () => ({ requestId: '' })],
    ['requestId', 'INVALID', () => ({ requestId: 'x'.repeat(201) })],
    ['requestId', 'INVALID', () => ({ requestId: 'a\nb' })],
    ['requestId', 'INVALID', () => ({ requestId: 'a\0b' })],
    ['keyDigest', 'NOT_FOUND', () => ({ keyDigest: 'no digest' })],
    ['keyDigest', 'NOT_FOUND', () => ({ keyDigest: traffic.keyDigest.toUpperCase() })],
    ['keyDigest', 'NOT_FOUND', () => ({ keyDigest: 'ab'.repeat(32) })],
    ['keyDigest', 'NOT_FOUND', () => ({ keyDigest: foreign.keyDigest })],
    ['model', 'INVALID', () => ({ model: '' })],
    ['model', 'INVALID', () => ({ model: 'x'.repeat(201) })],
    ['llmConfigurationId', 'NOT_FOUND', () => ({ llmConfigurationId: idOfNothing('LlmConfiguration') })],
    ['llmConfigurationId', 'NOT_FOUND', () => ({ llmConfigurationId: 'no id' })],
    ['llmConfigurationId', 'NOT_FOUND', () => ({ llmConfigurationId: other.configurationId })],
    ['llmConfigurationId', 'NOT_FOUND', () => ({ llmConfigurationId: foreign.configurationId })],
    ['errorCode', 'INVALID', () => ({ errorCode: '' })],
    ['errorCode', 'INVALID', () => ({ errorCode: 'x'.repeat(201) })],
    ['inputTokens', 'INVALID', () => ({ inputTokens: -1 })],
    ['cachedInputTokens', 'INVALID', () => ({ cachedInputTokens: -1 })],
    ['cachedInputTokens', 'INVALID', () => ({ cachedInputTokens: 1_001 })],
    ['outputTokens', 'INVALID', () => ({ outputTokens: -1 })],
    ['cost', 'INVALID', () => ({ cost: '-0.01' })],
    ['cost', 'INVALID', () => ({ cost: '0.000000001' })],
    ['cost', 'INVALID', () => ({ cost: '1000000.00000001' })],
    ['latencyMs', 'INVALID', () => ({ latencyMs: -1 })],
    ['latencyMs', 'INVALID', () => ({ latencyMs: 86_400_001 })],
    ['guardrailIds', 'NOT_FOUND', () => ({ guardrailIds: [idOfNothing('Guardrail')] })],
    ['guardrailIds', 'NOT_FOUND', () => ({ guardrailIds: [traffic.workspaceId] })],
    ['guardrailIds', 'LIMIT_REACHED', () => ({ guardrailIds: Array(201).fill('x') })],
    ['tags', 'INVALID', () => ({ tags: Array.from({ length: 21 }, (_, index) => `tag ${index}`) })],
    ['tags', 'INVALID', () => ({ tags: [''] })],
    ['tags', 'INVALID', () => ({ tags: ['x'.repeat(101)] })],
    ['occurredAt', 'INVALID', () => ({ occurredAt: inMinutes(5.5) })],
    ['occurredAt', 'INVALID', () => ({ occurredAt: '2019-12-31T23:59:59Z' })],
  ])('in %s is refused by its place with %s, and the others are kept', async (field, code, bad) => {
    const records = [usage(traffic), usage(traffic, bad()), usage(traffic)];
    const answer = await recordUsage(traffic.gateway, records);
    expect(answer).toEqual({ recorded: 2, duplicates: 0, userErrors: [at(1, field, code)] });
    for (const { message } of answer.userErrors) expect(message).toMatch(/^[A-Z].+\.$/);
  });

  test('is named with each of its fields, in the order of the records, and keeps nothing alone', async () => {
    const before = await rowsOf(traffic.workspaceId, 'usage_records', 'count(*)');
    const records = [
      usage(traffic, { keyDigest: foreign.keyDigest }),
      usage(traffic, { inputTokens: -1, outputTokens: -1, latencyMs: -1 }),
      usage(traffic, { occurredAt: '2019-12-31T23:59:59Z' }),
    ];
    expect(await recordUsage(traffic.gateway, records)).toEqual({
      recorded: 0,
      duplicates: 0,
      userErrors: [
        at(0, 'keyDigest', 'NOT_FOUND'),
        at(1, 'inputTokens', 'INVALID'),
        at(1, 'outputTokens', 'INVALID'),
        at(1, 'latencyMs', 'INVALID'),
        at(2, 'occurredAt', 'INVALID'),
      ],
    });
    expect(await rowsOf(traffic.workspaceId, 'usage_records', 'count(*)')).toEqual(before);
    expect(await rowsOf(foreign.workspaceId, 'usage_records', 'count(*)')).toEqual([{ count: '0' }]);
  });

  test('never comes back in what is said of it', async () => {
    const word = `tvk_${'zebra'.repeat(5)}`;
    const records = [
      usage(traffic, { requestId: `${word}\n`, errorCode: `${word}\n`, tags: [`${word}\n`], guardrailIds: [word] }),
      usage(traffic, { keyDigest: word }),
      usage(traffic, { llmConfigurationId: word }),
    ];
    const { userErrors } = await recordUsage(traffic.gateway, records);
    expect(userErrors.length).toBeGreaterThan(3);
    expect(JSON.stringify(userErrors)).not.toContain('zebra');
  });

  test('goes up to the bounds, which are good', async () => {
    const records = [
      usage(traffic, { requestId: '🦊'.repeat(200), model: 'x'.repeat(200), errorCode: 'x'.repeat(200) }),
      usage(traffic, { inputTokens: 2_147_483_647, cachedInputTokens: 2_147_483_647, outputTokens: 2_147_483_647 }),
      usage(traffic, { inputTokens: 0, outputTokens: 0, latencyMs: 0 }),
      usage(traffic, { latencyMs: 86_400_000, cost: '1000000.00000000' }),
      usage(traffic, { tags: Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(100, 'x')) }),
      usage(traffic, { occurredAt: inMinutes(4.5) }),
    ];
    expect(await recordUsage(traffic.gateway, records)).toEqual({ recorded: 6, duplicates: 0, userErrors: [] });
    const ahead = await rowsOf(traffic.workspaceId, 'usage_records', 'id', 'AND occurred_at > now()');
    expect(ahead).toEqual([]);
  });
});

describe('a list', () => {
  test('of a thousand is counted, and of one more refused whole', async () => {
    const traffic = await newTraffic();
    const records = Array.from({ length: 1_001 }, () => usage(traffic));
    const refused = await recordUsage(traffic.gateway, records);
    const tooMany = [expect.objectContaining({ code: 'LIMIT_REACHED', field: ['input', 'records'] })];
    expect(refused).toEqual({ recorded: 0, duplicates: 0, userErrors: tooMany });
    expect(await recordUsage(traffic.gateway, records.slice(1))).toEqual({
      recorded: 1_000,
      duplicates: 0,
      userErrors: [],
    });
    expect(await recordUsage(traffic.gateway, records.slice(0, 2))).toMatchObject({ recorded: 1, duplicates: 1 });
    expect(await differencesOf(traffic.workspaceId)).toEqual([]);
  });

  test('without records counts none', async () => {
    const { gateway } = await newTraffic();
    expect(await recordUsage(gateway, [])).toEqual({ recorded: 0, duplicates: 0, userErrors: [] });
  });

  test('is for services with the scope GATEWAY alone', async () => {
    const traffic = await newTraffic();
    const forbidden = [{ code: 'FORBIDDEN', field: null, message: expect.any(String) }];
    const others = [
      await newService(server, traffic.admin, ['WORKSPACES_READ', 'WORKSPACES_WRITE', 'DIRECTORY_WRITE']),
    ];
    for (const who of [traffic.admin, await newAdmin(), ...others]) {
      const answer = await recordUsage(who, [usage(traffic)]);
      expect(answer).toEqual({ recorded: 0, duplicates: 0, userErrors: forbidden });
    }
    expect(await rowsOf(traffic.workspaceId, 'usage_records', 'id')).toEqual([]);
  });
});

describe('the cost', () => {
  /** What a record of these prices comes to. */
  async function costOf(prices: object, record: object): Promise<string | undefined> {
    const traffic = await newTraffic();
    const llmConfigurationId = await newConfiguration(traffic.admin, traffic.workspaceId, prices);
    expect(await recordUsage(traffic.gateway, [usage(traffic, { llmConfigurationId, ...record })])).toMatchObject({
      recorded: 1,
    });
    const [row] = await rowsOf<{ cost: string }>(traffic.workspaceId, 'usage_records', 'cost::text');
    return row?.cost;
  }
  const prices = { inputPricePerMillionTokens: '2.50', outputPricePerMillionTokens: '10.00' };

  test.each<[string, string, object, object]>([
    ['is of input and output', '0.00350000', prices, {}],
    [
      'has input of the cache at its own price',
      '0.00150000',
      { ...prices, cachedInputPricePerMillionTokens: '0.50' },
      { cachedInputTokens: 1_000 },
    ],
    [
      'has input of the cache at the price of input where it has none',
      '0.00350000',
      prices,
      { cachedInputTokens: 1_000 },
    ],
    [
      'may have input of the cache for nothing',
      '0.00225000',
      { ...prices, cachedInputPricePerMillionTokens: '0' },
      { cachedInputTokens: 500 },
    ],
    [
      'is rounded up from a half',
      '0.00000001',
      { inputPricePerMillionTokens: '0.005', outputPricePerMillionTokens: '0' },
      { inputTokens: 1 },
    ],
    [
      'is rounded down from less',
      '0.00000000',
      { inputPricePerMillionTokens: '0.00499999', outputPricePerMillionTokens: '0' },
      { inputTokens: 1 },
    ],
    [
      'is exact where it is large',
      '4294.96729400',
      { inputPricePerMillionTokens: '1', outputPricePerMillionTokens: '1' },
      { inputTokens: 2_147_483_647, outputTokens: 2_147_483_647 },
    ],
    ['is what was billed, where that is said', '0.50000000', prices, { cost: '0.5' }],
    ['is nothing where nothing was billed', '0.00000000', prices, { cost: '0' }],
    ['is nothing where no provider was asked', '0.00000000', prices, { llmConfigurationId: null }],
  ])('%s', async (_what, expected, prices, record) => {
    expect(await costOf(prices, record)).toBe(expected);
  });

  test('is at the prices of when it is recorded', async () => {
    const traffic = await newTraffic();
    const { admin, gateway, configurationId: llmConfigurationId } = traffic;
    await recordUsage(gateway, [usage(traffic, { llmConfigurationId })]);
    await updateConfiguration(admin, { llmConfigurationId, expectedVersion: 1, inputPricePerMillionTokens: '5.00' });
    await recordUsage(gateway, [usage(traffic, { llmConfigurationId })]);
    const costs = await rowsOf<{ cost: string }>(traffic.workspaceId, 'usage_records', 'cost::text', 'ORDER BY cost');
    expect(costs.map(({ cost }) => cost)).toEqual(['0.00350000', '0.00600000']);
  });
});
