/**
 * The client. These are the public names, all of them: what is not here may change in any release.
 *
 * @module client
 */
export { TokenVueClient, type Viewer } from './client.js';
export type { TypedDocument } from './document.js';
export {
  AbortError,
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
  TimeoutError,
  TokenError,
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
export type { CallOptions, ClientOptions, Hooks, Logger, RequestEvent, ResponseEvent, RetryEvent } from './options.js';
export type { IterateOptions, PageOptions } from './pages.js';
export type { IssuedServiceToken, ServiceToken, ServiceTokens } from './service-tokens.js';
export type { TeamAccess, TeamAccessChanges } from './team-access.js';
export type { AssignableUsersOptions, AssignableUsersSelector, User, UserPage, Users } from './users.js';
export type {
  IssuedVirtualKey,
  VirtualKey,
  VirtualKeyListOptions,
  VirtualKeyPage,
  VirtualKeySelector,
  VirtualKeys,
} from './virtual-keys.js';
export type {
  AuditEvent,
  AuditLogOptions,
  AuditLogPage,
  AuditLogSelector,
  ReviewFinding,
  WorkspaceCard,
  WorkspaceDetails,
  WorkspaceFindingsPage,
  WorkspaceListOptions,
  WorkspacePage,
  WorkspaceSelection,
  WorkspaceSelector,
  WorkspaceSummary,
  Workspaces,
  WorkspaceWithFindings,
} from './workspaces.js';
