// Generated from schema.graphql and sdk/operations by `npm run generate`: do not edit.
import type * as Types from './operations.js';
/** Every operation of the SDK by its name, with the types of its variables and its result. */
export interface Operations {
  Members: { variables: Types.MembersQueryVariables; result: Types.MembersQuery };
  ChangeMemberRole: { variables: Types.ChangeMemberRoleMutationVariables; result: Types.ChangeMemberRoleMutation };
  ServiceTokens: { variables: Types.ServiceTokensQueryVariables; result: Types.ServiceTokensQuery };
  CreateServiceToken: { variables: Types.CreateServiceTokenMutationVariables; result: Types.CreateServiceTokenMutation };
  RevokeServiceToken: { variables: Types.RevokeServiceTokenMutationVariables; result: Types.RevokeServiceTokenMutation };
  SyncTeamAccess: { variables: Types.SyncTeamAccessMutationVariables; result: Types.SyncTeamAccessMutation };
  AssignableUsers: { variables: Types.AssignableUsersQueryVariables; result: Types.AssignableUsersQuery };
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
  /** On VERSION_CONFLICT, the key as it is now. */
  readonly virtualKey?: NonNullable<Types.UpdateVirtualKeyMutation['updateVirtualKey']>['conflictingVirtualKey'] | undefined;
  /** On VERSION_CONFLICT, the workspace as it is now. */
  readonly workspace?: NonNullable<Types.ArchiveWorkspaceMutation['archiveWorkspace']>['conflictingWorkspace'] | undefined;
}