import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildSchema, getNamedType, isObjectType, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import * as testing from './fake-server.js';
import {
  FakeFailure,
  fakeMember,
  fakePage,
  fakeServer,
  fakeUser,
  fakeVirtualKey,
  fakeWorkspace,
} from './fake-server.js';
import { NetworkError, RequestError, TakenError, TokenVueClient, type UserError } from './index.js';
import { rejection } from './testing/fake-fetch.js';

type Answers = Parameters<typeof fakeServer>[0];

function clientOf(answers: Answers) {
  const server = fakeServer(answers);
  const { fetch } = server;
  const client = new TokenVueClient({ endpoint: 'https://tokenvue.test/graphql', token: 'test', fetch, maxRetries: 0 });
  return { client, server };
}

describe('a fake server', () => {
  test('answers an operation of the client by its name, and keeps what it received', async () => {
    const { client, server } = clientOf({
      Workspace: ({ id }) => ({ workspace: id === 'ws_07' ? fakeWorkspace({ id, name: 'Billing' }) : null }),
      Workspaces: async () => ({ workspaces: fakePage([fakeWorkspace({ name: 'A' }), fakeWorkspace({ name: 'B' })]) }),
    });
    expect(await client.workspaces.get('ws_07')).toMatchObject({ id: 'ws_07', name: 'Billing', region: 'EU' });
    expect(await client.workspaces.get('ws_08')).toBeNull();
    const names: string[] = [];
    for await (const { name } of client.workspaces.iterate()) names.push(name);
    expect(names).toEqual(['A', 'B']);
    expect(server.requests.map(({ operationName, variables }) => [operationName, variables])).toEqual([
      ['Workspace', { id: 'ws_07' }],
      ['Workspace', { id: 'ws_08' }],
      ['Workspaces', { first: 100, after: null }],
    ]);
    expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer test' });
  });

  test('refuses, fails and breaks as told', async () => {
    const userErrors: UserError[] = [{ code: 'TAKEN', message: 'Taken.', field: ['input', 'name'] }];
    const { client } = clientOf({
      CreateVirtualKey: () => ({
        createVirtualKey: { virtualKey: null, secret: null, message: null, userErrors },
      }),
      WorkspaceSummary: () => {
        throw new FakeFailure('RATE_LIMITED', { status: 429, message: 'Slow down', headers: { 'retry-after': '7' } });
      },
      Viewer: () => {
        throw new Error('unplugged');
      },
    });
    expect(await rejection(client.virtualKeys.create({ workspaceId: 'ws_01', name: 'A' }))).toBeInstanceOf(TakenError);
    const limited = await rejection(client.workspaces.summary());
    expect(limited).toBeInstanceOf(RequestError);
    expect(limited).toMatchObject({ code: 'RATE_LIMITED', status: 429, message: 'Slow down', retryAfterMs: 7_000 });
    const broken = await rejection(client.viewer());
    expect(broken).toBeInstanceOf(NetworkError);
    expect(String(broken)).toContain('unplugged');
  });

  test('learns the operations of a client that sends their hashes', async () => {
    const { fetch, requests } = fakeServer({ Workspace: () => ({ workspace: fakeWorkspace() }) });
    const options = { endpoint: 'https://tokenvue.test/graphql', token: 'test', fetch, persistedQueries: true };
    expect(await new TokenVueClient(options).workspaces.get('ws_01')).toMatchObject({ id: 'ws_01' });
    expect(requests.map(({ operationName }) => operationName)).toEqual(['Workspace']);
  });

  test('answers where the web has no Response, as in jsdom', async () => {
    const missing = ['Response', 'Request', 'Headers', 'fetch', 'TextEncoder'] as const;
    const kept = missing.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
    for (const name of missing) Reflect.deleteProperty(globalThis, name);
    try {
      const { client } = clientOf({
        Workspace: () => ({ workspace: fakeWorkspace({ name: 'Billing' }) }),
        Viewer: () => {
          throw new FakeFailure('RATE_LIMITED', { status: 429, headers: { 'Retry-After': '7' } });
        },
      });
      expect(await client.workspaces.get('ws_01')).toMatchObject({ name: 'Billing' });
      expect(await rejection(client.viewer())).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 7_000 });
    } finally {
      for (const [name, descriptor] of kept) if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    }
  });

  test('says which operation has no answer', async () => {
    const { client } = clientOf({});
    expect(await rejection(client.members.list('ws_01'))).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'The fake server has no answer to Members',
    });
  });

  test('only compiles with operations that there are, and with results that fit them', () => {
    const wrong = [
      // @ts-expect-error there is no such operation
      () => fakeServer({ Workspce: () => ({}) }),
      // @ts-expect-error the result has another shape
      () => fakeServer({ Workspace: () => ({ workspace: { id: 1 } }) }),
      // @ts-expect-error the variable has another name
      () => fakeServer({ Workspace: ({ identifier }) => ({ workspace: fakeWorkspace({ id: identifier }) }) }),
    ];
    expect(wrong).toHaveLength(3);
  });
});

test('what is made up can be told otherwise in every part', () => {
  expect(fakeUser({ name: 'Grace' })).toEqual({
    id: 'usr_01',
    name: 'Grace',
    email: 'ada@example.com',
    active: true,
    subject: null,
  });
  expect(fakeMember({ role: 'VIEWER' })).toMatchObject({ role: 'VIEWER', user: { id: 'usr_01' } });
  expect(fakeVirtualKey({ status: 'REVOKED' })).toMatchObject({ status: 'REVOKED', workspace: { id: 'ws_01' } });
  expect(fakePage([1, 2], { hasNextPage: true, endCursor: 'b' })).toEqual({
    nodes: [1, 2],
    pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: 'b' },
    totalCount: 2,
  });
});

test('every type of which the client answers with a part can be made up, but pages and payloads', () => {
  const folder = join(import.meta.dirname, '..');
  const schema = buildSchema(readFileSync(join(folder, '../schema.graphql'), 'utf8'));
  const files = readdirSync(join(folder, 'operations'));
  const texts = files.map((file) => readFileSync(join(folder, 'operations', file), 'utf8'));
  const info = new TypeInfo(schema);
  const types = new Set<string>();
  visit(
    parse(texts.join('\n')),
    visitWithTypeInfo(info, {
      Field() {
        const type = getNamedType(info.getType());
        if (isObjectType(type) && !/(Connection|Payload)$/.test(type.name)) types.add(type.name);
      },
    }),
  );
  expect(types).toContain('AuditActor');
  expect([...types].filter((type) => !(`fake${type}` in testing))).toEqual([]);
});
