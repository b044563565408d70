// Generated from schema.graphql and sdk/operations by `npm run generate`: do not edit.
import type { TypedDocument } from '../document.js';
import type * as Types from './operations.js';
export const OrganizationAuditLogDocument: TypedDocument<Types.OrganizationAuditLogQuery, Types.OrganizationAuditLogQueryVariables> =
  "query OrganizationAuditLog($first:Int$after:String$last:Int$before:String$filter:AuditFilter$totalCount:Boolean=false){auditLog(first:$first after:$after last:$last before:$before filter:$filter){nodes{...AuditEvent}pageInfo{...PageInfo}totalCount@include(if:$totalCount)}}fragment AuditEvent on AuditEvent{id action actor{kind name actorId user{...User}}workspace{id name}targetId changes{field before after}occurredAt requestId}fragment User on User{id name email}fragment PageInfo on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";

export const AuthorizeGatewayRequestDocument: TypedDocument<Types.AuthorizeGatewayRequestMutation, Types.AuthorizeGatewayRequestMutationVariables> =
  "mutation AuthorizeGatewayRequest($input:AuthorizeGatewayRequestInput!){authorizeGatewayRequest(input:$input){...GatewayAuthorization}}fragment GatewayAuthorization on GatewayAuthorization{allowed denial{code message retryAt}reservedCost{...Money}reservationExpiresAt workspace{id}virtualKey{id}targets{llmConfiguration{id version}weight}guardrails{id version}}fragment Money on Money{amount currency}";

export const RecordUsageDocument: TypedDocument<Types.RecordUsageMutation, Types.RecordUsageMutationVariables> =
  "mutation RecordUsage($input:RecordUsageInput!){recordUsage(input:$input){recorded duplicates userErrors{...UserError}}}fragment UserError on UserError{code message field}";

export const GuardrailsDocument: TypedDocument<Types.GuardrailsQuery, Types.GuardrailsQueryVariables> =
  "query Guardrails($workspaceId:ID!$first:Int$after:String$last:Int$before:String$totalCount:Boolean=false){workspace(id:$workspaceId){guardrails(first:$first after:$after last:$last before:$before){nodes{...Guardrail}pageInfo{...PageInfo}totalCount@include(if:$totalCount)}}}fragment Guardrail on Guardrail{id workspace{id name}name position stage kind action terms pattern piiTypes country maxLength enabled version createdAt updatedAt deletedAt}fragment PageInfo on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";

export const GuardrailDocument: TypedDocument<Types.GuardrailQuery, Types.GuardrailQueryVariables> =
  "query Guardrail($id:ID!){node(id:$id){__typename ...Guardrail}}fragment Guardrail on Guardrail{id workspace{id name}name position stage kind action terms pattern piiTypes country maxLength enabled version createdAt updatedAt deletedAt}";

export const GuardrailsByIdDocument: TypedDocument<Types.GuardrailsByIdQuery, Types.GuardrailsByIdQueryVariables> =
  "query GuardrailsById($ids:[ID!]!){nodes(ids:$ids){__typename ...Guardrail}}fragment Guardrail on Guardrail{id workspace{id name}name position stage kind action terms pattern piiTypes country maxLength enabled version createdAt updatedAt deletedAt}";

export const CreateGuardrailDocument: TypedDocument<Types.CreateGuardrailMutation, Types.CreateGuardrailMutationVariables> =
  "mutation CreateGuardrail($input:CreateGuardrailInput!){createGuardrail(input:$input){guardrail{...Guardrail}userErrors{...UserError}}}fragment Guardrail on Guardrail{id workspace{id name}name position stage kind action terms pattern piiTypes country maxLength enabled version createdAt updatedAt deletedAt}fragment UserError on UserError{code message field}";

export const UpdateGuardrailDocument: TypedDocument<Types.UpdateGuardrailMutation, Types.UpdateGuardrailMutationVariables> =
  "mutation UpdateGuardrail($input:UpdateGuardrailInput!){updateGuardrail(input:$input){guardrail{...Guardrail}conflictingGuardrail{...Guardrail}userErrors{...UserError}}}fragment Guardrail on Guardrail{id workspace{id name}name position stage kind action terms pattern piiTypes country maxLength enabled version createdAt updatedAt deletedAt}fragment UserError on UserError{code message field}";

export const DeleteGuardrailDocument: TypedDocument<Types.DeleteGuardrailMutation, Types.DeleteGuardrailMutationVariables> =
  "mutation DeleteGuardrail($input:DeleteGuardrailInput!){deleteGuardrail(input:$input){deletedId userErrors{...UserError}}}fragment UserError on UserError{code message field}";

export const CheckGuardrailsDocument: TypedDocument<Types.CheckGuardrailsQuery, Types.CheckGuardrailsQueryVariables> =
  "query CheckGuardrails($input:CheckGuardrailsInput!){checkGuardrails(input:$input){outcome text matches{guardrail{id name position kind action}piiType start end}}}";

export const LlmConfigurationsDocument: TypedDocument<Types.LlmConfigurationsQuery, Types.LlmConfigurationsQueryVariables> =
  "query LlmConfigurations($workspaceId:ID!$first:Int$after:String$last:Int$before:String$totalCount:Boolean=false){workspace(id:$workspaceId){llmConfigurations(first:$first after:$after last:$last before:$before){nodes{...LlmConfiguration}pageInfo{...PageInfo}totalCount@include(if:$totalCount)}}}fragment LlmConfiguration on LlmConfiguration{id workspace{id name}name provider model region baseUrl credentialRef inputPricePerMillionTokens{...Money}cachedInputPricePerMillionTokens{...Money}outputPricePerMillionTokens{...Money}enabled version createdAt updatedAt deletedAt}fragment Money on Money{amount currency}fragment PageInfo on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";

export const LlmConfigurationDocument: TypedDocument<Types.LlmConfigurationQuery, Types.LlmConfigurationQueryVariables> =
  "query LlmConfiguration($id:ID!){node(id:$id){__typename ...LlmConfiguration}}fragment LlmConfiguration on LlmConfiguration{id workspace{id name}name provider model region baseUrl credentialRef inputPricePerMillionTokens{...Money}cachedInputPricePerMillionTokens{...Money}outputPricePerMillionTokens{...Money}enabled version createdAt updatedAt deletedAt}fragment Money on Money{amount currency}";

export const LlmConfigurationsByIdDocument: TypedDocument<Types.LlmConfigurationsByIdQuery, Types.LlmConfigurationsByIdQueryVariables> =
  "query LlmConfigurationsById($ids:[ID!]!){nodes(ids:$ids){__typename ...LlmConfiguration}}fragment LlmConfiguration on LlmConfiguration{id workspace{id name}name provider model region baseUrl credentialRef inputPricePerMillionTokens{...Money}cachedInputPricePerMillionTokens{...Money}outputPricePerMillionTokens{...Money}enabled version createdAt updatedAt deletedAt}fragment Money on Money{amount currency}";

export const CreateLlmConfigurationDocument: TypedDocument<Types.CreateLlmConfigurationMutation, Types.CreateLlmConfigurationMutationVariables> =
  "mutation CreateLlmConfiguration($input:CreateLlmConfigurationInput!){createLlmConfiguration(input:$input){llmConfiguration{...LlmConfiguration}userErrors{...UserError}}}fragment LlmConfiguration on LlmConfiguration{id workspace{id name}name provider model region baseUrl credentialRef inputPricePerMillionTokens{...Money}cachedInputPricePerMillionTokens{...Money}outputPricePerMillionTokens{...Money}enabled version createdAt updatedAt deletedAt}fragment Money on Money{amount currency}fragment UserError on UserError{code message field}";

export const UpdateLlmConfigurationDocument: TypedDocument<Types.UpdateLlmConfigurationMutation, Types.UpdateLlmConfigurationMutationVariables> =
  "mutation UpdateLlmConfiguration($input:UpdateLlmConfigurationInput!){updateLlmConfiguration(input:$input){llmConfiguration{...LlmConfiguration}conflictingLlmConfiguration{...LlmConfiguration}userErrors{...UserError}}}fragment LlmConfiguration on LlmConfiguration{id workspace{id name}name provider model region baseUrl credentialRef inputPricePerMillionTokens{...Money}cachedInputPricePerMillionTokens{...Money}outputPricePerMillionTokens{...Money}enabled version createdAt updatedAt deletedAt}fragment Money on Money{amount currency}fragment UserError on UserError{code message field}";

export const DeleteLlmConfigurationDocument: TypedDocument<Types.DeleteLlmConfigurationMutation, Types.DeleteLlmConfigurationMutationVariables> =
  "mutation DeleteLlmConfiguration($input:DeleteLlmConfigurationInput!){deleteLlmConfiguration(input:$input){deletedId userErrors{...UserError}}}fragment UserError on UserError{code message field}";

export const RequestLogsDocument: TypedDocument<Types.RequestLogsQuery, Types.RequestLogsQueryVariables> =
  "query RequestLogs($workspaceId:ID!$range:TimeRangeInput!$first:Int$after:String$last:Int$before:String$filter:RequestLogFilter){workspace(id:$workspaceId){logs(range:$range first:$first after:$after last:$last before:$before filter:$filter){nodes{...RequestLog}pageInfo{...PageInfo}}}}fragment RequestLog on RequestLog{id workspace{id name}virtualKey{id name maskedKey}requestId model provider llmConfiguration{id name}status errorCode providerModel inputTokens cachedInputTokens outputTokens cost{...Money}latencyMs guardrails{id name}tags occurredAt}fragment Money on Money{amount currency}fragment PageInfo on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";

export const RequestLogDocument: TypedDocument<Types.RequestLogQuery, Types.RequestLogQueryVariables> =
  "query RequestLog($id:ID!){node(id:$id){__typename ...RequestLog}}fragment RequestLog on RequestLog{id workspace{id name}virtualKey{id name maskedKey}requestId model provider llmConfiguration{id name}status errorCode providerModel inputTokens cachedInputTokens outputTokens cost{...Money}latencyMs guardrails{id name}tags occurredAt}fragment Money on Money{amount currency}";

export const RequestLogsByIdDocument: TypedDocument<Types.RequestLogsByIdQuery, Types.RequestLogsByIdQueryVariables> =
  "query RequestLogsById($ids:[ID!]!){nodes(ids:$ids){__typename ...RequestLog}}fragment RequestLog on RequestLog{id workspace{id name}virtualKey{id name maskedKey}requestId model provider llmConfiguration{id name}status errorCode providerModel inputTokens cachedInputTokens outputTokens cost{...Money}latencyMs guardrails{id name}tags occurredAt}fragment Money on Money{amount currency}";

export const MembersDocument: TypedDocument<Types.MembersQuery, Types.MembersQueryVariables> =
  "query Members($workspaceId:ID!$first:Int$after:String$last:Int$before:String$totalCount:Boolean=false){workspace(id:$workspaceId){members(first:$first after:$after last:$last before:$before){nodes{...Member}pageInfo{...PageInfo}totalCount@include(if:$totalCount)}}}fragment Member on Member{id user{...User}role joinedAt}fragment User on User{id name email}fragment PageInfo on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";

export const ChangeMemberRoleDocument: TypedDocument<Types.ChangeMemberRoleMutation, Types.ChangeMemberRoleMutationVariables> =
  "mutation ChangeMemberRole($input:ChangeMemberRoleInput!){changeMemberRole(input:$input){member{...Member}userErrors{...UserError}}}fragment Member on Member{id user{...User}role joinedAt}fragment User on User{id name email}fragment UserError on UserError{code message field}";

export const ModelRoutesDocument: TypedDocument<Types.ModelRoutesQuery, Types.ModelRoutesQueryVariables> =
  "query ModelRoutes($workspaceId:ID!$first:Int$after:String$last:Int$before:String$totalCount:Boolean=false){workspace(id:$workspaceId){modelRoutes(first:$first after:$after last:$last before:$before){nodes{...ModelRoute}pageInfo{...PageInfo}totalCount@include(if:$totalCount)}}}fragment ModelRoute on ModelRoute{id workspace{id name}model strategy targets{llmConfiguration{id name provider model region enabled}weight}version createdAt updatedAt}fragment PageInfo on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";

export const ModelRouteDocument: TypedDocument<Types.ModelRouteQuery, Types.ModelRouteQueryVariables> =
  "query ModelRoute($id:ID!){node(id:$id){__typename ...ModelRoute}}fragment ModelRoute on ModelRoute{id workspace{id name}model strategy targets{llmConfiguration{id name provider model region enabled}weight}version createdAt updatedAt}";

export const ModelRoutesByIdDocument: TypedDocument<Types.ModelRoutesByIdQuery, Types.ModelRoutesByIdQueryVariables> =
  "query ModelRoutesById($ids:[ID!]!){nodes(ids:$ids){__typename ...ModelRoute}}fragment ModelRoute on ModelRoute{id workspace{id name}model strategy targets{llmConfiguration{id name provider model region enabled}weight}version createdAt updatedAt}";

export const SetModelRouteDocument: TypedDocument<Types.SetModelRouteMutation, Types.SetModelRouteMutationVariables> =
  "mutation SetModelRoute($input:SetModelRouteInput!){setModelRoute(input:$input){modelRoute{...ModelRoute}conflictingModelRoute{...ModelRoute}userErrors{...UserError}}}fragment ModelRoute on ModelRoute{id workspace{id name}model strategy targets{llmConfiguration{id name provider model region enabled}weight}version createdAt updatedAt}fragment UserError on UserError{code message field}";

export const DeleteModelRouteDocument: TypedDocument<Types.DeleteModelRouteMutation, Types.DeleteModelRouteMutationVariables> =
  "mutation DeleteModelRoute($input:DeleteModelRouteInput!){deleteModelRoute(input:$input){deletedId userErrors{...UserError}}}fragment UserError on UserError{code message field}";

export const ServiceTokensDocument: TypedDocument<Types.ServiceTokensQuery, Types.ServiceTokensQueryVariables> =
  "query ServiceTokens($first:Int$after:String$last:Int$before:String$totalCount:Boolean=false){serviceTokens(first:$first after:$after last:$last before:$before){nodes{...ServiceToken}pageInfo{...PageInfo}totalCount@include(if:$totalCount)}}fragment ServiceToken on ServiceToken{id name maskedToken scopes createdAt expiresAt lastUsedAt revokedAt secrets{maskedToken createdAt expiresAt lastUsedAt}}fragment PageInfo on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";

export const CreateServiceTokenDocument: TypedDocument<Types.CreateServiceTokenMutation, Types.CreateServiceTokenMutationVariables> =
  "mutation CreateServiceToken($input:CreateServiceTokenInput!){createServiceToken(input:$input){serviceToken{...ServiceToken}token message userErrors{...UserError}}}fragment ServiceToken on ServiceToken{id name maskedToken scopes createdAt expiresAt lastUsedAt revokedAt secrets{maskedToken createdAt expiresAt lastUsedAt}}fragment UserError on UserError{code message field}";

export const RotateServiceTokenDocument: TypedDocument<Types.RotateServiceTokenMutation, Types.RotateServiceTokenMutationVariables> =
  "mutation RotateServiceToken($input:RotateServiceTokenInput!){rotateServiceToken(input:$input){serviceToken{...ServiceToken}token message userErrors{...UserError}}}fragment ServiceToken on ServiceToken{id name maskedToken scopes createdAt expiresAt lastUsedAt revokedAt secrets{maskedToken createdAt expiresAt lastUsedAt}}fragment UserError on UserError{code message field}";

export const RevokeServiceTokenDocument: TypedDocument<Types.RevokeServiceTokenMutation, Types.RevokeServiceTokenMutationVariables> =
  "mutation RevokeServiceToken($input:RevokeServiceTokenInput!){revokeServiceToken(input:$input){serviceToken{...ServiceToken}userErrors{...UserError}}}fragment ServiceToken on ServiceToken{id name maskedToken scopes createdAt expiresAt lastUsedAt revokedAt secrets{maskedToken createdAt expiresAt lastUsedAt}}fragment UserError on UserError{code message field}";

export const SyncTeamAccessDocument: TypedDocument<Types.SyncTeamAccessMutation, Types.SyncTeamAccessMutationVariables> =
  "mutation SyncTeamAccess($input:SyncTeamAccessInput!){syncTeamAccess(input:$input){usersChanged teamsChanged userErrors{...UserError}}}fragment UserError on UserError{code message field}";

export const AssignableUsersDocument: TypedDocument<Types.AssignableUsersQuery, Types.AssignableUsersQueryVariables> =
  "query AssignableUsers($first:Int$after:String$last:Int$before:String$search:String$totalCount:Boolean=false){assignableUsers(first:$first after:$after last:$last before:$before search:$search){nodes{...User}pageInfo{...PageInfo}totalCount@include(if:$totalCount)}}fragment User on User{id name email}fragment PageInfo on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";

export const ViewerDocument: TypedDocument<Types.ViewerQuery, Types.ViewerQueryVariables> =
  "query Viewer{viewer{user{...User}organizationRole teams{id name}activeWorkspace{...WorkspaceCard}}}fragment User on User{id name email}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}";

export const VirtualKeysDocument: TypedDocument<Types.VirtualKeysQuery, Types.VirtualKeysQueryVariables> =
  "query VirtualKeys($first:Int$after:String$last:Int$before:String$filter:VirtualKeyFilter$orderBy:VirtualKeyOrder$totalCount:Boolean=false){virtualKeys(first:$first after:$after last:$last before:$before filter:$filter orderBy:$orderBy){nodes{...VirtualKey}pageInfo{...PageInfo}totalCount@include(if:$totalCount)}}fragment VirtualKey on VirtualKey{id workspace{id name}name maskedKey status version viewerCanUpdate createdBy{...User}createdAt expiresAt lastUsedAt allowedModels monthlyBudget{...Money}spent{...Money}reserved{...Money}requestsPerMinute tokensPerMinute secrets{maskedKey createdAt expiresAt lastUsedAt}lastReviewedAt lastReviewedBy{...User}revokedAt}fragment User on User{id name email}fragment Money on Money{amount currency}fragment PageInfo on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";

export const VirtualKeyDocument: TypedDocument<Types.VirtualKeyQuery, Types.VirtualKeyQueryVariables> =
  "query VirtualKey($id:ID!){node(id:$id){__typename ...VirtualKey}}fragment VirtualKey on VirtualKey{id workspace{id name}name maskedKey status version viewerCanUpdate createdBy{...User}createdAt expiresAt lastUsedAt allowedModels monthlyBudget{...Money}spent{...Money}reserved{...Money}requestsPerMinute tokensPerMinute secrets{maskedKey createdAt expiresAt lastUsedAt}lastReviewedAt lastReviewedBy{...User}revokedAt}fragment User on User{id name email}fragment Money on Money{amount currency}";

export const VirtualKeysByIdDocument: TypedDocument<Types.VirtualKeysByIdQuery, Types.VirtualKeysByIdQueryVariables> =
  "query VirtualKeysById($ids:[ID!]!){nodes(ids:$ids){__typename ...VirtualKey}}fragment VirtualKey on VirtualKey{id workspace{id name}name maskedKey status version viewerCanUpdate createdBy{...User}createdAt expiresAt lastUsedAt allowedModels monthlyBudget{...Money}spent{...Money}reserved{...Money}requestsPerMinute tokensPerMinute secrets{maskedKey createdAt expiresAt lastUsedAt}lastReviewedAt lastReviewedBy{...User}revokedAt}fragment User on User{id name email}fragment Money on Money{amount currency}";

export const CreateVirtualKeyDocument: TypedDocument<Types.CreateVirtualKeyMutation, Types.CreateVirtualKeyMutationVariables> =
  "mutation CreateVirtualKey($input:CreateVirtualKeyInput!){createVirtualKey(input:$input){virtualKey{...VirtualKey}secret message userErrors{...UserError}}}fragment VirtualKey on VirtualKey{id workspace{id name}name maskedKey status version viewerCanUpdate createdBy{...User}createdAt expiresAt lastUsedAt allowedModels monthlyBudget{...Money}spent{...Money}reserved{...Money}requestsPerMinute tokensPerMinute secrets{maskedKey createdAt expiresAt lastUsedAt}lastReviewedAt lastReviewedBy{...User}revokedAt}fragment User on User{id name email}fragment Money on Money{amount currency}fragment UserError on UserError{code message field}";

export const UpdateVirtualKeyDocument: TypedDocument<Types.UpdateVirtualKeyMutation, Types.UpdateVirtualKeyMutationVariables> =
  "mutation UpdateVirtualKey($input:UpdateVirtualKeyInput!){updateVirtualKey(input:$input){virtualKey{...VirtualKey}conflictingVirtualKey{...VirtualKey}userErrors{...UserError}}}fragment VirtualKey on VirtualKey{id workspace{id name}name maskedKey status version viewerCanUpdate createdBy{...User}createdAt expiresAt lastUsedAt allowedModels monthlyBudget{...Money}spent{...Money}reserved{...Money}requestsPerMinute tokensPerMinute secrets{maskedKey createdAt expiresAt lastUsedAt}lastReviewedAt lastReviewedBy{...User}revokedAt}fragment User on User{id name email}fragment Money on Money{amount currency}fragment UserError on UserError{code message field}";

export const RotateVirtualKeyDocument: TypedDocument<Types.RotateVirtualKeyMutation, Types.RotateVirtualKeyMutationVariables> =
  "mutation RotateVirtualKey($input:RotateVirtualKeyInput!){rotateVirtualKey(input:$input){virtualKey{...VirtualKey}secret message userErrors{...UserError}}}fragment VirtualKey on VirtualKey{id workspace{id name}name maskedKey status version viewerCanUpdate createdBy{...User}createdAt expiresAt lastUsedAt allowedModels monthlyBudget{...Money}spent{...Money}reserved{...Money}requestsPerMinute tokensPerMinute secrets{maskedKey createdAt expiresAt lastUsedAt}lastReviewedAt lastReviewedBy{...User}revokedAt}fragment User on User{id name email}fragment Money on Money{amount currency}fragment UserError on UserError{code message field}";

export const RevokeVirtualKeyDocument: TypedDocument<Types.RevokeVirtualKeyMutation, Types.RevokeVirtualKeyMutationVariables> =
  "mutation RevokeVirtualKey($input:RevokeVirtualKeyInput!){revokeVirtualKey(input:$input){virtualKey{...VirtualKey}userErrors{...UserError}}}fragment VirtualKey on VirtualKey{id workspace{id name}name maskedKey status version viewerCanUpdate createdBy{...User}createdAt expiresAt lastUsedAt allowedModels monthlyBudget{...Money}spent{...Money}reserved{...Money}requestsPerMinute tokensPerMinute secrets{maskedKey createdAt expiresAt lastUsedAt}lastReviewedAt lastReviewedBy{...User}revokedAt}fragment User on User{id name email}fragment Money on Money{amount currency}fragment UserError on UserError{code message field}";

export const ReviewVirtualKeysDocument: TypedDocument<Types.ReviewVirtualKeysMutation, Types.ReviewVirtualKeysMutationVariables> =
  "mutation ReviewVirtualKeys($input:ReviewVirtualKeysInput!){reviewVirtualKeys(input:$input){virtualKeys{...VirtualKey}userErrors{...UserError}}}fragment VirtualKey on VirtualKey{id workspace{id name}name maskedKey status version viewerCanUpdate createdBy{...User}createdAt expiresAt lastUsedAt allowedModels monthlyBudget{...Money}spent{...Money}reserved{...Money}requestsPerMinute tokensPerMinute secrets{maskedKey createdAt expiresAt lastUsedAt}lastReviewedAt lastReviewedBy{...User}revokedAt}fragment User on User{id name email}fragment Money on Money{amount currency}fragment UserError on UserError{code message field}";

export const WorkspaceSummaryDocument: TypedDocument<Types.WorkspaceSummaryQuery, Types.WorkspaceSummaryQueryVariables> =
  "query WorkspaceSummary{workspaceSummary{activeWorkspace{...WorkspaceCard}totalWorkspaces totalMonthlyBudget{...Money}totalSpent{...Money}totalActiveKeys productionWorkspaces}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}";

export const WorkspacesDocument: TypedDocument<Types.WorkspacesQuery, Types.WorkspacesQueryVariables> =
  "query Workspaces($first:Int$after:String$last:Int$before:String$filter:WorkspaceFilter$orderBy:WorkspaceOrder$totalCount:Boolean=false){workspaces(first:$first after:$after last:$last before:$before filter:$filter orderBy:$orderBy){nodes{...WorkspaceCard}pageInfo{...PageInfo}totalCount@include(if:$totalCount)}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment PageInfo on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";

export const WorkspacesWithFindingsDocument: TypedDocument<Types.WorkspacesWithFindingsQuery, Types.WorkspacesWithFindingsQueryVariables> =
  "query WorkspacesWithFindings($first:Int$after:String$last:Int$before:String$filter:WorkspaceFilter$orderBy:WorkspaceOrder$totalCount:Boolean=false){workspaces(first:$first after:$after last:$last before:$before filter:$filter orderBy:$orderBy){nodes{...WorkspaceCard reviewFindings{...ReviewFinding}}pageInfo{...PageInfo}totalCount@include(if:$totalCount)}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment ReviewFinding on ReviewFinding{code severity message virtualKey{id name maskedKey lastUsedAt}}fragment PageInfo on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";

export const ReviewFindingsDocument: TypedDocument<Types.ReviewFindingsQuery, Types.ReviewFindingsQueryVariables> =
  "query ReviewFindings($workspaceId:ID!){workspace(id:$workspaceId){reviewFindings{...ReviewFindingDetails}}}fragment ReviewFindingDetails on ReviewFinding{...ReviewFinding llmConfiguration{id name}modelRoute{id model}}fragment ReviewFinding on ReviewFinding{code severity message virtualKey{id name maskedKey lastUsedAt}}";

export const AuditLogDocument: TypedDocument<Types.AuditLogQuery, Types.AuditLogQueryVariables> =
  "query AuditLog($workspaceId:ID!$first:Int$after:String$last:Int$before:String$filter:AuditFilter$totalCount:Boolean=false){workspace(id:$workspaceId){auditLog(first:$first after:$after last:$last before:$before filter:$filter){nodes{...AuditEvent}pageInfo{...PageInfo}totalCount@include(if:$totalCount)}}}fragment AuditEvent on AuditEvent{id action actor{kind name actorId user{...User}}workspace{id name}targetId changes{field before after}occurredAt requestId}fragment User on User{id name email}fragment PageInfo on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";

export const WorkspaceBudgetDocument: TypedDocument<Types.WorkspaceBudgetQuery, Types.WorkspaceBudgetQueryVariables> =
  "query WorkspaceBudget($workspaceId:ID!){workspace(id:$workspaceId){budget{...WorkspaceBudget}}}fragment WorkspaceBudget on WorkspaceBudget{limit{...Money}spent{...Money}reserved{...Money}remaining{...Money}utilization state enforcement alertThresholds alerts{threshold raisedAt spent{...Money}}periodStart periodEnd timeZone forecast{expectedSpend{...Money}exhaustedAt}}fragment Money on Money{amount currency}";

export const WorkspaceUsageDocument: TypedDocument<Types.WorkspaceUsageQuery, Types.WorkspaceUsageQueryVariables> =
  "query WorkspaceUsage($workspaceId:ID!$range:TimeRangeInput$granularity:UsageGranularity=DAY$groupBy:UsageDimension$groups:Int){workspace(id:$workspaceId){usage(range:$range granularity:$granularity groupBy:$groupBy groups:$groups){...UsageBucket}}}fragment UsageBucket on UsageBucket{start group isOther virtualKey{id name maskedKey}requests errors inputTokens outputTokens cost{...Money}}fragment Money on Money{amount currency}";

export const WorkspaceInsightsDocument: TypedDocument<Types.WorkspaceInsightsQuery, Types.WorkspaceInsightsQueryVariables> =
  "query WorkspaceInsights($workspaceId:ID!$range:TimeRangeInput){workspace(id:$workspaceId){insights(range:$range){...WorkspaceInsights}}}fragment WorkspaceInsights on WorkspaceInsights{requests errorRate cost{...Money}costChange latencyMsP50 latencyMsP95 latencyMsP99 topModels{...InsightGroup}topVirtualKeys{...InsightGroup}denials{code model virtualKey{id name maskedKey}requests}}fragment Money on Money{amount currency}fragment InsightGroup on InsightGroup{group virtualKey{id name maskedKey}requests cost{...Money}share}";

export const WorkspaceDocument: TypedDocument<Types.WorkspaceQuery, Types.WorkspaceQueryVariables> =
  "query Workspace($id:ID!){workspace(id:$id){...WorkspaceDetails}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings archivedAt timeZone review{reason requestedBy{...User}requestedAt dueAt}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment User on User{id name email}";

export const WorkspacesByIdDocument: TypedDocument<Types.WorkspacesByIdQuery, Types.WorkspacesByIdQueryVariables> =
  "query WorkspacesById($ids:[ID!]!){nodes(ids:$ids){__typename ...WorkspaceDetails}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings archivedAt timeZone review{reason requestedBy{...User}requestedAt dueAt}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment User on User{id name email}";

export const ActiveWorkspaceDocument: TypedDocument<Types.ActiveWorkspaceQuery, Types.ActiveWorkspaceQueryVariables> =
  "query ActiveWorkspace{activeWorkspace{...WorkspaceDetails}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings archivedAt timeZone review{reason requestedBy{...User}requestedAt dueAt}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment User on User{id name email}";

export const CreateWorkspaceDocument: TypedDocument<Types.CreateWorkspaceMutation, Types.CreateWorkspaceMutationVariables> =
  "mutation CreateWorkspace($input:CreateWorkspaceInput!){createWorkspace(input:$input){workspace{...WorkspaceDetails}userErrors{...UserError}}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings archivedAt timeZone review{reason requestedBy{...User}requestedAt dueAt}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment User on User{id name email}fragment UserError on UserError{code message field}";

export const UpdateWorkspaceSettingsDocument: TypedDocument<Types.UpdateWorkspaceSettingsMutation, Types.UpdateWorkspaceSettingsMutationVariables> =
  "mutation UpdateWorkspaceSettings($input:UpdateWorkspaceSettingsInput!){updateWorkspaceSettings(input:$input){workspace{...WorkspaceDetails}conflictingWorkspace{...WorkspaceDetails}userErrors{...UserError}}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings archivedAt timeZone review{reason requestedBy{...User}requestedAt dueAt}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment User on User{id name email}fragment UserError on UserError{code message field}";

export const SelectWorkspaceDocument: TypedDocument<Types.SelectWorkspaceMutation, Types.SelectWorkspaceMutationVariables> =
  "mutation SelectWorkspace($input:SelectWorkspaceInput!){selectWorkspace(input:$input){workspace{...WorkspaceDetails}previousWorkspace{...WorkspaceCard}userErrors{...UserError}}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings archivedAt timeZone review{reason requestedBy{...User}requestedAt dueAt}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment User on User{id name email}fragment UserError on UserError{code message field}";

export const TransferWorkspaceOwnershipDocument: TypedDocument<Types.TransferWorkspaceOwnershipMutation, Types.TransferWorkspaceOwnershipMutationVariables> =
  "mutation TransferWorkspaceOwnership($input:TransferWorkspaceOwnershipInput!){transferWorkspaceOwnership(input:$input){workspace{...WorkspaceDetails}conflictingWorkspace{...WorkspaceDetails}userErrors{...UserError}}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings archivedAt timeZone review{reason requestedBy{...User}requestedAt dueAt}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment User on User{id name email}fragment UserError on UserError{code message field}";

export const RequestWorkspaceReviewDocument: TypedDocument<Types.RequestWorkspaceReviewMutation, Types.RequestWorkspaceReviewMutationVariables> =
  "mutation RequestWorkspaceReview($input:RequestWorkspaceReviewInput!){requestWorkspaceReview(input:$input){workspace{...WorkspaceDetails}userErrors{...UserError}}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings archivedAt timeZone review{reason requestedBy{...User}requestedAt dueAt}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment User on User{id name email}fragment UserError on UserError{code message field}";

export const CompleteWorkspaceReviewDocument: TypedDocument<Types.CompleteWorkspaceReviewMutation, Types.CompleteWorkspaceReviewMutationVariables> =
  "mutation CompleteWorkspaceReview($input:CompleteWorkspaceReviewInput!){completeWorkspaceReview(input:$input){workspace{...WorkspaceDetails}userErrors{...UserError}}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings archivedAt timeZone review{reason requestedBy{...User}requestedAt dueAt}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment User on User{id name email}fragment UserError on UserError{code message field}";

export const ArchiveWorkspaceDocument: TypedDocument<Types.ArchiveWorkspaceMutation, Types.ArchiveWorkspaceMutationVariables> =
  "mutation ArchiveWorkspace($input:ArchiveWorkspaceInput!){archiveWorkspace(input:$input){workspace{...WorkspaceDetails}conflictingWorkspace{...WorkspaceDetails}userErrors{...UserError}}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings archivedAt timeZone review{reason requestedBy{...User}requestedAt dueAt}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment User on User{id name email}fragment UserError on UserError{code message field}";

export const RestoreWorkspaceDocument: TypedDocument<Types.RestoreWorkspaceMutation, Types.RestoreWorkspaceMutationVariables> =
  "mutation RestoreWorkspace($input:RestoreWorkspaceInput!){restoreWorkspace(input:$input){workspace{...WorkspaceDetails}userErrors{...UserError}}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings archivedAt timeZone review{reason requestedBy{...User}requestedAt dueAt}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment User on User{id name email}fragment UserError on UserError{code message field}";