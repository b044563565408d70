import { activeWorkspaces } from '../active-workspace/active-workspace.entity.js';
import { auditEvents } from '../audit/audit-event.entity.js';
import type { Database } from '../database/database.js';
import { sql } from '../database/sql.js';
import type { Transaction } from '../database/transaction.js';
import { guardrails } from '../guardrail/guardrail.entity.js';
import { llmConfigurations } from '../llm-configuration/llm-configuration.entity.js';
import { members } from '../member/member.entity.js';
import { modelRoutes } from '../model-route/model-route.entity.js';
import { routeTargets } from '../model-route/route-target.entity.js';
import { directories } from '../organization/directory.entity.js';
import { organizations } from '../organization/organization.entity.js';
import { teams } from '../team/team.entity.js';
import { teamMemberships } from '../team/team-membership.entity.js';
import { users } from '../user/user.entity.js';
import { virtualKeys } from '../virtual-key/virtual-key.entity.js';
import { virtualKeySecrets } from '../virtual-key/virtual-key-secret.entity.js';
import { workspaces } from '../workspace/workspace.entity.js';
import { type DemoRows, demoRows } from './demo-rows.js';

/** Any number that no other program takes by accident: two servers that start at once wait for each other on it. */
const demoDataLock = 7_023_154_402;

/**
 * Fills an empty database with the company of `company.ts`, all of it or nothing; a database that holds any
 * organization is left alone.
 * @returns whether it made the data.
 */
export async function createDemoData(database: Database): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const { reads } = await transaction.lock(
      sql`SELECT pg_advisory_xact_lock(${demoDataLock})`,
      sql`SELECT FROM organizations LIMIT 1`,
    );
    if (reads[0]?.rows.length !== 0) return false;
    await insertRows(transaction, demoRows(new Date()));
    return true;
  });
}

/** One statement a table, parents first; the member and key counts are kept by the tables' triggers. */
async function insertRows(transaction: Transaction, rows: DemoRows): Promise<void> {
  await transaction.insert(organizations, rows.organizations);
  await transaction.insert(directories, rows.directories);
  await transaction.insert(users, rows.users);
  await transaction.insert(teams, rows.teams);
  await transaction.insert(teamMemberships, rows.teamMemberships);
  await transaction.insert(workspaces, rows.workspaces);
  await transaction.insert(members, rows.members);
  await transaction.insert(virtualKeys, rows.virtualKeys);
  await transaction.insert(virtualKeySecrets, rows.virtualKeySecrets);
  await transaction.insert(llmConfigurations, rows.llmConfigurations);
  await transaction.insert(modelRoutes, rows.modelRoutes);
  await transaction.insert(routeTargets, rows.routeTargets);
  await transaction.insert(guardrails, rows.guardrails);
  await transaction.insert(activeWorkspaces, rows.activeWorkspaces);
  await transaction.insert(auditEvents, rows.auditEvents);
}
