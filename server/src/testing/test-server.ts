import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { SignJWT } from 'jose';
import pg from 'pg';
import { type App, connectDatabase, createApp } from '../app.js';
import { clockSkewSeconds } from '../auth/registered-claims.js';
import { type Config, loadConfig } from '../config.js';
import type { Database } from '../database/database.js';
import { createDemoData } from '../demo/demo-data.js';
import { logTo } from '../log.js';
import { isShared } from './plain-postgres.js';
import { type JsonAnswer, postJson } from './post-json.js';
import { lintStatements } from './statement-lint.js';

const secret = randomBytes(32).toString('hex');

/** Of `test-environment.mjs`, which prints what was logged while a test failed; other programs have none. */
const { keepLogLine } = globalThis as { keepLogLine?: (line: string) => void };

export interface TestServer {
  readonly app: App;
  readonly database: Database;
  /** URL of the server's own database. */
  readonly databaseUrl: string;
  readonly endpoint: string;
  /** Every log line so far, as text. */
  readonly logLines: readonly string[];
  /** Sends an operation as a client does. */
  request<Data = Record<string, unknown>>(call: GraphQLCall): Promise<GraphQLAnswer<Data>>;
  /** Stops it, and looks at what it has sent. @throws for statements that are not held to one organization. */
  close(): Promise<void>;
}

export interface GraphQLCall {
  /** Bearer token; null sends no header. */
  readonly token: string | null;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
}

export interface GraphQLAnswer<Data> {
  readonly status: number;
  readonly headers: JsonAnswer['headers'];
  readonly data?: Data;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string; readonly reason?: string; readonly requestId: string };
  }[];
}

/** A real server on a loopback port, on a fresh migrated database of its own unless that is shared. */
export async function startTestServer(environment: Record<string, string> = {}): Promise<TestServer> {
  const databaseUrl = environment['DATABASE_URL'] ?? (await createDatabase());
  const config: Config = loadConfig({
    DATABASE_URL: databaseUrl,
    AUTH_JWT_SECRET: secret,
    PORT: '0',
    GRAPHIQL: 'false',
    // Whatever else the machine does, nothing but a test is meant to take too long.
    OPERATION_TIMEOUT_MS: '30000',
    CONSOLE: 'false',
    ...environment,
  });
  const logLines: string[] = [];
  const write = (line: string) => {
    logLines.push(line);
    keepLogLine?.(line);
  };
  const log = logTo(config.logLevel, { write });
  const statements = new Set<string>();
  const onStatement = (text: string) => statements.add(text);
  const database = connectDatabase({ ...config.database, url: databaseUrl, onStatement }, log);
  if (config.demoData) await createDemoData(database);
  const app = await createApp(config, database, log);
  const address = await app.server.listen({
    host: config.host,
    port: config.port,
  });
  const endpoint = `${address}/graphql`;
  return {
    app,
    database,
    databaseUrl,
    endpoint,
    logLines,
    request: (call) => send(endpoint, call),
    close: async () => {
      await app.close();
      await database.close();
      await lintStatements(databaseUrl, statements);
    },
  };
}

async function send<Data>(endpoint: string, call: GraphQLCall): Promise<GraphQLAnswer<Data>> {
  const { query, variables } = call;
  const authorization = call.token === null ? {} : { authorization: `Bearer ${call.token}` };
  const { status, headers, text } = await postJson(
    endpoint,
    { query, variables },
    { ...authorization, ...call.headers },
  );
  const body = JSON.parse(text) as Omit<GraphQLAnswer<Data>, 'status' | 'headers'>;
  return { status, headers, ...body };
}

/** Copies the migrated template; the copies go with the test run's cluster. What `TEST_DATABASE_URL` names is shared. */
export async function createDatabase(): Promise<string> {
  if (isShared) return templateUrl();
  return copyDatabase(new URL(templateUrl()).pathname.slice(1));
}

/** A database without tables; it goes with the test run's cluster. Only for tests `onPlainPostgres`. */
export async function createEmptyDatabase(): Promise<string> {
  if (isShared) throw new Error('There is but the database of TEST_DATABASE_URL.');
  return copyDatabase('template0');
}

function templateUrl(): string {
  return process.env['TEST_TEMPLATE_URL'] ?? '';
}

async function copyDatabase(template: string): Promise<string> {
  const url = new URL(templateUrl());
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const client = new pg.Client({ connectionString: maintenance.href });
  await client.connect();
  // Copies wait for each other: a template can't be copied while somebody looks at it. As files, because the page by page
  // of PostgreSQL's other strategy takes several times as long.
  await client.query('SELECT pg_advisory_lock(1)');
  await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  await client.end();
  url.pathname = `/${name}`;
  return url.href;
}

export interface TokenClaims {
  readonly sub: string;
  readonly org: string;
  readonly name?: string;
  readonly email?: string;
  readonly org_role?: string;
  readonly teams?: readonly string[];
  /** Seconds since 1970, which may be a fraction; now unless given. */
  readonly iat?: number;
}

/**
 * A token that the test servers accept for an hour. No two are the same, and unless told otherwise each was issued
 * later than the one before: so nothing depends on what a server remembers of earlier ones.
 */
export async function signToken({ iat, ...claims }: TokenClaims, expiresIn = '1h'): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt(iat ?? (await nextIssue()))
    .setJti(randomUUID())
    .setExpirationTime(expiresIn)
    .sign(new TextEncoder().encode(secret));
}

/** Unmoved where a test moves the clock. */
const now = Date.now.bind(Date);
let lastIssue = 0;

/** A millisecond that is past and was not given out before, in seconds: what counts as said then is in a token of later. */
async function nextIssue(): Promise<number> {
  const issue = Math.max(lastIssue + 1, now());
  lastIssue = issue;
  while (now() < issue) await delay(1);
  // In its middle, so that it is the same millisecond however the server rounds.
  return (issue + 0.5) / 1_000 + clockSkewSeconds;
}

export interface Person {
  readonly token: string;
  /** Global id, `usr_…`. */
  readonly id: string;
}

/** Signs somebody in, so that they exist. */
export async function person(server: TestServer, claims: TokenClaims): Promise<Person> {
  const token = await signToken(claims);
  const { data } = await server.request<{ viewer: { user: { id: string } } }>({
    token,
    query: '{ viewer { user { id } } }',
  });
  return { token, id: data?.viewer.user.id ?? '' };
}

/** The name of an organization that no other test uses. */
export function newOrganization(): string {
  return `org-${randomUUID()}`;
}
