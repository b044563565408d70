import { randomBytes, randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { type NodeTypeName, parseGlobalId, toGlobalId } from '../graphql/ids.js';
import type { Person, TestServer } from './test-server.js';

/** Sends an operation that has to succeed. */
export async function run<Data>(
  server: TestServer,
  who: Person,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Data> {
  const { data, errors } = await server.request<Data>({ token: who.token, query, variables });
  if (errors !== undefined || data === undefined) throw new Error(`The operation failed: ${JSON.stringify(errors)}`);
  return data;
}

/** The UUID in a global id, as the tables hold it. */
export function uuidOf(globalId: string): string {
  const parsed = parseGlobalId(globalId);
  if (parsed === null) throw new Error(`Not a global id: ${globalId}`);
  return parsed.uuid;
}

/** A well-formed id of nothing. */
export function idOfNothing(type: NodeTypeName): string {
  return toGlobalId(type, uuidv7());
}

export interface WorkspaceInput {
  readonly name: string;
  readonly environment: string;
  readonly region: string;
  readonly monthlyBudget: string;
  readonly memberIds: readonly string[];
  readonly idempotencyKey?: string;
}

/** An input that is right as it is. */
export function workspaceInput(overrides: Partial<WorkspaceInput> = {}): WorkspaceInput {
  return {
    name: `Workspace ${randomUUID()}`,
    environment: 'SANDBOX',
    region: 'EU',
    monthlyBudget: '100.00',
    memberIds: [],
    ...overrides,
  };
}

/** Creates a workspace through the API. @returns its global id. */
export async function createWorkspace(
  server: TestServer,
  owner: Person,
  overrides: Partial<WorkspaceInput> = {},
): Promise<string> {
  const { createWorkspace: payload } = await run<{
    createWorkspace: { workspace: { id: string } | null; userErrors: unknown[] };
  }>(
    server,
    owner,
    `mutation ($input: CreateWorkspaceInput!) {
      createWorkspace(input: $input) { workspace { id } userErrors { code message field } }
    }`,
    { input: workspaceInput(overrides) },
  );
  if (payload.workspace === null) throw new Error(`Refused: ${JSON.stringify(payload.userErrors)}`);
  return payload.workspace.id;
}

/** Creates many workspaces of one owner, named `<prefix> 001` and on. @returns their global ids by name. */
export async function insertWorkspaces(
  server: TestServer,
  owner: Person,
  { count, prefix }: { count: number; prefix: string },
): Promise<string[]> {
  const rows = Array.from({ length: count }, (_, index) => ({
    id: uuidv7(),
    name: `${prefix} ${String(index + 1).padStart(3, '0')}`,
  }));
  await server.database.transaction(async (manager) => {
    await manager.query(
      `INSERT INTO workspaces (id, organization_id, name, owner_user_id, environment, region, monthly_budget)
       SELECT new.id, u.organization_id, new.name, u.id, 'PRODUCTION', 'EU', 10.00
       FROM users u, unnest($2::uuid[], $3::text[]) AS new (id, name) WHERE u.id = $1`,
      [uuidOf(owner.id), rows.map((row) => row.id), rows.map((row) => row.name)],
    );
    await manager.query(
      `INSERT INTO members (id, organization_id, workspace_id, workspace_name_key, user_id, role)
       SELECT gen_random_uuid(), w.organization_id, w.id, w.name_key, w.owner_user_id, 'ADMIN'
       FROM workspaces w WHERE w.id = ANY ($1::uuid[])`,
      [rows.map((row) => row.id)],
    );
  });
  return rows.map((row) => toGlobalId('Workspace', row.id));
}

/** Makes people members with a stored role, or changes the role of those who are members. */
export async function setRole(
  server: TestServer,
  workspaceIds: readonly string[],
  who: Person,
  role: 'ADMIN' | 'MEMBER' | 'VIEWER',
): Promise<void> {
  await server.database.rows({
    text: `INSERT INTO members (id, organization_id, workspace_id, workspace_name_key, user_id, role)
      SELECT gen_random_uuid(), w.organization_id, w.id, w.name_key, $2, $3
      FROM workspaces w WHERE w.id = ANY ($1::uuid[])
      ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = EXCLUDED.role`,
    values: [workspaceIds.map(uuidOf), uuidOf(who.id), role],
  });
}

/** Takes somebody's membership and nothing else, as no mutation would. */
export async function deleteMembership(server: TestServer, workspaceId: string, who: Person): Promise<void> {
  await server.database.rows({
    text: 'DELETE FROM members WHERE workspace_id = $1 AND user_id = $2',
    values: [uuidOf(workspaceId), uuidOf(who.id)],
  });
}

/** Gives workspaces to a team; who owned them in person stays a member. */
export async function giveToTeam(server: TestServer, workspaceIds: readonly string[], team: string): Promise<void> {
  await server.database.rows({
    text: `UPDATE workspaces w SET owner_user_id = NULL, owner_team_id = t.id FROM teams t
      WHERE w.id = ANY ($1::uuid[]) AND t.organization_id = w.organization_id AND t.name = $2`,
    values: [workspaceIds.map(uuidOf), team],
  });
}

export interface KeyFixture {
  readonly name: string;
  readonly status?: 'ACTIVE' | 'DISABLED' | 'REVOKED';
  /** From now; negative for a key that has expired, null for one that never does. */
  readonly expiresInMs?: number | null;
  readonly createdBy?: Person | null;
}

/** Adds keys, each a millisecond newer than the one before. @returns their global ids. */
export async function insertKeys(
  server: TestServer,
  workspaceId: string,
  keys: readonly KeyFixture[],
): Promise<string[]> {
  const ids = keys.map(() => uuidv7());
  await server.database.transaction(async (manager) => {
    for (const [index, key] of keys.entries()) {
      await manager.query(
        `WITH key AS (
           INSERT INTO virtual_keys
             (id, organization_id, workspace_id, name, last_four, status, created_by_id, created_at, expires_at, revoked_at)
           SELECT $1, w.organization_id, w.id, $3, 'abcd', $5, $6, now() + $7 * interval '1 ms',
             now() + $8 * interval '1 ms', CASE WHEN $5 = 'REVOKED' THEN now() END
           FROM workspaces w WHERE w.id = $2
           RETURNING *
         )
         INSERT INTO virtual_key_secrets (id, organization_id, virtual_key_id, secret_digest, last_four, created_at)
         SELECT gen_random_uuid(), organization_id, id, $4, last_four, created_at FROM key`,
        [
          ids[index],
          uuidOf(workspaceId),
          key.name,
          randomBytes(32),
          key.status ?? 'ACTIVE',
          key.createdBy == null ? null : uuidOf(key.createdBy.id),
          index,
          key.expiresInMs ?? null,
        ],
      );
    }
  });
  return ids.map((id) => toGlobalId('VirtualKey', id));
}

export interface AuditFixture {
  readonly action: string;
  readonly actorId: string;
  readonly actorName: string;
  readonly targetId: string;
  readonly requestId: string;
  readonly changes: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
}

/** The audit events of a workspace, oldest first. */
export async function auditEvents(server: TestServer, workspaceId: string): Promise<AuditFixture[]> {
  return server.database.rows<AuditFixture>({
    text: `SELECT action, actor_id AS "actorId", actor_name AS "actorName", target_id AS "targetId",
        request_id AS "requestId", changes
      FROM audit_events WHERE workspace_id = $1 ORDER BY id`,
    values: [uuidOf(workspaceId)],
  });
}

/** Makes every audit event of the organization fail to be written, until the answer is called. */
export function breakAudit(server: TestServer, organization: string): Promise<() => Promise<void>> {
  return breakTable(server, 'audit_events', organization);
}

/** Makes every new row of the organization in this table fail, until the answer is called. */
export async function breakTable(
  server: TestServer,
  table: string,
  organization: string,
): Promise<() => Promise<void>> {
  const name = `break_${randomBytes(6).toString('hex')}`;
  const [row] = await server.database.rows<{ id: string }>({
    text: 'SELECT id FROM organizations WHERE external_id = $1',
    values: [organization],
  });
  await server.database.rows({
    text: `ALTER TABLE ${table} ADD CONSTRAINT ${name} CHECK (organization_id <> '${row?.id}') NOT VALID`,
    values: [],
  });
  return async () => {
    await server.database.rows({ text: `ALTER TABLE ${table} DROP CONSTRAINT ${name}`, values: [] });
  };
}

export interface UserErrorFixture {
  readonly code: string;
  readonly message: string;
  readonly field: readonly string[] | null;
}

/** Sends a mutation that takes one input of its own name. @returns its payload: these fields and the `userErrors`. */
export async function mutate<Payload>(
  server: TestServer,
  who: Person,
  { name, input, fields }: { readonly name: string; readonly input: object; readonly fields: string },
): Promise<Payload & { readonly userErrors: readonly UserErrorFixture[] }> {
  const inputType = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const data = await run<Record<string, Payload & { readonly userErrors: readonly UserErrorFixture[] }>>(
    server,
    who,
    `mutation ($input: ${inputType}!) { ${name}(input: $input) { ${fields} userErrors { code message field } } }`,
    { input },
  );
  const payload = data[name];
  if (payload == null) throw new Error(`There is no payload of ${name}.`);
  return payload;
}

/** A service of the admin's organization with these scopes, as who sends operations. */
export async function newService(server: TestServer, admin: Person, scopes: readonly string[]): Promise<Person> {
  const { token, serviceToken } = await mutate<{ token: string; serviceToken: { id: string } }>(server, admin, {
    name: 'createServiceToken',
    input: { name: scopes.join(' '), scopes },
    fields: 'token serviceToken { id }',
  });
  return { token, id: serviceToken.id };
}

/** Creates a key through the API, named `Key` unless told. @returns its global id and its secret. */
export async function createKey(
  server: TestServer,
  who: Person,
  input: { readonly workspaceId: string } & Record<string, unknown>,
): Promise<{ readonly id: string; readonly secret: string }> {
  const { virtualKey, secret, userErrors } = await mutate<{ virtualKey: { id: string } | null; secret: string | null }>(
    server,
    who,
    { name: 'createVirtualKey', input: { name: 'Key', ...input }, fields: 'virtualKey { id } secret' },
  );
  if (virtualKey === null || secret === null) throw new Error(`Refused: ${JSON.stringify(userErrors)}`);
  return { id: virtualKey.id, secret };
}
