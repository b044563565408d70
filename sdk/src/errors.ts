/**
 * Every error that the SDK throws for a request. `TokenVueError.is(error)`, and `is` of each class below it, recognises
 * them also where a program holds the SDK twice, as ES modules and as CommonJS.
 *
 * @module errors
 */
import type { Conflicts } from './generated/operation-types.js';
import type { Open, UserErrorCode, UserErrorFragment } from './generated/operations.js';

export type { Conflicts } from './generated/operation-types.js';
export * from './generated/operations.js';

/** What every error of the SDK may know about the request that it came from. */
export interface ErrorContext {
  /** The server's `x-request-id`, to be quoted to whoever runs the server. */
  requestId?: string | undefined;
  /** The GraphQL operation's name. */
  operationName?: string | undefined;
  /** How many requests were sent. */
  attempts?: number | undefined;
  /** Whether a later attempt could succeed, and would do nothing twice. */
  retryable?: boolean | undefined;
  /** How long the server asks to wait before another attempt, in milliseconds. */
  retryAfterMs?: number | undefined;
  /** The key under which a create was sent. */
  idempotencyKey?: string | undefined;
  /** What it came from. */
  cause?: unknown;
}

/** The same in every copy of the SDK. */
const brand: unique symbol = Symbol.for('@tokenvue/sdk/error') as never;

/** The base of every error that the SDK throws for a request. Its text never contains the token. */
export class TokenVueError extends Error {
  /** The class's name, which no minifier changes. */
  static override readonly name: string = 'TokenVueError';
  /** What went wrong, for programs: stays the same when the message is reworded. */
  declare readonly code: string;
  /** The server's `x-request-id`; undefined when no answer arrived or it carried none. */
  declare readonly requestId: string | undefined;
  /** The GraphQL operation's name; undefined when it has none. */
  declare readonly operationName: string | undefined;
  /** How many requests were sent, 0 when it did not come to one. */
  declare readonly attempts: number;
  /**
   * Whether another attempt could succeed, and would do nothing twice: the SDK has made all that `maxRetries` and
   * `deadlineMs` allow. A create is then to be repeated with this error's `idempotencyKey`.
   */
  declare readonly retryable: boolean;
  /** How long the server asks to wait before another attempt, in milliseconds; undefined when it does not say. */
  declare readonly retryAfterMs: number | undefined;
  /** The key under which a create was sent, the caller's or one that the SDK made; undefined for all else. */
  declare readonly idempotencyKey: string | undefined;

  constructor(message: string, code: string, context: ErrorContext = {}) {
    const { cause, requestId, operationName, attempts = 0, retryable = false, retryAfterMs, idempotencyKey } = context;
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, { code, requestId, operationName, attempts, retryable, retryAfterMs, idempotencyKey });
  }

  override get name(): string {
    return this.constructor.name;
  }

  /** What `JSON.stringify` tells of it: name, code, message and the rest, but neither `stack` nor `cause`. */
  toJSON(): object {
    const { name, message } = this;
    return { ...this, name, message };
  }

  get [brand](): true {
    return true;
  }

  /** Whether the value is an error of this class, from this copy of the SDK or from another one. */
  static is<E extends TokenVueError>(
    this: { readonly name: string; readonly prototype: E },
    value: unknown,
  ): value is E {
    if (typeof value !== 'object' || value === null || !(brand in value)) return false;
    let kind: unknown = value.constructor;
    // biome-ignore lint/complexity/noThisInStatic: it is the class of which `is` was called
    while (typeof kind === 'function' && kind.name !== this.name) kind = Object.getPrototypeOf(kind);
    return typeof kind === 'function';
  }
}

/** The request brought back no answer: refused, reset, cut off, or never sent. `cause` says why. Code `NETWORK_ERROR`. */
export class NetworkError extends TokenVueError {
  static override readonly name: string = 'NetworkError';

  constructor(context: ErrorContext, message?: string, code = 'NETWORK_ERROR') {
    super(message ?? withReasons('No answer from the server', context.cause), code, context);
  }
}

/** No answer came in time: within `timeoutMs`, or `deadlineMs` for the whole call. Code `TIMEOUT`. */
export class TimeoutError extends NetworkError {
  static override readonly name: string = 'TimeoutError';

  constructor(context: ErrorContext, milliseconds: number) {
    super(context, `No answer within ${milliseconds} ms`, 'TIMEOUT');
  }
}

/** The caller's signal ended the call; what was sent may have been done. `cause` is the signal's reason. Code `ABORTED`. */
export class AbortError extends TokenVueError {
  static override readonly name: string = 'AbortError';

  constructor(context: ErrorContext) {
    super('The call was aborted', 'ABORTED', context);
  }
}

/** The function for the token threw, or answered with something else than one. `cause` says why. Code `TOKEN_UNAVAILABLE`. */
export class TokenError extends TokenVueError {
  static override readonly name: string = 'TokenError';

  constructor(context: ErrorContext) {
    super(withReasons('There is no token to send', context.cause), 'TOKEN_UNAVAILABLE', context);
  }
}

/** Adds the messages of an error and of its causes: fetch only says that it failed, and its cause says why. */
function withReasons(message: string, thrown: unknown): string {
  if (!(thrown instanceof Error)) return message;
  const reason = thrown.message || ('code' in thrown && thrown.code);
  return withReasons(reason ? `${message}: ${reason}` : message, thrown.cause);
}

/** Something answered, but not as the GraphQL server does: a proxy's page, cut JSON. Code `INVALID_RESPONSE`. */
export class InvalidResponseError extends TokenVueError {
  static override readonly name: string = 'InvalidResponseError';
  /** The HTTP status. */
  declare readonly status: number;

  constructor(message: string, status: number, context: ErrorContext) {
    super(message, 'INVALID_RESPONSE', context);
    this.status = status;
  }
}

/** A top-level GraphQL error. */
export interface GraphQLErrorItem {
  /** `extensions.code`, such as `BAD_USER_INPUT`; `UNKNOWN` when the server gave none. */
  readonly code: string;
  /** The server's sentence. */
  readonly message: string;
  /** Where in the result it happened; undefined when the operation never ran. */
  readonly path?: readonly (string | number)[] | undefined;
  /** The server's id of the request, for browsers that may not read the header of another origin. */
  readonly requestId?: string | undefined;
}

/** What came back beside top-level errors. */
export interface RequestErrorDetails {
  /** The HTTP status. */
  readonly status: number;
  /** The result as far as it came. */
  readonly data: unknown;
}

/**
 * The server answered with top-level GraphQL errors: the program asked wrongly (`BAD_USER_INPUT`) or for too much
 * (`RATE_LIMITED`, `OPERATION_TOO_COMPLEX`), or the system failed (`INTERNAL_SERVER_ERROR`). `code` and the message are
 * those of the first error.
 */
export class RequestError extends TokenVueError {
  static override readonly name: string = 'RequestError';
  declare readonly errors: readonly [GraphQLErrorItem, ...GraphQLErrorItem[]];
  /** The HTTP status. */
  declare readonly status: number;
  /**
   * The parts of the result that did work, if any; a mutation that stands here has happened. Secrets in it are replaced
   * by `[secret]`: errors end in logs, and a key can be rotated.
   */
  declare readonly data: unknown;

  constructor(
    errors: readonly [GraphQLErrorItem, ...GraphQLErrorItem[]],
    details: RequestErrorDetails,
    context: ErrorContext,
  ) {
    super(errors[0].message, errors[0].code, context);
    Object.assign(this, details, { errors });
  }
}

/** The token is missing, expired or not accepted. Code `UNAUTHENTICATED`. */
export class UnauthenticatedError extends RequestError {
  static override readonly name: string = 'UnauthenticatedError';
}

/**
 * The query, or authorizing, needs a scope that the token does not have. Code `FORBIDDEN`, as in the ForbiddenError with
 * which other mutations are refused.
 */
export class MissingScopeError extends RequestError {
  static override readonly name: string = 'MissingScopeError';
}

/** One expected refusal: a code, a sentence for people, and the path of the input that it is about. */
export type UserError = UserErrorFragment;

/** What comes with a mutation's refusal. */
export interface UserErrorsContext extends ErrorContext {
  /** What the payload says of the object that somebody else changed first. */
  conflicts?: Conflicts | undefined;
}

/** A mutation was refused, and nothing was changed. `code` is that of the first of `userErrors`. */
export class UserErrorsError extends TokenVueError {
  static override readonly name: string = 'UserErrorsError';
  declare readonly code: Open<UserErrorCode>;
  /** Every reason, each with `code`, `message` and `field`, a path such as `["input", "name"]`. */
  declare readonly userErrors: readonly [UserError, ...UserError[]];

  constructor(userErrors: readonly [UserError, ...UserError[]], context: UserErrorsContext = {}) {
    super(userErrors.map(({ message }) => message).join(' '), userErrors[0].code, context);
    this.userErrors = userErrors;
  }
}

/** The input is missing something (`REQUIRED`) or holds something that the rules do not allow (`INVALID`). */
export class InvalidInputError extends UserErrorsError {
  static override readonly name: string = 'InvalidInputError';
}

/** The name already belongs to another (`TAKEN`). */
export class TakenError extends UserErrorsError {
  static override readonly name: string = 'TakenError';
}

/** No such object, or none that the viewer may see (`NOT_FOUND`). */
export class NotFoundError extends UserErrorsError {
  static override readonly name: string = 'NotFoundError';
}

/** The viewer sees the object but may not do this with it, or a service token lacks the scope for it (`FORBIDDEN`). */
export class ForbiddenError extends UserErrorsError {
  static override readonly name: string = 'ForbiddenError';
}

/**
 * Somebody else changed the object first (`VERSION_CONFLICT`). As it is now, its `version` included, it stands under its
 * noun, such as `workspace` or `virtualKey`: null where the viewer no longer sees it, and undefined where the change was
 * to something else.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor sets what is there
export class VersionConflictError extends UserErrorsError {
  static override readonly name: string = 'VersionConflictError';

  constructor(userErrors: readonly [UserError, ...UserError[]], context: UserErrorsContext = {}) {
    super(userErrors, context);
    Object.assign(this, context.conflicts);
  }
}

export interface VersionConflictError extends Conflicts {}

/** The idempotency key was used before, with another input (`IDEMPOTENCY_KEY_REUSED`). */
export class IdempotencyKeyReusedError extends UserErrorsError {
  static override readonly name: string = 'IdempotencyKeyReusedError';
}

/** There may be no more of these (`LIMIT_REACHED`). */
export class LimitReachedError extends UserErrorsError {
  static override readonly name: string = 'LimitReachedError';
}

/** Traffic would leave the workspace's region (`REGION_MISMATCH`); the message names what stands in the way. */
export class RegionMismatchError extends UserErrorsError {
  static override readonly name: string = 'RegionMismatchError';
}

/** Something else still uses it (`IN_USE`); the message names what. */
export class InUseError extends UserErrorsError {
  static override readonly name: string = 'InUseError';
}
