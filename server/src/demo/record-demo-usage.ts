import type { FastifyBaseLogger } from 'fastify';
import { developmentOrganization } from '../auth/development-token.js';
import { tellAlerts } from '../budget/raise-alerts.js';
import type { Database } from '../database/database.js';
import { organization, sql } from '../database/sql.js';
import { organizations } from '../organization/organization.entity.js';
import { writeUsage } from '../usage/record-usage.js';
import { demoId } from './demo-ids.js';
import { companyAgeDays, demoRows } from './demo-rows.js';
import { demoUsage } from './demo-usage.js';

const dayMs = 86_400_000;
const batchSize = 500;

/**
 * Records the month of usage of the demonstration company as a gateway would have, while the server answers already. Each
 * request is counted once, so that a start that was cut off is gone on with by the next one. Alerts that it raises are told
 * as all alerts are, so that log, metrics and audit log say the same.
 * @returns how many requests were counted now.
 */
export async function recordDemoUsage(
  database: Database,
  log: Pick<FastifyBaseLogger, 'warn'>,
  signal: AbortSignal,
): Promise<number> {
  const organizationId = demoId('organization', developmentOrganization);
  const scoped = database.within({ organizationId, userId: null });
  const [made] = await scoped.select(organizations, sql`FROM ${organizations.from} WHERE o.id = ${organization}`);
  if (made === undefined) return 0;
  const madeAt = new Date(made.createdAt.getTime() + companyAgeDays * dayMs);
  const company = demoRows(madeAt);
  const usage = [...demoUsage(company, madeAt)];
  const workspaceIds = company.workspaces.map(({ id }) => id);
  const { rows } = await scoped.texts(
    sql`SELECT FROM gateway_requests g WHERE g.organization_id = ${organization}
      AND g.workspace_id = ANY (${workspaceIds}::uuid[]) AND g.request_id = ${usage.at(-1)?.requestId}`,
  );
  if (rows.length > 0) return 0;
  let counted = 0;
  for (let start = 0; start < usage.length && !signal.aborted; start += batchSize) {
    const batch = usage.slice(start, start + batchSize);
    const written = await writeUsage(
      scoped,
      batch.map((record, place) => [place, record] as const),
    );
    tellAlerts(log, written.alerts);
    counted += written.counted;
  }
  return counted;
}
