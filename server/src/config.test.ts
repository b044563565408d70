import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Config, ConfigError, loadConfig } from './config.js';
import { defaultTimeLimits } from './database/time-limits.js';

const secret = 'a-secret-of-at-least-32-bytes-0123456789';
const databaseUrl = 'postgres://app:pa55word@db.internal:5432/tokenvue';
/** What the database is like unless something is set. */
const timeLimits = defaultTimeLimits;
const database = { url: null, poolSize: 2 * availableParallelism(), carriesNames: true, timeLimits };

const oidc = { OIDC_ISSUER: 'https://id.example.com', OIDC_CLIENT_ID: 'console' };

/** The one line with which the start is refused. */
function refusal(environment: Record<string, string>): string {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error(`Accepted: ${JSON.stringify(environment)}`);
}

test('nothing has to be set: the server runs for development, on the loopback address, with a database of its own and two connections a core', () => {
  expect(loadConfig({})).toEqual({
    production: false,
    host: '127.0.0.1',
    port: 4000,
    database,
    dataDir: resolve('.data'),
    demoData: true,
    requestSeconds: 30,
    reservationSeconds: 600,
    auth: { mode: 'development' },
    claims: {
      names: { sub: 'sub', org: 'org', org_role: 'org_role', teams: 'teams', name: 'name', email: 'email' },
      organization: null,
    },
    console: true,
    usageRetentionDays: 400,
    graphiql: true,
    introspection: true,
    graphqlGet: true,
    corsOrigins: [],
    traffic: { token: 30_000, address: 3_000, gateway: 20_000, operations: 256, sharedUrl: null },
    quotas: {
      workspaces: 100_000,
      members: 20_000,
      keys: 10_000,
      configurations: 1_000,
      routes: 1_000,
      guardrails: 200,
      serviceTokens: 1_000,
      people: 1_000_000,
      teams: 100_000,
    },
    metrics: { port: null, host: '127.0.0.1', token: null },
    trustedDocuments: null,
    trustedProxies: null,
    logLevel: 'info',
  });
});

test('an empty variable counts as none, as container tools set them', () => {
  const names = [
    ...[
      'NODE_ENV',
      'HOST',
      'PORT',
      'DATABASE_URL',
      'DATABASE_POOL_SIZE',
      'DATABASE_STATEMENT_NAMES',
      'DATA_DIR',
      'DEMO_DATA',
      'USAGE_RETENTION_DAYS',
    ],
    ...['AUTH_JWT_SECRET', 'AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_CLAIMS', 'AUTH_ORGANIZATION'],
    ...['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_SCOPE', 'CONSOLE'],
    ...['GRAPHIQL', 'INTROSPECTION', 'CORS_ORIGINS', 'LOG_LEVEL', 'TRUST_PROXY'],
    ...['TOKEN', 'ADDRESS', 'GATEWAY', 'OPERATIONS', 'URL'].map((name) => `RATE_LIMIT_${name}`),
  ];
  expect(loadConfig(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(loadConfig({}));
});

test('in production exploration is off and there is no demonstration data on a database of one’s own', () => {
  const environment = { NODE_ENV: 'production', AUTH_JWT_SECRET: secret, DATABASE_URL: databaseUrl, HOST: '0.0.0.0' };
  expect(loadConfig(environment)).toMatchObject({
    production: true,
    host: '0.0.0.0',
    demoData: false,
    graphiql: false,
    introspection: false,
    graphqlGet: false,
  });
  expect(loadConfig({ ...environment, GRAPHIQL: 'true', INTROSPECTION: 'true', DEMO_DATA: 'true' })).toMatchObject({
    demoData: true,
    graphiql: true,
    introspection: true,
  });
});

test('a NODE_ENV other than production changes nothing', () => {
  expect(loadConfig({ NODE_ENV: 'test' })).toEqual(loadConfig({}));
});

describe('is accepted:', () => {
  test.each<[string, Record<string, string>, Partial<Config>]>([
    ['PORT 0, any free one', { PORT: '0' }, { port: 0 }],
    ['the highest PORT', { PORT: '65535' }, { port: 65_535 }],
    ['HOST as a name of the loopback address', { HOST: 'localhost' }, { host: 'localhost' }],
    ['HOST as the loopback address of IPv6', { HOST: '::1' }, { host: '::1' }],
    ['another loopback address as HOST', { HOST: '127.8.8.8' }, { host: '127.8.8.8' }],
    ['DATABASE_URL', { DATABASE_URL: databaseUrl }, { database: { ...database, url: databaseUrl }, demoData: false }],
    [
      'DATABASE_URL with the longer scheme',
      { DATABASE_URL: 'postgresql://h/d' },
      { database: { ...database, url: 'postgresql://h/d' } },
    ],
    ['the largest DATABASE_POOL_SIZE', { DATABASE_POOL_SIZE: '1000' }, { database: { ...database, poolSize: 1_000 } }],
    [
      'DATABASE_STATEMENT_NAMES off, for a pooler that does not carry them',
      { DATABASE_STATEMENT_NAMES: 'false' },
      { database: { ...database, carriesNames: false } },
    ],
    [
      'times that operations, syncs and locks have',
      { OPERATION_TIMEOUT_MS: '2000', SYNC_TIMEOUT_MS: '20000', LOCK_TIMEOUT_MS: '500' },
      {
        database: {
          ...database,
          timeLimits: { operation: { totalMs: 2_000, lockMs: 500 }, sync: { totalMs: 20_000, lockMs: 10_000 } },
        },
      },
    ],
    ['DATA_DIR, made absolute', { DATA_DIR: 'some/where' }, { dataDir: resolve('some/where') }],
    ['the shortest USAGE_RETENTION_DAYS', { USAGE_RETENTION_DAYS: '62' }, { usageRetentionDays: 62 }],
    ['the shortest REQUEST_SECONDS', { REQUEST_SECONDS: '1' }, { requestSeconds: 1 }],
    ['the shortest RESERVATION_SECONDS', { RESERVATION_SECONDS: '60' }, { reservationSeconds: 60 }],
    ['DEMO_DATA off on the embedded database', { DEMO_DATA: 'false' }, { demoData: false }],
    [
      'AUTH_JWT_SECRET of exactly 32 bytes',
      { AUTH_JWT_SECRET: 'ä'.repeat(16) },
      { auth: { mode: 'secret', secret: 'ä'.repeat(16), issuer: null, audience: null, requiresExp: true } },
    ],
    [
      'OIDC_ISSUER, whose metadata say the rest',
      { OIDC_ISSUER: 'https://id.example.com/realms/acme', OIDC_CLIENT_ID: 'console', NODE_ENV: 'production' },
      {
        auth: {
          mode: 'oidc',
          provider: {
            issuer: 'https://id.example.com/realms/acme',
            clientId: 'console',
            scope: 'openid profile email',
            jwksUrl: null,
          },
          issuer: null,
          audience: 'console',
          requiresExp: true,
        },
      },
    ],
    [
      'OIDC_ISSUER with everything that its metadata would say, on this machine without TLS',
      {
        OIDC_ISSUER: 'http://[::1]:8080/',
        OIDC_CLIENT_ID: 'console',
        OIDC_SCOPE: 'openid offline_access api://tokenvue/use',
        AUTH_JWKS_URL: 'https://id.example.com/jwks',
        AUTH_ISSUER: 'https://id.example.com',
        AUTH_AUDIENCE: 'api://tokenvue',
      },
      {
        auth: {
          mode: 'oidc',
          provider: {
            issuer: 'http://[::1]:8080/',
            clientId: 'console',
            scope: 'openid offline_access api://tokenvue/use',
            jwksUrl: 'https://id.example.com/jwks',
          },
          issuer: 'https://id.example.com',
          audience: 'api://tokenvue',
          requiresExp: true,
        },
      },
    ],
    [
      'AUTH_CLAIMS and AUTH_ORGANIZATION',
      { AUTH_CLAIMS: ' org=tid , teams=https://acme.example/groups,', AUTH_ORGANIZATION: 'Acme' },
      {
        claims: {
          names: {
            sub: 'sub',
            org: 'tid',
            org_role: 'org_role',
            teams: 'https://acme.example/groups',
            name: 'name',
            email: 'email',
          },
          organization: 'Acme',
        },
      },
    ],
    ['CONSOLE off', { CONSOLE: 'false' }, { console: false }],
    [
      'AUTH_JWKS_URL with an issuer and an audience',
      {
        AUTH_JWKS_URL: 'https://id.example.com/jwks',
        AUTH_ISSUER: 'https://id.example.com',
        AUTH_AUDIENCE: 'tokenvue',
      },
      {
        auth: {
          mode: 'jwks',
          jwksUrl: 'https://id.example.com/jwks',
          issuer: 'https://id.example.com',
          audience: 'tokenvue',
          requiresExp: true,
        },
      },
    ],
    [
      'tokens without an end, where that is said',
      { AUTH_JWT_SECRET: secret, AUTH_REQUIRE_EXP: 'false' },
      { auth: { mode: 'secret', secret, issuer: null, audience: null, requiresExp: false } },
    ],
    [
      'an issuer beside AUTH_JWT_SECRET',
      { AUTH_JWT_SECRET: secret, AUTH_ISSUER: 'me' },
      { auth: { mode: 'secret', secret, issuer: 'me', audience: null, requiresExp: true } },
    ],
    ['GRAPHIQL off', { GRAPHIQL: 'false' }, { graphiql: false, introspection: true }],
    ['INTROSPECTION off with GRAPHIQL off', { INTROSPECTION: 'false', GRAPHIQL: 'false' }, { introspection: false }],
    [
      'CORS_ORIGINS with spaces and a comma too many',
      { CORS_ORIGINS: ' https://app.example.com , http://localhost:5173,' },
      { corsOrigins: ['https://app.example.com', 'http://localhost:5173'] },
    ],
    ['TRUST_PROXY as a number of hops', { TRUST_PROXY: '2' }, { trustedProxies: 2 }],
    [
      'TRUST_PROXY as addresses and networks',
      { TRUST_PROXY: '10.0.0.0/8, 192.0.2.1,fd00::/8' },
      { trustedProxies: ['10.0.0.0/8', '192.0.2.1', 'fd00::/8'] },
    ],
    [
      'limits of traffic that are shared',
      { RATE_LIMIT_TOKEN: '1', RATE_LIMIT_URL: 'rediss://app:pa55word@redis.internal:6380/1' },
      {
        traffic: {
          token: 1,
          address: 3_000,
          gateway: 20_000,
          operations: 256,
          sharedUrl: 'rediss://app:pa55word@redis.internal:6380/1',
        },
      },
    ],
    ['a LOG_LEVEL', { LOG_LEVEL: 'silent' }, { logLevel: 'silent' }],
  ])('%s', (_case, environment, expected) => {
    expect(loadConfig(environment)).toMatchObject(expected);
  });
});

describe('stops the start with one line that names the variable and what it expects:', () => {
  test.each<[string, string, Record<string, string>]>([
    ['PORT', 'whole number from 0 to 65535', { PORT: '65536' }],
    ['PORT', 'whole number', { PORT: '-1' }],
    ['PORT', 'whole number', { PORT: '4000.5' }],
    ['PORT', 'whole number', { PORT: '0x10' }],
    ['PORT', 'whole number', { PORT: ' 4000' }],
    ['PORT', 'whole number', { PORT: 'http' }],
    ['REQUEST_SECONDS', 'from 1 to 3600', { REQUEST_SECONDS: '0' }],
    ['RESERVATION_SECONDS', 'from 60 to 86400', { RESERVATION_SECONDS: '59' }],
    ['DATABASE_POOL_SIZE', 'to 1000', { DATABASE_POOL_SIZE: '1001' }],
    ['DATABASE_POOL_SIZE', 'whole number', { DATABASE_POOL_SIZE: '0' }],
    ['DATABASE_POOL_SIZE', 'whole number', { DATABASE_POOL_SIZE: '1e2' }],
    ['DATABASE_STATEMENT_NAMES', 'true or false', { DATABASE_STATEMENT_NAMES: 'no' }],
    ['DATABASE_URL', 'postgres://', { DATABASE_URL: 'mysql://root:pa55word@db/x' }],
    ['DATABASE_URL', 'postgres://', { DATABASE_URL: 'user:pa55word@db' }],
    ['DATABASE_URL', 'postgres://', { DATABASE_URL: 'postgres://app:pa55word@db:port/x' }],
    ['USAGE_RETENTION_DAYS', 'from 62 to 3660', { USAGE_RETENTION_DAYS: '61' }],
    ['USAGE_RETENTION_DAYS', 'from 62 to 3660', { USAGE_RETENTION_DAYS: '4000' }],
    ['DEMO_DATA', 'true or false', { DEMO_DATA: 'yes' }],
    ['GRAPHIQL', 'true or false', { GRAPHIQL: '1' }],
    ['INTROSPECTION', 'true or false', { INTROSPECTION: 'TRUE' }],
    ['AUTH_JWT_SECRET', 'at least 32 bytes', { AUTH_JWT_SECRET: 'pa55word' }],
    ['AUTH_JWKS_URL', 'http or https URL', { AUTH_JWKS_URL: 'id.example.com/jwks' }],
    ['AUTH_JWKS_URL', 'http or https URL', { ...oidc, AUTH_JWKS_URL: 'id.example.com/jwks' }],
    ['OIDC_ISSUER', 'https URL', { ...oidc, OIDC_ISSUER: 'id.example.com' }],
    ['OIDC_ISSUER', 'https URL', { ...oidc, OIDC_ISSUER: 'http://id.example.com' }],
    ['OIDC_ISSUER', 'https URL', { ...oidc, OIDC_ISSUER: 'https://ada:pa55word@id.example.com' }],
    ['OIDC_ISSUER', 'https URL', { ...oidc, OIDC_ISSUER: 'https://id.example.com/?realm=acme' }],
    ['OIDC_ISSUER', 'AUTH_JWT_SECRET to be unset', { ...oidc, AUTH_JWT_SECRET: secret }],
    ['OIDC_CLIENT_ID', 'a value beside OIDC_ISSUER', { OIDC_ISSUER: oidc.OIDC_ISSUER }],
    ['OIDC_CLIENT_ID', 'OIDC_ISSUER beside it', { OIDC_CLIENT_ID: 'console' }],
    ['OIDC_SCOPE', 'OIDC_ISSUER beside it', { OIDC_SCOPE: 'openid' }],
    ['OIDC_SCOPE', 'openid among them', { ...oidc, OIDC_SCOPE: 'profile email' }],
    ['AUTH_CLAIMS', 'pairs such as org=tid', { AUTH_CLAIMS: 'org' }],
    ['AUTH_CLAIMS', 'pairs such as org=tid', { AUTH_CLAIMS: 'org=' }],
    ['AUTH_CLAIMS', 'pairs such as org=tid', { AUTH_CLAIMS: 'tenant=tid' }],
    ['AUTH_CLAIMS', 'pairs such as org=tid', { AUTH_CLAIMS: 'constructor=tid' }],
    ['AUTH_ORGANIZATION', 'at most 255 characters', { AUTH_ORGANIZATION: 'x'.repeat(256) }],
    ['AUTH_ORGANIZATION', 'at most 255 characters', { AUTH_ORGANIZATION: ' ' }],
    ['CONSOLE', 'true or false', { CONSOLE: 'on' }],
    ['AUTH_JWKS_URL', 'http or https URL', { AUTH_JWKS_URL: 'file:///etc/jwks.json' }],
    [
      'AUTH_JWKS_URL',
      'AUTH_JWT_SECRET to be unset',
      { AUTH_JWKS_URL: 'https://id.example.com', AUTH_JWT_SECRET: secret },
    ],
    ['AUTH_ISSUER', 'AUTH_JWT_SECRET, AUTH_JWKS_URL or OIDC_ISSUER', { AUTH_ISSUER: 'me' }],
    ['AUTH_AUDIENCE', 'AUTH_JWT_SECRET, AUTH_JWKS_URL or OIDC_ISSUER', { AUTH_AUDIENCE: 'me' }],
    [
      'AUTH_ISSUER',
      'AUTH_JWKS_URL in production',
      { NODE_ENV: 'production', AUTH_JWKS_URL: 'https://id.example.com', AUTH_AUDIENCE: 'me' },
    ],
    [
      'AUTH_AUDIENCE',
      'AUTH_JWKS_URL in production',
      { NODE_ENV: 'production', AUTH_JWKS_URL: 'https://id.example.com', AUTH_ISSUER: 'me' },
    ],
    ['AUTH_REQUIRE_EXP', 'true or false', { AUTH_REQUIRE_EXP: 'no' }],
    ['NODE_ENV=production', 'OIDC_ISSUER, AUTH_JWKS_URL or AUTH_JWT_SECRET', { NODE_ENV: 'production' }],
    ['HOST', 'loopback address', { HOST: '0.0.0.0' }],
    ['HOST', 'loopback address', { HOST: '::' }],
    ['HOST', 'loopback address', { HOST: '127.0.0.1.example.com' }],
    ['CORS_ORIGINS', 'https://app.example.com', { CORS_ORIGINS: '*' }],
    ['CORS_ORIGINS', 'https://app.example.com', { CORS_ORIGINS: 'https://ok.example.com,https://app.example.com/' }],
    ['CORS_ORIGINS', 'https://app.example.com', { CORS_ORIGINS: 'app.example.com' }],
    ['CORS_ORIGINS', 'https://app.example.com', { CORS_ORIGINS: 'null' }],
    ['METRICS_PORT', 'from 0 to 65535', { METRICS_PORT: '65536' }],
    ['METRICS_TOKEN', 'at least 16 characters', { METRICS_TOKEN: 'pa55word' }],
    ['QUOTA_KEYS', 'from 0 to 999999999', { QUOTA_KEYS: '-1' }],
    ['QUOTA_SERVICE_TOKENS', 'whole number', { QUOTA_SERVICE_TOKENS: 'many' }],
    ['RATE_LIMIT_TOKEN', 'from 1 to 999999999', { RATE_LIMIT_TOKEN: '0' }],
    ['RATE_LIMIT_ADDRESS', 'whole number', { RATE_LIMIT_ADDRESS: '10/s' }],
    ['RATE_LIMIT_GATEWAY', 'whole number', { RATE_LIMIT_GATEWAY: '-1' }],
    ['RATE_LIMIT_OPERATIONS', 'whole number', { RATE_LIMIT_OPERATIONS: 'none' }],
    ['RATE_LIMIT_URL', 'redis://', { RATE_LIMIT_URL: 'http://app:pa55word@redis.internal' }],
    ['TRUST_PROXY', 'number of hops', { TRUST_PROXY: '0' }],
    ['TRUST_PROXY', 'number of hops', { TRUST_PROXY: 'true' }],
    ['TRUST_PROXY', 'number of hops', { TRUST_PROXY: '10.0.0.0/33' }],
    ['TRUST_PROXY', 'number of hops', { TRUST_PROXY: 'proxy.internal' }],
    ['LOG_LEVEL', 'fatal, error, warn, info, debug, trace, silent', { LOG_LEVEL: 'verbose' }],
  ])('%s expects %s', (name, expected, environment) => {
    const message = refusal(environment);
    expect(message).toMatch(new RegExp(`^${name} expects `));
    expect(message).toContain(expected);
    expect(message).not.toContain('\n');
    expect(message).not.toContain('pa55word');
    expect(message).not.toContain(secret);
  });
});

test('no URL is repeated that could hold a password', () => {
  const url = 'ftp://ada:correct-horse@id.example';
  for (const name of ['DATABASE_URL', 'RATE_LIMIT_URL', 'AUTH_JWKS_URL', 'CORS_ORIGINS']) {
    const load = () => loadConfig({ [name]: url });
    expect(load).toThrow(name);
    expect(load).not.toThrow(/correct-horse/);
  }
});
