// Generated from schema.graphql and sdk/operations by `npm run generate`: do not edit.
import type * as Types from './operations.js';
/** An expected refusal. A system failure is a top-level GraphQL error instead. What is not given is made up. */
export function fakeUserError(given: Partial<Types.UserErrorFragment> = {}): Types.UserErrorFragment {
  return { code: 'FORBIDDEN', message: 'User error message', field: null, ...given };
}

/** An exact amount in one currency (ISO 4217). What is not given is made up. */
export function fakeMoney(given: Partial<Types.MoneyFragment> = {}): Types.MoneyFragment {
  return { amount: '1250.00', currency: 'USD', ...given };
}

/** A person of the organization, known from the identity provider. What is not given is made up. */
export function fakeUser(given: Partial<Types.UserFragment> = {}): Types.UserFragment {
  return { id: 'usr_01', name: 'User name', email: 'ada@example.com', active: true, subject: null, ...given };
}

/** Where a page lies in its list. What is not given is made up. */
export function fakePageInfo(given: Partial<Types.PageInfoFragment> = {}): Types.PageInfoFragment {
  return { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null, ...given };
}

/** Whether a request may go. A refusal is an answer, not an error. What is not given is made up. */
export function fakeGatewayAuthorization(given: Partial<Types.GatewayAuthorizationFragment> = {}): Types.GatewayAuthorizationFragment {
  return { allowed: false, denial: null, reservedCost: null, reservationExpiresAt: null, workspace: null, virtualKey: null, targets: [], guardrails: [], ...given };
}

/** What the texts of a workspace are looked through for. What is not given is made up. */
export function fakeGuardrail(given: Partial<Types.GuardrailFragment> = {}): Types.GuardrailFragment {
  return { id: 'guard_01', workspace: { id: 'ws_01', name: 'Workspace name' }, name: 'Guardrail name', position: 1, stage: 'INPUT', kind: 'BLOCKED_TERMS', action: 'BLOCK', terms: null, pattern: null, piiTypes: null, country: null, maxLength: null, enabled: false, version: 1, createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z', deletedAt: null, ...given };
}

/** One model at one provider, with its price and where it runs. What is not given is made up. */
export function fakeLlmConfiguration(given: Partial<Types.LlmConfigurationFragment> = {}): Types.LlmConfigurationFragment {
  return { id: 'llm_01', workspace: { id: 'ws_01', name: 'Workspace name' }, name: 'Llm configuration name', provider: 'ANTHROPIC', model: 'Llm configuration model', region: 'EU', baseUrl: null, credentialRef: 'Llm configuration credential ref', inputPricePerMillionTokens: { ...fakeMoney() }, cachedInputPricePerMillionTokens: { ...fakeMoney() }, outputPricePerMillionTokens: { ...fakeMoney() }, enabled: false, version: 1, createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z', deletedAt: null, ...given };
}

/** A request that went through the gateway. What is not given is made up. */
export function fakeRequestLog(given: Partial<Types.RequestLogFragment> = {}): Types.RequestLogFragment {
  return { id: 'log_01', workspace: { id: 'ws_01', name: 'Workspace name' }, virtualKey: null, requestId: 'Request log request id', model: 'Request log model', provider: null, llmConfiguration: null, status: 'BLOCKED', errorCode: null, providerModel: null, inputTokens: 1, cachedInputTokens: 1, outputTokens: 1, cost: { ...fakeMoney() }, latencyMs: 1, guardrails: [], tags: [], occurredAt: '2026-01-01T00:00:00.000Z', ...given };
}

/** A person in a workspace, with a role. What is not given is made up. */
export function fakeMember(given: Partial<Types.MemberFragment> = {}): Types.MemberFragment {
  return { id: 'mem_01', user: { ...fakeUser() }, role: 'ADMIN', joinedAt: '2026-01-01T00:00:00.000Z', ...given };
}

/** How requests for one model name are spread over LLM configurations. What is not given is made up. */
export function fakeModelRoute(given: Partial<Types.ModelRouteFragment> = {}): Types.ModelRouteFragment {
  return { id: 'route_01', workspace: { id: 'ws_01', name: 'Workspace name' }, model: 'Model route model', strategy: 'FALLBACK', targets: [], version: 1, createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z', ...given };
}

/** A credential for another service; only an organization admin makes one. What is not given is made up. */
export function fakeServiceToken(given: Partial<Types.ServiceTokenFragment> = {}): Types.ServiceTokenFragment {
  return { id: 'svc_01', name: 'Service token name', maskedToken: 'Service token masked token', scopes: [], createdAt: '2026-01-01T00:00:00.000Z', expiresAt: null, lastUsedAt: null, revokedAt: null, secrets: [], ...given };
}

/** A team of the organization. Sharing one is what team access means. What is not given is made up. */
export function fakeTeam(given: Partial<Types.TeamFragment> = {}): Types.TeamFragment {
  return { id: 'team_01', name: 'Team name', externalId: null, ...given };
}

/** A gateway credential. Its secret is never readable through this type. What is not given is made up. */
export function fakeVirtualKey(given: Partial<Types.VirtualKeyFragment> = {}): Types.VirtualKeyFragment {
  return { id: 'vk_01', workspace: { id: 'ws_01', name: 'Workspace name' }, name: 'Virtual key name', maskedKey: 'Virtual key masked key', status: 'ACTIVE', version: 1, viewerCanUpdate: false, createdBy: null, createdByName: null, createdAt: '2026-01-01T00:00:00.000Z', expiresAt: null, lastUsedAt: null, allowedModels: null, monthlyBudget: null, spent: { ...fakeMoney() }, reserved: { ...fakeMoney() }, requestsPerMinute: null, tokensPerMinute: null, secrets: [], lastReviewedAt: null, lastReviewedBy: null, lastReviewedByName: null, revokedAt: null, ...given };
}

/** An operating context: its own budget, members, keys and routing. As a list item it is the workspace card. What is not given is made up. */
export function fakeWorkspace(given: Partial<Types.WorkspaceDetailsFragment> = {}): Types.WorkspaceDetailsFragment {
  return { id: 'ws_01', name: 'Workspace name', owner: { __typename: 'Team', id: 'team_01', name: 'Team name' }, environment: 'PRODUCTION', status: 'ACTIVE', region: 'EU', monthlyBudget: { ...fakeMoney() }, memberCount: 1, activeKeyCount: 1, isActive: false, version: 1, createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z', viewerRole: null, viewerCanUpdateSettings: false, archivedAt: null, timeZone: 'Workspace time zone', review: null, ...given };
}

/** Something that a careful owner would look at. What is not given is made up. */
export function fakeReviewFinding(given: Partial<Types.ReviewFindingDetailsFragment> = {}): Types.ReviewFindingDetailsFragment {
  return { code: 'BUDGET_NEARLY_SPENT', severity: 'HIGH', message: 'Review finding message', virtualKey: null, llmConfiguration: null, modelRoute: null, ...given };
}

/** Written in the same transaction as the change that it tells of. What is not given is made up. */
export function fakeAuditEvent(given: Partial<Types.AuditEventFragment> = {}): Types.AuditEventFragment {
  return { id: 'aud_01', action: 'Audit event action', actor: { kind: 'SERVICE', name: 'Audit actor name', actorId: null, user: null }, workspace: null, targetId: null, changes: [], occurredAt: '2026-01-01T00:00:00.000Z', requestId: null, ...given };
}

/** What a workspace may spend in a month, and how much of it is used. What is not given is made up. */
export function fakeWorkspaceBudget(given: Partial<Types.WorkspaceBudgetFragment> = {}): Types.WorkspaceBudgetFragment {
  return { limit: { ...fakeMoney() }, spent: { ...fakeMoney() }, reserved: { ...fakeMoney() }, remaining: { ...fakeMoney() }, utilization: null, state: 'EXHAUSTED', enforcement: 'ALERT_ONLY', alertThresholds: [], alerts: [], periodStart: '2026-01-01T00:00:00.000Z', periodEnd: '2026-01-01T00:00:00.000Z', timeZone: 'Workspace budget time zone', forecast: { expectedSpend: { ...fakeMoney() }, exhaustedAt: null }, ...given };
}

/** Buckets without a request are left out. What is not given is made up. */
export function fakeUsageBucket(given: Partial<Types.UsageBucketFragment> = {}): Types.UsageBucketFragment {
  return { start: '2026-01-01T00:00:00.000Z', group: null, isOther: false, virtualKey: null, requests: '1', errors: '1', inputTokens: '1', outputTokens: '1', cost: { ...fakeMoney() }, ...given };
}

/** A model or a key among the dearest of a range. What is not given is made up. */
export function fakeInsightGroup(given: Partial<Types.InsightGroupFragment> = {}): Types.InsightGroupFragment {
  return { group: 'Insight group group', virtualKey: null, requests: '1', cost: { ...fakeMoney() }, share: 1, ...given };
}

/** What stands out in a range. What is not given is made up. */
export function fakeWorkspaceInsights(given: Partial<Types.WorkspaceInsightsFragment> = {}): Types.WorkspaceInsightsFragment {
  return { requests: '1', errorRate: 1, cost: { ...fakeMoney() }, costChange: null, latencyMsP50: null, latencyMsP95: null, latencyMsP99: null, topModels: [], topVirtualKeys: [], denials: [], ...given };
}

/** Why a request may not go. What is not given is made up. */
export function fakeGatewayDenial(given: Partial<NonNullable<Types.GatewayAuthorizationFragment['denial']>> = {}): NonNullable<Types.GatewayAuthorizationFragment['denial']> {
  return { code: 'KEY_BUDGET_EXHAUSTED', message: 'Gateway denial message', retryAt: null, ...given };
}

/** A configuration that a route tries. What is not given is made up. */
export function fakeRouteTarget(given: Partial<NonNullable<Types.ModelRouteFragment['targets']>[number]> = {}): NonNullable<Types.ModelRouteFragment['targets']>[number] {
  return { llmConfiguration: { id: 'llm_01', name: 'Llm configuration name', provider: 'ANTHROPIC', model: 'Llm configuration model', region: 'EU', enabled: false }, weight: 1, ...given };
}

/** One of the secrets of a service token; the secret itself is never readable. What is not given is made up. */
export function fakeServiceTokenSecret(given: Partial<NonNullable<Types.ServiceTokenFragment['secrets']>[number]> = {}): NonNullable<Types.ServiceTokenFragment['secrets']>[number] {
  return { maskedToken: 'Service token secret masked token', createdAt: '2026-01-01T00:00:00.000Z', expiresAt: null, lastUsedAt: null, ...given };
}

/** One of the secrets of a key; the secret itself is never readable. What is not given is made up. */
export function fakeVirtualKeySecret(given: Partial<NonNullable<Types.VirtualKeyFragment['secrets']>[number]> = {}): NonNullable<Types.VirtualKeyFragment['secrets']>[number] {
  return { maskedKey: 'Virtual key secret masked key', createdAt: '2026-01-01T00:00:00.000Z', expiresAt: null, lastUsedAt: null, ...given };
}

/** A review that is open. What is not given is made up. */
export function fakeWorkspaceReview(given: Partial<NonNullable<Types.WorkspaceDetailsFragment['review']>> = {}): NonNullable<Types.WorkspaceDetailsFragment['review']> {
  return { reason: 'Workspace review reason', requestedBy: null, requestedByName: 'Workspace review requested by name', requestedAt: '2026-01-01T00:00:00.000Z', dueAt: null, ...given };
}

/** Who made a change, as they were called then. It has no `id` of its own, so that no cache mixes that name with the person's. What is not given is made up. */
export function fakeAuditActor(given: Partial<NonNullable<Types.AuditEventFragment['actor']>> = {}): NonNullable<Types.AuditEventFragment['actor']> {
  return { kind: 'SERVICE', name: 'Audit actor name', actorId: null, user: null, ...given };
}

/** What one field was and became. Values as JSON text; secrets and their digests never appear. What is not given is made up. */
export function fakeAuditChange(given: Partial<NonNullable<Types.AuditEventFragment['changes']>[number]> = {}): NonNullable<Types.AuditEventFragment['changes']>[number] {
  return { field: 'Audit change field', before: null, after: null, ...given };
}

/** A threshold that was reached; it stays when the limit is raised. What is not given is made up. */
export function fakeBudgetAlert(given: Partial<NonNullable<Types.WorkspaceBudgetFragment['alerts']>[number]> = {}): NonNullable<Types.WorkspaceBudgetFragment['alerts']>[number] {
  return { threshold: 1, raisedAt: '2026-01-01T00:00:00.000Z', spent: { ...fakeMoney() }, ...given };
}

/** At the period's pace so far: spent over the time gone by, times the period's length; what was spent where less than a day has gone by. What is not given is made up. */
export function fakeBudgetForecast(given: Partial<NonNullable<Types.WorkspaceBudgetFragment['forecast']>> = {}): NonNullable<Types.WorkspaceBudgetFragment['forecast']> {
  return { expectedSpend: { ...fakeMoney() }, exhaustedAt: null, ...given };
}

/** Requests that were refused, counted by the hour; the last minute's may be missing. What is not given is made up. */
export function fakeDenialCount(given: Partial<NonNullable<Types.WorkspaceInsightsFragment['denials']>[number]> = {}): NonNullable<Types.WorkspaceInsightsFragment['denials']>[number] {
  return { code: 'KEY_BUDGET_EXHAUSTED', model: 'Denial count model', virtualKey: null, requests: '1', ...given };
}

/** What a workspace's guardrails make of a text. What is not given is made up. */
export function fakeGuardrailCheck(given: Partial<NonNullable<Types.CheckGuardrailsQuery['checkGuardrails']>> = {}): NonNullable<Types.CheckGuardrailsQuery['checkGuardrails']> {
  return { outcome: 'ALLOWED', text: null, matches: [], ...given };
}

/** Something that a guardrail found: half-open, in UTF-16 code units of the text as it was sent. What is not given is made up. */
export function fakeGuardrailMatch(given: Partial<NonNullable<NonNullable<Types.CheckGuardrailsQuery['checkGuardrails']>['matches']>[number]> = {}): NonNullable<NonNullable<Types.CheckGuardrailsQuery['checkGuardrails']>['matches']>[number] {
  return { guardrail: { id: 'guard_01', name: 'Guardrail name', position: 1, kind: 'BLOCKED_TERMS', action: 'BLOCK' }, piiType: null, start: 1, end: 1, ...given };
}

/** Who is asking: a signed-in person, or a service with a token of its own. What is not given is made up. */
export function fakeViewer(given: Partial<NonNullable<Types.ViewerQuery['viewer']>> = {}): NonNullable<Types.ViewerQuery['viewer']> {
  return { user: null, organizationRole: null, teams: [], activeWorkspace: null, ...given };
}

/** The Workspace page's figures, over every workspace that the viewer may see. What is not given is made up. */
export function fakeWorkspaceSummary(given: Partial<NonNullable<Types.WorkspaceSummaryQuery['workspaceSummary']>> = {}): NonNullable<Types.WorkspaceSummaryQuery['workspaceSummary']> {
  return { activeWorkspace: null, totalWorkspaces: 1, totalMonthlyBudget: { ...fakeMoney() }, totalSpent: { ...fakeMoney() }, totalActiveKeys: 1, productionWorkspaces: 1, ...given };
}