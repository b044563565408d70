import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ApolloServer } from '@apollo/server';
import fastifyCors from '@fastify/cors';
import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { SignInRefused, tellRefusedSignIn } from '../auth/refused-sign-in.js';
import { withoutSecrets } from '../auth/secret.js';
import type { Session } from '../auth/session.js';
import type { MetricsConfig, TrustedProxies } from '../config.js';
import type { Database } from '../database/database.js';
import type { Deadline } from '../database/deadline.js';
import { DatabaseUnavailable } from '../database/unavailable.js';
import { type RequestErrorName, requestError, requestErrors } from '../errors.js';
import type { Services } from '../fetch/caller.js';
import { collectMethods } from './allowed-methods.js';
import { withRequestId } from './apollo.js';
import { trustOf } from './client-address.js';
import { allowedHeaders, clientOf, exposedHeaders } from './client-headers.js';
import { faultNameOf, sentenceOf } from './faults.js';
import { graphqlHandler } from './graphql-handler.js';
import { refusalOfBody, takeJsonBodies } from './json-body.js';
import { type Metrics, type Warnings, within } from './metrics.js';
import { serveMetrics, shared } from './operator-paths.js';
import { RequestContext } from './request-context.js';
import type { TrafficLimits } from './traffic-limits.js';
import type { TrustedDocuments } from './trusted-documents.js';

export interface ServerOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly limits: TrafficLimits;
  readonly trustedProxies: TrustedProxies | null;
  readonly database: Database;
  readonly isProduction: boolean;
  readonly requestSeconds: number;
  readonly services: Services;
  readonly introspection: boolean;
  readonly graphqlGet: boolean;
  readonly corsOrigins: readonly string[];
  readonly metrics: Metrics;
  readonly metricsAccess: MetricsConfig;
  /** Null where every document runs. */
  readonly trustedDocuments: TrustedDocuments | null;
  readonly warnings: Warnings;
  readonly log: FastifyBaseLogger;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, once that is known; null for a stranger. */
    session: Session | null;
  }
}

/** Headers come first, and are small. */
const headersMs = 10_000;
/** Longer than load balancers keep a connection that waits for its next request. */
const keepAliveMs = 72_000;
/** A connection on which nothing moves ends, also where its client takes no answer; an operation is never so long. */
const stillMs = 120_000;

const ofEveryAnswer = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

const brokenBy: Readonly<Record<string, RequestErrorName>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'requestLate',
  HPE_HEADER_OVERFLOW: 'headersTooLarge',
};

/** The HTTP surface: GraphQL, health and metrics. `apollo` must have been started. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { apollo, limits, database, isProduction, services, metrics, log } = options;
  const requestMs = options.requestSeconds * 1_000;
  const server = fastify({
    loggerInstance: log,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    connectionTimeout: stillMs,
    http: {
      headersTimeout: Math.min(headersMs, requestMs),
      connectionsCheckingInterval: Math.min(1_000, requestMs / 4),
    },
    clientErrorHandler: answerBroken,
    trustProxy: trustOf(options.trustedProxies),
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    // One line a request, without the query string: it may carry variables.
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    forceCloseConnections: 'idle',
    frameworkErrors: (error, _request, reply) => sendError(reply, requestError(...ofFastify(error))),
  });
  const methodsOf = collectMethods(server);
  takeJsonBodies(server);
  server.decorateRequest('session', null);
  server.decorateRequest('operation', null);

  // With callbacks: of what hooks cost, promises are the most. Before those of others, so that no answer goes without.
  server.addHook('onRequest', (request, reply, done) => {
    // What has an answer that may be kept says so itself.
    reply.headers({ 'x-request-id': request.id, ...ofEveryAnswer });
    done();
  });
  if (options.corsOrigins.length > 0) {
    const rules = { methods: ['GET', 'POST'], allowedHeaders, exposedHeaders, maxAge: 86_400 };
    const opened = { ...rules, origin: [...options.corsOrigins] };
    const closed = { ...rules, origin: false };
    // Nothing else is opened: a page of the server's own may carry a token.
    await server.register(fastifyCors, {
      delegator: ({ url = '' }, done) => done(null, /^\/graphql(?:\?|$)/.test(url) ? opened : closed),
    });
  }

  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const milliseconds = reply.elapsedTime;
    metrics.observeRequest(route, reply.statusCode, milliseconds / 1_000);
    if (route === '/graphql' || reply.statusCode >= 500) {
      request.log.info(
        {
          method: request.method,
          route,
          status: reply.statusCode,
          milliseconds,
          ...clientOf(request.headers),
        },
        'request',
      );
    }
    done();
  });
  server.setErrorHandler((error: FastifyError | GraphQLError | DatabaseUnavailable, request, reply) => {
    if (error instanceof SignInRefused) tellRefusedSignIn(request.log, error);
    if (error instanceof DatabaseUnavailable) {
      const name = faultNameOf(error);
      request.log.warn({ err: error }, sentenceOf(name));
      return sendError(reply, requestError(name));
    }
    const known = error instanceof GraphQLError ? error : requestError(...ofFastify(error));
    if (known.extensions['code'] === requestErrors.internal.code) request.log.error({ err: error }, 'unexpected error');
    return sendError(reply, known);
  });
  server.setNotFoundHandler((request, reply) => {
    const methods = methodsOf(request.url);
    if (methods.length === 0) return sendError(reply, requestError('pathUnknown'));
    return sendError(reply.header('allow', methods.join(', ')), requestError('methodNotAllowed'));
  });

  // Without introspection nothing is for strangers, not even what is wrong with their query.
  const strangers = () => {
    if (!options.introspection) throw new SignInRefused('missing');
  };
  const contextOf = ({ id: requestId, log, session }: FastifyRequest, deadline: Deadline) =>
    new RequestContext({ session, requestId, log, database, isProduction, services, deadline });
  server.route({
    method: options.graphqlGet ? ['GET', 'POST'] : ['POST'],
    url: '/graphql',
    // Before the body is read: who asks, and whether it is one that could be read.
    onRequest: (request, reply, done) => {
      limits.enter(request, reply, strangers).then((session) => {
        request.session = session;
        done(request.method === 'POST' ? refusalOfBody(request) : undefined);
      }, done);
    },
    handler: graphqlHandler(apollo, {
      contextOf,
      timeLimits: database.timeLimits,
      trusted: options.trustedDocuments,
    }),
    onSend: (request, reply, payload, done) => {
      const isError = reply.statusCode >= 400 && typeof payload === 'string';
      done(null, isError ? withRequestIds(payload, request.id) : payload);
    },
  });
  server.get('/health/live', async () => ({ status: 'ok' }));
  const readinessOf = shared(() => database.readiness());
  const warningsOf = shared(() => within(options.warnings(), []));
  server.get('/health/ready', async (_request, reply) => {
    const readiness = await readinessOf();
    if (readiness !== 'unavailable') {
      const warnings = [...(await warningsOf())];
      if (readiness === 'read-only') warnings.unshift('The database is read-only: nothing can be changed.');
      for (const warning of warnings) log.warn({ warning }, 'ready, with a warning');
      // The server can answer, so that nothing takes it out because of them.
      return { status: 'ok', ...(warnings.length > 0 && { warnings }) };
    }
    return reply.code(503).send({ status: 'unavailable', reason: 'The database does not answer.' });
  });
  serveMetrics(server, metrics, options.metricsAccess);
  return server;
}

/** Answers what is no request, or has not arrived in time, and ends its connection. */
function answerBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.destroyed || error.code === 'ECONNRESET') return;
  const name = brokenBy[error.code ?? ''] ?? 'requestMalformed';
  const { message, extensions } = requestError(
    name,
    name === 'requestMalformed' ? 'This is no request of HTTP.' : undefined,
  );
  const { code, reason, http } = extensions as { code: string; reason: string; http: { status: number } };
  const body = JSON.stringify({ errors: [withRequestId({ message, extensions: { code, reason } }, randomUUID())] });
  const headers = { ...ofEveryAnswer, 'content-type': 'application/json; charset=utf-8', connection: 'close' };
  const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}\r\n`);
  const start = `HTTP/1.1 ${http.status} ${STATUS_CODES[http.status]}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
  if (socket.writable) socket.end(`${start}${lines.join('')}\r\n${body}`, () => socket.destroy());
  else socket.destroy();
}

function requestIdOf(header: string | string[] | undefined): string {
  const isGiven = typeof header === 'string' && /^[\w.:-]{1,128}$/.test(header);
  // It is logged, so it is nothing that must not be.
  return isGiven && withoutSecrets(header) === header ? header : randomUUID();
}

function sendError(reply: FastifyReply, error: GraphQLError): FastifyReply {
  const { code, reason, http } = error.extensions as {
    code: string;
    reason?: string;
    http?: { status: number; headers: ReadonlyMap<string, string> };
  };
  const extensions = { code, ...(reason !== undefined && { reason }) };
  // What has not been read is not read any more.
  if (!reply.request.raw.complete) void reply.header('connection', 'close');
  return reply
    .code(http?.status ?? 500)
    .headers({ ...ofEveryAnswer, ...Object.fromEntries(http?.headers ?? []) })
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ errors: [withRequestId({ message: error.message, extensions }, reply.request.id)] }));
}

/** Fastify's own refusals: bodies that are too large, of another type or no JSON. */
function ofFastify({ code, statusCode = 500, message }: FastifyError): [RequestErrorName, string?] {
  if (statusCode === 415) return ['mediaTypeUnsupported'];
  // Its sentence may repeat the body.
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return ['bodyMalformed'];
  return statusCode < 500 ? ['requestMalformed', message] : ['internal'];
}

/** Errors from before the operation was known don't carry the request's id yet. */
function withRequestIds(payload: string, requestId: string): string {
  const body = JSON.parse(payload) as { errors?: GraphQLFormattedError[] };
  return JSON.stringify({
    ...body,
    errors: body.errors?.map((error) => withRequestId(error, requestId)),
  });
}
