import { setTimeout as delay } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { v7 as uuidv7 } from 'uuid';
import { OrganizationRole } from '../access/actor.js';
import { clearUnseenActiveWorkspaces } from '../access/keep-active-workspace.js';
import type { Database } from '../database/database.js';
import type { Limited } from '../database/deadline.js';
import { organization, prepare, type Sql, sql, viewer } from '../database/sql.js';
import type { Reads, Transaction } from '../database/transaction.js';
import { requestError } from '../errors.js';
import { searchKey, userSearchKey } from '../text.js';
import type { Claims, NamedTeam } from './claims.js';
import { DirectoryBusy, shareDirectory } from './directory-lock.js';
import { SignInRefused } from './refused-sign-in.js';
import { type ActorSource, type KnownActor, knownActor } from './session.js';

/** The person as the database knows them. */
interface KnownUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly active: boolean;
  readonly organizationRole: OrganizationRole;
  /** When the last word on them was given: by a token, or by a sync of the directory, whatever it said. */
  readonly lastWordAt: Date | null;
  /** Those that the person is in. */
  readonly teamIds: readonly string[];
  /** Those that the claims name; null for one that there is not yet. */
  readonly namedTeamIds: readonly (string | null)[];
}

interface KnownOrganization {
  readonly id: string;
  readonly currency: string;
}

export interface SignIn {
  readonly known: KnownActor;
  /** Whether the claims have been taken in; else they are to be looked at again with the next request. */
  readonly isInLine: boolean;
}

/** How many there may be in an organization. */
export interface SignInQuotas {
  readonly people: number;
  readonly teams: number;
}

/** So near to the quota newcomers come one after the other; more of them are never under way at once. */
const peopleToSpare = 1_000;

/** The pauses between two looks of somebody unknown whether a sync of the directory has ended. */
const pauseMinMs = 25;
const pauseMaxMs = 1_000;

/**
 * Finds the person of these claims. The organization, the person and their teams are made at first sight and brought in
 * line where the claims say something else than the database; claims that are missing change nothing, nor do those that
 * are older than what the person was last brought in line with. Nor do they take the role of the last admin who can sign
 * in, until there is another. While a sync of the directory is under way, a person who is known goes on as they are known.
 * @throws UNAUTHENTICATED for a person who was set inactive, FORBIDDEN for somebody new where there are too many.
 */
export async function signIn(
  database: Database,
  claims: Claims,
  {
    quotas,
    signal = new AbortController().signal,
  }: Partial<Pick<Limited, 'signal'>> & { readonly quotas: SignInQuotas },
): Promise<SignIn> {
  const own = await findOrMakeOrganization(database, claims.organization);
  let user = await findUser(database, own.id, claims);
  let isTakenIn = user !== undefined && !(user.active && isNews(user, claims));
  for (let pause = pauseMinMs; !isTakenIn; pause = Math.min(2 * pause, pauseMaxMs)) {
    const isAlone = user === undefined ? await isNearQuota(database, own.id, quotas.people) : isDemotion(user, claims);
    isTakenIn = await bringInLine(database, own.id, { claims, isAlone, quotas });
    user = await findUser(database, own.id, claims);
    if (isTakenIn || user !== undefined) break;
    await delay(pause);
    signal.throwIfAborted();
  }
  if (user === undefined) throw new Error('The signed-in user is gone.');
  if (!user.active) throw new SignInRefused('inactive');
  const source = personSource(own, user.id, claims.expiresAt);
  return { known: knownActor(source, [user.name, user.organizationRole]), isInLine: isTakenIn };
}

/**
 * A person, read for every request; who was set inactive is missing. Whether their token has ended is for the database's
 * clock to say. An organization's currency never changes.
 */
function personSource(
  { id: organizationId, currency }: KnownOrganization,
  id: string,
  expiresAt: Date | null,
): ActorSource {
  return {
    statement: prepare(
      sql`SELECT u.name, u.organization_role, coalesce(${expiresAt}::timestamptz <= statement_timestamp(), false) AS has_expired
        FROM users u WHERE u.organization_id = ${organization} AND u.id = ${viewer} AND u.active`,
    ),
    refusalOf: (row) => (row === undefined ? 'inactive' : row[2] === 't' ? 'expired' : null),
    guard: ([name, role]) =>
      prepare(
        sql`SELECT known.name, known.role, known.has_expired
          FROM require_person(${organization}, ${viewer}, ${expiresAt}, ${name}, ${role}) AS known`,
      ),
    toActor: ([name, role]) => ({
      kind: 'USER',
      id,
      name: name ?? '',
      organizationId,
      currency,
      organizationRole: role as OrganizationRole,
    }),
  };
}

/** By the identity provider's names: an organization is never renamed and never goes. */
const organizations = new WeakMap<Database, LRUCache<string, KnownOrganization>>();
const organizationsMax = 10_000;

async function findOrMakeOrganization(database: Database, externalId: string): Promise<KnownOrganization> {
  const known = organizations.get(database) ?? new LRUCache<string, KnownOrganization>({ max: organizationsMax });
  organizations.set(database, known);
  const found = known.get(externalId) ?? (await readOrMakeOrganization(database, externalId));
  known.set(externalId, found);
  return found;
}

async function readOrMakeOrganization(database: Database, externalId: string): Promise<KnownOrganization> {
  const read = sql`SELECT id, currency FROM organizations WHERE external_id = ${externalId}`;
  const [found] = await database.rows<KnownOrganization>(read);
  if (found !== undefined) return found;
  return database.transaction(async (transaction) => {
    await transaction.execute(
      sql`INSERT INTO organizations (id, external_id) VALUES (${uuidv7()}, ${externalId}) ON CONFLICT DO NOTHING`,
    );
    const [made] = await transaction.rows<KnownOrganization>(read);
    if (made === undefined) throw new Error('The organization is gone.');
    await transaction.execute(
      sql`INSERT INTO directories (organization_id) VALUES (${made.id}) ON CONFLICT DO NOTHING`,
    );
    return made;
  });
}

/** SQL for the teams of these names, `(key, id)`: a name of now counts before a former one, and the id is null without either. */
function namedTeamsSql(teams: readonly NamedTeam[]): Sql {
  return sql`SELECT named.key, coalesce(t.id, f.team_id) AS id FROM unnest(${teams.map(({ key }) => key)}::text[]) AS named (key)
    LEFT JOIN teams t ON t.organization_id = ${organization} AND t.name_key = named.key
    LEFT JOIN team_former_names f ON f.organization_id = ${organization} AND f.name_key = named.key`;
}

async function findUser(
  database: Database,
  organizationId: string,
  { subject, teams = [] }: Claims,
): Promise<KnownUser | undefined> {
  const [user] = await database.within({ organizationId, userId: null }).rows<KnownUser>(
    sql`SELECT u.id, u.name, u.email, u.active, u.organization_role AS "organizationRole",
        greatest(u.claims_issued_at, d.synced_at) AS "lastWordAt", ARRAY(
          SELECT tm.team_id::text FROM team_memberships tm
          WHERE tm.organization_id = ${organization} AND tm.user_id = u.id
        ) AS "teamIds", ARRAY(SELECT named.id::text FROM (${namedTeamsSql(teams)}) AS named) AS "namedTeamIds"
      FROM users u JOIN directories d ON d.organization_id = ${organization}
      WHERE u.organization_id = ${organization} AND u.subject = ${subject}`,
  );
  return user;
}

/** Whether the claims are to be written down: as a change, or as a younger word for what is known. */
function isNews(user: KnownUser, claims: Claims): boolean {
  const { lastWordAt: known } = user;
  if (known === null) return claims.issuedAt !== undefined || !isInLine(user, claims);
  if (claims.issuedAt === undefined || claims.issuedAt < known) return false;
  return claims.issuedAt > known || !isInLine(user, claims);
}

function isInLine(user: KnownUser, claims: Claims): boolean {
  return (
    (claims.name === undefined || claims.name === user.name) &&
    (claims.email === undefined || claims.email === user.email) &&
    (claims.organizationRole === undefined || claims.organizationRole === user.organizationRole) &&
    (claims.teams === undefined || isSameSet(user.namedTeamIds, user.teamIds))
  );
}

function isSameSet(some: readonly (string | null)[], others: readonly string[]): boolean {
  const set = new Set(some);
  return set.size === others.length && others.every((id) => set.has(id));
}

function isDemotion(user: KnownUser | undefined, { organizationRole }: Claims): boolean {
  return user?.organizationRole === OrganizationRole.ADMIN && organizationRole === OrganizationRole.MEMBER;
}

async function isNearQuota(database: Database, organizationId: string, quota: number): Promise<boolean> {
  const own = database.within({ organizationId, userId: null });
  return (await countPeople(own, quota)) > quota - peopleToSpare;
}

/** Looks at no more than so many. */
async function countPeople(reads: Reads, max: number): Promise<number> {
  const { rows } = await reads.texts(
    sql`SELECT count(*) FROM (SELECT FROM users u WHERE u.organization_id = ${organization} LIMIT ${max}) AS counted`,
  );
  return Number(rows[0]?.[0]);
}

interface Word {
  readonly claims: Claims;
  /** Whether it takes an admin's role, or adds somebody near the quota, so that no other such word may be taken in beside it. */
  readonly isAlone: boolean;
  readonly quotas: SignInQuotas;
}

/** @returns false where a sync of the directory, or another such word, is under way, and nothing was done. */
async function bringInLine(database: Database, organizationId: string, word: Word): Promise<boolean> {
  try {
    const own = database.within({ organizationId, userId: null });
    await own.transaction((transaction) => takeIn(transaction, word));
    return true;
  } catch (error) {
    if (error instanceof DirectoryBusy) return false;
    throw error;
  }
}

/** Admins become members one after the other, so that one of them is left. */
async function takeIn(transaction: Transaction, word: Word): Promise<void> {
  const { claims, isAlone, quotas } = word;
  await shareDirectory(transaction, isAlone ? 'NO KEY UPDATE' : 'KEY SHARE');
  const userId = await makeOrChangeUser(transaction, word);
  if (userId === null) return;
  if (claims.teams !== undefined) await bringTeamsInLine(transaction, userId, claims.teams, quotas.teams);
  await clearUnseenActiveWorkspaces(transaction, [userId]);
}

/** @returns the person's UUID; null where nothing was written, because a younger word has arrived meanwhile. */
async function makeOrChangeUser(transaction: Transaction, { claims, isAlone, quotas }: Word): Promise<string | null> {
  const { subject, organizationRole = OrganizationRole.MEMBER, issuedAt = null } = claims;
  const values = { name: claims.name ?? subject, email: claims.email ?? '' };
  // Locked before it is looked at, so that of two sign-ins at once neither takes back what only the other one says.
  const [made, found] = await transaction.send(
    sql`INSERT INTO users (id, organization_id, subject, name, email, search_key, organization_role, claims_issued_at)
      VALUES (${uuidv7()}, ${organization}, ${subject}, ${values.name}, ${values.email}, ${userSearchKey(values)},
        ${organizationRole}, ${issuedAt})
      ON CONFLICT DO NOTHING`,
    sql`SELECT u.id, u.name, u.email FROM users u
      WHERE u.organization_id = ${organization} AND u.subject = ${subject} FOR NO KEY UPDATE`,
  );
  const [id, name, email] = found?.rows[0] ?? [];
  if (id == null) throw new Error('The signed-in user is gone.');
  if (made?.count === 1) {
    if (isAlone && (await countPeople(transaction, quotas.people + 1)) > quotas.people)
      throw requestError('tooManyPeople');
    return id;
  }
  const user = { id, name: name ?? '', email: email ?? '' };
  return (await changeUser(transaction, user, claims, isAlone)) ? id : null;
}

/** SQL that holds for the user `u` where somebody else is an admin who can sign in. */
const hasOtherAdminSql = sql`EXISTS (SELECT FROM users o
  WHERE o.organization_id = ${organization} AND o.id <> u.id AND o.organization_role = 'ADMIN' AND o.active)`;

async function changeUser(
  transaction: Transaction,
  user: Pick<KnownUser, 'id' | 'name' | 'email'>,
  claims: Claims,
  isAlone: boolean,
): Promise<boolean> {
  const { name = user.name, email = user.email, organizationRole = null, issuedAt = null } = claims;
  // The directory can't be synced meanwhile, so what it says here still stands when this is committed.
  const changed = await transaction.execute(
    sql`UPDATE users u SET name = ${name}, email = ${email}, search_key = ${userSearchKey({ name, email })},
        organization_role = CASE WHEN u.organization_role = 'ADMIN' AND NOT (${isAlone}::boolean AND ${hasOtherAdminSql})
          THEN u.organization_role ELSE coalesce(${organizationRole}, u.organization_role) END,
        claims_issued_at = ${issuedAt}, updated_at = now()
      WHERE u.organization_id = ${organization} AND u.id = ${user.id} AND u.active
        AND (u.claims_issued_at IS NULL OR u.claims_issued_at <= ${issuedAt})
        AND NOT EXISTS (SELECT FROM directories d WHERE d.organization_id = ${organization}
          AND d.synced_at > coalesce(${issuedAt}::timestamptz, '-infinity'))`,
  );
  return changed > 0;
}

/**
 * The names come sorted, so that two sign-ins never wait for each other's teams. Of those that are new, no more are made than
 * there may be.
 */
async function bringTeamsInLine(
  transaction: Transaction,
  userId: string,
  named: readonly NamedTeam[],
  quota: number,
): Promise<void> {
  const rows = named.map(({ name, key }) => ({ id: uuidv7(), name, key, search: searchKey(name) }));
  await transaction.send(
    sql`INSERT INTO teams (id, organization_id, name, name_key, search_key)
      SELECT added.id, ${organization}, added.name, added.key, added.search
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS added (id uuid, name text, key text, search text)
      WHERE NOT EXISTS (SELECT FROM team_former_names f
        WHERE f.organization_id = ${organization} AND f.name_key = added.key)
        AND NOT EXISTS (SELECT FROM teams t WHERE t.organization_id = ${organization} AND t.name_key = added.key)
      ORDER BY added.key
      LIMIT greatest(0, ${quota} - (SELECT count(*) FROM (
        SELECT FROM teams t WHERE t.organization_id = ${organization} LIMIT ${quota}) AS present))
      ON CONFLICT DO NOTHING`,
    sql`DELETE FROM team_memberships tm WHERE tm.organization_id = ${organization} AND tm.user_id = ${userId}
      AND NOT EXISTS (SELECT FROM (${namedTeamsSql(named)}) AS named WHERE named.id = tm.team_id)`,
    sql`INSERT INTO team_memberships (team_id, user_id, organization_id)
      SELECT DISTINCT named.id, ${userId}::uuid, ${organization}::uuid FROM (${namedTeamsSql(named)}) AS named
      WHERE named.id IS NOT NULL ON CONFLICT DO NOTHING`,
  );
}
