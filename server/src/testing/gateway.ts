import { createHash, randomUUID } from 'node:crypto';
import { newConfiguration } from './configurations.js';
import { createKey, createWorkspace, newService, run, type WorkspaceInput } from './fixtures.js';
import { setRoute } from './routes.js';
import { organizationOf, setLastUse, uuidOf } from './rows.js';
import { newOrganization, type Person, person, type TestServer } from './test-server.js';
import { server } from './use-server.js';

export interface Authorization {
  readonly allowed: boolean;
  readonly denial: { readonly code: string; readonly message: string; readonly retryAt: string | null } | null;
  readonly reservedCost: { readonly amount: string; readonly currency: string } | null;
  readonly reservationExpiresAt: string | null;
  readonly workspace: { readonly id: string } | null;
  readonly virtualKey: { readonly id: string } | null;
  readonly targets: readonly {
    readonly weight: number;
    readonly llmConfiguration: { readonly id: string; readonly version: number };
  }[];
  readonly guardrails: readonly { readonly id: string; readonly version: number }[];
}

export const authorizationFields = `allowed denial { code message retryAt } reservedCost { amount currency }
  reservationExpiresAt workspace { id } virtualKey { id } targets { weight llmConfiguration { id version } }
  guardrails { id version }`;

export const authorizeText = (fields = authorizationFields) =>
  `mutation ($input: AuthorizeGatewayRequestInput!) { authorizeGatewayRequest(input: $input) { ${fields} } }`;

/** As the gateway knows a key. */
export const digestOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

/** A request of this key that is right as it is: it costs at most 0.01 by the prices of `newGatewayScene`. */
export function requestOf({ secret }: { readonly secret: string }, overrides: object = {}) {
  return {
    requestId: randomUUID(),
    keyDigest: digestOf(secret),
    model: 'fast',
    inputTokens: 1_000,
    maxOutputTokens: 1_000,
    ...overrides,
  };
}

export async function authorize(
  service: Person,
  input: object,
  { fields = authorizationFields, at = server }: { fields?: string; at?: TestServer } = {},
): Promise<Authorization> {
  const data = await run<{ authorizeGatewayRequest: Authorization }>(at, service, authorizeText(fields), { input });
  return data.authorizeGatewayRequest;
}

/** The code of the denial; null of what is allowed. */
export async function denialOf(service: Person, input: object): Promise<string | null> {
  return (await authorize(service, input, { fields: 'denial { code }' })).denial?.code ?? null;
}

/** A million tokens of input cost 4, of output 6: a request of `requestOf` costs 0.01. */
export const prices = { inputPricePerMillionTokens: '4', outputPricePerMillionTokens: '6' };

export interface GatewayScene {
  readonly admin: Person;
  readonly service: Person;
  readonly workspaceId: string;
  readonly configurationId: string;
  readonly key: { readonly id: string; readonly secret: string };
}

/** A workspace that routes `fast` to one configuration, with a key, and a gateway, in an organization of their own. */
export async function newGatewayScene(
  workspace: Partial<WorkspaceInput> = {},
  key: Record<string, unknown> = {},
): Promise<GatewayScene> {
  const admin = await person(server, { sub: 'admin', org: newOrganization(), name: 'Admin', org_role: 'admin' });
  const service = await newService(server, admin, ['GATEWAY']);
  // So that no request writes when it came, and a test can say what is sent.
  await setLastUse(server, [service.id], `now() + interval '1 day'`);
  return { admin, service, ...(await addWorkspace(admin, workspace, key)) };
}

/** One more such workspace. */
export async function addWorkspace(
  admin: Person,
  workspace: Partial<WorkspaceInput> = {},
  key: Record<string, unknown> = {},
): Promise<Pick<GatewayScene, 'workspaceId' | 'configurationId' | 'key'>> {
  const workspaceId = await createWorkspace(server, admin, workspace);
  const configurationId = await newConfiguration(admin, workspaceId, prices);
  await setRoute(admin, [configurationId], { workspaceId });
  return { workspaceId, configurationId, key: await createKey(server, admin, { workspaceId, ...key }) };
}

/** What the workspace's ledger says, by the statement that nobody but tests sends. */
export async function ledgerOf(workspaceId: string): Promise<{ spent: number; reserved: number }> {
  const [ledger] = await server.database.rows<{ spent: number; reserved: number }>({
    text: `SELECT spent::float8, reserved::float8 FROM workspace_ledgers WHERE organization_id = $1 AND workspace_id = $2`,
    values: [await organizationOf(server, workspaceId), uuidOf(workspaceId)],
  });
  if (ledger === undefined) throw new Error('The workspace has no ledger.');
  return ledger;
}

/** What the repair would have to do: nothing, if the ledgers are right. */
export async function differences(workspaceId: string): Promise<object[]> {
  return server.database.rows({
    text: 'SELECT * FROM ledger_differences($1, ARRAY[$2::uuid])',
    values: [await organizationOf(server, workspaceId), uuidOf(workspaceId)],
  });
}

/** As if the reservations of these requests, or all of the workspace, had run out a moment ago. */
export async function expire(workspaceId: string, ...requestIds: readonly string[]): Promise<void> {
  await server.database.rows({
    text: `UPDATE gateway_requests SET expires_at = now() WHERE organization_id = $1 AND workspace_id = $2
      AND usage_id IS NULL AND (cardinality($3::text[]) = 0 OR request_id = ANY ($3::text[]))`,
    values: [await organizationOf(server, workspaceId), uuidOf(workspaceId), requestIds],
  });
}

/** Records usage as the function of the database does, of 500 tokens each way unless given. */
export async function recordUsage(workspaceId: string, records: readonly object[]): Promise<{ reasons: string[] }> {
  const [answer] = await server.database.rows<{ reasons: string[] }>({
    text: `SELECT reasons FROM record_usage($1, $2::json, '-infinity')`,
    values: [
      await organizationOf(server, workspaceId),
      JSON.stringify(
        records.map((record) => ({
          model: 'fast',
          status: 'SUCCEEDED',
          inputTokens: 500,
          cachedInputTokens: 0,
          outputTokens: 500,
          latencyMs: 100,
          occurredAt: new Date().toISOString(),
          ...record,
        })),
      ),
    ],
  });
  if (answer === undefined) throw new Error('There is no answer.');
  return answer;
}
