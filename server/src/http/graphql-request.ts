import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { type RequestErrorName, requestError } from '../errors.js';

type Members = Readonly<Record<string, unknown>>;

const operationNameMax = 100;

/** A GraphQL request as the protocol means it; what is null or empty is as if it were left out. */
export interface GraphQLRequest {
  readonly query?: string;
  readonly operationName?: string;
  readonly variables?: Members;
  readonly extensions?: Members;
}

/**
 * Reads what a client asks, by POST or GET, before anything is done for it.
 * @throws BAD_USER_INPUT for whatever is wrong with it, whoever would have noticed
 */
export function readGraphQLRequest({ method, headers, url, body }: FastifyRequest): GraphQLRequest {
  if (!acceptsJson(headers.accept)) throw requestError('notAcceptable');
  const given = method === 'POST' ? membersOf(body) : parametersOf(url);
  const query = textIn(given, 'query');
  const operationName = textIn(given, 'operationName');
  // It is repeated in what is said of it.
  if ((operationName?.length ?? 0) > operationNameMax) throw malformed('"operationName" has at most 100 characters.');
  const variables = membersIn(given, 'variables');
  const extensions = membersIn(given, 'extensions');
  const persistedQuery = extensions === undefined ? undefined : membersIn(extensions, 'persistedQuery', 'extensions.');
  if (persistedQuery !== undefined) checkPersisted(persistedQuery, query);
  else if (query === undefined) throw malformed('A request needs a "query", or the hash of a persisted one.');
  return {
    ...(query !== undefined && { query }),
    ...(operationName !== undefined && { operationName }),
    ...(variables !== undefined && { variables }),
    ...(extensions !== undefined && { extensions }),
  };
}

function malformed(message: string, name: RequestErrorName = 'requestMalformed') {
  return requestError(name, message);
}

/** Media types of answers; an `Accept` that takes neither is refused before anything has changed. */
const mediaTypes = ['application/json', 'application/graphql-response+json'];
const acceptedBefore = new Map<string, boolean>();
const acceptedMax = 1_000;

function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept === '') return true;
  let accepts = acceptedBefore.get(accept);
  if (accepts === undefined) {
    accepts = new Negotiator({ headers: { accept } }).mediaType(mediaTypes) !== undefined;
    if (acceptedBefore.size < acceptedMax && accept.length < 200) acceptedBefore.set(accept, accepts);
  }
  return accepts;
}

function membersOf(body: unknown): Members {
  if (Array.isArray(body)) throw malformed('A body is one operation: batches of several are not taken.');
  if (typeof body !== 'object' || body === null) throw malformed('A body is a JSON object with a "query".');
  return body as Members;
}

function parametersOf(url: string): Members {
  const start = url.indexOf('?');
  const search = start < 0 ? '' : url.slice(start + 1);
  if (!isUtf8(search)) throw malformed('The query string is not UTF-8 in percent-encoding.');
  const parameters = new URLSearchParams(search);
  const members: Record<string, unknown> = {};
  for (const name of ['query', 'operationName', 'variables', 'extensions']) {
    const [value, ...more] = parameters.getAll(name);
    if (more.length > 0) throw malformed(`The parameter "${name}" is there more than once.`);
    if (value === undefined || value === '') continue;
    members[name] = name === 'variables' || name === 'extensions' ? jsonIn(name, value) : value;
  }
  return members;
}

/** What could not be decoded would be replaced without a word. */
function isUtf8(search: string): boolean {
  try {
    decodeURIComponent(search.replaceAll('+', ' ').replace(/%(?![\da-f]{2})/gi, '%25'));
    return true;
  } catch {
    return false;
  }
}

function jsonIn(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(`The parameter "${name}" is no JSON.`);
  }
}

function textIn(given: Members, name: string): string | undefined {
  const value = given[name];
  if (value == null || value === '') return undefined;
  if (typeof value !== 'string') throw malformed(`"${name}" is a text.`);
  return value;
}

function membersIn(given: Members, name: string, path = ''): Members | undefined {
  const value = given[name];
  if (value == null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw malformed(`"${path}${name}" is an object.`);
  return value as Members;
}

function checkPersisted({ version, sha256Hash: hash }: Members, query: string | undefined): void {
  const invalid = (message: string) => malformed(message, 'persistedQueryInvalid');
  if (version !== 1) throw invalid('The version of a persisted query is 1.');
  if (typeof hash !== 'string' || !/^[\da-f]{64}$/.test(hash)) {
    throw invalid('"extensions.persistedQuery.sha256Hash" is a SHA-256 in lower-case hex.');
  }
  if (query !== undefined && createHash('sha256').update(query).digest('hex') !== hash) {
    throw invalid('"extensions.persistedQuery.sha256Hash" is not the SHA-256 of the query.');
  }
}
