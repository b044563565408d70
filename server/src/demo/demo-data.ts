import type { EntityManager } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { ActiveWorkspace } from '../active-workspace/active-workspace.entity.js';
import { AuditEvent } from '../audit/audit-event.entity.js';
import type { Database } from '../database/database.js';
import { Member } from '../member/member.entity.js';
import { Organization } from '../organization/organization.entity.js';
import { Team } from '../team/team.entity.js';
import { TeamMembership } from '../team/team-membership.entity.js';
import { User } from '../user/user.entity.js';
import { VirtualKey } from '../virtual-key/virtual-key.entity.js';
import { VirtualKeySecret } from '../virtual-key/virtual-key-secret.entity.js';
import { Workspace } from '../workspace/workspace.entity.js';
import { type DemoRows, demoRows } from './demo-rows.js';

/** Any number that no other program takes by accident: two servers that start at once wait for each other on it. */
const demoDataLock = 7_023_154_402;

/**
 * Fills an empty database with the company of `company.ts`, all of it or nothing; a database that holds any
 * organization is left alone.
 * @returns whether it made the data.
 */
export async function createDemoData(database: Database): Promise<boolean> {
  return database.transaction(async (manager) => {
    await manager.query('SELECT pg_advisory_xact_lock($1)', [demoDataLock]);
    if (await manager.exists(Organization)) return false;
    await insertRows(manager, demoRows(new Date()));
    return true;
  });
}

/** One statement a table, parents first; the member and key counts are kept by the tables' triggers. */
async function insertRows(manager: EntityManager, rows: DemoRows): Promise<void> {
  await manager.insert(Organization, rows.organizations);
  await manager.insert(User, rows.users);
  await manager.insert(Team, rows.teams);
  await manager.insert(TeamMembership, rows.teamMemberships);
  await manager.insert(Workspace, rows.workspaces);
  const nameKeys = await readNameKeys(manager);
  await manager.insert(
    Member,
    rows.members.map((member) => ({ ...member, workspaceNameKey: nameKeys.get(member.workspaceId) ?? '' })),
  );
  await manager.insert(VirtualKey, rows.virtualKeys);
  await manager.insert(VirtualKeySecret, rows.virtualKeySecrets);
  await manager.insert(ActiveWorkspace, rows.activeWorkspaces);
  await manager.insert(AuditEvent, rows.auditEvents as QueryDeepPartialEntity<AuditEvent>[]);
}

/** The names as the database folds their case, by workspace. */
async function readNameKeys(manager: EntityManager): Promise<Map<string, string>> {
  const found: { id: string; name_key: string }[] = await manager.query('SELECT id, name_key FROM workspaces');
  return new Map(found.map(({ id, name_key }) => [id, name_key]));
}
