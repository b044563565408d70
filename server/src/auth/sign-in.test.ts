import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { createWorkspace, workspaceInput } from '../testing/fixtures.js';
import { type GraphQLAnswer, newOrganization, startTestServer, type TestServer } from '../testing/test-server.js';

const secret = randomBytes(32).toString('base64');
const servers: TestServer[] = [];

async function start(environment: Record<string, string>): Promise<TestServer> {
  const server = await startTestServer(environment);
  servers.push(server);
  return server;
}

let server: TestServer;
beforeAll(async () => {
  server = await start({ AUTH_JWT_SECRET: secret });
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(async () => {
  await Promise.all(servers.map((started) => started.close()));
});

/** A token put together by hand, so that it can be wrong in every way. */
function token(header: object, payload: unknown, signature: (input: string) => Buffer): string {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode({ typ: 'JWT', ...header })}.${encode(payload)}`;
  return `${input}.${signature(input).toString('base64url')}`;
}

const hmac =
  (key: string | Buffer, digest = 'sha256') =>
  (input: string) =>
    createHmac(digest, key).update(input).digest();
const unsigned = () => Buffer.alloc(0);
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;

function claims(more: object = {}): Record<string, unknown> {
  return { sub: 'ada', org: 'sign-in', exp: inSeconds(300), ...more };
}

function secretToken(more: object = {}): string {
  return token({ alg: 'HS256' }, claims(more), hmac(secret));
}

const whoAmI = '{ viewer { user { name email } organizationRole teams { name } } }';

function ask(bearer: string | null, to = server): Promise<GraphQLAnswer<{ viewer: object }>> {
  return to.request({ token: bearer, query: whoAmI });
}

/** The one answer that everybody gets who is not signed in, whatever is wrong. */
function expectUnauthenticated({ status, headers, data, errors }: GraphQLAnswer<object>): void {
  expect(status).toBe(401);
  expect(data ?? null).toBeNull();
  expect(errors).toEqual([
    {
      message: 'A valid bearer token is required.',
      extensions: { code: 'UNAUTHENTICATED', requestId: headers.get('x-request-id') },
    },
  ]);
}

async function countRows(of: TestServer, table: 'users' | 'organizations' | 'workspaces'): Promise<number> {
  const [row] = await of.database.rows<{ count: number }>({
    text: `SELECT count(*)::integer AS count FROM ${table}`,
    values: [],
  });
  return row?.count ?? -1;
}

describe('a valid token', () => {
  test('signs its person in, with what it says of them', async () => {
    const { data, errors } = await ask(
      secretToken({
        sub: 'grace',
        name: 'Grace',
        email: 'grace@example.com',
        org_role: 'admin',
        teams: ['b', 'a', 'b'],
      }),
    );
    expect(errors).toBeUndefined();
    expect(data?.viewer).toEqual({
      user: { name: 'Grace', email: 'grace@example.com' },
      organizationRole: 'ADMIN',
      teams: [{ name: 'a' }, { name: 'b' }],
    });
  });

  test.each([
    ['zero', 0],
    ['negative', -1e13],
    ['a fraction', 1.5],
  ])('may say of itself any time of issue that is past: %s', async (_case, iat) => {
    const { status, data } = await ask(secretToken({ sub: `iat ${iat}`, iat, name: 'Ada' }));
    expect([status, data?.viewer]).toMatchObject([200, { user: { name: 'Ada' } }]);
  });

  test.each([
    ['iat', null],
    ['iat', ''],
    ['nbf', null],
    ['nbf', ' '],
  ])('may say nothing of a time: %s is %j', async (claim, nothing) => {
    const { status, data } = await ask(secretToken({ sub: `${claim}${nothing}`, name: 'Ada', [claim]: nothing }));
    expect([status, data?.viewer]).toMatchObject([200, { user: { name: 'Ada' } }]);
  });

  test.each([
    ['iat', 4],
    ['nbf', 4],
    ['exp', 1e300],
  ])(
    'may name a time that is ahead by less than five seconds, and an end beyond all calendars: %s',
    async (claim, time) => {
      const value = claim === 'exp' ? time : inSeconds(time);
      expect((await ask(secretToken({ sub: `ahead ${claim}`, [claim]: value }))).status).toBe(200);
    },
  );

  test('without a time of issue changes nothing about a person of whom another one says when', async () => {
    const sub = 'dated';
    await ask(secretToken({ sub, iat: inSeconds(-60), name: 'Dated', org_role: 'member', teams: ['one'] }));
    const { data } = await ask(secretToken({ sub, name: 'Undated', org_role: 'admin', teams: [] }));
    expect(data?.viewer).toMatchObject({
      user: { name: 'Dated' },
      organizationRole: 'MEMBER',
      teams: [{ name: 'one' }],
    });
  });

  test('may come without an expiry where AUTH_REQUIRE_EXP is false, and in any case of the word Bearer', async () => {
    const { databaseUrl: DATABASE_URL } = server;
    const other = await startTestServer({ DATABASE_URL, AUTH_JWT_SECRET: secret, AUTH_REQUIRE_EXP: 'false' });
    const call = {
      token: null,
      query: whoAmI,
      headers: { authorization: `bEaReR   ${secretToken({ exp: undefined })}` },
    };
    expect((await other.request(call)).status).toBe(200);
    expect((await server.request(call)).status).toBe(401);
    await other.close();
  });
});

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('without a valid token everybody gets the same 401 and nothing happens: with a token', () => {
  test.each<[string, () => string | null]>([
    ['that is missing', () => null],
    ['that is expired', () => secretToken({ exp: inSeconds(-60) })],
    ['that expired a second ago, whatever the tolerance for clocks', () => secretToken({ exp: inSeconds(-1) })],
    ['that is not yet valid', () => secretToken({ nbf: inSeconds(60) })],
    ['that was issued beyond all calendars', () => secretToken({ iat: 1e300 })],
    ['that was issued more than five seconds from now', () => secretToken({ iat: inSeconds(8) })],
    ['that is valid from more than five seconds from now on', () => secretToken({ nbf: inSeconds(8) })],
    ['without an end', () => secretToken({ exp: undefined })],
    ['that is unsigned', () => token({ alg: 'HS256' }, claims(), unsigned)],
    ['with alg none', () => token({ alg: 'none' }, claims(), unsigned)],
    ['with alg none in other case', () => token({ alg: 'nOnE' }, claims(), unsigned)],
    ['with alg none and a right signature', () => token({ alg: 'none' }, claims(), hmac(secret))],
    ['without an alg', () => token({}, claims(), hmac(secret))],
    ['signed with a foreign secret', () => token({ alg: 'HS256' }, claims(), hmac(randomBytes(32)))],
    ['signed with an empty secret', () => token({ alg: 'HS256' }, claims(), hmac(''))],
    ['signed with HS512', () => token({ alg: 'HS512' }, claims(), hmac(secret, 'sha512'))],
    ['signed with HS384', () => token({ alg: 'HS384' }, claims(), hmac(secret, 'sha384'))],
    [
      'signed with RS256',
      () => token({ alg: 'RS256' }, claims(), (input) => sign('sha256', Buffer.from(input), privateKey)),
    ],
    [
      'with a key of its own in the header',
      () => token({ alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } }, claims(), hmac(Buffer.from('AAAA', 'base64url'))),
    ],
    [
      'with a critical header that nobody knows',
      () => token({ alg: 'HS256', crit: ['x'], x: 1 }, claims(), hmac(secret)),
    ],
    [
      'whose payload was changed',
      () =>
        secretToken().replace(
          /\.(.+)\./,
          `.${Buffer.from(JSON.stringify(claims({ sub: 'eve' }))).toString('base64url')}.`,
        ),
    ],
    ['whose signature was cut', () => secretToken().slice(0, -4)],
    ['without sub', () => secretToken({ sub: undefined })],
    ['without org', () => secretToken({ org: undefined })],
    ['with an empty sub', () => secretToken({ sub: '' })],
    ['with an org of spaces', () => secretToken({ org: '   ' })],
    ['with NUL in sub', () => secretToken({ sub: 'a\0b' })],
    ['with half a character in org', () => secretToken({ org: '\ud83e' })],
    ['with a sub of 256 characters', () => secretToken({ sub: 'x'.repeat(256) })],
    ['with a number for sub', () => secretToken({ sub: 7 })],
    ['with an object for org', () => secretToken({ org: { id: 'x' } })],
    ['with a list for org', () => secretToken({ org: ['sign-in'] })],
    ['with an unknown org_role', () => secretToken({ org_role: 'owner' })],
    ['with true for org_role', () => secretToken({ org_role: true })],
    ['with a text for teams', () => secretToken({ teams: 'core' })],
    ['with a number among the teams', () => secretToken({ teams: ['core', 7] })],
    ['with an empty team', () => secretToken({ teams: [''] })],
    ['with a text for exp', () => secretToken({ exp: '2999-01-01' })],
    ['with a text for iat', () => secretToken({ iat: 'now' })],
    ['with null for exp, which is as if it had none', () => secretToken({ exp: null })],
    ['with spaces for exp', () => secretToken({ exp: '  ' })],
    ['with true for nbf', () => secretToken({ nbf: true })],
    ['with a list for iat', () => secretToken({ iat: [1] })],
    ['with a text for nbf', () => secretToken({ nbf: 'now' })],
    ['whose payload is a list', () => token({ alg: 'HS256' }, [claims()], hmac(secret))],
    ['whose payload is null', () => token({ alg: 'HS256' }, null, hmac(secret))],
    ['that is only two parts', () => secretToken().split('.').slice(0, 2).join('.')],
    ['that is encrypted, or says so', () => 'e30.e30.e30.e30.e30'],
    ['that is nonsense', () => 'nonsense'],
    ['that is huge', () => 'x'.repeat(10_000)],
  ])('%s', async (_case, bearer) => {
    const [users, organizations] = [await countRows(server, 'users'), await countRows(server, 'organizations')];
    expectUnauthenticated(await ask(bearer()));
    expect([await countRows(server, 'users'), await countRows(server, 'organizations')]).toEqual([
      users,
      organizations,
    ]);
  });

  test.each([
    ['in the scheme Basic', (valid: string) => `Basic ${valid}`],
    ['in the scheme Token', (valid: string) => `Token ${valid}`],
    ['without a scheme', (valid: string) => valid],
    ['twice', (valid: string) => `Bearer ${valid}, Bearer ${valid}`],
    ['with more behind it', (valid: string) => `Bearer ${valid} x`],
    ['that is empty', () => 'Bearer'],
    ['in an empty header', () => ''],
  ])('%s', async (_case, authorization) => {
    expectUnauthenticated(
      await server.request({ token: null, query: whoAmI, headers: { authorization: authorization(secretToken()) } }),
    );
  });

  test('in the URL or in a cookie, where it is not looked for', async () => {
    const url = `${server.endpoint}?access_token=${secretToken()}&query=${encodeURIComponent(whoAmI)}`;
    const response = await fetch(url, { headers: { cookie: `token=${secretToken()}`, accept: 'application/json' } });
    expect(response.status).toBe(401);
  });

  test('that is missing, a mutation does nothing, even beside an introspection field', async () => {
    const before = await countRows(server, 'workspaces');
    expectUnauthenticated(
      await server.request({
        token: null,
        query: `mutation ($input: CreateWorkspaceInput!) {
          __typename createWorkspace(input: $input) { workspace { id } }
        }`,
        variables: { input: workspaceInput() },
      }),
    );
    expect(await countRows(server, 'workspaces')).toBe(before);
  });

  test.each([
    ['beside the schema', '{ __schema { queryType { name } } workspaceSummary { totalWorkspaces } }'],
    ['in a fragment', '{ ...F } fragment F on Query { __typename workspaceSummary { totalWorkspaces } }'],
    [
      'in a fragment in a fragment',
      '{ ...F } fragment F on Query { ...G } fragment G on Query { viewer { user { id } } }',
    ],
    ['in an inline fragment', '{ ... on Query { viewer { user { id } } } }'],
    ['in an inline fragment without a type', '{ ... { viewer { user { id } } } }'],
    ['under the name of an introspection field', '{ __typename: viewer { user { id } } }'],
  ])('that is missing, data are not there either: %s', async (_case, query) => {
    expectUnauthenticated(await server.request({ token: null, query }));
  });

  test('that turned out to be wrong is checked again, and again refused', async () => {
    const wrong = token({ alg: 'HS256' }, claims(), hmac('wrong'));
    for (let times = 0; times < 3; times++) expectUnauthenticated(await ask(wrong));
  });
});

test('a token that has just been used stops working when it expires', async () => {
  const bearer = secretToken({ sub: 'brief', exp: Date.now() / 1_000 + 0.5 });
  expect((await ask(bearer)).status).toBe(200);
  await delay(500);
  expectUnauthenticated(await ask(bearer));
});

describe('an issuer and an audience that are configured', () => {
  let strict: TestServer;
  const right = { iss: 'https://id.example.com', aud: 'tokenvue' };
  beforeAll(async () => {
    strict = await start({ AUTH_JWT_SECRET: secret, AUTH_ISSUER: right.iss, AUTH_AUDIENCE: right.aud });
  });

  test.each([
    ['both', right],
    ['an audience among others', { ...right, aud: ['other', 'tokenvue'] }],
  ])('let a token pass that names %s', async (_case, more) => {
    expect((await ask(secretToken(more), strict)).status).toBe(200);
  });

  test.each([
    ['neither', {}],
    ['another issuer', { ...right, iss: 'https://evil.example.com' }],
    ['an issuer with a slash after it', { ...right, iss: `${right.iss}/` }],
    ['no issuer', { aud: right.aud }],
    ['another audience', { ...right, aud: 'other' }],
    ['only other audiences', { ...right, aud: ['a', 'b'] }],
    ['no audience', { iss: right.iss }],
    ['an audience that is no text', { ...right, aud: 7 }],
  ])('refuse one that names %s', async (_case, more) => {
    expectUnauthenticated(await ask(secretToken(more), strict));
  });
});

describe('introspection', () => {
  const typo = '{ workspaceSumary { totalWorkspaces } }';

  test('needs no token where it is on', async () => {
    const { status, data } = await server.request({ token: null, query: getIntrospectionQuery() });
    expect(status).toBe(200);
    expect(data).toMatchObject({ __schema: { queryType: { name: 'Query' } } });
  });

  test('helps with suggestions where it is on', async () => {
    const { status, errors } = await server.request({ token: secretToken(), query: typo });
    expect(status).toBe(400);
    expect(errors?.[0]?.message).toContain('Did you mean "workspaceSummary"');
  });

  describe('where it is off', () => {
    let closed: TestServer;
    beforeAll(async () => {
      closed = await start({ AUTH_JWT_SECRET: secret, INTROSPECTION: 'false' });
    });

    test('is refused to those who are signed in, and other queries are not', async () => {
      const { status, errors } = await closed.request({ token: secretToken(), query: getIntrospectionQuery() });
      expect(status).toBe(400);
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
      expect((await ask(secretToken(), closed)).status).toBe(200);
    });

    test.each([
      ['introspection', getIntrospectionQuery()],
      ['the name of a type', '{ __typename }'],
      ['a field with a typo', typo],
      ['an argument with a typo', '{ workspaces(frist: 1) { totalCount } }'],
      ['a text that does not parse', '{'],
      ['an empty text', ''],
    ])('tells strangers nothing of the schema, whatever they send: %s', async (_case, query) => {
      expectUnauthenticated(await closed.request({ token: null, query }));
      expectUnauthenticated(await closed.request({ token: 'nonsense', query }));
    });

    test('strangers are refused before they have sent the body', async () => {
      const { hostname, port } = new URL(closed.endpoint);
      const socket = connect(Number(port), hostname);
      socket.write(
        'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 8000000\r\n\r\n{',
      );
      const answer = once(socket, 'data', { signal: AbortSignal.timeout(10_000) });
      const [text] = (await answer.finally(() => socket.destroy())) as [Buffer];
      expect(text.toString()).toMatch(/^HTTP\/1\.1 401 /);
    });

    test('gives no suggestions to those who are signed in either', async () => {
      const { errors } = await closed.request({ token: secretToken(), query: typo });
      expect(errors?.[0]?.message).not.toContain('Did you mean');
    });
  });
});

interface SigningKey {
  readonly kid: string;
  readonly alg: 'RS256' | 'ES256' | 'EdDSA';
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function signingKey(alg: SigningKey['alg'], kid: string): SigningKey {
  const pair =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : alg === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('ed25519');
  return { kid, alg, ...pair };
}

function signedBy({ kid, alg, privateKey: key }: SigningKey, more: object = {}): string {
  return token({ alg, kid }, claims(more), (input) =>
    sign(alg === 'EdDSA' ? null : 'sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }),
  );
}

describe('tokens of an identity provider', () => {
  let provider: Server;
  let jwksUrl: string;
  /** What the provider answers now. */
  let published: { status: number; body: string };
  let fetches = 0;

  const keys = [signingKey('RS256', 'rsa'), signingKey('ES256', 'ec'), signingKey('EdDSA', 'ed')];
  const publish = (list: readonly SigningKey[]) => {
    const jwks = list.map(({ kid, publicKey: key }) => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig' }));
    published = { status: 200, body: JSON.stringify({ keys: jwks }) };
  };
  const startBehindProvider = () => start({ AUTH_JWT_SECRET: '', AUTH_JWKS_URL: jwksUrl });

  beforeAll(async () => {
    publish(keys);
    provider = createServer((_request, response) => {
      fetches++;
      response.writeHead(published.status, { 'content-type': 'application/json' }).end(published.body);
    });
    provider.listen(0, '127.0.0.1');
    await once(provider, 'listening');
    jwksUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks`;
    behind = await startBehindProvider();
  });
  let behind: TestServer;
  afterAll(async () => {
    provider.closeAllConnections();
    provider.close();
    await once(provider, 'close');
  });

  test.each(keys.map((key) => [key.alg, key] as const))(
    'are accepted when they are signed with %s',
    async (_alg, key) => {
      const { status, data } = await ask(signedBy(key, { name: key.alg }), behind);
      expect(status).toBe(200);
      expect(data?.viewer).toMatchObject({ user: { name: key.alg } });
    },
  );

  test.each<[string, () => string]>([
    [
      'with HS256 and the public key for a secret',
      () => {
        const [{ publicKey: key, kid } = missing()] = keys;
        return token({ alg: 'HS256', kid }, claims(), hmac(key.export({ type: 'spki', format: 'pem' }) as string));
      },
    ],
    ['with HS256 and the secret of another server', () => token({ alg: 'HS256' }, claims(), hmac(secret))],
    ['with nothing', () => token({ alg: 'none', kid: 'rsa' }, claims(), unsigned)],
    ['with a foreign key under a known name', () => signedBy(signingKey('RS256', 'rsa'))],
    ['with a key of another kind under a known name', () => signedBy(signingKey('ES256', 'rsa'))],
    [
      'with a key that they bring along',
      () => {
        const own = signingKey('ES256', 'own');
        const jwk = own.publicKey.export({ format: 'jwk' });
        return token({ alg: 'ES256', jwk }, claims(), (input) =>
          sign('sha256', Buffer.from(input), { key: own.privateKey, dsaEncoding: 'ieee-p1363' }),
        );
      },
    ],
    [
      'with a key that they name by a URL',
      () =>
        token({ alg: 'RS256', kid: 'rsa', jku: 'http://127.0.0.1:9/keys' }, claims(), (input) =>
          sign('sha256', Buffer.from(input), privateKey),
        ),
    ],
    ['with PS256, which is not among the accepted', () => token({ alg: 'PS256', kid: 'rsa' }, claims(), unsigned)],
    ['rightly, and have expired', () => signedBy(keys[0] ?? missing(), { exp: inSeconds(-60) })],
  ])('are refused when they are signed %s', async (_case, bearer) => {
    expectUnauthenticated(await ask(bearer(), behind));
  });

  test('are fetched for once and not for each request', async () => {
    const fresh = await startBehindProvider();
    const before = fetches;
    await Promise.all(keys.map((key) => ask(signedBy(key, { jti: 'a' }), fresh)));
    await Promise.all(keys.map((key) => ask(signedBy(key, { jti: 'b' }), fresh)));
    expect(fetches).toBe(before + 1);
  });

  test('are accepted under a new key soon after the provider has changed its keys, and refused under the old one later', async () => {
    const rotated = await startBehindProvider();
    const [old = missing()] = keys;
    expect((await ask(signedBy(old), rotated)).status).toBe(200);
    const next = signingKey('ES256', 'next');
    publish([next]);
    try {
      const now = Date.now();
      jest.spyOn(Date, 'now').mockImplementation(() => now + 31_000);
      expect((await ask(signedBy(next), rotated)).status).toBe(200);
      expectUnauthenticated(await ask(signedBy(old, { jti: 'later' }), rotated));
    } finally {
      publish(keys);
    }
  });

  test.each([
    ['answers with an error', { status: 503, body: 'try later' }],
    ['answers with something else than JSON', { status: 200, body: '<html>' }],
    ['answers with something else than keys', { status: 200, body: '{"ok":true}' }],
  ])(
    'are our fault and not the client’s when the provider %s, and work again with the provider',
    async (_case, down) => {
      const waiting = await startBehindProvider();
      const bearer = signedBy(keys[0] ?? missing());
      published = down;
      try {
        expectMasked(await ask(bearer, waiting));
      } finally {
        publish(keys);
      }
      expect((await ask(bearer, waiting)).status).toBe(200);
    },
  );

  test('are our fault and not the client’s when the provider is not there', async () => {
    const gone = await start({ AUTH_JWT_SECRET: '', AUTH_JWKS_URL: 'http://127.0.0.1:9/jwks' });
    const answer = await ask(signedBy(keys[0] ?? missing()), gone);
    expectMasked(answer);
    const [line = ''] = gone.logLines.filter((text) => text.includes('unexpected error'));
    expect(line).toContain(answer.headers.get('x-request-id'));
  });
});

function expectMasked({ status, headers, errors }: GraphQLAnswer<object>): void {
  expect(status).toBe(500);
  expect(errors).toEqual([
    {
      message: 'Something went wrong on our side.',
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: headers.get('x-request-id') },
    },
  ]);
}

function missing(): never {
  throw new Error('There is no such key.');
}

test('no token and no secret stands in any line of the log', async () => {
  await createWorkspace(server, { token: secretToken({ sub: 'logged', org: newOrganization() }), id: '' });
  const log = servers.flatMap(({ logLines }) => logLines).join('');
  expect(log).toContain('"msg":"request"');
  expect(log).not.toMatch(/eyJ[\w-]{10,}/);
  expect(log).not.toContain(secret);
});

test('what a token says of its person stands in no line of the log, also where the database refuses it', async () => {
  await server.database.rows({
    text: `ALTER TABLE users ADD CONSTRAINT users_refused CHECK (email <> 'hidden@example.com') NOT VALID`,
    values: [],
  });
  const { status } = await ask(secretToken({ sub: 'refused', name: 'Hidden Name', email: 'hidden@example.com' }));
  expect(status).toBe(500);
  const log = server.logLines.join('');
  expect(log).toContain('users_refused');
  expect(log).not.toMatch(/hidden/i);
});
