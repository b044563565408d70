import 'reflect-metadata';
import type { Metric } from 'prom-client';
import { activeWorkspaces } from './active-workspace/active-workspace.entity.js';
import { ActiveWorkspaceResolver } from './active-workspace/active-workspace.resolver.js';
import { auditEventReads } from './audit-log/audit-log.queries.js';
import { AuditEventResolver, WorkspaceAuditLogResolver } from './audit-log/audit-log.resolver.js';
import { signInMetrics } from './auth/refused-sign-in.js';
import { VirtualKeyBudgetResolver, WorkspaceBudgetResolver } from './budget/budget.resolver.js';
import { budgetAlerts, virtualKeyLedgers, workspaceLedgers } from './budget/ledgers.entity.js';
import { budgetAlertsRaised, raiseAlerts } from './budget/raise-alerts.js';
import { cleanIdempotencyRecords } from './command/clean-idempotency-records.job.js';
import { idempotencyRecords } from './command/idempotency-record.entity.js';
import { type AnyWatcher, watch } from './command/watch.js';
import type { Table } from './database/table.js';
import type { Reads } from './fetch/nodes.js';
import { denialHours } from './gateway/denial-hour.entity.js';
import { dropUnusedRequests } from './gateway/drop-unused-requests.job.js';
import { expireReservations } from './gateway/expire-reservations.job.js';
import { GatewayResolver } from './gateway/gateway.resolver.js';
import { gatewayMetrics } from './gateway/gateway-metrics.js';
import { gatewayRequests } from './gateway/gateway-request.entity.js';
import { guardrailReads } from './guardrail/guardrail.queries.js';
import { GuardrailResolver, WorkspaceGuardrailsResolver } from './guardrail/guardrail.resolver.js';
import { WorkspaceInsightsResolver } from './insights/insights.resolver.js';
import { jobTable } from './jobs/job.entity.js';
import type { Job } from './jobs/jobs.js';
import { llmConfigurationReads } from './llm-configuration/llm-configuration.queries.js';
import {
  LlmConfigurationResolver,
  WorkspaceLlmConfigurationsResolver,
} from './llm-configuration/llm-configuration.resolver.js';
import { requestLogReads } from './logs/request-log.queries.js';
import { RequestLogResolver, WorkspaceLogsResolver } from './logs/request-log.resolver.js';
import { memberReads } from './member/member.queries.js';
import { MemberResolver, WorkspaceMembersResolver } from './member/member.resolver.js';
import { keepRegion, keepTargets } from './model-route/keep-routes.js';
import { modelRouteReads } from './model-route/model-route.queries.js';
import { ModelRouteResolver, WorkspaceModelRoutesResolver } from './model-route/model-route.resolver.js';
import { routeTargets } from './model-route/route-target.entity.js';
import { NodeResolver } from './node/node.resolver.js';
import { directories } from './organization/directory.entity.js';
import { organizations } from './organization/organization.entity.js';
import { organizationCounts } from './organization/organization-counts.entity.js';
import { WorkspaceReviewResolver } from './review/review.resolver.js';
import { serviceTokenReads } from './service-token/service-token.queries.js';
import { ServiceTokenResolver } from './service-token/service-token.resolver.js';
import { serviceTokenSecrets } from './service-token/service-token-secret.entity.js';
import { SummaryResolver } from './summary/summary.resolver.js';
import { teamReads } from './team/team.queries.js';
import { TeamResolver } from './team/team.resolver.js';
import { teamFormerNames } from './team/team-former-name.entity.js';
import { teamMemberships } from './team/team-membership.entity.js';
import { TeamAccessResolver } from './team-access/team-access.resolver.js';
import { dropUsageMonths } from './usage/drop-usage-months.job.js';
import { makeUsagePartitions } from './usage/make-usage-partitions.job.js';
import { usageTables } from './usage/usage.entity.js';
import { UsageResolver } from './usage/usage.resolver.js';
import { usageMetrics } from './usage/usage-metrics.js';
import { userReads } from './user/user.queries.js';
import { UserResolver } from './user/user.resolver.js';
import { ViewerResolver } from './viewer/viewer.resolver.js';
import { virtualKeyReads } from './virtual-key/virtual-key.queries.js';
import { VirtualKeyResolver, WorkspaceVirtualKeysResolver } from './virtual-key/virtual-key.resolver.js';
import { virtualKeySecrets } from './virtual-key/virtual-key-secret.entity.js';
import { workspaceReads } from './workspace/workspace.queries.js';
import { WorkspaceResolver } from './workspace/workspace.resolver.js';

type ResolverClass = new () => object;

/** What one folder brings: the noun that it is about and how that is read, other tables, and resolvers. */
export interface Feature {
  readonly reads?: Reads;
  readonly tables?: readonly Table[];
  readonly resolvers?: readonly ResolverClass[];
  readonly jobs?: readonly Job[];
  /** What it counts, for those who watch the service. */
  readonly metrics?: readonly Metric[];
  /** What it has to say to changes of other nouns. */
  readonly watchers?: readonly AnyWatcher[];
}

/** Everything that there is, a line a noun. From here come entities, resolvers, loaders, nodes and the prefixes of ids. */
export const features: readonly Feature[] = [
  {
    tables: [organizations, organizationCounts, directories, idempotencyRecords, jobTable],
    jobs: [cleanIdempotencyRecords],
  },
  { reads: userReads, resolvers: [UserResolver], metrics: signInMetrics },
  { reads: teamReads, tables: [teamMemberships, teamFormerNames], resolvers: [TeamResolver] },
  { reads: workspaceReads, resolvers: [WorkspaceResolver] },
  { reads: memberReads, resolvers: [MemberResolver, WorkspaceMembersResolver] },
  { tables: [activeWorkspaces], resolvers: [ActiveWorkspaceResolver] },
  {
    reads: virtualKeyReads,
    tables: [virtualKeySecrets],
    resolvers: [VirtualKeyResolver, WorkspaceVirtualKeysResolver],
  },
  { reads: llmConfigurationReads, resolvers: [LlmConfigurationResolver, WorkspaceLlmConfigurationsResolver] },
  {
    reads: modelRouteReads,
    tables: [routeTargets],
    resolvers: [ModelRouteResolver, WorkspaceModelRoutesResolver],
    watchers: [keepRegion, keepTargets],
  },
  { reads: guardrailReads, resolvers: [GuardrailResolver, WorkspaceGuardrailsResolver] },
  {
    tables: [workspaceLedgers, virtualKeyLedgers, budgetAlerts],
    resolvers: [WorkspaceBudgetResolver, VirtualKeyBudgetResolver],
    metrics: [budgetAlertsRaised],
    // The last of all: nobody waits for a workspace who has its ledger.
    watchers: [raiseAlerts],
  },
  { reads: requestLogReads, resolvers: [RequestLogResolver, WorkspaceLogsResolver] },
  {
    tables: [gatewayRequests, denialHours],
    resolvers: [GatewayResolver],
    jobs: [expireReservations, dropUnusedRequests],
    metrics: gatewayMetrics,
  },
  {
    tables: usageTables,
    resolvers: [UsageResolver],
    jobs: [makeUsagePartitions, dropUsageMonths],
    metrics: usageMetrics,
  },
  { resolvers: [WorkspaceInsightsResolver] },
  { resolvers: [WorkspaceReviewResolver] },
  { reads: auditEventReads, resolvers: [AuditEventResolver, WorkspaceAuditLogResolver] },
  { reads: serviceTokenReads, tables: [serviceTokenSecrets], resolvers: [ServiceTokenResolver] },
  { resolvers: [TeamAccessResolver] },
  { resolvers: [SummaryResolver, ViewerResolver, NodeResolver] },
];

for (const { watchers = [] } of features) for (const watcher of watchers) watch(watcher);

export const nouns: readonly Reads[] = features.flatMap(({ reads }) => reads ?? []);

/** Every table of the database but that of the migrations. */
export const tables: readonly Table[] = features.flatMap(({ reads, tables = [] }) =>
  reads === undefined ? tables : [reads.noun, ...tables],
);

export const resolvers: readonly ResolverClass[] = features.flatMap(({ resolvers = [] }) => resolvers);

export const metrics: readonly Metric[] = features.flatMap(({ metrics = [] }) => metrics);

export const jobs: readonly Job[] = features.flatMap(({ jobs = [] }) => jobs);
