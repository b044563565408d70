import { describe, expect, test } from '@jest/globals';
import { AbortError, ForbiddenError, InvalidResponseError, NotFoundError } from './index.js';
import { clientAnswering, json, rejection } from './testing/fake-fetch.js';
import { type Connection, type List, lists } from './testing/method-cases.js';
import { methodsOf } from './testing/methods-of.js';

const pages: Connection[] = [
  { nodes: ['a', 'b'], pageInfo: { hasNextPage: true, endCursor: 'b' } },
  { nodes: [], pageInfo: { hasNextPage: true, endCursor: 'still b' } },
  { nodes: ['c'], pageInfo: { hasNextPage: false, endCursor: 'c' } },
];

/** A client of a server with these pages, one request after the other. */
function clientOf({ around }: List, connections: readonly (Connection | null)[]) {
  const { client, received } = clientAnswering(() =>
    json({ data: around(connections[received.length - 1] ?? null) }, { headers: { 'x-request-id': 'req-5' } }),
  );
  return { client, received };
}

async function collect(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const collected: unknown[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

test('every method that iterates is tried here', () => {
  const methods = methodsOf(clientAnswering(() => json({})).client);
  expect(Object.keys(lists).sort()).toEqual(methods.filter((name) => name.includes('.iterate')).sort());
});

describe.each(Object.entries(lists))('%s', (_name, list) => {
  test('brings the items of all pages, each asked for once under the same conditions', async () => {
    const { client, received } = clientOf(list, pages);
    expect(await collect(list.iterate(client))).toEqual(['a', 'b', 'c']);
    expect(received.map(({ body }) => body.variables)).toEqual(
      [null, 'b', 'still b'].map((after) => ({ ...list.variables, first: 100, after })),
    );
  });

  test('is one list too, from the start or from where another has stopped', async () => {
    const { client } = clientOf(list, pages);
    const items = list.iterate(client);
    expect(items.cursor).toBeNull();
    for await (const item of items) if (item === 'b') break;
    expect(items.cursor).toBeNull();
    expect(await list.iterate(clientOf(list, pages).client).toArray()).toEqual(['a', 'b', 'c']);

    const rest = clientOf(list, pages.slice(1));
    const later = list.iterate(rest.client, { after: 'b' });
    expect(later.cursor).toBe('b');
    expect(await later.toArray()).toEqual(['c']);
    expect([later.cursor, ...rest.received.map(({ body }) => body.variables?.['after'])]).toEqual([
      'c',
      'b',
      'still b',
    ]);
  });

  test('asks for nothing before the first item is wanted, and for no page more than is wanted', async () => {
    const { client, received } = clientOf(list, pages);
    const items = list.iterate(client, { pageSize: 2 });
    expect(received).toHaveLength(0);
    for await (const item of items) if (item === 'b') break;
    expect(received.map(({ body }) => body.variables?.['first'])).toEqual([2]);
  });

  test.each<[string, (string | null)[]]>([
    ['the same cursor again', ['b', 'b']],
    ['an earlier cursor', ['b', 'c', 'b']],
    ['no cursor', [null]],
  ])('is ended by an error where the server goes on from %s', async (_how, cursors) => {
    const connections = cursors.map((endCursor) => ({ nodes: ['a'], pageInfo: { hasNextPage: true, endCursor } }));
    const { client, received } = clientOf(list, connections);
    const error = await rejection(collect(list.iterate(client)));
    expect(error).toBeInstanceOf(InvalidResponseError);
    expect(String(error)).toContain('the same cursor');
    expect(error).toMatchObject({ requestId: 'req-5', attempts: 1, operationName: expect.any(String) });
    expect(received).toHaveLength(cursors.length);
  });

  test("takes the caller's signal and headers along to every page", async () => {
    const controller = new AbortController();
    const { client, received } = clientOf(list, pages);
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const item of list.iterate(client, { signal: controller.signal, headers: { 'x-trace': 't' } })) {
        seen.push(item);
        controller.abort('enough');
      }
    })();
    const error = await rejection(reading);
    expect(error).toBeInstanceOf(AbortError);
    expect(error).toMatchObject({ cause: 'enough' });
    expect(seen).toEqual(['a']);
    expect(received.map(({ headers }) => headers['x-trace'])).toEqual(['t']);
  });
});

test('an answer without the list is an InvalidResponseError', async () => {
  for (const data of [{ workspaces: null }, {}]) {
    const { client } = clientAnswering(() => json({ data }));
    expect(await rejection(collect(client.workspaces.iterate()))).toBeInstanceOf(InvalidResponseError);
  }
});

test.each(['auditLog.iterate', 'serviceTokens.iterate'])(
  '%s for who may not read the list is FORBIDDEN, and not an empty list',
  async (name) => {
    const list = lists[name] as List;
    const { client } = clientAnswering(() => json({ data: list.around(null) }));
    const error = await rejection(collect(list.iterate(client)));
    expect(error).toBeInstanceOf(ForbiddenError);
    expect(error).toMatchObject({ code: 'FORBIDDEN', attempts: 1 });
  },
);

test.each(['workspaces.iterateAuditLog', 'members.iterate'])(
  '%s of a workspace that is not to be seen is NOT_FOUND, and not an empty list',
  async (name) => {
    const list = lists[name] as List;
    const { client } = clientAnswering(() => json({ data: { workspace: null } }));
    const error = await rejection(collect(list.iterate(client)));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ code: 'NOT_FOUND', userErrors: [{ field: ['workspaceId'] }], attempts: 1 });
  },
);
