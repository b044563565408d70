import type { QuotaConfig } from '../config.js';
import { organization, raw, type Sql, sql } from '../database/sql.js';
import { Refusal } from '../errors.js';
import type { Run } from './command.js';

/** How much the operator of the service lets there be. */
export class Quotas {
  readonly of: QuotaConfig;

  constructor(quotas: QuotaConfig) {
    this.of = quotas;
  }
}

const names: Record<keyof QuotaConfig, string> = {
  workspaces: 'workspaces in an organization, archived ones included',
  members: 'members in a workspace',
  keys: 'keys in a workspace that are not revoked',
  configurations: 'configurations in a workspace',
  routes: 'routes in a workspace',
  guardrails: 'guardrails in a workspace',
  serviceTokens: 'service tokens in an organization that are not revoked',
  people: 'people in an organization, those who can not sign in included',
  teams: 'teams in an organization',
};

/**
 * Refuses what would be one too many; what is there stays, however many there are.
 * @param count how many there would be, counted under a lock that others who add to them wait for.
 * @throws Refusal LIMIT_REACHED
 */
export function refuseBeyondQuota({ caller }: Run, quota: keyof QuotaConfig, count: number, ...field: string[]): void {
  const max = caller.services.get(Quotas).of[quota];
  if (count <= max) return;
  throw Refusal.saying('quotaReached', `There may be ${max} ${names[quota]}.`, ...field);
}

/**
 * Refuses another row where there are as many as there may be already; looks at no more rows than that.
 * @param rows FROM and WHERE of the rows, along an index; the lock that others who add to them wait for is held.
 * @throws Refusal LIMIT_REACHED
 */
export async function refuseAnother(run: Run, quota: keyof QuotaConfig, rows: Sql, ...field: string[]): Promise<void> {
  await refuseSoMany(run, quota, { rows, added: 1 }, ...field);
}

/** The same for several rows at once; for none it does not look. */
export async function refuseSoMany(
  run: Run,
  quota: keyof QuotaConfig,
  { rows, added }: { readonly rows: Sql; readonly added: number },
  ...field: string[]
): Promise<void> {
  if (added === 0) return;
  const max = run.caller.services.get(Quotas).of[quota];
  const [counted] = await run.transaction.rows<{ count: number }>(
    sql`SELECT count(*)::integer AS count FROM (SELECT ${rows} LIMIT ${max}) AS counted`,
  );
  refuseBeyondQuota(run, quota, (counted?.count ?? 0) + added, ...field);
}

/** The rows of a table of this alias that lie in the workspace and that hold this. */
export function ofWorkspace(table: string, alias: string, workspaceId: string, holds: Sql): Sql {
  return sql`FROM ${raw(`${table} ${alias}`)} WHERE ${raw(alias)}.organization_id = ${organization}
    AND ${raw(alias)}.workspace_id = ${workspaceId} AND ${holds}`;
}
