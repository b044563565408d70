import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { RequestError } from './index.js';
import { clientAnswering, json, rejection } from './testing/fake-fetch.js';

interface PersistedBody {
  query?: string;
  extensions?: { persistedQuery: { version: number; sha256Hash: string } };
}

/** A server that keeps the operations that it was told, and a client that sends their hashes. */
function clientOfKeeper(refusal = 'PERSISTED_QUERY_NOT_FOUND') {
  const kept = new Map<string, string>();
  const bodies: PersistedBody[] = [];
  const { client } = clientAnswering(() => json({}), {
    persistedQueries: true,
    fetch: async (_url, init) => {
      const body = JSON.parse(String(init?.body)) as PersistedBody;
      bodies.push(body);
      const hash = body.extensions?.persistedQuery.sha256Hash ?? '';
      if (body.query !== undefined) kept.set(hash, body.query);
      return kept.has(hash)
        ? json({ data: { workspaceSummary: { totalWorkspaces: 1 }, selectWorkspace: null } })
        : json({ errors: [{ message: 'PersistedQueryNotFound', extensions: { code: refusal } }] });
    },
  });
  return { client, bodies, kept };
}

describe('with persisted queries', () => {
  test('the hash is sent first, the text once, and from then on the hash alone', async () => {
    const { client, bodies, kept } = clientOfKeeper();
    await client.workspaces.summary();
    await client.workspaces.summary();
    expect(bodies.map(({ query }) => query !== undefined)).toEqual([false, true, false]);
    const [[hash, text] = ['', '']] = kept;
    expect(hash).toBe(createHash('sha256').update(text).digest('hex'));
    expect(bodies.map(({ extensions }) => extensions)).toEqual(
      Array(3).fill({ persistedQuery: { version: 1, sha256Hash: hash } }),
    );
  });

  test('a mutation is sent so too, because what is not known was not done', async () => {
    const { client, bodies } = clientOfKeeper();
    const archive =
      'mutation Archive { archiveWorkspace(input: { workspaceId: "a", expectedVersion: 1 }) { userErrors { code } } }';
    await client.request(archive);
    expect(bodies.map(({ query }) => query)).toEqual([undefined, archive]);
  });

  test('a server that keeps none is asked once, and gets the text alone from then on', async () => {
    const { client, bodies } = clientOfKeeper('PERSISTED_QUERY_NOT_SUPPORTED');
    await client.workspaces.summary();
    await client.workspaces.summary();
    expect(bodies.map(({ query, extensions }) => [query !== undefined, extensions !== undefined])).toEqual([
      [false, true],
      [true, false],
      [true, false],
    ]);
  });

  test('a server that never learns gets the text once, and its error stands', async () => {
    const { client, received } = clientAnswering(
      () => json({ errors: [{ message: 'No.', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] }),
      { persistedQueries: true, maxRetries: 2 },
    );
    const error = await rejection(client.workspaces.summary());
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ code: 'PERSISTED_QUERY_NOT_FOUND', attempts: 2 });
    expect(received).toHaveLength(2);
  });

  test.each(['INTERNAL_SERVER_ERROR', 'BAD_USER_INPUT', 'UNKNOWN'])(
    'a mutation that fails with %s is not sent again with its text: it may have been done',
    async (code) => {
      const { client, received } = clientAnswering(() => json({ errors: [{ message: 'No.', extensions: { code } }] }), {
        persistedQueries: true,
        maxRetries: 2,
      });
      const error = await rejection(client.workspaces.updateSettings({ workspaceId: 'ws_01', expectedVersion: 1 }));
      expect(error).toMatchObject({ code, attempts: 1 });
      expect(received).toHaveLength(1);
    },
  );

  test('the text is sent where there is no Web Crypto, as on a page that is not secure', async () => {
    const { subtle } = crypto;
    Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true });
    try {
      const { client, received } = clientAnswering(() => json({ data: { workspaceSummary: {} } }), {
        persistedQueries: true,
      });
      await client.workspaces.summary();
      expect(received.map(({ body }) => Object.keys(body).sort())).toEqual([['operationName', 'query', 'variables']]);
    } finally {
      Object.defineProperty(crypto, 'subtle', { value: subtle, configurable: true });
    }
  });
});
