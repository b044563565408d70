import { v7 as uuidv7 } from 'uuid';
import { nameKey, searchKey } from '../text.js';
import { parsed, toGlobalId } from './ids.js';
import type { Person, TestServer } from './test-server.js';

/** What tests read from the tables and write into them past every service: only this file changes with the tables. */

/** One statement, for the server's own database or for a connection of the test's. */
interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** The UUID in a global id, as the tables hold it. */
export function uuidOf(globalId: string): string {
  return parsed(globalId).uuid;
}

/** Locks the rows of an object until the end of the transaction. */
export function lockOf(globalId: string): Statement {
  const { noun, uuid } = parsed(globalId);
  return { text: `SELECT FROM ${noun.name} WHERE id = $1 FOR UPDATE`, values: [uuid] };
}

/** Sets columns of these objects, which are of one type: SQL, whose values are `$2` and on. */
export function changeOf(ids: string | readonly string[], assignments: string, values: unknown[] = []): Statement {
  const all = [ids].flat().map(parsed);
  return {
    text: `UPDATE ${all[0]?.noun.name ?? 'workspaces'} SET ${assignments} WHERE id = ANY ($1::uuid[])`,
    values: [all.map(({ uuid }) => uuid), ...values],
  };
}

/** Sets columns as `changeOf` says, at once. */
export async function changeRows(
  server: TestServer,
  ids: string | readonly string[],
  assignments: string,
  values: unknown[] = [],
): Promise<void> {
  await server.database.rows(changeOf(ids, assignments, values));
}

/** Lets somebody sign in no more, or again. */
export async function setActive(server: TestServer, who: Pick<Person, 'id'>, active: boolean): Promise<void> {
  await changeRows(server, who.id, 'active = $2', [active]);
}

/** The UUID of the organization that tokens name so. */
export async function organizationIdOf(server: TestServer, organization: string): Promise<string> {
  const [row] = await server.database.rows<{ id: string }>({
    text: 'SELECT id FROM organizations WHERE external_id = $1',
    values: [organization],
  });
  if (row === undefined) throw new Error(`There is no organization ${organization}.`);
  return row.id;
}

/** As if the last that was said of everybody in the organization, by tokens and by its directory, was long ago. */
export async function forgetLastWords(server: TestServer, organization: string): Promise<void> {
  await server.database.rows({
    text: `WITH d AS (
        UPDATE directories d SET synced_at = NULL FROM organizations o
        WHERE o.external_id = $1 AND d.organization_id = o.id RETURNING d.organization_id
      ) UPDATE users u SET claims_issued_at = now() - interval '1 h' FROM d WHERE u.organization_id = d.organization_id`,
    values: [organization],
  });
}

/** Creates many workspaces of one owner, named `<prefix> 001` and on. @returns their global ids in this order. */
export async function insertWorkspaces(
  server: TestServer,
  owner: Person,
  { count, prefix }: { count: number; prefix: string },
): Promise<string[]> {
  const rows = Array.from({ length: count }, (_, index) => ({
    id: uuidv7(),
    name: `${prefix} ${String(index + 1).padStart(3, '0')}`,
  }));
  const names = rows.map(({ name }) => name);
  const ids = rows.map((row) => row.id);
  await server.database.rows({
    text: `WITH added AS (
        INSERT INTO workspaces
          (id, organization_id, name, name_key, search_key, owner_user_id, environment, region, monthly_budget)
        SELECT new.id, u.organization_id, new.name, new.name_key, new.search_key, u.id, 'PRODUCTION', 'EU', 10.00
        FROM users u, unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS new (id, name, name_key, search_key)
        WHERE u.id = $1
        RETURNING *
      ) INSERT INTO members (id, organization_id, workspace_id, workspace_name, user_id, role)
      SELECT gen_random_uuid(), organization_id, id, name, owner_user_id, 'ADMIN' FROM added`,
    values: [uuidOf(owner.id), ids, names, names.map(nameKey), names.map(searchKey)],
  });
  return ids.map((id) => toGlobalId('Workspace', id));
}

/** Makes people members with a stored role, or changes the role of those who are members. */
export async function setRole(
  server: TestServer,
  workspaceIds: readonly string[],
  who: Person,
  role: 'ADMIN' | 'MEMBER' | 'VIEWER',
): Promise<void> {
  await server.database.rows(membershipOf(workspaceIds.map(uuidOf), uuidOf(who.id), role));
}

function membershipOf(workspaceIds: readonly string[], userId: string, role: string): Statement {
  return {
    text: `INSERT INTO members (id, organization_id, workspace_id, workspace_name, user_id, role)
      SELECT gen_random_uuid(), w.organization_id, w.id, w.name, $2, $3
      FROM workspaces w WHERE w.id = ANY ($1::uuid[])
      ON CONFLICT (organization_id, workspace_id, user_id) DO UPDATE SET role = EXCLUDED.role`,
    values: [workspaceIds, userId, role],
  };
}

/** Takes somebody's membership and nothing else, as no mutation would. */
export function removalOf(workspaceIds: readonly string[], who: Person): Statement {
  return {
    text: 'DELETE FROM members WHERE workspace_id = ANY ($1::uuid[]) AND user_id = $2',
    values: [workspaceIds.map(uuidOf), uuidOf(who.id)],
  };
}

/** Takes a membership as `removalOf` does, at once. */
export async function deleteMembership(server: TestServer, workspaceId: string, who: Person): Promise<void> {
  await server.database.rows(removalOf([workspaceId], who));
}

/** Gives workspaces to a team; who owned them in person stays a member. */
export async function giveToTeam(server: TestServer, workspaceIds: readonly string[], team: string): Promise<void> {
  await server.database.rows({
    text: `UPDATE workspaces w SET owner_user_id = NULL, owner_team_id = t.id FROM teams t
      WHERE w.id = ANY ($1::uuid[]) AND t.organization_id = w.organization_id AND t.name = $2`,
    values: [workspaceIds.map(uuidOf), team],
  });
}

export interface KeyFixture {
  readonly name: string;
  readonly status?: 'ACTIVE' | 'DISABLED' | 'REVOKED';
  /** From now; negative for a key that has expired, null for one that never does. */
  readonly expiresInMs?: number | null;
  readonly createdBy?: Person | null;
}

/** Adds all of these keys to each workspace, each a millisecond newer than the one before. @returns their global ids. */
export async function insertKeys(
  server: TestServer,
  workspaceIds: string | readonly string[],
  keys: readonly KeyFixture[],
): Promise<string[]> {
  const rows = [workspaceIds].flat().flatMap((workspaceId) =>
    keys.map(({ name, status = 'ACTIVE', expiresInMs = null, createdBy = null }, place) => ({
      id: uuidv7(),
      workspace_id: uuidOf(workspaceId),
      name,
      search_key: searchKey(name),
      status,
      expires_in: expiresInMs,
      created_by_id: createdBy === null ? null : uuidOf(createdBy.id),
      place,
    })),
  );
  await server.database.rows({
    text: `WITH keys AS (
        INSERT INTO virtual_keys
          (id, organization_id, workspace_id, name, search_key, last_four, status, created_by_id, created_at, expires_at, revoked_at)
        SELECT new.id, w.organization_id, w.id, new.name, new.search_key, 'abcd', new.status, new.created_by_id,
          now() + new.place * interval '1 ms', now() + new.expires_in * interval '1 ms',
          CASE WHEN new.status = 'REVOKED' THEN now() END
        FROM jsonb_to_recordset($1::jsonb) AS new
          (id uuid, workspace_id uuid, name text, search_key text, status text, expires_in integer, created_by_id uuid, place integer)
        JOIN workspaces w ON w.id = new.workspace_id
        RETURNING *
      )
      INSERT INTO virtual_key_secrets (id, organization_id, virtual_key_id, secret_digest, last_four, created_at)
      SELECT gen_random_uuid(), organization_id, id, sha256(uuid_send(id)), last_four, created_at FROM keys`,
    values: [JSON.stringify(rows)],
  });
  return rows.map(({ id }) => toGlobalId('VirtualKey', id));
}

/** Takes a workspace's routes, past every command. */
export async function deleteRoutes(server: TestServer, workspaceId: string): Promise<void> {
  await server.database.rows({
    text: 'DELETE FROM model_routes WHERE workspace_id = $1',
    values: [uuidOf(workspaceId)],
  });
}

/** As if the time was over for which a rotated key's former secret goes on. */
export async function endOverlap(server: TestServer, keyId: string): Promise<void> {
  await server.database.rows({
    text: 'UPDATE virtual_key_secrets SET expires_at = now() WHERE virtual_key_id = $1 AND expires_at > now()',
    values: [uuidOf(keyId)],
  });
}

/** Takes a key with its secrets, as no mutation would. */
export async function deleteKey(server: TestServer, id: string): Promise<void> {
  await server.database.rows({
    text: `WITH secrets AS (DELETE FROM virtual_key_secrets WHERE virtual_key_id = $1)
      DELETE FROM virtual_keys WHERE id = $1`,
    values: [uuidOf(id)],
  });
}
