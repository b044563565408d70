import { operationName } from './document.js';
import type { ErrorContext, GraphQLErrorItem } from './errors.js';
import { InvalidResponseError, NetworkError, requestError } from './errors.js';
import { type Redact, redacted, redactor, safeCause } from './secrets.js';

/** How to reach the server, and as whom. */
export interface ClientOptions {
  /** The GraphQL endpoint, such as `https://tokenvue.example/graphql`; in a browser it may be relative to the page. */
  endpoint: string | URL;
  /** A person's JWT or a service token, without `Bearer`. */
  token: string;
  /** What sends the requests, in place of the global `fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Headers for every request; those that the SDK itself sets cannot be changed. */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** One GraphQL operation to send. */
export interface Operation {
  document: string;
  variables: unknown;
}

/** A complete result, without a top-level error. */
export interface Answer {
  data: object;
  status: number;
  context: ErrorContext;
}

/** Sends one operation. Anything but a complete result is an exception. */
export type Transport = (operation: Operation) => Promise<Answer>;

/** The transport over HTTP: one POST an operation. */
export function createTransport({ endpoint, token, fetch: custom, headers }: ClientOptions): Transport {
  const redact = redactor(token);
  const url = endpointUrl(endpoint);
  const allHeaders = requestHeaders(headers, token);
  const send: typeof globalThis.fetch = custom ?? ((input, init) => fetch(input, init));

  return async ({ document, variables }) => {
    const name = operationName(document);
    const body = JSON.stringify({
      query: document,
      variables,
      operationName: name,
    });
    const context: ErrorContext = { operationName: name };
    let response: Response;
    let text: string;
    try {
      response = await send(url, { method: 'POST', headers: allHeaders, body });
      context.requestId = response.headers.get('x-request-id') ?? undefined;
      text = await response.text();
    } catch (cause) {
      throw new NetworkError({ ...context, cause: safeCause(cause, redact) });
    }
    return readAnswer(response, parse(text, redact), context, redact);
  };
}

function readAnswer(response: Response, body: unknown, context: ErrorContext, redact: Redact): Answer {
  const { status } = response;
  if (!isRecord(body)) {
    const type = response.headers.get('content-type')?.split(';')[0] ?? 'no content type';
    throw new InvalidResponseError(`Expected a GraphQL response, got HTTP ${status} with ${type}`, status, context);
  }
  const { data } = body;
  const [first, ...others] = Array.isArray(body['errors']) ? body['errors'].map(errorItem) : [];
  if (first) {
    const requestId = context.requestId ?? requestIdOf(body['errors']);
    const details = { status, data: redacted(data ?? null, redact) };
    throw requestError([first, ...others], details, { ...context, requestId });
  }
  if (!isRecord(data) || !response.ok) {
    throw new InvalidResponseError(`Expected a GraphQL result, got HTTP ${status} with other JSON`, status, context);
  }
  return { data, status, context };
}

/** Undefined for what is not JSON. An answer that holds secrets loses them from its messages, and so from errors. */
function parse(text: string, redact: Redact): unknown {
  const redactMessage = (key: string, value: unknown) =>
    key === 'message' && typeof value === 'string' ? redact(value) : value;
  try {
    return redact(text) === text ? JSON.parse(text) : JSON.parse(text, redactMessage);
  } catch {
    return undefined;
  }
}

function errorItem(error: unknown): GraphQLErrorItem {
  const { message, path, extensions } = isRecord(error) ? error : {};
  const code = isRecord(extensions) ? extensions['code'] : undefined;
  return {
    code: typeof code === 'string' ? code : 'UNKNOWN',
    message: typeof message === 'string' ? message : 'The server reported an error without a message',
    path: Array.isArray(path) ? path : undefined,
  };
}

/** The request id as errors carry it, for browsers that may not read the header of another origin. */
function requestIdOf(errors: unknown): string | undefined {
  const [first] = Array.isArray(errors) ? errors : [];
  const id = isRecord(first) && isRecord(first['extensions']) ? first['extensions']['requestId'] : undefined;
  return typeof id === 'string' ? id : undefined;
}

function endpointUrl(endpoint: string | URL): string {
  // Only browsers and workers have a location.
  const base: { href: string } | undefined = globalThis.location;
  // JavaScript may leave the endpoint out, which URL would take for a relative path of that name.
  const url = endpoint !== undefined && URL.canParse(endpoint, base?.href) ? new URL(endpoint, base?.href) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new TypeError('endpoint must be an http or https URL without a user name or password in it');
  }
  return url.href;
}

function requestHeaders(custom: Readonly<Record<string, string>> = {}, token: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(custom)) {
    // Node would name the value in its own error, and values may be secrets.
    if (!/^[!#$%&'*+.^`|~\w-]+$/.test(name) || !/^[\t\x20-\x7e]*$/.test(value)) {
      throw new TypeError(`headers hold a name or value that HTTP does not allow: ${JSON.stringify(name)}`);
    }
    headers[name.toLowerCase()] = value;
  }
  return {
    ...headers,
    accept: 'application/graphql-response+json, application/json;q=0.9',
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
