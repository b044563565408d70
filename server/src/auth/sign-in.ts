import { setTimeout as delay } from 'node:timers/promises';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { clearUnseenActiveWorkspaces } from '../access/active-workspace.js';
import { OrganizationRole, type UserActor } from '../access/actor.js';
import type { Database } from '../database/database.js';
import { preparedStatement } from '../database/prepared-statement.js';
import { requestError } from '../errors.js';
import type { Claims } from './claims.js';
import { DirectoryBusy, shareDirectory } from './directory-lock.js';

/** Who a token belongs to. */
export interface Identity {
  readonly userId: string;
  readonly organizationId: string;
}

/** The person as the database knows them. */
interface KnownUser {
  id: string;
  name: string;
  email: string;
  active: boolean;
  organization_role: OrganizationRole;
  organization_id: string;
  /** When the last word on them was given: by a token, or by a sync of the directory, whatever it said. */
  last_word_at: Date | null;
  teams: string[];
}

export interface SignIn {
  readonly identity: Identity;
  /** Whether the claims have been taken in; else they are to be looked at again with the next request. */
  readonly isInLine: boolean;
}

/** How long somebody unknown waits for a sync of the directory to end, and the pauses between two looks. */
const waitMaxMs = 20_000;
const pauseMinMs = 25;
const pauseMaxMs = 1_000;

/**
 * Finds the person of these claims. The organization, the person and their teams are made at first sight and brought in
 * line where the claims say something else than the database; claims that are missing change nothing, nor do those that
 * are older than what the person was last brought in line with. While a sync of the directory is under way, a person who
 * is known goes on as they are known.
 * @throws UNAUTHENTICATED for a person who was set inactive.
 */
export async function signIn(database: Database, claims: Claims): Promise<SignIn> {
  const deadline = Date.now() + waitMaxMs;
  let user = await findUser(database, claims);
  let isInLine = user !== undefined && !(user.active && isNews(user, claims));
  for (let pause = pauseMinMs; !isInLine; pause = Math.min(2 * pause, pauseMaxMs)) {
    isInLine = await bringInLine(database, claims);
    user = await findUser(database, claims);
    if (isInLine || user !== undefined) break;
    if (Date.now() >= deadline) throw new Error('A sync of the team directory keeps a sign-in waiting for too long.');
    await delay(pause);
  }
  if (user === undefined) throw new Error('The signed-in user is gone.');
  if (!user.active) throw requestError('unauthenticated');
  return { identity: { userId: user.id, organizationId: user.organization_id }, isInLine };
}

export const userActorsSql = `SELECT u.id, u.name, u.organization_role AS "organizationRole", o.currency
  FROM users u JOIN organizations o ON o.id = u.organization_id WHERE u.id = ANY ($1::uuid[]) AND u.organization_id = $2 AND u.active`;

/** The people of one organization as actors, read for every request; who was set inactive is missing. */
export async function findUserActors(
  database: Database,
  organizationId: string,
  userIds: readonly string[],
): Promise<UserActor[]> {
  const users = await database
    .within(organizationId)
    .rows<Pick<UserActor, 'id' | 'name' | 'organizationRole' | 'currency'>>(
      preparedStatement(userActorsSql, [userIds, organizationId]),
    );
  return users.map((user) => ({ kind: 'USER', organizationId, ...user }));
}

async function findUser(database: Database, claims: Claims): Promise<KnownUser | undefined> {
  const [user] = await database.rows<KnownUser>({
    text: `SELECT u.id, u.name, u.email, u.active, u.organization_role, u.organization_id,
      greatest(u.claims_issued_at, o.directory_synced_at) AS last_word_at, ARRAY(
        SELECT t.name FROM team_memberships tm JOIN teams t ON t.id = tm.team_id WHERE tm.user_id = u.id
      ) AS teams
      FROM organizations o JOIN users u ON u.organization_id = o.id
      WHERE o.external_id = $1 AND u.subject = $2`,
    values: [claims.organization, claims.subject],
  });
  return user;
}

/** Whether the claims are to be written down: as a change, or as a younger word for what is known. */
function isNews(user: KnownUser, claims: Claims): boolean {
  const { last_word_at: known } = user;
  if (known === null) return claims.issuedAt !== undefined || !isInLine(user, claims);
  if (claims.issuedAt === undefined || claims.issuedAt < known) return false;
  return claims.issuedAt > known || !isInLine(user, claims);
}

function isInLine(user: KnownUser, claims: Claims): boolean {
  return (
    (claims.name === undefined || claims.name === user.name) &&
    (claims.email === undefined || claims.email === user.email) &&
    (claims.organizationRole === undefined || claims.organizationRole === user.organization_role) &&
    (claims.teams === undefined || claims.teams.join('\n') === user.teams.sort().join('\n'))
  );
}

/** @returns false where a sync of the directory is under way, and nothing was done. */
async function bringInLine(database: Database, claims: Claims): Promise<boolean> {
  try {
    await database.transaction((manager) => takeIn(manager, claims));
    return true;
  } catch (error) {
    if (error instanceof DirectoryBusy) return false;
    throw error;
  }
}

async function takeIn(manager: EntityManager, claims: Claims): Promise<void> {
  const organizationId = await findOrMakeOrganization(manager, claims.organization);
  await shareDirectory(manager, organizationId);
  const [user]: { id: string }[] = await manager.query(
    `INSERT INTO users AS u (id, organization_id, subject, name, email, organization_role, claims_issued_at)
     VALUES ($1, $2, $3, coalesce($4, $3), coalesce($5, ''), coalesce($6, '${OrganizationRole.MEMBER}'), $7)
     ON CONFLICT (organization_id, subject) DO UPDATE SET
       name = coalesce($4, u.name), email = coalesce($5, u.email),
       organization_role = coalesce($6, u.organization_role), claims_issued_at = $7, updated_at = now()
       WHERE u.active AND (u.claims_issued_at IS NULL OR u.claims_issued_at <= $7)
         AND NOT EXISTS (
           SELECT FROM organizations o WHERE o.id = $2 AND o.directory_synced_at > coalesce($7, '-infinity'))
     RETURNING id`,
    [
      uuidv7(),
      organizationId,
      claims.subject,
      claims.name ?? null,
      claims.email ?? null,
      claims.organizationRole ?? null,
      claims.issuedAt ?? null,
    ],
  );
  // A younger word has arrived meanwhile.
  if (user === undefined) return;
  if (claims.teams !== undefined) await bringTeamsInLine(manager, { id: user.id, organizationId }, claims.teams);
  await clearUnseenActiveWorkspaces(manager, organizationId, [user.id]);
}

async function findOrMakeOrganization(manager: EntityManager, externalId: string): Promise<string> {
  await manager.query('INSERT INTO organizations (id, external_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    uuidv7(),
    externalId,
  ]);
  const [organization]: { id: string }[] = await manager.query('SELECT id FROM organizations WHERE external_id = $1', [
    externalId,
  ]);
  if (organization === undefined) throw new Error('The organization is gone.');
  return organization.id;
}

/** The names come sorted, so that two sign-ins never wait for each other's teams. */
async function bringTeamsInLine(
  manager: EntityManager,
  user: { id: string; organizationId: string },
  teams: readonly string[],
): Promise<void> {
  await manager.query(
    `INSERT INTO teams (id, organization_id, name)
     SELECT new.id, $1, new.name FROM unnest($2::uuid[], $3::text[]) AS new (id, name)
     ON CONFLICT DO NOTHING`,
    [user.organizationId, teams.map(() => uuidv7()), teams],
  );
  await manager.query(
    `DELETE FROM team_memberships tm USING teams t
     WHERE tm.user_id = $1 AND tm.organization_id = $2 AND t.id = tm.team_id AND t.name <> ALL ($3::text[])`,
    [user.id, user.organizationId, teams],
  );
  await manager.query(
    `INSERT INTO team_memberships (team_id, user_id, organization_id)
     SELECT t.id, $1, t.organization_id FROM teams t WHERE t.organization_id = $2 AND t.name = ANY ($3::text[])
     ON CONFLICT DO NOTHING`,
    [user.id, user.organizationId, teams],
  );
}
