import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Deadline } from '../database/deadline.js';
import { type TimeLimits } from '../database/time-limits.js';
import { limitDocument } from './document-bounds.js';
import { readGraphQLRequest } from './graphql-request.js';
import type { RequestContext } from './request-context.js';
import type { TrustedDocuments } from './trusted-documents.js';

type ContextOf = (request: FastifyRequest, deadline: Deadline) => RequestContext;

export interface GraphQLHandlerOptions {
  readonly contextOf: ContextOf;
  readonly timeLimits: TimeLimits;
  /** Null where every document runs. */
  readonly trusted: TrustedDocuments | null;
}

/** Lets Apollo answer the requests of a route of Fastify's. */
export function graphqlHandler(
  apollo: ApolloServer<RequestContext>,
  { contextOf, timeLimits, trusted }: GraphQLHandlerOptions,
) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const httpGraphQLRequest = toGraphQLRequest(request, trusted);
    const deadline = deadlineOf(reply, timeLimits);
    const context = contextOf(request, deadline);
    const execute = () => apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => context });
    const answer = request.operation?.run(execute) ?? execute();
    const { status, headers, body } = await answer.finally(() => deadline.end());
    await finish(context);
    for (const [name, value] of headers) reply.header(name, value);
    reply.code(status ?? 200);
    return body.kind === 'complete' ? body.string : reply.send(Readable.from(body.asyncIterator));
  };
}

/** What Apollo is given has been read and is right; HEAD is GET whose answer has no body. */
function toGraphQLRequest(request: FastifyRequest, trusted: TrustedDocuments | null): HTTPGraphQLRequest {
  const given = readGraphQLRequest(request);
  const body = trusted === null ? given : trusted.resolve(given);
  if (body.query !== undefined) limitDocument(body.query);
  const headers = toHeaderMap(request.headers);
  if (request.method === 'POST') return { method: 'POST', headers, search: '', body };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(body)) {
    parameters.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return { method: 'GET', headers, search: `?${parameters}`, body: undefined };
}

function toHeaderMap(headers: IncomingHttpHeaders): HeaderMap {
  const map = new HeaderMap();
  for (const name in headers) {
    const value = headers[name];
    if (value) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}

/** Over at once when the client goes before it has its answer. */
function deadlineOf({ raw }: FastifyReply, timeLimits: TimeLimits): Deadline {
  const deadline = new Deadline(timeLimits);
  raw.once('close', () => {
    if (!raw.writableFinished) deadline.abandon();
  });
  // It may have gone while it was found out who asks, or its body came.
  if (raw.closed || raw.destroyed) deadline.abandon();
  return deadline;
}

/** Before the answer leaves, so that a client which has it finds done what comes with every request. */
async function finish({ isVerified, afterRequest, log }: RequestContext): Promise<void> {
  // Who could not come in has not made a request.
  if (!isVerified || afterRequest === null) return;
  try {
    await afterRequest();
  } catch (error) {
    log.error({ err: error }, 'unexpected error');
  }
}
