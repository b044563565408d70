import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { clearUnseenActiveWorkspaces } from '../access/active-workspace.js';
import { type Actor, OrganizationRole } from '../access/actor.js';
import type { Database } from '../database/database.js';
import type { Claims } from './claims.js';

/** The person as the database knows them. */
interface KnownUser {
  id: string;
  name: string;
  email: string;
  organization_role: OrganizationRole;
  organization_id: string;
  currency: string;
  teams: string[];
}

/**
 * The actor of these claims. The organization, the person and their teams are made at first sight and brought in line
 * where the claims say something else than the database; claims that are missing change nothing.
 */
export async function signIn(database: Database, claims: Claims): Promise<Actor> {
  const known = await findUser(database, claims);
  if (known !== undefined && isInLine(known, claims)) return toActor(known);
  await database.transaction((manager) => bringInLine(manager, claims));
  const changed = await findUser(database, claims);
  if (changed === undefined) throw new Error('The signed-in user is gone.');
  return toActor(changed);
}

async function findUser(database: Database, claims: Claims): Promise<KnownUser | undefined> {
  const [user] = await database.rows<KnownUser>({
    text: `SELECT u.id, u.name, u.email, u.organization_role, u.organization_id, o.currency, ARRAY(
        SELECT t.name FROM team_memberships tm JOIN teams t ON t.id = tm.team_id WHERE tm.user_id = u.id
      ) AS teams
      FROM organizations o JOIN users u ON u.organization_id = o.id
      WHERE o.external_id = $1 AND u.subject = $2`,
    values: [claims.organization, claims.subject],
  });
  return user;
}

function isInLine(user: KnownUser, claims: Claims): boolean {
  return (
    (claims.name === undefined || claims.name === user.name) &&
    (claims.email === undefined || claims.email === user.email) &&
    (claims.organizationRole === undefined || claims.organizationRole === user.organization_role) &&
    (claims.teams === undefined || claims.teams.join('\n') === user.teams.sort().join('\n'))
  );
}

async function bringInLine(manager: EntityManager, claims: Claims): Promise<void> {
  await manager.query('INSERT INTO organizations (id, external_id) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    uuidv7(),
    claims.organization,
  ]);
  const [user]: { id: string; organization_id: string }[] = await manager.query(
    `INSERT INTO users AS u (id, organization_id, subject, name, email, organization_role)
     SELECT $1, o.id, $3, coalesce($4, $3), coalesce($5, ''), coalesce($6, '${OrganizationRole.MEMBER}')
     FROM organizations o WHERE o.external_id = $2
     ON CONFLICT (organization_id, subject) DO UPDATE SET
       name = coalesce($4, u.name), email = coalesce($5, u.email),
       organization_role = coalesce($6, u.organization_role), updated_at = now()
     RETURNING id, organization_id`,
    [
      uuidv7(),
      claims.organization,
      claims.subject,
      claims.name ?? null,
      claims.email ?? null,
      claims.organizationRole ?? null,
    ],
  );
  if (user === undefined) throw new Error('The organization is gone.');
  if (claims.teams !== undefined) await bringTeamsInLine(manager, user, claims.teams);
  await clearUnseenActiveWorkspaces(manager, [user.id]);
}

/** The names come sorted, so that two sign-ins never wait for each other's teams. */
async function bringTeamsInLine(
  manager: EntityManager,
  user: { id: string; organization_id: string },
  teams: readonly string[],
): Promise<void> {
  await manager.query(
    `INSERT INTO teams (id, organization_id, name)
     SELECT new.id, $1, new.name FROM unnest($2::uuid[], $3::text[]) AS new (id, name)
     ON CONFLICT DO NOTHING`,
    [user.organization_id, teams.map(() => uuidv7()), teams],
  );
  await manager.query(
    `DELETE FROM team_memberships tm USING teams t
     WHERE tm.user_id = $1 AND t.id = tm.team_id AND t.name <> ALL ($2::text[])`,
    [user.id, teams],
  );
  await manager.query(
    `INSERT INTO team_memberships (team_id, user_id, organization_id)
     SELECT t.id, $1, t.organization_id FROM teams t WHERE t.organization_id = $2 AND t.name = ANY ($3::text[])
     ON CONFLICT DO NOTHING`,
    [user.id, user.organization_id, teams],
  );
}

function toActor(user: KnownUser): Actor {
  return {
    kind: 'USER',
    userId: user.id,
    name: user.name,
    organizationId: user.organization_id,
    organizationRole: user.organization_role,
    currency: user.currency,
  };
}
