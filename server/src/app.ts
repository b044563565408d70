import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { Authenticator } from './auth/authenticator.js';
import { developmentSecret, developmentToken } from './auth/development-token.js';
import { IdentityProvider } from './auth/identity-provider.js';
import { jwksVerifier, providerVerifier, secretVerifier, type TokenVerifier } from './auth/token-verifier.js';
import { Quotas } from './command/quotas.js';
import type { Config } from './config.js';
import { Database, type DatabaseOptions } from './database/database.js';
import { migrate } from './database/migrate.js';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded-postgres/embedded-postgres.js';
import { Services } from './fetch/caller.js';
import { Gateway } from './gateway/gateway.js';
import { graphiqlPlugin } from './graphiql/graphiql.plugin.js';
import { createApollo } from './http/apollo.js';
import { consolePlugin } from './http/console.plugin.js';
import { connectLimitStore, ownStore } from './http/limit-store.js';
import { createMetrics, type Metrics } from './http/metrics.js';
import { createServer } from './http/server.js';
import { stopListening } from './http/stop-listening.js';
import { TrafficLimits, trafficMetrics } from './http/traffic-limits.js';
import { readTrustedDocuments } from './http/trusted-documents.js';
import type { WebPageOptions } from './http/web-page.js';
import { metrics as featureMetrics } from './registry.js';
import { createSchema } from './schema.js';
import { databaseFault, embeddedFault, folderFault } from './start-faults.js';
import { missingPartitions } from './usage/partitions.js';

export interface OpenDatabase {
  readonly database: Database;
  /** Closes the connections, and stops the embedded PostgreSQL where it is one. */
  close(): Promise<void>;
}

/** Opens the database of the configuration, the embedded PostgreSQL where it names none, and brings it up to date. */
export async function openDatabase({ database: options, dataDir }: Config, log: Log): Promise<OpenDatabase> {
  const { url } = options;
  const onNotice = (notice: string) => log.info(notice);
  const embedded = url === null ? await startEmbedded({ dataDir, onNotice }) : null;
  let database: Database | undefined;
  const close = async () => {
    await database?.close();
    await embedded?.stop();
  };
  try {
    const connection = url ?? embedded?.url ?? '';
    const migrations = await migrate(connection);
    if (migrations.length > 0) log.info({ migrations }, 'brought the database up to date');
    database = connectDatabase({ ...options, url: connection }, log);
    return { database, close };
  } catch (error) {
    await close();
    throw url === null ? error : databaseFault(error, url);
  }
}

async function startEmbedded(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    return await startEmbeddedPostgres(options);
  } catch (error) {
    throw embeddedFault(error, options.dataDir);
  }
}

type Log = Pick<FastifyBaseLogger, 'info' | 'warn'>;

/** The database of these options, which tells the log of connections that break. */
export function connectDatabase(options: Omit<DatabaseOptions, 'onError'>, log?: Pick<Log, 'warn'>): Database {
  return new Database({ ...options, onError: (error) => log?.warn({ err: error }, 'a database connection broke') });
}

export interface App {
  readonly server: FastifyInstance;
  readonly metrics: Metrics;
  /** Finishes what is under way and refuses new work. */
  close(): Promise<void>;
}

/** For sign-in, warnings and metrics: one organization has three of them. */
const asideConnections = 4;

/** Builds every service and the HTTP server around them; does not listen yet. */
export async function createApp(config: Config, database: Database, log: FastifyBaseLogger): Promise<App> {
  const schema = await createSchema();
  const { corsOrigins } = config;
  warnOfOpenIssuer(config, log);
  const trustedDocuments =
    config.trustedDocuments === null ? null : await readTrustedDocuments(config.trustedDocuments);
  const introspection = config.introspection && trustedDocuments === null;
  const apollo = createApollo({ schema, introspection: introspection || trustedDocuments?.hasIntrospection === true });
  await apollo.start();
  // Whatever requests do, people come in, and whoever watches the service is told the truth.
  const aside = database.aside(asideConnections);
  const { verify, provider } = await signInWith(config);
  provider?.metadata().catch((err) => log.warn({ err }, 'the identity provider of OIDC_ISSUER does not answer'));
  const authenticator = new Authenticator(aside, verify, config);
  const gateway = new Gateway(database, { reservationSeconds: config.reservationSeconds, log });
  const warnings = () => warningsOf(aside);
  const metrics = createMetrics(database, { aside, metrics: [...featureMetrics, ...trafficMetrics], warnings });
  const { sharedUrl } = config.traffic;
  const store = sharedUrl === null ? ownStore : await connectLimitStore(sharedUrl, log);
  const server = await createServer({
    apollo,
    limits: new TrafficLimits(
      { ...config.traffic, operationMaxMs: database.timeLimits.sync.totalMs },
      { authenticator, store },
    ),
    trustedProxies: config.trustedProxies,
    metricsAccess: config.metrics,
    trustedDocuments,
    database,
    isProduction: config.production,
    requestSeconds: config.requestSeconds,
    services: new Services(gateway, new Quotas(config.quotas)),
    introspection,
    graphqlGet: config.graphqlGet,
    corsOrigins,
    metrics,
    warnings,
    log,
  });
  if (config.graphiql) await server.register(graphiqlPlugin, pageOptions(config, 'graphiql'));
  if (config.console) {
    const signIn = provider && { provider, audience: config.auth.mode === 'oidc' ? config.auth.audience : null };
    await server.register(consolePlugin, { ...pageOptions(config, 'console'), signIn });
  }
  const stop = stopListening(server);
  return {
    server,
    metrics,
    close: async () => {
      await stop();
      await apollo.stop();
      await gateway.close();
      await store.close();
    },
  };
}

/** A page is signed in where the server itself makes the tokens; `ada` is who sees most of the demonstration data. */
function pageOptions({ auth, dataDir }: Config, folder: string): WebPageOptions {
  const directory = fileURLToPath(new URL(`../dist/${folder}`, import.meta.url));
  const token = () => developmentToken(dataDir, { subject: 'ada' });
  return { directory, endpoint: '/graphql', ...(auth.mode === 'development' && { token }) };
}

/** Where others get tokens of the same keys, such as another service of the company's, they would be good here too. */
function warnOfOpenIssuer({ auth }: Config, log: Log): void {
  if (auth.mode !== 'jwks' || (auth.issuer !== null && auth.audience !== null)) return;
  log.warn('AUTH_JWKS_URL without AUTH_ISSUER and AUTH_AUDIENCE takes every token of these keys, whoever it is for');
}

/** Who checks the tokens, and the identity provider with whom people sign in to the console, where there is one. */
async function signInWith({ auth, dataDir }: Config): Promise<{ verify: TokenVerifier; provider?: IdentityProvider }> {
  switch (auth.mode) {
    case 'secret':
      return { verify: secretVerifier(auth.secret, auth) };
    case 'jwks':
      return { verify: jwksVerifier(auth.jwksUrl, auth) };
    case 'oidc': {
      const provider = new IdentityProvider(auth.provider);
      return { verify: providerVerifier(provider, auth), provider };
    }
    case 'development': {
      const secret = await ownSecret(dataDir);
      return { verify: secretVerifier(secret, { issuer: null, audience: null, requiresExp: true }) };
    }
  }
}

async function ownSecret(dataDir: string): Promise<Uint8Array> {
  try {
    return await developmentSecret(dataDir);
  } catch (error) {
    throw folderFault(error, dataDir);
  }
}

async function warningsOf(database: Database): Promise<string[]> {
  const missing = await missingPartitions(database);
  return missing.map((name) => `The table ${name} is missing: usage of that month can not be recorded.`);
}
