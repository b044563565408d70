import type { MemberRole } from '../access/permissions.js';
import type { Values } from '../access/sight.js';
import type { WorkspaceEnvironment, WorkspaceRegion, WorkspaceRow, WorkspaceStatus } from './workspace.entity.js';

/** What a statement fetches along with the workspaces, because the client asks for it. */
export interface WorkspaceExtras {
  readonly counts: boolean;
  readonly owner: boolean;
  readonly viewerRole: boolean;
  readonly isActive: boolean;
}

export const noExtras: WorkspaceExtras = {
  counts: false,
  owner: false,
  viewerRole: false,
  isActive: false,
};

/** The extras that these fields of the type Workspace need. */
export function extrasFor(fields: ReadonlySet<string>): WorkspaceExtras {
  return {
    counts: fields.has('memberCount') || fields.has('activeKeyCount'),
    owner: fields.has('owner'),
    viewerRole: fields.has('viewerRole') || fields.has('viewerCanUpdateSettings'),
    isActive: fields.has('isActive'),
  };
}

/**
 * The keys of the workspace `w` that are active now: the kept count, counted afresh where a key has expired since, and
 * none once it is archived.
 */
export const activeKeyCountSql = `CASE WHEN w.archived_at IS NOT NULL THEN 0 WHEN w.next_key_expires_at <= now() THEN (
  SELECT count(*)::integer FROM virtual_keys k WHERE k.workspace_id = w.id AND k.status = 'ACTIVE'
    AND (k.expires_at IS NULL OR k.expires_at > now())
) ELSE w.active_key_count END`;

const baseColumns = `w.id, w.name, w.owner_user_id, w.owner_team_id, w.environment, w.status, w.region,
  w.monthly_budget, w.version, w.created_at, w.updated_at, w.archived_at, w.review_reason, w.review_requested_by_id,
  w.review_requested_at, w.review_due_at`;

/** The columns of a workspace `w` with its extras, and the joins that they need. */
export function workspaceColumns(extras: WorkspaceExtras, role: string, values: Values) {
  const columns = [baseColumns];
  let joins = '';
  if (extras.counts) columns.push(`w.member_count, ${activeKeyCountSql} AS active_key_count`);
  if (extras.owner) {
    columns.push('coalesce(u.name, t.name) AS owner_name, u.email AS owner_email');
    joins = 'LEFT JOIN users u ON u.id = w.owner_user_id LEFT JOIN teams t ON t.id = w.owner_team_id';
  }
  if (extras.viewerRole) columns.push(`${role} AS viewer_role`);
  if (extras.isActive) {
    columns.push(
      `coalesce(w.id = (SELECT a.workspace_id FROM active_workspaces a WHERE a.user_id = ${values.user}), false)
       AS is_active`,
    );
  }
  return { columns: columns.join(', '), joins };
}

/** A row as the columns above answer it. */
export interface WorkspaceRecord {
  id: string;
  name: string;
  owner_user_id: string | null;
  owner_team_id: string | null;
  environment: WorkspaceEnvironment;
  status: WorkspaceStatus;
  region: WorkspaceRegion;
  monthly_budget: string;
  version: number;
  created_at: Date;
  updated_at: Date;
  archived_at: Date | null;
  review_reason: string | null;
  review_requested_by_id: string | null;
  review_requested_at: Date | null;
  review_due_at: Date | null;
  member_count?: number;
  active_key_count?: number;
  owner_name?: string;
  owner_email?: string | null;
  viewer_role?: MemberRole;
  is_active?: boolean;
}

export function toWorkspaceRow(record: WorkspaceRecord): WorkspaceRow {
  return {
    __typename: 'Workspace',
    id: record.id,
    name: record.name,
    ownerUserId: record.owner_user_id,
    ownerTeamId: record.owner_team_id,
    environment: record.environment,
    status: record.status,
    region: record.region,
    monthlyBudget: record.monthly_budget,
    version: record.version,
    createdAt: record.created_at,
    updatedAt: record.updated_at,
    archivedAt: record.archived_at,
    review: reviewOf(record),
    counts:
      record.member_count === undefined || record.active_key_count === undefined
        ? undefined
        : {
            memberCount: record.member_count,
            activeKeyCount: record.active_key_count,
          },
    owner: ownerOf(record),
    viewerRole: record.viewer_role,
    isActive: record.is_active,
  };
}

function reviewOf(record: WorkspaceRecord): WorkspaceRow['review'] {
  if (record.review_reason === null || record.review_requested_at === null) return null;
  return {
    reason: record.review_reason,
    requestedById: record.review_requested_by_id,
    requestedAt: record.review_requested_at,
    dueAt: record.review_due_at,
  };
}

function ownerOf(record: WorkspaceRecord): WorkspaceRow['owner'] {
  if (record.owner_name === undefined) return undefined;
  if (record.owner_user_id !== null) {
    return {
      __typename: 'User',
      id: record.owner_user_id,
      name: record.owner_name,
      email: record.owner_email ?? '',
    };
  }
  return record.owner_team_id === null
    ? undefined
    : { __typename: 'Team', id: record.owner_team_id, name: record.owner_name };
}
