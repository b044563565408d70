import { ApolloServerErrorCode, unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, Kind } from 'graphql';
import { DatabaseUnavailable, DeadlinePassed, LockNotAvailable } from '../database/unavailable.js';
import { type RequestErrorName, requestErrors } from '../errors.js';
import { withoutLiterals } from './without-literals.js';

/** Whose fault an error is, by its entry of the catalogue, and what the client is told of it. */
export interface Fault {
  readonly name: RequestErrorName | null;
  readonly code: string;
  readonly message: string;
}

const protocolCodes: ReadonlySet<unknown> = new Set([
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_FOUND,
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED,
]);
/** What Apollo says of requests before they are executed. */
const ofApollo: Readonly<Record<string, RequestErrorName>> = {
  [ApolloServerErrorCode.BAD_REQUEST]: 'requestMalformed',
  [ApolloServerErrorCode.BAD_USER_INPUT]: 'variablesInvalid',
  [ApolloServerErrorCode.GRAPHQL_PARSE_FAILED]: 'documentMalformed',
  [ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED]: 'documentInvalid',
  [ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE]: 'operationUnknown',
};
const ownCodes: ReadonlySet<unknown> = new Set(Object.values(requestErrors).map(({ code }) => code));

/**
 * Whose fault it is, whatever library made the error: ours unless it is known to be the client's, or the database's. Apollo
 * and graphql-js make the same class of error for a client's mistake and for a leaf that can't be sent.
 */
export function faultOf(error: unknown): Fault {
  const cause = unwrapResolverError(error);
  const unavailable = [cause, originalOf(cause)].find((one) => one instanceof DatabaseUnavailable);
  if (unavailable !== undefined) return of(faultNameOf(unavailable));
  if (!(error instanceof GraphQLError)) return of('internal');
  if (isTooDeep(error)) return { ...of('documentMalformed'), message: 'The document is nested too deeply.' };
  if (!isGraphQLErrorAllTheWay(error)) return of('internal');
  const { message, extensions } = error;
  const code = extensions['code'];
  if (protocolCodes.has(code)) return { name: null, code: String(code), message };
  const name = nameOf(error);
  if (name !== null) return { name, code: requestErrors[name].code, message: withoutLiterals(message) };
  if (ownCodes.has(code) && code !== requestErrors.internal.code) return { name: null, code: String(code), message };
  return of('internal');
}

type UnavailableName = 'unavailable' | 'deadlinePassed' | 'lockHeld';

/** What of the database made it stop. */
export function faultNameOf(error: DatabaseUnavailable): UnavailableName {
  if (error instanceof DeadlinePassed) return 'deadlinePassed';
  return error instanceof LockNotAvailable ? 'lockHeld' : 'unavailable';
}

/** What the log says of what was answered with SERVICE_UNAVAILABLE; null of another fault. */
export function sentenceOf(name: UnavailableName): string;
export function sentenceOf(name: RequestErrorName | null): string | null;
export function sentenceOf(name: RequestErrorName | null): string | null {
  if (name === 'unavailable') return 'the database is not available';
  if (name === 'deadlinePassed') return 'an operation took too long and was stopped';
  return name === 'lockHeld' ? 'an operation waited too long for a lock' : null;
}

function of(name: RequestErrorName): Fault {
  const { code, message } = requestErrors[name];
  return { name, code, message };
}

/** Whether the parser has no room left on the stack. */
function isTooDeep({ extensions, originalError }: GraphQLError): boolean {
  const isOfParser = extensions['code'] === ApolloServerErrorCode.GRAPHQL_PARSE_FAILED;
  return isOfParser && (originalError instanceof RangeError || originalOf(originalError) instanceof RangeError);
}

function originalOf(error: unknown): unknown {
  return error instanceof GraphQLError ? error.originalError : undefined;
}

function isGraphQLErrorAllTheWay(error: GraphQLError): boolean {
  const original = error.originalError;
  return original == null || (original instanceof GraphQLError && isGraphQLErrorAllTheWay(original));
}

function nameOf(error: GraphQLError): RequestErrorName | null {
  const { code, reason, http } = error.extensions;
  if (typeof reason === 'string' && Object.hasOwn(requestErrors, reason)) return reason as RequestErrorName;
  if ((http as { status?: number } | undefined)?.status === 405) return 'methodNotAllowed';
  if (typeof code === 'string') return ofApollo[code] ?? null;
  return isOfArgument(error) ? 'argumentInvalid' : null;
}

/**
 * Whether graphql-js says it of an argument that a client has written: only then it points at a value or an argument, and
 * not at the field, which it does for what we have answered.
 */
function isOfArgument({ originalError, nodes }: GraphQLError): boolean {
  const [node] = (originalError instanceof GraphQLError ? originalError.nodes : nodes) ?? [];
  return node !== undefined && node.kind !== Kind.FIELD;
}
