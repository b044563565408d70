import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
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

test('every type of which the client answers with a part can be made up', () => {
  const operations = join(import.meta.dirname, '../operations');
  const texts = readdirSync(operations).map((file) => readFileSync(join(operations, file), 'utf8'));
  const types = [...texts.join('\n').matchAll(/^fragment \w+ on (\w+)/gm)].map(([, type]) => type);
  expect(types).toContain('AuditEvent');
  expect(types.filter((type) => !(`fake${type}` in testing))).toEqual([]);
});
