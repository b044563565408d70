import { requestError } from './error-classes.js';
import { type ErrorContext, type GraphQLErrorItem, InvalidResponseError } from './errors.js';
import type { FetchResponse } from './options.js';
import { isPassing } from './retry.js';
import { type Redact, redacted } from './secrets.js';

/** A complete result, without a top-level error. */
export interface Answer<Data = object> {
  data: Data;
  /** The HTTP status. */
  status: number;
  headers: FetchResponse['headers'];
  context: ErrorContext;
  /** The fields of the operation that the server says are deprecated, each with the reason. */
  deprecations: readonly string[];
  /** Keeps tokens and secrets out of what becomes an error. */
  redact: Redact;
}

/**
 * What a body says. Throws for anything but a complete result: one that may pass is `retryable` where the context says that
 * the operation is.
 */
export function readAnswer(response: FetchResponse, text: string, given: ErrorContext, redact: Redact): Answer {
  const { status, headers } = response;
  const retryable = given.retryable && isPassing(status);
  const context = { ...given, retryable };
  const body = parse(text);
  if (!isRecord(body)) {
    const type = redact(headers.get('content-type')?.split(';')[0] ?? 'no content type');
    throw new InvalidResponseError(`Expected a GraphQL response, got HTTP ${status} with ${type}`, status, context);
  }
  const { data, extensions } = body;
  const errors: unknown = redacted(body['errors'] ?? [], redact);
  const [first, ...others] = Array.isArray(errors) ? errors.map(errorItem) : [];
  if (first) {
    const { requestId } = first;
    const details = { status, data: redacted(data ?? null, redact) };
    throw requestError([first, ...others], details, {
      ...context,
      // As of a part of the result that the database did not bring.
      retryable: retryable || (given.retryable && first.code === 'SERVICE_UNAVAILABLE'),
      requestId: context.requestId ?? requestId,
    });
  }
  if (!isRecord(data) || status < 200 || status > 299) {
    throw new InvalidResponseError(`Expected a GraphQL result, got HTTP ${status} with other JSON`, status, context);
  }
  const told = asRecord(extensions)['deprecations'];
  const deprecations = Array.isArray(told) ? told.map((field) => redact(String(field))) : [];
  return { data, status, headers, context, deprecations, redact };
}

/** Undefined for what is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorItem(error: unknown): GraphQLErrorItem {
  const { message, path, extensions } = asRecord(error);
  const { code, requestId } = asRecord(extensions);
  return {
    code: textOf(code) ?? 'UNKNOWN',
    message: textOf(message) ?? 'No message',
    path: Array.isArray(path) ? path : undefined,
    requestId: textOf(requestId),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
