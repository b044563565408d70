import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { createKey, createWorkspace, mutate, newService, workspaceInput } from '../testing/fixtures.js';
import { authorize } from '../testing/gateway.js';
import { changeRows, uuidOf } from '../testing/rows.js';
import { newOrganization, startTestServer } from '../testing/test-server.js';
import { digestOf, usage } from '../testing/usage.js';
import { server, useServer } from '../testing/use-server.js';

// Times are the database's alone: a server whose own clock is wrong lets in, and ends, exactly what another one does.

const secret = randomBytes(32).toString('hex');
useServer({ AUTH_JWT_SECRET: secret });

const minute = 60;

/** The database's time, a few minutes from now, in seconds since 1970. */
let now: number;
let org: string;
beforeEach(async () => {
  const [row] = await server.database.rows<{ now: Date }>({ text: 'SELECT clock_timestamp() AS now', values: [] });
  now = (row as { now: Date }).now.getTime() / 1_000;
  org = newOrganization();
});
afterEach(() => {
  jest.useRealTimers();
});

const inMinutes = (minutes: number) => now + minutes * minute;
const timeIn = (minutes: number) => new Date(inMinutes(minutes) * 1_000).toISOString();

function tokenOf(claims: object): Promise<string> {
  const payload = { sub: 'ada', org, org_role: 'admin', exp: inMinutes(5), iat: inMinutes(-1), ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
}

async function statusOf(token: string): Promise<number> {
  return (await server.request({ token, query: '{ viewer { organizationRole } }' })).status;
}

const everythingButDate = [
  ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
  ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
];

describe.each([
  ['ahead', 30],
  ['behind', -30],
])('a server whose clock is half an hour %s', (_direction, off) => {
  beforeEach(() => {
    jest.useFakeTimers({ now: inMinutes(off) * 1_000, doNotFake: everythingButDate });
  });

  test.each([
    ['lets a good token in', {}, 200],
    ['refuses one that has ended', { exp: -1 }, 401],
    ['refuses one that is to begin later', { nbf: 1 }, 401],
    ['refuses one that is to be issued', { iat: 1 }, 401],
    ['lets one in that has begun', { nbf: -1 }, 200],
  ])('%s', async (_case, minutes, status) => {
    const times = Object.fromEntries(Object.entries(minutes).map(([claim, after]) => [claim, inMinutes(after)]));
    expect(await statusOf(await tokenOf(times))).toBe(status);
  });

  test('takes ends that are to come and refuses those that have passed, and keeps to them', async () => {
    const ada = { token: await tokenOf({}), id: '' };
    const workspaceId = await createWorkspace(server, ada, workspaceInput());
    for (const [name, input] of [
      ['createServiceToken', { name: 'Billing', scopes: ['GATEWAY'] }],
      ['createVirtualKey', { name: 'CI', workspaceId, allowedModels: ['fast'] }],
    ] as const) {
      const create = (expiresAt: string) =>
        mutate(server, ada, { name, input: { ...input, expiresAt }, fields: '__typename' });
      expect((await create(timeIn(1))).userErrors).toEqual([]);
      expect((await create(timeIn(-1))).userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'expiresAt'] }]);
    }
    const review = (dueAt: string) =>
      mutate(server, ada, {
        name: 'requestWorkspaceReview',
        input: { workspaceId, reason: 'Yearly', dueAt },
        fields: '__typename',
      });
    expect((await review(timeIn(-1))).userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'dueAt'] }]);
    expect((await review(timeIn(1))).userErrors).toEqual([]);

    const service = await newService(server, ada, ['WORKSPACES_READ']);
    const rotated = await mutate<{ token: string }>(server, ada, {
      name: 'rotateServiceToken',
      input: { serviceTokenId: service.id, overlapSeconds: minute },
      fields: 'token',
    });
    expect([await statusOf(service.token), await statusOf(rotated.token)]).toEqual([200, 200]);
    await changeRows(server, service.id, 'expires_at = clock_timestamp()');
    expect([await statusOf(service.token), await statusOf(rotated.token)]).toEqual([401, 401]);
  });

  test('counts usage, holds and denials at the time that it is', async () => {
    const ada = { token: await tokenOf({}), id: '' };
    const workspaceId = await createWorkspace(server, ada, workspaceInput());
    const key = await createKey(server, ada, { workspaceId, allowedModels: ['fast'] });
    const { token } = await newService(server, ada, ['GATEWAY']);
    const keyDigest = digestOf(key.secret);
    const record = (occurredAt: string) =>
      mutate<{ recorded: number }>(
        server,
        { token, id: '' },
        { name: 'recordUsage', input: { records: [usage({ keyDigest }, { occurredAt })] }, fields: 'recorded' },
      );
    expect(await record(timeIn(0))).toEqual({ recorded: 1, userErrors: [] });
    expect((await record(timeIn(20))).userErrors).toMatchObject([{ code: 'INVALID' }]);

    jest.setSystemTime(inMinutes(4 * off) * 1_000);
    const other = await startTestServer({ DATABASE_URL: server.databaseUrl, AUTH_JWT_SECRET: secret });
    const request = { requestId: '1', keyDigest, model: 'other', inputTokens: 1, maxOutputTokens: 1 };
    expect(await authorize({ token, id: '' }, request, { at: other })).toMatchObject({
      denial: { code: 'MODEL_NOT_ALLOWED' },
    });
    await other.close();
    const [hour] = await server.database.rows<{ startedAt: Date }>({
      text: 'SELECT started_at AS "startedAt" FROM denial_hours WHERE workspace_id = $1',
      values: [uuidOf(workspaceId)],
    });
    const age = now - (hour?.startedAt.getTime() ?? 0) / 1_000;
    expect(age).toBeGreaterThan(-minute);
    expect(age).toBeLessThan(61 * minute);
  });
});
