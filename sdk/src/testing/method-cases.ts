/**
 * Every method of the client: what it sends and resolves to, and of those that iterate, what surrounds their pages. A new
 * method has its row here.
 */
import {
  fakeAuditEvent,
  fakeGatewayAuthorization,
  fakeGuardrail,
  fakeLlmConfiguration,
  fakeMember,
  fakeModelRoute,
  fakeRequestLog,
  fakeReviewFinding,
  fakeServiceToken,
  fakeTeam,
  fakeUsageBucket,
  fakeWorkspaceBudget,
  fakeWorkspaceInsights,
} from '../fake-server.js';
import type { CallPromise, CreateWorkspaceInput, ItemIterator, IterateOptions, TokenVueClient } from '../index.js';
import { card, details, KEY_SECRET, person, SERVICE_SECRET, virtualKey } from './fake-fetch.js';

const pageInfo = {
  hasNextPage: false,
  hasPreviousPage: false,
  startCursor: 'a',
  endCursor: 'b',
};
export const page = { nodes: [card], pageInfo };
const viewer = {
  user: person,
  organizationRole: 'ADMIN',
  teams: [{ id: 'team_01', name: 'Search' }],
  activeWorkspace: card,
};
const summary = {
  activeWorkspace: card,
  totalWorkspaces: 1,
  totalMonthlyBudget: card.monthlyBudget,
  totalSpent: { amount: '12.50', currency: 'USD' },
  totalActiveKeys: 2,
  productionWorkspaces: 1,
};
export const createInput: CreateWorkspaceInput = {
  name: 'Search assistant',
  environment: 'PRODUCTION',
  region: 'EU',
  monthlyBudget: '1250.00',
  memberIds: [],
  idempotencyKey: 'once',
};
const settings = {
  workspaceId: 'ws_01',
  expectedVersion: 4,
  monthlyBudget: '10.00',
};
const selection = { workspace: details, previousWorkspace: null };

const versioned = { workspaceId: 'ws_01', expectedVersion: 4 };
const finding = fakeReviewFinding();
const findingDetails = { ...finding, llmConfiguration: { id: 'llm_01', name: 'GPT' }, modelRoute: null };
const auditEvent = fakeAuditEvent();
const createKeyInput = { workspaceId: 'ws_01', name: 'Web app', idempotencyKey: 'once' };
const issuedKey = { virtualKey, secret: KEY_SECRET, message: null };
const repeatedKey = { virtualKey, secret: null, message: 'The secret was shown once. Rotate the key.' };
const llmConfiguration = fakeLlmConfiguration();
const configurationInput = {
  workspaceId: 'ws_01',
  name: 'GPT',
  provider: 'OPENAI',
  model: 'gpt-large',
  region: 'EU',
  credentialRef: 'env:OPENAI_API_KEY',
  inputPricePerMillionTokens: '2.50',
  outputPricePerMillionTokens: '10.00',
  idempotencyKey: 'once',
} as const;
const modelRoute = fakeModelRoute();
const routeInput = {
  workspaceId: 'ws_01',
  model: 'fast',
  strategy: 'FALLBACK',
  targets: [{ llmConfigurationId: 'llm_01' }],
} as const;
const guardrail = fakeGuardrail();
const guardrailInput = {
  workspaceId: 'ws_01',
  name: 'Names of projects',
  stage: 'INPUT',
  kind: 'BLOCKED_TERMS',
  action: 'REDACT',
  terms: ['Bluebird'],
  idempotencyKey: 'once',
} as const;
const checkInput = { workspaceId: 'ws_01', stage: 'INPUT', text: 'Bluebird' } as const;
const check = { outcome: 'REDACTED', text: '[REDACTED]', matches: [{ guardrail, piiType: null, start: 0, end: 8 }] };
const member = fakeMember();
const team = fakeTeam();
const serviceToken = fakeServiceToken();
const issuedToken = { serviceToken, token: SERVICE_SECRET, message: null };
const directory = {
  users: [{ subject: 'maya', name: 'Maya', email: 'maya@example.com' }],
  teams: [{ externalId: 'search', name: 'Search', subjects: ['maya'] }],
};

const budget = fakeWorkspaceBudget();
const bucket = fakeUsageBucket();
const insights = fakeWorkspaceInsights();
const range = { from: '2026-11-01T00:00:00Z', to: '2026-12-01T00:00:00Z' };
const requestLog = fakeRequestLog({ id: 'log_01' });
const usageOptions = { range, granularity: 'HOUR', groupBy: 'MODEL', groups: 5 } as const;
const denied = fakeGatewayAuthorization({ denial: { code: 'NO_ROUTE', message: 'No route.', retryAt: null } });
const authorizeInput = { requestId: 'r1', keyDigest: 'd1', model: 'fast', inputTokens: 900, maxOutputTokens: 100 };
const usage = {
  requestId: 'r1',
  keyDigest: 'd1',
  model: 'fast',
  status: 'SUCCEEDED',
  inputTokens: 900,
  outputTokens: 80,
  latencyMs: 700,
  occurredAt: '2026-11-05T10:00:00Z',
} as const;
const release = { requestId: 'r1', keyDigest: 'd1', model: 'fast', occurredAt: '2026-11-05T10:00:00Z' };
const released = { ...release, status: 'CANCELLED', latencyMs: 0, inputTokens: 0, outputTokens: 0 };
const recordedOne = { recordUsage: { recorded: 1, duplicates: 0, userErrors: [] } };

/** A call of a method. */
interface Case {
  call: (client: TokenVueClient) => CallPromise<unknown>;
  operationName: string;
  variables: object;
  data: object;
  result: unknown;
}

export const cases: Record<string, Case> = {
  'workspaces.summary()': {
    call: (client) => client.workspaces.summary(),
    operationName: 'WorkspaceSummary',
    variables: {},
    data: { workspaceSummary: summary },
    result: summary,
  },
  'workspaces.list()': {
    call: (client) => client.workspaces.list(),
    operationName: 'Workspaces',
    variables: {},
    data: { workspaces: page },
    result: page,
  },
  'workspaces.list(options)': {
    call: (client) =>
      client.workspaces.list({
        first: 50,
        after: 'b',
        filter: { search: 'sea', environments: ['PRODUCTION'] },
        orderBy: { field: 'NAME', direction: 'DESC' },
      }),
    operationName: 'Workspaces',
    variables: {
      first: 50,
      after: 'b',
      filter: { search: 'sea', environments: ['PRODUCTION'] },
      orderBy: { field: 'NAME', direction: 'DESC' },
    },
    data: { workspaces: page },
    result: page,
  },
  'workspaces.list(options) from the end': {
    call: (client) => client.workspaces.list({ last: 5, before: 'a' }),
    operationName: 'Workspaces',
    variables: { last: 5, before: 'a' },
    data: { workspaces: page },
    result: page,
  },
  'workspaces.get(id)': {
    call: (client) => client.workspaces.get('ws_01'),
    operationName: 'Workspace',
    variables: { id: 'ws_01' },
    data: { workspace: details },
    result: details,
  },
  'workspaces.get(id) of none': {
    call: (client) => client.workspaces.get('ws_00'),
    operationName: 'Workspace',
    variables: { id: 'ws_00' },
    data: { workspace: null },
    result: null,
  },
  'workspaces.getMany(ids)': {
    call: (client) => client.workspaces.getMany(['ws_01', 'ws_00', 'vk_01']),
    operationName: 'WorkspacesById',
    variables: { ids: ['ws_01', 'ws_00', 'vk_01'] },
    data: { nodes: [{ __typename: 'Workspace', ...details }, null, { __typename: 'VirtualKey' }] },
    result: [details, null, null],
  },
  'workspaces.active()': {
    call: (client) => client.workspaces.active(),
    operationName: 'ActiveWorkspace',
    variables: {},
    data: { activeWorkspace: details },
    result: details,
  },
  'workspaces.active() when none is': {
    call: (client) => client.workspaces.active(),
    operationName: 'ActiveWorkspace',
    variables: {},
    data: { activeWorkspace: null },
    result: null,
  },
  'workspaces.create(input)': {
    call: (client) => client.workspaces.create(createInput),
    operationName: 'CreateWorkspace',
    variables: { input: createInput },
    data: { createWorkspace: { workspace: details, userErrors: [] } },
    result: details,
  },
  'workspaces.updateSettings(input)': {
    call: (client) => client.workspaces.updateSettings(settings),
    operationName: 'UpdateWorkspaceSettings',
    variables: { input: settings },
    data: {
      updateWorkspaceSettings: {
        workspace: details,
        conflictingWorkspace: null,
        userErrors: [],
      },
    },
    result: details,
  },
  'workspaces.select(id)': {
    call: (client) => client.workspaces.select('ws_01'),
    operationName: 'SelectWorkspace',
    variables: { input: { workspaceId: 'ws_01' } },
    data: { selectWorkspace: { ...selection, userErrors: [] } },
    result: selection,
  },
  'viewer()': {
    call: (client) => client.viewer(),
    operationName: 'Viewer',
    variables: {},
    data: { viewer },
    result: viewer,
  },
  'users.list()': {
    call: (client) => client.users.list({ first: 10, filter: { active: true } }),
    operationName: 'Users',
    variables: { first: 10, filter: { active: true } },
    data: { users: { nodes: [person], pageInfo } },
    result: { nodes: [person], pageInfo },
  },
  'users.list() of who may not': {
    call: (client) => client.users.list(),
    operationName: 'Users',
    variables: {},
    data: { users: null },
    result: null,
  },
  'teams.list()': {
    call: (client) => client.teams.list({ first: 10, search: 'se' }),
    operationName: 'Teams',
    variables: { first: 10, search: 'se' },
    data: { teams: { nodes: [team], pageInfo } },
    result: { nodes: [team], pageInfo },
  },
  'users.assignable()': {
    call: (client) => client.users.assignable({ first: 10, search: 'ad' }),
    operationName: 'AssignableUsers',
    variables: { first: 10, search: 'ad' },
    data: { assignableUsers: { nodes: [person], pageInfo } },
    result: { nodes: [person], pageInfo },
  },
  'workspaces.transferOwnership(input)': {
    call: (client) => client.workspaces.transferOwnership({ ...versioned, ownerId: 'team_01' }),
    operationName: 'TransferWorkspaceOwnership',
    variables: { input: { ...versioned, ownerId: 'team_01' } },
    data: { transferWorkspaceOwnership: { workspace: details, conflictingWorkspace: null, userErrors: [] } },
    result: details,
  },
  'workspaces.archive(input)': {
    call: (client) => client.workspaces.archive(versioned),
    operationName: 'ArchiveWorkspace',
    variables: { input: versioned },
    data: { archiveWorkspace: { workspace: details, conflictingWorkspace: null, userErrors: [] } },
    result: details,
  },
  'workspaces.restore(id)': {
    call: (client) => client.workspaces.restore('ws_01'),
    operationName: 'RestoreWorkspace',
    variables: { input: { workspaceId: 'ws_01' } },
    data: { restoreWorkspace: { workspace: details, userErrors: [] } },
    result: details,
  },
  'workspaces.requestReview(input)': {
    call: (client) => client.workspaces.requestReview({ workspaceId: 'ws_01', reason: 'Audit' }),
    operationName: 'RequestWorkspaceReview',
    variables: { input: { workspaceId: 'ws_01', reason: 'Audit' } },
    data: { requestWorkspaceReview: { workspace: details, userErrors: [] } },
    result: details,
  },
  'workspaces.completeReview(input)': {
    call: (client) => client.workspaces.completeReview({ workspaceId: 'ws_01', note: 'In order' }),
    operationName: 'CompleteWorkspaceReview',
    variables: { input: { workspaceId: 'ws_01', note: 'In order' } },
    data: { completeWorkspaceReview: { workspace: details, userErrors: [] } },
    result: details,
  },
  'workspaces.budget(workspaceId)': {
    call: (client) => client.workspaces.budget('ws_01'),
    operationName: 'WorkspaceBudget',
    variables: { workspaceId: 'ws_01' },
    data: { workspace: { budget } },
    result: budget,
  },
  'workspaces.budget(workspaceId) of none': {
    call: (client) => client.workspaces.budget('ws_00'),
    operationName: 'WorkspaceBudget',
    variables: { workspaceId: 'ws_00' },
    data: { workspace: null },
    result: null,
  },
  'workspaces.usage(workspaceId)': {
    call: (client) => client.workspaces.usage('ws_01'),
    operationName: 'WorkspaceUsage',
    variables: { workspaceId: 'ws_01' },
    data: { workspace: { usage: [] } },
    result: [],
  },
  'workspaces.usage(workspaceId, options)': {
    call: (client) => client.workspaces.usage('ws_01', usageOptions),
    operationName: 'WorkspaceUsage',
    variables: { workspaceId: 'ws_01', ...usageOptions },
    data: { workspace: { usage: [bucket] } },
    result: [bucket],
  },
  'workspaces.usage(workspaceId) of none': {
    call: (client) => client.workspaces.usage('ws_00'),
    operationName: 'WorkspaceUsage',
    variables: { workspaceId: 'ws_00' },
    data: { workspace: null },
    result: null,
  },
  'workspaces.insights(workspaceId, options)': {
    call: (client) => client.workspaces.insights('ws_01', { range }),
    operationName: 'WorkspaceInsights',
    variables: { workspaceId: 'ws_01', range },
    data: { workspace: { insights } },
    result: insights,
  },
  'workspaces.insights(workspaceId) of none': {
    call: (client) => client.workspaces.insights('ws_00'),
    operationName: 'WorkspaceInsights',
    variables: { workspaceId: 'ws_00' },
    data: { workspace: null },
    result: null,
  },
  'logs.list(workspaceId, options)': {
    call: (client) => client.logs.list('ws_01', { range, first: 5, filter: { statuses: ['FAILED'] } }),
    operationName: 'RequestLogs',
    variables: { workspaceId: 'ws_01', range, first: 5, filter: { statuses: ['FAILED'] } },
    data: { workspace: { logs: { nodes: [requestLog], pageInfo } } },
    result: { nodes: [requestLog], pageInfo },
  },
  'logs.list(workspaceId) of none': {
    call: (client) => client.logs.list('ws_00', { range }),
    operationName: 'RequestLogs',
    variables: { workspaceId: 'ws_00', range },
    data: { workspace: null },
    result: null,
  },
  'logs.get(id)': {
    call: (client) => client.logs.get('log_01'),
    operationName: 'RequestLog',
    variables: { id: 'log_01' },
    data: { node: { __typename: 'RequestLog', ...requestLog } },
    result: requestLog,
  },
  'logs.getMany(ids)': {
    call: (client) => client.logs.getMany(['log_00', 'log_01']),
    operationName: 'RequestLogsById',
    variables: { ids: ['log_00', 'log_01'] },
    data: { nodes: [null, { __typename: 'RequestLog', ...requestLog }] },
    result: [null, requestLog],
  },
  'gateway.authorize(input)': {
    call: (client) => client.gateway.authorize(authorizeInput),
    operationName: 'AuthorizeGatewayRequest',
    variables: { input: authorizeInput },
    data: { authorizeGatewayRequest: denied },
    result: denied,
  },
  'gateway.recordUsage(input)': {
    call: (client) => client.gateway.recordUsage({ records: [usage] }),
    operationName: 'RecordUsage',
    variables: { input: { records: [usage] } },
    data: recordedOne,
    result: { recorded: 1, duplicates: 0, refused: [] },
  },
  'gateway.release(input)': {
    call: (client) => client.gateway.release(release),
    operationName: 'RecordUsage',
    variables: { input: { records: [released] } },
    data: recordedOne,
    result: undefined,
  },
  'workspaces.reviewFindings(workspaceId)': {
    call: (client) => client.workspaces.reviewFindings('ws_01'),
    operationName: 'ReviewFindings',
    variables: { workspaceId: 'ws_01' },
    data: { workspace: { reviewFindings: [findingDetails] } },
    result: [findingDetails],
  },
  'workspaces.reviewFindings(workspaceId) of none': {
    call: (client) => client.workspaces.reviewFindings('ws_00'),
    operationName: 'ReviewFindings',
    variables: { workspaceId: 'ws_00' },
    data: { workspace: null },
    result: null,
  },
  'workspaces.listWithFindings(options)': {
    call: (client) => client.workspaces.listWithFindings({ first: 50, filter: { archived: false } }),
    operationName: 'WorkspacesWithFindings',
    variables: { first: 50, filter: { archived: false } },
    data: { workspaces: { nodes: [{ ...card, reviewFindings: [finding] }], pageInfo } },
    result: { nodes: [{ ...card, reviewFindings: [finding] }], pageInfo },
  },
  'workspaces.auditLog(workspaceId, options)': {
    call: (client) => client.workspaces.auditLog('ws_01', { first: 5, filter: { actions: ['workspace.archived'] } }),
    operationName: 'AuditLog',
    variables: { workspaceId: 'ws_01', first: 5, filter: { actions: ['workspace.archived'] } },
    data: { workspace: { auditLog: { nodes: [auditEvent], pageInfo } } },
    result: { nodes: [auditEvent], pageInfo },
  },
  'workspaces.auditLog(workspaceId) for who may not read it': {
    call: (client) => client.workspaces.auditLog('ws_01'),
    operationName: 'AuditLog',
    variables: { workspaceId: 'ws_01' },
    data: { workspace: { auditLog: null } },
    result: null,
  },
  'workspaces.auditLog(workspaceId) of none': {
    call: (client) => client.workspaces.auditLog('ws_00'),
    operationName: 'AuditLog',
    variables: { workspaceId: 'ws_00' },
    data: { workspace: null },
    result: null,
  },
  'virtualKeys.list(options)': {
    call: (client) => client.virtualKeys.list({ filter: { unusedForDays: 90 }, totalCount: true }),
    operationName: 'VirtualKeys',
    variables: { filter: { unusedForDays: 90 }, totalCount: true },
    data: { virtualKeys: { nodes: [virtualKey], pageInfo, totalCount: 1 } },
    result: { nodes: [virtualKey], pageInfo, totalCount: 1 },
  },
  'virtualKeys.get(id)': {
    call: (client) => client.virtualKeys.get('vk_01'),
    operationName: 'VirtualKey',
    variables: { id: 'vk_01' },
    data: { node: { __typename: 'VirtualKey', ...virtualKey } },
    result: virtualKey,
  },
  'virtualKeys.get(id) of none': {
    call: (client) => client.virtualKeys.get('vk_00'),
    operationName: 'VirtualKey',
    variables: { id: 'vk_00' },
    data: { node: null },
    result: null,
  },
  'virtualKeys.get(id) of something else': {
    call: (client) => client.virtualKeys.get('ws_01'),
    operationName: 'VirtualKey',
    variables: { id: 'ws_01' },
    data: { node: { __typename: 'Workspace' } },
    result: null,
  },
  'virtualKeys.getMany(ids)': {
    call: (client) => client.virtualKeys.getMany(['vk_00', 'vk_01']),
    operationName: 'VirtualKeysById',
    variables: { ids: ['vk_00', 'vk_01'] },
    data: { nodes: [null, { __typename: 'VirtualKey', ...virtualKey }] },
    result: [null, virtualKey],
  },
  'virtualKeys.create(input)': {
    call: (client) => client.virtualKeys.create(createKeyInput),
    operationName: 'CreateVirtualKey',
    variables: { input: createKeyInput },
    data: { createVirtualKey: { ...issuedKey, userErrors: [] } },
    result: issuedKey,
  },
  'virtualKeys.create(input) once more': {
    call: (client) => client.virtualKeys.create(createKeyInput),
    operationName: 'CreateVirtualKey',
    variables: { input: createKeyInput },
    data: { createVirtualKey: { ...repeatedKey, userErrors: [] } },
    result: repeatedKey,
  },
  'virtualKeys.update(input)': {
    call: (client) => client.virtualKeys.update({ virtualKeyId: 'vk_01', expectedVersion: 2, expiresAt: null }),
    operationName: 'UpdateVirtualKey',
    variables: { input: { virtualKeyId: 'vk_01', expectedVersion: 2, expiresAt: null } },
    data: { updateVirtualKey: { virtualKey, conflictingVirtualKey: null, userErrors: [] } },
    result: virtualKey,
  },
  'virtualKeys.rotate(input)': {
    call: (client) => client.virtualKeys.rotate({ virtualKeyId: 'vk_01', overlapSeconds: 60, idempotencyKey: 'once' }),
    operationName: 'RotateVirtualKey',
    variables: { input: { virtualKeyId: 'vk_01', overlapSeconds: 60, idempotencyKey: 'once' } },
    data: { rotateVirtualKey: { ...issuedKey, userErrors: [] } },
    result: issuedKey,
  },
  'virtualKeys.revoke(input)': {
    call: (client) => client.virtualKeys.revoke({ virtualKeyId: 'vk_01', reason: 'Leaked' }),
    operationName: 'RevokeVirtualKey',
    variables: { input: { virtualKeyId: 'vk_01', reason: 'Leaked' } },
    data: { revokeVirtualKey: { virtualKey, userErrors: [] } },
    result: virtualKey,
  },
  'virtualKeys.review(decisions)': {
    call: (client) => client.virtualKeys.review([{ virtualKeyId: 'vk_01', decision: 'KEEP' }]),
    operationName: 'ReviewVirtualKeys',
    variables: { input: { decisions: [{ virtualKeyId: 'vk_01', decision: 'KEEP' }] } },
    data: { reviewVirtualKeys: { virtualKeys: [virtualKey], userErrors: [] } },
    result: [virtualKey],
  },
  'llmConfigurations.list(workspaceId, options)': {
    call: (client) => client.llmConfigurations.list('ws_01', { first: 5 }),
    operationName: 'LlmConfigurations',
    variables: { workspaceId: 'ws_01', first: 5 },
    data: { workspace: { llmConfigurations: { nodes: [llmConfiguration], pageInfo } } },
    result: { nodes: [llmConfiguration], pageInfo },
  },
  'llmConfigurations.list(workspaceId) of none': {
    call: (client) => client.llmConfigurations.list('ws_00'),
    operationName: 'LlmConfigurations',
    variables: { workspaceId: 'ws_00' },
    data: { workspace: null },
    result: null,
  },
  'llmConfigurations.get(id)': {
    call: (client) => client.llmConfigurations.get('llm_01'),
    operationName: 'LlmConfiguration',
    variables: { id: 'llm_01' },
    data: { node: { __typename: 'LlmConfiguration', ...llmConfiguration } },
    result: llmConfiguration,
  },
  'llmConfigurations.get(id) of something else': {
    call: (client) => client.llmConfigurations.get('ws_01'),
    operationName: 'LlmConfiguration',
    variables: { id: 'ws_01' },
    data: { node: { __typename: 'Workspace' } },
    result: null,
  },
  'llmConfigurations.getMany(ids)': {
    call: (client) => client.llmConfigurations.getMany(['llm_00', 'llm_01']),
    operationName: 'LlmConfigurationsById',
    variables: { ids: ['llm_00', 'llm_01'] },
    data: { nodes: [null, { __typename: 'LlmConfiguration', ...llmConfiguration }] },
    result: [null, llmConfiguration],
  },
  'llmConfigurations.create(input)': {
    call: (client) => client.llmConfigurations.create(configurationInput),
    operationName: 'CreateLlmConfiguration',
    variables: { input: configurationInput },
    data: { createLlmConfiguration: { llmConfiguration: llmConfiguration, userErrors: [] } },
    result: llmConfiguration,
  },
  'llmConfigurations.update(input)': {
    call: (client) =>
      client.llmConfigurations.update({ llmConfigurationId: 'llm_01', expectedVersion: 2, enabled: false }),
    operationName: 'UpdateLlmConfiguration',
    variables: { input: { llmConfigurationId: 'llm_01', expectedVersion: 2, enabled: false } },
    data: {
      updateLlmConfiguration: { llmConfiguration: llmConfiguration, conflictingLlmConfiguration: null, userErrors: [] },
    },
    result: llmConfiguration,
  },
  'llmConfigurations.delete(input)': {
    call: (client) => client.llmConfigurations.delete({ llmConfigurationId: 'llm_01', expectedVersion: 2 }),
    operationName: 'DeleteLlmConfiguration',
    variables: { input: { llmConfigurationId: 'llm_01', expectedVersion: 2 } },
    data: { deleteLlmConfiguration: { deletedId: 'llm_01', userErrors: [] } },
    result: 'llm_01',
  },
  'modelRoutes.list(workspaceId, options)': {
    call: (client) => client.modelRoutes.list('ws_01', { first: 5 }),
    operationName: 'ModelRoutes',
    variables: { workspaceId: 'ws_01', first: 5 },
    data: { workspace: { modelRoutes: { nodes: [modelRoute], pageInfo } } },
    result: { nodes: [modelRoute], pageInfo },
  },
  'modelRoutes.list(workspaceId) of none': {
    call: (client) => client.modelRoutes.list('ws_00'),
    operationName: 'ModelRoutes',
    variables: { workspaceId: 'ws_00' },
    data: { workspace: null },
    result: null,
  },
  'modelRoutes.get(id)': {
    call: (client) => client.modelRoutes.get('route_01'),
    operationName: 'ModelRoute',
    variables: { id: 'route_01' },
    data: { node: { __typename: 'ModelRoute', ...modelRoute } },
    result: modelRoute,
  },
  'modelRoutes.get(id) of something else': {
    call: (client) => client.modelRoutes.get('ws_01'),
    operationName: 'ModelRoute',
    variables: { id: 'ws_01' },
    data: { node: { __typename: 'Workspace' } },
    result: null,
  },
  'modelRoutes.getMany(ids)': {
    call: (client) => client.modelRoutes.getMany(['route_00', 'route_01']),
    operationName: 'ModelRoutesById',
    variables: { ids: ['route_00', 'route_01'] },
    data: { nodes: [null, { __typename: 'ModelRoute', ...modelRoute }] },
    result: [null, modelRoute],
  },
  'modelRoutes.set(input)': {
    call: (client) => client.modelRoutes.set(routeInput),
    operationName: 'SetModelRoute',
    variables: { input: routeInput },
    data: { setModelRoute: { modelRoute: modelRoute, conflictingModelRoute: null, userErrors: [] } },
    result: modelRoute,
  },
  'modelRoutes.delete(input)': {
    call: (client) => client.modelRoutes.delete({ modelRouteId: 'route_01', expectedVersion: 2 }),
    operationName: 'DeleteModelRoute',
    variables: { input: { modelRouteId: 'route_01', expectedVersion: 2 } },
    data: { deleteModelRoute: { deletedId: 'route_01', userErrors: [] } },
    result: 'route_01',
  },
  'guardrails.list(workspaceId, options)': {
    call: (client) => client.guardrails.list('ws_01', { first: 5 }),
    operationName: 'Guardrails',
    variables: { workspaceId: 'ws_01', first: 5 },
    data: { workspace: { guardrails: { nodes: [guardrail], pageInfo } } },
    result: { nodes: [guardrail], pageInfo },
  },
  'guardrails.list(workspaceId) of none': {
    call: (client) => client.guardrails.list('ws_00'),
    operationName: 'Guardrails',
    variables: { workspaceId: 'ws_00' },
    data: { workspace: null },
    result: null,
  },
  'guardrails.get(id)': {
    call: (client) => client.guardrails.get('guard_01'),
    operationName: 'Guardrail',
    variables: { id: 'guard_01' },
    data: { node: { __typename: 'Guardrail', ...guardrail } },
    result: guardrail,
  },
  'guardrails.get(id) of something else': {
    call: (client) => client.guardrails.get('ws_01'),
    operationName: 'Guardrail',
    variables: { id: 'ws_01' },
    data: { node: { __typename: 'Workspace' } },
    result: null,
  },
  'guardrails.getMany(ids)': {
    call: (client) => client.guardrails.getMany(['guard_00', 'guard_01']),
    operationName: 'GuardrailsById',
    variables: { ids: ['guard_00', 'guard_01'] },
    data: { nodes: [null, { __typename: 'Guardrail', ...guardrail }] },
    result: [null, guardrail],
  },
  'guardrails.create(input)': {
    call: (client) => client.guardrails.create(guardrailInput),
    operationName: 'CreateGuardrail',
    variables: { input: guardrailInput },
    data: { createGuardrail: { guardrail: guardrail, userErrors: [] } },
    result: guardrail,
  },
  'guardrails.update(input)': {
    call: (client) => client.guardrails.update({ guardrailId: 'guard_01', expectedVersion: 2, position: 1 }),
    operationName: 'UpdateGuardrail',
    variables: { input: { guardrailId: 'guard_01', expectedVersion: 2, position: 1 } },
    data: { updateGuardrail: { guardrail: guardrail, conflictingGuardrail: null, userErrors: [] } },
    result: guardrail,
  },
  'guardrails.delete(input)': {
    call: (client) => client.guardrails.delete({ guardrailId: 'guard_01', expectedVersion: 2 }),
    operationName: 'DeleteGuardrail',
    variables: { input: { guardrailId: 'guard_01', expectedVersion: 2 } },
    data: { deleteGuardrail: { deletedId: 'guard_01', userErrors: [] } },
    result: 'guard_01',
  },
  'guardrails.check(input)': {
    call: (client) => client.guardrails.check(checkInput),
    operationName: 'CheckGuardrails',
    variables: { input: checkInput },
    data: { checkGuardrails: check },
    result: check,
  },
  'guardrails.check(input) of no workspace in sight': {
    call: (client) => client.guardrails.check(checkInput),
    operationName: 'CheckGuardrails',
    variables: { input: checkInput },
    data: { checkGuardrails: null },
    result: null,
  },
  'members.list(workspaceId, options)': {
    call: (client) => client.members.list('ws_01', { first: 5 }),
    operationName: 'Members',
    variables: { workspaceId: 'ws_01', first: 5 },
    data: { workspace: { members: { nodes: [member], pageInfo } } },
    result: { nodes: [member], pageInfo },
  },
  'members.list(workspaceId) of none': {
    call: (client) => client.members.list('ws_00'),
    operationName: 'Members',
    variables: { workspaceId: 'ws_00' },
    data: { workspace: null },
    result: null,
  },
  'members.changeRole(input)': {
    call: (client) => client.members.changeRole({ memberId: 'mem_01', role: 'VIEWER' }),
    operationName: 'ChangeMemberRole',
    variables: { input: { memberId: 'mem_01', role: 'VIEWER' } },
    data: { changeMemberRole: { member, userErrors: [] } },
    result: member,
  },
  'serviceTokens.list(options)': {
    call: (client) => client.serviceTokens.list({ first: 5, totalCount: true }),
    operationName: 'ServiceTokens',
    variables: { first: 5, totalCount: true },
    data: { serviceTokens: { nodes: [serviceToken], pageInfo, totalCount: 1 } },
    result: { nodes: [serviceToken], pageInfo, totalCount: 1 },
  },
  'serviceTokens.list() for anyone but an organization admin': {
    call: (client) => client.serviceTokens.list(),
    operationName: 'ServiceTokens',
    variables: {},
    data: { serviceTokens: null },
    result: null,
  },
  'serviceTokens.create(input)': {
    call: (client) =>
      client.serviceTokens.create({ name: 'Billing', scopes: ['WORKSPACES_READ'], idempotencyKey: 'once' }),
    operationName: 'CreateServiceToken',
    variables: { input: { name: 'Billing', scopes: ['WORKSPACES_READ'], idempotencyKey: 'once' } },
    data: { createServiceToken: { ...issuedToken, userErrors: [] } },
    result: issuedToken,
  },
  'serviceTokens.rotate(input)': {
    call: (client) =>
      client.serviceTokens.rotate({ serviceTokenId: 'svc_01', overlapSeconds: 60, idempotencyKey: 'once' }),
    operationName: 'RotateServiceToken',
    variables: { input: { serviceTokenId: 'svc_01', overlapSeconds: 60, idempotencyKey: 'once' } },
    data: { rotateServiceToken: { ...issuedToken, userErrors: [] } },
    result: issuedToken,
  },
  'serviceTokens.revoke(id)': {
    call: (client) => client.serviceTokens.revoke('svc_01'),
    operationName: 'RevokeServiceToken',
    variables: { input: { serviceTokenId: 'svc_01' } },
    data: { revokeServiceToken: { serviceToken, userErrors: [] } },
    result: serviceToken,
  },
  'auditLog.list(options)': {
    call: (client) => client.auditLog.list({ first: 5, filter: { targetIds: ['svc_01'] }, totalCount: true }),
    operationName: 'OrganizationAuditLog',
    variables: { first: 5, filter: { targetIds: ['svc_01'] }, totalCount: true },
    data: { auditLog: { nodes: [auditEvent], pageInfo, totalCount: 1 } },
    result: { nodes: [auditEvent], pageInfo, totalCount: 1 },
  },
  'auditLog.list() for anyone but an organization admin': {
    call: (client) => client.auditLog.list(),
    operationName: 'OrganizationAuditLog',
    variables: {},
    data: { auditLog: null },
    result: null,
  },
  'teamAccess.sync(input)': {
    call: (client) => client.teamAccess.sync(directory),
    operationName: 'SyncTeamAccess',
    variables: { input: directory },
    data: { syncTeamAccess: { usersChanged: 0, usersDeactivated: 0, teamsChanged: 1, userErrors: [] } },
    result: { usersChanged: 0, usersDeactivated: 0, teamsChanged: 1 },
  },
};

/** A page of a list, as far as iterating it needs. */
export interface Connection {
  nodes: string[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** A method that iterates. */
export interface List {
  iterate: (client: TokenVueClient, options?: IterateOptions) => ItemIterator<unknown>;
  /** What the server answers with, around a page of it. */
  around: (connection: Connection | null) => object;
  /** What each page is asked for with, beside its size and place. */
  variables: object;
}

const filter = { search: 'a' };
const orderBy = { field: 'NAME', direction: 'DESC' } as const;
export const lists: Record<string, List> = {
  'workspaces.iterate': {
    iterate: (client, options) => client.workspaces.iterate({ filter, orderBy }, options),
    around: (workspaces) => ({ workspaces }),
    variables: { filter, orderBy },
  },
  'workspaces.iterateWithFindings': {
    iterate: (client, options) => client.workspaces.iterateWithFindings({ filter, orderBy }, options),
    around: (workspaces) => ({ workspaces }),
    variables: { filter, orderBy },
  },
  'workspaces.iterateAuditLog': {
    iterate: (client, options) => client.workspaces.iterateAuditLog('ws_01', { filter: { actions: ['a.b'] } }, options),
    around: (auditLog) => ({ workspace: { auditLog } }),
    variables: { workspaceId: 'ws_01', filter: { actions: ['a.b'] } },
  },
  'serviceTokens.iterate': {
    iterate: (client, options) => client.serviceTokens.iterate(options),
    around: (serviceTokens) => ({ serviceTokens }),
    variables: {},
  },
  'auditLog.iterate': {
    iterate: (client, options) => client.auditLog.iterate({ filter: { actions: ['a.b'] } }, options),
    around: (auditLog) => ({ auditLog }),
    variables: { filter: { actions: ['a.b'] } },
  },
  'virtualKeys.iterate': {
    iterate: (client, options) => client.virtualKeys.iterate({ filter, orderBy }, options),
    around: (virtualKeys) => ({ virtualKeys }),
    variables: { filter, orderBy },
  },
  'llmConfigurations.iterate': {
    iterate: (client, options) => client.llmConfigurations.iterate('ws_01', options),
    around: (llmConfigurations) => ({ workspace: { llmConfigurations } }),
    variables: { workspaceId: 'ws_01' },
  },
  'modelRoutes.iterate': {
    iterate: (client, options) => client.modelRoutes.iterate('ws_01', options),
    around: (modelRoutes) => ({ workspace: { modelRoutes } }),
    variables: { workspaceId: 'ws_01' },
  },
  'guardrails.iterate': {
    iterate: (client, options) => client.guardrails.iterate('ws_01', options),
    around: (guardrails) => ({ workspace: { guardrails } }),
    variables: { workspaceId: 'ws_01' },
  },
  'logs.iterate': {
    iterate: (client, options) => client.logs.iterate('ws_01', { range, filter: { tags: ['a'] } }, options),
    around: (logs) => ({ workspace: { logs } }),
    variables: { workspaceId: 'ws_01', range, filter: { tags: ['a'] } },
  },
  'members.iterate': {
    iterate: (client, options) => client.members.iterate('ws_01', options),
    around: (members) => ({ workspace: { members } }),
    variables: { workspaceId: 'ws_01' },
  },
  'users.iterate': {
    iterate: (client, options) => client.users.iterate({ filter: { subjects: ['maya'] } }, options),
    around: (users) => ({ users }),
    variables: { filter: { subjects: ['maya'] } },
  },
  'teams.iterate': {
    iterate: (client, options) => client.teams.iterate({ search: 'se' }, options),
    around: (teams) => ({ teams }),
    variables: { search: 'se' },
  },
  'users.iterateAssignable': {
    iterate: (client, options) => client.users.iterateAssignable(filter, options),
    around: (assignableUsers) => ({ assignableUsers }),
    variables: filter,
  },
};
