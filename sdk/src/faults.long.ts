import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import {
  AbortError,
  type ClientOptions,
  InvalidResponseError,
  NetworkError,
  RequestError,
  TimeoutError,
  TokenError,
  TokenVueClient,
  type TokenVueError,
  UnauthenticatedError,
} from './index.js';
import { everythingIn } from './testing/everything-in.js';
import { details, rejection, TOKEN } from './testing/fake-fetch.js';
import { type Fault, type FaultyServer, respond, startFaultyServer } from './testing/faulty-server.js';

/**
 * The client over real connections to a server that misbehaves on purpose: for each fault, and for a call that may be
 * sent again and one that may not, how often it is sent, what the server reads, what is thrown, and after what time.
 */

type ErrorClass = abstract new (...args: never[]) => TokenVueError;

interface Row {
  readonly fault: Fault;
  /** What is thrown when there is no way around the fault. */
  readonly error: { readonly is: ErrorClass; readonly code: string; readonly status?: number };
  /** Whether another attempt can help a call that does nothing twice. */
  readonly isRetried: boolean;
  /** What the server reads of each attempt; all of it unless said otherwise. */
  readonly isRead?: boolean;
  /** How long an attempt takes at the least, and a retry waits, in milliseconds. */
  readonly attemptMs?: number;
  readonly pauseMs?: number;
}

/** What nothing comes near to that answers at all, and what is waited for where nothing answers; milliseconds. */
const timeoutMs = 10_000;
const stalledMs = 200;
const refusedBy = (code: string) => JSON.stringify({ errors: [{ message: 'No.', extensions: { code } }] });
const partial = JSON.stringify({
  data: { workspaceSummary: { totalWorkspaces: 3, activeWorkspace: null }, updateWorkspaceSettings: null },
  errors: [{ message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
});
const html = '<!doctype html><title>Bad gateway</title>';
const asHtml = { 'content-type': 'text/html' };
const invalid = (status: number) => ({ is: InvalidResponseError, code: 'INVALID_RESPONSE', status }) as const;
const network = { is: NetworkError, code: 'NETWORK_ERROR' } as const;
const timeout = { is: TimeoutError, code: 'TIMEOUT' } as const;
const answering = (status: number, body: string, headers: Record<string, string | number> = {}): Fault => ({
  onRequest: (response) => respond(response, status, body, headers),
});

const matrix: Readonly<Record<string, Row>> = {
  'HTTP 408 without a body': { fault: answering(408, ''), error: invalid(408), isRetried: true },
  'HTTP 429 with Retry-After': {
    fault: answering(429, refusedBy('RATE_LIMITED'), { 'retry-after': 1 }),
    error: { is: RequestError, code: 'RATE_LIMITED', status: 429 },
    isRetried: true,
    pauseMs: 1_000,
  },
  'HTTP 502 with the HTML of a proxy': { fault: answering(502, html, asHtml), error: invalid(502), isRetried: true },
  'HTTP 503 with JSON of its own': { fault: answering(503, '{"status":"down"}'), error: invalid(503), isRetried: true },
  'HTTP 504 with a GraphQL error': {
    fault: answering(504, refusedBy('UPSTREAM')),
    error: { is: RequestError, code: 'UPSTREAM', status: 504 },
    isRetried: true,
  },
  'HTTP 500': {
    fault: answering(500, refusedBy('INTERNAL_SERVER_ERROR')),
    error: { is: RequestError, code: 'INTERNAL_SERVER_ERROR', status: 500 },
    isRetried: false,
  },
  'a redirect that keeps the method': {
    fault: answering(307, '', { location: 'http://127.0.0.1:9/graphql' }),
    error: invalid(307),
    isRetried: false,
  },
  'a redirect that does not': {
    fault: answering(301, '', { location: 'http://127.0.0.1:9/graphql' }),
    error: invalid(301),
    isRetried: false,
  },
  'HTTP 400': {
    fault: answering(400, refusedBy('BAD_USER_INPUT')),
    error: { is: RequestError, code: 'BAD_USER_INPUT', status: 400 },
    isRetried: false,
  },
  'HTTP 401': {
    fault: answering(401, refusedBy('UNAUTHENTICATED')),
    error: { is: UnauthenticatedError, code: 'UNAUTHENTICATED', status: 401 },
    isRetried: false,
  },
  'HTML under HTTP 200, as of a sign-in page': {
    fault: answering(200, html, asHtml),
    error: invalid(200),
    isRetried: false,
  },
  'JSON that is cut': { fault: answering(200, '{"data":{"workspaceSum'), error: invalid(200), isRetried: false },
  'JSON that is shorter than its length says': {
    fault: {
      onRequest: (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 });
        response.write('{"data":{"workspaceSum', () => response.destroy());
      },
    },
    error: network,
    isRetried: true,
  },
  'a body that stalls': {
    fault: {
      onRequest: (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 });
        response.write('{"data":');
      },
    },
    error: timeout,
    isRetried: true,
    attemptMs: stalledMs,
  },
  'no answer at all': { fault: { onRequest: () => {} }, error: timeout, isRetried: true, attemptMs: stalledMs },
  'a connection that is reset before the request was read': {
    fault: { onHead: (socket) => socket.resetAndDestroy() },
    error: network,
    isRetried: true,
    isRead: false,
  },
  'a connection that is reset after the request was read': {
    fault: { onRequest: (response) => response.socket?.resetAndDestroy() },
    error: network,
    isRetried: true,
  },
  'a connection that is closed after the request was read': {
    fault: { onRequest: (response) => response.socket?.destroy() },
    error: network,
    isRetried: true,
  },
  'partial data with errors': {
    fault: answering(200, partial),
    error: { is: RequestError, code: 'INTERNAL_SERVER_ERROR', status: 200 },
    isRetried: false,
  },
};

const summary = { totalWorkspaces: 3 };
const answers = {
  WorkspaceSummary: { workspaceSummary: summary },
  UpdateWorkspaceSettings: { updateWorkspaceSettings: { workspace: details, userErrors: [] } },
};
const read = (client: TokenVueClient) => client.workspaces.summary();
const update = (client: TokenVueClient) =>
  client.workspaces.updateSettings({ workspaceId: 'ws_01', expectedVersion: 1 });

let server: FaultyServer | undefined;
async function clientOfFaulty(fault: Fault, times: number, options: Partial<ClientOptions> = {}) {
  // Every pause that is not asked for is none.
  jest.spyOn(Math, 'random').mockReturnValue(0);
  server = await startFaultyServer(fault, times, answers);
  const client = new TokenVueClient({ endpoint: server.endpoint, token: TOKEN, timeoutMs, maxRetries: 2, ...options });
  return { client, server };
}
afterEach(async () => {
  jest.restoreAllMocks();
  await server?.close();
  server = undefined;
});

async function timed<Result>(work: Promise<Result>): Promise<{ result: Result; milliseconds: number }> {
  const start = performance.now();
  const result = await work;
  return { result, milliseconds: performance.now() - start };
}

describe.each(Object.entries(matrix))(
  '%s',
  (_name, { fault, error: { is: ErrorClass, ...expected }, isRetried, ...row }) => {
    const { isRead = true, attemptMs = 0, pauseMs = 0 } = row;
    const options = attemptMs > 0 ? { timeoutMs: attemptMs } : {};

    test('that stays is thrown as what it is, after the attempts that may be made', async () => {
      for (const [call, attempts] of [
        [read, isRetried ? 3 : 1],
        [update, 1],
      ] as const) {
        const { client, server } = await clientOfFaulty(fault, Number.POSITIVE_INFINITY, options);
        const { result: error, milliseconds } = await timed(rejection(call(client)));
        expect(error).toBeInstanceOf(ErrorClass);
        expect(error).toMatchObject({ ...expected, attempts, retryable: isRetried && call === read });
        expect(everythingIn(error)).not.toContain(TOKEN);
        expect(server.received).toHaveLength(isRead ? attempts : 0);
        expect(new Set(server.received).size).toBe(isRead ? 1 : 0);
        const least = attempts * attemptMs + (attempts - 1) * pauseMs;
        expect(milliseconds).toBeGreaterThanOrEqual(least - 5);
        expect(milliseconds).toBeLessThan(least + timeoutMs);
        await server.close();
      }
    });
  },
);

test.each(Object.entries(matrix).filter(([, { isRetried }]) => isRetried))(
  '%s that passes is nothing to a call that may be sent again',
  async (_name, { fault, isRead = true, attemptMs }) => {
    const { client, server } = await clientOfFaulty(fault, 1, { timeoutMs: attemptMs ?? timeoutMs });
    expect(await read(client)).toEqual(summary);
    expect(server.received).toHaveLength(isRead ? 2 : 1);
  },
);

test('a connection that is reset as it is made is made again', async () => {
  const { client, server } = await clientOfFaulty({ onConnection: (socket) => socket.resetAndDestroy() }, 2);
  expect(await read(client)).toEqual(summary);
  expect([server.connections(), server.received.length]).toEqual([3, 1]);
});

test('a port on which nobody listens is tried again, for any call, because nothing has arrived', async () => {
  jest.spyOn(Math, 'random').mockReturnValue(0);
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as { port: number };
  closed.close();
  await once(closed, 'close');
  const client = new TokenVueClient({ endpoint: `http://127.0.0.1:${port}/`, token: TOKEN, maxRetries: 3 });
  for (const call of [read, update]) {
    const error = await rejection(call(client));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ attempts: 4, retryable: true });
    expect(String(error)).toContain('ECONNREFUSED');
  }
});

test('a host that does not exist is tried again, for any call', async () => {
  jest.spyOn(Math, 'random').mockReturnValue(0);
  const client = new TokenVueClient({ endpoint: 'http://tokenvue.invalid/graphql', token: TOKEN, maxRetries: 1 });
  expect(await rejection(update(client))).toMatchObject({ code: 'NETWORK_ERROR', attempts: 2 });
});

test('the deadline ends what stalls, with time for a part of the retries only', async () => {
  const { client, server } = await clientOfFaulty({ onRequest: () => {} }, 9, {
    timeoutMs: 400,
    maxRetries: 9,
    deadlineMs: 1_000,
  });
  const { result: error, milliseconds } = await timed(rejection(read(client)));
  expect(error).toBeInstanceOf(TimeoutError);
  expect([2, 3]).toContain((error as TimeoutError).attempts);
  expect(milliseconds).toBeGreaterThanOrEqual(995);
  expect(server.received).toHaveLength((error as TimeoutError).attempts);
});

test('an abort by the caller ends the connection at once, and is not retried', async () => {
  let onGone = () => {};
  const gone = new Promise<void>((resolve) => {
    onGone = resolve;
  });
  const { client, server } = await clientOfFaulty({ onRequest: (response) => void response.on('close', onGone) }, 1);
  const controller = new AbortController();
  const call = rejection(client.workspaces.summary({ signal: controller.signal }));
  while (server.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  controller.abort(new Error('the page was left'));
  const { result: error, milliseconds } = await timed(call);
  expect(error).toBeInstanceOf(AbortError);
  expect(error).toMatchObject({ code: 'ABORTED', attempts: 1, retryable: false });
  expect(milliseconds).toBeLessThan(timeoutMs);
  await gone;
  expect(server.received).toHaveLength(1);
});

test('a slow function for the token delays the request, and one that fails sends none', async () => {
  const slow = () => new Promise<string>((resolve) => setTimeout(() => resolve(TOKEN), 300));
  const { client, server } = await clientOfFaulty({}, 0, { token: slow });
  const { milliseconds } = await timed(read(client));
  expect(milliseconds).toBeGreaterThanOrEqual(295);
  expect(server.received).toHaveLength(1);
  const { client: failing, server: unasked } = await clientOfFaulty({}, 0, {
    token: () => Promise.reject(new Error('no')),
  });
  expect(await rejection(read(failing))).toBeInstanceOf(TokenError);
  expect([unasked.connections(), unasked.received.length]).toEqual([0, 0]);
  await server.close();
});

test('a token that is no longer taken is renewed over the same server, and the change is made once', async () => {
  let renewals = 0;
  const fault: Fault = {
    onRequest: (response, request) =>
      request.headers.authorization === 'Bearer token-1'
        ? respond(response, 401, refusedBy('UNAUTHENTICATED'))
        : respond(response, 200, JSON.stringify({ data: answers.UpdateWorkspaceSettings })),
  };
  const { client, server } = await clientOfFaulty(fault, 9, { token: () => `token-${++renewals}` });
  expect(await update(client)).toEqual(details);
  expect([renewals, server.received.length]).toEqual([2, 2]);
});
