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

/** UUIDs of the people who made the service's token, or rotated it: they have seen its secret. None for a person. */
export async function readTokenMakers(reads: Reads, { kind, id }: Actor): Promise<string[]> {
  if (kind !== 'SERVICE') return [];
  const makers = await reads.rows<{ id: string }>(
    sql`SELECT DISTINCT ss.created_by_id AS id FROM service_token_secrets ss
      WHERE ss.organization_id = ${organization} AND ss.service_token_id = ${id}`,
  );
  return makers.map((maker) => maker.id);
}
