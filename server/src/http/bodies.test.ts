import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { rawRequest } from '../testing/raw-request.js';
import { newOrganization, signToken, startTestServer } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

/** Bodies and headers: how large they may be, by who asks, and how long they may take to arrive. */

useServer({ CORS_ORIGINS: 'https://app.example.com' });

let admin: string;
let ada: string;
beforeAll(async () => {
  const org = newOrganization();
  admin = await signToken({ sub: 'admin', org, org_role: 'admin' });
  ada = await signToken({ sub: 'ada', org });
});

const bodyOf = (bytes: number) => {
  const [before, after] = ['{"query":"{ __typename }","variables":{"x":"', '"}}'];
  return `${before}${'x'.repeat(bytes - before.length - after.length)}${after}`;
};
const bearer = (token: string | null) => (token === null ? {} : { authorization: `Bearer ${token}` });
const post = (token: string | null, body: string | Buffer, headers: Record<string, string> = {}) =>
  rawRequest(server.endpoint, { headers: { 'content-type': 'application/json', ...bearer(token), ...headers }, body });

interface Heard {
  readonly text: string;
  readonly milliseconds: number;
}

/** Sends the pieces as they are, with a pause after each, and hears what comes until the server ends the connection. */
function speak(pieces: readonly string[], pauseMs = 0, endpoint = server.endpoint): Promise<Heard> {
  const start = performance.now();
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
    const left = [...pieces];
    const next = () => {
      const piece = left.shift();
      if (piece === undefined || socket.destroyed) return;
      socket.write(piece, () => setTimeout(next, pauseMs));
    };
    socket.on('connect', next).on('error', () => {});
    socket.on('data', (data) => {
      text += data.toString('latin1');
    });
    socket.on('close', () => resolve({ text, milliseconds: performance.now() - start }));
  });
}

const head = (length: number, more = '') =>
  `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: Bearer ${ada}\r\ncontent-length: ${length}\r\n${more}`;

describe('a body is as large as who asks may send', () => {
  test.each([
    ['64 KiB of a stranger', () => null, 65_536],
    ['1 MiB of somebody', () => ada, 1_048_576],
    ['8 MiB of who may sync a directory', () => admin, 8_388_608],
  ])('%s', async (_case, tokenOf, max) => {
    const fits = await post(tokenOf(), bodyOf(max));
    expect([fits.status, JSON.parse(fits.text)]).toEqual([200, { data: { __typename: 'Query' } }]);
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const { status, text } = await post(tokenOf(), bodyOf(max + 1), headers);
      expect([status, JSON.parse(text).errors[0].extensions.reason]).toEqual([413, 'bodyTooLarge']);
    }
  });

  test('and none is read of who has no good token', async () => {
    const lines = `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nauthorization: Bearer nonsense\r\ncontent-length: 8000000\r\n\r\n`;
    const { text, milliseconds } = await speak([`${lines}{"query":`]);
    expect(text).toMatch(/^HTTP\/1.1 401 /);
    expect(text.toLowerCase()).toContain('connection: close');
    // Long before it would have had to arrive.
    expect(milliseconds).toBeLessThan(10_000);
  });

  test('nor one that is compressed, however small', async () => {
    for (const coding of ['gzip', 'deflate', 'br', 'gzip, gzip', 'identity, gzip']) {
      const { status } = await post(ada, gzipSync(bodyOf(1_000_000)), { 'content-encoding': coding });
      expect([coding, status]).toEqual([coding, 415]);
    }
  });

  test('and one byte at a time it takes no more room', async () => {
    const body = bodyOf(20_000);
    const chunks = [...body].map((byte) => `1\r\n${byte}\r\n`).join('');
    const lines = head(0).replace('content-length: 0\r\n', 'transfer-encoding: chunked\r\nconnection: close\r\n');
    const { text } = await speak([`${lines}\r\n${chunks}0\r\n\r\n`]);
    expect(text).toContain('{"data":{"__typename":"Query"}}');
  });
});

test('what does not arrive in time ends with its connection, whether it stops or drips', async () => {
  const hasty = await startTestServer({ DATABASE_URL: server.databaseUrl, REQUEST_SECONDS: '1' });
  const chunked = head(0).replace('content-length: 0', 'transfer-encoding: chunked');
  const drips: readonly (readonly string[])[] = [
    ['POST /graphql HTTP/1.1\r\nhost: x\r\n'],
    ['GET /graphql HTTP/1.1\r\n', ...Array(80).fill('x-a: 1\r\n')],
    [`${head(100)}\r\n{"query":`],
    [`${head(1_000)}\r\n`, ...Array(80).fill('{')],
    [`${chunked}\r\n`, ...Array(80).fill('1\r\n{\r\n')],
  ];
  const heard = await Promise.all(drips.map((pieces) => speak(pieces, 100, hasty.endpoint)));
  await hasty.close();
  for (const { text, milliseconds } of heard) {
    expect(text).toMatch(/^HTTP\/1.1 408 /);
    expect(text).toContain('"reason":"requestLate"');
    expect(milliseconds).toBeLessThan(6_000);
  }
});

test.each<[string, () => readonly string[], number]>([
  ['what is no HTTP', () => ['nonsense\r\n\r\n'], 400],
  ['headers of more than 16 KiB', () => [head(0, `x-a: ${'a'.repeat(20_000)}\r\n\r\n`)], 431],
  [
    'a path that can not be decoded',
    () => ['GET /graphql%ff%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
    400,
  ],
  ['a method that there is not', () => ['PUT /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'], 405],
  [
    'a preflight',
    () => [
      'OPTIONS /graphql HTTP/1.1\r\nhost: x\r\norigin: https://app.example.com\r\naccess-control-request-method: POST\r\nconnection: close\r\n\r\n',
    ],
    204,
  ],
  [
    'a stranger',
    () => [
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}',
    ],
    415,
  ],
  ['two lengths', () => [head(2, 'content-length: 3\r\n\r\n{}')], 400],
])('every answer may not be kept nor taken for something else: to %s', async (_case, pieces, status) => {
  const { text } = await speak(pieces());
  const headers = text.slice(0, text.indexOf('\r\n\r\n')).toLowerCase();
  expect(headers).toMatch(new RegExp(`^http/1.1 ${status} `));
  expect(headers).toContain('cache-control: no-store');
  expect(headers).toContain('x-content-type-options: nosniff');
});

test.each([
  ['arrays', '[', ']'],
  ['objects', '{"a":', '}'],
])('a body of %s in each other is refused before it is parsed', async (_case, open, close) => {
  const nested = (levels: number) =>
    `{"query":"{ __typename }","variables":{"text":"[[[\\"{","x":${open.repeat(levels)}1${close.repeat(levels)}}}`;
  const { status, text } = await post(ada, nested(150_000));
  expect([status, JSON.parse(text).errors[0].message]).toEqual([400, 'The body is nested too deeply.']);
  expect((await post(ada, nested(190))).status).toBe(200);
});

test('the name of an operation is not repeated where it is long', async () => {
  const { status, text } = await post(
    ada,
    JSON.stringify({ query: '{ __typename }', operationName: 'x'.repeat(500_000) }),
  );
  expect([status, text.length < 500]).toEqual([400, true]);
});

test('an origin that may ask may read no page of the server, which could carry a token', async () => {
  const asked = { headers: { origin: 'https://app.example.com' } };
  const { origin } = new URL(server.endpoint);
  const opened = (url: string) => fetch(url, asked).then(({ headers }) => headers.get('access-control-allow-origin'));
  expect(await opened(`${server.endpoint}?query=%7B__typename%7D`)).toBe('https://app.example.com');
  for (const path of ['/', '/graphiql', '/graphql/', '/health/live', '/metrics', '/nothing?/graphql', '//graphql']) {
    expect([path, await opened(origin + path)]).toEqual([path, null]);
  }
});
