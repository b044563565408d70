// Generated from schema.graphql and sdk/operations by `npm run generate`: do not edit.
import type { TypedDocument } from '../document.js';
import type * as Types from './operations.js';
export const AssignableUsersDocument: TypedDocument<Types.AssignableUsersQuery, Types.AssignableUsersQueryVariables> =
  "query AssignableUsers($first:Int$after:String$search:String$totalCount:Boolean=false){assignableUsers(first:$first after:$after search:$search){nodes{...User}pageInfo{...PageInfo}totalCount@include(if:$totalCount)}}fragment User on User{id name email}fragment PageInfo on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";

export const ViewerDocument: TypedDocument<Types.ViewerQuery, Types.ViewerQueryVariables> =
  "query Viewer{viewer{user{...User}organizationRole teams{id name}activeWorkspace{...WorkspaceCard}}}fragment User on User{id name email}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}";

export const WorkspaceSummaryDocument: TypedDocument<Types.WorkspaceSummaryQuery, Types.WorkspaceSummaryQueryVariables> =
  "query WorkspaceSummary{workspaceSummary{activeWorkspace{...WorkspaceCard}totalWorkspaces totalMonthlyBudget{...Money}totalActiveKeys productionWorkspaces}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}";

export const WorkspacesDocument: TypedDocument<Types.WorkspacesQuery, Types.WorkspacesQueryVariables> =
  "query Workspaces($first:Int$after:String$filter:WorkspaceFilter$orderBy:WorkspaceOrder$totalCount:Boolean=false){workspaces(first:$first after:$after filter:$filter orderBy:$orderBy){nodes{...WorkspaceCard}pageInfo{...PageInfo}totalCount@include(if:$totalCount)}}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment PageInfo on PageInfo{hasNextPage hasPreviousPage startCursor endCursor}";

export const WorkspaceDocument: TypedDocument<Types.WorkspaceQuery, Types.WorkspaceQueryVariables> =
  "query Workspace($id:ID!){workspace(id:$id){...WorkspaceDetails}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}";

export const ActiveWorkspaceDocument: TypedDocument<Types.ActiveWorkspaceQuery, Types.ActiveWorkspaceQueryVariables> =
  "query ActiveWorkspace{activeWorkspace{...WorkspaceDetails}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}";

export const CreateWorkspaceDocument: TypedDocument<Types.CreateWorkspaceMutation, Types.CreateWorkspaceMutationVariables> =
  "mutation CreateWorkspace($input:CreateWorkspaceInput!){createWorkspace(input:$input){workspace{...WorkspaceDetails}userErrors{...UserError}}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment UserError on UserError{code message field}";

export const UpdateWorkspaceSettingsDocument: TypedDocument<Types.UpdateWorkspaceSettingsMutation, Types.UpdateWorkspaceSettingsMutationVariables> =
  "mutation UpdateWorkspaceSettings($input:UpdateWorkspaceSettingsInput!){updateWorkspaceSettings(input:$input){workspace{...WorkspaceDetails}conflictingWorkspace{...WorkspaceDetails}userErrors{...UserError}}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment UserError on UserError{code message field}";

export const SelectWorkspaceDocument: TypedDocument<Types.SelectWorkspaceMutation, Types.SelectWorkspaceMutationVariables> =
  "mutation SelectWorkspace($input:SelectWorkspaceInput!){selectWorkspace(input:$input){workspace{...WorkspaceDetails}previousWorkspace{...WorkspaceCard}userErrors{...UserError}}}fragment WorkspaceDetails on Workspace{...WorkspaceCard createdAt updatedAt viewerRole viewerCanUpdateSettings}fragment WorkspaceCard on Workspace{id name owner{__typename id name}environment status region monthlyBudget{...Money}memberCount activeKeyCount isActive version}fragment Money on Money{amount currency}fragment UserError on UserError{code message field}";