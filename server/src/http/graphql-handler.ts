import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { limitDocument } from './document-bounds.js';
import { readGraphQLRequest } from './graphql-request.js';
import type { RequestContext } from './request-context.js';
import type { TrustedDocuments } from './trusted-documents.js';

type ContextOf = (request: FastifyRequest, signal: AbortSignal) => RequestContext;

/** Lets Apollo answer the requests of a route of Fastify's. */
export function graphqlHandler(
  apollo: ApolloServer<RequestContext>,
  contextOf: ContextOf,
  trusted: TrustedDocuments | null,
) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const httpGraphQLRequest = toGraphQLRequest(request, trusted);
    const context = contextOf(request, signalOf(reply));
    const execute = () => apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => context });
    const { status, headers, body } = await (request.operation?.run(execute) ?? execute());
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

/** Aborted when the client goes before it has its answer. */
function signalOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
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
