import { requestError } from './error-classes.js';
import { type ErrorContext, type GraphQLErrorItem, InvalidResponseError } from './errors.js';
import { type Redact, redacted } from './secrets.js';

/** A complete result, without a top-level error. */
export interface Answer {
  data: object;
  /** The HTTP status. */
  status: number;
  context: ErrorContext;
  /** The fields of the operation that the server says are deprecated, each with the reason. */
  deprecations: readonly string[];
}

/** What a body says. Throws for anything but a complete result. */
export function readAnswer(response: Response, text: string, context: ErrorContext, redact: Redact): Answer {
  const { status } = response;
  const body = parse(text, redact);
  if (!isRecord(body)) {
    const type = response.headers.get('content-type')?.split(';')[0] ?? 'no content type';
    throw new InvalidResponseError(`Expected a GraphQL response, got HTTP ${status} with ${type}`, status, context);
  }
  const { data, extensions } = body;
  const [first, ...others] = Array.isArray(body['errors']) ? body['errors'].map(errorItem) : [];
  if (first) {
    const requestId = context.requestId ?? requestIdOf(body['errors']);
    const details = { status, data: redacted(data ?? null, redact) };
    throw requestError([first, ...others], details, { ...context, requestId });
  }
  if (!isRecord(data) || !response.ok) {
    throw new InvalidResponseError(`Expected a GraphQL result, got HTTP ${status} with other JSON`, status, context);
  }
  const told = isRecord(extensions) ? extensions['deprecations'] : [];
  const deprecations = Array.isArray(told) ? told.map((field) => redact(String(field))) : [];
  return { data, status, context, deprecations };
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
    message: typeof message === 'string' ? message : 'An error without a message',
    path: Array.isArray(path) ? path : undefined,
  };
}

/** The request id as errors carry it, for browsers that may not read the header of another origin. */
function requestIdOf(errors: unknown): string | undefined {
  const [first] = Array.isArray(errors) ? errors : [];
  const id = isRecord(first) && isRecord(first['extensions']) ? first['extensions']['requestId'] : undefined;
  return typeof id === 'string' ? id : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
