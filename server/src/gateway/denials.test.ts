import { describe, expect, test } from '@jest/globals';
import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../database/database.js';
import { newConfiguration, updateConfiguration } from '../testing/configurations.js';
import { createKey, createWorkspace, mutate } from '../testing/fixtures.js';
import {
  type Authorization,
  addWorkspace,
  authorize,
  denialOf,
  differences,
  digestOf,
  type GatewayScene,
  ledgerOf,
  newGatewayScene,
  prices,
  recordUsage,
  requestOf,
} from '../testing/gateway.js';
import { setRoute } from '../testing/routes.js';
import { changeRows, organizationOf } from '../testing/rows.js';
import { startTestServer } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import * as keys from '../testing/virtual-keys.js';
import { DenialCounter, otherModels } from './denials.js';
import { GatewayDenialCode } from './gateway-denial.js';
import { uncountedDenials } from './gateway-metrics.js';

/** Why a request may not go, and when it may be sent again. */

useServer();

const codeOf = ({ denial }: Authorization) => denial?.code ?? null;

test('of several reasons the first is told: key, workspace, model, route, limits, then budgets', async () => {
  const { admin, service } = await newGatewayScene();
  const workspaceId = await createWorkspace(server, admin, { monthlyBudget: '0.00' });
  const key = await createKey(server, admin, {
    workspaceId,
    allowedModels: ['other'],
    tokensPerMinute: 1,
    monthlyBudget: '0',
  });
  const configurationId = await newConfiguration(admin, workspaceId, prices);
  await updateConfiguration(admin, { llmConfigurationId: configurationId, expectedVersion: 1, enabled: false });
  await changeRows(server, key.id, `status = 'REVOKED', revoked_at = now(), expires_at = now() - interval '1 s'`);
  await changeRows(server, workspaceId, 'archived_at = now()');

  const told: unknown[] = [];
  const next = async (mend: () => Promise<unknown>) => {
    const answer = await authorize(service, requestOf(key));
    expect(answer).toMatchObject({
      allowed: false,
      reservedCost: null,
      reservationExpiresAt: null,
      workspace: { id: workspaceId },
      virtualKey: { id: key.id },
      targets: [],
      guardrails: [],
      denial: { message: expect.stringMatching(/^[A-Z].+\.$/), retryAt: null },
    });
    told.push(codeOf(answer));
    await mend();
  };
  await next(() => changeRows(server, key.id, `status = 'DISABLED', revoked_at = NULL`));
  await next(() => changeRows(server, key.id, `status = 'ACTIVE'`));
  await next(() => changeRows(server, key.id, 'expires_at = NULL'));
  await next(() => changeRows(server, workspaceId, 'archived_at = NULL'));
  await next(() => changeRows(server, key.id, 'allowed_models = $1', [['fast']]));
  await next(() => setRoute(admin, [configurationId], { workspaceId }));
  await next(() =>
    updateConfiguration(admin, { llmConfigurationId: configurationId, expectedVersion: 2, enabled: true }),
  );
  await next(() => changeRows(server, key.id, 'tokens_per_minute = NULL'));
  await next(() => changeRows(server, workspaceId, 'monthly_budget = 10.00'));
  await next(() => changeRows(server, key.id, 'monthly_budget = 10.00'));
  expect(told).toEqual([
    'KEY_REVOKED',
    'KEY_DISABLED',
    'KEY_EXPIRED',
    'WORKSPACE_ARCHIVED',
    'MODEL_NOT_ALLOWED',
    'NO_ROUTE',
    'NO_ELIGIBLE_TARGET',
    'RATE_LIMITED',
    'WORKSPACE_BUDGET_EXHAUSTED',
    'KEY_BUDGET_EXHAUSTED',
  ]);
  expect((await authorize(service, requestOf(key))).allowed).toBe(true);
});

test('revoking, switching off, archiving and lowering a budget are seen by the very next call', async () => {
  const { admin, service, workspaceId, key } = await newGatewayScene();
  const second = await createKey(server, admin, { workspaceId });
  const now = (of: { secret: string }) => denialOf(service, requestOf(of));
  expect([await now(key), await now(second)]).toEqual([null, null]);
  await keys.revoke(admin, { virtualKeyId: key.id });
  expect([await now(key), await now(second)]).toEqual(['KEY_REVOKED', null]);
  await keys.update(admin, { virtualKeyId: second.id, expectedVersion: 1, enabled: false });
  expect(await now(second)).toBe('KEY_DISABLED');
  await keys.update(admin, { virtualKeyId: second.id, expectedVersion: 2, enabled: true });
  const settings = { workspaceId, expectedVersion: 1, monthlyBudget: '0.02' };
  await mutate(server, admin, { name: 'updateWorkspaceSettings', input: settings, fields: 'workspace { id }' });
  expect(await now(second)).toBe('WORKSPACE_BUDGET_EXHAUSTED');
  const archive = { workspaceId, expectedVersion: 2 };
  await mutate(server, admin, { name: 'archiveWorkspace', input: archive, fields: 'workspace { id }' });
  expect(await now(second)).toBe('WORKSPACE_ARCHIVED');
});

test('a secret that was rotated away goes as long as it overlaps', async () => {
  const { admin, service, key } = await newGatewayScene();
  const input = { virtualKeyId: key.id, overlapSeconds: 3_600 };
  const { secret } = await mutate<{ secret: string }>(server, admin, {
    name: 'rotateVirtualKey',
    input,
    fields: 'secret',
  });
  expect([await denialOf(service, requestOf(key)), await denialOf(service, requestOf({ secret }))]).toEqual([
    null,
    null,
  ]);
  await server.database.rows({
    text: `UPDATE virtual_key_secrets SET expires_at = now() WHERE organization_id = $1 AND expires_at IS NOT NULL`,
    values: [await organizationOf(server, key.id)],
  });
  expect([await denialOf(service, requestOf(key)), await denialOf(service, requestOf({ secret }))]).toEqual([
    'KEY_EXPIRED',
    null,
  ]);
});

/** Moves when requests were admitted back by so many seconds. */
async function moveBack({ workspaceId }: GatewayScene, requestId: string, seconds: number): Promise<void> {
  await server.database.rows({
    text: `UPDATE gateway_requests SET authorized_at = authorized_at - $3::integer * interval '1 s'
      WHERE organization_id = $1 AND request_id = $2`,
    values: [await organizationOf(server, workspaceId), requestId, seconds],
  });
}

describe('the limits of a minute', () => {
  test('of requests hold for any minute, and a denial says when the next one would fit', async () => {
    const scene = await newGatewayScene({}, { requestsPerMinute: 2 });
    const { service, key, workspaceId } = scene;
    const requests = ['first', 'second', 'third'].map((requestId) => requestOf(key, { requestId }));
    const [first, second, third] = requests as [object, object, object];
    const before = Date.now();
    expect([await denialOf(service, first), await denialOf(service, second)]).toEqual([null, null]);
    const after = Date.now();
    const denied = await authorize(service, third);
    expect(codeOf(denied)).toBe('RATE_LIMITED');
    const retryAt = Date.parse(denied.denial?.retryAt ?? '');
    expect(retryAt).toBeGreaterThanOrEqual(before + 60_000);
    expect(retryAt).toBeLessThanOrEqual(after + 60_000);
    // Both still stand when they are asked for again.
    expect([await denialOf(service, first), await denialOf(service, second)]).toEqual([null, null]);
    await moveBack(scene, 'first', 59);
    expect(await denialOf(service, third)).toBe('RATE_LIMITED');
    await moveBack(scene, 'first', 2);
    expect(await denialOf(service, third)).toBeNull();
    expect(await denialOf(service, requestOf(key))).toBe('RATE_LIMITED');
    expect(await differences(workspaceId)).toEqual([]);
  });

  test('of tokens count what may come out as well, and what is too much alone never fits', async () => {
    const { service, key } = await newGatewayScene({}, { tokensPerMinute: 5_000 });
    expect(await denialOf(service, requestOf(key))).toBeNull();
    expect(await denialOf(service, requestOf(key))).toBeNull();
    const denied = await authorize(service, requestOf(key));
    expect([codeOf(denied), denied.denial?.retryAt]).toEqual(['RATE_LIMITED', expect.any(String)]);
    const alone = await authorize(service, requestOf(key, { inputTokens: 5_001, maxOutputTokens: 0 }));
    expect([codeOf(alone), alone.denial?.retryAt]).toEqual(['RATE_LIMITED', null]);
    expect(await denialOf(service, requestOf(key, { maxOutputTokens: 0 }))).toBeNull();
    expect(await denialOf(service, requestOf(key, { inputTokens: 1, maxOutputTokens: 0 }))).toBe('RATE_LIMITED');
  });

  test('count what the minute before the first limit has admitted', async () => {
    const { service, admin, key, workspaceId } = await newGatewayScene();
    expect([await denialOf(service, requestOf(key)), await denialOf(service, requestOf(key))]).toEqual([null, null]);
    await keys.update(admin, { virtualKeyId: key.id, expectedVersion: 1, requestsPerMinute: 3 });
    expect([await denialOf(service, requestOf(key)), await denialOf(service, requestOf(key))]).toEqual([
      null,
      'RATE_LIMITED',
    ]);
    expect(await differences(workspaceId)).toEqual([]);
  });

  test('are kept to the request where many come at once', async () => {
    const { service, key } = await newGatewayScene({}, { requestsPerMinute: 20 });
    const answers = await Promise.all(Array.from({ length: 40 }, () => authorize(service, requestOf(key))));
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(20);
    expect(new Set(answers.map(codeOf))).toEqual(new Set([null, 'RATE_LIMITED']));
  });
});

describe('a budget', () => {
  const periodEnd = async ({ workspaceId }: Pick<GatewayScene, 'workspaceId'>) => {
    const [row] = await server.database.rows<{ at: Date }>({
      text: `SELECT l.period_end AS at FROM workspace_ledgers l JOIN workspaces w ON w.id = l.workspace_id
        WHERE l.organization_id = $1 ORDER BY w.created_at DESC LIMIT 1`,
      values: [await organizationOf(server, workspaceId)],
    });
    return row?.at.toISOString();
  };

  test('is given out to the last cent, and a denial says when the next begins', async () => {
    const scene = await newGatewayScene({ monthlyBudget: '0.02' });
    const { service, key, workspaceId } = scene;
    expect([await denialOf(service, requestOf(key)), await denialOf(service, requestOf(key))]).toEqual([null, null]);
    const denied = await authorize(service, requestOf(key));
    expect([codeOf(denied), denied.denial?.retryAt]).toEqual(['WORKSPACE_BUDGET_EXHAUSTED', await periodEnd(scene)]);
    const alone = await authorize(service, requestOf(key, { inputTokens: 1_000_000 }));
    expect([codeOf(alone), alone.denial?.retryAt]).toEqual(['WORKSPACE_BUDGET_EXHAUSTED', null]);
    expect(await denialOf(service, requestOf(key, { inputTokens: 0, maxOutputTokens: 0 }))).toBeNull();
    expect(await ledgerOf(workspaceId)).toEqual({ spent: 0, reserved: 0.02 });
  });

  test('of the key holds beside that of the workspace, also where that only alerts', async () => {
    const scene = await newGatewayScene({ monthlyBudget: '0.01' }, { monthlyBudget: '0.02' });
    const { service, key, workspaceId } = scene;
    await changeRows(server, workspaceId, `budget_enforcement = 'ALERT_ONLY'`);
    expect([await denialOf(service, requestOf(key)), await denialOf(service, requestOf(key))]).toEqual([null, null]);
    const denied = await authorize(service, requestOf(key));
    expect([codeOf(denied), denied.denial?.retryAt]).toEqual(['KEY_BUDGET_EXHAUSTED', await periodEnd(scene)]);
    const alone = await authorize(service, requestOf(key, { inputTokens: 1_000_000 }));
    expect([codeOf(alone), alone.denial?.retryAt]).toEqual(['KEY_BUDGET_EXHAUSTED', null]);
    expect(await differences(workspaceId)).toEqual([]);
  });

  test('counts what was spent, and what a request did not use is there for the next', async () => {
    const { service, key, workspaceId } = await newGatewayScene({ monthlyBudget: '0.02' });
    const request = requestOf(key);
    expect([await denialOf(service, request), await denialOf(service, requestOf(key))]).toEqual([null, null]);
    expect(await denialOf(service, requestOf(key))).toBe('WORKSPACE_BUDGET_EXHAUSTED');
    await recordUsage(workspaceId, [{ requestId: request.requestId, keyDigest: digestOf(key.secret), cost: 0.004 }]);
    expect(await denialOf(service, requestOf(key))).toBe('WORKSPACE_BUDGET_EXHAUSTED');
    expect(await denialOf(service, requestOf(key, { inputTokens: 0 }))).toBeNull();
    expect(await ledgerOf(workspaceId)).toEqual({ spent: 0.004, reserved: 0.016 });
  });

  test('for half of 64 requests at once lets exactly half of them go', async () => {
    const { service, key, workspaceId } = await newGatewayScene({ monthlyBudget: '0.32' });
    const answers = await Promise.all(Array.from({ length: 64 }, () => authorize(service, requestOf(key))));
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(32);
    expect(new Set(answers.map(codeOf))).toEqual(new Set([null, 'WORKSPACE_BUDGET_EXHAUSTED']));
    expect(await ledgerOf(workspaceId)).toEqual({ spent: 0, reserved: 0.32 });
    expect(await differences(workspaceId)).toEqual([]);
  });
});

interface CountedDenial {
  readonly code: string;
  readonly model: string;
  readonly requests: number;
}

const denialsOf = async (workspaceId: string) =>
  server.database.rows<CountedDenial>({
    text: `SELECT code, model, sum(requests)::integer AS requests FROM denial_hours d
      WHERE organization_id = $1 GROUP BY 1, 2 ORDER BY 1, 2`,
    values: [await organizationOf(server, workspaceId)],
  });

test('denials are counted by key, model, code and hour, and are written when the server stops', async () => {
  const { admin, service, workspaceId, key } = await newGatewayScene();
  await changeRows(server, workspaceId, `time_zone = 'Asia/Kathmandu'`);
  const other = await addWorkspace(admin, {}, { allowedModels: ['other'] });
  for (let round = 0; round < 2; round++) {
    const second = await startTestServer({ DATABASE_URL: server.databaseUrl });
    for (const request of [
      requestOf(key, { model: 'nowhere' }),
      requestOf(key, { model: 'nowhere' }),
      requestOf(other.key),
      requestOf(key),
      requestOf({ secret: 'unknown' }),
    ]) {
      await authorize(service, request, { at: second });
    }
    await second.close();
  }
  expect(await denialsOf(workspaceId)).toEqual([
    { code: 'MODEL_NOT_ALLOWED', model: 'fast', requests: 2 },
    { code: 'NO_ROUTE', model: 'nowhere', requests: 4 },
  ]);
  const hours = await server.database.rows<{ minutes: number }>({
    text: `SELECT DISTINCT extract(minute FROM started_at)::integer AS minutes FROM denial_hours
      WHERE organization_id = $1 AND code = 'NO_ROUTE'`,
    values: [await organizationOf(server, workspaceId)],
  });
  // Hours begin at a quarter past, where clocks are three quarters ahead.
  expect(hours).toEqual([{ minutes: 15 }]);
});

test('a client that asks for ever new models makes no more rows than there are models to tell apart', async () => {
  const { service, workspaceId, key } = await newGatewayScene();
  const second = await startTestServer({ DATABASE_URL: server.databaseUrl });
  const asked = Array.from({ length: 50 }, (_, index) => requestOf(key, { model: `model ${index}` }));
  await Promise.all(asked.map((request) => authorize(service, request, { at: second })));
  await second.close();
  const counted = await denialsOf(workspaceId);
  expect(counted).toHaveLength(21);
  expect(counted.find(({ model }) => model === otherModels)?.requests).toBe(30);
});

test('what is more than can be kept while the database is away is left out: told once, and counted', async () => {
  const told: object[] = [];
  const database = {
    rows: () => Promise.resolve([{ now: Date.now() }]),
    within: () => ({ texts: () => Promise.reject(new Error('away')) }),
  } as unknown as Database;
  const log = { error: () => {}, warn: (of: object) => told.push(of) } as unknown as FastifyBaseLogger;
  const counter = new DenialCounter(database, log);
  const uncounted = async () => (await uncountedDenials.get()).values[0]?.value ?? 0;
  const before = await uncounted();
  const denied = { organizationId: 'o', workspaceId: 'w', code: GatewayDenialCode.NO_ROUTE, model: 'm' };
  for (let key = 0; key < 20_010; key++) await counter.count({ ...denied, virtualKeyId: String(key) });
  // Of those that are kept more are counted.
  await counter.count({ ...denied, virtualKeyId: '0' });
  expect([(await uncounted()) - before, told]).toEqual([10, [{ kept: 20_000 }]]);
  // All that could not be written is kept again.
  await counter.write();
  await counter.count({ ...denied, virtualKeyId: 'another' });
  expect([(await uncounted()) - before, told.length]).toEqual([11, 1]);
});

test('decisions are counted by code for those who watch the service', async () => {
  const { service, key } = await newGatewayScene();
  const count = async (code: string) => {
    const text = await (await fetch(new URL('/metrics', server.endpoint))).text();
    return Number(new RegExp(`gateway_decisions_total\\{code="${code}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
  };
  const before = [await count('ALLOWED'), await count('NO_ROUTE')] as const;
  await authorize(service, requestOf(key));
  await authorize(service, requestOf(key, { model: 'nowhere' }));
  expect([await count('ALLOWED'), await count('NO_ROUTE')]).toEqual([before[0] + 1, before[1] + 1]);
});
