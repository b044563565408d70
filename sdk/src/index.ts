// The public names, all of them: what is not here may change in any release.
export { TokenVueClient, type Viewer } from './client.js';
export type { TypedDocument } from './document.js';
export {
  ForbiddenError,
  type GraphQLErrorItem,
  IdempotencyKeyReusedError,
  InvalidInputError,
  InvalidResponseError,
  LimitReachedError,
  MissingScopeError,
  NetworkError,
  NotFoundError,
  RequestError,
  TakenError,
  TokenVueError,
  UnauthenticatedError,
  type UserError,
  UserErrorsError,
  VersionConflictError,
} from './errors.js';
export type {
  ArchiveWorkspaceInput,
  AuditActorKind,
  AuditFilter,
  ChangeMemberRoleInput,
  CompleteWorkspaceReviewInput,
  CreateServiceTokenInput,
  CreateVirtualKeyInput,
  CreateWorkspaceInput,
  DirectoryTeamInput,
  DirectoryUserInput,
  FindingSeverity,
  KeyReviewDecision,
  KeyReviewInput,
  MemberRole,
  MoneyFragment as Money,
  OrderDirection,
  OrganizationRole,
  PageInfoFragment as PageInfo,
  RequestWorkspaceReviewInput,
  ReviewFindingCode,
  RevokeVirtualKeyInput,
  RotateVirtualKeyInput,
  ServiceScope,
  SyncTeamAccessInput,
  TransferWorkspaceOwnershipInput,
  UpdateVirtualKeyInput,
  UpdateWorkspaceSettingsInput,
  UserErrorCode,
  VirtualKeyFilter,
  VirtualKeyOrder,
  VirtualKeyOrderField,
  VirtualKeyStatus,
  WorkspaceEnvironment,
  WorkspaceFilter,
  WorkspaceOrder,
  WorkspaceOrderField,
  WorkspaceRegion,
  WorkspaceStatus,
} from './generated/operations.js';
export type { Member, MemberPage, Members } from './members.js';
export type { PageOptions } from './page.js';
export type { IssuedServiceToken, ServiceToken, ServiceTokens } from './service-tokens.js';
export type { TeamAccess, TeamAccessChanges } from './team-access.js';
export type { ClientOptions } from './transport.js';
export type { AssignableUsersOptions, User, UserPage, Users } from './users.js';
export type {
  IssuedVirtualKey,
  VirtualKey,
  VirtualKeyListOptions,
  VirtualKeyPage,
  VirtualKeys,
} from './virtual-keys.js';
export type {
  AuditEvent,
  AuditLogOptions,
  AuditLogPage,
  ReviewFinding,
  WorkspaceCard,
  WorkspaceDetails,
  WorkspaceFindingsPage,
  WorkspaceListOptions,
  WorkspacePage,
  WorkspaceSelection,
  WorkspaceSummary,
  Workspaces,
} from './workspaces.js';
