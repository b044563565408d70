import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { newOrganization } from '../../server/src/testing/test-server.js';
import { server, useServer } from '../../server/src/testing/use-server.js';
import {
  type AuthorizeGatewayRequestInput,
  ForbiddenError,
  type GatewayDecision,
  keyDigest,
  LimitReachedError,
  MissingScopeError,
  NotFoundError,
  RequestError,
  TokenVueClient,
  type UsageRecordInput,
} from './index.js';
import { clientOf, failure, newWorkspace, signIn } from './testing/real-server.js';
import { type RefusedUsage, UsageRecorder } from './usage-recorder/index.js';
import { FileUsageStore } from './usage-recorder/node.js';

/** What a gateway asks and tells, and what people read of it, through the client against a real server. */

useServer();

let admin: TokenVueClient;
let gateway: TokenVueClient;
beforeAll(async () => {
  const ada = await signIn(server, { sub: 'ada', org: newOrganization(), org_role: 'admin', name: 'Ada' });
  admin = ada.client;
  const { token } = await admin.serviceTokens.create({ name: 'Gateway', scopes: ['GATEWAY'] });
  gateway = clientOf(server, token ?? '');
});

const range = () => ({
  from: new Date(Date.now() - 3_600_000).toISOString(),
  to: new Date(Date.now() + 60_000).toISOString(),
});

/** A workspace with a key, and a route to a model that costs 1 a million tokens. */
async function newTraffic(monthlyBudget = '10.00') {
  const { id: workspaceId } = await admin.workspaces.create(newWorkspace({ monthlyBudget }));
  const configuration = await admin.llmConfigurations.create({
    workspaceId,
    name: 'One',
    provider: 'OPENAI',
    model: 'gpt-large',
    region: 'EU',
    credentialRef: 'env:OPENAI_API_KEY',
    inputPricePerMillionTokens: '1.00',
    outputPricePerMillionTokens: '1.00',
  });
  const targets = [{ llmConfigurationId: configuration.id }];
  await admin.modelRoutes.set({ workspaceId, model: 'fast', strategy: 'FALLBACK', targets });
  const { virtualKey, secret } = await admin.virtualKeys.create({ workspaceId, name: 'App' });
  const digest = await keyDigest(secret ?? '');
  const request = (input: Partial<AuthorizeGatewayRequestInput> = {}): AuthorizeGatewayRequestInput => ({
    requestId: randomUUID(),
    keyDigest: digest,
    model: 'fast',
    inputTokens: 600_000,
    maxOutputTokens: 400_000,
    ...input,
  });
  const usage = (input: Partial<UsageRecordInput> = {}): UsageRecordInput => ({
    requestId: randomUUID(),
    keyDigest: digest,
    model: 'fast',
    llmConfigurationId: configuration.id,
    status: 'SUCCEEDED',
    inputTokens: 600_000,
    outputTokens: 100_000,
    latencyMs: 700,
    occurredAt: new Date().toISOString(),
    ...input,
  });
  return { workspaceId, configuration, virtualKey, digest, request, usage };
}

test('a request is authorized with what it may cost, repeated with the same decision, recorded and read', async () => {
  const { workspaceId, configuration, virtualKey, request, usage } = await newTraffic();
  const asked = request();
  const decision = await gateway.gateway.authorize(asked);
  expect(decision).toMatchObject({
    allowed: true,
    denial: null,
    reservedCost: { currency: 'USD' },
    workspace: { id: workspaceId },
    virtualKey: { id: virtualKey.id },
    targets: [{ llmConfiguration: { id: configuration.id, version: 1 }, weight: 1 }],
    guardrails: [],
  });
  expect(Number((decision as GatewayDecision & { allowed: true }).reservedCost.amount)).toBe(1);
  expect(await gateway.gateway.authorize(asked)).toEqual(decision);
  expect(Number((await admin.workspaces.budget(workspaceId))?.reserved.amount)).toBe(1);
  expect(Number((await admin.virtualKeys.get(virtualKey.id))?.reserved.amount)).toBe(1);
  // What the decision names is read by the gateway itself.
  expect((await gateway.llmConfigurations.getMany([configuration.id]))[0]).toMatchObject({ version: 1 });

  const records = [usage({ requestId: asked.requestId, tags: ['a'] })];
  expect(await gateway.gateway.recordUsage({ records })).toEqual({ recorded: 1, duplicates: 0, refused: [] });
  expect(await gateway.gateway.recordUsage({ records })).toEqual({ recorded: 0, duplicates: 1, refused: [] });
  const budget = await admin.workspaces.budget(workspaceId);
  expect([budget?.spent, budget?.reserved].map((money) => Number(money?.amount))).toEqual([0.7, 0]);
  expect(budget).toMatchObject({ state: 'OK', enforcement: 'BLOCK', alertThresholds: [80, 100], alerts: [] });
  expect(Number((await admin.virtualKeys.get(virtualKey.id))?.spent.amount)).toBe(0.7);
  expect(Number((await admin.workspaces.summary()).totalSpent.amount)).toBeGreaterThanOrEqual(0.7);

  expect(await admin.workspaces.usage(workspaceId, { range: range(), groupBy: 'VIRTUAL_KEY' })).toMatchObject([
    { group: virtualKey.id, virtualKey: { name: 'App' }, requests: '1', errors: '0', inputTokens: '600000' },
  ]);
  expect(await admin.workspaces.insights(workspaceId, { range: range() })).toMatchObject({
    requests: '1',
    errorRate: 0,
    topModels: [{ group: 'fast', share: 1 }],
  });
  const page = await admin.logs.list(workspaceId, { range: range(), filter: { tags: ['a'] } });
  expect(page?.nodes).toMatchObject([{ requestId: asked.requestId, model: 'fast', status: 'SUCCEEDED', tags: ['a'] }]);
  const [log] = page?.nodes ?? [];
  expect(await admin.logs.getMany([log?.id ?? '', workspaceId])).toEqual([log, null]);
  expect(await admin.logs.get(log?.id ?? '')).toEqual(log);
  const iterated = [];
  for await (const { id } of admin.logs.iterate(workspaceId, { range: range() })) iterated.push(id);
  expect(iterated).toEqual([log?.id]);
});

test('a refusal is an answer, and a reservation that is given back is there for the next', async () => {
  const { workspaceId, request } = await newTraffic('1.00');
  const first = request();
  expect((await gateway.gateway.authorize(first)).allowed).toBe(true);
  const denied = await gateway.gateway.authorize(request());
  expect(denied).toMatchObject({ allowed: false, reservedCost: null, targets: [], workspace: { id: workspaceId } });
  expect(denied.denial?.code).toBe('WORKSPACE_BUDGET_EXHAUSTED');
  await gateway.gateway.release(first);
  expect((await gateway.gateway.authorize(request())).allowed).toBe(true);
  const unknown = await gateway.gateway.authorize(request({ keyDigest: 'f'.repeat(64) }));
  expect([unknown.denial?.code, unknown.workspace]).toEqual(['UNKNOWN_KEY', null]);
});

test('records that are refused come with place and field, and the others are counted', async () => {
  const { workspaceId, usage } = await newTraffic();
  const records = [usage(), usage({ keyDigest: 'f'.repeat(64) }), usage({ tags: ['ok', ''] })];
  const { recorded, refused } = await gateway.gateway.recordUsage({ records });
  expect(recorded).toBe(1);
  expect(refused.map(({ index, record, reasons: [{ code, field }] }) => [index, record, code, field])).toEqual([
    [1, records[1], 'NOT_FOUND', 'keyDigest'],
    [2, records[2], 'INVALID', expect.stringMatching(/^tags/)],
  ]);
  const unknown = gateway.gateway.release({ requestId: 'r', keyDigest: 'f'.repeat(64), model: 'fast' });
  expect(await failure(unknown)).toBeInstanceOf(NotFoundError);
  const tooMany = Array.from({ length: 1_001 }, () => usage());
  expect(await failure(gateway.gateway.recordUsage({ records: tooMany }))).toBeInstanceOf(LimitReachedError);
  expect((await admin.workspaces.usage(workspaceId))?.map(({ requests }) => requests)).toEqual(['1']);
});

test('who has no GATEWAY scope neither authorizes nor records, and a gateway reads no lists', async () => {
  const { workspaceId, request, usage } = await newTraffic();
  expect(await failure(admin.gateway.authorize(request()))).toBeInstanceOf(MissingScopeError);
  expect(await failure(admin.gateway.recordUsage({ records: [usage()] }))).toBeInstanceOf(ForbiddenError);
  expect(await failure(gateway.workspaces.budget(workspaceId))).toBeInstanceOf(MissingScopeError);
  const negative = gateway.gateway.authorize(request({ inputTokens: -1 }));
  expect(await failure(negative)).toMatchObject({ constructor: RequestError, code: 'BAD_USER_INPUT' });
});

test('settings of the budget are changed, and an alert that they raise is read', async () => {
  const { workspaceId, usage } = await newTraffic('1.00');
  await gateway.gateway.recordUsage({ records: [usage()] });
  const { version = 0 } = (await admin.workspaces.get(workspaceId)) ?? {};
  const settings = { budgetEnforcement: 'ALERT_ONLY', budgetAlertThresholds: [90, 50] } as const;
  await admin.workspaces.updateSettings({ workspaceId, expectedVersion: version, ...settings });
  expect(await admin.workspaces.budget(workspaceId)).toMatchObject({
    enforcement: 'ALERT_ONLY',
    alertThresholds: [50, 90],
    state: 'WARNING',
    alerts: [{ threshold: 50 }],
  });
});

test('a recorder in files, whose process ends before the server answered, is followed by one that counts each once', async () => {
  const { workspaceId, usage } = await newTraffic('1000000.00');
  const folder = mkdtempSync(join(tmpdir(), 'tokenvue-usage-'));
  const refused: RefusedUsage[] = [];
  const onRefused = (one: RefusedUsage) => void refused.push(one);
  try {
    const { token } = await admin.serviceTokens.create({ name: 'Recorder', scopes: ['GATEWAY'] });
    let answers = 0;
    // The server counts the second batch, and its answer never arrives.
    const deaf: typeof globalThis.fetch = async (...request) => {
      const answer = await fetch(...request);
      answers += 1;
      return answers === 2 ? new Promise<Response>(() => {}) : answer;
    };
    const client = new TokenVueClient({ endpoint: server.endpoint, token: token ?? '', fetch: deaf });
    const first = new UsageRecorder(client, { store: new FileUsageStore(folder), batchSize: 100, onRefused });
    const records = Array.from({ length: 350 }, () => usage({ inputTokens: 1, outputTokens: 1 }));
    expect(new Set(await Promise.all(records.map((record) => first.record(record))))).toEqual(new Set([true]));
    expect(await first.close({ deadlineMs: 1_500 })).toBe(250);

    const second = new UsageRecorder(gateway, { store: new FileUsageStore(folder), batchSize: 100, onRefused });
    await second.record(usage({ keyDigest: 'f'.repeat(64) }));
    // A time that is none: no list with it can be read.
    await second.record(usage({ occurredAt: 'yesterday' }));
    await second.flush();
    expect(await second.close()).toBe(0);
    expect(refused.map(({ reasons: [{ code }] }) => code).sort()).toEqual(['BAD_USER_INPUT', 'NOT_FOUND']);
    expect((await admin.workspaces.usage(workspaceId, { range: range() }))?.map(({ requests }) => requests)).toEqual([
      '350',
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
