import { authorize, type MemberRole, type Permission } from '../access/permissions.js';
import { roleSql, seesEverything, teamIdsSql } from '../access/sight.js';
import type { Run } from '../command/command.js';
import { organization, raw, type Sql, sql, viewer } from '../database/sql.js';
import { type ColumnType, parseTime, type RowOf } from '../database/table.js';
import type { Transaction } from '../database/transaction.js';
import { Refusal, type RefusalName } from '../errors.js';
import type { Noun, NounColumns } from '../graphql/noun.js';
import { type WorkspaceRow, workspaces } from './workspace.entity.js';

/** The workspace as it stands, the actor's role in it, and the moment in which it was locked, by the database's clock. */
export type LockedWorkspace = WorkspaceRow & { readonly viewerRole: MemberRole; readonly lockedAt: Date };

/** One of which sight may have been lost while the lock was waited for. */
type SeenOrNot = WorkspaceRow & { readonly viewerRole: MemberRole | null; readonly lockedAt: Date };

export interface LockOptions {
  readonly permission: Permission;
  /** Path of the id in the input; `['input', 'workspaceId']` unless given. */
  readonly field?: readonly string[];
  /** Whether an archived workspace takes the change too. */
  readonly isForArchived?: boolean;
  /** `NO KEY UPDATE` unless given; with `SHARE` others who only share it don't wait. */
  readonly strength?: 'NO KEY UPDATE' | 'SHARE';
}

const workspaceField = ['input', 'workspaceId'] as const;

/**
 * Locks the workspace against other changes, then reads it and the actor's role afresh. Every change of a workspace and
 * of what is in it begins here, so that changes wait for each other instead of crossing.
 * @param workspaceId global id.
 * @throws Refusal NOT_FOUND, FORBIDDEN, and INVALID where it is archived
 */
export async function lockWorkspace(
  run: Run,
  workspaceId: string,
  { permission, field = workspaceField, isForArchived = false, strength }: LockOptions,
): Promise<LockedWorkspace> {
  const id = workspaces.uuidOf(workspaceId);
  if (id === null) throw Refusal.of('workspaceNotFound', ...field);
  const [workspace] = await lockWorkspaces(run, sql`w.id = ${id}`, strength);
  authorize(run.actor, workspace?.viewerRole ?? null, permission, field);
  if (!isForArchived) refuseArchived(workspace as WorkspaceRow, field);
  return workspace as LockedWorkspace;
}

export function refuseArchived({ archivedAt }: Pick<WorkspaceRow, 'archivedAt'>, field: readonly string[]): void {
  if (archivedAt !== null) throw Refusal.of('workspaceArchived', ...field);
}

/**
 * Locks those of the workspaces that the actor sees, in the order of their ids, and reads them and the actor afresh after
 * the wait, in the same message. The others are left alone: nobody waits for what they may not know of, nor makes others
 * wait. The role is null where sight was lost while waiting.
 */
export async function lockWorkspaces(
  { actor, transaction }: Run,
  which: Sql,
  strength: LockOptions['strength'] = 'NO KEY UPDATE',
): Promise<SeenOrNot[]> {
  const role = roleSql(actor);
  const held = sql`w.organization_id = ${organization} AND ${which}`;
  const { locked, reads } = await transaction.lock(
    sql`SELECT w.id FROM workspaces w WHERE ${held} AND ${role} IS NOT NULL ORDER BY w.id FOR ${raw(strength)} OF w`,
    sql`SELECT ${workspaces.selected}, ${role}, ${lockedAtSql}, w.owner_team_id IN (${teamIdsSql}) FROM workspaces w
      WHERE ${held}`,
  );
  const ids = new Set(locked.rows.map(([id]) => id));
  const rows = (reads[0]?.rows ?? []).map((row) => ({
    workspace: {
      ...workspaces.parse(row),
      viewerRole: row[workspaces.width] as MemberRole | null,
      lockedAt: parseTime(row[workspaces.width + 1] ?? ''),
    },
    isOfOwnTeam: row[workspaces.width + 2] === 't',
  }));
  const kept = rows.filter(({ workspace }) => ids.has(workspace.id));
  if (!seesEverything(actor)) {
    guardTeams(
      transaction,
      kept.flatMap(({ workspace: { ownerTeamId }, isOfOwnTeam }) => (isOfOwnTeam ? (ownerTeamId ?? []) : [])),
    );
  }
  return kept.map(({ workspace }) => workspace);
}

/** The lock keeps a workspace's members from changing, but not who is in the teams that own workspaces. */
function guardTeams(transaction: Transaction, teamIds: readonly string[]): void {
  const own = [...new Set(teamIds)];
  if (own.length === 0) return;
  transaction.guard(
    sql`SELECT require_unchanged(count(*) = ${own.length}::integer) FROM team_memberships tm
      WHERE tm.organization_id = ${organization} AND tm.user_id = ${viewer} AND tm.team_id = ANY (${own}::uuid[])`,
  );
}

/** The present moment by the database's clock, after whatever was waited for. */
export const lockedAtSql = sql`date_trunc('milliseconds', clock_timestamp())`;

type ChildColumns = NounColumns & { readonly workspaceId: ColumnType<string> };

/** A row in a workspace, locked with it. */
export type LockedChild<Of extends Noun> = RowOf<Of> & { readonly workspace: SeenOrNot };

/**
 * Locks rows in workspaces by their UUIDs, their workspaces before, and reads all of it afresh. What lies in a workspace
 * that the actor does not see is neither locked nor answered.
 */
export async function lockChildren<Types extends ChildColumns>(
  run: Run,
  noun: Noun<Types>,
  ids: readonly string[],
): Promise<Map<string, LockedChild<Noun<Types>>>> {
  const { id, organizationId, workspaceId } = noun.columns;
  const held = sql`${organizationId.sql} = ${organization} AND ${id.sql} = ANY (${ids}::uuid[])`;
  // Rows never move, so that it is known before the lock which workspaces to lock.
  const places = sql`SELECT ${workspaceId.sql} FROM ${noun.from} WHERE ${held}`;
  const locked = await lockWorkspaces(run, sql`w.id IN (${places})`);
  const workspacesById = new Map(locked.map((workspace) => [workspace.id, workspace]));
  const rows = await run.transaction.select(
    noun,
    sql`FROM ${noun.from} WHERE ${held} AND ${workspaceId.sql} = ANY (${[...workspacesById.keys()]}::uuid[])
      ORDER BY ${id.sql} FOR NO KEY UPDATE OF ${raw(noun.alias)}`,
  );
  const found = new Map<string, LockedChild<Noun<Types>>>();
  for (const row of rows) {
    const { id: childId, workspaceId: placeId } = row as unknown as { id: string; workspaceId: string };
    const workspace = workspacesById.get(placeId);
    if (workspace !== undefined) found.set(childId, { ...row, workspace });
  }
  return found;
}

/** A child of which the actor has sight. */
export type SeenChild<Of extends Noun> = RowOf<Of> & { readonly workspace: LockedWorkspace };

export interface ChildLockOptions<Of extends Noun> {
  /** What is needed to change the child, which may depend on whose it is. */
  readonly permission: Permission | ((child: RowOf<Of>) => Permission);
  readonly field: readonly string[];
  /** What a missing one, and one without sight, is refused with. */
  readonly notFound: RefusalName;
  readonly isForArchived?: boolean;
}

/**
 * Locks one row in a workspace, and the workspace before.
 * @param childId global id.
 * @throws Refusal NOT_FOUND without sight of it, FORBIDDEN, and INVALID where the workspace is archived
 */
export async function lockChild<Types extends ChildColumns>(
  run: Run,
  noun: Noun<Types>,
  childId: string,
  { permission, field, notFound, isForArchived = false }: ChildLockOptions<Noun<Types>>,
): Promise<SeenChild<Noun<Types>>> {
  const id = noun.uuidOf(childId);
  const child = id === null ? undefined : (await lockChildren(run, noun, [id])).get(id);
  if (child === undefined || child.workspace.viewerRole === null) throw Refusal.of(notFound, ...field);
  const needed = typeof permission === 'function' ? permission(child) : permission;
  authorize(run.actor, child.workspace.viewerRole, needed, field);
  if (!isForArchived) refuseArchived(child.workspace, field);
  return child as SeenChild<Noun<Types>>;
}
