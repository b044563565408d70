// Generated from schema.graphql and sdk/operations by `npm run generate`: do not edit.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** A new workspace. */
export type CreateWorkspaceInput = {
  /** What the workspace is for. */
  environment: WorkspaceEnvironment;
  /** A repeat with the same key and the same input answers with the first result. */
  idempotencyKey?: string | null | undefined;
  /** People from assignableUsers; the viewer becomes owner and member without being named. */
  memberIds: Array<string>;
  /** In the organization's currency: 0 or more, at most two decimals. */
  monthlyBudget: string;
  /** 1 to 80 characters after trimming, unique in the organization without regard to case; fixed for ever. */
  name: string;
  /** Where the traffic of the workspace may go. */
  region: WorkspaceRegion;
};

/** What a person may do in a workspace; each role includes those below it. */
export type MemberRole =
  /** Settings, members and everybody's keys. */
  | 'ADMIN'
  /** Reads, and has keys of their own. */
  | 'MEMBER'
  /** Everything, ownership included. A workspace has exactly one owner. */
  | 'OWNER'
  /** Reads. */
  | 'VIEWER'
  | '%future added value';

/** Which end of an order comes first. */
export type OrderDirection =
  /** From the first letter, the oldest or the smallest. */
  | 'ASC'
  /** From the last letter, the newest or the largest. */
  | 'DESC'
  | '%future added value';

/** What a person is in the whole organization. */
export type OrganizationRole =
  /** Sees every workspace of the organization and counts as its owner. */
  | 'ADMIN'
  /** Sees the workspaces of their own and of their teams. */
  | 'MEMBER'
  | '%future added value';

/** Which workspace to work in. */
export type SelectWorkspaceInput = {
  /** A workspace that the viewer sees. */
  workspaceId: string;
};

/** What is left out stays as it is. The name can't be changed. */
export type UpdateWorkspaceSettingsInput = {
  /** What the workspace is for. */
  environment?: WorkspaceEnvironment | null | undefined;
  /** Its version as last read; another one answers VERSION_CONFLICT. */
  expectedVersion: number;
  /** The whole new set of members: who stays keeps their role, who is new becomes MEMBER; the owner stays without being named. */
  memberIds?: Array<string> | null | undefined;
  /** In the organization's currency: 0 or more, at most two decimals. */
  monthlyBudget?: string | null | undefined;
  /** Where the traffic of the workspace may go. */
  region?: WorkspaceRegion | null | undefined;
  /** The workspace to change. */
  workspaceId: string;
};

/** Why a mutation was refused. */
export type UserErrorCode =
  /** The viewer sees it, but may not do this. */
  | 'FORBIDDEN'
  /** The idempotency key was used before with another input. */
  | 'IDEMPOTENCY_KEY_REUSED'
  /** The value is not one that this field takes. */
  | 'INVALID'
  /** More than one object or request may hold. */
  | 'LIMIT_REACHED'
  /** There is no such thing, or the viewer may not see it. */
  | 'NOT_FOUND'
  /** A value is missing, or null where nothing can be cleared. */
  | 'REQUIRED'
  /** Something else already has this name. */
  | 'TAKEN'
  /** It was changed by somebody else since it was read. */
  | 'VERSION_CONFLICT'
  | '%future added value';

/** What the workspace is for. */
export type WorkspaceEnvironment =
  /** Traffic of real users. */
  | 'PRODUCTION'
  /** Trials and experiments. */
  | 'SANDBOX'
  /** Rehearsal of what goes to production. */
  | 'STAGING'
  | '%future added value';

/** Which workspaces to list; conditions that are given must all hold. */
export type WorkspaceFilter = {
  /** Any of these environments. */
  environments?: Array<WorkspaceEnvironment> | null | undefined;
  /** Owned by any of these people or teams. */
  ownerIds?: Array<string> | null | undefined;
  /** Any of these regions. */
  regions?: Array<WorkspaceRegion> | null | undefined;
  /** Part of the name, case-insensitive. */
  search?: string | null | undefined;
  /** Any of these statuses. */
  statuses?: Array<WorkspaceStatus> | null | undefined;
};

/** How to order workspaces. */
export type WorkspaceOrder = {
  /** Which end comes first. */
  direction: OrderDirection;
  /** What to order by. */
  field: WorkspaceOrderField;
};

/** What workspaces can be ordered by. */
export type WorkspaceOrderField =
  /** When it was created. */
  | 'CREATED_AT'
  /** The monthly budget. */
  | 'MONTHLY_BUDGET'
  /** The name, without regard to case. */
  | 'NAME'
  | '%future added value';

/** Where the traffic of the workspace may go. */
export type WorkspaceRegion =
  /** The European Union. */
  | 'EU'
  /** Anywhere. */
  | 'GLOBAL'
  /** Rwanda. */
  | 'RWANDA'
  /** The United States. */
  | 'US'
  | '%future added value';

/** Where the workspace stands in its life. */
export type WorkspaceStatus =
  /** In use. */
  | 'ACTIVE'
  /** In use, while somebody checks that it is in order. */
  | 'REVIEW'
  | '%future added value';

export type UserErrorFragment = { code: UserErrorCode, message: string, field: Array<string> | null };

export type MoneyFragment = { amount: string, currency: string };

export type UserFragment = { id: string, name: string, email: string };

export type PageInfoFragment = { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null };

export type AssignableUsersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  search?: string | null | undefined;
  totalCount?: boolean | null | undefined;
}>;


export type AssignableUsersQuery = { assignableUsers: { totalCount?: number, nodes: Array<UserFragment>, pageInfo: PageInfoFragment } | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { organizationRole: OrganizationRole | null, user: UserFragment | null, teams: Array<{ id: string, name: string }>, activeWorkspace: WorkspaceCardFragment | null } | null };

export type WorkspaceCardFragment = { id: string, name: string, environment: WorkspaceEnvironment, status: WorkspaceStatus, region: WorkspaceRegion, memberCount: number, activeKeyCount: number, isActive: boolean, version: number, owner:
    | { __typename: 'Team', id: string, name: string }
    | { __typename: 'User', id: string, name: string }
  , monthlyBudget: MoneyFragment };

export type WorkspaceDetailsFragment = (
  { createdAt: string, updatedAt: string, viewerRole: MemberRole | null, viewerCanUpdateSettings: boolean }
  & WorkspaceCardFragment
);

export type WorkspaceSummaryQueryVariables = Exact<{ [key: string]: never; }>;


export type WorkspaceSummaryQuery = { workspaceSummary: { totalWorkspaces: number, totalActiveKeys: number, productionWorkspaces: number, activeWorkspace: WorkspaceCardFragment | null, totalMonthlyBudget: MoneyFragment } | null };

export type WorkspacesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: WorkspaceFilter | null | undefined;
  orderBy?: WorkspaceOrder | null | undefined;
  totalCount?: boolean | null | undefined;
}>;


export type WorkspacesQuery = { workspaces: { totalCount?: number, nodes: Array<WorkspaceCardFragment>, pageInfo: PageInfoFragment } | null };

export type WorkspaceQueryVariables = Exact<{
  id: string;
}>;


export type WorkspaceQuery = { workspace: WorkspaceDetailsFragment | null };

export type ActiveWorkspaceQueryVariables = Exact<{ [key: string]: never; }>;


export type ActiveWorkspaceQuery = { activeWorkspace: WorkspaceDetailsFragment | null };

export type CreateWorkspaceMutationVariables = Exact<{
  input: CreateWorkspaceInput;
}>;


export type CreateWorkspaceMutation = { createWorkspace: { workspace: WorkspaceDetailsFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type UpdateWorkspaceSettingsMutationVariables = Exact<{
  input: UpdateWorkspaceSettingsInput;
}>;


export type UpdateWorkspaceSettingsMutation = { updateWorkspaceSettings: { workspace: WorkspaceDetailsFragment | null, conflictingWorkspace: WorkspaceDetailsFragment | null, userErrors: Array<UserErrorFragment> } | null };

export type SelectWorkspaceMutationVariables = Exact<{
  input: SelectWorkspaceInput;
}>;


export type SelectWorkspaceMutation = { selectWorkspace: { workspace: WorkspaceDetailsFragment | null, previousWorkspace: WorkspaceCardFragment | null, userErrors: Array<UserErrorFragment> } | null };
