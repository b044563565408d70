// Generated from schema.graphql and sdk/operations by `npm run generate`: do not edit.
import type * as Types from './operations.js';
/** Every operation of the SDK by its name, with the types of its variables and its result. */
export interface Operations {
  OrganizationAuditLog: { variables: Types.OrganizationAuditLogQueryVariables; result: Types.OrganizationAuditLogQuery };
  AuthorizeGatewayRequest: { variables: Types.AuthorizeGatewayRequestMutationVariables; result: Types.AuthorizeGatewayRequestMutation };
  RecordUsage: { variables: Types.RecordUsageMutationVariables; result: Types.RecordUsageMutation };
  Guardrails: { variables: Types.GuardrailsQueryVariables; result: Types.GuardrailsQuery };
  Guardrail: { variables: Types.GuardrailQueryVariables; result: Types.GuardrailQuery };
  GuardrailsById: { variables: Types.GuardrailsByIdQueryVariables; result: Types.GuardrailsByIdQuery };
  CreateGuardrail: { variables: Types.CreateGuardrailMutationVariables; result: Types.CreateGuardrailMutation };
  UpdateGuardrail: { variables: Types.UpdateGuardrailMutationVariables; result: Types.UpdateGuardrailMutation };
  DeleteGuardrail: { variables: Types.DeleteGuardrailMutationVariables; result: Types.DeleteGuardrailMutation };
  CheckGuardrails: { variables: Types.CheckGuardrailsQueryVariables; result: Types.CheckGuardrailsQuery };
  LlmConfigurations: { variables: Types.LlmConfigurationsQueryVariables; result: Types.LlmConfigurationsQuery };
  LlmConfiguration: { variables: Types.LlmConfigurationQueryVariables; result: Types.LlmConfigurationQuery };
  LlmConfigurationsById: { variables: Types.LlmConfigurationsByIdQueryVariables; result: Types.LlmConfigurationsByIdQuery };
  CreateLlmConfiguration: { variables: Types.CreateLlmConfigurationMutationVariables; result: Types.CreateLlmConfigurationMutation };
  UpdateLlmConfiguration: { variables: Types.UpdateLlmConfigurationMutationVariables; result: Types.UpdateLlmConfigurationMutation };
  DeleteLlmConfiguration: { variables: Types.DeleteLlmConfigurationMutationVariables; result: Types.DeleteLlmConfigurationMutation };
  RequestLogs: { variables: Types.RequestLogsQueryVariables; result: Types.RequestLogsQuery };
  RequestLog: { variables: Types.RequestLogQueryVariables; result: Types.RequestLogQuery };
  RequestLogsById: { variables: Types.RequestLogsByIdQueryVariables; result: Types.RequestLogsByIdQuery };
  Members: { variables: Types.MembersQueryVariables; result: Types.MembersQuery };
  ChangeMemberRole: { variables: Types.ChangeMemberRoleMutationVariables; result: Types.ChangeMemberRoleMutation };
  ModelRoutes: { variables: Types.ModelRoutesQueryVariables; result: Types.ModelRoutesQuery };
  ModelRoute: { variables: Types.ModelRouteQueryVariables; result: Types.ModelRouteQuery };
  ModelRoutesById: { variables: Types.ModelRoutesByIdQueryVariables; result: Types.ModelRoutesByIdQuery };
  SetModelRoute: { variables: Types.SetModelRouteMutationVariables; result: Types.SetModelRouteMutation };
  DeleteModelRoute: { variables: Types.DeleteModelRouteMutationVariables; result: Types.DeleteModelRouteMutation };
  ServiceTokens: { variables: Types.ServiceTokensQueryVariables; result: Types.ServiceTokensQuery };
  CreateServiceToken: { variables: Types.CreateServiceTokenMutationVariables; result: Types.CreateServiceTokenMutation };
  RotateServiceToken: { variables: Types.RotateServiceTokenMutationVariables; result: Types.RotateServiceTokenMutation };
  RevokeServiceToken: { variables: Types.RevokeServiceTokenMutationVariables; result: Types.RevokeServiceTokenMutation };
  SyncTeamAccess: { variables: Types.SyncTeamAccessMutationVariables; result: Types.SyncTeamAccessMutation };
  Teams: { variables: Types.TeamsQueryVariables; result: Types.TeamsQuery };
  AssignableUsers: { variables: Types.AssignableUsersQueryVariables; result: Types.AssignableUsersQuery };
  Users: { variables: Types.UsersQueryVariables; result: Types.UsersQuery };
  Viewer: { variables: Types.ViewerQueryVariables; result: Types.ViewerQuery };
  VirtualKeys: { variables: Types.VirtualKeysQueryVariables; result: Types.VirtualKeysQuery };
  VirtualKey: { variables: Types.VirtualKeyQueryVariables; result: Types.VirtualKeyQuery };
  VirtualKeysById: { variables: Types.VirtualKeysByIdQueryVariables; result: Types.VirtualKeysByIdQuery };
  CreateVirtualKey: { variables: Types.CreateVirtualKeyMutationVariables; result: Types.CreateVirtualKeyMutation };
  UpdateVirtualKey: { variables: Types.UpdateVirtualKeyMutationVariables; result: Types.UpdateVirtualKeyMutation };
  RotateVirtualKey: { variables: Types.RotateVirtualKeyMutationVariables; result: Types.RotateVirtualKeyMutation };
  RevokeVirtualKey: { variables: Types.RevokeVirtualKeyMutationVariables; result: Types.RevokeVirtualKeyMutation };
  ReviewVirtualKeys: { variables: Types.ReviewVirtualKeysMutationVariables; result: Types.ReviewVirtualKeysMutation };
  WorkspaceSummary: { variables: Types.WorkspaceSummaryQueryVariables; result: Types.WorkspaceSummaryQuery };
  Workspaces: { variables: Types.WorkspacesQueryVariables; result: Types.WorkspacesQuery };
  WorkspacesWithFindings: { variables: Types.WorkspacesWithFindingsQueryVariables; result: Types.WorkspacesWithFindingsQuery };
  ReviewFindings: { variables: Types.ReviewFindingsQueryVariables; result: Types.ReviewFindingsQuery };
  AuditLog: { variables: Types.AuditLogQueryVariables; result: Types.AuditLogQuery };
  WorkspaceBudget: { variables: Types.WorkspaceBudgetQueryVariables; result: Types.WorkspaceBudgetQuery };
  WorkspaceUsage: { variables: Types.WorkspaceUsageQueryVariables; result: Types.WorkspaceUsageQuery };
  WorkspaceInsights: { variables: Types.WorkspaceInsightsQueryVariables; result: Types.WorkspaceInsightsQuery };
  Workspace: { variables: Types.WorkspaceQueryVariables; result: Types.WorkspaceQuery };
  WorkspacesById: { variables: Types.WorkspacesByIdQueryVariables; result: Types.WorkspacesByIdQuery };
  ActiveWorkspace: { variables: Types.ActiveWorkspaceQueryVariables; result: Types.ActiveWorkspaceQuery };
  CreateWorkspace: { variables: Types.CreateWorkspaceMutationVariables; result: Types.CreateWorkspaceMutation };
  UpdateWorkspaceSettings: { variables: Types.UpdateWorkspaceSettingsMutationVariables; result: Types.UpdateWorkspaceSettingsMutation };
  SelectWorkspace: { variables: Types.SelectWorkspaceMutationVariables; result: Types.SelectWorkspaceMutation };
  TransferWorkspaceOwnership: { variables: Types.TransferWorkspaceOwnershipMutationVariables; result: Types.TransferWorkspaceOwnershipMutation };
  RequestWorkspaceReview: { variables: Types.RequestWorkspaceReviewMutationVariables; result: Types.RequestWorkspaceReviewMutation };
  CompleteWorkspaceReview: { variables: Types.CompleteWorkspaceReviewMutationVariables; result: Types.CompleteWorkspaceReviewMutation };
  ArchiveWorkspace: { variables: Types.ArchiveWorkspaceMutationVariables; result: Types.ArchiveWorkspaceMutation };
  RestoreWorkspace: { variables: Types.RestoreWorkspaceMutationVariables; result: Types.RestoreWorkspaceMutation };
}

/** What somebody else changed first, as it is now: the fields `conflicting<Noun>` of the payloads, each by its noun. */
export interface Conflicts {
  /** On VERSION_CONFLICT, the guardrail as it is now. */
  readonly guardrail?: NonNullable<Types.UpdateGuardrailMutation['updateGuardrail']>['conflictingGuardrail'] | undefined;
  /** On VERSION_CONFLICT, the configuration as it is now. */
  readonly llmConfiguration?: NonNullable<Types.UpdateLlmConfigurationMutation['updateLlmConfiguration']>['conflictingLlmConfiguration'] | undefined;
  /** On VERSION_CONFLICT, the route that stands; null for none. */
  readonly modelRoute?: NonNullable<Types.SetModelRouteMutation['setModelRoute']>['conflictingModelRoute'] | undefined;
  /** On VERSION_CONFLICT, the key as it is now. */
  readonly virtualKey?: NonNullable<Types.UpdateVirtualKeyMutation['updateVirtualKey']>['conflictingVirtualKey'] | undefined;
  /** On VERSION_CONFLICT, the workspace as it is now. */
  readonly workspace?: NonNullable<Types.ArchiveWorkspaceMutation['archiveWorkspace']>['conflictingWorkspace'] | undefined;
}