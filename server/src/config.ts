import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

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
  };
  /** Folder of the embedded database and of the development secret. */
  readonly dataDir: string;
  readonly demoData: boolean;
  /** How long what a request may cost is held for it. */
  readonly reservationSeconds: number;
  /** How long records of usage are kept: whole months, and at least so many days. */
  readonly usageRetentionDays: number;
  readonly auth: AuthConfig;
  readonly graphiql: boolean;
  readonly introspection: boolean;
  readonly corsOrigins: readonly string[];
  readonly logLevel: LogLevel;
}

export type AuthConfig =
  | { readonly mode: 'development' }
  | ({ readonly mode: 'secret'; readonly secret: string } & TokenClaims)
  | ({ readonly mode: 'jwks'; readonly jwksUrl: string } & TokenClaims);

/** What the tokens must say, where anything. */
interface TokenClaims {
  readonly issuer: string | null;
  readonly audience: string | null;
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
    },
    dataDir: resolve(read(environment, 'DATA_DIR') ?? './.data'),
    demoData: flag(environment, 'DEMO_DATA', url === null),
    reservationSeconds: integer(environment, 'RESERVATION_SECONDS', 600, 60, 86_400),
    usageRetentionDays: integer(environment, 'USAGE_RETENTION_DAYS', 400, 62, 3_660),
    auth: authConfig(environment, production, host),
    graphiql: flag(environment, 'GRAPHIQL', !production),
    introspection: flag(environment, 'INTROSPECTION', !production),
    corsOrigins: corsOrigins(environment),
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

function authConfig(environment: Environment, production: boolean, host: string): AuthConfig {
  const secret = read(environment, 'AUTH_JWT_SECRET');
  const jwksUrl = read(environment, 'AUTH_JWKS_URL');
  const issuer = read(environment, 'AUTH_ISSUER') ?? null;
  const audience = read(environment, 'AUTH_AUDIENCE') ?? null;
  if (secret !== undefined && jwksUrl !== undefined) {
    throw new ConfigError('AUTH_JWKS_URL expects AUTH_JWT_SECRET to be unset: tokens come from one of the two.');
  }
  if (secret !== undefined) {
    if (Buffer.byteLength(secret) < 32) throw new ConfigError('AUTH_JWT_SECRET expects at least 32 bytes.');
    return { mode: 'secret', secret, issuer, audience };
  }
  if (jwksUrl !== undefined) {
    if (!/^https?:$/.test(parseUrl(jwksUrl)?.protocol ?? '')) {
      throw new ConfigError(`AUTH_JWKS_URL expects an http or https URL, not "${jwksUrl}".`);
    }
    return { mode: 'jwks', jwksUrl, issuer, audience };
  }
  if (issuer !== null || audience !== null) {
    const name = issuer !== null ? 'AUTH_ISSUER' : 'AUTH_AUDIENCE';
    throw new ConfigError(`${name} expects AUTH_JWT_SECRET or AUTH_JWKS_URL beside it.`);
  }
  if (production) {
    throw new ConfigError('NODE_ENV=production expects AUTH_JWT_SECRET or AUTH_JWKS_URL: there is no sign-in without.');
  }
  if (!isLoopback(host)) {
    throw new ConfigError(`HOST expects a loopback address while no AUTH_… variable is set, not "${host}".`);
  }
  return { mode: 'development' };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function corsOrigins(environment: Environment): string[] {
  const origins = (read(environment, 'CORS_ORIGINS') ?? '').split(',').map((origin) => origin.trim());
  return origins.filter((origin) => {
    if (origin === '') return false;
    if (parseUrl(origin)?.origin === origin) return true;
    throw new ConfigError(`CORS_ORIGINS expects origins such as https://app.example.com, not "${origin}".`);
  });
}

function logLevel(environment: Environment): LogLevel {
  const text = read(environment, 'LOG_LEVEL') ?? 'info';
  const level = logLevels.find((name) => name === text);
  if (level === undefined) throw new ConfigError(`LOG_LEVEL expects one of ${logLevels.join(', ')}, not "${text}".`);
  return level;
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
