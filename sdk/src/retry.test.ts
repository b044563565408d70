import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { fakeGatewayAuthorization } from './fake-server.js';
import {
  AbortError,
  type CallOptions,
  type CreateWorkspaceInput,
  InvalidResponseError,
  NetworkError,
  RequestError,
  type RetryEvent,
  TimeoutError,
  type TokenVueClient,
  VersionConflictError,
} from './index.js';
import { clientAnswering, details, json, rejection, virtualKey } from './testing/fake-fetch.js';

const selection = { selectWorkspace: { workspace: details, previousWorkspace: null, userErrors: [] } };
const everything = {
  ...selection,
  workspaceSummary: { totalWorkspaces: 1 },
  createWorkspace: { workspace: details, userErrors: [] },
  updateWorkspaceSettings: { workspace: details, userErrors: [] },
  updateVirtualKey: { virtualKey, userErrors: [] },
  createVirtualKey: { virtualKey, secret: null, message: 'Rotate it.', userErrors: [] },
  authorizeGatewayRequest: fakeGatewayAuthorization(),
  recordUsage: { recorded: 1, duplicates: 0, userErrors: [] },
  rotateVirtualKey: { virtualKey, secret: null, message: 'Rotate it.', userErrors: [] },
  revokeVirtualKey: { virtualKey, userErrors: [] },
  revokeServiceToken: { serviceToken: { id: 'svc_01' }, userErrors: [] },
  syncTeamAccess: { usersChanged: 0, teamsChanged: 0, userErrors: [] },
  createServiceToken: { serviceToken: { id: 'svc_01' }, token: null, message: 'Revoke it.', userErrors: [] },
};

type Failure = () => Response | Promise<Response>;

const refused: Failure = () =>
  Promise.reject(
    new TypeError('fetch failed', {
      cause: Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' }),
    }),
  );
const reset: Failure = () =>
  Promise.reject(
    new TypeError('fetch failed', { cause: Object.assign(new Error('read ECONNRESET'), { syscall: 'read' }) }),
  );
const status = (code: number, headers: Record<string, string> = {}): Failure => {
  return () => new Response('<html>', { status: code, headers });
};

/** A client of a server that fails so often in this way, and then answers with the one field that was asked for. */
function clientFailing(failures: readonly Failure[], options: Parameters<typeof clientAnswering>[1] = {}) {
  const left = [...failures];
  const { client, received } = clientAnswering(
    () => {
      const failure = left.shift();
      if (failure) return failure();
      const field = /\{(\w+)/.exec(received.at(-1)?.body.query.replace(/^[^{]*/, '') ?? '')?.[1] ?? '';
      return json({ data: { [field]: everything[field as keyof typeof everything] } });
    },
    { maxRetries: 2, ...options },
  );
  return { client, received };
}

const random = jest.spyOn(Math, 'random');
beforeEach(() => void random.mockReturnValue(0));
afterEach(() => void random.mockReset());

type Caller = (client: TokenVueClient, options?: CallOptions) => Promise<unknown>;

const key = { workspaceId: 'ws_01', name: 'App' };
const workspace: CreateWorkspaceInput = {
  name: 'A',
  environment: 'SANDBOX',
  region: 'EU',
  monthlyBudget: '1',
  memberIds: [],
};
const asked = { requestId: 'r1', keyDigest: 'd1', model: 'fast', inputTokens: 1, maxOutputTokens: 1 };
const repeatable: [string, Caller][] = [
  ['a query', (client, options) => client.workspaces.summary(options)],
  ['select', (client, options) => client.workspaces.select('ws_01', options)],
  ['a sync', (client, options) => client.teamAccess.sync({ users: [], teams: [] }, options)],
  ['a rotation', (client, options) => client.virtualKeys.rotate({ virtualKeyId: 'vk_01' }, options)],
  ['revoking a key', (client, options) => client.virtualKeys.revoke({ virtualKeyId: 'vk_01' }, options)],
  ['revoking a service token', (client, options) => client.serviceTokens.revoke('svc_01', options)],
  ['the create of a workspace', (client, options) => client.workspaces.create(workspace, options)],
  ['the create of a key', (client, options) => client.virtualKeys.create(key, options)],
  [
    'the create of a service token',
    (client, options) => client.serviceTokens.create({ name: 'A', scopes: ['GATEWAY'] }, options),
  ],
  [
    'a rotation with an idempotency key',
    (client, options) => client.virtualKeys.rotate({ virtualKeyId: 'vk_01', idempotencyKey: 'once' }, options),
  ],
  ['authorizing', (client, options) => client.gateway.authorize(asked, options)],
  ['recording usage', (client, options) => client.gateway.recordUsage({ records: [] }, options)],
  ['a release', (client, options) => client.gateway.release(asked, options)],
  [
    'an own query',
    (client, options) => client.request('query Own { workspaceSummary { totalWorkspaces } }', {}, options),
  ],
];
const once: [string, Caller][] = [
  [
    'an update',
    (client, options) => client.workspaces.updateSettings({ workspaceId: 'ws_01', expectedVersion: 1 }, options),
  ],
  [
    'the update of a key',
    (client, options) => client.virtualKeys.update({ virtualKeyId: 'vk_01', expectedVersion: 1 }, options),
  ],
  [
    'an own mutation',
    (client, options) => client.request('mutation Own { selectWorkspace { userErrors { code } } }', {}, options),
  ],
];

describe.each(repeatable)('%s', (_name, call) => {
  test.each<[string, Failure]>([
    ['a refused connection', refused],
    ['a reset connection', reset],
    ...[408, 429, 502, 503, 504].map((code): [string, Failure] => [`HTTP ${code}`, status(code)]),
  ])('is sent again after %s, each time the same', async (_failure, failure) => {
    const { client, received } = clientFailing([failure, failure]);
    await call(client);
    expect(received).toHaveLength(3);
    expect(new Set(received.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  test('is given up after maxRetries, and says how often it was sent', async () => {
    const { client, received } = clientFailing([reset, reset, reset, reset]);
    const error = await rejection(call(client));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ attempts: 3, retryable: true });
    expect(received).toHaveLength(3);
    expect(await rejection(call(clientFailing([reset]).client, { maxRetries: 0 }))).toMatchObject({ attempts: 1 });
  });

  test.each([400, 401, 404, 500, 501])('is not sent again after HTTP %d', async (code) => {
    const { client, received } = clientFailing([status(code)]);
    const error = await rejection(call(client));
    expect(error).toBeInstanceOf(InvalidResponseError);
    expect(error).toMatchObject({ attempts: 1, retryable: false, status: code });
    expect(received).toHaveLength(1);
  });
});

test('SERVICE_UNAVAILABLE is waited out, as long as Retry-After says, whatever the HTTP status', async () => {
  const errors = [{ message: 'The database is away.', extensions: { code: 'SERVICE_UNAVAILABLE' } }];
  const pauses: number[] = [];
  const away = (init: ResponseInit) => () => json({ data: null, errors }, init);
  const { client, received } = clientFailing(
    [away({ status: 503, headers: { 'retry-after': '0' } }), away({ status: 200 })],
    { onRetry: ({ delayMs, error }) => pauses.push(delayMs, error.code === 'SERVICE_UNAVAILABLE' ? 1 : 0) },
  );
  await client.workspaces.summary();
  expect([received.length, pauses]).toEqual([3, [0, 1, 0, 1]]);
  const once = clientFailing([away({ status: 503 })]);
  const update = once.client.workspaces.updateSettings({ workspaceId: 'ws_01', expectedVersion: 1 });
  expect(await rejection(update)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', status: 503, retryable: false });
});

describe.each(once)('%s', (_name, call) => {
  test('is sent again where no connection came about', async () => {
    const { client, received } = clientFailing([refused, refused]);
    await call(client);
    expect(received).toHaveLength(3);
  });

  test.each<[string, Failure]>([
    ['a reset connection', reset],
    ...[408, 429, 502, 503, 504].map((code): [string, Failure] => [`HTTP ${code}`, status(code)]),
  ])('is not sent again after %s', async (_failure, failure) => {
    const { client, received } = clientFailing([failure]);
    expect(await rejection(call(client))).toMatchObject({ attempts: 1, retryable: false });
    expect(received).toHaveLength(1);
  });

  test('is not sent again after a timeout', async () => {
    const { client, received } = clientFailing([() => new Promise<Response>(() => {})]);
    const error = await rejection(call(client, { timeoutMs: 20 }));
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ attempts: 1, retryable: false });
    expect(received).toHaveLength(1);
  });
});

test('a connection that no address of the host takes has not arrived; one that breaks at one of them may have', async () => {
  const attempt = (syscall: string) => Object.assign(new Error(syscall), { syscall });
  const all = () =>
    new TypeError('fetch failed', { cause: new AggregateError([attempt('connect'), attempt('connect')]) });
  const some = () =>
    new TypeError('fetch failed', { cause: new AggregateError([attempt('connect'), attempt('write')]) });
  const update: Caller = (client) => client.workspaces.updateSettings({ workspaceId: 'ws_01', expectedVersion: 1 });
  await update(clientFailing([() => Promise.reject(all())]).client);
  expect(await rejection(update(clientFailing([() => Promise.reject(some())]).client))).toMatchObject({ attempts: 1 });
});

test('a connection that Node waits for too long has not arrived; headers that it waits for too long may have', async () => {
  const timeout = (code: string) => () => Promise.reject(new TypeError('fetch failed', { cause: { code } }));
  const update: Caller = (client) => client.workspaces.updateSettings({ workspaceId: 'ws_01', expectedVersion: 1 });
  await update(clientFailing([timeout('UND_ERR_CONNECT_TIMEOUT')]).client);
  const { client } = clientFailing([timeout('UND_ERR_HEADERS_TIMEOUT')]);
  expect(await rejection(update(client))).toMatchObject({ attempts: 1, retryable: false });
});

test('an error of fetch that has itself as its cause is thrown as any other', async () => {
  const endless = new TypeError('fetch failed');
  endless.cause = endless;
  const { client } = clientFailing([() => Promise.reject(endless)], { maxRetries: 0 });
  const error = await rejection(client.workspaces.updateSettings({ workspaceId: 'ws_01', expectedVersion: 1 }));
  expect(error).toBeInstanceOf(NetworkError);
  expect(error).toMatchObject({ retryable: false, cause: { message: 'fetch failed' } });
});

test('an error tells the request id of the last attempt, and none where that one got no answer', async () => {
  const answered = status(503, { 'x-request-id': 'first' });
  const last = (failure: Failure) => rejection(clientFailing([answered, failure], { maxRetries: 1 }).client.viewer());
  expect(await last(status(503, { 'x-request-id': 'second' }))).toMatchObject({ attempts: 2, requestId: 'second' });
  expect(await last(reset)).toMatchObject({ attempts: 2, requestId: undefined });
});

describe('a create', () => {
  test("carries the caller's idempotency key, or a new one of the SDK's, which its error tells", async () => {
    const { client, received } = clientAnswering(reset);
    const own = await rejection(client.virtualKeys.create({ ...key, idempotencyKey: 'mine' }));
    const made = await rejection(client.virtualKeys.create(key));
    const other = await rejection(client.virtualKeys.create({ ...key, idempotencyKey: null }));
    const sent = received.map(
      ({ body }) => (body.variables as { input: { idempotencyKey: string } }).input.idempotencyKey,
    );
    expect(sent).toEqual(['mine', expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
    expect(sent[1]).not.toBe(sent[2]);
    expect([own, made, other].map((error) => (error as NetworkError).idempotencyKey)).toEqual(sent);
    expect(await rejection(client.workspaces.summary())).toMatchObject({ idempotencyKey: undefined });
  });

  test('that was refused is not sent again', async () => {
    const userErrors = [{ code: 'TAKEN', message: 'Taken.', field: ['input', 'name'] }];
    const { client, received } = clientAnswering(
      () => json({ data: { createWorkspace: { workspace: null, userErrors } } }),
      { maxRetries: 2 },
    );
    expect(await rejection(client.workspaces.create(workspace))).toMatchObject({
      code: 'TAKEN',
      attempts: 1,
      retryable: false,
    });
    expect(received).toHaveLength(1);
  });
});

describe('the pause before a retry', () => {
  const pauses: RetryEvent[] = [];
  const options = { onRetry: (event: RetryEvent) => void pauses.push(event) };
  beforeEach(() => void pauses.splice(0));

  test('is anything up to a bound that doubles', async () => {
    random.mockReturnValue(0.5);
    const { client } = clientFailing([reset, reset, reset], { ...options, maxRetries: 3 });
    const start = Date.now();
    await client.workspaces.summary();
    expect(pauses.map(({ delayMs }) => delayMs)).toEqual([100, 200, 400]);
    expect(Date.now() - start).toBeGreaterThanOrEqual(690);
  });

  test('grows to ten seconds and no further', async () => {
    random.mockReturnValue(0.000_1);
    const { client } = clientFailing(Array(10).fill(reset), { ...options, maxRetries: 10 });
    await client.workspaces.summary();
    expect(Math.max(...pauses.map(({ delayMs }) => delayMs))).toBe(1);
  });

  test.each<[string, () => string]>([
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 2_000).toUTCString()],
  ])('is as long as Retry-After says in %s', async (_form, header) => {
    const { client } = clientFailing([status(429, { 'retry-after': header() })], options);
    const start = Date.now();
    await client.workspaces.summary();
    expect(Date.now() - start).toBeGreaterThanOrEqual(950);
    expect(pauses[0]?.delayMs).toBeGreaterThanOrEqual(950);
    expect(pauses[0]?.delayMs).toBeLessThanOrEqual(2_000);
  });

  test.each(['soon', '-1', '1.5', ''])('pays no heed to the Retry-After %j', async (header) => {
    const { client } = clientFailing([status(503, { 'retry-after': header })], options);
    await client.workspaces.summary();
    expect(pauses.map(({ delayMs, error }) => [delayMs, error.retryAfterMs])).toEqual([[0, undefined]]);
  });

  test('is none where the date has passed', async () => {
    const passed = new Date(Date.now() - 60_000);
    const { client } = clientFailing([status(503, { 'retry-after': passed.toUTCString() })], options);
    await client.workspaces.summary();
    expect(pauses.map(({ delayMs, error }) => [delayMs, error.retryAfterMs])).toEqual([[0, 0]]);
  });

  test('is not begun when it would end after the deadline: the error comes at once, with what the server asks for', async () => {
    const { client, received } = clientFailing([status(503, { 'retry-after': '60' })], { ...options, deadlineMs: 500 });
    const start = Date.now();
    const error = await rejection(client.workspaces.summary());
    expect(Date.now() - start).toBeLessThan(400);
    expect(error).toMatchObject({ retryAfterMs: 60_000, attempts: 1, retryable: true, status: 503 });
    expect([received.length, pauses.length]).toEqual([1, 0]);
  });

  test('is broken off by the caller', async () => {
    const controller = new AbortController();
    const { client, received } = clientFailing([status(503, { 'retry-after': '20' })], {
      onRetry: () => controller.abort('enough'),
    });
    const error = await rejection(client.workspaces.summary({ signal: controller.signal }));
    expect(error).toBeInstanceOf(AbortError);
    expect(error).toMatchObject({ code: 'ABORTED', cause: 'enough', attempts: 1, retryable: false });
    expect(received).toHaveLength(1);
  });
});

describe('the time', () => {
  const never: Failure = () => new Promise<Response>(() => {});

  test('of one request is timeoutMs, whatever fetch makes of the signal; then it is sent again', async () => {
    const { client, received } = clientFailing([never, never], { timeoutMs: 30 });
    await client.workspaces.summary();
    expect(received).toHaveLength(3);
    const error = await rejection(clientFailing([never], { timeoutMs: 30, maxRetries: 0 }).client.workspaces.summary());
    expect(error).toBeInstanceOf(TimeoutError);
    expect(TimeoutError.is(error) && NetworkError.is(error)).toBe(true);
    expect(error).toMatchObject({ code: 'TIMEOUT', message: 'No answer within 30 ms', attempts: 1 });
  });

  test('that is over leaves an answer that comes after it unheard', async () => {
    const late: Failure = () =>
      new Promise((resolve) =>
        setTimeout(() => resolve(json({}, { status: 500, headers: { 'x-request-id': 'late' } })), 60),
      );
    const heard: (string | undefined)[] = [];
    const { client } = clientFailing([late, never], {
      onResponse: ({ requestId }) => void heard.push(requestId),
      timeoutMs: 40,
      maxRetries: 1,
    });
    const error = await rejection(client.workspaces.summary());
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ attempts: 2, requestId: undefined });
    expect(heard).toEqual([]);
  });

  test('of the whole call is deadlineMs, however many retries are left', async () => {
    const { client } = clientFailing(Array(50).fill(never), { timeoutMs: 400, deadlineMs: 1_000, maxRetries: 50 });
    jest.useFakeTimers();
    try {
      let error: unknown;
      void rejection(client.workspaces.summary()).then((thrown) => {
        error = thrown;
      });
      await jest.advanceTimersByTimeAsync(999);
      expect(error).toBeUndefined();
      await jest.advanceTimersByTimeAsync(1);
      expect(error).toBeInstanceOf(TimeoutError);
      expect(error).toMatchObject({ message: 'No answer within 1000 ms', attempts: 3 });
    } finally {
      jest.useRealTimers();
    }
  });

  test('without an end is no end at once', async () => {
    const slow: Failure = () =>
      new Promise((resolve) =>
        setTimeout(() => resolve(json({ data: { workspaceSummary: { totalWorkspaces: 1 } } })), 30),
      );
    const { client } = clientFailing([slow], {
      timeoutMs: Number.POSITIVE_INFINITY,
      deadlineMs: Number.POSITIVE_INFINITY,
      maxRetries: 0,
    });
    expect(await client.workspaces.summary()).toEqual({ totalWorkspaces: 1 });
  });

  test.each([
    ['timeoutMs', 0],
    ['timeoutMs', Number.NaN],
    ['deadlineMs', -1],
    ['maxRetries', -1],
  ])('and the retries are checked: %s %d is refused, for the client and for a call', async (name, value) => {
    expect(() => clientAnswering(reset, { [name]: value })).toThrow(new RegExp(`^${name} `));
    const { client, received } = clientAnswering(reset);
    expect(await rejection(client.workspaces.summary({ [name]: value }))).toBeInstanceOf(TypeError);
    expect(received).toHaveLength(0);
  });
});

describe('a signal', () => {
  test('that is aborted already lets nothing be sent', async () => {
    const { client, received } = clientFailing([]);
    const error = await rejection(client.workspaces.summary({ signal: AbortSignal.abort(new Error('left the page')) }));
    expect(error).toBeInstanceOf(AbortError);
    expect(error).toMatchObject({ name: 'AbortError', attempts: 0, cause: { message: 'left the page' } });
    expect(received).toHaveLength(0);
  });

  test('ends a request on its way, also where fetch pays no heed to it, and reaches a fetch that does', async () => {
    for (const heeds of [false, true]) {
      const controller = new AbortController();
      let seen: AbortSignal | null | undefined;
      const fetch: typeof globalThis.fetch = (_url, init) => {
        seen = init?.signal;
        setTimeout(() => controller.abort(), 10);
        return new Promise((_resolve, reject) => {
          if (heeds) init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
        });
      };
      const { client } = clientAnswering(reset, { fetch });
      const error = await rejection(client.workspaces.summary({ signal: controller.signal }));
      expect(error).toBeInstanceOf(AbortError);
      expect(error).toMatchObject({ attempts: 1 });
      expect(seen?.aborted).toBe(true);
    }
  });

  test('lets go of a call that is done: what its fetch was given is aborted no more', async () => {
    const controller = new AbortController();
    const seen: (AbortSignal | null | undefined)[] = [];
    const fetch: typeof globalThis.fetch = async (_url, init) => {
      seen.push(init?.signal);
      return json({ data: everything });
    };
    const { client } = clientAnswering(reset, { fetch });
    await client.workspaces.summary({ signal: controller.signal });
    controller.abort();
    expect(seen.map((signal) => signal?.aborted)).toEqual([false]);
  });

  test('of many calls has one listener, which ends all that are on their way', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const added = jest.spyOn(signal, 'addEventListener');
    for (let call = 0; call < 20; call++) await clientFailing([]).client.workspaces.summary({ signal });
    const { client } = clientAnswering(() => new Promise<Response>(() => {}));
    const calls = Array.from({ length: 20 }, () => rejection(client.workspaces.summary({ signal })));
    await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort();
    expect(await Promise.all(calls)).toEqual(calls.map(() => expect.any(AbortError)));
    expect(added).toHaveBeenCalledTimes(1);
  });

  test('has nothing to do with calls that are over', async () => {
    const controller = new AbortController();
    const { client } = clientFailing([]);
    for (let call = 0; call < 20; call++) await client.workspaces.summary({ signal: controller.signal });
    const aborted = jest.spyOn(AbortController.prototype, 'abort');
    controller.abort();
    expect(aborted).toHaveBeenCalledTimes(1);
    aborted.mockRestore();
  });
});

test('errors that the server gives a reason for are retried by their status alone', async () => {
  const limited = () =>
    json({ errors: [{ message: 'Slow down', extensions: { code: 'RATE_LIMITED' } }] }, { status: 429 });
  const { client, received } = clientFailing([limited]);
  await client.workspaces.summary();
  expect(received).toHaveLength(2);
  const error = await rejection(clientFailing([limited], { maxRetries: 0 }).client.workspaces.summary());
  expect(error).toBeInstanceOf(RequestError);
  expect(error).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
});

test("a call's headers and limits stand in the place of the client's", async () => {
  const headers = { 'x-team': 'search', 'x-trace': 'client' };
  const { client, received } = clientFailing([reset], { headers, maxRetries: 0 });
  await client.workspaces.summary({ headers: { 'X-Trace': 'call', authorization: 'Bearer other' }, maxRetries: 1 });
  expect(received).toHaveLength(2);
  expect(received[1]?.headers).toMatchObject({ 'x-team': 'search', 'x-trace': 'call' });
  expect(received[1]?.headers['authorization']).not.toContain('other');
  expect(await rejection(client.workspaces.summary({ headers: { 'x-a': 'b\r\nc' } }))).toBeInstanceOf(TypeError);
});

test('what becomes of the input after the call changes nothing of it, in no attempt', async () => {
  const input = { ...key, idempotencyKey: 'mine' };
  const { client, received } = clientFailing([reset, reset]);
  const call = client.virtualKeys.create(input);
  Object.assign(input, { workspaceId: 'ws_99', idempotencyKey: 'other' });
  await call;
  expect(received.map(({ body }) => body.variables)).toEqual(
    Array(3).fill({ input: { ...key, idempotencyKey: 'mine' } }),
  );
});

test('a version conflict is an answer and not a trouble', async () => {
  const userErrors = [{ code: 'VERSION_CONFLICT', message: 'Changed.', field: null }];
  const data = { updateWorkspaceSettings: { workspace: null, conflictingWorkspace: details, userErrors } };
  const { client } = clientAnswering(() => json({ data }), { maxRetries: 2 });
  const error = await rejection(client.workspaces.updateSettings({ workspaceId: 'ws_01', expectedVersion: 1 }));
  expect(error).toBeInstanceOf(VersionConflictError);
  expect(error).toMatchObject({ attempts: 1, retryable: false });
});
