import { beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { DataSource, EntitySchema } from 'typeorm';
import { OrganizationRole, ServiceScope } from '../access/actor.js';
import { MemberRole } from '../access/permissions.js';
import { GuardrailAction, GuardrailKind, GuardrailStage, PiiType } from '../guardrail/guardrail.entity.js';
import { LlmProvider } from '../llm-configuration/llm-configuration.entity.js';
import { RouteStrategy } from '../model-route/model-route.entity.js';
import { tables } from '../registry.js';
import { createWorkspace, run } from '../testing/fixtures.js';
import { deleteMembership, giveToTeam, insertKeys, organizationIdOf, setRole, uuidOf } from '../testing/rows.js';
import { newOrganization, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { RequestStatus } from '../usage/request-status.js';
import { VirtualKeyStatus } from '../virtual-key/virtual-key.entity.js';
import {
  BudgetEnforcement,
  WorkspaceEnvironment,
  WorkspaceRegion,
  WorkspaceStatus,
} from '../workspace/workspace.entity.js';

useServer();

interface ColumnShape {
  /** `table.column` */
  readonly name: string;
  /** As PostgreSQL writes it, precision included. */
  readonly type: string;
  readonly nullable: boolean;
  /** SQL without its type cast; null without one. */
  readonly defaultValue: string | null;
  readonly primary: boolean;
}

async function columnsOfTables(): Promise<ColumnShape[]> {
  return server.database.rows<ColumnShape>({
    text: `SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
        NOT a.attnotnull AS nullable,
        regexp_replace(pg_get_expr(d.adbin, d.adrelid), '::[a-z ]+(\\(\\d\\))?( with time zone)?(\\[\\])?$', '') AS "defaultValue",
        coalesce(a.attnum = ANY (p.indkey), false) AS primary
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      -- A key with a column that may be null is a primary key in all but name.
      LEFT JOIN pg_index p ON p.indrelid = c.oid AND (p.indisprimary OR p.indnullsnotdistinct)
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'migrations'`,
    values: [],
  });
}

function byName(columns: readonly ColumnShape[]): ColumnShape[] {
  return [...columns].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What TypeORM makes of the entities. */
async function columnsOfEntities(): Promise<ColumnShape[]> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: server.databaseUrl,
    entities: tables.map((table) => new EntitySchema(table.toEntity())),
  });
  const { driver, entityMetadatas } = await dataSource.initialize();
  await dataSource.destroy();
  return entityMetadatas.flatMap(({ tableName, columns }) =>
    columns.map((column) => {
      const type = `${driver.normalizeType(column)}${column.isArray ? '[]' : ''}`;
      return {
        name: `${tableName}.${column.databaseName}`,
        type: column.precision == null ? type : type.replace('timestamp', `timestamp(${column.precision})`),
        nullable: column.isNullable,
        defaultValue: driver.normalizeDefault(column) ?? null,
        primary: column.isPrimary,
      };
    }),
  );
}

describe('entities and tables', () => {
  test('agree on every table and every column: name, type, precision, null, default, primary key', async () => {
    const columns = await columnsOfTables();
    expect(columns.length).toBeGreaterThan(90);
    expect(byName(await columnsOfEntities())).toEqual(byName(columns));
  });

  test('agree on the values of every enum', async () => {
    const checks = await server.database.rows<{ name: string; definition: string }>({
      text: `SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
        WHERE contype = 'c' AND coninhcount = 0 AND connamespace = 'public'::regnamespace AND pg_get_constraintdef(oid) ~ '(ANY|<@) \\(?ARRAY'
        ORDER BY conname`,
      values: [],
    });
    const values = checks.map(({ name, definition }) => [name, (definition.match(/(?<=')[A-Z_]+(?=')/g) ?? []).sort()]);
    const without = (names: object, computed?: string) =>
      Object.values(names)
        .filter((name) => name !== computed)
        .sort();
    expect(Object.fromEntries(values)).toEqual({
      audit_events_actor_kind_check: ['SERVICE', 'SYSTEM', 'USER'],
      // Of the database alone.
      gateway_requests_state_check: ['EXPIRED', 'HELD', 'UNASKED'],
      guardrails_action_check: without(GuardrailAction),
      guardrails_kind_check: without(GuardrailKind),
      guardrails_pii_types_check: without(PiiType),
      guardrails_stage_check: without(GuardrailStage),
      llm_configurations_provider_check: without(LlmProvider),
      llm_configurations_region_check: without(WorkspaceRegion),
      members_role_check: without(MemberRole, MemberRole.OWNER),
      model_routes_strategy_check: without(RouteStrategy),
      service_tokens_scopes_check: without(ServiceScope),
      usage_records_status_check: without(RequestStatus),
      users_organization_role_check: without(OrganizationRole),
      virtual_keys_status_check: without(VirtualKeyStatus, VirtualKeyStatus.EXPIRED),
      workspaces_budget_enforcement_check: without(BudgetEnforcement),
      workspaces_environment_check: without(WorkspaceEnvironment),
      workspaces_region_check: without(WorkspaceRegion),
      workspaces_status_check: without(WorkspaceStatus),
    });
  });

  test('hold no secret in the open: what is kept of a secret is a digest', async () => {
    const secrets = (await columnsOfTables()).filter(({ name }) =>
      /\..*(?:secret|password|token_(?!id$)|digest)/.test(name),
    );
    expect(byName(secrets).map(({ name, type }) => [name, type])).toEqual([
      ['idempotency_records.input_digest', 'bytea'],
      ['service_token_secrets.secret_digest', 'bytea'],
      ['virtual_key_secrets.secret_digest', 'bytea'],
    ]);
  });
});

describe('no statement, whoever sends it, can', () => {
  let ids: Record<
    'ws' | 'second' | 'teamOwned' | 'empty' | 'foreignWs' | 'ada' | 'bob' | 'zed' | 'team' | 'foreignTeam' | 'key',
    string
  >;
  let organizationId: string;
  beforeAll(async () => {
    const org = newOrganization();
    const ada = await person(server, { sub: 'ada', org, teams: ['core'] });
    const bob = await person(server, { sub: 'bob', org });
    const zed = await person(server, { sub: 'zed', org: newOrganization(), teams: ['core'] });
    const ws = await createWorkspace(server, ada, { name: 'Checkout' });
    const second = await createWorkspace(server, ada, { name: 'Billing' });
    const teamOwned = await createWorkspace(server, ada, { name: 'Team' });
    const foreignWs = await createWorkspace(server, zed, { name: 'Foreign' });
    const empty = await createWorkspace(server, ada, { name: 'Empty' });
    await giveToTeam(server, [teamOwned, empty], 'core');
    await deleteMembership(server, empty, ada);
    await setRole(server, [ws], bob, 'MEMBER');
    const [key = ''] = await insertKeys(server, ws, [{ name: 'CI', createdBy: ada }]);
    const teamOf = async (who: typeof ada) => {
      const { viewer } = await run<{ viewer: { teams: { id: string }[] } }>(server, who, '{ viewer { teams { id } } }');
      return viewer.teams[0]?.id ?? '';
    };
    const globalIds = {
      ws,
      second,
      teamOwned,
      empty,
      foreignWs,
      ada: ada.id,
      bob: bob.id,
      zed: zed.id,
      team: await teamOf(ada),
      foreignTeam: await teamOf(zed),
      key,
    };
    ids = Object.fromEntries(Object.entries(globalIds).map(([name, id]) => [name, uuidOf(id)])) as typeof ids;
    organizationId = await organizationIdOf(server, org);
  });

  /** Puts the ids in for `:name`. */
  function execute(sql: string): Promise<object[]> {
    const text = sql.replace(/(?<!:):([a-zA-Z]+)/g, (_match, name: string) =>
      name === 'org' ? `'${organizationId}'` : `'${ids[name as keyof typeof ids]}'`,
    );
    return server.database.rows({ text, values: [] });
  }

  /** The constraint's name, which a cluster tells in the message alone, with the number of a shard. */
  function brokenBy({ constraint, message }: pg.DatabaseError): string | undefined {
    return constraint ?? /constraint "(\w+?)(?:_\d+)?"/.exec(message)?.[1];
  }

  const workspace = (values: string) =>
    `INSERT INTO workspaces
       (id, organization_id, search_key, owner_user_id, owner_team_id, name, name_key, environment, region, monthly_budget)
     VALUES (gen_random_uuid(), :org, '', ${values})`;
  const named = (name: string) => workspace(`NULL, :team, ${name}, 'another', 'SANDBOX', 'EU', 1.00`);
  const member = (values: string) =>
    `INSERT INTO members (id, organization_id, workspace_id, workspace_name, user_id, role)
     VALUES (gen_random_uuid(), ${values})`;
  const setting = (assignment: string) => `UPDATE workspaces SET ${assignment} WHERE id = :ws`;

  test.each<[string, string | RegExp, string]>([
    [
      'give two workspaces names that count as the same',
      'workspaces_name_key',
      workspace(`NULL, :team, 'CHECKOUT', 'checkout', 'SANDBOX', 'EU', 1.00`),
    ],
    ['leave a workspace without an owner', 'workspaces_one_owner_check', setting('owner_user_id = NULL')],
    ['give a workspace two owners', 'workspaces_one_owner_check', setting('owner_team_id = :team')],
    [
      'make an owner of somebody who is no member',
      'workspaces_owner_is_member_fkey',
      'UPDATE workspaces SET owner_user_id = :bob WHERE id = :second',
    ],
    [
      'create a workspace whose owner is no member',
      'workspaces_owner_is_member_fkey',
      workspace(`:ada, NULL, 'Alone', 'alone', 'SANDBOX', 'EU', 1.00`),
    ],
    [
      'take the membership from an owner',
      'workspaces_owner_is_member_fkey',
      'DELETE FROM members WHERE workspace_id = :ws AND user_id = :ada',
    ],
    [
      'make an owner of a person of another organization',
      'workspaces_owner_user_id_fkey',
      setting('owner_user_id = :zed'),
    ],
    [
      'give a workspace to a team of another organization',
      'workspaces_owner_team_id_fkey',
      'UPDATE workspaces SET owner_team_id = :foreignTeam WHERE id = :teamOwned',
    ],
    ['set a negative budget', 'workspaces_monthly_budget_check', setting('monthly_budget = -0.01')],
    ['set a budget with three decimals', 'workspaces_monthly_budget_check', setting('monthly_budget = 1.001')],
    ['set a budget with one decimal', 'workspaces_monthly_budget_check', setting('monthly_budget = 1.5')],
    ['set a budget that is not a number', 'workspaces_monthly_budget_check', setting(`monthly_budget = 'NaN'`)],
    ['set a budget without end', 'workspaces_monthly_budget_check', setting(`monthly_budget = 'Infinity'`)],
    [
      'set a budget of a billion thousands',
      'workspaces_monthly_budget_check',
      setting('monthly_budget = 1000000000000.00'),
    ],
    ['set an unknown environment', 'workspaces_environment_check', setting(`environment = 'production'`)],
    ['set an unknown status', 'workspaces_status_check', setting(`status = 'ARCHIVED'`)],
    ['set an unknown region', 'workspaces_region_check', setting(`region = 'MARS'`)],
    ['set a version below one', 'workspaces_version_check', setting('version = 0')],
    ['count fewer than no members', 'workspaces_member_count_check', setting('member_count = -1')],
    ['give a workspace an empty name', 'workspaces_name_check', named(`''`)],
    ['give a workspace a name of 81 characters', 'workspaces_name_check', named(`repeat('x', 81)`)],
    ['give a workspace a name with spaces around it', 'workspaces_name_check', named(`' x'`)],
    ['give a workspace a name that is not NFC', 'workspaces_name_check', named(`U&'u\\0308'`)],
    ['give a workspace a name of two lines', 'workspaces_name_check', named(`E'a\\nb'`)],
    ['make somebody member twice', 'members_workspace_id_user_id_key', member(`:org, :ws, 'Checkout', :bob, 'VIEWER'`)],
    [
      'make a member of a person of another organization',
      'members_user_id_fkey',
      member(`:org, :ws, 'Checkout', :zed, 'MEMBER'`),
    ],
    [
      'make a member in a workspace of another organization',
      'members_workspace_id_fkey',
      member(`:org, :foreignWs, 'Foreign', :bob, 'MEMBER'`),
    ],
    [
      'give a membership the name of another workspace',
      'members_workspace_id_fkey',
      member(`:org, :second, 'Checkout', :bob, 'MEMBER'`),
    ],
    ['store the role OWNER', 'members_role_check', `UPDATE members SET role = 'OWNER' WHERE workspace_id = :ws`],
    [
      'give somebody two active workspaces',
      'active_workspaces_pkey',
      'INSERT INTO active_workspaces (user_id, organization_id, workspace_id) VALUES (:ada, :org, :second)',
    ],
    [
      'make a workspace of another organization active',
      'active_workspaces_workspace_id_fkey',
      'UPDATE active_workspaces SET workspace_id = :foreignWs WHERE user_id = :ada',
    ],
    [
      'store an unknown status of a key',
      'virtual_keys_status_check',
      `UPDATE virtual_keys SET status = 'EXPIRED' WHERE id = :key`,
    ],
    [
      'store a secret in place of its digest',
      'virtual_key_secrets_secret_digest_check',
      `UPDATE virtual_key_secrets SET secret_digest = 'tvk_secret' WHERE virtual_key_id = :key`,
    ],
    [
      'give a key two current secrets',
      'virtual_key_secrets_one_current',
      `INSERT INTO virtual_key_secrets (id, organization_id, virtual_key_id, secret_digest, last_four)
       VALUES (gen_random_uuid(), :org, :key, sha256('another'), 'abcd')`,
    ],
    [
      'revoke a key without saying when',
      'virtual_keys_revoked_at_check',
      `UPDATE virtual_keys SET status = 'REVOKED' WHERE id = :key`,
    ],
    [
      'put a workspace under review without a reason',
      'workspaces_review_check',
      `UPDATE workspaces SET status = 'REVIEW', review_requested_at = now() WHERE id = :ws`,
    ],
    [
      'say that somebody of another organization created a key',
      'virtual_keys_created_by_id_fkey',
      'UPDATE virtual_keys SET created_by_id = :zed WHERE id = :key',
    ],
    [
      'put somebody into a team of another organization',
      'team_memberships_team_id_fkey',
      'INSERT INTO team_memberships (team_id, user_id, organization_id) VALUES (:foreignTeam, :bob, :org)',
    ],
    [
      'know one subject twice',
      'users_subject_key',
      `INSERT INTO users (id, organization_id, subject, name, search_key, email)
       VALUES (gen_random_uuid(), :org, 'ada', 'A', '', '')`,
    ],
    [
      'know one team twice',
      'teams_name_key',
      `INSERT INTO teams (id, organization_id, name, name_key, search_key)
       VALUES (gen_random_uuid(), :org, 'Core', 'core', 'core')`,
    ],
    [
      'give an organization two directories',
      'directories_pkey',
      'INSERT INTO directories (organization_id) VALUES (:org)',
    ],
    [
      'say that somebody of another organization created a service token',
      'service_tokens_created_by_id_fkey',
      `INSERT INTO service_tokens (id, organization_id, name, last_four, scopes, created_by_id)
       VALUES (gen_random_uuid(), :org, 'Billing', 'abcd', '{GATEWAY}', :zed)`,
    ],
    [
      'tell of a workspace in the audit log of another organization',
      'audit_events_workspace_id_fkey',
      `INSERT INTO audit_events (id, organization_id, workspace_id, action, actor_kind, actor_name)
       VALUES (gen_random_uuid(), :org, :foreignWs, 'workspace.created', 'SYSTEM', '')`,
    ],
    [
      'store an unknown role in the organization',
      'users_organization_role_check',
      `UPDATE users SET organization_role = 'OWNER' WHERE id = :bob`,
    ],
    [
      'take a workspace away whose people and history are still there',
      /^(?:members|audit_events)_workspace_id_fkey$/,
      'DELETE FROM workspaces WHERE id = :teamOwned',
    ],
  ])('%s', async (_what, constraint, sql) => {
    const expected = typeof constraint === 'string' ? constraint : expect.stringMatching(constraint);
    expect(await execute(sql).catch(brokenBy)).toEqual(expected);
  });

  test.each<[string, string, RegExp]>([
    ['rename a workspace that has members', setting(`name = 'Cash desk'`), /never changes|members_workspace_id_fkey/],
    ...[
      ['rename a workspace without members', `name = 'Cash desk'`],
      ['rename a workspace in case only', `name = 'EMPTY'`],
      ['let the name of a workspace count as another', `name_key = 'another'`],
    ].map(([what = '', assignment]): [string, string, RegExp] => [
      what,
      `UPDATE workspaces SET ${assignment} WHERE id = :empty`,
      /^the name of workspaces(_\d+)? never changes$/,
    ]),
    [
      'move a member to another workspace',
      `UPDATE members SET workspace_id = :second, workspace_name = 'Billing' WHERE user_id = :bob`,
      /^workspace and user of members(_\d+)? never changes$/,
    ],
    [
      'make one member another person',
      'UPDATE members SET user_id = :ada WHERE user_id = :bob',
      /^workspace and user of members(_\d+)? never changes$/,
    ],
    [
      'move a key to another workspace',
      'UPDATE virtual_keys SET workspace_id = :second WHERE id = :key',
      /^the workspace of virtual_keys(_\d+)? never changes$/,
    ],
  ])('%s', async (_what, sql, message) => {
    await expect(execute(sql)).rejects.toThrow(message);
  });
});
