import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { FakeFailure, fakeGatewayAuthorization, fakeServer } from './fake-server.js';
import {
  ForbiddenError,
  keyDigest,
  MissingScopeError,
  NotFoundError,
  TokenVueClient,
  type UsageRecordInput,
  type UserError,
} from './index.js';
import { KEY_SECRET, rejection, TOKEN } from './testing/fake-fetch.js';

const usage = (requestId: string): UsageRecordInput => ({
  requestId,
  keyDigest: 'd1',
  model: 'fast',
  status: 'SUCCEEDED',
  inputTokens: 9,
  outputTokens: 8,
  latencyMs: 7,
  occurredAt: '2026-11-05T10:00:00Z',
});

function clientOf(answers: Parameters<typeof fakeServer>[0]) {
  const { fetch, requests } = fakeServer(answers);
  const options = { endpoint: 'https://tokenvue.test/graphql', token: TOKEN, fetch };
  return { client: new TokenVueClient(options), requests };
}

/** A client of a server that keeps one record and has this to say of the others. */
function clientRefusing(...userErrors: UserError[]) {
  return clientOf({ RecordUsage: () => ({ recordUsage: { recorded: 1, duplicates: 2, userErrors } }) });
}

test('the digest of a key is the SHA-256 of its secret in lower-case hexadecimal', async () => {
  for (const secret of [KEY_SECRET, '', 'ключ 🔑']) {
    expect(await keyDigest(secret)).toBe(createHash('sha256').update(secret).digest('hex'));
  }
});

test('a refusal is an answer, whose code is there once it is known to be one', async () => {
  const denial = { code: 'RATE_LIMITED', message: 'Too many.', retryAt: '2026-11-05T10:00:09Z' } as const;
  const allowed = fakeGatewayAuthorization({
    allowed: true,
    reservedCost: { amount: '0.01', currency: 'USD' },
    reservationExpiresAt: '2026-11-05T10:10:00Z',
    workspace: { id: 'ws_01' },
    virtualKey: { id: 'vk_01' },
    targets: [{ llmConfiguration: { id: 'llm_01', version: 3 }, weight: 1 }],
  });
  const { client } = clientOf({
    AuthorizeGatewayRequest: ({ input }) => ({
      authorizeGatewayRequest: input.requestId === 'r1' ? allowed : fakeGatewayAuthorization({ denial }),
    }),
  });
  const answers: unknown[] = [];
  for (const requestId of ['r1', 'r2']) {
    const asked = { requestId, keyDigest: 'd1', model: 'fast', inputTokens: 1, maxOutputTokens: 1 };
    const decision = await client.gateway.authorize(asked);
    if (decision.allowed) answers.push(decision.workspace.id, decision.targets[0]?.llmConfiguration.version);
    else answers.push(decision.denial.code, decision.denial.retryAt);
  }
  expect(answers).toEqual(['ws_01', 3, 'RATE_LIMITED', denial.retryAt]);
});

test('without the scope, authorizing and recording throw', async () => {
  const { client } = clientOf({
    AuthorizeGatewayRequest: () => {
      throw new FakeFailure('FORBIDDEN');
    },
    RecordUsage: () => ({
      recordUsage: { recorded: 0, duplicates: 0, userErrors: [{ code: 'FORBIDDEN', message: 'No.', field: null }] },
    }),
  });
  const asked = { requestId: 'r1', keyDigest: 'd1', model: 'fast', inputTokens: 1, maxOutputTokens: 1 };
  expect(await rejection(client.gateway.authorize(asked))).toBeInstanceOf(MissingScopeError);
  expect(await rejection(client.gateway.recordUsage({ records: [usage('r1')] }))).toBeInstanceOf(ForbiddenError);
});

test('records that are refused come with their place, their fields and what they were', async () => {
  const records = ['r0', 'r1', 'r2', 'r3'].map(usage);
  const { client } = clientRefusing(
    { code: 'NOT_FOUND', message: 'No key.', field: ['input', 'records', '3', 'keyDigest'] },
    { code: 'INVALID', message: 'Too long.', field: ['input', 'records', '1', 'tags', '2'] },
    { code: 'INVALID', message: 'Its month is gone.', field: ['input', 'records', '1'] },
  );
  expect(await client.gateway.recordUsage({ records })).toEqual({
    recorded: 1,
    duplicates: 2,
    refused: [
      {
        index: 1,
        record: records[1],
        reasons: [
          { code: 'INVALID', message: 'Too long.', field: 'tags.2' },
          { code: 'INVALID', message: 'Its month is gone.', field: null },
        ],
      },
      { index: 3, record: records[3], reasons: [{ code: 'NOT_FOUND', message: 'No key.', field: 'keyDigest' }] },
    ],
  });
});

test.each([
  ['no field', null],
  ['the list', ['input', 'records']],
  ['a record that was not sent', ['input', 'records', '1']],
  ['something else', ['input', 'x', '0']],
])('what is wrong with %s is thrown, because it is about no record', async (_what, field) => {
  const { client } = clientRefusing({ code: 'NOT_FOUND', message: 'No.', field });
  expect(await rejection(client.gateway.recordUsage({ records: [usage('r0')] }))).toBeInstanceOf(NotFoundError);
});

test('a release is usage of nothing, now and cancelled unless it says otherwise, and throws what is wrong with it', async () => {
  const { client, requests } = clientOf({
    RecordUsage: ({ input: { records } }) => ({
      recordUsage: {
        recorded: 1,
        duplicates: 0,
        userErrors:
          records[0]?.keyDigest === 'd1'
            ? []
            : [{ code: 'NOT_FOUND', message: 'No key.', field: ['input', 'records', '0', 'keyDigest'] }],
      },
    }),
  });
  const before = Date.now();
  // As it was authorized, of which a record knows only a part.
  const asked = { requestId: 'r1', keyDigest: 'd1', model: 'fast', inputTokens: 9, maxOutputTokens: 8 };
  await client.gateway.release(asked);
  await client.gateway.release({
    requestId: 'r2',
    keyDigest: 'd1',
    model: 'fast',
    status: 'BLOCKED',
    latencyMs: 12,
    guardrailIds: ['gr_01'],
    occurredAt: '2026-11-05T10:00:00Z',
  });
  const nothing = { inputTokens: 0, outputTokens: 0, keyDigest: 'd1', model: 'fast' };
  const [first, second] = requests.map(
    ({ variables }) => (variables as { input: { records: [UsageRecordInput] } }).input.records[0],
  );
  expect(first).toEqual({
    ...nothing,
    requestId: 'r1',
    status: 'CANCELLED',
    latencyMs: 0,
    occurredAt: expect.any(String),
  });
  expect(Date.parse(first?.occurredAt ?? '')).toBeGreaterThanOrEqual(before);
  expect(second).toMatchObject({ ...nothing, status: 'BLOCKED', latencyMs: 12, occurredAt: '2026-11-05T10:00:00Z' });
  const unknown = client.gateway.release({ requestId: 'r3', keyDigest: 'd2', model: 'fast' });
  expect(await rejection(unknown)).toBeInstanceOf(NotFoundError);
});
