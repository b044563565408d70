import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { MemberRole } from '../access/permissions.js';
import { sql } from '../database/sql.js';
import { members } from '../member/member.entity.js';
import { nameKey, searchKey } from '../text.js';
import { VirtualKeyStatus, virtualKeys } from '../virtual-key/virtual-key.entity.js';
import { virtualKeySecrets } from '../virtual-key/virtual-key-secret.entity.js';
import { WorkspaceEnvironment, WorkspaceRegion, workspaces } from '../workspace/workspace.entity.js';
import { parsed, toGlobalId } from './ids.js';
import type { Person, TestServer } from './test-server.js';

/**
 * What tests read from the tables and write into them past every service: only this file changes with the tables. Each
 * change names the organization, as a distributed database wants it, and new rows come as their values.
 */

/** One statement, for the server's own database or for a connection of the test's. */
interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** The UUID in a global id, as the tables hold it. */
export function uuidOf(globalId: string): string {
  return parsed(globalId).uuid;
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

/** These objects of one type, by the UUIDs of their organizations. */
async function byOrganization(
  server: TestServer,
  globalIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  const [first] = globalIds;
  if (first === undefined) return found;
  const rows = await server.database.rows<{ id: string; organizationId: string }>({
    text: `SELECT id, organization_id AS "organizationId" FROM ${parsed(first).noun.name} WHERE id = ANY ($1::uuid[])`,
    values: [globalIds.map(uuidOf)],
  });
  const organizations = new Map(rows.map(({ id, organizationId }) => [id, organizationId]));
  for (const globalId of globalIds) {
    const organizationId = organizations.get(uuidOf(globalId));
    if (organizationId === undefined) continue;
    found.set(organizationId, [...(found.get(organizationId) ?? []), globalId]);
  }
  return found;
}

/** The UUID of the organization that an object is of. */
export async function organizationOf(server: TestServer, globalId: string): Promise<string> {
  const [organizationId] = (await byOrganization(server, [globalId])).keys();
  if (organizationId === undefined) throw new Error(`There is no ${globalId}.`);
  return organizationId;
}

/** Locks the row of an object until the end of the transaction. */
export async function lockOf(server: TestServer, globalId: string): Promise<Statement> {
  const { noun, uuid } = parsed(globalId);
  return {
    text: `SELECT FROM ${noun.name} WHERE organization_id = $1 AND id = $2 FOR UPDATE`,
    values: [await organizationOf(server, globalId), uuid],
  };
}

/** Sets columns of an object: SQL, whose values are `$1` and on. */
export async function changeOf(
  server: TestServer,
  globalId: string,
  assignments: string,
  values: readonly unknown[] = [],
): Promise<Statement> {
  return changeWithin(await organizationOf(server, globalId), [globalId], assignments, values);
}

function changeWithin(
  organizationId: string,
  globalIds: readonly string[],
  assignments: string,
  values: readonly unknown[],
): Statement {
  const all = globalIds.map(parsed);
  const [of, ids] = [`$${values.length + 1}`, `$${values.length + 2}`];
  return {
    text: `UPDATE ${all[0]?.noun.name} SET ${assignments} WHERE organization_id = ${of} AND id = ANY (${ids}::uuid[])`,
    values: [...values, organizationId, all.map(({ uuid }) => uuid)],
  };
}

/** Sets columns of these objects, which are of one type, at once: SQL as `changeOf` takes it. */
export async function changeRows(
  server: TestServer,
  globalIds: string | readonly string[],
  assignments: string,
  values: readonly unknown[] = [],
): Promise<void> {
  for (const [organizationId, ids] of await byOrganization(server, [globalIds].flat())) {
    await server.database.rows(changeWithin(organizationId, ids, assignments, values));
  }
}

/** Sets when the secrets of service tokens were last used, and these themselves: SQL. */
export async function setLastUse(server: TestServer, serviceIds: readonly string[], lastUsedAt: string): Promise<void> {
  await changeRows(server, serviceIds, `last_used_at = ${lastUsedAt}`);
  for (const [organizationId, ids] of await byOrganization(server, serviceIds)) {
    await server.database.rows({
      text: `UPDATE service_token_secrets SET last_used_at = ${lastUsedAt}
        WHERE organization_id = $1 AND service_token_id = ANY ($2::uuid[])`,
      values: [organizationId, ids.map(uuidOf)],
    });
  }
}

/** Lets somebody sign in no more, or again. */
export async function setActive(server: TestServer, who: Pick<Person, 'id'>, active: boolean): Promise<void> {
  await changeRows(server, who.id, 'active = $1', [active]);
}

/** As if the last that was said of everybody in the organization, by tokens and by its directory, was long ago. */
export async function forgetLastWords(server: TestServer, organization: string): Promise<void> {
  const values = [await organizationIdOf(server, organization)];
  await server.database.rows({ text: 'UPDATE directories SET synced_at = NULL WHERE organization_id = $1', values });
  await server.database.rows({
    text: `UPDATE users SET claims_issued_at = now() - interval '1 h' WHERE organization_id = $1`,
    values,
  });
}

/** Creates many workspaces of one owner, named `<prefix> 001` and on. @returns their global ids in this order. */
export async function insertWorkspaces(
  server: TestServer,
  owner: Person,
  { count, prefix }: { count: number; prefix: string },
): Promise<string[]> {
  const organizationId = await organizationOf(server, owner.id);
  const rows = Array.from({ length: count }, (_, index) => {
    const name = `${prefix} ${String(index + 1).padStart(3, '0')}`;
    return { id: uuidv7(), organizationId, name, nameKey: nameKey(name), searchKey: searchKey(name) };
  });
  const ownerUserId = uuidOf(owner.id);
  const settings = {
    environment: WorkspaceEnvironment.PRODUCTION,
    region: WorkspaceRegion.EU,
    monthlyBudget: '10.00',
  };
  await server.database.transaction(async (transaction) => {
    await transaction.insert(
      workspaces,
      rows.map((row) => ({ ...row, ...settings, ownerUserId })),
    );
    await transaction.insert(
      members,
      rows.map(({ id, name }) => ({
        id: uuidv7(),
        organizationId,
        workspaceId: id,
        workspaceName: name,
        userId: ownerUserId,
        role: MemberRole.ADMIN as const,
      })),
    );
  });
  return rows.map(({ id }) => toGlobalId('Workspace', id));
}

type StoredRole = 'ADMIN' | 'MEMBER' | 'VIEWER';

/** Makes somebody a member with a stored role, or changes the role where they are one. */
export function setRole(
  server: TestServer,
  workspaceIds: readonly string[],
  who: Person,
  role: StoredRole,
): Promise<void> {
  return setRoles(server, workspaceIds, [[who, role]]);
}

/** The same for several people. */
export async function setRoles(
  server: TestServer,
  workspaceIds: readonly string[],
  roles: readonly (readonly [who: Person, role: StoredRole])[],
): Promise<void> {
  for (const [organizationId, ids] of await byOrganization(server, workspaceIds)) {
    const rows = await server.database.rows<{ id: string; name: string }>({
      text: 'SELECT id, name FROM workspaces WHERE organization_id = $1 AND id = ANY ($2::uuid[])',
      values: [organizationId, ids.map(uuidOf)],
    });
    const memberships = rows.flatMap(({ id, name }) =>
      roles.map(([who, role]) => ({
        id: uuidv7(),
        organizationId,
        workspaceId: id,
        workspaceName: name,
        userId: uuidOf(who.id),
        role: MemberRole[role],
      })),
    );
    const conflict = sql`ON CONFLICT (organization_id, workspace_id, user_id) DO UPDATE SET role = EXCLUDED.role`;
    await server.database.transaction((transaction) => transaction.insert(members, memberships, conflict));
  }
}

/** Takes somebody's memberships and nothing else, as no mutation would. */
export async function removalOf(server: TestServer, workspaceIds: readonly string[], who: Person): Promise<Statement> {
  return {
    text: 'DELETE FROM members WHERE organization_id = $1 AND workspace_id = ANY ($2::uuid[]) AND user_id = $3',
    values: [await organizationOf(server, who.id), workspaceIds.map(uuidOf), uuidOf(who.id)],
  };
}

/** Takes a membership as `removalOf` does, at once. */
export async function deleteMembership(server: TestServer, workspaceId: string, who: Person): Promise<void> {
  await server.database.rows(await removalOf(server, [workspaceId], who));
}

/** Gives workspaces to a team; who owned them in person stays a member. */
export async function giveToTeam(server: TestServer, workspaceIds: readonly string[], team: string): Promise<void> {
  for (const [organizationId, ids] of await byOrganization(server, workspaceIds)) {
    await server.database.rows({
      text: `UPDATE workspaces w SET owner_user_id = NULL, owner_team_id = t.id FROM teams t
        WHERE w.organization_id = $1 AND w.id = ANY ($2::uuid[]) AND t.organization_id = $1 AND t.name = $3`,
      values: [organizationId, ids.map(uuidOf), team],
    });
  }
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
  const made: { readonly workspaceId: string; readonly globalId: string }[] = [];
  const all = [workspaceIds].flat();
  for (const [organizationId, ids] of await byOrganization(server, all)) {
    const [clock] = await server.database.rows<{ now: Date }>({ text: 'SELECT now()', values: [] });
    const after = (milliseconds: number) => new Date((clock?.now.getTime() ?? Number.NaN) + milliseconds);
    const rows = ids.flatMap((workspaceId) =>
      keys.map(({ name, status = 'ACTIVE', expiresInMs = null, createdBy = null }, place) => ({
        id: uuidv7(),
        organizationId,
        workspaceId: uuidOf(workspaceId),
        name,
        searchKey: searchKey(name),
        status: VirtualKeyStatus[status],
        lastFour: 'abcd',
        createdById: createdBy === null ? null : uuidOf(createdBy.id),
        createdAt: after(place),
        expiresAt: expiresInMs === null ? null : after(expiresInMs),
        revokedAt: status === 'REVOKED' ? after(0) : null,
      })),
    );
    await server.database.transaction(async (transaction) => {
      await transaction.insert(virtualKeys, rows);
      await transaction.insert(
        virtualKeySecrets,
        rows.map(({ id, lastFour, createdAt }) => ({
          id: uuidv7(),
          organizationId,
          virtualKeyId: id,
          secretDigest: createHash('sha256').update(id).digest(),
          lastFour,
          createdAt,
        })),
      );
    });
    for (const { id, workspaceId } of rows) made.push({ workspaceId, globalId: toGlobalId('VirtualKey', id) });
  }
  return all.flatMap((id) => made.filter(({ workspaceId }) => workspaceId === uuidOf(id)).map((key) => key.globalId));
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
    text: `UPDATE virtual_key_secrets SET expires_at = now()
      WHERE organization_id = $1 AND virtual_key_id = $2 AND expires_at > now()`,
    values: [await organizationOf(server, keyId), uuidOf(keyId)],
  });
}

/** Takes a key with its secrets, as no mutation would. */
export async function deleteKey(server: TestServer, id: string): Promise<void> {
  await server.database.rows({
    text: `WITH secrets AS (DELETE FROM virtual_key_secrets WHERE organization_id = $1 AND virtual_key_id = $2)
      DELETE FROM virtual_keys WHERE organization_id = $1 AND id = $2`,
    values: [await organizationOf(server, id), uuidOf(id)],
  });
}
