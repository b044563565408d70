import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GraphQLError } from 'graphql';
import { requestError } from '../errors.js';

/** What `content-type` may say beside `application/json`. */
const parameters = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?$/i;

/**
 * Bodies are JSON in UTF-8 and nothing else: what another charset or coding, or bytes that are no UTF-8, would make of a
 * text is not guessed.
 */
export function takeJsonBodies(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (!isUtf8(body)) return done(requestError('bodyMalformed', 'The body is not UTF-8.'));
    // A mark of the byte order says nothing in UTF-8, and is no JSON.
    const text = body.toString('utf8').replace(/^\ufeff/, '');
    return parse(request, text, done);
  });
}

/** What is wrong with a body of another type, charset or coding, before it is read. */
export function refusalOfBody({ headers }: FastifyRequest): GraphQLError | undefined {
  const { 'content-type': type = '', 'content-encoding': coding = 'identity' } = headers;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  const isJson = parameters.test(type.trim()) && coding.toLowerCase() === 'identity';
  return hasBody && !isJson ? requestError('mediaTypeUnsupported') : undefined;
}
