import { CombinedGraphQLErrors, ServerError, ServerParseError } from '@apollo/client/errors';

/** Why there is no answer, for people. */
export interface Failure {
  readonly kind: 'offline' | 'signedOut' | 'other';
  readonly message: string;
  /** To be quoted to whoever runs the server. */
  readonly requestId?: string | undefined;
}

interface ErrorItem {
  readonly message: string;
  readonly extensions?: { readonly code?: unknown; readonly requestId?: unknown };
}

export function failureOf(error: unknown): Failure {
  if (CombinedGraphQLErrors.is(error)) return ofItem(error.errors[0]);
  if (ServerError.is(error) || ServerParseError.is(error)) {
    const item = errorItem(error.bodyText);
    if (item !== undefined) return ofItem(item);
    const requestId = error.response.headers.get('x-request-id') ?? undefined;
    return { kind: 'other', message: `The server answered with status ${error.statusCode}.`, requestId };
  }
  return { kind: 'offline', message: 'The server does not answer. Check your connection, then try again.' };
}

/** Whether what came from the server, thrown or answered, says that the token is not good. */
export function isSignedOut(error: unknown): boolean {
  const errors = (error as { readonly errors?: readonly ErrorItem[] | undefined }).errors;
  if (errors !== undefined && !CombinedGraphQLErrors.is(error)) return isUnauthenticated(errors[0]);
  return failureOf(error).kind === 'signedOut';
}

function isUnauthenticated(item: ErrorItem | undefined): boolean {
  return item?.extensions?.code === 'UNAUTHENTICATED';
}

/** In one line, for a form. */
export function failureText({ message, requestId }: Failure): string {
  return requestId === undefined ? message : `${message} (Request ${requestId})`;
}

function ofItem(item: ErrorItem | undefined): Failure {
  const { requestId } = item?.extensions ?? {};
  return {
    ...(isUnauthenticated(item)
      ? { kind: 'signedOut', message: 'You are signed out: the token has expired, or is not one for this service.' }
      : { kind: 'other', message: item?.message ?? 'The server answered without a reason.' }),
    requestId: typeof requestId === 'string' ? requestId : undefined,
  };
}

/** The first error of a GraphQL answer; undefined where the text is none, such as a proxy's page. */
function errorItem(text: string): ErrorItem | undefined {
  try {
    return (JSON.parse(text) as { errors?: ErrorItem[] }).errors?.[0];
  } catch {
    return undefined;
  }
}
