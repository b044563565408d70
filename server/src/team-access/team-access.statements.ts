import type { EntityManager } from 'typeorm';
import type { KeptTeam, KeptUser, Merger, Place, PlaceDifference } from './directory-changes.js';

/** Few statements each, however many users and teams a call brings; none is sent for nothing. */

export function readUsers(
  manager: EntityManager,
  organizationId: string,
  subjects: readonly string[],
): Promise<KeptUser[]> {
  return manager.query(
    `SELECT u.id, u.subject, u.name, u.email, u.organization_role AS "organizationRole", u.active
     FROM unnest($2::text[]) AS given (subject)
     JOIN users u ON u.organization_id = $1 AND u.subject = given.subject`,
    [organizationId, subjects],
  );
}

/** UUID of the person who made the service token. */
export async function readTokenMaker(
  manager: EntityManager,
  organizationId: string,
  tokenId: string,
): Promise<string | null> {
  const [token]: { id: string }[] = await manager.query(
    'SELECT created_by_id AS id FROM service_tokens WHERE id = $1 AND organization_id = $2',
    [tokenId, organizationId],
  );
  return token?.id ?? null;
}

/** The teams that have one of these ids of the directory, or one of these names. */
export function readTeams(
  manager: EntityManager,
  organizationId: string,
  teams: readonly Omit<KeptTeam, 'id'>[],
): Promise<KeptTeam[]> {
  return manager.query(
    `SELECT t.id, t.external_id AS "externalId", t.name
     FROM teams t WHERE t.organization_id = $1 AND (t.external_id = ANY ($2::text[]) OR t.name = ANY ($3::text[]))`,
    [organizationId, teams.map(({ externalId }) => externalId), teams.map(({ name }) => name)],
  );
}

export function readPlaces(
  manager: EntityManager,
  organizationId: string,
  teamIds: readonly string[],
): Promise<Place[]> {
  return manager.query(
    `SELECT team_id AS "teamId", user_id AS "userId" FROM team_memberships 
     WHERE team_id = ANY ($1::uuid[]) AND organization_id = $2`,
    [teamIds, organizationId],
  );
}

export async function insertUsers(
  manager: EntityManager,
  organizationId: string,
  users: readonly KeptUser[],
): Promise<void> {
  if (users.length === 0) return;
  await manager.query(
    `INSERT INTO users (id, organization_id, subject, name, email, organization_role, active, claims_issued_at)
     SELECT new.id, $1, new.subject, new.name, new.email, new."organizationRole", new.active, now()
     FROM jsonb_to_recordset($2::jsonb)
       AS new (id uuid, subject text, name text, email text, "organizationRole" text, active boolean)`,
    [organizationId, JSON.stringify(users)],
  );
}

export async function updateUsers(
  manager: EntityManager,
  organizationId: string,
  users: readonly KeptUser[],
): Promise<void> {
  if (users.length === 0) return;
  await manager.query(
    `UPDATE users u SET name = new.name, email = new.email, organization_role = new."organizationRole",
       active = new.active, updated_at = now()
     FROM jsonb_to_recordset($1::jsonb)
       AS new (id uuid, name text, email text, "organizationRole" text, active boolean)
     WHERE u.id = new.id AND u.organization_id = $2`,
    [JSON.stringify(users), organizationId],
  );
}

/** The directory has had its word: no older token has one on the people whom it knows, also where nothing changed. */
export async function recordSync(manager: EntityManager, organizationId: string): Promise<void> {
  await manager.query(
    'UPDATE organizations SET directory_synced_at = greatest(now(), directory_synced_at) WHERE id = $1',
    [organizationId],
  );
}

/** From now on only tokens that are younger than this moment bring these people in line. */
export async function outdateTokens(
  manager: EntityManager,
  organizationId: string,
  userIds: readonly string[],
): Promise<void> {
  if (userIds.length === 0) return;
  await manager.query(
    `UPDATE users SET claims_issued_at = greatest(now(), claims_issued_at)
     WHERE id = ANY ($1::uuid[]) AND organization_id = $2`,
    [userIds, organizationId],
  );
}

export async function insertTeams(
  manager: EntityManager,
  organizationId: string,
  teams: readonly KeptTeam[],
): Promise<void> {
  if (teams.length === 0) return;
  await manager.query(
    `INSERT INTO teams (id, organization_id, external_id, name)
     SELECT new.id, $1, new."externalId", new.name
     FROM jsonb_to_recordset($2::jsonb) AS new (id uuid, "externalId" text, name text)`,
    [organizationId, JSON.stringify(teams)],
  );
}

export interface MovedWorkspace extends Merger {
  readonly workspaceId: string;
}

/**
 * Gives the workspaces of teams that become one with another to that one. Like every change of a workspace it locks the
 * workspaces first, in the order of their ids, and then teams.
 */
export async function moveWorkspaces(
  manager: EntityManager,
  organizationId: string,
  mergers: readonly Merger[],
): Promise<MovedWorkspace[]> {
  if (mergers.length === 0) return [];
  const [fromIds, intoIds] = [mergers.map(({ fromId }) => fromId), mergers.map(({ intoId }) => intoId)];
  while (!(await lockOwners(manager, organizationId, fromIds))) {
    // Comes again only where the teams got another workspace meanwhile, which is to be locked before them.
  }
  const [moved]: [MovedWorkspace[]] = await manager.query(
    `UPDATE workspaces w SET owner_team_id = merger.into_id, version = w.version + 1, updated_at = now()
     FROM unnest($1::uuid[], $2::uuid[]) AS merger (from_id, into_id)
     WHERE w.owner_team_id = merger.from_id AND w.organization_id = $3
     RETURNING w.id AS "workspaceId", merger.from_id AS "fromId", merger.into_id AS "intoId"`,
    [fromIds, intoIds, organizationId],
  );
  return moved;
}

/**
 * Locks the teams and before them what they own, so that nobody gives them anything more.
 * @returns false, with nothing locked, where somebody just had.
 */
async function lockOwners(
  manager: EntityManager,
  organizationId: string,
  teamIds: readonly string[],
): Promise<boolean> {
  await manager.query('SAVEPOINT before_owners');
  const locked: { id: string }[] = await manager.query(
    `SELECT id FROM workspaces WHERE owner_team_id = ANY ($1::uuid[]) AND organization_id = $2
     ORDER BY id FOR NO KEY UPDATE`,
    [teamIds, organizationId],
  );
  await manager.query('SELECT FROM teams WHERE id = ANY ($1::uuid[]) AND organization_id = $2 ORDER BY id FOR UPDATE', [
    teamIds,
    organizationId,
  ]);
  const others: object[] = await manager.query(
    `SELECT FROM workspaces WHERE owner_team_id = ANY ($1::uuid[]) AND organization_id = $2 AND id <> ALL ($3::uuid[])
     LIMIT 1`,
    [teamIds, organizationId, locked.map(({ id }) => id)],
  );
  await manager.query(`${others.length === 0 ? 'RELEASE' : 'ROLLBACK TO'} SAVEPOINT before_owners`);
  return others.length === 0;
}

/** Takes the teams that became one with another, and with them who was in them. */
export async function deleteTeams(
  manager: EntityManager,
  organizationId: string,
  mergers: readonly Merger[],
): Promise<void> {
  if (mergers.length === 0) return;
  await manager.query('DELETE FROM teams WHERE id = ANY ($1::uuid[]) AND organization_id = $2', [
    mergers.map(({ fromId }) => fromId),
    organizationId,
  ]);
}

/** Gives the teams names that nobody wants, so that others, or they among themselves, can take the present ones. */
export async function vacateNames(
  manager: EntityManager,
  organizationId: string,
  teamIds: readonly string[],
): Promise<void> {
  if (teamIds.length === 0) return;
  await manager.query('UPDATE teams SET name = id::text WHERE id = ANY ($1::uuid[]) AND organization_id = $2', [
    teamIds,
    organizationId,
  ]);
}

export async function updateTeams(
  manager: EntityManager,
  organizationId: string,
  teams: readonly KeptTeam[],
): Promise<void> {
  if (teams.length === 0) return;
  await manager.query(
    `UPDATE teams t SET name = new.name, external_id = new."externalId"
     FROM jsonb_to_recordset($1::jsonb) AS new (id uuid, "externalId" text, name text)
     WHERE t.id = new.id AND t.organization_id = $2`,
    [JSON.stringify(teams), organizationId],
  );
}

/**
 * Tells PostgreSQL that users and teams are many now. It checks foreign keys row by row, by a plan that the connection
 * keeps: one from when the tables were small reads all of an organization for each of a hundred thousand rows.
 */
export async function analyzeDirectory(manager: EntityManager): Promise<void> {
  await manager.query('SELECT analyze_directory()');
  // Also where the tables are being analyzed already, and this did not wait for that.
  await manager.query('DISCARD PLANS');
}

export async function insertPlaces(
  manager: EntityManager,
  organizationId: string,
  changes: readonly PlaceDifference[],
): Promise<void> {
  const places = changes.flatMap(({ teamId, added }) => added.map((userId) => ({ teamId, userId })));
  if (places.length === 0) return;
  await manager.query(
    `INSERT INTO team_memberships (team_id, user_id, organization_id)
     SELECT new.team_id, new.user_id, $1 FROM unnest($2::uuid[], $3::uuid[]) AS new (team_id, user_id)`,
    [organizationId, places.map(({ teamId }) => teamId), places.map(({ userId }) => userId)],
  );
}

export async function deletePlaces(
  manager: EntityManager,
  organizationId: string,
  changes: readonly PlaceDifference[],
): Promise<void> {
  const places = changes.flatMap(({ teamId, removed }) => removed.map((userId) => ({ teamId, userId })));
  if (places.length === 0) return;
  await manager.query(
    `DELETE FROM team_memberships tm USING unnest($1::uuid[], $2::uuid[]) AS old (team_id, user_id)
     WHERE tm.team_id = old.team_id AND tm.user_id = old.user_id AND tm.organization_id = $3`,
    [places.map(({ teamId }) => teamId), places.map(({ userId }) => userId), organizationId],
  );
}
