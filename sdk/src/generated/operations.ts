// Generated from schema.graphql and sdk/operations by `npm run generate`: do not edit.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> =
	| T
	| {
			[P in keyof T]?: P extends " $fragmentName" | "__typename" ? T[P] : never;
	  };
export type CreateWorkspaceInput = {
	environment: WorkspaceEnvironment;
	/** A repeat with the same key and the same input answers with the first result. */
	idempotencyKey?: string | null | undefined;
	/** People from assignableUsers; the viewer becomes owner and member without being named. */
	memberIds: Array<string>;
	/** In the organization's currency: 0 or more, at most two decimals. */
	monthlyBudget: string;
	/** 1 to 80 characters after trimming, unique in the organization without regard to case; fixed for ever. */
	name: string;
	region: WorkspaceRegion;
};

export type MemberRole =
	| "ADMIN"
	| "MEMBER"
	| "OWNER"
	| "VIEWER"
	| "%future added value";

export type OrderDirection = "ASC" | "DESC" | "%future added value";

export type OrganizationRole = "ADMIN" | "MEMBER" | "%future added value";

export type SelectWorkspaceInput = {
	workspaceId: string;
};

/** What is left out stays as it is. The name can't be changed. */
export type UpdateWorkspaceSettingsInput = {
	environment?: WorkspaceEnvironment | null | undefined;
	expectedVersion: number;
	/** The whole new set of members; the owner stays without being named. */
	memberIds?: Array<string> | null | undefined;
	monthlyBudget?: string | null | undefined;
	region?: WorkspaceRegion | null | undefined;
	workspaceId: string;
};

export type UserErrorCode =
	| "FORBIDDEN"
	| "IDEMPOTENCY_KEY_REUSED"
	| "INVALID"
	| "LIMIT_REACHED"
	| "NOT_FOUND"
	| "REQUIRED"
	| "TAKEN"
	| "VERSION_CONFLICT"
	| "%future added value";

export type WorkspaceEnvironment =
	| "PRODUCTION"
	| "SANDBOX"
	| "STAGING"
	| "%future added value";

export type WorkspaceFilter = {
	environments?: Array<WorkspaceEnvironment> | null | undefined;
	ownerIds?: Array<string> | null | undefined;
	regions?: Array<WorkspaceRegion> | null | undefined;
	/** Part of the name, case-insensitive. */
	search?: string | null | undefined;
	statuses?: Array<WorkspaceStatus> | null | undefined;
};

export type WorkspaceOrder = {
	direction: OrderDirection;
	field: WorkspaceOrderField;
};

export type WorkspaceOrderField =
	| "CREATED_AT"
	| "MONTHLY_BUDGET"
	| "NAME"
	| "%future added value";

export type WorkspaceRegion =
	| "EU"
	| "GLOBAL"
	| "RWANDA"
	| "US"
	| "%future added value";

export type WorkspaceStatus = "ACTIVE" | "REVIEW" | "%future added value";

export type UserErrorFragment = {
	code: UserErrorCode;
	message: string;
	field: Array<string> | null;
};

export type MoneyFragment = { amount: string; currency: string };

export type UserFragment = { id: string; name: string; email: string };

export type PageInfoFragment = {
	hasNextPage: boolean;
	hasPreviousPage: boolean;
	startCursor: string | null;
	endCursor: string | null;
};

export type AssignableUsersQueryVariables = Exact<{
	first?: number | null | undefined;
	after?: string | null | undefined;
	search?: string | null | undefined;
	totalCount?: boolean;
}>;

export type AssignableUsersQuery = {
	assignableUsers: {
		totalCount?: number;
		nodes: Array<UserFragment>;
		pageInfo: PageInfoFragment;
	} | null;
};

export type ViewerQueryVariables = Exact<{ [key: string]: never }>;

export type ViewerQuery = {
	viewer: {
		organizationRole: OrganizationRole | null;
		user: UserFragment | null;
		teams: Array<{ id: string; name: string }>;
		activeWorkspace: WorkspaceCardFragment | null;
	} | null;
};

export type WorkspaceCardFragment = {
	id: string;
	name: string;
	environment: WorkspaceEnvironment;
	status: WorkspaceStatus;
	region: WorkspaceRegion;
	memberCount: number;
	activeKeyCount: number;
	isActive: boolean;
	version: number;
	owner:
		| { __typename: "Team"; id: string; name: string }
		| { __typename: "User"; id: string; name: string };
	monthlyBudget: MoneyFragment;
};

export type WorkspaceDetailsFragment = {
	createdAt: string;
	updatedAt: string;
	viewerRole: MemberRole | null;
	viewerCanUpdateSettings: boolean;
} & WorkspaceCardFragment;

export type WorkspaceSummaryQueryVariables = Exact<{ [key: string]: never }>;

export type WorkspaceSummaryQuery = {
	workspaceSummary: {
		totalWorkspaces: number;
		totalActiveKeys: number;
		productionWorkspaces: number;
		activeWorkspace: WorkspaceCardFragment | null;
		totalMonthlyBudget: MoneyFragment;
	} | null;
};

export type WorkspacesQueryVariables = Exact<{
	first?: number | null | undefined;
	after?: string | null | undefined;
	filter?: WorkspaceFilter | null | undefined;
	orderBy?: WorkspaceOrder | null | undefined;
	totalCount?: boolean;
}>;

export type WorkspacesQuery = {
	workspaces: {
		totalCount?: number;
		nodes: Array<WorkspaceCardFragment>;
		pageInfo: PageInfoFragment;
	} | null;
};

export type WorkspaceQueryVariables = Exact<{
	id: string;
}>;

export type WorkspaceQuery = { workspace: WorkspaceDetailsFragment | null };

export type ActiveWorkspaceQueryVariables = Exact<{ [key: string]: never }>;

export type ActiveWorkspaceQuery = {
	activeWorkspace: WorkspaceDetailsFragment | null;
};

export type CreateWorkspaceMutationVariables = Exact<{
	input: CreateWorkspaceInput;
}>;

export type CreateWorkspaceMutation = {
	createWorkspace: {
		workspace: WorkspaceDetailsFragment | null;
		userErrors: Array<UserErrorFragment>;
	} | null;
};

export type UpdateWorkspaceSettingsMutationVariables = Exact<{
	input: UpdateWorkspaceSettingsInput;
}>;

export type UpdateWorkspaceSettingsMutation = {
	updateWorkspaceSettings: {
		workspace: WorkspaceDetailsFragment | null;
		conflictingWorkspace: WorkspaceDetailsFragment | null;
		userErrors: Array<UserErrorFragment>;
	} | null;
};

export type SelectWorkspaceMutationVariables = Exact<{
	input: SelectWorkspaceInput;
}>;

export type SelectWorkspaceMutation = {
	selectWorkspace: {
		workspace: WorkspaceDetailsFragment | null;
		previousWorkspace: WorkspaceCardFragment | null;
		userErrors: Array<UserErrorFragment>;
	} | null;
};
