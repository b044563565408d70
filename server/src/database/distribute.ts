import pg from 'pg';
import { ConfigError } from '../config.js';
import { requestRole } from './database.js';
import { migrate, migrationLock } from './migrate.js';

/** What `distribute` did; empty lists where all of it was done before. */
export interface Distribution {
  readonly migrations: readonly string[];
  /** Names of the tables that lie on all nodes now. */
  readonly tables: readonly string[];
  /** Settings that the database got, with their values. */
  readonly settings: readonly string[];
}

/** The same on every node, because every tenant's table refers to it. */
const referenceTable = 'organizations';
/** What every table of a tenant has, and is distributed by. */
const distributionColumn = 'organization_id';

/** What has to hold in every session of the database. */
const neededSettings: Readonly<Record<string, string>> = {
  // Role and organization of a request reach the nodes; without, its statements find nothing there.
  'citus.propagate_set_commands': 'local',
  // Triggers run on the node of the row, and touch nothing of another organization.
  'citus.enable_unsafe_triggers': 'on',
};

const insufficientPrivilege = '42501';

/**
 * Lays the tables out on the nodes of a Citus cluster: `organizations` on all of them, every table of tenants by its
 * organization, those of one organization on the same node, and what works on them as functions beside them. Brings the database up to date before. What is done already is
 * left alone, so that it can be run again, and has to be after a migration that brings a table. Requests wait meanwhile.
 * @throws ConfigError that says what is missing
 */
export async function distribute(url: string): Promise<Distribution> {
  await connected(url, refuseOther);
  const migrations = await migrate(url);
  const settings = await connected(url, async (client) => {
    await letNodesIn(client);
    return makeSettings(client);
  });
  // Settings hold in new sessions.
  return connected(url, async (client) => {
    const tables = await distributeTables(client);
    await distributeFunctions(client);
    await dropLeftOvers(client);
    await refuseClosedNodes(client);
    return { migrations, tables, settings };
  });
}

async function connected<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url, application_name: 'tokenvue-workspaces-distribute' });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** @throws ConfigError unless the database is that of a coordinator with workers. */
async function refuseOther(client: pg.Client): Promise<void> {
  if (!(await holds(client, `EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')`))) {
    throw new ConfigError(
      'DATABASE_URL expects a database on the coordinator of a Citus cluster, in which an administrator has run ' +
        'CREATE EXTENSION citus: this one does not have the extension.',
    );
  }
  if (!(await holds(client, 'citus_is_coordinator()'))) {
    throw new ConfigError('DATABASE_URL expects the coordinator of the Citus cluster: this is one of its workers.');
  }
  const workers = `EXISTS (SELECT FROM pg_dist_node WHERE noderole = 'primary' AND isactive AND groupid <> 0)`;
  if (!(await holds(client, workers))) {
    throw new ConfigError(
      'The coordinator has no worker: for each, create the database with the extension there, and have an ' +
        `administrator run SELECT citus_add_node('<host>', <port>) here.`,
    );
  }
}

async function holds(client: pg.Client, condition: string): Promise<boolean> {
  const { rows } = await client.query<{ holds: boolean }>(`SELECT ${condition} AS holds`);
  return rows[0]?.holds === true;
}

/** Nodes call each other as whoever works here, and requests work as their role: it has to be one that can log in. */
async function letNodesIn(client: pg.Client): Promise<void> {
  if (await holds(client, `EXISTS (SELECT FROM pg_roles WHERE rolname = '${requestRole}' AND rolcanlogin)`)) return;
  await asAdministrator(client, `ALTER ROLE ${requestRole} LOGIN`);
}

/** @returns the settings that were made. */
async function makeSettings(client: pg.Client): Promise<string[]> {
  const made: string[] = [];
  for (const [name, value] of Object.entries(neededSettings)) {
    if (await holds(client, `current_setting('${name}') = '${value}'`)) continue;
    const { database } = client;
    await asAdministrator(client, `ALTER DATABASE ${pg.escapeIdentifier(database ?? '')} SET ${name} = '${value}'`);
    made.push(`${name} = ${value}`);
  }
  return made;
}

async function asAdministrator(client: pg.Client, statement: string): Promise<void> {
  try {
    await client.query(statement);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== insufficientPrivilege) throw error;
    throw new ConfigError(`An administrator of the database has to run this on the coordinator first: ${statement};`);
  }
}

/** All or nothing. @returns the tables that were not distributed before. */
async function distributeTables(client: pg.Client): Promise<string[]> {
  await client.query('BEGIN');
  await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
  // Foreign keys to a table that is everywhere want the shards of a table changed one after the other.
  await client.query(`SET LOCAL citus.multi_shard_modify_mode = 'sequential'`);
  const isReference = await holds(
    client,
    `EXISTS (SELECT FROM citus_tables WHERE table_name = '${referenceTable}'::regclass AND citus_table_type = 'reference')`,
  );
  const { present, missing } = await tenantTables(client);
  if (isReference && missing.length === 0) {
    await client.query('ROLLBACK');
    return [];
  }
  // A foreign key leads from one distributed table to another, so that all tables come before all keys.
  const keys = await foreignKeysOf(client, missing);
  for (const { table, name } of keys) await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  // Nor do triggers count again what is copied.
  for (const table of missing) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  if (!isReference) await client.query('SELECT create_reference_table($1)', [referenceTable]);
  let [neighbour] = present;
  for (const table of missing) {
    await client.query('SELECT create_distributed_table($1, $2, colocate_with => $3)', [
      table,
      distributionColumn,
      neighbour ?? 'none',
    ]);
    neighbour ??= table;
  }
  for (const table of missing) await client.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
  for (const { table, name, definition } of keys) {
    await client.query(`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`);
  }
  await client.query('COMMIT');
  return isReference ? missing : [referenceTable, ...missing];
}

/** @throws ConfigError where one is distributed in another way. */
async function tenantTables(client: pg.Client): Promise<{ present: string[]; missing: string[] }> {
  const { rows } = await client.query<{ name: string; column: string | null; place: number | null }>(
    `SELECT quote_ident(c.relname) AS name, t.distribution_column AS column, t.colocation_id AS place
     FROM pg_class c
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = $1 AND NOT a.attisdropped
     LEFT JOIN citus_tables t ON t.table_name = c.oid AND t.citus_table_type = 'distributed'
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     ORDER BY c.relname`,
    [distributionColumn],
  );
  const present = rows.filter(({ column }) => column !== null);
  const other = present.find(({ column, place }) => column !== distributionColumn || place !== present[0]?.place);
  if (other !== undefined) {
    throw new ConfigError(
      `The table ${other.name} is distributed by ${other.column}, or apart from ${present[0]?.name}: ` +
        `run SELECT undistribute_table('${other.name}', cascade_via_foreign_keys => true) first.`,
    );
  }
  const missing = rows.filter(({ column }) => column === null);
  return { present: present.map(({ name }) => name), missing: missing.map(({ name }) => name) };
}

/**
 * A function about one organization, which its parameter `organization` names, is sent to that organization's node whole.
 * Plans that are made without knowing the organization are of no use there.
 */
async function distributeFunctions(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string; isDistributed: boolean; keepsPlans: boolean }>(
    `SELECT p.oid::regprocedure::text AS name, d.distribution_argument_index IS NOT NULL AS "isDistributed",
       coalesce(p.proconfig::text, '') LIKE '%plan_cache_mode%' AS "keepsPlans"
     FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
     LEFT JOIN pg_dist_object d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
     WHERE p.pronamespace = current_schema()::regnamespace AND l.lanname = 'plpgsql' AND p.proargnames[1] = 'organization'
     ORDER BY 1`,
  );
  for (const { name, isDistributed, keepsPlans } of rows) {
    if (!isDistributed) {
      await client.query(
        `SELECT create_distributed_function($1, 'organization', colocate_with => 'workspaces', force_delegation => true)`,
        [name],
      );
    }
    if (keepsPlans) await client.query(`ALTER FUNCTION ${name} RESET plan_cache_mode`);
  }
}

interface ForeignKey {
  readonly table: string;
  readonly name: string;
  /** What comes after its name, such as `FOREIGN KEY … REFERENCES …`. */
  readonly definition: string;
}

async function foreignKeysOf(client: pg.Client, tables: readonly string[]): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(
    `SELECT k.conrelid::regclass::text AS "table", quote_ident(k.conname) AS name, pg_get_constraintdef(k.oid) AS definition
     FROM pg_constraint k
     WHERE k.contype = 'f' AND k.conparentid = 0
       AND (k.conrelid = ANY ($1::text[]::regclass[]) OR k.confrelid = ANY ($1::text[]::regclass[]))
     ORDER BY k.conname`,
    [tables],
  );
  return rows;
}

/** The rows that were copied to the nodes are still in the coordinator's files, where nobody sees them. */
async function dropLeftOvers(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT table_name::text AS name FROM citus_tables
     WHERE citus_table_type IN ('distributed', 'reference') AND pg_relation_size(table_name) > 0`,
  );
  for (const { name } of rows) await client.query('SELECT truncate_local_data_after_distributing_table($1)', [name]);
}

/** @throws ConfigError where a node does not let the role of requests in. */
async function refuseClosedNodes(client: pg.Client): Promise<void> {
  await client.query('BEGIN');
  await client.query(`SET LOCAL ROLE ${requestRole}`);
  try {
    // Asks every node that has rows.
    await client.query('SELECT count(*) FROM workspaces');
  } catch (error) {
    throw new ConfigError(
      `The nodes have to let the coordinator in as ${requestRole}, by pg_hba.conf or with a row of pg_dist_authinfo: ` +
        `${(error as Error).message}.`,
    );
  } finally {
    await client.query('ROLLBACK');
  }
}
