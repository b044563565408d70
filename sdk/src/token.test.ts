import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, jest, test } from '@jest/globals';
import { type ClientOptions, TimeoutError, TokenError, UnauthenticatedError } from './index.js';
import { everythingIn } from './testing/everything-in.js';
import { clientAnswering, json, type Received, rejection } from './testing/fake-fetch.js';

const answer = () => json({ data: { workspaceSummary: { totalWorkspaces: 1 } } });
const refusal = () =>
  json(
    { errors: [{ message: 'A valid bearer token is required.', extensions: { code: 'UNAUTHENTICATED' } }] },
    { status: 401 },
  );

/** A server that takes one token, and a client whose function brings those of the list one after the other. */
function clientWithTokens(tokens: readonly (string | Error)[], isTaken: (token: string) => boolean) {
  const left = [...tokens];
  let calls = 0;
  const { client, received } = clientAnswering(
    () => (isTaken(received.at(-1)?.headers['authorization']?.replace('Bearer ', '') ?? '') ? answer() : refusal()),
    {
      keepTokenMs: Number.POSITIVE_INFINITY,
      token: async () => {
        calls += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
        const token = left.shift();
        if (token === undefined || token instanceof Error) throw token ?? new Error('no more tokens');
        return token;
      },
    },
  );
  return { client, received, calls: () => calls, sent: () => received.map(({ headers }) => headers['authorization']) };
}

describe('a function for the token whose answers are kept', () => {
  test('is called once, and calls that wait for it share what it brings', async () => {
    const { client, calls, sent } = clientWithTokens(['first'], () => true);
    await Promise.all([client.workspaces.summary(), client.workspaces.summary(), client.workspaces.summary()]);
    await client.workspaces.summary();
    expect(calls()).toBe(1);
    expect(sent()).toEqual(Array(4).fill('Bearer first'));
  });

  test('may answer at once', async () => {
    const { client, received } = clientAnswering(answer, { token: () => 'plain' });
    await client.workspaces.summary();
    expect(received[0]?.headers['authorization']).toBe('Bearer plain');
  });

  test('is called again when the server no longer takes the token, and what was asked is sent once more', async () => {
    let taken = 'old';
    const { client, calls, sent } = clientWithTokens(['old', 'new'], (token) => token === taken);
    await client.workspaces.summary();
    taken = 'new';
    await client.workspaces.updateSettings({ workspaceId: 'ws_01', expectedVersion: 1 }).catch(() => {});
    expect(calls()).toBe(2);
    expect(sent()).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);
  });

  test('is called once for calls whose token is refused at the same time', async () => {
    let taken = 'old';
    const { client, calls, sent } = clientWithTokens(['old', 'new'], (token) => token === taken);
    await client.workspaces.summary();
    taken = 'new';
    await Promise.all(Array.from({ length: 5 }, () => client.workspaces.summary()));
    expect(calls()).toBe(2);
    expect(sent().filter((token) => token === 'Bearer new')).toHaveLength(5);
  });

  test('is not called again for a call whose token another call has replaced meanwhile', async () => {
    const pending: ((response: Response) => void)[] = [];
    let calls = 0;
    const { client, received } = clientAnswering(() => new Promise<Response>((resolve) => pending.push(resolve)), {
      keepTokenMs: Number.POSITIVE_INFINITY,
      token: () => `token-${++calls}`,
    });
    const untilSent = async (count: number): Promise<void> => {
      while (pending.length < count) await new Promise((resolve) => setTimeout(resolve, 1));
    };
    const [first, second] = [client.workspaces.summary(), client.workspaces.summary()];
    await untilSent(2);
    pending[0]?.(refusal());
    await untilSent(3);
    pending[2]?.(answer());
    await first;
    pending[1]?.(refusal());
    await untilSent(4);
    pending[3]?.(answer());
    await second;
    expect(calls).toBe(2);
    expect(received.at(-1)?.headers['authorization']).toBe('Bearer token-2');
  });

  test('is called once more and no oftener, then the refusal stands; retries do not count it', async () => {
    const { client, calls, received } = clientWithTokens(['a', 'b', 'c', 'd'], () => false);
    const error = await rejection(client.workspaces.summary());
    expect(error).toBeInstanceOf(UnauthenticatedError);
    expect(error).toMatchObject({ attempts: 2, retryable: false });
    expect([calls(), received.length]).toEqual([2, 2]);
    // The token that was refused last is not tried again.
    await rejection(client.workspaces.summary());
    expect(calls()).toBe(4);
  });

  test('that is called once more leaves every retry to the call', async () => {
    const answers = [refusal, () => Promise.reject(new Error('reset')), answer];
    const { client, received } = clientAnswering(() => (answers.shift() ?? answer)(), {
      token: () => 'a',
      maxRetries: 1,
    });
    expect(await client.workspaces.summary()).toEqual({ totalWorkspaces: 1 });
    expect(received).toHaveLength(3);
  });

  test('that throws is a TokenError with its reason, and the next call asks again', async () => {
    const { client, calls, received } = clientWithTokens([new Error('signed out'), 'good'], () => true);
    const error = await rejection(client.workspaces.summary());
    expect(error).toBeInstanceOf(TokenError);
    expect(error).toMatchObject({
      code: 'TOKEN_UNAVAILABLE',
      message: 'There is no token to send: signed out',
      operationName: 'WorkspaceSummary',
      attempts: 0,
      retryable: false,
      cause: { message: 'signed out' },
    });
    expect(received).toHaveLength(0);
    await client.workspaces.summary();
    expect(calls()).toBe(2);
  });

  test.each(['Bearer hidden-secret', '', 'hidden secret', 'hidden-secret\n'])(
    'that brings %j is a TokenError, and the text is not repeated',
    async (token) => {
      const { client, received } = clientWithTokens([token], () => true);
      const error = await rejection(client.workspaces.summary());
      expect(error).toBeInstanceOf(TokenError);
      expect(everythingIn(error)).not.toContain('hidden');
      expect(received).toHaveLength(0);
    },
  );

  test('that is slow takes from the deadline, not from the time of a request', async () => {
    const token = () => new Promise<string>((resolve) => setTimeout(() => resolve('late'), 300));
    const patient = clientAnswering(answer, { token, timeoutMs: 150, deadlineMs: 20_000 });
    await patient.client.workspaces.summary();
    const { client, received } = clientAnswering(answer, { token, deadlineMs: 30 });
    const error = await rejection(client.workspaces.summary());
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ attempts: 0, message: 'No answer within 30 ms' });
    expect(received).toHaveLength(0);
  });

  test('that hangs is waited for by the calls that began meanwhile, and called anew by the next', async () => {
    let calls = 0;
    const { client } = clientAnswering(answer, {
      token: () => (++calls === 1 ? new Promise<string>(() => {}) : 'good'),
      deadlineMs: 30,
    });
    expect(await rejection(client.workspaces.summary())).toBeInstanceOf(TimeoutError);
    await client.workspaces.summary();
    expect(calls).toBe(2);
  });

  test('that answers after it was given up does not give up the call of it that came after', async () => {
    const bring: ((token: string) => void)[] = [];
    const token = () => new Promise<string>((resolve) => bring.push(resolve));
    const { client } = clientAnswering(answer, { token, keepTokenMs: 1_000 });
    expect(await rejection(client.workspaces.summary({ deadlineMs: 10 }))).toBeInstanceOf(TimeoutError);
    const second = client.workspaces.summary();
    bring[0]?.('');
    await new Promise((resolve) => setTimeout(resolve, 5));
    const third = client.workspaces.summary();
    bring[1]?.('good');
    await Promise.all([second, third]);
    expect(bring).toHaveLength(2);
  });

  test('that brings the same token again is called once more for calls that were refused one after the other', async () => {
    let calls = 0;
    const { client, received } = clientAnswering(
      async () => {
        const place = received.length;
        await new Promise((resolve) => setTimeout(resolve, 5 * place));
        return refusal();
      },
      {
        keepTokenMs: 60_000,
        token: () => {
          calls += 1;
          return 'same';
        },
      },
    );
    await Promise.all(Array.from({ length: 10 }, () => rejection(client.workspaces.summary())));
    expect(calls).toBeLessThanOrEqual(3);
  });

  test('brings tokens that stand in no error, the one before the last as little as the last', async () => {
    const tokens = ['token-of-the-first/a', 'token-of-the-second/b'];
    const echo = 'got token-of-the-first/a and token-of-the-second/b';
    const type = { 'content-type': `text/${tokens[0]}` };
    const answers = [
      () => json({ errors: [{ message: echo, path: [echo], extensions: { code: echo, requestId: echo } }] }),
      () => new Response(JSON.stringify({ errors: [{ message: echo }] }).replaceAll('/', '\\/'), { status: 200 }),
      () => new Response(echo, { status: 500, headers: { ...type, 'x-request-id': 'token-of-the-first/a' } }),
      () => Promise.reject(new Error(echo)),
      () => json({ data: { workspaceSummary: null } }, { headers: { 'x-request-id': 'token-of-the-first/a' } }),
    ];
    for (const answerTo of answers) {
      const left = [refusal, answerTo];
      const brought = [...tokens];
      const { client } = clientAnswering(() => (left.shift() ?? answerTo)(), {
        token: () => {
          const token = brought.shift();
          if (token === undefined) throw new Error(`no other than ${echo}`);
          return token;
        },
      });
      const errors = [await rejection(client.workspaces.summary())];
      left.push(refusal);
      errors.push(await rejection(client.workspaces.summary()));
      for (const token of tokens) expect(everythingIn(errors)).not.toContain(token);
    }
  });
});

test('a change of which a part was done already is not asked for again with another token', async () => {
  const half = () =>
    json({
      data: { a: { id: 1 }, b: null },
      errors: [{ message: 'No.', path: ['b'], extensions: { code: 'UNAUTHENTICATED' } }],
    });
  let calls = 0;
  const { client, received } = clientAnswering(half, {
    token: () => `token-${++calls}`,
  });
  const error = await rejection(client.request('mutation M { a { id } b { id } }'));
  expect(error).toMatchObject({ code: 'UNAUTHENTICATED', data: { a: { id: 1 } }, attempts: 1 });
  await rejection(client.request('query Q { a { id } }'));
  expect(received).toHaveLength(3);
});

test('a fixed token that is refused is not sent again', async () => {
  const { client, received } = clientAnswering(refusal);
  expect(await rejection(client.workspaces.summary())).toBeInstanceOf(UnauthenticatedError);
  expect(received).toHaveLength(1);
});

describe('a function for the token', () => {
  test('is called for every call, in its own context: two users go through one client', async () => {
    const user = new AsyncLocalStorage<string>();
    const { client, sent } = clientOfUsers(() => Promise.resolve(user.getStore() ?? 'nobody'));
    const summaryAs = (name: string) => user.run(name, () => client.workspaces.summary());
    await Promise.all([summaryAs('ada'), summaryAs('maya'), summaryAs('ada')]);
    await summaryAs('maya');
    expect(sent().sort()).toEqual(['Bearer ada', 'Bearer ada', 'Bearer maya', 'Bearer maya']);
  });

  test('is called once for the requests of one call, and again when the token is refused', async () => {
    const answers = [() => Promise.reject(new Error('reset')), refusal, answer];
    let calls = 0;
    const { client, received } = clientAnswering(() => (answers.shift() ?? answer)(), {
      token: () => `token-${++calls}`,
      maxRetries: 1,
    });
    await client.workspaces.summary();
    expect(received.map(({ headers }) => headers['authorization'])).toEqual(
      ['token-1', 'token-1', 'token-2'].map((token) => `Bearer ${token}`),
    );
  });

  test('has its answers kept as long as the client says', async () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    let calls = 0;
    const { client } = clientAnswering(answer, { token: () => `token-${++calls}`, keepTokenMs: 500 });
    const callsAt = async (time: number) => {
      now.mockReturnValue(time);
      await client.workspaces.summary();
      return calls;
    };
    try {
      expect([await callsAt(1_000), await callsAt(1_499), await callsAt(1_500)]).toEqual([1, 1, 2]);
    } finally {
      now.mockRestore();
    }
    expect(() => clientAnswering(answer, { keepTokenMs: Number.NaN })).toThrow(TypeError);
  });
});

test('a token given with a call is of this call alone, whatever the client has', async () => {
  const { client, sent } = clientOfUsers(() => 'own');
  await Promise.all([
    client.viewer({ token: 'of-ada' }),
    client.viewer(),
    client.viewer({ token: async () => 'of-maya' }),
  ]);
  for await (const _ of client.workspaces.iterate({}, { token: 'of-ada' })) break;
  expect(sent().sort()).toEqual(['Bearer of-ada', 'Bearer of-ada', 'Bearer of-maya', 'Bearer own']);
  expect(await rejection(client.viewer({ token: 'Bearer hidden' }))).toBeInstanceOf(TypeError);
});

test('a token of a call stands in no error, and a word that is one stays a word', async () => {
  const token = 'a-token-of-24-characters';
  const message = `test of ${token}, (${token}) and un${token}`;
  const { client } = clientAnswering(() => Promise.reject(new Error(message)), { token: 'test' });
  const error = await rejection(client.viewer({ token }));
  expect(String(error)).toContain(`test of [token], ([token]) and un${token}`);
  const own = await rejection(client.viewer());
  expect(String(own)).toContain('test of');
});

function clientOfUsers(token: ClientOptions['token']) {
  const data = { viewer: { user: null }, workspaceSummary: {}, workspaces: { nodes: [1], pageInfo: {} } };
  const { client, received } = clientAnswering(() => json({ data: pick(data, received) }), { token });
  return { client, sent: () => received.map(({ headers }) => String(headers['authorization'])) };
}

/** Of the fields the one that was asked for last. */
function pick(data: object, received: readonly Received[]): object {
  const query = received.at(-1)?.body.query ?? '';
  return Object.fromEntries(Object.entries(data).filter(([field]) => new RegExp(`\\{${field}\\b`).test(query)));
}
