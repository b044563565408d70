import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { defaultTimeLimits, type TimeLimit, type TimeLimits } from './database/time-limits.js';
import { parseUrl } from './url.js';

/** The environment, checked once; the only place that reads it. */
export interface Config {
  readonly production: boolean;
  readonly host: string;
  readonly port: number;
  readonly database: {
    /** Null for the embedded PostgreSQL. */
    readonly url: string | null;
    readonly poolSize: number;
    /** Whether prepared statements may have names: not behind a pooler that does not carry them. */
    readonly carriesNames: boolean;
    readonly timeLimits: TimeLimits;
  };
  /** Folder of the embedded database and of the development secret. */
  readonly dataDir: string;
  readonly demoData: boolean;
  /** How long a request may take to arrive, in seconds. */
  readonly requestSeconds: number;
  /** How long what a request may cost is held for it. */
  readonly reservationSeconds: number;
  /** How long records of usage are kept: whole months, and at least so many days. */
  readonly usageRetentionDays: number;
  readonly auth: AuthConfig;
  readonly claims: ClaimsConfig;
  /** Whether the console is served at `/`. */
  readonly console: boolean;
  readonly graphiql: boolean;
  readonly introspection: boolean;
  /** Whether queries may come by GET. */
  readonly graphqlGet: boolean;
  readonly corsOrigins: readonly string[];
  readonly traffic: TrafficConfig;
  readonly quotas: QuotaConfig;
  readonly metrics: MetricsConfig;
  /** Manifest of the documents that run; null for every document. */
  readonly trustedDocuments: string | null;
  /** Whose `X-Forwarded-For` counts; null for nobody's. */
  readonly trustedProxies: TrustedProxies | null;
  readonly logLevel: LogLevel;
}

/** How many requests there may be. */
export interface TrafficConfig {
  /** A minute, for one token. */
  readonly token: number;
  /** A minute without a good token, for one address. */
  readonly address: number;
  /** A second and server, for one token with the scope GATEWAY. */
  readonly gateway: number;
  /** Operations under way, for one token without it. */
  readonly operations: number;
  /** Server of Redis's protocol where servers count together; null where each counts for itself. */
  readonly sharedUrl: string | null;
}

/** How many there may be; one more is refused. */
export interface QuotaConfig {
  /** In an organization, archived ones included. */
  readonly workspaces: number;
  /** In a workspace, as the next five. */
  readonly members: number;
  readonly keys: number;
  readonly configurations: number;
  readonly routes: number;
  readonly guardrails: number;
  /** In an organization, as the next two. */
  readonly serviceTokens: number;
  /** Those who can not sign in included. */
  readonly people: number;
  readonly teams: number;
}

/** Where `/metrics` is, and who may read it: with neither port nor token this machine alone. */
export interface MetricsConfig {
  readonly port: number | null;
  readonly host: string;
  readonly token: string | null;
}

/** So many hops before this server, or these addresses and networks. */
export type TrustedProxies = number | readonly string[];

export type AuthConfig =
  | { readonly mode: 'development' }
  | ({ readonly mode: 'secret'; readonly secret: string } & TokenClaims)
  | ({ readonly mode: 'jwks'; readonly jwksUrl: string } & TokenClaims)
  | ({ readonly mode: 'oidc'; readonly provider: OidcConfig } & TokenClaims);

/** The OpenID Connect provider with which people sign in to the console. */
export interface OidcConfig {
  /** To the letter as the provider's metadata say it. */
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  /** Null for the one of the metadata. */
  readonly jwksUrl: string | null;
}

/** What this service reads of a token, by the names that its documentation has for it. */
export const claimNames = ['sub', 'org', 'org_role', 'teams', 'name', 'email'] as const;
export type ClaimName = (typeof claimNames)[number];

export interface ClaimsConfig {
  /** What tokens call them. */
  readonly names: Readonly<Record<ClaimName, string>>;
  /** Whose tokens are that name none; null where they have to. */
  readonly organization: string | null;
}

/** What the tokens must say, where anything. */
interface TokenClaims {
  readonly issuer: string | null;
  readonly audience: string | null;
  /** Whether they must have an end. */
  readonly requiresExp: boolean;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One line that names the variable and what it expects. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError for the first value that is wrong or contradicts another. */
export function loadConfig(environment: Environment = process.env): Config {
  const production = read(environment, 'NODE_ENV') === 'production';
  const host = read(environment, 'HOST') ?? '127.0.0.1';
  const url = postgresUrl(environment);
  return {
    production,
    host,
    port: integer(environment, 'PORT', 4000, 0, 65_535),
    database: {
      url,
      poolSize: integer(environment, 'DATABASE_POOL_SIZE', 2 * availableParallelism(), 1, 1_000),
      carriesNames: flag(environment, 'DATABASE_STATEMENT_NAMES', true),
      timeLimits: timeLimits(environment),
    },
    dataDir: resolve(read(environment, 'DATA_DIR') ?? './.data'),
    demoData: flag(environment, 'DEMO_DATA', url === null),
    requestSeconds: integer(environment, 'REQUEST_SECONDS', 30, 1, 3_600),
    reservationSeconds: integer(environment, 'RESERVATION_SECONDS', 600, 60, 86_400),
    usageRetentionDays: integer(environment, 'USAGE_RETENTION_DAYS', 400, 62, 3_660),
    auth: authConfig(environment, production, host),
    claims: claimsConfig(environment),
    console: flag(environment, 'CONSOLE', true),
    graphiql: flag(environment, 'GRAPHIQL', !production),
    introspection: flag(environment, 'INTROSPECTION', !production),
    graphqlGet: flag(environment, 'GRAPHQL_GET', !production),
    corsOrigins: corsOrigins(environment),
    traffic: trafficConfig(environment),
    quotas: quotaConfig(environment),
    metrics: metricsConfig(environment, host),
    trustedDocuments: read(environment, 'TRUSTED_DOCUMENTS') ?? null,
    trustedProxies: trustedProxies(environment),
    logLevel: logLevel(environment),
  };
}

/** An empty variable counts as none, as container tools set them. */
function read(environment: Environment, name: string): string | undefined {
  return environment[name] === '' ? undefined : environment[name];
}

function integer(environment: Environment, name: string, fallback: number, min: number, max: number): number {
  const text = read(environment, name);
  if (text === undefined) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new ConfigError(`${name} expects a whole number from ${min} to ${max}, not "${text}".`);
}

function flag(environment: Environment, name: string, fallback: boolean): boolean {
  const text = read(environment, name);
  if (text === undefined) return fallback;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new ConfigError(`${name} expects true or false, not "${text}".`);
}

function postgresUrl(environment: Environment): string | null {
  const text = read(environment, 'DATABASE_URL');
  if (text === undefined) return null;
  // The value is not repeated: it may hold a password.
  if (!/^postgres(ql)?:$/.test(parseUrl(text)?.protocol ?? '')) {
    throw new ConfigError('DATABASE_URL expects a URL such as postgres://user:password@host:5432/database.');
  }
  return text;
}

function timeLimits(environment: Environment): TimeLimits {
  const time = (name: string, { totalMs }: Pick<TimeLimit, 'totalMs'>) =>
    integer(environment, name, totalMs, 100, 600_000);
  const operation = time('OPERATION_TIMEOUT_MS', defaultTimeLimits.operation);
  const sync = time('SYNC_TIMEOUT_MS', defaultTimeLimits.sync);
  const lockMs = time('LOCK_TIMEOUT_MS', { totalMs: Math.floor(operation / 2) });
  // Else nobody would ever be told of a lock.
  if (lockMs >= operation) throw new ConfigError('LOCK_TIMEOUT_MS expects less than OPERATION_TIMEOUT_MS.');
  if (sync < operation) throw new ConfigError('SYNC_TIMEOUT_MS expects no less than OPERATION_TIMEOUT_MS.');
  return {
    operation: { totalMs: operation, lockMs },
    // Syncs wait for each other.
    sync: { totalMs: sync, lockMs: Math.max(lockMs, Math.floor(sync / 2)) },
  };
}

function trafficConfig(environment: Environment): TrafficConfig {
  const url = read(environment, 'RATE_LIMIT_URL');
  // The value is not repeated: it may hold a password.
  if (url !== undefined && !/^rediss?:$/.test(parseUrl(url)?.protocol ?? '')) {
    throw new ConfigError(
      'RATE_LIMIT_URL expects a URL such as redis://user:password@host:6379, or rediss:// for TLS.',
    );
  }
  const limit = (name: string, fallback: number) => integer(environment, name, fallback, 1, 999_999_999);
  return {
    token: limit('RATE_LIMIT_TOKEN', 30_000),
    address: limit('RATE_LIMIT_ADDRESS', 3_000),
    gateway: limit('RATE_LIMIT_GATEWAY', 20_000),
    operations: limit('RATE_LIMIT_OPERATIONS', 256),
    sharedUrl: url ?? null,
  };
}

function quotaConfig(environment: Environment): QuotaConfig {
  const quota = (name: string, fallback: number) => integer(environment, `QUOTA_${name}`, fallback, 0, 999_999_999);
  return {
    workspaces: quota('WORKSPACES', 100_000),
    members: quota('MEMBERS', 20_000),
    keys: quota('KEYS', 10_000),
    configurations: quota('CONFIGURATIONS', 1_000),
    routes: quota('ROUTES', 1_000),
    guardrails: quota('GUARDRAILS', 200),
    serviceTokens: quota('SERVICE_TOKENS', 1_000),
    people: quota('PEOPLE', 1_000_000),
    teams: quota('TEAMS', 100_000),
  };
}

function metricsConfig(environment: Environment, host: string): MetricsConfig {
  const isOnPort = read(environment, 'METRICS_PORT') !== undefined;
  const token = read(environment, 'METRICS_TOKEN') ?? null;
  if (token !== null && !/^[\w.~+/=-]{16,}$/.test(token)) {
    throw new ConfigError('METRICS_TOKEN expects at least 16 characters that a bearer token may have.');
  }
  return { port: isOnPort ? integer(environment, 'METRICS_PORT', 0, 0, 65_535) : null, host, token };
}

function trustedProxies(environment: Environment): TrustedProxies | null {
  const text = read(environment, 'TRUST_PROXY');
  if (text === undefined) return null;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  const networks = text.split(',').map((network) => network.trim());
  if (networks.every(isNetwork)) return networks;
  throw new ConfigError(
    `TRUST_PROXY expects a number of hops from 1 to 99, or addresses and networks such as 10.0.0.0/8,::1, not "${text}".`,
  );
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const bitsMax = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return more.length === 0 && (bits === undefined ? bitsMax > 0 : /^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax);
}

function authConfig(environment: Environment, production: boolean, host: string): AuthConfig {
  const secret = read(environment, 'AUTH_JWT_SECRET');
  const jwksUrl = read(environment, 'AUTH_JWKS_URL');
  const issuer = read(environment, 'AUTH_ISSUER') ?? null;
  const audience = read(environment, 'AUTH_AUDIENCE') ?? null;
  const requiresExp = flag(environment, 'AUTH_REQUIRE_EXP', true);
  const provider = oidcConfig(environment, jwksUrl ?? null);
  if (secret !== undefined && (jwksUrl !== undefined || provider !== null)) {
    const name = jwksUrl === undefined ? 'OIDC_ISSUER' : 'AUTH_JWKS_URL';
    throw new ConfigError(`${name} expects AUTH_JWT_SECRET to be unset: tokens come from one of the two.`);
  }
  if (secret !== undefined) {
    if (Buffer.byteLength(secret) < 32) throw new ConfigError('AUTH_JWT_SECRET expects at least 32 bytes.');
    return { mode: 'secret', secret, issuer, audience, requiresExp };
  }
  if (jwksUrl !== undefined && !/^https?:$/.test(parseUrl(jwksUrl)?.protocol ?? '')) {
    // The value is not repeated: it may hold a password.
    throw new ConfigError('AUTH_JWKS_URL expects an http or https URL.');
  }
  if (provider !== null) {
    return { mode: 'oidc', provider, issuer, audience: audience ?? provider.clientId, requiresExp };
  }
  if (jwksUrl !== undefined) {
    if (production && (issuer === null || audience === null)) {
      const name = issuer === null ? 'AUTH_ISSUER' : 'AUTH_AUDIENCE';
      throw new ConfigError(
        `${name} expects a value beside AUTH_JWKS_URL in production: others get tokens of its keys too.`,
      );
    }
    return { mode: 'jwks', jwksUrl, issuer, audience, requiresExp };
  }
  if (issuer !== null || audience !== null) {
    const name = issuer !== null ? 'AUTH_ISSUER' : 'AUTH_AUDIENCE';
    throw new ConfigError(`${name} expects AUTH_JWT_SECRET, AUTH_JWKS_URL or OIDC_ISSUER beside it.`);
  }
  if (production) {
    throw new ConfigError(
      'NODE_ENV=production expects OIDC_ISSUER, AUTH_JWKS_URL or AUTH_JWT_SECRET: there is no sign-in without.',
    );
  }
  if (!isLoopback(host)) {
    throw new ConfigError(
      `HOST expects a loopback address while neither OIDC_ISSUER nor an AUTH_… variable is set, not "${host}".`,
    );
  }
  return { mode: 'development' };
}

function oidcConfig(environment: Environment, jwksUrl: string | null): OidcConfig | null {
  const issuer = read(environment, 'OIDC_ISSUER');
  const clientId = read(environment, 'OIDC_CLIENT_ID');
  const scope = read(environment, 'OIDC_SCOPE');
  if (issuer === undefined) {
    const name = clientId === undefined ? 'OIDC_SCOPE' : 'OIDC_CLIENT_ID';
    if (clientId !== undefined || scope !== undefined) throw new ConfigError(`${name} expects OIDC_ISSUER beside it.`);
    return null;
  }
  const { protocol, hostname, username, password, search, hash } = parseUrl(issuer) ?? {};
  const isSafe = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname ?? ''));
  // The value is not repeated: it may hold a password.
  if (!isSafe || username || password || search || hash) {
    throw new ConfigError('OIDC_ISSUER expects an https URL such as https://id.example.com/realms/company.');
  }
  if (clientId === undefined) throw new ConfigError('OIDC_CLIENT_ID expects a value beside OIDC_ISSUER.');
  if (scope !== undefined && !scope.split(' ').includes('openid')) {
    throw new ConfigError(`OIDC_SCOPE expects scopes with openid among them, not "${scope}".`);
  }
  return { issuer, clientId, scope: scope ?? 'openid profile email', jwksUrl };
}

function claimsConfig(environment: Environment): ClaimsConfig {
  const text = read(environment, 'AUTH_CLAIMS') ?? '';
  const names = Object.fromEntries(claimNames.map((name): [string, string] => [name, name]));
  for (const pair of text.split(',').map((part) => part.trim())) {
    if (pair === '') continue;
    const [, name = '', claim = ''] = /^([a-z_]+)\s*=\s*(.+)$/.exec(pair) ?? [];
    if (!Object.hasOwn(names, name)) {
      throw new ConfigError(
        `AUTH_CLAIMS expects pairs such as org=tid, of ${claimNames.join(', ')}, and not "${pair}".`,
      );
    }
    names[name] = claim;
  }
  const organization = read(environment, 'AUTH_ORGANIZATION') ?? null;
  if (organization !== null && (organization.length > 255 || organization.trim() === '')) {
    throw new ConfigError('AUTH_ORGANIZATION expects the name of an organization, of at most 255 characters.');
  }
  return { names: names as Record<ClaimName, string>, organization };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function corsOrigins(environment: Environment): string[] {
  const origins = (read(environment, 'CORS_ORIGINS') ?? '').split(',').map((origin) => origin.trim());
  return origins.filter((origin) => {
    if (origin === '') return false;
    if (parseUrl(origin)?.origin === origin) return true;
    // The value is not repeated: it may hold a password.
    throw new ConfigError('CORS_ORIGINS expects origins such as https://app.example.com, without anything after them.');
  });
}

function logLevel(environment: Environment): LogLevel {
  const text = read(environment, 'LOG_LEVEL') ?? 'info';
  const level = logLevels.find((name) => name === text);
  if (level === undefined) throw new ConfigError(`LOG_LEVEL expects one of ${logLevels.join(', ')}, not "${text}".`);
  return level;
}
