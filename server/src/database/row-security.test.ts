import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { createWorkspace, insertKeys, run, setRole, uuidOf } from '../testing/fixtures.js';
import { newOrganization, type Person, person, startTestServer, type TestServer } from '../testing/test-server.js';
import type { OrganizationDatabase } from './database.js';

let server: TestServer;
let ours: Tenant;
let theirs: Tenant;
beforeAll(async () => {
  // One connection, so that every request and every statement below finds it as the one before left it.
  server = await startTestServer({ DATABASE_POOL_SIZE: '1' });
  ours = await createTenant();
  theirs = await createTenant();
});
afterAll(() => server.close());

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
  await setRole(server, [workspaceId], await person(server, { sub: 'other', org }), 'VIEWER');
  const [keyId = ''] = await insertKeys(server, workspaceId, [{ name: 'one', createdBy: owner }]);
  const [row] = await server.database.rows<{ id: string }>({
    text: 'SELECT organization_id AS id FROM users WHERE id = $1',
    values: [uuidOf(owner.id)],
  });
  const organizationId = row?.id ?? '';
  await server.database.rows({
    text: `INSERT INTO service_tokens (id, organization_id, name, token_digest, last_four, scopes, created_by_id)
      VALUES (gen_random_uuid(), $1::uuid, 'Gateway', sha256($1::text::bytea), 'abcd', '{GATEWAY}', $2)`,
    values: [organizationId, uuidOf(owner.id)],
  });
  return { organizationId, owner, workspaceId, keyId, database: server.database.within(organizationId) };
}

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
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      ORDER BY c.relname`,
    values: [],
  });
}

describe('row-level security', () => {
  test('is on for every table of tenants, and requests may do no more with each than they have to', async () => {
    const rows = await tables();
    const secured = rows.filter(({ name }) => name !== 'migrations');
    expect(secured.map(({ secured: isSecured, policies }) => [isSecured, policies])).toEqual(
      secured.map(() => [true, 1]),
    );
    expect(Object.fromEntries(rows.map(({ name, privileges }) => [name, privileges.join(' ')]))).toEqual({
      active_workspaces: 'SELECT INSERT UPDATE DELETE',
      audit_events: 'SELECT INSERT',
      idempotency_records: 'SELECT INSERT',
      members: 'SELECT INSERT UPDATE DELETE',
      migrations: '',
      organizations: 'SELECT',
      service_tokens: 'SELECT INSERT',
      team_memberships: 'SELECT INSERT DELETE',
      teams: 'SELECT INSERT UPDATE DELETE',
      users: 'SELECT INSERT UPDATE',
      virtual_key_secrets: 'SELECT INSERT',
      virtual_keys: 'SELECT INSERT UPDATE',
      workspaces: 'SELECT INSERT UPDATE',
    });
  });

  test('lets requests change single columns only of secrets, service tokens and organizations', async () => {
    const columns = await server.database.rows<{ name: string }>({
      text: `SELECT c.relname || '.' || a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
          AND has_column_privilege('tokenvue_workspaces', c.oid, a.attnum, 'UPDATE')
          AND NOT has_table_privilege('tokenvue_workspaces', c.oid, 'UPDATE')
        ORDER BY 1`,
      values: [],
    });
    expect(columns.map(({ name }) => name)).toEqual([
      'organizations.directory_synced_at',
      'service_tokens.last_used_at',
      'service_tokens.revoked_at',
      'virtual_key_secrets.expires_at',
      'virtual_key_secrets.last_used_at',
    ]);
  });

  test('shows a statement that forgot its condition the rows of one organization, in every table', async () => {
    for (const { name } of await tables()) {
      if (name === 'migrations') continue;
      const organization = name === 'organizations' ? 'id' : 'organization_id';
      const text = `SELECT DISTINCT ${organization} AS id FROM ${name}`;
      const all = await server.database.rows<{ id: string }>({ text, values: [] });
      expect([name, all.length]).toEqual([name, 2]);
      for (const tenant of [ours, theirs]) {
        const seen = await tenant.database.rows<{ id: string }>({ text, values: [] });
        expect([name, seen]).toEqual([name, [{ id: tenant.organizationId }]]);
      }
    }
  });

  test('binds the connection of every request, of a query and of a mutation', async () => {
    // As the request has left the one connection that there is.
    const connection = async () => {
      const rows = await server.database.rowsInAnyScope<{ role: string; organization: string }>({
        text: `SELECT current_user AS role, current_setting('tokenvue.organization_id') AS organization`,
        values: [],
      });
      return rows[0];
    };
    const select = `mutation { selectWorkspace(input: { workspaceId: "${theirs.workspaceId}" }) { workspace { id } } }`;
    for (const [tenant, operation] of [
      [ours, '{ workspaces { totalCount } }'],
      [theirs, select],
    ] as const) {
      await server.database.rows({ text: 'SELECT 1', values: [] });
      expect((await connection())?.role).not.toBe('tokenvue_workspaces');
      await run(server, tenant.owner, operation);
      expect(await connection()).toEqual({ role: 'tokenvue_workspaces', organization: tenant.organizationId });
    }
  });

  test('lets a request see and do nothing where its policy allows nothing', async () => {
    const sql = (text: string) => server.database.rows({ text, values: [] });
    await sql('CREATE POLICY nothing ON workspaces AS RESTRICTIVE TO tokenvue_workspaces USING (false)');
    try {
      const seen = await run<{ workspaces: object }>(server, ours.owner, '{ workspaces { totalCount nodes { id } } }');
      expect(seen.workspaces).toEqual({ totalCount: 0, nodes: [] });
      await expect(createWorkspace(server, ours.owner)).rejects.toThrow('INTERNAL_SERVER_ERROR');
    } finally {
      await sql('DROP POLICY nothing ON workspaces');
    }
  });

  test('shows nothing to the role of requests before an organization was named', async () => {
    const rows = await server.database.transaction(async (manager) => {
      await manager.query('SET LOCAL ROLE tokenvue_workspaces');
      return (await manager.query('SELECT id FROM workspaces')) as unknown[];
    });
    expect(rows).toEqual([]);
  });

  test('changes no row of another organization, and lets none be put there', async () => {
    const rename = { text: `UPDATE users SET name = 'Somebody' RETURNING id`, values: [] };
    const changed = await ours.database.transaction(async (manager) => {
      const [updated] = (await manager.query(rename.text)) as [unknown[]];
      return updated;
    });
    expect(changed).toHaveLength(2);
    const { viewer } = await run<{ viewer: { user: { name: string } } }>(
      server,
      theirs.owner,
      '{ viewer { user { name } } }',
    );
    expect(viewer.user.name).toBe('Owner');
    const intrude = `INSERT INTO teams (id, organization_id, name) VALUES (gen_random_uuid(), $1, 'Intruders')`;
    await expect(ours.database.rows({ text: intrude, values: [theirs.organizationId] })).rejects.toThrow(
      /violates row-level security policy/,
    );
    const move = 'UPDATE members SET organization_id = $1';
    await expect(ours.database.rows({ text: move, values: [theirs.organizationId] })).rejects.toThrow(
      /violates row-level security policy/,
    );
  });

  test.each([
    ['change an audit event', `UPDATE audit_events SET action = 'nothing.done'`],
    ['delete an audit event', 'DELETE FROM audit_events'],
    ['delete a key', 'DELETE FROM virtual_keys'],
    ['delete a workspace', 'DELETE FROM workspaces'],
    ['put another secret under a key', `UPDATE virtual_key_secrets SET secret_digest = sha256('x')`],
    ['give a service token more scopes', `UPDATE service_tokens SET scopes = '{DIRECTORY_WRITE}'`],
    ['forget an idempotency key', 'DELETE FROM idempotency_records'],
    ['make an organization', `INSERT INTO organizations (id, external_id) VALUES (gen_random_uuid(), 'x')`],
    ['switch the lock off', 'ALTER TABLE workspaces DISABLE ROW LEVEL SECURITY'],
    ['empty a table', 'TRUNCATE audit_events'],
  ])('no statement of a request can %s', async (_what, text) => {
    await expect(ours.database.rows({ text, values: [] })).rejects.toThrow(/permission denied|must be owner/);
  });

  test('finds a service token by its digest for the role of requests alone', async () => {
    const [granted] = await server.database.rows<{ everybody: boolean; requests: boolean }>({
      text: `SELECT has_function_privilege('public', 'find_service_token(bytea)', 'EXECUTE') AS everybody,
          has_function_privilege('tokenvue_workspaces', 'find_service_token(bytea)', 'EXECUTE') AS requests`,
      values: [],
    });
    expect(granted).toEqual({ everybody: false, requests: true });
  });

  test('finds no service token that a request has made up in a temporary table', async () => {
    const found = await ours.database.transaction(async (manager) => {
      await manager.query('CREATE TEMPORARY TABLE service_tokens (LIKE service_tokens) ON COMMIT DROP');
      await manager.query(
        `INSERT INTO pg_temp.service_tokens (id, organization_id, name, token_digest, last_four, scopes, created_by_id, created_at)
         VALUES (gen_random_uuid(), $1, 'Made up', sha256('made up'), 'abcd', '{WORKSPACES_WRITE}', $2, now())`,
        [ours.organizationId, uuidOf(ours.owner.id)],
      );
      return (await manager.query(`SELECT id FROM find_service_token(sha256('made up'))`)) as unknown[];
    });
    expect(found).toEqual([]);
  });

  test('holds on one connection that serves two organizations by turns, after errors and rollbacks too', async () => {
    const count = { text: 'SELECT organization_id AS id FROM workspaces', values: [] };
    for (let round = 0; round < 3; round++) {
      for (const tenant of [ours, theirs]) {
        expect(await tenant.database.rows(count)).toEqual([{ id: tenant.organizationId }]);
        await expect(tenant.database.rows({ text: 'SELECT 1 / 0', values: [] })).rejects.toThrow('division by zero');
        await expect(
          tenant.database.transaction(async (manager) => {
            expect(await manager.query(count.text)).toEqual([{ id: tenant.organizationId }]);
            throw new Error('rolled back');
          }),
        ).rejects.toThrow('rolled back');
        expect(await server.database.rows(count)).toHaveLength(2);
      }
    }
  });

  test('hands nothing out and changes nothing where a connection can not enter the scope', async () => {
    const count = { text: 'SELECT organization_id AS id FROM workspaces', values: [] };
    expect(await ours.database.rows(count)).toEqual([{ id: ours.organizationId }]);
    // No setting of PostgreSQL holds this, so the connection stays in the scope that it was left in.
    const nobody = server.database.within('\0');
    await expect(nobody.rows(count)).rejects.toThrow('invalid byte sequence');
    expect(await ours.database.rows(count)).toEqual([{ id: ours.organizationId }]);
    let isAsked = false;
    const work = async () => {
      isAsked = true;
    };
    await expect(nobody.transaction(work)).rejects.toThrow('invalid byte sequence');
    expect(isAsked).toBe(false);
    expect(await theirs.database.rows(count)).toEqual([{ id: theirs.organizationId }]);
  });

  test('is entered again by the next request where one could not enter it', async () => {
    const count = { text: 'SELECT organization_id AS id FROM workspaces', values: [] };
    for (const attempt of [
      () => ours.database.rows(count),
      () => ours.database.transaction(async (manager) => (await manager.query(count.text)) as unknown[]),
    ]) {
      expect(await theirs.database.rows(count)).toEqual([{ id: theirs.organizationId }]);
      const query = jest.spyOn(pg.Client.prototype, 'query');
      query.mockRejectedValueOnce(new Error('lost') as never);
      await expect(attempt()).rejects.toThrow('lost');
      query.mockRestore();
      expect(await ours.database.rows(count)).toEqual([{ id: ours.organizationId }]);
    }
  });

  test('keeps two hundred requests of two organizations at once apart', async () => {
    const query = '{ workspaces { nodes { id } } node(id: "ID") { id } }';
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => {
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
