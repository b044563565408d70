import { createHash, randomUUID } from 'node:crypto';
import { newConfiguration } from './configurations.js';
import { createKey, createWorkspace, mutate, run } from './fixtures.js';
import { setRoute } from './routes.js';
import { organizationOf, uuidOf } from './rows.js';
import { newOrganization, type Person, person } from './test-server.js';
import { server } from './use-server.js';

const money = '{ amount currency }';

export const budgetFields = `budget {
  limit ${money} spent ${money} reserved ${money} remaining ${money} utilization state enforcement alertThresholds
  alerts { threshold raisedAt spent ${money} } periodStart periodEnd timeZone
  forecast { expectedSpend ${money} exhaustedAt }
}`;

interface Amount {
  readonly amount: string;
  readonly currency: string;
}

export interface Budget {
  readonly limit: Amount;
  readonly spent: Amount;
  readonly reserved: Amount;
  readonly remaining: Amount;
  readonly utilization: number | null;
  readonly state: string;
  readonly enforcement: string;
  readonly alertThresholds: readonly number[];
  readonly alerts: readonly { readonly threshold: number; readonly raisedAt: string; readonly spent: Amount }[];
  readonly periodStart: string;
  readonly periodEnd: string;
  readonly timeZone: string;
  readonly forecast: { readonly expectedSpend: Amount; readonly exhaustedAt: string | null };
}

export async function budgetOf(who: Person, workspaceId: string): Promise<Budget> {
  const query = `query ($id: ID!) { workspace(id: $id) { ${budgetFields} } }`;
  const { workspace } = await run<{ workspace: { budget: Budget } }>(server, who, query, { id: workspaceId });
  return workspace.budget;
}

/** Somebody's workspace with a key of theirs. */
export interface Spender {
  readonly owner: Person;
  readonly org: string;
  readonly workspaceId: string;
  readonly keyId: string;
  readonly secret: string;
}

export async function newSpender(workspace: object = {}, key: object = {}): Promise<Spender> {
  const org = newOrganization();
  const owner = await person(server, { sub: 'owner', org, name: 'Owner' });
  const workspaceId = await createWorkspace(server, owner, workspace);
  const { id: keyId, secret } = await createKey(server, owner, { workspaceId, ...key });
  return { owner, org, workspaceId, keyId, secret };
}

export interface Spending {
  readonly requestId?: string;
  readonly occurredAt?: string | Date;
  readonly tags?: readonly string[];
}

const digestOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

/** Records a request of the key that cost so much, as the gateway's call does. */
export async function spend({ workspaceId, secret }: Spender, cost: string, spending: Spending = {}): Promise<void> {
  const { requestId = randomUUID(), occurredAt = new Date(), tags = [] } = spending;
  const record = {
    requestId,
    keyDigest: digestOf(secret),
    model: 'fast',
    status: 'SUCCEEDED',
    inputTokens: 1,
    cachedInputTokens: 0,
    outputTokens: 1,
    cost,
    latencyMs: 1,
    tags,
    occurredAt,
  };
  const [answer] = await server.database.rows<{ reasons: string[] }>({
    text: `SELECT reasons FROM record_usage($1, $2::json, now() - interval '400 days')`,
    values: [await organizationOf(server, workspaceId), JSON.stringify([record])],
  });
  if (answer?.reasons.length !== 0) throw new Error(`Refused: ${JSON.stringify(answer)}`);
}

/** Routes the model `fast` at one unit of money a million tokens, in and out. */
export async function routeFast({ owner, workspaceId }: Spender): Promise<void> {
  const price = { inputPricePerMillionTokens: '1.00', outputPricePerMillionTokens: '1.00' };
  const configurationId = await newConfiguration(owner, workspaceId, price);
  await setRoute(owner, [configurationId], { workspaceId });
}

export interface Holding {
  readonly requestId?: string;
  /** As PostgreSQL writes intervals; negative for what has run out. */
  readonly lasting?: string;
}

/** Authorizes a request of so many million tokens, as the gateway's call does. @returns the refusal; null for none. */
export async function hold(
  { workspaceId, secret }: Spender,
  millions: number,
  { requestId = randomUUID(), lasting = '10 minutes' }: Holding = {},
): Promise<string | null> {
  const [answer] = await server.database.rows<{ denial: string | null }>({
    text: `SELECT denial FROM authorize_requests($1, $2::text[], ARRAY[decode($3, 'hex')], ARRAY['fast'], ARRAY[$4::integer],
      ARRAY[0], $5::interval)`,
    values: [
      await organizationOf(server, workspaceId),
      [requestId],
      digestOf(secret),
      Math.round(millions * 1_000_000),
      lasting,
    ],
  });
  return answer?.denial ?? null;
}

/** Sets columns of the workspace's ledger, as time or the repair would: SQL whose values are `$1` and on. */
export async function changeLedger(
  workspaceId: string,
  assignments: string,
  values: readonly unknown[] = [],
): Promise<void> {
  const [of, id] = [`$${values.length + 1}`, `$${values.length + 2}`];
  await server.database.rows({
    text: `UPDATE workspace_ledgers SET turn = turn + 1, ${assignments} WHERE organization_id = ${of} AND workspace_id = ${id}`,
    values: [...values, await organizationOf(server, workspaceId), uuidOf(workspaceId)],
  });
}

/** Changes settings of a workspace that has this version. */
export const updateSettings = (who: Person, workspaceId: string, settings: object, expectedVersion = 1) =>
  mutate<{ workspace: { readonly budget: Budget; readonly version: number } | null }>(server, who, {
    name: 'updateWorkspaceSettings',
    input: { workspaceId, expectedVersion, ...settings },
    fields: `workspace { version ${budgetFields} }`,
  });

/** What the workspace's ledger says, whatever the time. */
export async function reservedInLedger(workspaceId: string): Promise<number> {
  const [ledger] = await server.database.rows<{ reserved: string }>({
    text: 'SELECT reserved FROM workspace_ledgers WHERE organization_id = $1 AND workspace_id = $2',
    values: [await organizationOf(server, workspaceId), uuidOf(workspaceId)],
  });
  return Number(ledger?.reserved);
}
