import type DataLoader from 'dataloader';
import type { Actor } from '../access/actor.js';
import type { MemberRole } from '../access/permissions.js';
import { roleSql, Values } from '../access/sight.js';
import { recordLoader } from '../database/batch.js';
import type { OrganizationDatabase } from '../database/database.js';
import type { WorkspaceCounts, WorkspaceRow } from './workspace.entity.js';
import { activeKeyCountSql, noExtras, toWorkspaceRow, type WorkspaceRecord } from './workspace.row.js';
import { byIdStatement } from './workspace.statements.js';

export interface WorkspaceLoaders {
  /** The workspace, or null where there is none that the actor sees. */
  readonly byId: DataLoader<string, WorkspaceRow | null>;
  readonly counts: DataLoader<string, WorkspaceCounts>;
  /** The actor's role, null without sight. */
  readonly viewerRole: DataLoader<string, MemberRole | null>;
}

export function workspaceLoaders(database: OrganizationDatabase, actor: Actor): WorkspaceLoaders {
  const loaders: WorkspaceLoaders = {
    byId: recordLoader<string, WorkspaceRow | null>(
      async (ids) => {
        const records = await database.rows<WorkspaceRecord>(byIdStatement(actor, ids, noExtras));
        const rows = records.map(toWorkspaceRow);
        primeFrom(loaders, rows);
        return rows.map((row) => [row.id, row] as const);
      },
      () => null,
    ),
    counts: recordLoader<string, WorkspaceCounts>(
      async (ids) => {
        const rows = await database.rows<WorkspaceCounts & { id: string }>({
          text: `SELECT w.id, w.member_count AS "memberCount", ${activeKeyCountSql} AS "activeKeyCount"
            FROM workspaces w WHERE w.id = ANY ($1::uuid[]) AND w.organization_id = $2`,
          values: [ids, actor.organizationId],
        });
        return rows.map(({ id, ...counts }) => [id, counts] as const);
      },
      () => ({ memberCount: 0, activeKeyCount: 0 }),
    ),
    viewerRole: recordLoader<string, MemberRole | null>(
      async (ids) => {
        const values = new Values(actor);
        const rows = await database.rows<{
          id: string;
          role: MemberRole | null;
        }>({
          text: `SELECT w.id, ${roleSql(values)} AS role FROM workspaces w
            WHERE w.id = ANY (${values.add(ids)}::uuid[]) AND w.organization_id = ${values.organization}`,
          values: values.list,
        });
        return rows.map(({ id, role }) => [id, role] as const);
      },
      () => null,
    ),
  };
  return loaders;
}

/** Hands the loaders what a statement has fetched along, so that no other part of the request asks for it again. */
export function primeFrom(loaders: WorkspaceLoaders, rows: readonly WorkspaceRow[]): void {
  for (const row of rows) {
    if (row.counts !== undefined) loaders.counts.prime(row.id, row.counts);
    if (row.viewerRole !== undefined) loaders.viewerRole.prime(row.id, row.viewerRole);
  }
}
