import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newService } from '../testing/fixtures.js';
import { newOrganization, person, startTestServer, type TestServer } from '../testing/test-server.js';
import { createSecret } from './secret.js';

const secret = randomBytes(32).toString('hex');
const issuer = 'https://id.example.com';
const audience = 'workspaces';
const org = newOrganization();
const seconds = Math.floor(Date.now() / 1_000);

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token of these claims beside those that are always right. */
function token(claims: object, header: object = { alg: 'HS256' }, key = secret): string {
  const all = { sub: 'ada', org, iss: issuer, aud: audience, iat: seconds, exp: seconds + 3_600, ...claims };
  const signed = `${part(header)}.${part(all)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

const query = '{ viewer { organizationRole } }';
const summary = (text: string, reason: string) =>
  Number(new RegExp(`^sign_ins_refused_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);

async function countOf(server: TestServer, reason: string): Promise<number> {
  return summary(await (await fetch(new URL('/metrics', server.endpoint))).text(), reason);
}

/** Sends the header, which has to be refused like every other, and looks at what the log and the metrics tell of it. */
async function expectRefused(
  server: TestServer,
  authorization: string | undefined,
  told: { reason: string; claim?: string },
): Promise<void> {
  const before = { count: await countOf(server, told.reason), lines: server.logLines.length };
  const headers = authorization === undefined ? {} : { authorization };
  const answer = await server.request({ token: null, query, headers });
  expect(answer.status).toBe(401);
  expect(answer.errors).toEqual([
    {
      message: 'A valid bearer token is required.',
      extensions: { code: 'UNAUTHENTICATED', requestId: answer.headers.get('x-request-id') },
    },
  ]);
  const lines = server.logLines.slice(before.lines);
  const refused = lines.filter((line) => line.includes('sign-in refused'));
  expect(refused.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({ ...told, requestId: answer.headers.get('x-request-id') }),
  ]);
  const { claim } = JSON.parse(refused[0] ?? '{}') as { claim?: string };
  expect(claim).toBe(told.claim);
  const sent = authorization?.split(' ').pop() ?? '';
  if (sent.length > 10) expect(lines.join('')).not.toContain(sent.split('.').pop());
  expect(await countOf(server, told.reason)).toBe(before.count + 1);
}

describe('a 401 says nothing to the client, and its reason to those who run the service:', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ AUTH_JWT_SECRET: secret, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience });
    expect((await server.request({ token: token({}), query })).status).toBe(200);
  });
  afterAll(() => server.close());

  test.each<[string, string | undefined, { reason: string; claim?: string }]>([
    ['no token', undefined, { reason: 'missing' }],
    ['an empty header', 'Bearer', { reason: 'malformed' }],
    ['another scheme', 'Basic YWRhOnNlY3JldA==', { reason: 'malformed' }],
    ['what is no JWT', 'Bearer nonsense-nonsense', { reason: 'malformed' }],
    ['a JWT with claims that are no JSON', 'Bearer eyJhbGciOiJIUzI1NiJ9.bm9uc2Vuc2U.c2ln', { reason: 'bad_signature' }],
    ['one that has expired', `Bearer ${token({ exp: seconds - 60 })}`, { reason: 'expired' }],
    ['one that is not yet valid', `Bearer ${token({ nbf: seconds + 600 })}`, { reason: 'not_yet_valid', claim: 'nbf' }],
    ['one for another audience', `Bearer ${token({ aud: 'other' })}`, { reason: 'wrong_audience', claim: 'aud' }],
    ['one without an audience', `Bearer ${token({ aud: undefined })}`, { reason: 'wrong_audience', claim: 'aud' }],
    ['one of another issuer', `Bearer ${token({ iss: 'https://evil' })}`, { reason: 'wrong_issuer', claim: 'iss' }],
    ['one with another secret', `Bearer ${token({}, { alg: 'HS256' }, 'x'.repeat(32))}`, { reason: 'bad_signature' }],
    ['one that says it needs no signature', `Bearer ${token({}, { alg: 'none' })}`, { reason: 'wrong_algorithm' }],
    ['an expiry that is a text', `Bearer ${token({ exp: 'soon' })}`, { reason: 'claim', claim: 'exp' }],
    ['a start that is a text', `Bearer ${token({ nbf: 'now' })}`, { reason: 'claim', claim: 'nbf' }],
    ['no person', `Bearer ${token({ sub: undefined })}`, { reason: 'claim', claim: 'sub' }],
    ['an organization that is a number', `Bearer ${token({ org: 7 })}`, { reason: 'claim', claim: 'org' }],
    ['an unknown role', `Bearer ${token({ org_role: 'owner' })}`, { reason: 'claim', claim: 'org_role' }],
    ['teams that are a text', `Bearer ${token({ teams: 'core' })}`, { reason: 'claim', claim: 'teams' }],
    [
      'a service token of nobody',
      `Bearer ${createSecret('tvs_', '00000000-0000-7000-8000-000000000000').secret}`,
      { reason: 'unknown_service_token' },
    ],
    ['a service token with a wrong checksum', `Bearer tvs_${'a'.repeat(71)}`, { reason: 'unknown_service_token' }],
  ])('%s', async (_case, authorization, told) => {
    await expectRefused(server, authorization, told);
  });

  test('a person who was set inactive, whose token the server has just seen', async () => {
    const bob = await person(server, { sub: 'bob', org }).catch(() => null);
    expect(bob?.id).toBe('');
    const good = token({ sub: 'gone' });
    expect((await server.request({ token: good, query })).status).toBe(200);
    await server.database.rows({ text: `UPDATE users SET active = false WHERE subject = 'gone'`, values: [] });
    await expectRefused(server, `Bearer ${good}`, { reason: 'inactive' });
    await expectRefused(server, `Bearer ${token({ sub: 'gone', jti: '2' })}`, { reason: 'inactive' });
  });

  test('a service token that was revoked', async () => {
    const admin = { token: token({ sub: 'admin', org_role: 'admin' }), id: '' };
    const service = await newService(server, admin, ['WORKSPACES_READ']);
    await server.database.rows({ text: 'UPDATE service_tokens SET revoked_at = now()', values: [] });
    await expectRefused(server, `Bearer ${service.token}`, { reason: 'unknown_service_token' });
  });
});

describe('and so with the keys of an identity provider:', () => {
  const good = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const small = generateKeyPairSync('rsa', { modulusLength: 1_024 });
  const jwk = (key: typeof good, kid: string) => ({
    ...key.publicKey.export({ format: 'jwk' }),
    kid,
    alg: 'RS256',
    use: 'sig',
  });
  let provider: Server;
  let server: TestServer;
  beforeAll(async () => {
    provider = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: [jwk(good, 'good'), jwk(small, 'small')] }));
    });
    provider.listen(0, '127.0.0.1');
    await once(provider, 'listening');
    const { port } = provider.address() as AddressInfo;
    server = await startTestServer({ AUTH_JWT_SECRET: '', AUTH_JWKS_URL: `http://127.0.0.1:${port}/jwks` });
  });
  afterAll(async () => {
    await server.close();
    provider.closeAllConnections();
    provider.close();
  });

  function signed(header: object, { privateKey }: typeof good): string {
    const text = `${part(header)}.${part({ sub: 'ada', org, exp: seconds + 3_600 })}`;
    return `Bearer ${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
  }

  test.each<[string, () => string, string]>([
    ['a key that it has not', () => signed({ alg: 'RS256', kid: 'other' }, good), 'unknown_key'],
    ['a key that is too small', () => signed({ alg: 'RS256', kid: 'small' }, small), 'unknown_key'],
    ['a signature of another key', () => signed({ alg: 'RS256', kid: 'good' }, small), 'bad_signature'],
    ['another algorithm', () => `Bearer ${token({}, { alg: 'HS256', kid: 'good' })}`, 'wrong_algorithm'],
  ])('%s', async (_case, authorization, reason) => {
    await expectRefused(server, authorization(), { reason });
  });
});
