// Generated from schema.graphql by `npm run generate`: do not edit.
/** The types that stand behind an interface or a union. */
export const possibleTypes = {
  "Node": [
    "AuditEvent",
    "Guardrail",
    "LlmConfiguration",
    "Member",
    "ModelRoute",
    "RequestLog",
    "ServiceToken",
    "Team",
    "User",
    "VirtualKey",
    "Workspace"
  ],
  "WorkspaceOwner": [
    "Team",
    "User"
  ]
};
/** The types without an `id`: a value of theirs belongs to what has it. */
export const typesWithoutId = [
  "ArchiveWorkspacePayload",
  "AuditActor",
  "AuditChange",
  "AuditEventConnection",
  "AuditEventEdge",
  "BudgetAlert",
  "BudgetForecast",
  "ChangeMemberRolePayload",
  "CompleteWorkspaceReviewPayload",
  "CreateGuardrailPayload",
  "CreateLlmConfigurationPayload",
  "CreateServiceTokenPayload",
  "CreateVirtualKeyPayload",
  "CreateWorkspacePayload",
  "DeleteGuardrailPayload",
  "DeleteLlmConfigurationPayload",
  "DeleteModelRoutePayload",
  "DenialCount",
  "GatewayAuthorization",
  "GatewayDenial",
  "GuardrailCheck",
  "GuardrailConnection",
  "GuardrailEdge",
  "GuardrailMatch",
  "InsightGroup",
  "LlmConfigurationConnection",
  "LlmConfigurationEdge",
  "MemberConnection",
  "MemberEdge",
  "ModelRouteConnection",
  "ModelRouteEdge",
  "Money",
  "PageInfo",
  "RecordUsagePayload",
  "RequestLogConnection",
  "RequestLogEdge",
  "RequestWorkspaceReviewPayload",
  "RestoreWorkspacePayload",
  "ReviewFinding",
  "ReviewVirtualKeysPayload",
  "RevokeServiceTokenPayload",
  "RevokeVirtualKeyPayload",
  "RotateServiceTokenPayload",
  "RotateVirtualKeyPayload",
  "RouteTarget",
  "SelectWorkspacePayload",
  "ServiceTokenConnection",
  "ServiceTokenEdge",
  "ServiceTokenSecret",
  "SetModelRoutePayload",
  "SyncTeamAccessPayload",
  "TeamConnection",
  "TeamEdge",
  "TransferWorkspaceOwnershipPayload",
  "UpdateGuardrailPayload",
  "UpdateLlmConfigurationPayload",
  "UpdateVirtualKeyPayload",
  "UpdateWorkspaceSettingsPayload",
  "UsageBucket",
  "UserConnection",
  "UserEdge",
  "UserError",
  "Viewer",
  "VirtualKeyConnection",
  "VirtualKeyEdge",
  "VirtualKeySecret",
  "WorkspaceBudget",
  "WorkspaceConnection",
  "WorkspaceEdge",
  "WorkspaceInsights",
  "WorkspaceReview",
  "WorkspaceSummary"
] as const;
/** The fields that are paged, by the type that has them, each with the arguments that make it another list. */
export const pagedFields = {
  "Query": {
    "assignableUsers": [
      "search"
    ],
    "auditLog": [
      "filter"
    ],
    "serviceTokens": [],
    "teams": [
      "search"
    ],
    "users": [
      "filter"
    ],
    "virtualKeys": [
      "filter",
      "orderBy"
    ],
    "workspaces": [
      "filter",
      "orderBy"
    ]
  },
  "Team": {
    "users": []
  },
  "Workspace": {
    "auditLog": [
      "filter"
    ],
    "guardrails": [],
    "llmConfigurations": [],
    "logs": [
      "filter",
      "range"
    ],
    "members": [],
    "modelRoutes": [],
    "virtualKeys": [
      "statuses"
    ]
  }
};