import type DataLoader from 'dataloader';
import type { Actor } from '../access/actor.js';
import type { MemberRole } from '../access/permissions.js';
import { roleSql, Values } from '../access/sight.js';
import { groupBy, type NestedKey, nestedLoader, recordLoader } from '../database/batch.js';
import type { OrganizationDatabase } from '../database/database.js';
import type { CursorKey } from '../pagination/cursor.js';
import type { MemberRow } from './member.entity.js';

export interface MemberPageArgs {
  readonly after: CursorKey | null;
  /** Rows to fetch of each workspace. */
  readonly limit: number;
}

export interface MemberLoaders {
  /** Members of workspaces that the actor sees, in the order in which they joined. */
  readonly pages: DataLoader<NestedKey<MemberPageArgs>, readonly MemberRow[], string>;
  /** The member, or null where there is none in a workspace that the actor sees: one statement in either case. */
  readonly byId: DataLoader<string, MemberRow | null>;
}

interface MemberRecord {
  id: string;
  workspace_id: string;
  user_id: string;
  role: MemberRole;
  joined_at: Date;
}

/** OWNER is never stored: it follows from the workspace's owner. */
const memberColumns = `m.id, m.workspace_id, m.user_id, m.joined_at,
  CASE WHEN w.owner_user_id = m.user_id THEN 'OWNER' ELSE m.role END AS role`;

function toMemberRow(record: MemberRecord): MemberRow {
  return {
    __typename: 'Member',
    id: record.id,
    workspaceId: record.workspace_id,
    userId: record.user_id,
    role: record.role,
    joinedAt: record.joined_at,
  };
}

export function memberLoaders(database: OrganizationDatabase, actor: Actor): MemberLoaders {
  return {
    pages: nestedLoader<MemberPageArgs, readonly MemberRow[]>(async (workspaceIds, { after, limit }) => {
      const records = await database.rows<MemberRecord>({
        text: `SELECT ${memberColumns} FROM unnest($1::uuid[]) AS parent (id)
          JOIN workspaces w ON w.id = parent.id AND w.organization_id = $2
          CROSS JOIN LATERAL (
            SELECT * FROM members m WHERE m.workspace_id = w.id
              ${after === null ? '' : 'AND (m.joined_at, m.id) > ($4::timestamptz, $5::uuid)'}
            ORDER BY m.joined_at, m.id LIMIT $3
          ) AS m
          ORDER BY m.workspace_id, m.joined_at, m.id`,
        values: [workspaceIds, actor.organizationId, limit, ...(after ?? [])],
      });
      return groupBy(records.map(toMemberRow), (row) => row.workspaceId);
    }, []),
    byId: recordLoader<string, MemberRow | null>(
      async (ids) => {
        const values = new Values(actor);
        const text = `SELECT ${memberColumns} FROM members m JOIN workspaces w ON w.id = m.workspace_id
          WHERE m.id = ANY (${values.add(ids)}::uuid[]) AND m.organization_id = ${values.organization}
            AND ${roleSql(values)} IS NOT NULL`;
        const records = await database.rows<MemberRecord>({ text, values: values.list });
        return records.map((record) => [record.id, toMemberRow(record)] as const);
      },
      () => null,
    ),
  };
}
