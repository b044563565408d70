import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { eventually } from '../testing/eventually.js';
import { createWorkspace } from '../testing/fixtures.js';
import { newOrganization, type Person, startTestServer, type TestServer } from '../testing/test-server.js';

let listening: Server;
let issuer: string;
let key: CryptoKey;
/** What the provider answers at a path; 500 at all others. */
let answers: Record<string, object>;
let asked: string[] = [];
const servers: TestServer[] = [];

beforeAll(async () => {
  listening = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = answers[request.url ?? ''];
    response.writeHead(answer === undefined ? 500 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? {}));
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  issuer = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/realms/acme`;
  const pair = await generateKeyPair('RS256');
  key = pair.privateKey;
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', use: 'sig' };
  answers = { '/realms/acme/.well-known/openid-configuration': metadata(), '/keys': { keys: [jwk] } };
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  asked = [];
});
afterAll(async () => {
  listening.closeAllConnections();
  listening.close();
});

function metadata(changes: object = {}) {
  const origin = new URL(issuer).origin;
  return {
    issuer,
    jwks_uri: `${origin}/keys`,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: 'https://tokens.acme.example/token',
    end_session_endpoint: `${issuer}/end`,
    ...changes,
  };
}

async function start(environment: Record<string, string> = {}): Promise<TestServer> {
  const oidc = { AUTH_JWT_SECRET: '', OIDC_ISSUER: issuer, OIDC_CLIENT_ID: 'console' };
  const server = await startTestServer({ ...oidc, ...environment });
  servers.push(server);
  return server;
}

function tokenOf(claims: JWTPayload): Promise<string> {
  const payload = { iss: issuer, aud: 'console', sub: 'ada', ...claims };
  const token = new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'one' }).setIssuedAt();
  return token.setExpirationTime('10m').sign(key);
}

const viewerQuery = '{ viewer { organizationRole user { subject name email } teams { name } } }';

async function ask(server: TestServer, claims: JWTPayload) {
  return server.request({ token: await tokenOf(claims), query: viewerQuery });
}

test('keys, issuer and audience are those of the metadata, which are asked for once', async () => {
  const server = await start();
  const org = newOrganization();
  const answered = await Promise.all([ask(server, { org }), ask(server, { org, aud: ['other', 'console'] })]);
  expect(answered.map(({ status }) => status)).toEqual([200, 200]);
  const refused: object[] = [
    { aud: 'other' },
    { iss: 'https://id.other.example' },
    { aud: undefined },
    { iss: undefined },
  ];
  for (const claims of refused) expect(await ask(server, { org, ...claims })).toMatchObject({ status: 401 });
  expect(asked.filter((path) => path.includes('.well-known'))).toHaveLength(1);
});

test('an audience and an issuer that are given count in place of them', async () => {
  const server = await start({ AUTH_AUDIENCE: 'api://tokenvue', AUTH_ISSUER: 'https://sts.acme.example' });
  const org = newOrganization();
  const given = { org, aud: 'api://tokenvue', iss: 'https://sts.acme.example' };
  expect(await ask(server, given)).toMatchObject({ status: 200 });
  expect(await ask(server, { ...given, aud: 'console' })).toMatchObject({ status: 401 });
  expect(await ask(server, { ...given, iss: issuer })).toMatchObject({ status: 401 });
});

test('a provider that does not answer at the start is asked again later, and the log tells of it', async () => {
  const { '/keys': keys } = answers;
  const whole = answers;
  answers = { ...(keys && { '/keys': keys }) };
  const server = await start();
  const org = newOrganization();
  expect(await ask(server, { org })).toMatchObject({ status: 500 });
  expect(server.logLines.some((line) => line.includes('the identity provider of OIDC_ISSUER does not answer'))).toBe(
    true,
  );
  answers = whole;
  await eventually(async () => expect(await ask(server, { org })).toMatchObject({ status: 200 }));
});

test('metadata of another issuer are not taken', async () => {
  const whole = answers;
  answers = { ...whole, '/realms/acme/.well-known/openid-configuration': metadata({ issuer: 'https://evil.example' }) };
  const server = await start();
  const { status } = await ask(server, { org: newOrganization(), iss: 'https://evil.example' });
  answers = whole;
  expect(status).toBe(500);
});

describe('claims that are called otherwise', () => {
  test('are read by the names that AUTH_CLAIMS gives them, and by those alone', async () => {
    const server = await start({
      AUTH_CLAIMS: 'sub=oid,org=tid,org_role=roles,teams=https://acme.example/groups,name=nickname,email=upn',
    });
    const [tid, org] = [newOrganization(), newOrganization()];
    const claims = { oid: 'o-1', tid, roles: ['reader', 'admin'], nickname: 'Ada L.', upn: 'ada@acme.example' };
    const others = { org, name: 'nobody', email: 'nobody@acme.example', org_role: 'member', teams: ['Nobodies'] };
    const { data } = await ask(server, { ...claims, 'https://acme.example/groups': ['Platform'], ...others });
    expect(data?.['viewer']).toEqual({
      organizationRole: 'ADMIN',
      user: { subject: 'o-1', name: 'Ada L.', email: 'ada@acme.example' },
      teams: [{ name: 'Platform' }],
    });
    const refused = await ask(server, { oid: 'o-1', org });
    expect(refused.status).toBe(401);
    expect(server.logLines.some((line) => line.includes('"claim":"tid"'))).toBe(true);
  });

  test('a list of roles without admin among them is a member’s, also where it is empty', async () => {
    const server = await start({ AUTH_CLAIMS: 'org_role=roles' });
    const org = newOrganization();
    await ask(server, { org, sub: 'root', roles: ['admin'] });
    const roleOf = async (sub: string, roles: unknown) =>
      (await ask(server, { org, sub, roles })).data?.['viewer'] as { organizationRole: string };
    expect(await roleOf('one', ['reader'])).toMatchObject({ organizationRole: 'MEMBER' });
    expect(await roleOf('two', [])).toMatchObject({ organizationRole: 'MEMBER' });
    expect(await roleOf('three', ['admin', 'member'])).toMatchObject({ organizationRole: 'ADMIN' });
    expect((await ask(server, { org, sub: 'four', roles: 'root' })).status).toBe(401);
  });
});

test('AUTH_ORGANIZATION is whose people they are whose tokens name no organization', async () => {
  const organization = newOrganization();
  const server = await start({ AUTH_ORGANIZATION: organization });
  const sees = async (claims: JWTPayload) => {
    const query = '{ workspaceSummary { totalWorkspaces } }';
    const token = await tokenOf({ org_role: 'admin', ...claims });
    return (await server.request({ token, query })).data?.['workspaceSummary'];
  };
  await createWorkspace(server, { token: await tokenOf({ sub: 'one', org: organization }) } as Person);
  expect(await sees({ sub: 'two' })).toEqual({ totalWorkspaces: 1 });
  expect(await sees({ sub: 'three', org: '' })).toEqual({ totalWorkspaces: 1 });
  expect(await sees({ sub: 'four', org: newOrganization() })).toEqual({ totalWorkspaces: 0 });
});
