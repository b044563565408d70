import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { ClientOptions, EndEvent, RequestEvent, ResponseEvent, RetryEvent } from './index.js';
import { everythingIn } from './testing/everything-in.js';
import { clientAnswering, json, KEY_SECRET, rejection, TOKEN, virtualKey } from './testing/fake-fetch.js';

const summary = { workspaceSummary: { totalWorkspaces: 1 } };
const made = { createVirtualKey: { virtualKey, secret: KEY_SECRET, message: null, userErrors: [] } };

type Heard = [hook: string, event: RequestEvent | ResponseEvent | RetryEvent | EndEvent];

function listening(answers: (() => Response | Promise<Response>)[], options: Partial<ClientOptions> = {}) {
  const heard: Heard[] = [];
  const left = [...answers];
  const { client } = clientAnswering(() => left.shift()?.() ?? json({ data: summary }), {
    onRequest: (event) => heard.push(['request', event]),
    onResponse: (event) => heard.push(['response', event]),
    onRetry: (event) => heard.push(['retry', event]),
    onEnd: (event) => heard.push(['end', event]),
    maxRetries: 2,
    ...options,
  });
  return { client, heard };
}

afterEach(() => void jest.restoreAllMocks());

describe('the hooks', () => {
  test('hear of every request, answer and retry, in order', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.01);
    const busy = () => new Response('', { status: 503, headers: { 'x-request-id': 'req-1' } });
    const { client, heard } = listening([busy, () => Promise.reject(new TypeError('fetch failed'))]);
    await client.workspaces.summary();
    const operationName = 'WorkspaceSummary';
    const callId = heard[0]?.[1].callId;
    expect(callId).toMatch(/^[\da-f]{16}$/);
    const ended = {
      callId,
      operationName,
      attempt: 3,
      durationMs: expect.any(Number),
      error: undefined,
      userErrors: [],
    };
    expect(heard.pop()).toEqual(['end', ended]);
    expect(heard).toEqual([
      ['request', { callId, operationName, attempt: 1 }],
      [
        'response',
        { callId, operationName, attempt: 1, status: 503, requestId: 'req-1', durationMs: expect.any(Number) },
      ],
      [
        'retry',
        { callId, operationName, attempt: 1, delayMs: 2, error: expect.objectContaining({ status: 503, attempts: 1 }) },
      ],
      ['request', { callId, operationName, attempt: 2 }],
      [
        'retry',
        {
          callId,
          operationName,
          attempt: 2,
          delayMs: 4,
          error: expect.objectContaining({ code: 'NETWORK_ERROR', attempts: 2 }),
        },
      ],
      ['request', { callId, operationName, attempt: 3 }],
      [
        'response',
        { callId, operationName, attempt: 3, status: 200, requestId: undefined, durationMs: expect.any(Number) },
      ],
    ]);
  });

  test('can not disturb a call, nor can the logger', async () => {
    const fail = () => {
      throw new Error('a hook fails');
    };
    const { client } = listening([() => new Response('', { status: 503 })], {
      onRequest: fail,
      onResponse: fail,
      onRetry: fail,
      onEnd: fail,
      logger: { warn: fail, debug: fail },
    });
    expect(await client.workspaces.summary()).toEqual({ totalWorkspaces: 1 });
  });

  test('can not disturb a call later either, where they are asynchronous', async () => {
    const fail = async () => {
      throw new Error('a hook fails');
    };
    const { client } = listening([() => new Response('', { status: 503 })], {
      onRequest: fail,
      onResponse: fail,
      onRetry: fail,
      onEnd: fail,
      logger: { warn: fail, debug: fail },
    });
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listen);
    await client.workspaces.summary();
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
  });

  test('and the logger never see a token or a secret, whatever goes wrong', async () => {
    const logged: unknown[] = [];
    const log = (...words: unknown[]) => logged.push(words);
    const echo = { 'x-request-id': `${TOKEN} ${KEY_SECRET}` };
    const { client, heard } = listening(
      [
        () => new Response(`${TOKEN} ${KEY_SECRET}`, { status: 502, headers: echo }),
        () => Promise.reject(new Error(`Bearer ${TOKEN} broke at ${KEY_SECRET}`)),
        () => json({ data: made, extensions: { deprecations: [`Key.secret (${KEY_SECRET}, ${TOKEN})`] } }),
      ],
      { logger: { warn: log, debug: log }, headers: { 'x-api-key': 'header-secret' } },
    );
    const input = { workspaceId: 'ws_01', name: 'App', idempotencyKey: 'once' };
    expect(await client.virtualKeys.create(input)).toMatchObject({ secret: KEY_SECRET });
    expect([heard.length, logged.length]).toEqual([8, 9]);
    for (const secret of [TOKEN, KEY_SECRET, 'header-secret']) {
      expect(everythingIn(heard)).not.toContain(secret);
      expect(everythingIn(logged)).not.toContain(secret);
    }
  });
});

describe('the end of a call', () => {
  const userErrors = [{ code: 'NOT_FOUND', message: `No key ${KEY_SECRET}.`, field: ['input'] }];
  const refused = () => json({ data: { selectWorkspace: { workspace: null, previousWorkspace: null, userErrors } } });
  const own = 'mutation Own { selectWorkspace { userErrors { code message field } } }';
  type Call = (client: ReturnType<typeof listening>['client']) => Promise<unknown>;

  test.each<[string, () => Response | Promise<Response>, Call, string | undefined, string[]]>([
    ['a refused mutation', refused, (client) => client.workspaces.select('ws_01'), undefined, ['NOT_FOUND']],
    ['a refused mutation of the own', refused, (client) => client.request(own), undefined, ['NOT_FOUND']],
    [
      'a refusal of the token',
      () => json({ errors: [{ message: 'No.', extensions: { code: 'UNAUTHENTICATED' } }] }, { status: 401 }),
      (client) => client.workspaces.summary(),
      'UNAUTHENTICATED',
      [],
    ],
    ['a timeout', () => new Promise(() => {}), (client) => client.workspaces.summary({ timeoutMs: 5 }), 'TIMEOUT', []],
    [
      'an abort',
      () => new Promise(() => {}),
      (client) => client.workspaces.summary({ signal: AbortSignal.timeout(5) }),
      'ABORTED',
      [],
    ],
    [
      'a token that there is not',
      refused,
      (client) => client.workspaces.summary({ token: () => Promise.reject(new Error('signed out')) }),
      'TOKEN_UNAVAILABLE',
      [],
    ],
  ])('is told once: %s', async (_what, answer, call, code, codes) => {
    const { client, heard } = listening([answer], { maxRetries: 0 });
    await call(client).catch(() => {});
    const ends = heard.filter(([hook]) => hook === 'end').map(([, event]) => event as EndEvent);
    expect(ends.map(({ error }) => error?.code)).toEqual([code]);
    expect(ends[0]?.userErrors.map((error) => error.code)).toEqual(codes);
    expect(everythingIn(ends)).not.toContain(KEY_SECRET);
    expect(new Set(heard.map(([, { callId }]) => callId)).size).toBe(1);
  });
});

describe('a deprecation that the server tells of', () => {
  const deprecations = ['WorkspaceSummary.totalWorkspaces: use total'];
  const deprecated = () => json({ data: summary, extensions: { deprecations } });

  test('is warned of once an operation', async () => {
    const warn = jest.fn();
    const { client } = listening([deprecated, deprecated, deprecated], { logger: { warn } });
    await client.workspaces.summary();
    await client.workspaces.summary();
    await client.request('query Own { workspaceSummary { totalWorkspaces } }');
    expect(warn.mock.calls).toEqual(
      ['WorkspaceSummary', 'Own'].map((operationName) => [
        'TokenVue: an operation uses deprecated fields',
        { operationName, deprecations },
      ]),
    );
  });

  test('goes to the console where there is no logger, and nothing else does', async () => {
    const spies = (['debug', 'log', 'info', 'warn', 'error'] as const).map((method) =>
      jest.spyOn(console, method).mockReturnValue(undefined),
    );
    const { client } = listening([deprecated]);
    await client.workspaces.summary();
    expect(spies.map((spy) => spy.mock.calls.length)).toEqual([0, 0, 0, 1, 0]);
  });

  test.each([[undefined], [{}], [{ deprecations: [] }], [{ deprecations: 'all' }], ['none'], [null]])(
    'is none in the extensions %j',
    async (extensions) => {
      const warn = jest.fn();
      const { client } = listening([() => json({ data: summary, extensions })], { logger: { warn } });
      await client.workspaces.summary();
      expect(warn).not.toHaveBeenCalled();
    },
  );
});

test('a failed call tells the logger of its requests, on the level debug', async () => {
  const debug = jest.fn();
  const { client } = listening([() => new Response('', { status: 500 })], { logger: { warn: () => {}, debug } });
  await rejection(client.workspaces.summary());
  expect(debug.mock.calls.map(([message]) => message)).toEqual([
    'TokenVue onRequest',
    'TokenVue onResponse',
    'TokenVue onEnd',
  ]);
});
