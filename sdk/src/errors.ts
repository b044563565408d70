import type {
  UserErrorCode,
  UserErrorFragment,
  VirtualKeyFragment,
  WorkspaceDetailsFragment,
} from './generated/operations.js';

/** What every error of the SDK may know about the request that it came from. */
export interface ErrorContext {
  /** The server's `x-request-id`, to be quoted to whoever runs the server. */
  requestId?: string | undefined;
  /** The GraphQL operation's name. */
  operationName?: string | undefined;
  cause?: unknown;
}

/** The base of every error that the SDK throws for a request. Its text never contains the token. */
export class TokenVueError extends Error {
  override readonly name: string = 'TokenVueError';
  /** What went wrong, for programs: stays the same when the message is reworded. */
  readonly code: string;
  /** The server's `x-request-id`; undefined when no answer arrived or it carried none. */
  readonly requestId: string | undefined;
  /** The GraphQL operation's name; undefined when it has none. */
  readonly operationName: string | undefined;

  constructor(message: string, code: string, { requestId, operationName, cause }: ErrorContext = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.requestId = requestId;
    this.operationName = operationName;
  }
}

/** The request brought back no answer: refused, reset, cut off, or never sent. `cause` says why. Code `NETWORK_ERROR`. */
export class NetworkError extends TokenVueError {
  override readonly name: string = 'NetworkError';

  constructor(context: ErrorContext) {
    super(['No answer from the server', ...reasons(context.cause)].join(': '), 'NETWORK_ERROR', context);
  }
}

/** The messages of an error and of its causes: fetch only says that it failed, and its cause says why. */
function reasons(thrown: unknown): string[] {
  if (!(thrown instanceof Error)) return [];
  const reason = thrown.message || ('code' in thrown && String(thrown.code));
  return [...(reason ? [reason] : []), ...reasons(thrown.cause)];
}

/** Something answered, but not as the GraphQL server does: a proxy's page, cut JSON. Code `INVALID_RESPONSE`. */
export class InvalidResponseError extends TokenVueError {
  override readonly name: string = 'InvalidResponseError';
  /** The HTTP status. */
  readonly status: number;

  constructor(message: string, status: number, context: ErrorContext) {
    super(message, 'INVALID_RESPONSE', context);
    this.status = status;
  }
}

/** A top-level GraphQL error. */
export interface GraphQLErrorItem {
  /** `extensions.code`, such as `BAD_USER_INPUT`; `UNKNOWN` when the server gave none. */
  readonly code: string;
  readonly message: string;
  /** Where in the result it happened; undefined when the operation never ran. */
  readonly path?: readonly (string | number)[] | undefined;
}

/** What came back beside top-level errors. */
export interface RequestErrorDetails {
  readonly status: number;
  readonly data: unknown;
}

/**
 * The server answered with top-level GraphQL errors: the program asked wrongly (`BAD_USER_INPUT`) or for too much
 * (`RATE_LIMITED`, `OPERATION_TOO_COMPLEX`), or the system failed (`INTERNAL_SERVER_ERROR`). `code` and the message are those of the first error.
 */
export class RequestError extends TokenVueError {
  override readonly name: string = 'RequestError';
  readonly errors: readonly [GraphQLErrorItem, ...GraphQLErrorItem[]];
  /** The HTTP status. */
  readonly status: number;
  /**
   * The parts of the result that did work, if any; a mutation that stands here has happened. Secrets in it are replaced
   * by `[secret]`: errors end in logs, and a key can be rotated.
   */
  readonly data: unknown;

  constructor(
    errors: readonly [GraphQLErrorItem, ...GraphQLErrorItem[]],
    details: RequestErrorDetails,
    context: ErrorContext,
  ) {
    super(errors[0].message, errors[0].code, context);
    this.errors = errors;
    this.status = details.status;
    this.data = details.data;
  }
}

/** The token is missing, expired or not accepted. Code `UNAUTHENTICATED`. */
export class UnauthenticatedError extends RequestError {
  override readonly name: string = 'UnauthenticatedError';
}

/**
 * The query needs a scope that the service token does not have. Code `FORBIDDEN`, as in the ForbiddenError with which a
 * mutation is refused.
 */
export class MissingScopeError extends RequestError {
  override readonly name: string = 'MissingScopeError';
}

/** One expected refusal: a code, a sentence for people, and the path of the input that it is about. */
export type UserError = UserErrorFragment;

/** The present state of what somebody else changed first. */
export interface Conflict {
  conflictingWorkspace?: WorkspaceDetailsFragment | null | undefined;
  conflictingVirtualKey?: VirtualKeyFragment | null | undefined;
}

/** What comes with a mutation's refusal. */
export interface UserErrorsContext extends ErrorContext, Conflict {}

/** A mutation was refused, and nothing was changed. `code` is that of the first of `userErrors`. */
export class UserErrorsError extends TokenVueError {
  override readonly name: string = 'UserErrorsError';
  declare readonly code: UserErrorCode;
  /** Every reason, each with `code`, `message` and `field`, a path such as `["input", "name"]`. */
  readonly userErrors: readonly [UserError, ...UserError[]];

  constructor(userErrors: readonly [UserError, ...UserError[]], context: UserErrorsContext = {}) {
    super(userErrors.map(({ message }) => message).join(' '), userErrors[0].code, context);
    this.userErrors = userErrors;
  }
}

/** The input is missing something (`REQUIRED`) or holds something that the rules do not allow (`INVALID`). */
export class InvalidInputError extends UserErrorsError {
  override readonly name: string = 'InvalidInputError';
}

/** The name already belongs to another (`TAKEN`). */
export class TakenError extends UserErrorsError {
  override readonly name: string = 'TakenError';
}

/** No such object, or none that the viewer may see (`NOT_FOUND`). */
export class NotFoundError extends UserErrorsError {
  override readonly name: string = 'NotFoundError';
}

/** The viewer sees the object but may not do this with it, or a service token lacks the scope for it (`FORBIDDEN`). */
export class ForbiddenError extends UserErrorsError {
  override readonly name: string = 'ForbiddenError';
}

/** Somebody else changed the object first (`VERSION_CONFLICT`). Of workspace and virtual key, one is there. */
export class VersionConflictError extends UserErrorsError {
  override readonly name: string = 'VersionConflictError';
  /** The workspace as it is now, its `version` included; null when the change was to a virtual key. */
  readonly workspace: WorkspaceDetailsFragment | null;
  /** The virtual key as it is now, its `version` included; null when the change was to a workspace. */
  readonly virtualKey: VirtualKeyFragment | null;

  constructor(userErrors: readonly [UserError, ...UserError[]], context: UserErrorsContext = {}) {
    super(userErrors, context);
    this.workspace = context.conflictingWorkspace ?? null;
    this.virtualKey = context.conflictingVirtualKey ?? null;
  }
}

/** The idempotency key was used before, with another input (`IDEMPOTENCY_KEY_REUSED`). */
export class IdempotencyKeyReusedError extends UserErrorsError {
  override readonly name: string = 'IdempotencyKeyReusedError';
}

/** There may be no more of these (`LIMIT_REACHED`). */
export class LimitReachedError extends UserErrorsError {
  override readonly name: string = 'LimitReachedError';
}

/** A code that the schema knows and this record does not is a compile error. */
const userErrorClasses: Record<Exclude<UserErrorCode, '%future added value'>, typeof UserErrorsError> = {
  REQUIRED: InvalidInputError,
  INVALID: InvalidInputError,
  TAKEN: TakenError,
  NOT_FOUND: NotFoundError,
  FORBIDDEN: ForbiddenError,
  VERSION_CONFLICT: VersionConflictError,
  IDEMPOTENCY_KEY_REUSED: IdempotencyKeyReusedError,
  LIMIT_REACHED: LimitReachedError,
};

/** The exception for a mutation's refusal; a code newer than this SDK becomes a plain UserErrorsError. */
export function userErrorsError(
  userErrors: readonly [UserError, ...UserError[]],
  context: UserErrorsContext,
): UserErrorsError {
  const { code } = userErrors[0];
  const ErrorClass = isKnown(code) ? userErrorClasses[code] : UserErrorsError;
  return new ErrorClass(userErrors, context);
}

function isKnown(code: string): code is keyof typeof userErrorClasses {
  return Object.hasOwn(userErrorClasses, code);
}

/** The top-level errors that have a class of their own. */
const requestErrorClasses: ReadonlyMap<string, typeof RequestError> = new Map([
  ['UNAUTHENTICATED', UnauthenticatedError],
  ['FORBIDDEN', MissingScopeError],
]);

/** The exception for top-level GraphQL errors. */
export function requestError(
  errors: readonly [GraphQLErrorItem, ...GraphQLErrorItem[]],
  details: RequestErrorDetails,
  context: ErrorContext,
): RequestError {
  const ErrorClass = requestErrorClasses.get(errors[0].code) ?? RequestError;
  return new ErrorClass(errors, details, context);
}
