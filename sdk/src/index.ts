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
  CreateWorkspaceInput,
  MemberRole,
  MoneyFragment as Money,
  OrderDirection,
  OrganizationRole,
  PageInfoFragment as PageInfo,
  UpdateWorkspaceSettingsInput,
  UserErrorCode,
  WorkspaceEnvironment,
  WorkspaceFilter,
  WorkspaceOrder,
  WorkspaceOrderField,
  WorkspaceRegion,
  WorkspaceStatus,
} from './generated/operations.js';
export type { PageOptions } from './page.js';
export type { ClientOptions } from './transport.js';
export type { AssignableUsersOptions, User, UserPage, Users } from './users.js';
export type {
  WorkspaceCard,
  WorkspaceDetails,
  WorkspaceListOptions,
  WorkspacePage,
  WorkspaceSelection,
  WorkspaceSummary,
  Workspaces,
} from './workspaces.js';
