import {
  type ErrorContext,
  ForbiddenError,
  type GraphQLErrorItem,
  IdempotencyKeyReusedError,
  InvalidInputError,
  LimitReachedError,
  MissingScopeError,
  NotFoundError,
  RequestError,
  type RequestErrorDetails,
  TakenError,
  UnauthenticatedError,
  type UserError,
  type UserErrorsContext,
  UserErrorsError,
  VersionConflictError,
} from './errors.js';
import type { UserErrorCode } from './generated/operations.js';

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
