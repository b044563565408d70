import { GraphQLError } from 'graphql';

/**
 * Every refusal and every request error that the API can answer with: code, sentence and what to do about it.
 * `server/docs/errors.md` is made from this file.
 */

export enum UserErrorCode {
  REQUIRED = 'REQUIRED',
  INVALID = 'INVALID',
  TAKEN = 'TAKEN',
  NOT_FOUND = 'NOT_FOUND',
  FORBIDDEN = 'FORBIDDEN',
  VERSION_CONFLICT = 'VERSION_CONFLICT',
  IDEMPOTENCY_KEY_REUSED = 'IDEMPOTENCY_KEY_REUSED',
  LIMIT_REACHED = 'LIMIT_REACHED',
  REGION_MISMATCH = 'REGION_MISMATCH',
  IN_USE = 'IN_USE',
}

interface RefusalEntry {
  readonly code: UserErrorCode;
  readonly message: string;
  readonly remedy: string;
}

/** Expected refusals: answered as `userErrors` in the payload of a mutation. */
export const refusals = {
  required: {
    code: UserErrorCode.REQUIRED,
    message: 'This can be left out, but not set to null.',
    remedy: 'Leave the field out to keep what is there, or send a value.',
  },
  nameInvalid: {
    code: UserErrorCode.INVALID,
    message:
      'A name has 1 to 80 characters with something visible, without control characters and overrides of direction.',
    remedy: 'Shorten the name, or remove line breaks and other characters that control.',
  },
  nameTaken: {
    code: UserErrorCode.TAKEN,
    message: 'A workspace of this organization already has this name, perhaps in other case or with other blanks.',
    remedy: 'Choose another name. The other workspace may be one that you cannot see, archived or not.',
  },
  archivedNameTaken: {
    code: UserErrorCode.TAKEN,
    message: 'An archived workspace already has this name, perhaps in other case or with other blanks.',
    remedy: 'Restore that one with `restoreWorkspace`, or choose another name.',
  },
  budgetInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A budget is 0 or more, below 1,000,000,000,000, with at most two decimals.',
    remedy: 'Send the amount as a decimal string such as "1250.00".',
  },
  tooManyThresholds: {
    code: UserErrorCode.LIMIT_REACHED,
    message: 'A budget has at most 20 alert thresholds.',
    remedy: 'Send fewer; an empty list is none.',
  },
  thresholdInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A threshold is a whole percentage from 1 to 1,000.',
    remedy: 'Send percentages of the budget, such as 80 and 100.',
  },
  modelNameInvalid: {
    code: UserErrorCode.INVALID,
    message: 'The name of a model has 1 to 200 printable characters.',
    remedy: 'Shorten the name, or remove what cannot be seen of it.',
  },
  priceInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A price is from 0 to 1,000,000 for a million tokens, with at most eight decimals.',
    remedy: 'Send the amount as a decimal string such as "2.50".',
  },
  credentialPasted: {
    code: UserErrorCode.INVALID,
    message: 'This looks like a credential; none is kept here.',
    remedy: 'Keep it where the gateway can read it, name that place as `credentialRef`, and replace what was pasted.',
  },
  credentialRefInvalid: {
    code: UserErrorCode.INVALID,
    message:
      'A reference to a credential is env:, file:, vault:, aws-sm:, gcp-sm: or azure-kv: and 1 to 512 printable characters without blanks.',
    remedy: 'Say where the gateway finds the credential, such as env:OPENAI_API_KEY.',
  },
  baseUrlInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A base URL is an https address without credentials, query or fragment.',
    remedy: 'Send the address alone. In development http is taken for 127.0.0.0/8, ::1 and localhost.',
  },
  baseUrlRequired: {
    code: UserErrorCode.REQUIRED,
    message: 'This provider is called at an address of your own.',
    remedy: 'Send the `baseUrl` of the deployment or the server.',
  },
  configurationNameTaken: {
    code: UserErrorCode.TAKEN,
    message: 'A configuration of this workspace already has this name, perhaps in other case or with other blanks.',
    remedy: 'Choose another name; that of a deleted configuration is free.',
  },
  llmConfigurationNotFound: {
    code: UserErrorCode.NOT_FOUND,
    message: 'There is no such configuration.',
    remedy: 'Check the id; one that was deleted, and one of a workspace that you may not see, answer the same.',
  },
  configurationInUse: {
    code: UserErrorCode.IN_USE,
    message: 'The configuration is in use.',
    remedy: 'Take it out of the routes that the message names, or delete them, and then the configuration.',
  },
  regionMismatch: {
    code: UserErrorCode.REGION_MISMATCH,
    message: 'Traffic would leave the region of the workspace.',
    remedy: 'Route to configurations of the region; the message names what stands in the way.',
  },
  modelRouteNotFound: {
    code: UserErrorCode.NOT_FOUND,
    message: 'There is no such route.',
    remedy: 'Check the id; one that was deleted, and one of a workspace that you may not see, answer the same.',
  },
  targetsInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A route has 1 to 20 targets.',
    remedy: 'Name at least one configuration, or delete the route.',
  },
  targetRepeated: {
    code: UserErrorCode.INVALID,
    message: 'An earlier target is the same configuration.',
    remedy: 'Name each configuration once.',
  },
  weightInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A weight is a whole number from 0 to 10,000.',
    remedy: 'Weights are shares of their sum: 1 and 3 are a quarter and three quarters.',
  },
  weightsAllZero: {
    code: UserErrorCode.INVALID,
    message: 'At least one target has a weight above 0 where the strategy is WEIGHTED.',
    remedy: 'Give a weight to what requests should go to first.',
  },
  guardrailNotFound: {
    code: UserErrorCode.NOT_FOUND,
    message: 'There is no such guardrail.',
    remedy: 'Check the id; one that was deleted, and one of a workspace that you may not see, answer the same.',
  },
  guardrailNameTaken: {
    code: UserErrorCode.TAKEN,
    message: 'A guardrail of this workspace already has this name, perhaps in other case or with other blanks.',
    remedy: 'Choose another name; that of a deleted guardrail is free.',
  },
  guardrailFieldMissing: {
    code: UserErrorCode.REQUIRED,
    message: 'A guardrail of this kind needs this.',
    remedy: 'Send it; the message says what is missing.',
  },
  guardrailFieldInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A guardrail of this kind can not have this.',
    remedy: 'Read the message: it says what is wrong, and of a pattern that is too large how to make it smaller.',
  },
  termsInvalid: {
    code: UserErrorCode.INVALID,
    message: 'The list has 1 to 1,000 terms of 1 to 100 characters.',
    remedy: 'Divide a longer list among several guardrails.',
  },
  charactersInvalid: {
    code: UserErrorCode.INVALID,
    message: 'This text has U+0000 or half a character in it.',
    remedy: 'Remove it; it would match nothing.',
  },
  piiTypesInvalid: {
    code: UserErrorCode.INVALID,
    message: 'The list has at least one type.',
    remedy: 'Name the types that the guardrail looks for.',
  },
  countryInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A country is two capital letters, such as DE: ISO 3166 alpha-2.',
    remedy: 'Send the code of one country, or leave it out.',
  },
  positionInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A position is counted among the guardrails of the stage, from 1 on.',
    remedy: 'Send a place that there is; leave it out on creation for the last one.',
  },
  quotaReached: {
    code: UserErrorCode.LIMIT_REACHED,
    message: 'This would be more than who runs the service lets there be.',
    remedy: 'Delete or revoke what is no longer needed, or ask for a higher quota; what is there stays.',
  },
  tooManyGuardrails: {
    code: UserErrorCode.LIMIT_REACHED,
    message: 'A stage has at most 100 guardrails: every text is looked through by all of them.',
    remedy: 'Delete one that is no longer needed, or put terms and types together.',
  },
  timeZoneInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A time zone is a name of the IANA database, such as Africa/Kigali; there is none of this name.',
    remedy: 'Send a name as browsers tell it by `Intl`; offsets such as +02:00 are none.',
  },
  expectedVersionInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A version is a whole number from 1.',
    remedy: 'Send the `version` as you last read it.',
  },
  idempotencyKeyInvalid: {
    code: UserErrorCode.INVALID,
    message: 'An idempotency key has 1 to 255 printable ASCII characters.',
    remedy: 'Use a random UUID, one for each create that you mean.',
  },
  idempotencyKeyReused: {
    code: UserErrorCode.IDEMPOTENCY_KEY_REUSED,
    message: 'This idempotency key was already used with another input.',
    remedy: 'Use a new key for a new create; repeat a create with exactly its first input.',
  },
  tooManyMembers: {
    code: UserErrorCode.LIMIT_REACHED,
    message: 'A set of members has at most 10,000 people.',
    remedy: 'Give the workspace to a team, or split it.',
  },
  tooManyDecisions: {
    code: UserErrorCode.LIMIT_REACHED,
    message: 'A review takes at most 200 decisions at once.',
    remedy: 'Split the review; each part is done whole or not at all.',
  },
  decisionRepeated: {
    code: UserErrorCode.INVALID,
    message: 'This key has an earlier decision in this call.',
    remedy: 'Send one decision a key.',
  },
  timeNotAhead: {
    code: UserErrorCode.INVALID,
    message: 'This time must lie in the future.',
    remedy: 'Send a later time, in UTC.',
  },
  textInvalid: {
    code: UserErrorCode.INVALID,
    message: 'This text has 1 to 1,000 characters, without control characters other than line breaks and tabs.',
    remedy: 'Shorten the text, or leave it out where it may be left out.',
  },
  allowedModelsInvalid: {
    code: UserErrorCode.INVALID,
    message: 'The list has 1 to 200 models, each a name of 1 to 200 characters without control characters.',
    remedy: 'Name at least one model, or send null for every model that the workspace routes.',
  },
  limitInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A limit is a whole number from 1.',
    remedy: 'Send a number from 1 to 2,147,483,647, or null for no limit.',
  },
  overlapInvalid: {
    code: UserErrorCode.INVALID,
    message: 'The overlap is from 0 to 604,800 seconds.',
    remedy: 'Choose at most a week; 0 ends the old secret at once.',
  },
  scopesInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A service token has at least one scope.',
    remedy: 'Name the scopes that the service needs, and no others.',
  },
  directoryTextInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A subject, an id or a name of the directory has 1 to 255 characters, without control characters.',
    remedy: "Check the directory's entry.",
  },
  directoryEmailInvalid: {
    code: UserErrorCode.INVALID,
    message: 'An e-mail address has at most 255 characters, without control characters; empty where there is none.',
    remedy: "Check the directory's entry.",
  },
  directoryTooLarge: {
    code: UserErrorCode.LIMIT_REACHED,
    message: 'One call takes at most 10,000 users, 10,000 teams and 100,000 places in teams.',
    remedy: 'Send the directory in parts: what a call does not name stays as it is.',
  },
  directoryEntryRepeated: {
    code: UserErrorCode.INVALID,
    message: 'An earlier entry has the same value.',
    remedy: 'Send each user, team and team name once.',
  },
  ownLockOut: {
    code: UserErrorCode.INVALID,
    message: 'You can not set yourself inactive, nor take your own role of an admin.',
    remedy: 'Let another admin of the organization do it.',
  },
  lastAdmin: {
    code: UserErrorCode.INVALID,
    message: 'That would leave the organization without an admin who can sign in.',
    remedy: 'Name somebody in the same call who can sign in and has the role ADMIN.',
  },
  tokenMakerRaised: {
    code: UserErrorCode.FORBIDDEN,
    message: 'A service token can not let the person who made it back in, nor make them an admin.',
    remedy: 'Let an admin of the organization do it, or a service with a token that somebody else made.',
  },
  subjectNotFound: {
    code: UserErrorCode.NOT_FOUND,
    message: 'There is no user with this subject, neither in this call nor from before.',
    remedy: 'Send the user along, or in a call before.',
  },
  teamNameTaken: {
    code: UserErrorCode.TAKEN,
    message: 'Another team of the organization has this name.',
    remedy: 'Send the other team with its new name along, or choose another name.',
  },
  memberNotFound: {
    code: UserErrorCode.NOT_FOUND,
    message: 'There is no such person in your team access.',
    remedy: 'Pick members from `assignableUsers`.',
  },
  workspaceNotFound: {
    code: UserErrorCode.NOT_FOUND,
    message: 'There is no such workspace.',
    remedy: 'Check the id; a workspace that you may not see answers the same.',
  },
  workspaceArchived: {
    code: UserErrorCode.INVALID,
    message: 'The workspace is archived.',
    remedy: 'Restore it first with `restoreWorkspace`.',
  },
  reviewOpen: {
    code: UserErrorCode.INVALID,
    message: 'The workspace is under review already.',
    remedy: 'Complete the open review first.',
  },
  noReviewOpen: {
    code: UserErrorCode.INVALID,
    message: 'The workspace is not under review.',
    remedy: 'Request a review first; somebody else may have completed it.',
  },
  membershipNotFound: {
    code: UserErrorCode.NOT_FOUND,
    message: 'There is no such member.',
    remedy: 'Check the id; a member of a workspace that you may not see answers the same.',
  },
  ownerRoleFixed: {
    code: UserErrorCode.INVALID,
    message: 'The role OWNER is given and taken by a transfer of the ownership only.',
    remedy: 'Use `transferWorkspaceOwnership`; the former owner stays as an admin.',
  },
  roleAboveOwn: {
    code: UserErrorCode.FORBIDDEN,
    message: 'This is above your own role in the workspace.',
    remedy: 'Ask the owner of the workspace.',
  },
  newOwnerNotFound: {
    code: UserErrorCode.NOT_FOUND,
    message: 'There is no such person or team in your team access.',
    remedy: 'Pick a person from `assignableUsers`, or a team of yours.',
  },
  newOwnerWithoutAccess: {
    code: UserErrorCode.INVALID,
    message: 'Nobody could sign in as the new owner.',
    remedy: 'Choose an active person, or a team with at least one.',
  },
  virtualKeyNotFound: {
    code: UserErrorCode.NOT_FOUND,
    message: 'There is no such key.',
    remedy: 'Check the id; a key of a workspace that you may not see answers the same.',
  },
  tooManyRecords: {
    code: UserErrorCode.LIMIT_REACHED,
    message: 'One call takes at most 1,000 records.',
    remedy: 'Send the others in further calls; each record is counted once, however often it is sent.',
  },
  requestIdInvalid: {
    code: UserErrorCode.INVALID,
    message: 'The id of a request has 1 to 200 printable characters.',
    remedy: 'Send the id under which the request was authorized.',
  },
  keyDigestNotFound: {
    code: UserErrorCode.NOT_FOUND,
    message: 'There is no key with this digest.',
    remedy: 'Send the SHA-256 of the secret in lower-case hex; a key of another organization answers the same.',
  },
  tokensInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A number of tokens is 0 or more.',
    remedy: 'Send 0 where the provider tells of none.',
  },
  cachedTokensInvalid: {
    code: UserErrorCode.INVALID,
    message: 'Of the input tokens 0 or more came from the cache, and not more than there are.',
    remedy: 'Count them in `inputTokens` as well.',
  },
  costInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A cost is from 0 to 1,000,000, with at most eight decimals.',
    remedy: 'Send what the provider billed, such as "0.00425", or leave it out for what tokens and prices come to.',
  },
  latencyInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A latency is from 0 to 86,400,000 milliseconds: a day.',
    remedy: 'Send whole milliseconds.',
  },
  tagsInvalid: {
    code: UserErrorCode.INVALID,
    message: 'A record has at most 20 tags of 1 to 100 printable characters.',
    remedy: 'Shorten the tags, or leave some out.',
  },
  errorCodeInvalid: {
    code: UserErrorCode.INVALID,
    message: 'The code of an error has 1 to 200 printable characters.',
    remedy: 'Send a code and no message; leave it out where there was no error.',
  },
  tooManyMatches: {
    code: UserErrorCode.LIMIT_REACHED,
    message: 'A record names at most 200 guardrails: a workspace has no more.',
    remedy: 'Name each guardrail that matched once.',
  },
  usageInTheFuture: {
    code: UserErrorCode.INVALID,
    message: 'This time is more than five minutes ahead.',
    remedy: 'Send when the request came in; set the clock of the gateway.',
  },
  usageTooOld: {
    code: UserErrorCode.INVALID,
    message: 'The records of this month are no longer kept, so that none can be added.',
    remedy: 'Send usage soon after the request; how long records are kept is USAGE_RETENTION_DAYS of the service.',
  },
  virtualKeyRevoked: {
    code: UserErrorCode.INVALID,
    message: 'The key is revoked, for ever.',
    remedy: 'Create another key.',
  },
  virtualKeyExpired: {
    code: UserErrorCode.INVALID,
    message: 'The key has expired.',
    remedy: 'Give it a later `expiresAt` first, or along with `enabled`; null takes the end away.',
  },
  serviceTokenNotFound: {
    code: UserErrorCode.NOT_FOUND,
    message: 'There is no such service token.',
    remedy: 'Check the id with the query `serviceTokens`.',
  },
  serviceTokenRevoked: {
    code: UserErrorCode.INVALID,
    message: 'The service token is revoked, for ever.',
    remedy: 'Create another.',
  },
  serviceTokenExpired: {
    code: UserErrorCode.INVALID,
    message: 'The service token has expired.',
    remedy: 'Create another.',
  },
  forbidden: {
    code: UserErrorCode.FORBIDDEN,
    message: 'Your role in this workspace does not allow this.',
    remedy: 'Ask an owner or admin of the workspace to do it or to raise your role.',
  },
  organizationAdminsOnly: {
    code: UserErrorCode.FORBIDDEN,
    message: 'Only an admin of the organization may do this.',
    remedy: 'Ask one of them.',
  },
  scopeMissing: {
    code: UserErrorCode.FORBIDDEN,
    message: 'The service token lacks the scope for this.',
    remedy: 'Ask an admin of the organization for a token with the scope that the mutation names.',
  },
  personNeeded: {
    code: UserErrorCode.FORBIDDEN,
    message: 'This needs a signed-in person; a service token can not do it.',
    remedy: "Send a person's token.",
  },
  serviceNeeded: {
    code: UserErrorCode.FORBIDDEN,
    message: 'This is for services; no person can do it.',
    remedy: 'Send a service token with the scope that the mutation names.',
  },
  changeUnderWay: {
    code: UserErrorCode.VERSION_CONFLICT,
    message: 'Somebody else is changing this, and that takes long; nothing was done.',
    remedy:
      'Send it again in a moment. What the other change leaves is not known yet, so that no present state is there.',
  },
  versionConflict: {
    code: UserErrorCode.VERSION_CONFLICT,
    message: 'It was changed by somebody else since you read it.',
    remedy:
      'Look at the present state in the payload (`conflictingWorkspace` and the like), then send the change again with its version.',
  },
} as const satisfies Record<string, RefusalEntry>;

export type RefusalName = keyof typeof refusals;

/** One thing that is refused of the input. */
export interface Refused {
  readonly refusal: RefusalName;
  /** Path into the mutation's arguments, such as `['input', 'memberIds', '2']`. */
  readonly field: readonly string[] | null;
  /** A sentence that says more than that of the catalogue, such as what stands in the way. */
  readonly detail?: string;
}

/** Thrown by commands to refuse a mutation; rolls back the transaction and becomes `userErrors` of the payload. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly refused: readonly Refused[];
  /** What else the payload says, such as the present state after a lost race. */
  readonly payload: object;

  constructor(refused: readonly Refused[], payload: object = {}) {
    super(refused.map(({ refusal }) => refusal).join(', '));
    this.refused = refused;
    this.payload = payload;
  }

  static of(refusal: RefusalName, ...field: string[]): Refusal {
    return new Refusal([{ refusal, field: field.length > 0 ? field : null }]);
  }

  /** With a sentence that says more than that of the catalogue. */
  static saying(refusal: RefusalName, detail: string, ...field: string[]): Refusal {
    return new Refusal([{ refusal, field: field.length > 0 ? field : null, detail }]);
  }
}

interface RequestErrorEntry {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly remedy: string;
}

/** Errors of the client program or of the system: answered as top-level GraphQL errors. */
export const requestErrors = {
  unauthenticated: {
    code: 'UNAUTHENTICATED',
    status: 401,
    message: 'A valid bearer token is required.',
    remedy: 'Send `Authorization: Bearer …` with a token that is signed, not expired and made for this service.',
  },
  tooManyPeople: {
    code: 'FORBIDDEN',
    status: 403,
    message: 'You are not known here yet, and the organization has as many people as it may have.',
    remedy: 'Ask who runs the service for a higher quota of people; who is known goes on signing in.',
  },
  requestMalformed: {
    code: 'BAD_USER_INPUT',
    status: 400,
    message: 'The request is not a GraphQL request that this service understands.',
    remedy: 'Read the message; the query must parse and fit the schema.',
  },
  documentMalformed: {
    code: 'BAD_USER_INPUT',
    status: 400,
    message: 'The document does not parse; the message says where.',
    remedy: 'Correct the document.',
  },
  documentInvalid: {
    code: 'BAD_USER_INPUT',
    status: 400,
    message: 'The document does not fit the schema; the message says where.',
    remedy: 'Compare it with `schema.graphql`, best when you build your program.',
  },
  operationUnknown: {
    code: 'BAD_USER_INPUT',
    status: 400,
    message: 'Which operation of the document to run is not said, or there is none of this name.',
    remedy: 'Send one operation, or its name as `operationName`; an empty one is as none.',
  },
  variablesInvalid: {
    code: 'BAD_USER_INPUT',
    status: 400,
    message: 'A variable is missing, or has a value that is not of its type; the message names the place.',
    remedy: 'Send every variable that is required, as the schema says.',
  },
  argumentInvalid: {
    code: 'BAD_USER_INPUT',
    status: 200,
    message: 'An argument, of a field or of a directive, has a value that it can not have; the message names it.',
    remedy: 'Send no null through a variable where there must be a value.',
  },
  persistedQueryInvalid: {
    code: 'BAD_USER_INPUT',
    status: 400,
    message: 'The persisted query has no SHA-256, one that is not that of the query, or another version than 1.',
    remedy: 'Send `{"version": 1, "sha256Hash": …}` with the SHA-256 of exactly this text, in lower-case hex.',
  },
  documentNotTrusted: {
    code: 'BAD_USER_INPUT',
    status: 403,
    message: 'Only the documents that this service trusts run, and this is none of them.',
    remedy:
      'Have the document added to the manifest that TRUSTED_DOCUMENTS names; `npm run manifest -w sdk` writes one.',
  },
  bodyMalformed: {
    code: 'BAD_USER_INPUT',
    status: 400,
    message: 'The body is not JSON in UTF-8.',
    remedy: 'Send a JSON object with `query`, and `variables` as an object.',
  },
  pathUnknown: {
    code: 'BAD_USER_INPUT',
    status: 404,
    message: 'There is nothing at this path.',
    remedy: 'Send operations to `/graphql`.',
  },
  methodNotAllowed: {
    code: 'BAD_USER_INPUT',
    status: 405,
    message: 'This path does not take this method; the header `Allow` names those that it takes.',
    remedy: 'Send queries by POST, or by GET; mutations by POST alone.',
  },
  notAcceptable: {
    code: 'BAD_USER_INPUT',
    status: 406,
    message: 'The header `Accept` takes neither application/json nor application/graphql-response+json.',
    remedy: 'Accept one of the two; nothing was done.',
  },
  mediaTypeUnsupported: {
    code: 'BAD_USER_INPUT',
    status: 415,
    message: 'A body is application/json in UTF-8, without another coding.',
    remedy: 'Send `content-type: application/json`, and no `content-encoding`.',
  },
  bodyTooLarge: {
    code: 'BAD_USER_INPUT',
    status: 413,
    message:
      'The request body is too large: 1 MiB at the most, 8 MiB for who may sync a directory or record usage, 64 KiB without a token.',
    remedy: 'Send less at once; page through lists instead of asking for ids one by one.',
  },
  requestLate: {
    code: 'BAD_USER_INPUT',
    status: 408,
    message: 'The request did not arrive in time; the connection is closed.',
    remedy: 'Send it whole and without delay; nothing was done.',
  },
  headersTooLarge: {
    code: 'BAD_USER_INPUT',
    status: 431,
    message: 'The headers of the request are larger than 16 KiB.',
    remedy: 'Send fewer or shorter headers; nothing was done.',
  },
  pageSize: {
    code: 'BAD_USER_INPUT',
    status: 200,
    message: 'A page has from 1 to 100 items; the message names the argument.',
    remedy: 'Ask for at most 100 items a page and follow `pageInfo.endCursor`.',
  },
  firstWithLast: {
    code: 'BAD_USER_INPUT',
    status: 200,
    message: 'The arguments "first" and "last" exclude each other.',
    remedy: 'Page from the beginning with `first` and `after`, or from the end with `last` and `before`.',
  },
  tooManyIds: {
    code: 'BAD_USER_INPUT',
    status: 200,
    message: 'The argument "ids" takes at most 100 ids.',
    remedy: 'Split the request.',
  },
  cursorInvalid: {
    code: 'BAD_USER_INPUT',
    status: 200,
    message: 'A cursor is not one of this list in this ordering; the message names the argument.',
    remedy: 'Use a cursor only with the ordering that it came from; start again without one.',
  },
  filterTooLarge: {
    code: 'BAD_USER_INPUT',
    status: 200,
    message:
      'A filter takes at most 100 values a field, and a search of at most 200 characters; the message names the field.',
    remedy: 'Split the request.',
  },
  textTooLong: {
    code: 'BAD_USER_INPUT',
    status: 200,
    message: 'The text to check has at most 100,000 characters.',
    remedy: 'Check parts of it, or evaluate it in your program with `@tokenvue/sdk/guardrails`.',
  },
  rangeInvalid: {
    code: 'BAD_USER_INPUT',
    status: 200,
    message: 'A range of time begins before it ends and spans at most 366 days; the message names the argument.',
    remedy: 'Send `from` before `to`, and ask for longer times in parts.',
  },
  logFilterInvalid: {
    code: 'BAD_USER_INPUT',
    status: 200,
    message: 'A filter of logs has a text that is too long or too many tags; the message names the field.',
    remedy:
      'Send texts as they were recorded: models and request ids of at most 200 characters, at most 20 tags of at most 100.',
  },
  daysInvalid: {
    code: 'BAD_USER_INPUT',
    status: 200,
    message: 'The filter "unusedForDays" takes a number of days from 0 to 36,500.',
    remedy: 'Send a number in these bounds.',
  },
  groupsInvalid: {
    code: 'BAD_USER_INPUT',
    status: 200,
    message: 'The argument "groups" must be at least 1.',
    remedy: 'Leave it out for all groups.',
  },
  tooManyBuckets: {
    code: 'BAD_USER_INPUT',
    status: 200,
    message:
      'The usage of an operation has at most 20,000 buckets, and 50,000 values of their keys; the message names the argument.',
    remedy: 'Ask for a coarser granularity, for fewer groups, for a shorter range or for fewer workspaces at once.',
  },
  decimalMalformed: {
    code: 'BAD_USER_INPUT',
    status: 400,
    message: 'A Decimal is a string such as "1250.00".',
    remedy: 'Send the number as a string, as one types it: without exponent, thousands separators or currency.',
  },
  bigIntMalformed: {
    code: 'BAD_USER_INPUT',
    status: 400,
    message: 'A BigInt is a whole number of 64 bits as a string, such as "1250".',
    remedy: 'Send the number as a string.',
  },
  scopeMissing: {
    code: 'FORBIDDEN',
    status: 200,
    message: 'The service token lacks the scope for this.',
    remedy: 'Ask an admin of the organization for a token with the scope that the message names.',
  },
  serviceNeeded: {
    code: 'FORBIDDEN',
    status: 200,
    message: 'This is for services; no person can do it.',
    remedy: 'Send a service token with the scope that the message names.',
  },
  fieldClosed: {
    code: 'FORBIDDEN',
    status: 200,
    message: 'A service with no other scope than GATEWAY can not read this; the message names the field.',
    remedy: 'Leave the field out, or ask an admin of the organization for a token with the scope WORKSPACES_READ.',
  },
  gatewayRequestInvalid: {
    code: 'BAD_USER_INPUT',
    status: 200,
    message: 'A request that is to be authorized is malformed; the message names the field.',
    remedy: 'Read the message: it says what the field takes.',
  },
  personNeeded: {
    code: 'FORBIDDEN',
    status: 200,
    message: 'This is for signed-in people; no scope of a service token allows it.',
    remedy: "Send a person's token.",
  },
  rateLimited: {
    code: 'RATE_LIMITED',
    status: 429,
    message: 'Too many requests.',
    remedy:
      'Wait for the seconds of `Retry-After`; `RateLimit` and `RateLimit-Policy` say how many there may be. Nothing was done.',
  },
  tooComplex: {
    code: 'OPERATION_TOO_COMPLEX',
    status: 400,
    message: 'The operation could answer with too many objects at once, or asks for too many lists and counts.',
    remedy: 'Ask for smaller pages in nested lists, or split the operation.',
  },
  answerTooLarge: {
    code: 'OPERATION_TOO_COMPLEX',
    status: 400,
    message: 'The answer is larger than 8 MB. What a mutation has changed stays changed.',
    remedy: 'Ask for smaller pages, or for fewer fields with long texts and lists.',
  },
  unavailable: {
    code: 'SERVICE_UNAVAILABLE',
    status: 503,
    message: 'The service can not do this now: its database is away, starting, full or read-only.',
    remedy: 'Try again after the seconds of `Retry-After`. What repeats safely, the SDK sends again by itself.',
  },
  deadlinePassed: {
    code: 'SERVICE_UNAVAILABLE',
    status: 503,
    message: 'The operation took longer than it may, and was stopped.',
    remedy:
      'Ask for less at once, or try again after the seconds of `Retry-After`. Of a mutation that is told so nothing was done, unless its payload is there.',
  },
  lockHeld: {
    code: 'SERVICE_UNAVAILABLE',
    status: 503,
    message: 'Something else holds for longer than anybody waits what the operation needs; it was stopped.',
    remedy: 'Try again after the seconds of `Retry-After`. What repeats safely, the SDK sends again by itself.',
  },
  internal: {
    code: 'INTERNAL_SERVER_ERROR',
    status: 500,
    message: 'Something went wrong on our side.',
    remedy: 'Try again; if it stays, report the `requestId`.',
  },
} as const satisfies Record<string, RequestErrorEntry>;

export type RequestErrorName = keyof typeof requestErrors;

/** What clients are asked to wait before they try again. */
const retryAfterSeconds = 1;

/** A top-level error from the catalogue, optionally with a sentence that says more than the general one. */
export function requestError(name: RequestErrorName, message?: string): GraphQLError {
  const entry: RequestErrorEntry = requestErrors[name];
  return new GraphQLError(message ?? entry.message, { extensions: extensionsOf(name, entry) });
}

/** For programs, a mistake of theirs carries the name of its entry as its reason. */
function extensionsOf(name: RequestErrorName, { code, status }: RequestErrorEntry) {
  const reason = code === 'BAD_USER_INPUT' && { reason: name };
  if (status === 200) return { code, ...reason };
  const headers = new Map(status === 503 ? [['retry-after', String(retryAfterSeconds)]] : []);
  return { code, ...reason, http: { status, headers } };
}
