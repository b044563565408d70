import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { isShared } from './plain-postgres.js';

/**
 * Every statement is held to one organization: each scan of a tenant's table has the condition `organization_id = $n`, by
 * which a distributed PostgreSQL knows the shard. PostgreSQL's own plan says so, subqueries and CTEs included. What the
 * service does on its own behalf goes from one organization to the next, so there is no exception.
 */

/** Those that can read a table. */
const readsTables = /^\s*\(*(?:SELECT|INSERT|UPDATE|DELETE|WITH|MERGE)\b/;
/** New rows scan nothing; with thousands of them PostgreSQL would plan for long. */
const isPureInsert = (text: string) => /^\s*INSERT INTO [^(]*\([^)]*\) VALUES\b/.test(text) && !text.includes('SELECT');

/** What of a plan's node is needed here. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Filter?: string;
  readonly 'Index Cond'?: string;
  readonly 'Recheck Cond'?: string;
  readonly 'Join Filter'?: string;
  readonly Plans?: readonly PlanNode[];
}

const heldToOne = /\borganization_id = \$\d+|\$\d+ = (?:\w+\.)?organization_id\b/;

let linted = 0;

/** The tables with a column `organization_id`. */
export async function tenantTables(client: pg.Client): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')`,
  );
  return new Set(rows.map(({ name }) => name));
}

/**
 * Names of the tenants' tables that the statement scans without the condition, by a plan that holds for any values:
 * `EXECUTE` under `force_generic_plan`, because `EXPLAIN (GENERIC_PLAN)` is of PostgreSQL 16.
 */
export async function openScans(client: pg.Client, tenants: ReadonlySet<string>, text: string): Promise<string[]> {
  const count = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
  const values = count === 0 ? '' : `(${Array(count).fill('NULL').join(', ')})`;
  const name = `linted_${linted++}`;
  // In one transaction, because behind a pooler the next may be on another connection.
  const answers = (await client.query(
    `BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; PREPARE ${name} AS ${text};
     EXPLAIN (COSTS OFF, FORMAT JSON) EXECUTE ${name} ${values}; DEALLOCATE ${name}; COMMIT`,
  )) as unknown as readonly pg.QueryResult<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>[];
  const plans = answers.flatMap(({ command, rows }) => (command === 'EXPLAIN' ? rows : []));
  const scans = plans.flatMap((row) => row['QUERY PLAN'].flatMap(({ Plan: plan }) => [...scansOf(plan)]));
  const open = scans.filter((node) => !isHeld(node)).map((node) => node['Relation Name'] ?? '');
  return [...new Set(open.filter((table) => tenants.has(table)))].sort();
}

function* scansOf(node: PlanNode): Generator<PlanNode> {
  // A changed table is found by the scan below.
  if (node['Relation Name'] !== undefined && node['Node Type'] !== 'ModifyTable') yield node;
  for (const below of node.Plans ?? []) yield* scansOf(below);
}

function isHeld(node: PlanNode): boolean {
  return heldToOne.test([node.Filter, node['Index Cond'], node['Recheck Cond'], node['Join Filter']].join(' '));
}

/**
 * Looks at the plan of each of the statements that nobody has sent before in this run, on this database; does nothing
 * outside of a run of tests.
 * @throws with the texts that are not held to one organization.
 */
export async function lintStatements(databaseUrl: string, texts: Iterable<string>): Promise<void> {
  const folder = process.env['TEST_SEEN_STATEMENTS'];
  // The plan of a cluster's coordinator tells nothing of the scans on its nodes; on plain PostgreSQL the same is sent.
  if (folder === undefined || isShared) return;
  // A file for each statement that was looked at.
  const placeOf = (text: string) => join(folder, createHash('sha256').update(text).digest('hex'));
  const unseen = [...texts].filter(
    (text) => readsTables.test(text) && !isPureInsert(text) && !existsSync(placeOf(text)),
  );
  if (unseen.length === 0) return;
  const client = await connectUnlessDropped(databaseUrl);
  if (client === null) return;
  const complaints: string[] = [];
  try {
    const tenants = await tenantTables(client);
    for (const text of unseen) {
      const complaint = await complaintAbout(client, tenants, text);
      if (complaint === null) writeFileSync(placeOf(text), '');
      else complaints.push(`${complaint}:\n${text}`);
    }
  } finally {
    await client.end();
  }
  if (complaints.length > 0) {
    throw new Error(`Statements that are not held to one organization:\n\n${complaints.join('\n\n')}`);
  }
}

async function connectUnlessDropped(databaseUrl: string): Promise<pg.Client | null> {
  const client = new pg.Client({ connectionString: databaseUrl });
  try {
    await client.connect();
    return client;
  } catch (error) {
    const noSuchDatabase = '3D000';
    if ((error as { code?: string }).code === noSuchDatabase) return null;
    throw error;
  }
}

async function complaintAbout(client: pg.Client, tenants: ReadonlySet<string>, text: string): Promise<string | null> {
  try {
    const open = await openScans(client, tenants, text);
    return open.length === 0 ? null : `${open.join(' and ')} without organization_id = $n`;
  } catch (error) {
    await client.query('ROLLBACK');
    return `no plan (${(error as Error).message})`;
  }
}
