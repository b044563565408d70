import type { Actor } from '../access/actor.js';
import { organization, sql } from '../database/sql.js';
import type { Reads } from '../database/transaction.js';
import type { KeptTeam, KeptUser, Place } from './directory-changes.js';

/** One statement each, however many users and teams a call brings. */

const keptUser = sql`u.id, u.subject, u.name, u.email, u.organization_role AS "organizationRole", u.active`;
const keptTeam = sql`t.id, t.external_id AS "externalId", t.name, t.name_key AS "nameKey"`;

export function readUsers(reads: Reads, subjects: readonly string[]): Promise<KeptUser[]> {
  return reads.rows(
    sql`SELECT ${keptUser} FROM unnest(${subjects}::text[]) AS given (subject)
      JOIN users u ON u.organization_id = ${organization} AND u.subject = given.subject`,
  );
}

/** The teams that have one of these ids of the directory, or one of these names. */
export function readTeams(reads: Reads, teams: readonly Omit<KeptTeam, 'id' | 'name'>[]): Promise<KeptTeam[]> {
  const [externalIds, keys] = [teams.map(({ externalId }) => externalId), teams.map(({ nameKey }) => nameKey)];
  return reads.rows(
    sql`SELECT ${keptTeam} FROM teams t WHERE t.organization_id = ${organization}
      AND (t.external_id = ANY (${externalIds}::text[]) OR t.name_key = ANY (${keys}::text[]))`,
  );
}

/** Who can sign in, but is not among these subjects. */
export function readUsersLeftOut(reads: Reads, subjects: readonly string[]): Promise<KeptUser[]> {
  return reads.rows(
    sql`SELECT ${keptUser} FROM users u WHERE u.organization_id = ${organization} AND u.active AND NOT EXISTS (
        SELECT FROM unnest(${subjects}::text[]) AS given (subject) WHERE given.subject = u.subject)
      ORDER BY u.subject`,
  );
}

/** The teams of the directory that are not among these of its ids. */
export function readTeamsLeftOut(reads: Reads, externalIds: readonly string[]): Promise<KeptTeam[]> {
  return reads.rows(
    sql`SELECT ${keptTeam} FROM teams t
      WHERE t.organization_id = ${organization} AND t.external_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM unnest(${externalIds}::text[]) AS given (external_id) WHERE given.external_id = t.external_id)
      ORDER BY t.external_id`,
  );
}

/** UUIDs of the admins of the organization who can sign in. */
export async function readAdmins(reads: Reads): Promise<string[]> {
  const admins = await reads.rows<{ id: string }>(
    sql`SELECT u.id FROM users u
      WHERE u.organization_id = ${organization} AND u.active AND u.organization_role = 'ADMIN'`,
  );
  return admins.map(({ id }) => id);
}

export function readPlaces(reads: Reads, teamIds: readonly string[]): Promise<Place[]> {
  return reads.rows(
    sql`SELECT tm.team_id AS "teamId", tm.user_id AS "userId" FROM team_memberships tm
      WHERE tm.organization_id = ${organization} AND tm.team_id = ANY (${teamIds}::uuid[])`,
  );
}

/** UUIDs of the people who made the service's token, or rotated it: they have seen its secret. None for a person. */
export async function readTokenMakers(reads: Reads, { kind, id }: Actor): Promise<string[]> {
  if (kind !== 'SERVICE') return [];
  const makers = await reads.rows<{ id: string }>(
    sql`SELECT DISTINCT ss.created_by_id AS id FROM service_token_secrets ss
      WHERE ss.organization_id = ${organization} AND ss.service_token_id = ${id}`,
  );
  return makers.map((maker) => maker.id);
}
