import type { Actor } from '../access/actor.js';
import { organization, sql } from '../database/sql.js';
import type { Reads } from '../database/transaction.js';
import type { KeptTeam, KeptUser, Place } from './directory-changes.js';

/** One statement each, however many users and teams a call brings. */

export function readUsers(reads: Reads, subjects: readonly string[]): Promise<KeptUser[]> {
  return reads.rows(
    sql`SELECT u.id, u.subject, u.name, u.email, u.organization_role AS "organizationRole", u.active
      FROM unnest(${subjects}::text[]) AS given (subject)
      JOIN users u ON u.organization_id = ${organization} AND u.subject = given.subject`,
  );
}

/** The teams that have one of these ids of the directory, or one of these names. */
export function readTeams(reads: Reads, teams: readonly Omit<KeptTeam, 'id'>[]): Promise<KeptTeam[]> {
  const [externalIds, names] = [teams.map(({ externalId }) => externalId), teams.map(({ name }) => name)];
  return reads.rows(
    sql`SELECT t.id, t.external_id AS "externalId", t.name FROM teams t WHERE t.organization_id = ${organization}
      AND (t.external_id = ANY (${externalIds}::text[]) OR t.name = ANY (${names}::text[]))`,
  );
}

export function readPlaces(reads: Reads, teamIds: readonly string[]): Promise<Place[]> {
  return reads.rows(
    sql`SELECT tm.team_id AS "teamId", tm.user_id AS "userId" FROM team_memberships tm
      WHERE tm.organization_id = ${organization} AND tm.team_id = ANY (${teamIds}::uuid[])`,
  );
}

/** UUID of the person who made the service's token; null for a person. */
export async function readTokenMaker(reads: Reads, { kind, id }: Actor): Promise<string | null> {
  if (kind !== 'SERVICE') return null;
  const [token] = await reads.rows<{ id: string }>(
    sql`SELECT st.created_by_id AS id FROM service_tokens st WHERE st.organization_id = ${organization} AND st.id = ${id}`,
  );
  return token?.id ?? null;
}
