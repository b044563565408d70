import { describe, expect, test } from '@jest/globals';
import { sql } from '../database/sql.js';
import { runIfDue } from '../jobs/jobs.js';
import { createKey } from '../testing/fixtures.js';
import {
  addWorkspace,
  authorize,
  authorizeText,
  denialOf,
  differences,
  digestOf,
  expire,
  ledgerOf,
  newGatewayScene,
  recordUsage,
  requestOf,
} from '../testing/gateway.js';
import { organizationOf, uuidOf } from '../testing/rows.js';
import { startTestServer } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import * as keys from '../testing/virtual-keys.js';
import { connect, untilWaiting } from '../testing/waiting.js';
import { dropUnusedRequests } from './drop-unused-requests.job.js';
import { expireReservations } from './expire-reservations.job.js';

/** How long a decision holds, and what becomes of what was held. */

useServer();

type Request = ReturnType<typeof requestOf>;

const usageOf = ({ requestId, keyDigest }: Request) => ({ requestId, keyDigest, cost: 0.004 });

async function runJob(job: typeof expireReservations): Promise<void> {
  const log = {
    info: () => {},
    error: (error: unknown) => {
      throw error;
    },
  } as never;
  await server.database.rows(sql`UPDATE jobs SET last_started_at = NULL WHERE name = ${job.name}`);
  const { signal } = new AbortController();
  const settings = { usageRetentionDays: 400 };
  await runIfDue(job, { database: server.database, log, observer: server.app.metrics, settings, signal });
}

test('a repeat is answered as the first was, whatever else it says, and holds nothing more', async () => {
  const { service, key, workspaceId } = await newGatewayScene();
  const request = requestOf(key);
  const first = await authorize(service, request);
  expect(await authorize(service, request)).toEqual(first);
  const other = { ...request, model: 'nowhere', inputTokens: 5, maxOutputTokens: 5 };
  expect(await authorize(service, other)).toEqual(first);
  const many = await Promise.all(Array.from({ length: 10 }, () => authorize(service, request)));
  expect(new Set(many.map((answer) => JSON.stringify(answer)))).toEqual(new Set([JSON.stringify(first)]));
  expect(await ledgerOf(workspaceId)).toEqual({ spent: 0, reserved: 0.01 });
});

test('the id of a request is that of one key: another of the workspace is told so, and gets no decision on it', async () => {
  const { admin, service, key, workspaceId } = await newGatewayScene();
  const second = await createKey(server, admin, { workspaceId });
  const request = requestOf(key);
  const first = await authorize(service, request);
  const told = async (of: { secret: string }) => {
    const variables = { input: { ...request, keyDigest: digestOf(of.secret) } };
    const { data, errors } = await server.request<object>({ token: service.token, query: authorizeText(), variables });
    return [data, errors?.map(({ message, extensions }) => [extensions.code, message])];
  };
  const reused = ['BAD_USER_INPUT', 'The field "input.requestId" is that of a request of another key.'];
  expect(await told(second)).toEqual([{ authorizeGatewayRequest: null }, [reused]]);
  await recordUsage(workspaceId, [usageOf(request)]);
  expect(await told(second)).toEqual([{ authorizeGatewayRequest: null }, [reused]]);
  // A key that is revoked is told that alone.
  await keys.revoke(admin, { virtualKeyId: second.id });
  expect(await denialOf(service, { ...request, keyDigest: digestOf(second.secret) })).toBe('KEY_REVOKED');
  expect(await authorize(service, request)).toEqual(first);
  // Another workspace's requests have ids of their own.
  const elsewhere = await addWorkspace(admin);
  expect(await denialOf(service, { ...request, keyDigest: digestOf(elsewhere.key.secret) })).toBeNull();
  expect(await differences(workspaceId)).toEqual([]);
});

describe('what changes while a request waits for the ledger holds for it:', () => {
  const ofKey = (set: string) => `UPDATE virtual_keys SET ${set} WHERE organization_id = $1 AND id = $3`;
  const ofWorkspace = (set: string) => `UPDATE workspaces SET ${set} WHERE organization_id = $1 AND id = $2`;
  test.each([
    ['KEY_REVOKED', ofKey(`status = 'REVOKED', revoked_at = now()`)],
    ['KEY_DISABLED', ofKey(`status = 'DISABLED'`)],
    ['KEY_EXPIRED', ofKey('expires_at = now()')],
    [
      'KEY_EXPIRED',
      'UPDATE virtual_key_secrets SET expires_at = now() WHERE organization_id = $1 AND virtual_key_id = $3',
    ],
    ['WORKSPACE_ARCHIVED', ofWorkspace('archived_at = now()')],
    ['MODEL_NOT_ALLOWED', ofKey(`allowed_models = '{other}'`)],
    ['RATE_LIMITED', ofKey('tokens_per_minute = 1')],
    ['KEY_BUDGET_EXHAUSTED', ofKey('monthly_budget = 0.00')],
    ['WORKSPACE_BUDGET_EXHAUSTED', ofWorkspace('monthly_budget = 0.00')],
  ])('%s', async (code, change) => {
    const { service, key, workspaceId } = await newGatewayScene();
    const organizationId = await organizationOf(server, workspaceId);
    const holder = await connect(server.databaseUrl);
    await holder.query('BEGIN');
    await holder.query('SELECT FROM workspace_ledgers WHERE organization_id = $1 AND workspace_id = $2 FOR UPDATE', [
      organizationId,
      uuidOf(workspaceId),
    ]);
    const asked = [denialOf(service, requestOf(key))];
    await untilWaiting(holder);
    // One that waits as well, and one for which there is no statement yet.
    asked.push(denialOf(service, requestOf(key)), denialOf(service, requestOf(key)));
    await untilWaiting(holder, 2);
    await holder.query(`WITH given AS (SELECT $1::uuid, $2::uuid, $3::uuid) ${change}`, [
      organizationId,
      uuidOf(workspaceId),
      uuidOf(key.id),
    ]);
    await holder.query('COMMIT');
    await holder.end();
    expect(await Promise.all(asked)).toEqual([code, code, code]);
    expect(await ledgerOf(workspaceId)).toEqual({ spent: 0, reserved: 0 });
  });
});

test('a limit of a key waits for who decides under the lock, and is a limit from then on', async () => {
  const { admin, service, key, workspaceId } = await newGatewayScene({}, { monthlyBudget: '1.00' });
  const holder = await connect(server.databaseUrl);
  await holder.query('BEGIN');
  await holder.query('SELECT FROM workspace_ledgers WHERE organization_id = $1 AND workspace_id = $2 FOR UPDATE', [
    await organizationOf(server, workspaceId),
    uuidOf(workspaceId),
  ]);
  const changed = keys.update(admin, { virtualKeyId: key.id, expectedVersion: 1, monthlyBudget: '0.00' });
  await untilWaiting(holder);
  await holder.query('COMMIT');
  await holder.end();
  await changed;
  expect(await denialOf(service, requestOf(key))).toBe('KEY_BUDGET_EXHAUSTED');
});

test('a reservation lasts as long as the server is told', async () => {
  const { service, key } = await newGatewayScene();
  const other = await startTestServer({ DATABASE_URL: server.databaseUrl, RESERVATION_SECONDS: '90' });
  const { reservationExpiresAt } = await authorize(service, requestOf(key), { at: other });
  await other.close();
  const heldFor = Date.parse(reservationExpiresAt ?? '') - Date.now();
  expect(heldFor).toBeGreaterThan(60_000);
  expect(heldFor).toBeLessThan(95_000);
});

test('the same request at once is decided once', async () => {
  const { service, key, workspaceId } = await newGatewayScene();
  const request = requestOf(key);
  const answers = await Promise.all(Array.from({ length: 30 }, () => authorize(service, request)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await ledgerOf(workspaceId)).toEqual({ spent: 0, reserved: 0.01 });
});

test('a repeat is refused where its key would be by now', async () => {
  const { admin, service, key } = await newGatewayScene();
  const request = requestOf(key);
  await authorize(service, request);
  await keys.revoke(admin, { virtualKeyId: key.id });
  expect(await denialOf(service, request)).toBe('KEY_REVOKED');
});

test('what was denied is decided anew', async () => {
  const { service, key } = await newGatewayScene({ monthlyBudget: '0.01' });
  const [held, denied] = [requestOf(key), requestOf(key)];
  await authorize(service, held);
  expect(await denialOf(service, denied)).toBe('WORKSPACE_BUDGET_EXHAUSTED');
  await recordUsage((await authorize(service, held)).workspace?.id ?? '', [{ ...usageOf(held), cost: 0 }]);
  expect(await denialOf(service, denied)).toBeNull();
});

test('once its usage is recorded a request is answered as at first, and holds nothing', async () => {
  const { service, key, workspaceId } = await newGatewayScene();
  const request = requestOf(key);
  const first = await authorize(service, request);
  await recordUsage(workspaceId, [usageOf(request)]);
  expect(await authorize(service, request)).toEqual(first);
  expect(await ledgerOf(workspaceId)).toEqual({ spent: 0.004, reserved: 0 });
});

test('usage that came before it was asked for leaves nothing to hold', async () => {
  const { service, key, workspaceId } = await newGatewayScene();
  const request = requestOf(key);
  await recordUsage(workspaceId, [usageOf(request)]);
  expect(await authorize(service, request)).toMatchObject({
    allowed: true,
    reservedCost: null,
    reservationExpiresAt: null,
    targets: [{ weight: 1 }],
  });
  expect(await ledgerOf(workspaceId)).toEqual({ spent: 0.004, reserved: 0 });
});

test('what has run out is given back to whoever needs it, and the request is decided anew', async () => {
  const { service, key, workspaceId } = await newGatewayScene({ monthlyBudget: '0.01' });
  const [first, second] = [requestOf(key), requestOf(key)];
  await authorize(service, first);
  expect(await denialOf(service, second)).toBe('WORKSPACE_BUDGET_EXHAUSTED');
  await expire(workspaceId, first.requestId);
  expect(await denialOf(service, second)).toBeNull();
  expect(await ledgerOf(workspaceId)).toEqual({ spent: 0, reserved: 0.01 });
  expect(await denialOf(service, first)).toBe('WORKSPACE_BUDGET_EXHAUSTED');
  await expire(workspaceId, second.requestId);
  const again = await authorize(service, second);
  expect(Date.parse(again.reservationExpiresAt ?? '')).toBeGreaterThan(Date.now() + 590_000);
  expect(await ledgerOf(workspaceId)).toEqual({ spent: 0, reserved: 0.01 });
  expect(await differences(workspaceId)).toEqual([]);
});

test('what has run out is given back by the job, once, and usage that comes later counts', async () => {
  const { service, key, workspaceId } = await newGatewayScene({}, { monthlyBudget: '1.00' });
  const requests = Array.from({ length: 3 }, () => requestOf(key));
  await Promise.all(requests.map((request) => authorize(service, request)));
  const [late, recorded, held] = requests as [Request, Request, Request];
  await recordUsage(workspaceId, [usageOf(recorded)]);
  await expire(workspaceId, late.requestId);
  const counted = async () => Number(/expired_total (\d+)/.exec(await server.app.metrics.registry.metrics())?.[1]);
  const before = await counted();
  await runJob(expireReservations);
  expect(await counted()).toBe(before + 1);
  expect(await ledgerOf(workspaceId)).toEqual({ spent: 0.004, reserved: 0.01 });
  await runJob(expireReservations);
  expect(await counted()).toBe(before + 1);
  await recordUsage(workspaceId, [usageOf(late), usageOf(held)]);
  expect(await ledgerOf(workspaceId)).toEqual({ spent: 0.012, reserved: 0 });
  await runJob(expireReservations);
  expect(await ledgerOf(workspaceId)).toEqual({ spent: 0.012, reserved: 0 });
  expect(await differences(workspaceId)).toEqual([]);
});

test('requests without usage are forgotten after seven days, and those with usage are not', async () => {
  const { service, key, workspaceId } = await newGatewayScene();
  const [old, used, young] = ['old', 'used', 'young'].map((requestId) => requestOf(key, { requestId })) as [
    Request,
    Request,
    Request,
  ];
  for (const request of [old, used, young]) await authorize(service, request);
  await recordUsage(workspaceId, [usageOf(used)]);
  await expire(workspaceId);
  await runJob(expireReservations);
  const values = [await organizationOf(server, workspaceId)];
  await server.database.rows({
    text: `UPDATE gateway_requests SET expires_at = expires_at - interval '169 h'
      WHERE organization_id = $1 AND request_id <> 'young'`,
    values,
  });
  await runJob(dropUnusedRequests);
  const left = await server.database.rows<{ id: string }>({
    text: 'SELECT request_id AS id FROM gateway_requests WHERE organization_id = $1 ORDER BY 1',
    values,
  });
  expect(left.map(({ id }) => id)).toEqual(['used', 'young']);
  await recordUsage(workspaceId, [{ ...usageOf(old), keyDigest: digestOf(key.secret) }]);
  expect(await ledgerOf(workspaceId)).toEqual({ spent: 0.008, reserved: 0 });
  expect(await differences(workspaceId)).toEqual([]);
});
