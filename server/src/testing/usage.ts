import { createHash, randomUUID } from 'node:crypto';
import { newConfiguration } from './configurations.js';
import { createKey, createWorkspace, mutate, newService, type WorkspaceInput } from './fixtures.js';
import { setRoute } from './routes.js';
import { organizationOf, uuidOf } from './rows.js';
import { newAdmin } from './service-tokens.js';
import type { Person } from './test-server.js';
import { server } from './use-server.js';

export const digestOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

/** A workspace with a key and a configuration, and the gateway of its organization. */
export interface Traffic {
  readonly admin: Person;
  readonly gateway: Person;
  readonly workspaceId: string;
  readonly keyId: string;
  readonly keyDigest: string;
  readonly configurationId: string;
}

export async function newTraffic(
  workspace: Partial<WorkspaceInput> & { readonly timeZone?: string } = {},
  key: object = {},
): Promise<Traffic> {
  const admin = await newAdmin();
  const gateway = await newService(server, admin, ['GATEWAY']);
  return { admin, gateway, ...(await moreTraffic(admin, workspace, key)) };
}

/** Another workspace of an organization. */
export async function moreTraffic(
  admin: Person,
  workspace: object = {},
  key: object = {},
): Promise<Omit<Traffic, 'admin' | 'gateway'>> {
  const workspaceId = await createWorkspace(server, admin, workspace);
  const { id: keyId, secret } = await createKey(server, admin, { workspaceId, ...key });
  const configurationId = await newConfiguration(admin, workspaceId);
  return { workspaceId, keyId, keyDigest: digestOf(secret), configurationId };
}

/** A record that is right as it is. */
export function usage({ keyDigest }: Pick<Traffic, 'keyDigest'>, overrides: object = {}) {
  return {
    requestId: randomUUID(),
    keyDigest,
    model: 'fast',
    status: 'SUCCEEDED',
    inputTokens: 1_000,
    outputTokens: 100,
    latencyMs: 250,
    occurredAt: new Date().toISOString(),
    ...overrides,
  };
}

export const recordUsage = (who: Person, records: readonly object[]) =>
  mutate<{ recorded: number; duplicates: number }>(server, who, {
    name: 'recordUsage',
    input: { records },
    fields: 'recorded duplicates',
  });

/** Rows of a table that are of the workspace. */
export async function rowsOf<Row extends object>(
  workspaceId: string,
  table: string,
  columns: string,
  rest = '',
): Promise<Row[]> {
  return server.database.rows<Row>({
    text: `SELECT ${columns} FROM ${table} t WHERE t.organization_id = $1 AND t.workspace_id = $2 ${rest}`,
    values: [await organizationOf(server, workspaceId), uuidOf(workspaceId)],
  });
}

/** What is spent and held in the workspace's ledger, and of its keys. */
export async function ledgersOf(workspaceId: string) {
  const columns = 'spent::text, reserved::text';
  const [workspace] = await rowsOf<{ spent: string; reserved: string }>(workspaceId, 'workspace_ledgers', columns);
  const keys = await rowsOf<{ spent: string; reserved: string }>(workspaceId, 'virtual_key_ledgers', columns);
  return { workspace, keys };
}

/** Whatever ledgers, hours and days differ in from what records and reservations come to; nothing, if all is right. */
export async function differencesOf(workspaceId: string): Promise<object[]> {
  const values = [await organizationOf(server, workspaceId), [uuidOf(workspaceId)]];
  const ledgers = await server.database.rows({ text: 'SELECT * FROM ledger_differences($1, $2)', values });
  const rollups = await server.database.rows({
    text: `SELECT * FROM usage_differences($1, $2, first_usage_month(), now() + interval '1 day')`,
    values,
  });
  return [...ledgers, ...rollups];
}

/** Authorizes a request of the key as the gateway does, for as long: at its configuration's prices for so many tokens. */
export async function authorize(
  { workspaceId, admin, configurationId, keyDigest }: Omit<Traffic, 'gateway'>,
  { requestId, inputTokens = 1_000, outputTokens = 100, holdFor = '10 minutes' }: Authorizing,
): Promise<{ readonly denial: string | null; readonly cost: string | null }> {
  await setRoute(admin, [configurationId], { workspaceId });
  const [decision] = await server.database.rows<{ denial: string | null; cost: string | null }>({
    text: `SELECT denial, cost FROM authorize_requests($1, ARRAY[$2], ARRAY[decode($3, 'hex')], ARRAY['fast'],
      ARRAY[$4::integer], ARRAY[$5::integer], $6)`,
    values: [await organizationOf(server, workspaceId), requestId, keyDigest, inputTokens, outputTokens, holdFor],
  });
  if (decision === undefined) throw new Error('Nothing was decided.');
  return decision;
}

interface Authorizing {
  readonly requestId: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly holdFor?: string;
}
