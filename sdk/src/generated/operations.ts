// Generated from schema.graphql and sdk/operations by `npm run generate`: do not edit.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** What the server answers for an enum: a value that this SDK knows, or one that the API has learnt since. */
export type Open<Value extends string> = Value | (string & {});

/** Archiving refuses every key at once and hides the card; nothing is lost, and it can be restored. */
export type ArchiveWorkspaceInput = {
  /** Its version as last read; another one answers VERSION_CONFLICT. */
  expectedVersion: number;
  /** The workspace to archive. */
  workspaceId: string;
};

/** What kind of actor made a change. */
export type AuditActorKind =
  /** A service with a token of its own. */
  | 'SERVICE'
  /** This service itself. */
  | 'SYSTEM'
  /** A signed-in person. */
  | 'USER';
export const AuditActorKind = { SERVICE: 'SERVICE', SYSTEM: 'SYSTEM', USER: 'USER' } as const;

/** Which events to list; conditions that are given must all hold. */
export type AuditFilter = {
  /**
   * Any of these actions:
   * - `guardrail.created`: A guardrail was made.
   * - `guardrail.deleted`: A guardrail was deleted.
   * - `guardrail.updated`: A guardrail changed or moved.
   * - `llm_configuration.created`: A configuration of a model was made.
   * - `llm_configuration.deleted`: A configuration of a model was deleted.
   * - `llm_configuration.updated`: A configuration of a model changed.
   * - `member.role_changed`: A member got another role.
   * - `model_route.deleted`: A route for a model name was deleted.
   * - `model_route.set`: A route for a model name was made or replaced.
   * - `service_token.created`: A service token was made.
   * - `service_token.revoked`: A service token was ended.
   * - `service_token.rotated`: A service token got a new secret.
   * - `team.created`: The directory brought a team.
   * - `team.merged`: A team became one with another that has its name now.
   * - `team.updated`: The directory changed a team's name or people.
   * - `user.created`: The directory brought a person.
   * - `user.updated`: The directory changed a person.
   * - `virtual_key.created`: A key was made.
   * - `virtual_key.reviewed`: A key was decided on in a review.
   * - `virtual_key.revoked`: A key was switched off for ever.
   * - `virtual_key.rotated`: A key got a new secret.
   * - `virtual_key.updated`: Settings of a key changed, or it was switched on or off.
   * - `workspace.archived`: A workspace was archived.
   * - `workspace.budget_alert_raised`: What is spent of a budget reached a threshold.
   * - `workspace.created`: A workspace was made.
   * - `workspace.ownership_transferred`: A workspace got another owner.
   * - `workspace.restored`: A workspace was taken out of the archive.
   * - `workspace.review_completed`: The review of a workspace was closed.
   * - `workspace.review_requested`: Somebody asked for a review of a workspace.
   * - `workspace.selected`: Somebody made it their active workspace.
   * - `workspace.settings_updated`: Settings or members of a workspace changed.
   */
  actions?: ReadonlyArray<string> | null | undefined;
  /** Done by any of these people or service tokens. */
  actorIds?: ReadonlyArray<string> | null | undefined;
  /** Not before this time. */
  from?: string | null | undefined;
  /** About any of these objects, whatever they are: the ids of `targetId`. */
  targetIds?: ReadonlyArray<string> | null | undefined;
  /** Before this time. */
  to?: string | null | undefined;
  /** In any of these workspaces. */
  workspaceIds?: ReadonlyArray<string> | null | undefined;
};

/** A request that is about to go to a provider. */
export type AuthorizeGatewayRequestInput = {
  /** Tokens of the input: 0 to 100,000,000. */
  inputTokens: number;
  /** Lower-case hex SHA-256 of the virtual key's secret: the secret itself never leaves the gateway. */
  keyDigest: string;
  /** Tokens that the answer has at most: 0 to 100,000,000. */
  maxOutputTokens: number;
  /** The model name that the client asks for: 1 to 200 characters. */
  model: string;
  /** The gateway's own id of the request, 1 to 200 printable characters, unique in the workspace. A repeat answers with the first decision while its reservation stands or once its usage is recorded, unless its key or workspace would be refused by now; what was denied is decided anew. The id of a request of another key is BAD_USER_INPUT. */
  requestId: string;
};

/** What becomes of a request that would go beyond the workspace's budget. */
export type BudgetEnforcement =
  /** It is admitted, and alerts tell of the budget. */
  | 'ALERT_ONLY'
  /** It is refused. */
  | 'BLOCK';
export const BudgetEnforcement = { ALERT_ONLY: 'ALERT_ONLY', BLOCK: 'BLOCK' } as const;

/** How far a budget is used up by what is spent and what is held together. */
export type BudgetState =
  /** Nothing is left. */
  | 'EXHAUSTED'
  /** The lowest alert threshold is not reached. */
  | 'OK'
  /** Spent and reserved have reached the lowest alert threshold. */
  | 'WARNING';
export const BudgetState = { EXHAUSTED: 'EXHAUSTED', OK: 'OK', WARNING: 'WARNING' } as const;

/** A member's new role: at most the viewer's own, and never OWNER. */
export type ChangeMemberRoleInput = {
  /** Whose role; global id, `mem_…`. */
  memberId: string;
  /** The new role; OWNER is given by a transfer of the ownership only. */
  role: MemberRole;
};

/** A text to look at; it is kept nowhere. */
export type CheckGuardrailsInput = {
  /** Which guardrails look at it. */
  stage: GuardrailStage;
  /** At most 100,000 characters. */
  text: string;
  /** The workspace whose guardrails look at it. */
  workspaceId: string;
};

/** Which review is done, and with what result. */
export type CompleteWorkspaceReviewInput = {
  /** What came of it, for the audit log: 1 to 1,000 characters after trimming. */
  note?: string | null | undefined;
  /** The workspace that was reviewed. */
  workspaceId: string;
};

/** A new guardrail. */
export type CreateGuardrailInput = {
  /** What becomes of a text in which it finds something. */
  action: GuardrailAction;
  /** Of PII: ISO 3166 alpha-2; local phone numbers of this country count too. */
  country?: string | null | undefined;
  /** A repeat with the same key and the same input within a week answers with the first result. */
  idempotencyKey?: string | null | undefined;
  /** What it looks for; fixed for ever. */
  kind: GuardrailKind;
  /** Of MAX_LENGTH: 1 or more, in code points. */
  maxLength?: number | null | undefined;
  /** 1 to 80 characters after trimming, unique in the workspace. */
  name: string;
  /** Of PATTERN: in RE2 syntax; a match is looked for within 256 characters from its start. */
  pattern?: string | null | undefined;
  /** Of PII: at least one type; a repeated one counts once. */
  piiTypes?: ReadonlyArray<PiiType> | null | undefined;
  /** Its place among those of its stage, from 1 on; the last unless given. */
  position?: number | null | undefined;
  /** Which text it looks at; fixed for ever. */
  stage: GuardrailStage;
  /** Of BLOCKED_TERMS: 1 to 1,000 terms of 1 to 100 characters, looked for as whole words in any case; a repeated one counts once. */
  terms?: ReadonlyArray<string> | null | undefined;
  /** The workspace whose texts it looks at. */
  workspaceId: string;
};

/** A new configuration. */
export type CreateLlmConfigurationInput = {
  /** An https address without credentials, query or fragment; required for OPENAI_COMPATIBLE and AZURE_OPENAI. */
  baseUrl?: string | null | undefined;
  /** In the organization's currency: 0 to 1,000,000, at most eight decimals. The input price unless given. */
  cachedInputPricePerMillionTokens?: string | null | undefined;
  /** Where the gateway finds the credential: env:, file:, vault:, aws-sm:, gcp-sm: or azure-kv: and 1 to 512 printable characters without blanks; never the credential. */
  credentialRef: string;
  /** A repeat with the same key and the same input within a week answers with the first result. */
  idempotencyKey?: string | null | undefined;
  /** In the organization's currency: 0 to 1,000,000, at most eight decimals. */
  inputPricePerMillionTokens: string;
  /** The provider's own model name: 1 to 200 printable characters. */
  model: string;
  /** 1 to 80 characters after trimming, unique in the workspace. */
  name: string;
  /** In the organization's currency: 0 to 1,000,000, at most eight decimals. */
  outputPricePerMillionTokens: string;
  /** Who runs the model; fixed for ever. */
  provider: LlmProvider;
  /** Where the provider runs it. */
  region: WorkspaceRegion;
  /** The workspace that may route to it. */
  workspaceId: string;
};

/** A new credential for another service. */
export type CreateServiceTokenInput = {
  /** When the token stops working, in the future; null for never. */
  expiresAt?: string | null | undefined;
  /** A repeat with the same key and the same input within a week answers with the first result, without the token. */
  idempotencyKey?: string | null | undefined;
  /** 1 to 80 characters after trimming, such as the name of the service. */
  name: string;
  /** What the service may do; at least one scope. */
  scopes: ReadonlyArray<ServiceScope>;
};

/** A new key. */
export type CreateVirtualKeyInput = {
  /** Models that the key may ask for, 1 to 200 of them; null for every model that the workspace routes. A repeated one counts once. */
  allowedModels?: ReadonlyArray<string> | null | undefined;
  /** When the key stops working; null for never. */
  expiresAt?: string | null | undefined;
  /** A repeat with the same key and the same input within a week answers with the first result, without its secret. */
  idempotencyKey?: string | null | undefined;
  /** In the organization's currency: 0 or more, at most two decimals; null for none of the key's own. */
  monthlyBudget?: string | null | undefined;
  /** 1 to 80 characters after trimming. */
  name: string;
  /** Requests in a minute, 1 or more; null for no limit. */
  requestsPerMinute?: number | null | undefined;
  /** Tokens in a minute, 1 or more; null for no limit. */
  tokensPerMinute?: number | null | undefined;
  /** The workspace that the key spends for. */
  workspaceId: string;
};

/** A new workspace. */
export type CreateWorkspaceInput = {
  /** What the workspace is for. */
  environment: WorkspaceEnvironment;
  /** A repeat with the same key and the same input within a week answers with the first result. */
  idempotencyKey?: string | null | undefined;
  /** People from assignableUsers; the viewer becomes owner and member without being named. */
  memberIds: ReadonlyArray<string>;
  /** In the organization's currency: 0 or more, at most two decimals. */
  monthlyBudget: string;
  /** 1 to 80 characters after trimming, unique in the organization without regard to case; fixed for ever. */
  name: string;
  /** Where the traffic of the workspace may go. */
  region: WorkspaceRegion;
  /** IANA name, such as Africa/Kigali; UTC unless given. */
  timeZone?: string | null | undefined;
};

/** Which guardrail to delete. */
export type DeleteGuardrailInput = {
  /** Its version as last read; another one answers VERSION_CONFLICT. */
  expectedVersion?: number | null | undefined;
  /** The guardrail to delete. */
  guardrailId: string;
};

/** Which configuration to delete; one that a route uses stays. */
export type DeleteLlmConfigurationInput = {
  /** Its version as last read; another one answers VERSION_CONFLICT. */
  expectedVersion?: number | null | undefined;
  /** The configuration to delete. */
  llmConfigurationId: string;
};

/** Which route to delete. */
export type DeleteModelRouteInput = {
  /** Its version as last read; another one answers VERSION_CONFLICT. */
  expectedVersion?: number | null | undefined;
  /** The route to delete. */
  modelRouteId: string;
};

/** One team of the directory, known by its id there. */
export type DirectoryTeamInput = {
  /** The directory's id of the team: 1 to 255 characters, without control characters. */
  externalId: string;
  /** Name to show: 1 to 255 characters after trimming, of one team of the organization only. A team of this name that only tokens have named so far becomes this one. */
  name: string;
  /** The team's whole set of people, by their subjects: from this call or from before. */
  subjects: ReadonlyArray<string>;
};

/** One user of the team directory, known by the identity provider's subject. */
export type DirectoryUserInput = {
  /** False signs the person out everywhere from the next request on; their memberships stay. */
  active?: boolean;
  /** E-mail address of at most 255 characters; empty where there is none. */
  email: string;
  /** Name to show: 1 to 255 characters after trimming, without control characters. */
  name: string;
  /** What the person is in the whole organization. */
  role?: OrganizationRole;
  /** The claim `sub` of their tokens, to the letter: 1 to 255 characters, without control characters. */
  subject: string;
};

/** How soon somebody should act on a finding. */
export type FindingSeverity =
  /** Now: nobody may be in charge, a leaver may have a key, production is mixed with tests, or nothing is left. */
  | 'HIGH'
  /** When there is time: it can be tidied up. */
  | 'LOW'
  /** Soon: it can do harm. */
  | 'MEDIUM';
export const FindingSeverity = { HIGH: 'HIGH', LOW: 'LOW', MEDIUM: 'MEDIUM' } as const;

/** Why a request may not go; of several reasons the first, in the order in which they are looked at. */
export type GatewayDenialCode =
  /** The most that it may cost is more than the key has left. */
  | 'KEY_BUDGET_EXHAUSTED'
  /** The key is switched off for now. */
  | 'KEY_DISABLED'
  /** The key or the secret is past its time. */
  | 'KEY_EXPIRED'
  /** The key is switched off for ever. */
  | 'KEY_REVOKED'
  /** The model is not among the key's. */
  | 'MODEL_NOT_ALLOWED'
  /** No target of the route is enabled and in the workspace's region. */
  | 'NO_ELIGIBLE_TARGET'
  /** The workspace routes no such model. */
  | 'NO_ROUTE'
  /** The last minute had as many requests or tokens as the key may have. */
  | 'RATE_LIMITED'
  /** No key of the organization has a secret of this digest. */
  | 'UNKNOWN_KEY'
  /** The key's workspace is archived. */
  | 'WORKSPACE_ARCHIVED'
  /** The most that it may cost is more than the workspace has left. */
  | 'WORKSPACE_BUDGET_EXHAUSTED';
export const GatewayDenialCode = { KEY_BUDGET_EXHAUSTED: 'KEY_BUDGET_EXHAUSTED', KEY_DISABLED: 'KEY_DISABLED', KEY_EXPIRED: 'KEY_EXPIRED', KEY_REVOKED: 'KEY_REVOKED', MODEL_NOT_ALLOWED: 'MODEL_NOT_ALLOWED', NO_ELIGIBLE_TARGET: 'NO_ELIGIBLE_TARGET', NO_ROUTE: 'NO_ROUTE', RATE_LIMITED: 'RATE_LIMITED', UNKNOWN_KEY: 'UNKNOWN_KEY', WORKSPACE_ARCHIVED: 'WORKSPACE_ARCHIVED', WORKSPACE_BUDGET_EXHAUSTED: 'WORKSPACE_BUDGET_EXHAUSTED' } as const;

/** What becomes of a text in which a guardrail finds something. */
export type GuardrailAction =
  /** Nothing of it goes on. */
  | 'BLOCK'
  /** It goes on as it is; the log tells. */
  | 'FLAG'
  /** `[REDACTED]` stands in place of what was found. */
  | 'REDACT';
export const GuardrailAction = { BLOCK: 'BLOCK', FLAG: 'FLAG', REDACT: 'REDACT' } as const;

/** What a guardrail looks for. */
export type GuardrailKind =
  /** Any of its terms, as whole words. */
  | 'BLOCKED_TERMS'
  /** Text beyond a length. */
  | 'MAX_LENGTH'
  /** A regular expression. */
  | 'PATTERN'
  /** Personal data of its types. */
  | 'PII';
export const GuardrailKind = { BLOCKED_TERMS: 'BLOCKED_TERMS', MAX_LENGTH: 'MAX_LENGTH', PATTERN: 'PATTERN', PII: 'PII' } as const;

/** What becomes of a text: the gravest action of the guardrails that find something decides. */
export type GuardrailOutcome =
  /** It goes on as it is; nothing was found. */
  | 'ALLOWED'
  /** Nothing of it goes on. */
  | 'BLOCKED'
  /** It goes on as it is; something was found. */
  | 'FLAGGED'
  /** It goes on with `[REDACTED]` in place of what was found. */
  | 'REDACTED';
export const GuardrailOutcome = { ALLOWED: 'ALLOWED', BLOCKED: 'BLOCKED', FLAGGED: 'FLAGGED', REDACTED: 'REDACTED' } as const;

/** Which text a guardrail looks at. */
export type GuardrailStage =
  /** What is sent to the model. */
  | 'INPUT'
  /** What the model answers. */
  | 'OUTPUT';
export const GuardrailStage = { INPUT: 'INPUT', OUTPUT: 'OUTPUT' } as const;

/** What becomes of a key in a review. */
export type KeyReviewDecision =
  /** It is switched off for now. */
  | 'DISABLE'
  /** It stays as it is. */
  | 'KEEP'
  /** It is switched off for ever. */
  | 'REVOKE';
export const KeyReviewDecision = { DISABLE: 'DISABLE', KEEP: 'KEEP', REVOKE: 'REVOKE' } as const;

/** The decision on one key. */
export type KeyReviewInput = {
  /** What becomes of it. */
  decision: KeyReviewDecision;
  /** Why, for the audit log: 1 to 1000 characters. */
  note?: string | null | undefined;
  /** The key. */
  virtualKeyId: string;
};

/** Who runs a model. */
export type LlmProvider =
  /** Anthropic. */
  | 'ANTHROPIC'
  /** Amazon Bedrock. */
  | 'AWS_BEDROCK'
  /** OpenAI models on Azure; needs a base URL. */
  | 'AZURE_OPENAI'
  /** Cohere. */
  | 'COHERE'
  /** Google, Gemini and Vertex AI. */
  | 'GOOGLE'
  /** Mistral. */
  | 'MISTRAL'
  /** OpenAI. */
  | 'OPENAI'
  /** Anything that speaks OpenAI's protocol; needs a base URL. */
  | 'OPENAI_COMPATIBLE';
export const LlmProvider = { ANTHROPIC: 'ANTHROPIC', AWS_BEDROCK: 'AWS_BEDROCK', AZURE_OPENAI: 'AZURE_OPENAI', COHERE: 'COHERE', GOOGLE: 'GOOGLE', MISTRAL: 'MISTRAL', OPENAI: 'OPENAI', OPENAI_COMPATIBLE: 'OPENAI_COMPATIBLE' } as const;

/** What a person may do in a workspace; each role includes those below it. */
export type MemberRole =
  /** Settings, members and everybody's keys. */
  | 'ADMIN'
  /** Reads, and has keys of their own. */
  | 'MEMBER'
  /** Everything, ownership included. A workspace has exactly one owner. */
  | 'OWNER'
  /** Reads. */
  | 'VIEWER';
export const MemberRole = { ADMIN: 'ADMIN', MEMBER: 'MEMBER', OWNER: 'OWNER', VIEWER: 'VIEWER' } as const;

/** Which end of an order comes first. */
export type OrderDirection =
  /** From the first letter, the oldest or the smallest. */
  | 'ASC'
  /** From the last letter, the newest or the largest. */
  | 'DESC';
export const OrderDirection = { ASC: 'ASC', DESC: 'DESC' } as const;

/** What a person is in the whole organization. */
export type OrganizationRole =
  /** Sees every workspace of the organization and counts as its owner. */
  | 'ADMIN'
  /** Sees the workspaces of their own and of their teams. */
  | 'MEMBER';
export const OrganizationRole = { ADMIN: 'ADMIN', MEMBER: 'MEMBER' } as const;

/** A type of personal data. */
export type PiiType =
  /** Card numbers whose check digit is right. */
  | 'CREDIT_CARD'
  /** E-mail addresses. */
  | 'EMAIL'
  /** Bank accounts whose length and checksum are right. */
  | 'IBAN'
  /** IPv4 and IPv6 addresses. */
  | 'IP_ADDRESS'
  /** Phone numbers: international ones, and those of the guardrail's country. */
  | 'PHONE';
export const PiiType = { CREDIT_CARD: 'CREDIT_CARD', EMAIL: 'EMAIL', IBAN: 'IBAN', IP_ADDRESS: 'IP_ADDRESS', PHONE: 'PHONE' } as const;

/** At most 1000 records. Each is counted once, however often it is sent. */
export type RecordUsageInput = {
  /** Of any workspaces of the organization. */
  records: ReadonlyArray<UsageRecordInput>;
};

/** Which requests to list. Conditions that are given must all hold, and of several values of one any; texts in their exact case. An empty list of values means none; tags are those that a request must all have. */
export type RequestLogFilter = {
  /** That any of these guardrails matched, deleted ones included. */
  guardrailIds?: ReadonlyArray<string> | null | undefined;
  /** Routed to any of these configurations, deleted ones included. */
  llmConfigurationIds?: ReadonlyArray<string> | null | undefined;
  /** That cost at least so much, in the organization's currency. */
  minCost?: string | null | undefined;
  /** That took at least so many milliseconds. */
  minLatencyMs?: number | null | undefined;
  /** Any of these model names, as clients asked for them. */
  models?: ReadonlyArray<string> | null | undefined;
  /** Run by any of these providers. */
  providers?: ReadonlyArray<LlmProvider> | null | undefined;
  /** The gateway's own id of the request: at most one. */
  requestId?: string | null | undefined;
  /** Any of these statuses. */
  statuses?: ReadonlyArray<RequestStatus> | null | undefined;
  /** With all of these tags: at most 20. */
  tags?: ReadonlyArray<string> | null | undefined;
  /** Made with any of these keys. */
  virtualKeyIds?: ReadonlyArray<string> | null | undefined;
};

/** What became of a request. */
export type RequestStatus =
  /** A guardrail stopped it. */
  | 'BLOCKED'
  /** The client went away before it was answered. */
  | 'CANCELLED'
  /** No provider answered it, or none could be asked. */
  | 'FAILED'
  /** It was answered. */
  | 'SUCCEEDED';
export const RequestStatus = { BLOCKED: 'BLOCKED', CANCELLED: 'CANCELLED', FAILED: 'FAILED', SUCCEEDED: 'SUCCEEDED' } as const;

/** Why somebody should look at a workspace, and until when. */
export type RequestWorkspaceReviewInput = {
  /** Until when it should be done; in the future. */
  dueAt?: string | null | undefined;
  /** 1 to 1,000 characters after trimming. */
  reason: string;
  /** The workspace to review. */
  workspaceId: string;
};

/** Which workspace to take out of the archive. */
export type RestoreWorkspaceInput = {
  /** The workspace to restore. */
  workspaceId: string;
};

/** What a review can find. */
export type ReviewFindingCode =
  /** What is spent in this month has reached the lowest alert threshold, and not yet the limit. */
  | 'BUDGET_NEARLY_SPENT'
  /** What is spent in this month has reached the limit. */
  | 'BUDGET_SPENT'
  /** An active key whose maker no longer has access to the workspace, or can no longer sign in; never one that a service made. */
  | 'KEY_OF_LEAVER'
  /** An active key of a production workspace that never expires. */
  | 'KEY_WITHOUT_EXPIRY'
  /** An active key, over 30 days old, that was never used. */
  | 'NEVER_USED_KEY'
  /** The owner can no longer sign in, or nobody of the owning team can. */
  | 'OWNER_WITHOUT_ACCESS'
  /** A production workspace routes to a credential that a sandbox or staging workspace uses as well. */
  | 'SANDBOX_TARGET'
  /** A production workspace that only one person can manage: one among its owner, its admins and the people of its owning team; admins of the organization do not count. */
  | 'SINGLE_MANAGER'
  /** An active key that was used once, but not for 90 days. */
  | 'STALE_KEY'
  /** Requests tagged as tests in a production workspace within the last 30 days: with a tag that is test, tests or testing or begins with test:, in any case. */
  | 'TEST_TRAFFIC';
export const ReviewFindingCode = { BUDGET_NEARLY_SPENT: 'BUDGET_NEARLY_SPENT', BUDGET_SPENT: 'BUDGET_SPENT', KEY_OF_LEAVER: 'KEY_OF_LEAVER', KEY_WITHOUT_EXPIRY: 'KEY_WITHOUT_EXPIRY', NEVER_USED_KEY: 'NEVER_USED_KEY', OWNER_WITHOUT_ACCESS: 'OWNER_WITHOUT_ACCESS', SANDBOX_TARGET: 'SANDBOX_TARGET', SINGLE_MANAGER: 'SINGLE_MANAGER', STALE_KEY: 'STALE_KEY', TEST_TRAFFIC: 'TEST_TRAFFIC' } as const;

/** At most 200 decisions; all of them or none. */
export type ReviewVirtualKeysInput = {
  /** One decision a key. */
  decisions: ReadonlyArray<KeyReviewInput>;
};

/** Which service token to end. */
export type RevokeServiceTokenInput = {
  /** The token, `svc_…`. */
  serviceTokenId: string;
};

/** Which key to switch off for ever. */
export type RevokeVirtualKeyInput = {
  /** Why, for the audit log: 1 to 1000 characters. */
  reason?: string | null | undefined;
  /** The key to revoke. */
  virtualKeyId: string;
};

/** Which service token gets a new secret. */
export type RotateServiceTokenInput = {
  /** A repeat with the same key and the same input within a week rotates no more, and answers without the token. */
  idempotencyKey?: string | null | undefined;
  /** How long the old secret goes on working beside the new one: 0 to 604800. */
  overlapSeconds?: number;
  /** The token, `svc_…`. */
  serviceTokenId: string;
};

/** Which key gets a new secret. */
export type RotateVirtualKeyInput = {
  /** A repeat with the same key and the same input within a week rotates no more, and answers without a secret. */
  idempotencyKey?: string | null | undefined;
  /** How long the old secret goes on working beside the new one: 0 to 604800. */
  overlapSeconds?: number;
  /** The key to rotate. */
  virtualKeyId: string;
};

/** In which order the targets of a route are tried. */
export type RouteStrategy =
  /** In the order given: the next one where the one before fails. */
  | 'FALLBACK'
  /** The cheapest first, by the tokens of the request. */
  | 'LOWEST_COST'
  /** At random by weight, the others as fallbacks; the same for the same request. */
  | 'WEIGHTED';
export const RouteStrategy = { FALLBACK: 'FALLBACK', LOWEST_COST: 'LOWEST_COST', WEIGHTED: 'WEIGHTED' } as const;

/** A configuration that the route tries. */
export type RouteTargetInput = {
  /** A configuration of the same workspace. */
  llmConfigurationId: string;
  /** Its share where the strategy is WEIGHTED: 0 to 10,000. */
  weight?: number;
};

/** Which workspace to work in. */
export type SelectWorkspaceInput = {
  /** A workspace that the viewer sees. */
  workspaceId: string;
};

/** What a service may do, in every workspace of its organization. */
export type ServiceScope =
  /** Read the users and teams of the organization. */
  | 'DIRECTORY_READ'
  /** Read users and teams, and bring them in line with the directory. */
  | 'DIRECTORY_WRITE'
  /** The gateway's own calls, and nothing else. */
  | 'GATEWAY'
  /** Read workspaces and what is in them, audit logs included. */
  | 'WORKSPACES_READ'
  /** Read, and change what the owner of a workspace may change. Creating and selecting a workspace need a person. */
  | 'WORKSPACES_WRITE';
export const ServiceScope = { DIRECTORY_READ: 'DIRECTORY_READ', DIRECTORY_WRITE: 'DIRECTORY_WRITE', GATEWAY: 'GATEWAY', WORKSPACES_READ: 'WORKSPACES_READ', WORKSPACES_WRITE: 'WORKSPACES_WRITE' } as const;

/** Makes the route for this model name, or replaces it where expectedVersion names the one that stands. */
export type SetModelRouteInput = {
  /** The version of the route that stands, as last read; left out where none stands. */
  expectedVersion?: number | null | undefined;
  /** The model name that clients ask for: 1 to 200 printable characters. */
  model: string;
  /** In which order the targets are tried. */
  strategy: RouteStrategy;
  /** 1 to 20 targets, each configuration once. */
  targets: ReadonlyArray<RouteTargetInput>;
  /** The workspace whose requests it routes. */
  workspaceId: string;
};

/** What is to hold of the directory: what is named is brought in line, what is not stays unless the lists are complete. At most 10,000 users, 10,000 teams and 100,000 places in teams at once. */
export type SyncTeamAccessInput = {
  /** The lists are the whole directory: who is named nowhere in them is set inactive, and teams of the directory that are not named lose their people. Never the last admin who can sign in. */
  complete?: boolean;
  /** Answers what the same call without it would, and changes nothing. */
  dryRun?: boolean;
  /** Teams, each once. */
  teams: ReadonlyArray<DirectoryTeamInput>;
  /** Users, each once. */
  users: ReadonlyArray<DirectoryUserInput>;
};

/** Half-open: from <= t < to. At most 366 days. Usage and insights widen it to whole hours of the workspace's time zone; logs take it as it is. */
export type TimeRangeInput = {
  /** Not before this time. */
  from: string;
  /** Before this time. */
  to: string;
};

/** To a person with team access, or to a team; a person becomes a member with it. */
export type TransferWorkspaceOwnershipInput = {
  /** Its version as last read; another one answers VERSION_CONFLICT. */
  expectedVersion: number;
  /** The new owner: a person or a team. */
  ownerId: string;
  /** The workspace that gets another owner. */
  workspaceId: string;
};

/** What is left out stays; null clears what can be cleared. */
export type UpdateGuardrailInput = {
  /** What becomes of a text in which it finds something. */
  action?: GuardrailAction | null | undefined;
  /** Of PII: ISO 3166 alpha-2; local phone numbers of this country count too. */
  country?: string | null | undefined;
  /** False switches it off for now; it keeps its place. */
  enabled?: boolean | null | undefined;
  /** Its version as last read; another one answers VERSION_CONFLICT. */
  expectedVersion: number;
  /** The guardrail to change. */
  guardrailId: string;
  /** Of MAX_LENGTH: 1 or more, in code points. */
  maxLength?: number | null | undefined;
  /** 1 to 80 characters after trimming, unique in the workspace. */
  name?: string | null | undefined;
  /** Of PATTERN: in RE2 syntax; a match is looked for within 256 characters from its start. */
  pattern?: string | null | undefined;
  /** Of PII: at least one type; a repeated one counts once. */
  piiTypes?: ReadonlyArray<PiiType> | null | undefined;
  /** Its place among those of its stage, from 1 on; the others move up or down. */
  position?: number | null | undefined;
  /** Of BLOCKED_TERMS: 1 to 1,000 terms of 1 to 100 characters, looked for as whole words in any case; a repeated one counts once. */
  terms?: ReadonlyArray<string> | null | undefined;
};

/** What is left out stays; null clears what can be cleared. */
export type UpdateLlmConfigurationInput = {
  /** An https address without credentials, query or fragment; required for OPENAI_COMPATIBLE and AZURE_OPENAI. */
  baseUrl?: string | null | undefined;
  /** In the organization's currency: 0 to 1,000,000, at most eight decimals. Null for the input price. */
  cachedInputPricePerMillionTokens?: string | null | undefined;
  /** Where the gateway finds the credential, as on creation. */
  credentialRef?: string | null | undefined;
  /** False takes it out of every route for now. */
  enabled?: boolean | null | undefined;
  /** Its version as last read; another one answers VERSION_CONFLICT. */
  expectedVersion: number;
  /** In the organization's currency: 0 to 1,000,000, at most eight decimals. */
  inputPricePerMillionTokens?: string | null | undefined;
  /** The configuration to change. */
  llmConfigurationId: string;
  /** The provider's own model name: 1 to 200 printable characters. */
  model?: string | null | undefined;
  /** 1 to 80 characters after trimming, unique in the workspace. */
  name?: string | null | undefined;
  /** In the organization's currency: 0 to 1,000,000, at most eight decimals. */
  outputPricePerMillionTokens?: string | null | undefined;
  /** Where the provider runs it. */
  region?: WorkspaceRegion | null | undefined;
};

/** What is left out stays; null clears what can be cleared. */
export type UpdateVirtualKeyInput = {
  /** Models that the key may ask for, 1 to 200 of them; null for every model that the workspace routes. A repeated one counts once. */
  allowedModels?: ReadonlyArray<string> | null | undefined;
  /** False switches the key off for now, true on again, which a key that has expired is not by it. */
  enabled?: boolean | null | undefined;
  /** Its version as last read; another one answers VERSION_CONFLICT. */
  expectedVersion: number;
  /** When the key stops working; null for never. */
  expiresAt?: string | null | undefined;
  /** In the organization's currency: 0 or more, at most two decimals; null for none of the key's own. */
  monthlyBudget?: string | null | undefined;
  /** 1 to 80 characters after trimming. */
  name?: string | null | undefined;
  /** Requests in a minute, 1 or more; null for no limit. */
  requestsPerMinute?: number | null | undefined;
  /** Tokens in a minute, 1 or more; null for no limit. */
  tokensPerMinute?: number | null | undefined;
  /** The key to change. */
  virtualKeyId: string;
};

/** What is left out stays as it is. The name can't be changed. */
export type UpdateWorkspaceSettingsInput = {
  /** Percentages of the budget at which an alert is raised: up to 20 from 1 to 1,000, in any order; a repeated one counts once. */
  budgetAlertThresholds?: ReadonlyArray<number> | null | undefined;
  /** What becomes of a request that would go beyond the budget. */
  budgetEnforcement?: BudgetEnforcement | null | undefined;
  /** What the workspace is for. */
  environment?: WorkspaceEnvironment | null | undefined;
  /** Its version as last read; another one answers VERSION_CONFLICT. */
  expectedVersion: number;
  /** The whole new set of members: who stays keeps their role, who is new becomes MEMBER; the owner stays without being named. */
  memberIds?: ReadonlyArray<string> | null | undefined;
  /** In the organization's currency: 0 or more, at most two decimals. */
  monthlyBudget?: string | null | undefined;
  /** Where the traffic of the workspace may go. */
  region?: WorkspaceRegion | null | undefined;
  /** IANA name, such as Africa/Kigali. */
  timeZone?: string | null | undefined;
  /** The workspace to change. */
  workspaceId: string;
};

/** By what usage is told apart. */
export type UsageDimension =
  /** The model name that clients asked for. */
  | 'MODEL'
  /** Who answered; none where no provider was asked. */
  | 'PROVIDER'
  /** What became of the request. */
  | 'STATUS'
  /** The key. */
  | 'VIRTUAL_KEY';
export const UsageDimension = { MODEL: 'MODEL', PROVIDER: 'PROVIDER', STATUS: 'STATUS', VIRTUAL_KEY: 'VIRTUAL_KEY' } as const;

/** How long a bucket is. Hours and days are those of the time zone that the workspace had when the usage was recorded, so that none moves when the zone changes; a day counts in the month of the present zone in which its noon lies. */
export type UsageGranularity =
  /** A calendar day. */
  | 'DAY'
  /** An hour by the clock. */
  | 'HOUR'
  /** A calendar month. */
  | 'MONTH';
export const UsageGranularity = { DAY: 'DAY', HOUR: 'HOUR', MONTH: 'MONTH' } as const;

/** What one request has used. */
export type UsageRecordInput = {
  /** Of the input, what came from the provider's prompt cache. */
  cachedInputTokens?: number;
  /** What the provider billed, where it says so, in the organization's currency: 0 to 1,000,000, at most eight decimals. Computed from tokens and present prices otherwise, rounded half up to eight decimals. */
  cost?: string | null | undefined;
  /** What went wrong: 1 to 200 printable characters. */
  errorCode?: string | null | undefined;
  /** Guardrails that matched, at most 200; they may be deleted by now. */
  guardrailIds?: ReadonlyArray<string> | null | undefined;
  /** 0 or more, those from the cache included. */
  inputTokens: number;
  /** Lower-case hex SHA-256 of the virtual key's secret. */
  keyDigest: string;
  /** From the request to the end of its answer: 0 to 86,400,000. */
  latencyMs: number;
  /** Where it went, which may be deleted by now; null where no provider was asked. */
  llmConfigurationId?: string | null | undefined;
  /** The model name that the client asked for: 1 to 200 printable characters. */
  model: string;
  /** When the request came in; at most five minutes ahead, and in a month whose records are still kept. */
  occurredAt: string;
  /** 0 or more. */
  outputTokens: number;
  /** The gateway's own id of the request: 1 to 200 printable characters, unique in the workspace. */
  requestId: string;
  /** What became of it. */
  status: RequestStatus;
  /** At most 20 of 1 to 100 printable characters. */
  tags?: ReadonlyArray<string> | null | undefined;
};

/** Why a mutation was refused. */
export type UserErrorCode =
  /** The viewer sees it, but may not do this. */
  | 'FORBIDDEN'
  /** The idempotency key was used before with another input. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** The value is not one that this field takes. */
  | 'INVALID'
  /** Another object still uses it. */
  | 'IN_USE'
  /** More than one object or request may hold. */
  | 'LIMIT_REACHED'
  /** There is no such thing, or the viewer may not see it. */
  | 'NOT_FOUND'
  /** A route would leave the workspace's region. */
  | 'REGION_MISMATCH'
  /** A value is missing, or null where nothing can be cleared. */
  | 'REQUIRED'
  /** Something else already has this name. */
  | 'TAKEN'
  /** It was changed by somebody else since it was read. */
  | 'VERSION_CONFLICT';
export const UserErrorCode = { FORBIDDEN: 'FORBIDDEN', IDEMPOTENCY_KEY_REUSED: 'IDEMPOTENCY_KEY_REUSED', INVALID: 'INVALID', IN_USE: 'IN_USE', LIMIT_REACHED: 'LIMIT_REACHED', NOT_FOUND: 'NOT_FOUND', REGION_MISMATCH: 'REGION_MISMATCH', REQUIRED: 'REQUIRED', TAKEN: 'TAKEN', VERSION_CONFLICT: 'VERSION_CONFLICT' } as const;

/** Which people of the directory to list; conditions that are given must all hold. */
export type UserFilter = {
  /** True for who can sign in, false for who can not. */
  active?: boolean | null | undefined;
  /** Part of the name or e-mail address, without regard to case and accents. */
  search?: string | null | undefined;
  /** Any of these identity provider's subjects, to the letter. */
  subjects?: ReadonlyArray<string> | null | undefined;
};

/** Which keys to list; conditions that are given must all hold. */
export type VirtualKeyFilter = {
  /** Made by any of these people. */
  createdByIds?: ReadonlyArray<string> | null | undefined;
  /** Stops working before this time, or has by now; never one without an end. */
  expiresBefore?: string | null | undefined;
  /** Not reviewed since this time, or never. */
  notReviewedSince?: string | null | undefined;
  /** Part of the name, case-insensitive. */
  search?: string | null | undefined;
  /** Any of these statuses. */
  statuses?: ReadonlyArray<VirtualKeyStatus> | null | undefined;
  /** Not used for so many days, 0 to 36500, or never. */
  unusedForDays?: number | null | undefined;
  /** Of any of these workspaces. */
  workspaceIds?: ReadonlyArray<string> | null | undefined;
};

/** How to order keys. */
export type VirtualKeyOrder = {
  /** Which end comes first. */
  direction: OrderDirection;
  /** What to order by. */
  field: VirtualKeyOrderField;
};

/** What keys can be ordered by. */
export type VirtualKeyOrderField =
  /** When it was created. */
  | 'CREATED_AT'
  /** When it expires; one that never does counts as the last. */
  | 'EXPIRES_AT'
  /** When it was last used; one that was never used counts as the oldest. */
  | 'LAST_USED_AT'
  /** The name, without regard to case. */
  | 'NAME';
export const VirtualKeyOrderField = { CREATED_AT: 'CREATED_AT', EXPIRES_AT: 'EXPIRES_AT', LAST_USED_AT: 'LAST_USED_AT', NAME: 'NAME' } as const;

/** ACTIVE is the only status that the gateway accepts, and the only one that counts as an active key. */
export type VirtualKeyStatus =
  /** Accepted by the gateway. */
  | 'ACTIVE'
  /** Switched off for now. */
  | 'DISABLED'
  /** Past its expiresAt, at the moment of reading. */
  | 'EXPIRED'
  /** Switched off for ever. */
  | 'REVOKED';
export const VirtualKeyStatus = { ACTIVE: 'ACTIVE', DISABLED: 'DISABLED', EXPIRED: 'EXPIRED', REVOKED: 'REVOKED' } as const;

/** What the workspace is for. */
export type WorkspaceEnvironment =
  /** Traffic of real users. */
  | 'PRODUCTION'
  /** Trials and experiments. */
  | 'SANDBOX'
  /** Rehearsal of what goes to production. */
  | 'STAGING';
export const WorkspaceEnvironment = { PRODUCTION: 'PRODUCTION', SANDBOX: 'SANDBOX', STAGING: 'STAGING' } as const;

/** Which workspaces to list; conditions that are given must all hold. */
export type WorkspaceFilter = {
  /** True for the archived ones in place of the others. */
  archived?: boolean | null | undefined;
  /** Any of these environments. */
  environments?: ReadonlyArray<WorkspaceEnvironment> | null | undefined;
  /** Any of these whole names, compared as names are where they are unique. */
  names?: ReadonlyArray<string> | null | undefined;
  /** Owned by any of these people or teams. */
  ownerIds?: ReadonlyArray<string> | null | undefined;
  /** Part of the owner's name, person or team, without regard to case and accents. */
  ownerSearch?: string | null | undefined;
  /** Any of these regions. */
  regions?: ReadonlyArray<WorkspaceRegion> | null | undefined;
  /** Part of the name, case-insensitive. */
  search?: string | null | undefined;
  /** Any of these statuses. */
  statuses?: ReadonlyArray<WorkspaceStatus> | null | undefined;
};

/** How to order workspaces. */
export type WorkspaceOrder = {
  /** Which end comes first. */
  direction: OrderDirection;
  /** What to order by. */
  field: WorkspaceOrderField;
};

/** What workspaces can be ordered by. */
export type WorkspaceOrderField =
  /** When it was created. */
  | 'CREATED_AT'
  /** The monthly budget. */
  | 'MONTHLY_BUDGET'
  /** The name, without regard to case. */
  | 'NAME';
export const WorkspaceOrderField = { CREATED_AT: 'CREATED_AT', MONTHLY_BUDGET: 'MONTHLY_BUDGET', NAME: 'NAME' } as const;

/** Where the traffic of the workspace may go. */
export type WorkspaceRegion =
  /** The European Union. */
  | 'EU'
  /** Anywhere. */
  | 'GLOBAL'
  /** Rwanda. */
  | 'RWANDA'
  /** The United States. */
  | 'US';
export const WorkspaceRegion = { EU: 'EU', GLOBAL: 'GLOBAL', RWANDA: 'RWANDA', US: 'US' } as const;

/** Where the workspace stands in its life. */
export type WorkspaceStatus =
  /** In use. */
  | 'ACTIVE'
  /** In use, while somebody checks that it is in order. */
  | 'REVIEW';
export const WorkspaceStatus = { ACTIVE: 'ACTIVE', REVIEW: 'REVIEW' } as const;

export type OrganizationAuditLogQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: AuditFilter | null | undefined;
  totalCount?: boolean | null | undefined;
}>;


export type OrganizationAuditLogQuery = { auditLog: { __typename?: 'AuditEventConnection', totalCount?: number, nodes: Array<AuditEventFragment>, pageInfo: PageInfoFragment } | null };

export type UserErrorFragment = { __typename?: 'UserError', code: Open<UserErrorCode>, message: string, field: Array<string> | null };

export type MoneyFragment = { __typename?: 'Money', amount: string, currency: string };

export type UserFragment = { __typename?: 'User', id: string, name: string, email: string, active: boolean, subject: string | null };

export type PageInfoFragment = { __typename?: 'PageInfo', hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null };

export type GatewayAuthorizationFragment = { __typename?: 'GatewayAuthorization', allowed: boolean, reservationExpiresAt: string | null, denial: { __typename?: 'GatewayDenial', code: Open<GatewayDenialCode>, message: string, retryAt: string | null } | null, reservedCost: MoneyFragment | null, workspace: { __typename?: 'Workspace', id: string } | null, virtualKey: { __typename?: 'VirtualKey', id: string } | null, targets: Array<{ __typename?: 'RouteTarget', weight: number, llmConfiguration: { __typename?: 'LlmConfiguration', id: string, version: number } }>, guardrails: Array<{ __typename?: 'Guardrail', id: string, version: number }> };

export type AuthorizeGatewayRequestMutationVariables = Exact<{
  input: AuthorizeGatewayRequestInput;
}>;


export type AuthorizeGatewayRequestMutation = { authorizeGatewayRequest: GatewayAuthorizationFragment | null };

export type RecordUsageMutationVariables = Exact<{
  input: RecordUsageInput;
}>;


export type RecordUsageMutation = { recordUsage: { __typename?: 'RecordUsagePayload', recorded: number, duplicates: number, userErrors: Array<UserErrorFragment> } | null };

export type GuardrailFragment = { __typename?: 'Guardrail', id: string, name: string, position: number, stage: Open<GuardrailStage>, kind: Open<GuardrailKind>, action: Open<GuardrailAction>, terms: Array<string> | null, pattern: string | null, piiTypes: Array<Open<PiiType>> | null, country: string | null, maxLength: number | null, enabled: boolean, version: number, createdAt: string, updatedAt: string, deletedAt: string | null, workspace: { __typename?: 'Workspace', id: string, name: string } };

export type GuardrailsQueryVariables = Exact<{
  workspaceId: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  totalCount?: boolean | null | undefined;
}>;


export type GuardrailsQuery = { workspace: { __typename?: 'Workspace', id: string, guardrails: { __typename?: 'GuardrailConnection', totalCount?: number, nodes: Array<GuardrailFragment>, pageInfo: PageInfoFragment } } | null };

export type GuardrailQueryVariables = Exact<{
  id: string;
}>;


export type GuardrailQuery = { node:
    | { __typename: 'AuditEvent' }
    | (
      { __typename: 'Guardrail' }
      & GuardrailFragment
    )
    | { __typename: 'LlmConfiguration' }
    | { __typename: 'Member' }
    | { __typename: 'ModelRoute' }
    | { __typename: 'RequestLog' }
    | { __typename: 'ServiceToken' }
    | { __typename: 'Team' }
    | { __typename: 'User' }
    | { __typename: 'VirtualKey' }
    | { __typename: 'Workspace' }
   | null };

export type GuardrailsByIdQueryVariables = Exact<{
  ids: ReadonlyArray<string> | string;
}>;


export type GuardrailsByIdQuery = { nodes: Array<
    | { __typename: 'AuditEvent' }
    | (
      { __typename: 'Guardrail' }
      & GuardrailFragment
    )
    | { __typename: 'LlmConfiguration' }
    | { __typename: 'Member' }
    | { __typename: 'ModelRoute' }
    | { __typename: 'RequestLog' }
    | { __typename: 'ServiceToken' }
    | { __typename: 'Team' }
    | { __typename: 'User' }
    | { __typename: 'VirtualKey' }
    | { __typename: 'Workspace' }
   | null> | null };

export type CreateGuardrailMutationVariables = Exact<{
  input: CreateGuardrailInput;
}>;


export type CreateGuardrailMutation = { createGuardrail: { __typename?: 'CreateGuardrailPayload', guardrail: GuardrailFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type UpdateGuardrailMutationVariables = Exact<{
  input: UpdateGuardrailInput;
}>;


export type UpdateGuardrailMutation = { updateGuardrail: { __typename?: 'UpdateGuardrailPayload', guardrail: GuardrailFragment | null, conflictingGuardrail: GuardrailFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type DeleteGuardrailMutationVariables = Exact<{
  input: DeleteGuardrailInput;
}>;


export type DeleteGuardrailMutation = { deleteGuardrail: { __typename?: 'DeleteGuardrailPayload', deletedId: string | null, userErrors: Array<UserErrorFragment> } | null };

export type CheckGuardrailsQueryVariables = Exact<{
  input: CheckGuardrailsInput;
}>;


export type CheckGuardrailsQuery = { checkGuardrails: { __typename?: 'GuardrailCheck', outcome: Open<GuardrailOutcome>, text: string | null, matches: Array<{ __typename?: 'GuardrailMatch', piiType: Open<PiiType> | null, start: number, end: number, guardrail: { __typename?: 'Guardrail', id: string, name: string, position: number, kind: Open<GuardrailKind>, action: Open<GuardrailAction> } }> } | null };

export type LlmConfigurationFragment = { __typename?: 'LlmConfiguration', id: string, name: string, provider: Open<LlmProvider>, model: string, region: Open<WorkspaceRegion>, baseUrl: string | null, credentialRef: string, enabled: boolean, version: number, createdAt: string, updatedAt: string, deletedAt: string | null, workspace: { __typename?: 'Workspace', id: string, name: string }, inputPricePerMillionTokens: MoneyFragment, cachedInputPricePerMillionTokens: MoneyFragment, outputPricePerMillionTokens: MoneyFragment };

export type LlmConfigurationsQueryVariables = Exact<{
  workspaceId: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  totalCount?: boolean | null | undefined;
}>;


export type LlmConfigurationsQuery = { workspace: { __typename?: 'Workspace', id: string, llmConfigurations: { __typename?: 'LlmConfigurationConnection', totalCount?: number, nodes: Array<LlmConfigurationFragment>, pageInfo: PageInfoFragment } } | null };

export type LlmConfigurationQueryVariables = Exact<{
  id: string;
}>;


export type LlmConfigurationQuery = { node:
    | { __typename: 'AuditEvent' }
    | { __typename: 'Guardrail' }
    | (
      { __typename: 'LlmConfiguration' }
      & LlmConfigurationFragment
    )
    | { __typename: 'Member' }
    | { __typename: 'ModelRoute' }
    | { __typename: 'RequestLog' }
    | { __typename: 'ServiceToken' }
    | { __typename: 'Team' }
    | { __typename: 'User' }
    | { __typename: 'VirtualKey' }
    | { __typename: 'Workspace' }
   | null };

export type LlmConfigurationsByIdQueryVariables = Exact<{
  ids: ReadonlyArray<string> | string;
}>;


export type LlmConfigurationsByIdQuery = { nodes: Array<
    | { __typename: 'AuditEvent' }
    | { __typename: 'Guardrail' }
    | (
      { __typename: 'LlmConfiguration' }
      & LlmConfigurationFragment
    )
    | { __typename: 'Member' }
    | { __typename: 'ModelRoute' }
    | { __typename: 'RequestLog' }
    | { __typename: 'ServiceToken' }
    | { __typename: 'Team' }
    | { __typename: 'User' }
    | { __typename: 'VirtualKey' }
    | { __typename: 'Workspace' }
   | null> | null };

export type CreateLlmConfigurationMutationVariables = Exact<{
  input: CreateLlmConfigurationInput;
}>;


export type CreateLlmConfigurationMutation = { createLlmConfiguration: { __typename?: 'CreateLlmConfigurationPayload', llmConfiguration: LlmConfigurationFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type UpdateLlmConfigurationMutationVariables = Exact<{
  input: UpdateLlmConfigurationInput;
}>;


export type UpdateLlmConfigurationMutation = { updateLlmConfiguration: { __typename?: 'UpdateLlmConfigurationPayload', llmConfiguration: LlmConfigurationFragment | null, conflictingLlmConfiguration: LlmConfigurationFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type DeleteLlmConfigurationMutationVariables = Exact<{
  input: DeleteLlmConfigurationInput;
}>;


export type DeleteLlmConfigurationMutation = { deleteLlmConfiguration: { __typename?: 'DeleteLlmConfigurationPayload', deletedId: string | null, userErrors: Array<UserErrorFragment> } | null };

export type RequestLogFragment = { __typename?: 'RequestLog', id: string, requestId: string, model: string, provider: Open<LlmProvider> | null, status: Open<RequestStatus>, errorCode: string | null, providerModel: string | null, inputTokens: number, cachedInputTokens: number, outputTokens: number, latencyMs: number, tags: Array<string>, occurredAt: string, workspace: { __typename?: 'Workspace', id: string, name: string }, virtualKey: { __typename?: 'VirtualKey', id: string, name: string, maskedKey: string } | null, llmConfiguration: { __typename?: 'LlmConfiguration', id: string, name: string } | null, cost: MoneyFragment, guardrails: Array<{ __typename?: 'Guardrail', id: string, name: string }> };

export type RequestLogsQueryVariables = Exact<{
  workspaceId: string;
  range: TimeRangeInput;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: RequestLogFilter | null | undefined;
}>;


export type RequestLogsQuery = { workspace: { __typename?: 'Workspace', id: string, logs: { __typename?: 'RequestLogConnection', nodes: Array<RequestLogFragment>, pageInfo: PageInfoFragment } } | null };

export type RequestLogQueryVariables = Exact<{
  id: string;
}>;


export type RequestLogQuery = { node:
    | { __typename: 'AuditEvent' }
    | { __typename: 'Guardrail' }
    | { __typename: 'LlmConfiguration' }
    | { __typename: 'Member' }
    | { __typename: 'ModelRoute' }
    | (
      { __typename: 'RequestLog' }
      & RequestLogFragment
    )
    | { __typename: 'ServiceToken' }
    | { __typename: 'Team' }
    | { __typename: 'User' }
    | { __typename: 'VirtualKey' }
    | { __typename: 'Workspace' }
   | null };

export type RequestLogsByIdQueryVariables = Exact<{
  ids: ReadonlyArray<string> | string;
}>;


export type RequestLogsByIdQuery = { nodes: Array<
    | { __typename: 'AuditEvent' }
    | { __typename: 'Guardrail' }
    | { __typename: 'LlmConfiguration' }
    | { __typename: 'Member' }
    | { __typename: 'ModelRoute' }
    | (
      { __typename: 'RequestLog' }
      & RequestLogFragment
    )
    | { __typename: 'ServiceToken' }
    | { __typename: 'Team' }
    | { __typename: 'User' }
    | { __typename: 'VirtualKey' }
    | { __typename: 'Workspace' }
   | null> | null };

export type MemberFragment = { __typename?: 'Member', id: string, role: Open<MemberRole>, joinedAt: string, user: UserFragment };

export type MembersQueryVariables = Exact<{
  workspaceId: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  totalCount?: boolean | null | undefined;
}>;


export type MembersQuery = { workspace: { __typename?: 'Workspace', id: string, members: { __typename?: 'MemberConnection', totalCount?: number, nodes: Array<MemberFragment>, pageInfo: PageInfoFragment } } | null };

export type ChangeMemberRoleMutationVariables = Exact<{
  input: ChangeMemberRoleInput;
}>;


export type ChangeMemberRoleMutation = { changeMemberRole: { __typename?: 'ChangeMemberRolePayload', member: MemberFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type ModelRouteFragment = { __typename?: 'ModelRoute', id: string, model: string, strategy: Open<RouteStrategy>, version: number, createdAt: string, updatedAt: string, workspace: { __typename?: 'Workspace', id: string, name: string }, targets: Array<{ __typename?: 'RouteTarget', weight: number, llmConfiguration: { __typename?: 'LlmConfiguration', id: string, name: string, provider: Open<LlmProvider>, model: string, region: Open<WorkspaceRegion>, enabled: boolean } }> };

export type ModelRoutesQueryVariables = Exact<{
  workspaceId: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  totalCount?: boolean | null | undefined;
}>;


export type ModelRoutesQuery = { workspace: { __typename?: 'Workspace', id: string, modelRoutes: { __typename?: 'ModelRouteConnection', totalCount?: number, nodes: Array<ModelRouteFragment>, pageInfo: PageInfoFragment } } | null };

export type ModelRouteQueryVariables = Exact<{
  id: string;
}>;


export type ModelRouteQuery = { node:
    | { __typename: 'AuditEvent' }
    | { __typename: 'Guardrail' }
    | { __typename: 'LlmConfiguration' }
    | { __typename: 'Member' }
    | (
      { __typename: 'ModelRoute' }
      & ModelRouteFragment
    )
    | { __typename: 'RequestLog' }
    | { __typename: 'ServiceToken' }
    | { __typename: 'Team' }
    | { __typename: 'User' }
    | { __typename: 'VirtualKey' }
    | { __typename: 'Workspace' }
   | null };

export type ModelRoutesByIdQueryVariables = Exact<{
  ids: ReadonlyArray<string> | string;
}>;


export type ModelRoutesByIdQuery = { nodes: Array<
    | { __typename: 'AuditEvent' }
    | { __typename: 'Guardrail' }
    | { __typename: 'LlmConfiguration' }
    | { __typename: 'Member' }
    | (
      { __typename: 'ModelRoute' }
      & ModelRouteFragment
    )
    | { __typename: 'RequestLog' }
    | { __typename: 'ServiceToken' }
    | { __typename: 'Team' }
    | { __typename: 'User' }
    | { __typename: 'VirtualKey' }
    | { __typename: 'Workspace' }
   | null> | null };

export type SetModelRouteMutationVariables = Exact<{
  input: SetModelRouteInput;
}>;


export type SetModelRouteMutation = { setModelRoute: { __typename?: 'SetModelRoutePayload', modelRoute: ModelRouteFragment | null, conflictingModelRoute: ModelRouteFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type DeleteModelRouteMutationVariables = Exact<{
  input: DeleteModelRouteInput;
}>;


export type DeleteModelRouteMutation = { deleteModelRoute: { __typename?: 'DeleteModelRoutePayload', deletedId: string | null, userErrors: Array<UserErrorFragment> } | null };

export type ServiceTokenFragment = { __typename?: 'ServiceToken', id: string, name: string, maskedToken: string, scopes: Array<Open<ServiceScope>>, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null, secrets: Array<{ __typename?: 'ServiceTokenSecret', maskedToken: string, createdAt: string, expiresAt: string | null, lastUsedAt: string | null }> };

export type ServiceTokensQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  totalCount?: boolean | null | undefined;
}>;


export type ServiceTokensQuery = { serviceTokens: { __typename?: 'ServiceTokenConnection', totalCount?: number, nodes: Array<ServiceTokenFragment>, pageInfo: PageInfoFragment } | null };

export type CreateServiceTokenMutationVariables = Exact<{
  input: CreateServiceTokenInput;
}>;


export type CreateServiceTokenMutation = { createServiceToken: { __typename?: 'CreateServiceTokenPayload', token: string | null, message: string | null, serviceToken: ServiceTokenFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type RotateServiceTokenMutationVariables = Exact<{
  input: RotateServiceTokenInput;
}>;


export type RotateServiceTokenMutation = { rotateServiceToken: { __typename?: 'RotateServiceTokenPayload', token: string | null, message: string | null, serviceToken: ServiceTokenFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type RevokeServiceTokenMutationVariables = Exact<{
  input: RevokeServiceTokenInput;
}>;


export type RevokeServiceTokenMutation = { revokeServiceToken: { __typename?: 'RevokeServiceTokenPayload', serviceToken: ServiceTokenFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type SyncTeamAccessMutationVariables = Exact<{
  input: SyncTeamAccessInput;
}>;


export type SyncTeamAccessMutation = { syncTeamAccess: { __typename?: 'SyncTeamAccessPayload', usersChanged: number, usersDeactivated: number, teamsChanged: number, userErrors: Array<UserErrorFragment> } | null };

export type TeamFragment = { __typename?: 'Team', id: string, name: string, externalId: string | null };

export type TeamsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  search?: string | null | undefined;
  totalCount?: boolean | null | undefined;
}>;


export type TeamsQuery = { teams: { __typename?: 'TeamConnection', totalCount?: number, nodes: Array<TeamFragment>, pageInfo: PageInfoFragment } | null };

export type AssignableUsersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  search?: string | null | undefined;
  totalCount?: boolean | null | undefined;
}>;


export type AssignableUsersQuery = { assignableUsers: { __typename?: 'UserConnection', totalCount?: number, nodes: Array<UserFragment>, pageInfo: PageInfoFragment } | null };

export type UsersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: UserFilter | null | undefined;
  totalCount?: boolean | null | undefined;
}>;


export type UsersQuery = { users: { __typename?: 'UserConnection', totalCount?: number, nodes: Array<UserFragment>, pageInfo: PageInfoFragment } | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { __typename?: 'Viewer', organizationRole: Open<OrganizationRole> | null, user: UserFragment | null, teams: Array<{ __typename?: 'Team', id: string, name: string }>, activeWorkspace: WorkspaceCardFragment | null } | null };

export type VirtualKeyFragment = { __typename?: 'VirtualKey', id: string, name: string, maskedKey: string, status: Open<VirtualKeyStatus>, version: number, viewerCanUpdate: boolean, createdByName: string | null, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, allowedModels: Array<string> | null, requestsPerMinute: number | null, tokensPerMinute: number | null, lastReviewedAt: string | null, lastReviewedByName: string | null, revokedAt: string | null, workspace: { __typename?: 'Workspace', id: string, name: string }, createdBy: UserFragment | null, monthlyBudget: MoneyFragment | null, spent: MoneyFragment, reserved: MoneyFragment, secrets: Array<{ __typename?: 'VirtualKeySecret', maskedKey: string, createdAt: string, expiresAt: string | null, lastUsedAt: string | null }>, lastReviewedBy: UserFragment | null };

export type VirtualKeysQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: VirtualKeyFilter | null | undefined;
  orderBy?: VirtualKeyOrder | null | undefined;
  totalCount?: boolean | null | undefined;
}>;


export type VirtualKeysQuery = { virtualKeys: { __typename?: 'VirtualKeyConnection', totalCount?: number, nodes: Array<VirtualKeyFragment>, pageInfo: PageInfoFragment } | null };

export type VirtualKeyQueryVariables = Exact<{
  id: string;
}>;


export type VirtualKeyQuery = { node:
    | { __typename: 'AuditEvent' }
    | { __typename: 'Guardrail' }
    | { __typename: 'LlmConfiguration' }
    | { __typename: 'Member' }
    | { __typename: 'ModelRoute' }
    | { __typename: 'RequestLog' }
    | { __typename: 'ServiceToken' }
    | { __typename: 'Team' }
    | { __typename: 'User' }
    | (
      { __typename: 'VirtualKey' }
      & VirtualKeyFragment
    )
    | { __typename: 'Workspace' }
   | null };

export type VirtualKeysByIdQueryVariables = Exact<{
  ids: ReadonlyArray<string> | string;
}>;


export type VirtualKeysByIdQuery = { nodes: Array<
    | { __typename: 'AuditEvent' }
    | { __typename: 'Guardrail' }
    | { __typename: 'LlmConfiguration' }
    | { __typename: 'Member' }
    | { __typename: 'ModelRoute' }
    | { __typename: 'RequestLog' }
    | { __typename: 'ServiceToken' }
    | { __typename: 'Team' }
    | { __typename: 'User' }
    | (
      { __typename: 'VirtualKey' }
      & VirtualKeyFragment
    )
    | { __typename: 'Workspace' }
   | null> | null };

export type CreateVirtualKeyMutationVariables = Exact<{
  input: CreateVirtualKeyInput;
}>;


export type CreateVirtualKeyMutation = { createVirtualKey: { __typename?: 'CreateVirtualKeyPayload', secret: string | null, message: string | null, virtualKey: VirtualKeyFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type UpdateVirtualKeyMutationVariables = Exact<{
  input: UpdateVirtualKeyInput;
}>;


export type UpdateVirtualKeyMutation = { updateVirtualKey: { __typename?: 'UpdateVirtualKeyPayload', virtualKey: VirtualKeyFragment | null, conflictingVirtualKey: VirtualKeyFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type RotateVirtualKeyMutationVariables = Exact<{
  input: RotateVirtualKeyInput;
}>;


export type RotateVirtualKeyMutation = { rotateVirtualKey: { __typename?: 'RotateVirtualKeyPayload', secret: string | null, message: string | null, virtualKey: VirtualKeyFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type RevokeVirtualKeyMutationVariables = Exact<{
  input: RevokeVirtualKeyInput;
}>;


export type RevokeVirtualKeyMutation = { revokeVirtualKey: { __typename?: 'RevokeVirtualKeyPayload', virtualKey: VirtualKeyFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type ReviewVirtualKeysMutationVariables = Exact<{
  input: ReviewVirtualKeysInput;
}>;


export type ReviewVirtualKeysMutation = { reviewVirtualKeys: { __typename?: 'ReviewVirtualKeysPayload', virtualKeys: Array<VirtualKeyFragment> | null, userErrors: Array<UserErrorFragment> } | null };

export type WorkspaceCardFragment = { __typename?: 'Workspace', id: string, name: string, environment: Open<WorkspaceEnvironment>, status: Open<WorkspaceStatus>, region: Open<WorkspaceRegion>, memberCount: number, activeKeyCount: number, isActive: boolean, version: number, owner:
    | { __typename: 'Team', id: string, name: string }
    | { __typename: 'User', id: string, name: string }
  , monthlyBudget: MoneyFragment };

export type WorkspaceDetailsFragment = (
  { __typename?: 'Workspace', createdAt: string, updatedAt: string, viewerRole: Open<MemberRole> | null, viewerCanUpdateSettings: boolean, archivedAt: string | null, timeZone: string, review: { __typename?: 'WorkspaceReview', reason: string, requestedByName: string, requestedAt: string, dueAt: string | null, requestedBy: UserFragment | null } | null }
  & WorkspaceCardFragment
);

export type ReviewFindingFragment = { __typename?: 'ReviewFinding', code: Open<ReviewFindingCode>, severity: Open<FindingSeverity>, message: string, virtualKey: { __typename?: 'VirtualKey', id: string, name: string, maskedKey: string, lastUsedAt: string | null } | null };

export type ReviewFindingDetailsFragment = (
  { __typename?: 'ReviewFinding', llmConfiguration: { __typename?: 'LlmConfiguration', id: string, name: string } | null, modelRoute: { __typename?: 'ModelRoute', id: string, model: string } | null }
  & ReviewFindingFragment
);

export type AuditEventFragment = { __typename?: 'AuditEvent', id: string, action: string, targetId: string | null, occurredAt: string, requestId: string | null, actor: { __typename?: 'AuditActor', kind: Open<AuditActorKind>, name: string, actorId: string | null, user: UserFragment | null }, workspace: { __typename?: 'Workspace', id: string, name: string } | null, changes: Array<{ __typename?: 'AuditChange', field: string, before: string | null, after: string | null }> };

export type WorkspaceBudgetFragment = { __typename?: 'WorkspaceBudget', utilization: number | null, state: Open<BudgetState>, enforcement: Open<BudgetEnforcement>, alertThresholds: Array<number>, periodStart: string, periodEnd: string, timeZone: string, limit: MoneyFragment, spent: MoneyFragment, reserved: MoneyFragment, remaining: MoneyFragment, alerts: Array<{ __typename?: 'BudgetAlert', threshold: number, raisedAt: string, spent: MoneyFragment }>, forecast: { __typename?: 'BudgetForecast', exhaustedAt: string | null, expectedSpend: MoneyFragment } };

export type UsageBucketFragment = { __typename?: 'UsageBucket', start: string, group: string | null, isOther: boolean, requests: string, errors: string, inputTokens: string, outputTokens: string, virtualKey: { __typename?: 'VirtualKey', id: string, name: string, maskedKey: string } | null, cost: MoneyFragment };

export type InsightGroupFragment = { __typename?: 'InsightGroup', group: string, requests: string, share: number, virtualKey: { __typename?: 'VirtualKey', id: string, name: string, maskedKey: string } | null, cost: MoneyFragment };

export type WorkspaceInsightsFragment = { __typename?: 'WorkspaceInsights', requests: string, errorRate: number, costChange: number | null, latencyMsP50: number | null, latencyMsP95: number | null, latencyMsP99: number | null, cost: MoneyFragment, topModels: Array<InsightGroupFragment>, topVirtualKeys: Array<InsightGroupFragment>, denials: Array<{ __typename?: 'DenialCount', code: Open<GatewayDenialCode>, model: string, requests: string, virtualKey: { __typename?: 'VirtualKey', id: string, name: string, maskedKey: string } | null }> };

export type WorkspaceSummaryQueryVariables = Exact<{ [key: string]: never; }>;


export type WorkspaceSummaryQuery = { workspaceSummary: { __typename?: 'WorkspaceSummary', totalWorkspaces: number, totalActiveKeys: number, productionWorkspaces: number, activeWorkspace: WorkspaceCardFragment | null, totalMonthlyBudget: MoneyFragment, totalSpent: MoneyFragment } | null };

export type WorkspacesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: WorkspaceFilter | null | undefined;
  orderBy?: WorkspaceOrder | null | undefined;
  totalCount?: boolean | null | undefined;
}>;


export type WorkspacesQuery = { workspaces: { __typename?: 'WorkspaceConnection', totalCount?: number, nodes: Array<WorkspaceCardFragment>, pageInfo: PageInfoFragment } | null };

export type WorkspacesWithFindingsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: WorkspaceFilter | null | undefined;
  orderBy?: WorkspaceOrder | null | undefined;
  totalCount?: boolean | null | undefined;
}>;


export type WorkspacesWithFindingsQuery = { workspaces: { __typename?: 'WorkspaceConnection', totalCount?: number, nodes: Array<(
      { __typename?: 'Workspace', reviewFindings: Array<ReviewFindingFragment> }
      & WorkspaceCardFragment
    )>, pageInfo: PageInfoFragment } | null };

export type ReviewFindingsQueryVariables = Exact<{
  workspaceId: string;
}>;


export type ReviewFindingsQuery = { workspace: { __typename?: 'Workspace', id: string, reviewFindings: Array<ReviewFindingDetailsFragment> } | null };

export type AuditLogQueryVariables = Exact<{
  workspaceId: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: AuditFilter | null | undefined;
  totalCount?: boolean | null | undefined;
}>;


export type AuditLogQuery = { workspace: { __typename?: 'Workspace', id: string, auditLog: { __typename?: 'AuditEventConnection', totalCount?: number, nodes: Array<AuditEventFragment>, pageInfo: PageInfoFragment } | null } | null };

export type WorkspaceBudgetQueryVariables = Exact<{
  workspaceId: string;
}>;


export type WorkspaceBudgetQuery = { workspace: { __typename?: 'Workspace', id: string, budget: WorkspaceBudgetFragment } | null };

export type WorkspaceUsageQueryVariables = Exact<{
  workspaceId: string;
  range?: TimeRangeInput | null | undefined;
  granularity?: UsageGranularity | null | undefined;
  groupBy?: UsageDimension | null | undefined;
  groups?: number | null | undefined;
}>;


export type WorkspaceUsageQuery = { workspace: { __typename?: 'Workspace', id: string, usage: Array<UsageBucketFragment> } | null };

export type WorkspaceInsightsQueryVariables = Exact<{
  workspaceId: string;
  range?: TimeRangeInput | null | undefined;
}>;


export type WorkspaceInsightsQuery = { workspace: { __typename?: 'Workspace', id: string, insights: WorkspaceInsightsFragment } | null };

export type WorkspaceQueryVariables = Exact<{
  id: string;
}>;


export type WorkspaceQuery = { workspace: WorkspaceDetailsFragment | null };

export type WorkspacesByIdQueryVariables = Exact<{
  ids: ReadonlyArray<string> | string;
}>;


export type WorkspacesByIdQuery = { nodes: Array<
    | { __typename: 'AuditEvent' }
    | { __typename: 'Guardrail' }
    | { __typename: 'LlmConfiguration' }
    | { __typename: 'Member' }
    | { __typename: 'ModelRoute' }
    | { __typename: 'RequestLog' }
    | { __typename: 'ServiceToken' }
    | { __typename: 'Team' }
    | { __typename: 'User' }
    | { __typename: 'VirtualKey' }
    | (
      { __typename: 'Workspace' }
      & WorkspaceDetailsFragment
    )
   | null> | null };

export type ActiveWorkspaceQueryVariables = Exact<{ [key: string]: never; }>;


export type ActiveWorkspaceQuery = { activeWorkspace: WorkspaceDetailsFragment | null };

export type CreateWorkspaceMutationVariables = Exact<{
  input: CreateWorkspaceInput;
}>;


export type CreateWorkspaceMutation = { createWorkspace: { __typename?: 'CreateWorkspacePayload', workspace: WorkspaceDetailsFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type UpdateWorkspaceSettingsMutationVariables = Exact<{
  input: UpdateWorkspaceSettingsInput;
}>;


export type UpdateWorkspaceSettingsMutation = { updateWorkspaceSettings: { __typename?: 'UpdateWorkspaceSettingsPayload', workspace: WorkspaceDetailsFragment | null, conflictingWorkspace: WorkspaceDetailsFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type SelectWorkspaceMutationVariables = Exact<{
  input: SelectWorkspaceInput;
}>;


export type SelectWorkspaceMutation = { selectWorkspace: { __typename?: 'SelectWorkspacePayload', workspace: WorkspaceDetailsFragment | null, previousWorkspace: WorkspaceCardFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type TransferWorkspaceOwnershipMutationVariables = Exact<{
  input: TransferWorkspaceOwnershipInput;
}>;


export type TransferWorkspaceOwnershipMutation = { transferWorkspaceOwnership: { __typename?: 'TransferWorkspaceOwnershipPayload', workspace: WorkspaceDetailsFragment | null, conflictingWorkspace: WorkspaceDetailsFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type RequestWorkspaceReviewMutationVariables = Exact<{
  input: RequestWorkspaceReviewInput;
}>;


export type RequestWorkspaceReviewMutation = { requestWorkspaceReview: { __typename?: 'RequestWorkspaceReviewPayload', workspace: WorkspaceDetailsFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type CompleteWorkspaceReviewMutationVariables = Exact<{
  input: CompleteWorkspaceReviewInput;
}>;


export type CompleteWorkspaceReviewMutation = { completeWorkspaceReview: { __typename?: 'CompleteWorkspaceReviewPayload', workspace: WorkspaceDetailsFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type ArchiveWorkspaceMutationVariables = Exact<{
  input: ArchiveWorkspaceInput;
}>;


export type ArchiveWorkspaceMutation = { archiveWorkspace: { __typename?: 'ArchiveWorkspacePayload', workspace: WorkspaceDetailsFragment | null, conflictingWorkspace: WorkspaceDetailsFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type RestoreWorkspaceMutationVariables = Exact<{
  input: RestoreWorkspaceInput;
}>;


export type RestoreWorkspaceMutation = { restoreWorkspace: { __typename?: 'RestoreWorkspacePayload', workspace: WorkspaceDetailsFragment | null, userErrors: Array<UserErrorFragment> } | null };
