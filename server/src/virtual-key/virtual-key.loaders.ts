import type DataLoader from 'dataloader';
import type { Actor } from '../access/actor.js';
import { groupBy, type NestedKey, nestedLoader, recordLoader } from '../database/batch.js';
import type { Database } from '../database/database.js';
import type { CursorKey } from '../pagination/cursor.js';
import type { VirtualKeyRow, VirtualKeyStatus } from './virtual-key.entity.js';

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
  /** The key, whoever asks: sight of the workspace is the caller's to check. */
  readonly byId: DataLoader<string, VirtualKeyRow | null>;
}

interface VirtualKeyRecord {
  id: string;
  workspace_id: string;
  name: string;
  last_four: string;
  status: VirtualKeyStatus;
  created_by_id: string | null;
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
}

/** The status of the key `k` now: expiry counts from its very moment, unless the key was revoked before. */
const statusSql = `CASE WHEN k.status <> 'REVOKED' AND k.expires_at <= now() THEN 'EXPIRED' ELSE k.status END`;

const columns = `k.id, k.workspace_id, k.name, k.last_four, ${statusSql} AS status, k.created_by_id, k.created_at,
  k.expires_at, k.last_used_at`;

function toVirtualKeyRow(record: VirtualKeyRecord): VirtualKeyRow {
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
  };
}

export function virtualKeyLoaders(database: Database, actor: Actor): VirtualKeyLoaders {
  return {
    pages: nestedLoader<VirtualKeyPageArgs, readonly VirtualKeyRow[]>(
      async (workspaceIds, { statuses, after, limit }) => {
        const records = await database.rows<VirtualKeyRecord>({
          text: `SELECT k.* FROM unnest($1::uuid[]) AS parent (id)
            JOIN workspaces w ON w.id = parent.id AND w.organization_id = $2
            CROSS JOIN LATERAL (
              SELECT ${columns} FROM virtual_keys k WHERE k.workspace_id = w.id
                AND ($3::text[] IS NULL OR ${statusSql} = ANY ($3::text[]))
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
        text: `SELECT k.workspace_id, count(*)::integer AS total FROM virtual_keys k
          WHERE k.workspace_id = ANY ($1::uuid[]) AND k.organization_id = $2
            AND ($3::text[] IS NULL OR ${statusSql} = ANY ($3::text[]))
          GROUP BY k.workspace_id`,
        values: [workspaceIds, actor.organizationId, statuses],
      });
      return new Map(records.map(({ workspace_id, total }) => [workspace_id, total]));
    }, 0),
    byId: recordLoader<string, VirtualKeyRow | null>(
      async (ids) => {
        const records = await database.rows<VirtualKeyRecord>({
          text: `SELECT ${columns} FROM virtual_keys k WHERE k.id = ANY ($1::uuid[]) AND k.organization_id = $2`,
          values: [ids, actor.organizationId],
        });
        return records.map((record) => [record.id, toVirtualKeyRow(record)] as const);
      },
      () => null,
    ),
  };
}
