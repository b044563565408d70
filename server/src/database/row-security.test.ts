import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { connectDatabase } from '../app.js';
import { create, type Player } from '../testing/cast.js';
import { createWorkspace, mutate, newService, run } from '../testing/fixtures.js';
import type { Ids } from '../testing/ids.js';
import { isDistributed, onPlainPostgres } from '../testing/plain-postgres.js';
import { insertKeys, organizationIdOf, setRole, uuidOf } from '../testing/rows.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person, startTestServer, type TestServer } from '../testing/test-server.js';
import type { Database, OrganizationDatabase } from './database.js';
import { raw, sql } from './sql.js';

let server: TestServer;
/** For statements of the tests' own, which would be none of the server's. */
let database: Database;
let ours: Tenant;
let theirs: Tenant;
beforeAll(async () => {
  // One connection, so that every request and every statement below finds it as the one before left it.
  server = await startTestServer({ DATABASE_POOL_SIZE: '1' });
  database = connectDatabase({ url: server.databaseUrl, poolSize: 1 });
  ours = await createTenant();
  theirs = await createTenant();
});
afterAll(async () => {
  await database.close();
  await server.close();
});

interface Tenant {
  readonly organizationId: string;
  readonly owner: Person;
  readonly workspaceId: string;
  readonly keyId: string;
  readonly database: OrganizationDatabase;
}

/** An organization with a row in every table. */
async function createTenant(): Promise<Tenant> {
  const org = newOrganization();
  const owner = await person(server, { sub: 'owner', org, name: 'Owner', teams: ['core'] });
  const workspaceId = await createWorkspace(server, owner, { name: 'Checkout', idempotencyKey: 'first' });
  const admin = await person(server, { sub: 'admin', org, org_role: 'admin' });
  await setRole(server, [workspaceId], admin, 'VIEWER');
  const gateway = await newService(server, admin, ['GATEWAY']);
  let ids = { Workspace: workspaceId } as unknown as Ids;
  for (const type of ['LlmConfiguration', 'ModelRoute', 'Guardrail']) {
    ids = { ...ids, [type]: await create(server, owner as Player, type, ids) };
  }
  const [keyId = ''] = await insertKeys(server, workspaceId, [{ name: 'one', createdBy: owner }]);
  const record = {
    requestId: 'first',
    keyDigest: createHash('sha256').update(uuidOf(keyId)).digest('hex'),
    model: 'fast',
    status: 'SUCCEEDED',
    ...{ inputTokens: 1, outputTokens: 1, cost: '1000', latencyMs: 1, tags: ['test'] },
    occurredAt: new Date().toISOString(),
  };
  await mutate(server, gateway, { name: 'recordUsage', input: { records: [record] }, fields: 'recorded' });
  const organizationId = await organizationIdOf(server, org);
  await server.database.rows({
    text: `WITH alert AS (
        INSERT INTO budget_alerts (organization_id, workspace_id, period_start, threshold, spent, raised_at)
        VALUES ($1, $2, now(), 80, 80, now())
      ), denial AS (
        INSERT INTO denial_hours (organization_id, workspace_id, started_at, virtual_key_id, code, model, requests)
        VALUES ($1, $2, now(), $3, 'NO_ROUTE', 'fast', 1)
      ), former AS (
        INSERT INTO team_former_names (organization_id, name_key, team_id)
        SELECT $1, 'before', t.id FROM teams t WHERE t.organization_id = $1
      ) INSERT INTO virtual_key_ledgers (organization_id, workspace_id, virtual_key_id) VALUES ($1, $2, $3)`,
    values: [organizationId, uuidOf(workspaceId), uuidOf(keyId)],
  });
  return { organizationId, owner, workspaceId, keyId, database: within(organizationId) };
}

function within(organizationId: string): OrganizationDatabase {
  return database.within({ organizationId, userId: null });
}

const both = () => [ours, theirs].map(({ organizationId }) => ({ id: organizationId }));

/** Tables that belong to no organization. */
const ofTheService = ['jobs', 'migrations'];

interface TableShape {
  readonly name: string;
  /** Whether row-level security is on. */
  readonly secured: boolean;
  readonly policies: number;
  /** What the role of requests may do. */
  readonly privileges: readonly string[];
}

async function tables(): Promise<TableShape[]> {
  return server.database.rows<TableShape>({
    text: `SELECT c.relname AS name, c.relrowsecurity AS secured,
        (SELECT count(*)::integer FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
        ARRAY(
          SELECT privilege FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'])
            AS privilege
          WHERE has_table_privilege('tokenvue_workspaces', c.oid, privilege)
        ) AS privileges
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      ORDER BY c.relname`,
    values: [],
  });
}

describe('row-level security', () => {
  test('is on for every table of tenants, and requests may do no more with each than they have to', async () => {
    const rows = await tables();
    const secured = rows.filter(({ name }) => !ofTheService.includes(name));
    expect(secured.map(({ secured: isSecured, policies }) => [isSecured, policies])).toEqual(
      secured.map(() => [true, 1]),
    );
    expect(Object.fromEntries(rows.map(({ name, privileges }) => [name, privileges.join(' ')]))).toEqual({
      active_workspaces: 'SELECT INSERT UPDATE DELETE',
      audit_events: 'SELECT INSERT',
      budget_alerts: 'SELECT INSERT',
      denial_hours: 'SELECT INSERT UPDATE',
      directories: 'SELECT',
      gateway_requests: 'SELECT INSERT UPDATE DELETE',
      guardrails: 'SELECT INSERT UPDATE',
      idempotency_records: 'SELECT INSERT',
      jobs: '',
      latency_days: 'SELECT INSERT UPDATE',
      latency_hours: 'SELECT INSERT UPDATE',
      llm_configurations: 'SELECT INSERT UPDATE',
      members: 'SELECT INSERT UPDATE DELETE',
      migrations: '',
      model_routes: 'SELECT INSERT UPDATE DELETE',
      organization_counts: 'SELECT INSERT UPDATE',
      organizations: 'SELECT',
      route_targets: 'SELECT INSERT DELETE',
      service_token_secrets: 'SELECT INSERT',
      service_tokens: 'SELECT INSERT',
      team_former_names: 'SELECT INSERT UPDATE DELETE',
      team_memberships: 'SELECT INSERT DELETE',
      teams: 'SELECT INSERT UPDATE DELETE',
      usage_days: 'SELECT INSERT UPDATE',
      usage_hours: 'SELECT INSERT UPDATE',
      usage_record_tags: 'SELECT INSERT',
      usage_records: 'SELECT INSERT',
      users: 'SELECT INSERT UPDATE',
      virtual_key_ledgers: 'SELECT INSERT UPDATE',
      virtual_key_secrets: 'SELECT INSERT',
      virtual_keys: 'SELECT INSERT UPDATE',
      workspace_ledgers: 'SELECT INSERT UPDATE',
      workspaces: 'SELECT INSERT UPDATE',
    });
  });

  test('is on for every month of a table, which requests reach by the table alone', async () => {
    const months = await server.database.rows<{ secured: boolean; open: boolean }>({
      text: `SELECT relrowsecurity AS secured, has_table_privilege('tokenvue_workspaces', oid, 'SELECT, INSERT, UPDATE') AS open
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relispartition`,
      values: [],
    });
    expect(months.length).toBeGreaterThan(7);
    expect(months).toEqual(months.map(() => ({ secured: true, open: false })));
  });

  test('lets requests change single columns only of secrets, service tokens and directories', async () => {
    const columns = await server.database.rows<{ name: string }>({
      text: `SELECT c.relname || '.' || a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
          AND has_column_privilege('tokenvue_workspaces', c.oid, a.attnum, 'UPDATE')
          AND NOT has_table_privilege('tokenvue_workspaces', c.oid, 'UPDATE')
        ORDER BY 1`,
      values: [],
    });
    expect(columns.map(({ name }) => name)).toEqual([
      'directories.sync_wanted_until',
      'directories.synced_at',
      'service_token_secrets.expires_at',
      'service_token_secrets.last_used_at',
      'service_tokens.last_four',
      'service_tokens.last_used_at',
      'service_tokens.revoked_at',
      'virtual_key_secrets.expires_at',
      'virtual_key_secrets.last_used_at',
    ]);
  });

  test('shows a statement that forgot its condition the rows of one organization, in every table', async () => {
    for (const { name } of await tables()) {
      if (ofTheService.includes(name)) continue;
      const organization = name === 'organizations' ? 'id' : 'organization_id';
      const text = `SELECT DISTINCT ${organization} AS id FROM ${name}`;
      const all = await server.database.rows<{ id: string }>({ text, values: [] });
      expect([name, all]).toEqual([name, expect.arrayContaining(both())]);
      for (const tenant of [ours, theirs]) {
        const seen = await tenant.database.rows<{ id: string }>(raw(text));
        expect([name, seen]).toEqual([name, [{ id: tenant.organizationId }]]);
      }
    }
  });

  test('binds every statement of a request, of a query and of a mutation, and leaves nothing of it on the connection', async () => {
    const select = `mutation { selectWorkspace(input: { workspaceId: "${theirs.workspaceId}" }) { workspace { id } } }`;
    for (const [tenant, operation] of [
      [ours, '{ workspaces { totalCount } }'],
      [theirs, select],
    ] as const) {
      const { everyStatement } = await recordStatements(() => run(server, tenant.owner, operation));
      expect(everyStatement.length).toBeGreaterThan(5);
      expect(unboundIn(everyStatement, tenant.organizationId)).toEqual([]);
      // On the one connection that there is, as the request has left it.
      const [left] = await server.database.rows<{ role: string; owner: string; organization: string | null }>({
        text: `SELECT current_user AS role, session_user AS owner,
            nullif(current_setting('tokenvue.organization_id', true), '') AS organization`,
        values: [],
      });
      expect(left).toMatchObject({ role: left?.owner, organization: null });
    }
  });

  /** Statements that were sent outside of a transaction which names the role of requests and this organization. */
  function unboundIn(statements: readonly string[], organizationId: string): string[] {
    const scope = [
      'BEGIN',
      'SET LOCAL ROLE tokenvue_workspaces',
      `SET LOCAL tokenvue.organization_id = '${organizationId}'`,
    ];
    let entered = 0;
    return statements.filter((text) => {
      if (text === 'COMMIT') entered = 0;
      else if (text === scope[entered]) entered++;
      else return entered < scope.length;
      return false;
    });
  }

  onPlainPostgres('Citus makes a restrictive policy a permissive one on its nodes', () => {
    test('lets a request see and do nothing where its policy allows nothing', async () => {
      const execute = (text: string) => server.database.rows({ text, values: [] });
      await execute('CREATE POLICY nothing ON workspaces AS RESTRICTIVE TO tokenvue_workspaces USING (false)');
      try {
        const seen = await run<{ workspaces: object }>(
          server,
          ours.owner,
          '{ workspaces { totalCount nodes { id } } }',
        );
        expect(seen.workspaces).toEqual({ totalCount: 0, nodes: [] });
        await expect(createWorkspace(server, ours.owner)).rejects.toThrow('INTERNAL_SERVER_ERROR');
      } finally {
        await execute('DROP POLICY nothing ON workspaces');
      }
    });
  });

  test('shows nothing to the role of requests before an organization was named', async () => {
    const rows = await database.transaction(async (transaction) => {
      await transaction.execute(raw('SET LOCAL ROLE tokenvue_workspaces'));
      return transaction.rows(raw('SELECT id FROM workspaces'));
    });
    expect(rows).toEqual([]);
  });

  test('changes no row of another organization, and lets none be put there', async () => {
    const rename = raw(`UPDATE users SET name = 'Somebody'`);
    expect(await ours.database.transaction((transaction) => transaction.execute(rename))).toBe(2);
    const { viewer } = await run<{ viewer: { user: { name: string } } }>(
      server,
      theirs.owner,
      '{ viewer { user { name } } }',
    );
    expect(viewer.user.name).toBe('Owner');
    const id = theirs.organizationId;
    const making = sql`INSERT INTO teams (id, organization_id, name, name_key, search_key)
      VALUES (gen_random_uuid(), ${id}, 'Intruders', 'intruders', 'intruders')`;
    await expect(ours.database.rows(making)).rejects.toThrow(/violates row-level security policy/);
    // A cluster moves no row to another shard, whoever asks.
    const moving = sql`UPDATE members SET organization_id = ${id}`;
    const refusal = isDistributed ? /modifying the partition value/ : /violates row-level security policy/;
    await expect(ours.database.rows(moving)).rejects.toThrow(refusal);
  });

  test.each([
    ['change an audit event', `UPDATE audit_events SET action = 'nothing.done'`],
    ['delete an audit event', 'DELETE FROM audit_events'],
    ['delete a key', 'DELETE FROM virtual_keys'],
    ['delete a workspace', 'DELETE FROM workspaces'],
    ['put another secret under a key', `UPDATE virtual_key_secrets SET secret_digest = sha256('x')`],
    ['put another secret under a service token', `UPDATE service_token_secrets SET secret_digest = sha256('x')`],
    ['give a service token more scopes', `UPDATE service_tokens SET scopes = '{DIRECTORY_WRITE}'`],
    ['forget an idempotency key', 'DELETE FROM idempotency_records'],
    ['take the lease of a job', 'UPDATE jobs SET leased_until = now()'],
    ['make an organization', `INSERT INTO organizations (id, external_id) VALUES (gen_random_uuid(), 'x')`],
    ['switch the lock off', 'ALTER TABLE workspaces DISABLE ROW LEVEL SECURITY'],
    ['empty a table', 'TRUNCATE audit_events'],
  ])('no statement of a request can %s', async (_what, text) => {
    await expect(ours.database.rows(raw(text))).rejects.toThrow(/permission denied|must be owner/);
  });

  test('is passed by no function that everybody may call, nor one that a table of the caller’s can deceive', async () => {
    // Functions with their owner's rights.
    const functions = await server.database.rows<{ name: string; everybody: boolean; path: string }>({
      text: `SELECT proname AS name, has_function_privilege('public', oid, 'EXECUTE') AS everybody, proconfig::text AS path
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef`,
      values: [],
    });
    const path = '{"search_path=public, pg_temp"}';
    expect(functions).toEqual([{ name: 'analyze_directory', everybody: false, path }]);
  });

  test('holds on one connection that serves two organizations by turns, after errors and rollbacks too', async () => {
    const count = sql`SELECT organization_id AS id FROM workspaces`;
    for (let round = 0; round < 3; round++) {
      for (const tenant of [ours, theirs]) {
        expect(await tenant.database.rows(count)).toEqual([{ id: tenant.organizationId }]);
        await expect(tenant.database.rows(sql`SELECT 1 / 0`)).rejects.toThrow('division by zero');
        await expect(
          tenant.database.transaction(async (transaction) => {
            expect(await transaction.rows(count)).toEqual([{ id: tenant.organizationId }]);
            throw new Error('rolled back');
          }),
        ).rejects.toThrow('rolled back');
        expect(await database.rows(count)).toEqual(expect.arrayContaining(both()));
      }
    }
  });

  test.each(['', '\0', 'meridian', `${'0'.repeat(8)}'; RESET ROLE; --`])(
    'hands nothing out and changes nothing for an organization that has no UUID, such as %j',
    async (name) => {
      const nobody = within(name);
      await expect(nobody.rows(sql`SELECT organization_id AS id FROM workspaces`)).rejects.toThrow('by its UUID');
      let isAsked = false;
      const work = async () => {
        isAsked = true;
      };
      await expect(nobody.transaction(work)).rejects.toThrow('by its UUID');
      expect(isAsked).toBe(false);
    },
  );

  test('is entered again by the next request where one could not enter it', async () => {
    const count = sql`SELECT organization_id AS id FROM workspaces`;
    for (const attempt of [
      () => ours.database.rows(count),
      () => ours.database.transaction((transaction) => transaction.rows(count)),
    ]) {
      expect(await theirs.database.rows(count)).toEqual([{ id: theirs.organizationId }]);
      const query = jest.spyOn(pg.Client.prototype, 'query');
      query.mockImplementationOnce(() => {
        throw new Error('lost');
      });
      await expect(attempt()).rejects.toThrow('lost');
      query.mockRestore();
      expect(await ours.database.rows(count)).toEqual([{ id: ours.organizationId }]);
    }
  });

  test('keeps a hundred requests of two organizations at once apart', async () => {
    const query = '{ workspaces { nodes { id } } node(id: "ID") { id } }';
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const [tenant, other] = index % 2 === 0 ? [ours, theirs] : [theirs, ours];
        return run<{ workspaces: { nodes: { id: string }[] }; node: null }>(
          server,
          tenant.owner,
          query.replace('ID', other.workspaceId),
        );
      }),
    );
    for (const [index, answer] of answers.entries()) {
      const id = (index % 2 === 0 ? ours : theirs).workspaceId;
      expect(answer).toEqual({ workspaces: { nodes: [{ id }] }, node: null });
    }
  });
});
