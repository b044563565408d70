import {
  type ErrorContext,
  ForbiddenError,
  type GraphQLErrorItem,
  IdempotencyKeyReusedError,
  InUseError,
  InvalidInputError,
  LimitReachedError,
  MissingScopeError,
  NotFoundError,
  RegionMismatchError,
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
const userErrorClasses: Record<UserErrorCode, typeof UserErrorsError> = {
  REQUIRED: InvalidInputError,
  INVALID: InvalidInputError,
  TAKEN: TakenError,
  NOT_FOUND: NotFoundError,
  FORBIDDEN: ForbiddenError,
  VERSION_CONFLICT: VersionConflictError,
  IDEMPOTENCY_KEY_REUSED: IdempotencyKeyReusedError,
  LIMIT_REACHED: LimitReachedError,
  REGION_MISMATCH: RegionMismatchError,
  IN_USE: InUseError,
};

/** The top-level errors that have a class of their own. */
const requestErrorClasses: Readonly<Record<string, typeof RequestError>> = {
  UNAUTHENTICATED: UnauthenticatedError,
  FORBIDDEN: MissingScopeError,
};

/** The class of a code; a code newer than this SDK has none of its own. */
function classOf<ErrorClass>(
  classes: Readonly<Record<string, ErrorClass>>,
  code: string,
  other: ErrorClass,
): ErrorClass {
  return (Object.hasOwn(classes, code) && classes[code]) || other;
}

/** The exception for a mutation's refusal. */
export function userErrorsError(
  userErrors: readonly [UserError, ...UserError[]],
  context: UserErrorsContext,
): UserErrorsError {
  return new (classOf(userErrorClasses, userErrors[0].code, UserErrorsError))(userErrors, context);
}

/** The exception for top-level GraphQL errors. */
export function requestError(
  errors: readonly [GraphQLErrorItem, ...GraphQLErrorItem[]],
  details: RequestErrorDetails,
  context: ErrorContext,
): RequestError {
  return new (classOf(requestErrorClasses, errors[0].code, RequestError))(errors, details, context);
}
