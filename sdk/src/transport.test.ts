import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  InvalidResponseError,
  MissingScopeError,
  NetworkError,
  RequestError,
  TokenVueClient,
  UnauthenticatedError,
} from './index.js';
import { everythingIn } from './testing/everything-in.js';
import {
  clientAnswering,
  json,
  KEY_SECRET,
  rejection,
  SERVICE_SECRET,
  TOKEN,
  virtualKey,
} from './testing/fake-fetch.js';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
const nothing = { data: { activeWorkspace: null } };

test('a request is a POST of JSON that asks for a GraphQL response, with the token', async () => {
  const { client, received } = clientAnswering(() => json(nothing));
  await client.workspaces.active();
  expect(received).toEqual([
    {
      url: 'https://tokenvue.test/graphql',
      method: 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'content-type': 'application/json',
        authorization: `Bearer ${TOKEN}`,
        'user-agent': `tokenvue-sdk/${version}`,
        'x-client-name': '@tokenvue/sdk',
        'x-client-version': version,
      },
      body: {
        query: expect.stringMatching(/^query ActiveWorkspace/),
        operationName: 'ActiveWorkspace',
        variables: {},
      },
    },
  ]);
});

test("the caller's headers go along, and cannot take the place of the SDK's own", async () => {
  const headers = {
    'X-Trace': 'abc',
    Authorization: 'Bearer other',
    Accept: 'text/html',
  };
  const { client, received } = clientAnswering(() => json(nothing), {
    headers,
  });
  await client.workspaces.active();
  expect(received[0]?.headers).toMatchObject({
    'x-trace': 'abc',
    authorization: `Bearer ${TOKEN}`,
  });
  expect(received[0]?.headers['accept']).toContain('application/graphql-response+json');
});

test('the program that uses the SDK is named beside it', async () => {
  const { client, received } = clientAnswering(() => json(nothing), {
    appInfo: { name: 'billing-job', version: '1.4.0' },
    headers: { 'X-Client-Name': 'other' },
  });
  await client.workspaces.active();
  expect(received[0]?.headers).toMatchObject({
    'user-agent': `tokenvue-sdk/${version} billing-job/1.4.0`,
    'x-client-name': '@tokenvue/sdk',
    'x-app-name': 'billing-job',
    'x-app-version': '1.4.0',
  });
});

test('an endpoint may have an umlaut however often a client is made for it', () => {
  // Node optimizes what is called this often, and its own check of a URL answers otherwise from then on.
  for (let i = 0; i < 10_000; i++) new TokenVueClient({ endpoint: 'https://münchen.example/graphql', token: TOKEN });
});

test('a relative endpoint is resolved by the first request that finds a page', async () => {
  const { client, received } = clientAnswering(() => json(nothing), { endpoint: '/graphql' });
  const error = await rejection(client.workspaces.active());
  expect(error).toBeInstanceOf(TypeError);
  expect(String(error)).toContain('a relative one needs a page');
  const scope = globalThis as { location?: unknown };
  try {
    scope.location = { href: 'https://app.test/workspaces' };
    await client.workspaces.active();
  } finally {
    delete scope.location;
  }
  expect(received.map(({ url }) => url)).toEqual(['https://app.test/graphql']);
});

test.each<[string, unknown, string]>([
  ['NaN', { a: [{ b: Number.NaN }] }, 'variables.a.0.b is NaN'],
  ['an infinity', { a: Number.NEGATIVE_INFINITY }, 'variables.a is -Infinity'],
  ['a date that is none', { input: { expiresAt: new Date('tomorrow') } }, 'variables.input.expiresAt is Invalid Date'],
  ['a boxed NaN', { a: Object(Number.NaN) }, 'variables.a is a object'],
  ["another library's date that is none", { a: { toJSON: () => null } }, 'variables.a is a object'],
  ['a function', { a: { b: Date.now } }, 'variables.a.b is a function'],
  ['undefined in a list', { a: ['x', undefined] }, 'variables.a.1 is a undefined'],
  ['a symbol', { a: Symbol('s') }, 'variables.a is a symbol'],
  ['a BigInt', { a: 1n }, ''],
])('%s in the variables is a TypeError that says where, before anything is sent', async (_what, variables, message) => {
  const asked: unknown[] = [];
  const { client, received } = clientAnswering(() => json(nothing), { token: () => String(asked.push(1)) });
  const error = await rejection(client.request('query Own { x }', variables as Record<string, unknown>));
  expect(error).toBeInstanceOf(TypeError);
  expect(String(error)).toContain(message);
  expect([received.length, asked.length]).toEqual([0, 0]);
});

test('what JSON can carry is sent as it is: null, nothing at all, dates, and zero', async () => {
  const { client, received } = clientAnswering(() => json(nothing));
  const now = new Date();
  const variables = { a: null, b: undefined, c: [null, -0, '', false], d: now, e: { toJSON: () => ({ f: 1 }) } };
  await client.request('query Own { x }', variables);
  expect(received[0]?.body.variables).toEqual({ a: null, c: [null, 0, '', false], d: now.toISOString(), e: { f: 1 } });
});

test("a call's result comes with its response too, and fails once", async () => {
  const headers = { 'x-request-id': 'req-7', 'ratelimit-remaining': '3' };
  const answers = [nothing, { data: { node: null } }, { errors: [{ message: 'No.' }] }];
  const { client } = clientAnswering(() => json(answers.shift(), { headers }));
  const { data, response } = await client.workspaces.active().withResponse();
  expect(data).toBeNull();
  expect(response).toMatchObject({ status: 200, requestId: 'req-7', attempts: 1 });
  expect(response.headers.get('ratelimit-remaining')).toBe('3');
  expect(await client.virtualKeys.get('vk_01').withResponse()).toMatchObject({ data: null });
  const unhandled: unknown[] = [];
  const listen = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', listen);
  expect(await rejection(client.workspaces.active().withResponse())).toMatchObject({ requestId: 'req-7' });
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off('unhandledRejection', listen);
  expect(unhandled).toEqual([]);
});

test('without a fetch of its own the client uses the global one, as it is at that moment', async () => {
  const original = globalThis.fetch;
  const client = new TokenVueClient({
    endpoint: new URL('https://tokenvue.test/graphql'),
    token: TOKEN,
  });
  try {
    globalThis.fetch = async () => json(nothing);
    expect(await client.workspaces.active()).toBeNull();
  } finally {
    globalThis.fetch = original;
  }
});

test.each([
  ['an endpoint that is no URL', { endpoint: 'http://' }],
  ['an endpoint that is none', { endpoint: undefined as never }],
  ['a name that no header can carry', { appInfo: { name: 'hidden-secret\n' } }],
  ['an endpoint of another protocol', { endpoint: 'ftp://tokenvue.test/' }],
  ['an endpoint with a password', { endpoint: 'https://ada:hidden-secret@tokenvue.test/graphql' }],
  ['an empty token', { token: '' }],
  ['a token with its scheme', { token: 'Bearer hidden-secret' }],
  ['a token with a line break', { token: 'hidden-secret\n' }],
  ['a header value with a line break', { headers: { 'x-key': 'hidden-secret\r\nx: y' } }],
  ['a header name with a space', { headers: { 'x key': 'hidden-secret' } }],
])('%s is refused when the client is made, without repeating it', (_what, options) => {
  const make = () => clientAnswering(() => json(nothing), options);
  expect(make).toThrow(TypeError);
  expect(make).not.toThrow(/hidden-secret/);
});

test('top-level errors are a RequestError with code, path, status, request id and what else came back', async () => {
  const path = ['workspaceSummary', 'activeWorkspace'];
  const extensions = { code: 'INTERNAL_SERVER_ERROR', requestId: 'req-9' };
  const data = {
    workspaceSummary: { activeWorkspace: null, totalWorkspaces: 3 },
  };
  const { client } = clientAnswering(() =>
    json({
      data,
      errors: [{ message: 'Something went wrong', path, extensions }, { message: 'And more' }],
    }),
  );
  const error = await rejection(client.workspaces.summary());
  expect(error).toBeInstanceOf(RequestError);
  expect(error).toMatchObject({
    name: 'RequestError',
    code: 'INTERNAL_SERVER_ERROR',
    message: 'Something went wrong',
    operationName: 'WorkspaceSummary',
    requestId: 'req-9',
    status: 200,
    data,
    errors: [
      { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong', path },
      { code: 'UNKNOWN', message: 'And more' },
    ],
  });
});

test.each([
  [400, 'BAD_USER_INPUT', RequestError],
  [401, 'UNAUTHENTICATED', UnauthenticatedError],
  [200, 'FORBIDDEN', MissingScopeError],
  [400, 'constructor', RequestError],
  [429, 'RATE_LIMITED', RequestError],
  [500, 'INTERNAL_SERVER_ERROR', RequestError],
])('HTTP %d with a GraphQL error %s is a %p', async (status, code, ErrorClass) => {
  const errors = [{ message: 'No.', extensions: { code } }];
  const { client } = clientAnswering(() => json({ errors }, { status, headers: { 'x-request-id': 'req-2' } }));
  const error = await rejection(client.viewer());
  expect(error).toBeInstanceOf(ErrorClass);
  expect(error).toMatchObject({
    name: ErrorClass.name,
    code,
    status,
    requestId: 'req-2',
    data: null,
  });
});

test.each([
  ['an HTML page', 502, '<html>Bad gateway</html>', 'text/html', 'HTTP 502 with text/html'],
  ['cut JSON', 200, '{"data":{"viewer":', 'application/json', 'HTTP 200 with application/json'],
  ['nothing at all', 204, null, '', 'HTTP 204'],
  ['other JSON', 404, '{"message":"no such page"}', 'application/json', 'HTTP 404 with other JSON'],
  ['a list', 200, '[]', 'application/json', 'HTTP 200 with application/json'],
  ['null data without errors', 200, '{"data":null}', 'application/json', 'HTTP 200 with other JSON'],
  ['a result under a failing status', 500, '{"data":{"viewer":{}}}', 'application/json', 'HTTP 500'],
])('%s is an InvalidResponseError that names status and kind', async (_what, status, body, type, message) => {
  const headers = { 'content-type': type, 'x-request-id': 'req-3' };
  const { client } = clientAnswering(() => new Response(body, { status, headers }));
  const error = await rejection(client.viewer());
  expect(error).toBeInstanceOf(InvalidResponseError);
  expect(error).toMatchObject({
    code: 'INVALID_RESPONSE',
    status,
    requestId: 'req-3',
    operationName: 'Viewer',
  });
  expect(String(error)).toContain(message);
});

test('an answer that never comes is a NetworkError with its cause', async () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:4000'), { code: 'ECONNREFUSED' });
  const { client } = clientAnswering(() => Promise.reject(new TypeError('fetch failed', { cause: refused })));
  const error = await rejection(client.viewer());
  expect(error).toBeInstanceOf(NetworkError);
  expect(error).toMatchObject({
    code: 'NETWORK_ERROR',
    message: 'No answer from the server: fetch failed: connect ECONNREFUSED 127.0.0.1:4000',
    operationName: 'Viewer',
    requestId: undefined,
    cause: {
      name: 'TypeError',
      message: 'fetch failed',
      cause: { code: 'ECONNREFUSED', message: refused.message },
    },
  });
});

test('a cause that has only a code, as when several addresses were tried, is named by it', async () => {
  const tried = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });
  const { client } = clientAnswering(() => Promise.reject(new TypeError('fetch failed', { cause: tried })));
  expect(await rejection(client.viewer())).toMatchObject({
    message: 'No answer from the server: fetch failed: ECONNREFUSED',
  });
});

test('an answer that breaks off is a NetworkError, with the request id that did arrive', async () => {
  const body = new ReadableStream({
    start: (controller) => controller.error(new Error('terminated')),
  });
  const { client } = clientAnswering(() => new Response(body, { headers: { 'x-request-id': 'req-4' } }));
  const error = await rejection(client.viewer());
  expect(error).toBeInstanceOf(NetworkError);
  expect(error).toMatchObject({
    requestId: 'req-4',
    cause: { message: 'terminated' },
  });
});

test('the token is in no error: not from a careless fetch, not from a server that repeats it', async () => {
  const message = `got Bearer ${TOKEN}`;
  const careless = Object.assign(new Error(message), {
    config: { headers: { authorization: `Bearer ${TOKEN}` } },
    cause: { message, request: TOKEN },
  });
  const userErrors = [{ code: 'INVALID', message, field: null }];
  const answers = [
    () => Promise.reject(careless),
    () => Promise.reject(message),
    () => json({ errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] }, { status: 401 }),
    () =>
      json({
        data: {
          selectWorkspace: {
            workspace: null,
            previousWorkspace: null,
            userErrors,
          },
        },
      }),
    () => new Response(message, { status: 500 }),
    () => new Response(`{"data":"${TOKEN}`, { status: 200 }),
  ];
  for (const answer of answers) {
    const error = await rejection(clientAnswering(answer).client.workspaces.select('ws_01'));
    expect(error).toBeInstanceOf(Error);
    expect(everythingIn(error)).not.toContain(TOKEN);
  }
});

test('a secret that was made is in no error, whatever else of the answer is missing or wrong', async () => {
  const payload = { virtualKey: null, secret: KEY_SECRET, message: `shown: ${SERVICE_SECRET}`, userErrors: [] };
  const error = { message: `lost ${KEY_SECRET}`, path: ['createVirtualKey', 'virtualKey'] };
  const userErrors = [{ code: 'INVALID', message: `${KEY_SECRET} is no name`, field: null }];
  const answers = [
    () => json({ data: { createVirtualKey: payload } }),
    () => json({ data: { createVirtualKey: payload }, errors: [error] }),
    () => json({ data: { createVirtualKey: { ...payload, userErrors } } }),
    () => json({ data: { secrets: [KEY_SECRET, { token: SERVICE_SECRET }, TOKEN] }, errors: [error] }),
    () => Promise.reject(new Error(`cannot send ${KEY_SECRET}`)),
    () => new Response(KEY_SECRET),
  ];
  for (const answer of answers) {
    const { client } = clientAnswering(answer);
    const everything = everythingIn(await rejection(client.virtualKeys.create({ workspaceId: 'ws_01', name: 'App' })));
    for (const secret of [KEY_SECRET, SERVICE_SECRET, TOKEN]) expect(everything).not.toContain(secret);
  }
});

test('a half answer that is thrown keeps all but the secret: masked keys, and that the change has happened', async () => {
  const data = { createVirtualKey: { virtualKey: { ...virtualKey, createdBy: null }, secret: KEY_SECRET } };
  const { client } = clientAnswering(() => json({ data, errors: [{ message: 'Something went wrong' }] }));
  const error = await rejection(client.virtualKeys.create({ workspaceId: 'ws_01', name: 'Web app' }));
  expect(error).toBeInstanceOf(RequestError);
  expect(error).toMatchObject({ data: { createVirtualKey: { ...data.createVirtualKey, secret: '[secret]' } } });
});

test('a client that is printed shows neither its token nor what it was answered', async () => {
  const payload = { virtualKey, secret: KEY_SECRET, message: null, userErrors: [] };
  const { client } = clientAnswering(() => json({ data: { createVirtualKey: payload } }));
  expect(await client.virtualKeys.create({ workspaceId: 'ws_01', name: 'Web app' })).toMatchObject({
    secret: KEY_SECRET,
  });
  for (const secret of [TOKEN, KEY_SECRET]) expect(everythingIn(client)).not.toContain(secret);
});

test('JavaScript that leaves out the token or the endpoint is told so, also on a page', () => {
  const page = Object.assign(globalThis, { location: { href: 'https://app.test/' } });
  try {
    // @ts-expect-error a token is missing
    expect(() => new TokenVueClient({ endpoint: 'https://tokenvue.test/graphql' })).toThrow(/^token /);
    // @ts-expect-error an endpoint is missing
    expect(() => new TokenVueClient({ token: TOKEN })).toThrow(/^endpoint /);
  } finally {
    Reflect.deleteProperty(page, 'location');
  }
});
