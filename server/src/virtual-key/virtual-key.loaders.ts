import type DataLoader from 'dataloader';
import type { Actor } from '../access/actor.js';
import { roleSql, Values } from '../access/sight.js';
import { groupBy, type NestedKey, nestedLoader, recordLoader } from '../database/batch.js';
import type { OrganizationDatabase } from '../database/database.js';
import type { CursorKey } from '../pagination/cursor.js';
import type { VirtualKeyRow, VirtualKeyStatus } from './virtual-key.entity.js';
import type { VirtualKeySecretRow } from './virtual-key-secret.entity.js';

export interface VirtualKeyListArgs {
  /** Null for every status. */
  readonly statuses: readonly VirtualKeyStatus[] | null;
}

export interface VirtualKeyPageArgs extends VirtualKeyListArgs {
  readonly after: CursorKey | null;
  /** Rows to fetch of each workspace. */
  readonly limit: number;
}

export interface VirtualKeyLoaders {
  /** Keys of workspaces that the actor sees, newest first. */
  readonly pages: DataLoader<NestedKey<VirtualKeyPageArgs>, readonly VirtualKeyRow[], string>;
  readonly totals: DataLoader<NestedKey<VirtualKeyListArgs>, number, string>;
  /** The key, or null where there is none in a workspace that the actor sees: one statement in either case. */
  readonly byId: DataLoader<string, VirtualKeyRow | null>;
  /** The secrets of an active key that are accepted now, newest first. */
  readonly secrets: DataLoader<string, readonly VirtualKeySecretRow[]>;
}

export interface VirtualKeyRecord {
  id: string;
  workspace_id: string;
  name: string;
  last_four: string;
  status: VirtualKeyStatus;
  created_by_id: string | null;
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
  version: number;
  allowed_models: string[] | null;
  monthly_budget: string | null;
  requests_per_minute: number | null;
  tokens_per_minute: number | null;
  last_reviewed_at: Date | null;
  last_reviewed_by_id: string | null;
  revoked_at: Date | null;
}

/**
 * The status of the key `k` of the workspace `w` now: expiry counts from its very moment, unless the key was revoked
 * before, and in an archived workspace every key is switched off.
 */
export const keyStatusSql = `CASE WHEN k.status = 'REVOKED' THEN 'REVOKED' WHEN k.expires_at <= now() THEN 'EXPIRED'
  WHEN w.archived_at IS NOT NULL THEN 'DISABLED' ELSE k.status END`;

/** Columns of the key `k` of the workspace `w`. */
export const keyColumns = `k.id, k.workspace_id, k.name, k.last_four, ${keyStatusSql} AS status, k.created_by_id, k.created_at,
  k.expires_at, k.last_used_at, k.version, k.allowed_models, k.monthly_budget, k.requests_per_minute, k.tokens_per_minute,
  k.last_reviewed_at, k.last_reviewed_by_id, k.revoked_at`;

export function toVirtualKeyRow(record: VirtualKeyRecord): VirtualKeyRow {
  return {
    __typename: 'VirtualKey',
    id: record.id,
    workspaceId: record.workspace_id,
    name: record.name,
    lastFour: record.last_four,
    status: record.status,
    createdById: record.created_by_id,
    createdAt: record.created_at,
    expiresAt: record.expires_at,
    lastUsedAt: record.last_used_at,
    version: record.version,
    allowedModels: record.allowed_models,
    monthlyBudget: record.monthly_budget,
    requestsPerMinute: record.requests_per_minute,
    tokensPerMinute: record.tokens_per_minute,
    lastReviewedAt: record.last_reviewed_at,
    lastReviewedById: record.last_reviewed_by_id,
    revokedAt: record.revoked_at,
  };
}

export function virtualKeyLoaders(database: OrganizationDatabase, actor: Actor): VirtualKeyLoaders {
  return {
    pages: nestedLoader<VirtualKeyPageArgs, readonly VirtualKeyRow[]>(
      async (workspaceIds, { statuses, after, limit }) => {
        const records = await database.rows<VirtualKeyRecord>({
          text: `SELECT k.* FROM unnest($1::uuid[]) AS parent (id)
            JOIN workspaces w ON w.id = parent.id AND w.organization_id = $2
            CROSS JOIN LATERAL (
              SELECT ${keyColumns} FROM virtual_keys k WHERE k.workspace_id = w.id
                AND ($3::text[] IS NULL OR ${keyStatusSql} = ANY ($3::text[]))
                ${after === null ? '' : 'AND (k.created_at, k.id) < ($5::timestamptz, $6::uuid)'}
              ORDER BY k.created_at DESC, k.id DESC LIMIT $4
            ) AS k
            ORDER BY k.workspace_id, k.created_at DESC, k.id DESC`,
          values: [workspaceIds, actor.organizationId, statuses, limit, ...(after ?? [])],
        });
        return groupBy(records.map(toVirtualKeyRow), (row) => row.workspaceId);
      },
      [],
    ),
    totals: nestedLoader<VirtualKeyListArgs, number>(async (workspaceIds, { statuses }) => {
      const records = await database.rows<{
        workspace_id: string;
        total: number;
      }>({
        text: `SELECT k.workspace_id, count(*)::integer AS total FROM virtual_keys k JOIN workspaces w ON w.id = k.workspace_id
          WHERE k.workspace_id = ANY ($1::uuid[]) AND k.organization_id = $2
            AND ($3::text[] IS NULL OR ${keyStatusSql} = ANY ($3::text[]))
          GROUP BY k.workspace_id`,
        values: [workspaceIds, actor.organizationId, statuses],
      });
      return new Map(records.map(({ workspace_id, total }) => [workspace_id, total]));
    }, 0),
    byId: recordLoader<string, VirtualKeyRow | null>(
      async (ids) => {
        const values = new Values(actor);
        const text = `SELECT ${keyColumns} FROM virtual_keys k JOIN workspaces w ON w.id = k.workspace_id
          WHERE k.id = ANY (${values.add(ids)}::uuid[]) AND k.organization_id = ${values.organization}
            AND ${roleSql(values)} IS NOT NULL`;
        const records = await database.rows<VirtualKeyRecord>({ text, values: values.list });
        return records.map((record) => [record.id, toVirtualKeyRow(record)] as const);
      },
      () => null,
    ),
    secrets: recordLoader<string, readonly VirtualKeySecretRow[]>(
      async (keyIds) => {
        const records = await database.rows<VirtualKeySecretRow & { keyId: string }>({
          text: `SELECT s.virtual_key_id AS "keyId", s.last_four AS "lastFour", s.created_at AS "createdAt",
              s.expires_at AS "expiresAt", s.last_used_at AS "lastUsedAt"
            FROM virtual_key_secrets s
            WHERE s.virtual_key_id = ANY ($1::uuid[]) AND s.organization_id = $2
              AND (s.expires_at IS NULL OR s.expires_at > now())
            ORDER BY s.expires_at DESC NULLS FIRST`,
          values: [keyIds, actor.organizationId],
        });
        return groupBy(records, (record) => record.keyId);
      },
      () => [],
    ),
  };
}
