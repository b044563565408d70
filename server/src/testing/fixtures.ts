import { randomBytes, randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { toGlobalId } from './ids.js';
import { organizationIdOf, uuidOf } from './rows.js';
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

/** A well-formed id of nothing. */
export function idOfNothing(type: string): string {
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
  const organizationId = await organizationIdOf(server, organization);
  await server.database.rows({
    text: `ALTER TABLE ${table} ADD CONSTRAINT ${name} CHECK (organization_id <> '${organizationId}') NOT VALID`,
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
