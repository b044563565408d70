import { organization, sql } from '../database/sql.js';
import { parseTime } from '../database/table.js';
import type { Transaction } from '../database/transaction.js';
import { searchKey, userSearchKey } from '../text.js';
import { lockedAtSql } from '../workspace/workspace-lock.js';
import type { KeptTeam, KeptUser, Merger, PlaceDifference } from './directory-changes.js';

/** One statement each, however many users and teams a call brings; none is sent for nothing. */

export async function insertUsers(transaction: Transaction, people: readonly KeptUser[]): Promise<void> {
  if (people.length === 0) return;
  await transaction.execute(
    sql`INSERT INTO users
        (id, organization_id, subject, name, search_key, email, organization_role, active, claims_issued_at)
      SELECT new.id, ${organization}, new.subject, new.name, new."searchKey", new.email, new."organizationRole",
        new.active, now()
      FROM jsonb_to_recordset(${withSearchKeys(people)}::jsonb) AS new (id uuid, subject text, name text,
        "searchKey" text, email text, "organizationRole" text, active boolean)
      RETURNING id`,
  );
}

export async function updateUsers(transaction: Transaction, people: readonly KeptUser[]): Promise<void> {
  if (people.length === 0) return;
  await transaction.execute(
    sql`UPDATE users u SET name = new.name, search_key = new."searchKey", email = new.email,
        organization_role = new."organizationRole", active = new.active, updated_at = now()
      FROM jsonb_to_recordset(${withSearchKeys(people)}::jsonb)
        AS new (id uuid, name text, "searchKey" text, email text, "organizationRole" text, active boolean)
      WHERE u.organization_id = ${organization} AND u.id = new.id`,
  );
}

function withSearchKeys(people: readonly KeptUser[]): string {
  return JSON.stringify(people.map((person) => ({ ...person, searchKey: userSearchKey(person) })));
}

/**
 * The directory has had its word: no older token has one on the people whom it knows, also where nothing changed. The
 * word is as old as the sync's turn, and not as the end of its wait for sign-ins. They may share the lock again.
 */
export function recordSync(transaction: Transaction): void {
  transaction.atEnd(
    sql`UPDATE directories d SET synced_at = greatest(now(), d.synced_at), sync_wanted_until = NULL
      WHERE d.organization_id = ${organization}`,
  );
}

/** From now on only tokens that are younger than this moment bring these people in line. */
export async function outdateTokens(transaction: Transaction, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await transaction.execute(
    sql`UPDATE users u SET claims_issued_at = greatest(now(), u.claims_issued_at)
      WHERE u.organization_id = ${organization} AND u.id = ANY (${userIds}::uuid[])`,
  );
}

export async function insertTeams(transaction: Transaction, teams: readonly KeptTeam[]): Promise<void> {
  if (teams.length === 0) return;
  await transaction.execute(
    sql`INSERT INTO teams (id, organization_id, external_id, name, name_key, search_key)
      SELECT new.id, ${organization}, new."externalId", new.name, new."nameKey", new."searchKey"
      FROM jsonb_to_recordset(${withTeamKeys(teams)}::jsonb) AS new (id uuid, "externalId" text, name text,
        "nameKey" text, "searchKey" text)
      RETURNING id`,
  );
}

function withTeamKeys(teams: readonly KeptTeam[]): string {
  return JSON.stringify(teams.map((team) => ({ ...team, searchKey: searchKey(team.name) })));
}

/**
 * Keeps what the renamed teams were called: tokens may say so for a while, and mean the same team. What a team is called
 * now is nobody's former name any more.
 */
export async function keepFormerNames(
  transaction: Transaction,
  former: readonly Pick<KeptTeam, 'id' | 'nameKey'>[],
  namesOfNow: readonly string[],
): Promise<void> {
  if (namesOfNow.length === 0) return;
  const [ids, keys] = [former.map(({ id }) => id), former.map(({ nameKey }) => nameKey)];
  await transaction.send(
    sql`INSERT INTO team_former_names (organization_id, name_key, team_id)
      SELECT ${organization}, old.name_key, old.team_id
      FROM unnest(${ids}::uuid[], ${keys}::text[]) AS old (team_id, name_key)
      ON CONFLICT (organization_id, name_key) DO UPDATE SET team_id = EXCLUDED.team_id`,
    sql`DELETE FROM team_former_names f WHERE f.organization_id = ${organization}
      AND f.name_key = ANY (${namesOfNow}::text[])`,
  );
}

export interface MovedWorkspace extends Merger {
  readonly workspaceId: string;
}

/**
 * Gives the workspaces of teams that become one with another to that one. Like every change of a workspace it locks the
 * workspaces first, in the order of their ids, and then teams.
 */
export async function moveWorkspaces(transaction: Transaction, mergers: readonly Merger[]): Promise<MovedWorkspace[]> {
  if (mergers.length === 0) return [];
  const [fromIds, intoIds] = [mergers.map(({ fromId }) => fromId), mergers.map(({ intoId }) => intoId)];
  let lockedAt = await lockOwners(transaction, fromIds);
  // Comes again only where the teams got another workspace meanwhile, which is to be locked before them.
  while (lockedAt === null) lockedAt = await lockOwners(transaction, fromIds);
  return transaction.rows(
    sql`UPDATE workspaces w SET owner_team_id = merger.into_id, version = w.version + 1, updated_at = ${lockedAt}
      FROM unnest(${fromIds}::uuid[], ${intoIds}::uuid[]) AS merger (from_id, into_id)
      WHERE w.organization_id = ${organization} AND w.owner_team_id = merger.from_id
      RETURNING w.id AS "workspaceId", merger.from_id AS "fromId", merger.into_id AS "intoId"`,
  );
}

/**
 * Locks the teams and before them what they own, so that nobody gives them anything more.
 * @returns when they were locked; null, with nothing locked, where somebody just had.
 */
async function lockOwners(transaction: Transaction, teamIds: readonly string[]): Promise<Date | null> {
  const owned = sql`FROM workspaces w
    WHERE w.organization_id = ${organization} AND w.owner_team_id = ANY (${teamIds}::uuid[])`;
  const [, locked, , present, time] = await transaction.send(
    sql`SAVEPOINT before_owners`,
    sql`SELECT w.id ${owned} ORDER BY w.id FOR NO KEY UPDATE`,
    sql`SELECT FROM teams t WHERE t.organization_id = ${organization} AND t.id = ANY (${teamIds}::uuid[])
      ORDER BY t.id FOR UPDATE`,
    sql`SELECT w.id ${owned}`,
    sql`SELECT ${lockedAtSql}`,
  );
  const lockedIds = new Set(locked?.rows.map(([id]) => id));
  const isWhole = present?.rows.every(([id]) => lockedIds.has(id)) === true;
  await transaction.send(isWhole ? sql`RELEASE SAVEPOINT before_owners` : sql`ROLLBACK TO SAVEPOINT before_owners`);
  return isWhole ? parseTime(time?.rows[0]?.[0] ?? '') : null;
}

/** Takes the teams that became one with another, and with them who was in them. */
export async function deleteTeams(transaction: Transaction, mergers: readonly Merger[]): Promise<void> {
  if (mergers.length === 0) return;
  const ids = mergers.map(({ fromId }) => fromId);
  await transaction.execute(
    sql`DELETE FROM teams t WHERE t.organization_id = ${organization} AND t.id = ANY (${ids}::uuid[])`,
  );
}

/** Gives the teams names that nobody wants, so that others, or they among themselves, can take the present ones. */
export async function vacateNames(transaction: Transaction, teamIds: readonly string[]): Promise<void> {
  if (teamIds.length === 0) return;
  await transaction.execute(
    sql`UPDATE teams t SET name_key = t.id::text
      WHERE t.organization_id = ${organization} AND t.id = ANY (${teamIds}::uuid[])`,
  );
}

export async function updateTeams(transaction: Transaction, teams: readonly KeptTeam[]): Promise<void> {
  if (teams.length === 0) return;
  await transaction.execute(
    sql`UPDATE teams t SET name = new.name, name_key = new."nameKey", search_key = new."searchKey",
        external_id = new."externalId"
      FROM jsonb_to_recordset(${withTeamKeys(teams)}::jsonb) AS new (id uuid, "externalId" text, name text,
        "nameKey" text, "searchKey" text)
      WHERE t.organization_id = ${organization} AND t.id = new.id`,
  );
}

/**
 * Tells PostgreSQL that users and teams are many now. It checks foreign keys row by row, by a plan that the connection
 * keeps: one from when the tables were small reads all of an organization for each of a hundred thousand rows.
 */
export async function analyzeDirectory(transaction: Transaction): Promise<void> {
  // The plans go also where the tables are being analyzed already, and this did not wait for that.
  await transaction.send(sql`SELECT analyze_directory()`, sql`DISCARD PLANS`);
}

export async function insertPlaces(transaction: Transaction, changes: readonly PlaceDifference[]): Promise<void> {
  const places = changes.flatMap(({ teamId, added }) => added.map((userId) => ({ teamId, userId })));
  if (places.length === 0) return;
  const [teamIds, userIds] = [places.map(({ teamId }) => teamId), places.map(({ userId }) => userId)];
  await transaction.execute(
    sql`INSERT INTO team_memberships (team_id, user_id, organization_id)
      SELECT new.team_id, new.user_id, ${organization}
      FROM unnest(${teamIds}::uuid[], ${userIds}::uuid[]) AS new (team_id, user_id) RETURNING user_id`,
  );
}

export async function deletePlaces(transaction: Transaction, changes: readonly PlaceDifference[]): Promise<void> {
  const places = changes.flatMap(({ teamId, removed }) => removed.map((userId) => ({ teamId, userId })));
  if (places.length === 0) return;
  const [teamIds, userIds] = [places.map(({ teamId }) => teamId), places.map(({ userId }) => userId)];
  await transaction.execute(
    sql`DELETE FROM team_memberships tm
      USING unnest(${teamIds}::uuid[], ${userIds}::uuid[]) AS old (team_id, user_id)
      WHERE tm.organization_id = ${organization} AND tm.team_id = old.team_id AND tm.user_id = old.user_id`,
  );
}
