import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { GraphQLError } from 'graphql';
import { mayAnywhere } from '../access/permissions.js';
import { requestError } from '../errors.js';

/** What `content-type` may say beside `application/json`. */
const parameters = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?$/i;

/** In bytes. A stranger is let in for introspection alone. */
const strangersMax = 65_536;
const bodyMax = 1_048_576;
/** Room for a sync of 10,000 users with their teams, and for a batch of usage. */
const batchMax = 8_388_608;

/** The largest body that who asks may send. */
function bodyMaxOf({ session }: FastifyRequest): number {
  if (session === null) return strangersMax;
  const { actor } = session;
  return mayAnywhere(actor, 'team_access.sync') || mayAnywhere(actor, 'gateway.call') ? batchMax : bodyMax;
}

/**
 * Bodies are JSON in UTF-8 and nothing else: what another charset or coding, or bytes that are no UTF-8, would make of a
 * text is not guessed.
 */
export function takeJsonBodies(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', (request, payload, done) => {
    readBody(payload, bodyMaxOf(request), (error, body) => {
      if (error !== null) return done(error);
      if (!isUtf8(body)) return done(requestError('bodyMalformed', 'The body is not UTF-8.'));
      if (isNestedTooDeeply(body)) return done(requestError('bodyMalformed', 'The body is nested too deeply.'));
      // A mark of the byte order says nothing in UTF-8, and is no JSON.
      const text = body.toString('utf8').replace(/^\ufeff/, '');
      return parse(request, text, done);
    });
  });
}

/** Arrays and objects in each other: no input of the schema has ten. A million of them take seconds to parse. */
const levelsMax = 200;
const [quote, backslash, openArray, closeArray, openObject, closeObject] = [...Buffer.from('"\\[]{}')];

function isNestedTooDeeply(body: Buffer): boolean {
  if (body.length <= 2 * levelsMax) return false;
  let level = 0;
  let isInText = false;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (isInText) {
      if (byte === backslash) at += 1;
      else if (byte === quote) isInText = false;
    } else if (byte === quote) isInText = true;
    else if (byte === openArray || byte === openObject) level += 1;
    else if (byte === closeArray || byte === closeObject) level -= 1;
    if (level > levelsMax) return true;
  }
  return false;
}

const roomAtFirst = 4_096;

/**
 * Reads a body of so many bytes at the most into one buffer: a client can send each byte by itself, and what is kept for a
 * piece is more than a hundred.
 */
function readBody(payload: Readable, max: number, done: (error: Error | null, body: Buffer) => void): void {
  let body: Buffer = Buffer.allocUnsafe(roomAtFirst);
  let length = 0;
  const end = (error: Error | null) => {
    payload
      .off('data', take)
      .off('end', finish)
      .off('error', fail)
      .off('close', leave)
      .on('error', () => {});
    done(error, body.subarray(0, length));
  };
  const take = (piece: Buffer) => {
    if (length + piece.length > max) return end(requestError('bodyTooLarge'));
    if (length + piece.length > body.length) {
      const larger = Buffer.allocUnsafe(Math.min(max, Math.max(2 * body.length, length + piece.length)));
      body.copy(larger, 0, 0, length);
      body = larger;
    }
    piece.copy(body, length);
    length += piece.length;
  };
  const finish = () => end(null);
  const fail = () => end(requestError('bodyMalformed', 'The body did not arrive.'));
  const leave = fail;
  payload.on('data', take).on('end', finish).on('error', fail).on('close', leave);
}

/** What is wrong with a body that is too large, or of another type, charset or coding, before it is read. */
export function refusalOfBody(request: FastifyRequest): GraphQLError | undefined {
  const { headers } = request;
  if (Number(headers['content-length'] ?? 0) > bodyMaxOf(request)) return requestError('bodyTooLarge');
  const { 'content-type': type = '', 'content-encoding': coding = 'identity' } = headers;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  const isJson = parameters.test(type.trim()) && coding.toLowerCase() === 'identity';
  return hasBody && !isJson ? requestError('mediaTypeUnsupported') : undefined;
}
