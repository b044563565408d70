import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import {
  type Company,
  castOf,
  newCompany,
  newScene,
  newSceneElsewhere,
  type Part,
  type Player,
  type Scene,
} from './cast.js';
import { mutationText } from './commands.js';
import { idOfNothing, mutate } from './fixtures.js';
import { type Ids, idOf, nodeTypes, parsed } from './ids.js';
import { schema } from './isolation-rows.js';
import { recordLogs } from './logs.js';
import { postJson } from './post-json.js';
import { changeRows, organizationOf, uuidOf } from './rows.js';
import { recordStatements } from './statements.js';
import { server } from './use-server.js';

export interface Stage {
  readonly ours: Company;
  readonly cast: Readonly<Record<Part, Player>>;
  /** Another organization, and what is in it. */
  readonly theirs: Company;
  readonly foreign: Scene;
  /** Of the same organization, out of sight for all but those who see everything. */
  readonly unseen: Scene;
}

export async function setTheStage(): Promise<Stage> {
  const ours = await newCompany(server);
  const theirs = await newCompany(server);
  return {
    ours,
    cast: castOf(ours, theirs),
    theirs,
    foreign: await newScene(server, theirs, { monthlyBudget: '300.00' }),
    unseen: await newSceneElsewhere(server, ours, { monthlyBudget: '20.00' }),
  };
}

/** Well-formed ids of nothing. */
export function noIds(): Ids {
  return Object.fromEntries(nodeTypes.map((type) => [type, idOfNothing(type)])) as unknown as Ids;
}

interface Sent {
  /** The answer to the letter; the same one has the same request id in it. */
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly error: string | undefined;
}

export async function send(who: Player, query: string, variables: object): Promise<Sent> {
  const headers = { authorization: `Bearer ${who.token}`, 'x-request-id': 'isolation' };
  const { status, text } = await postJson(server.endpoint, { query, variables }, headers);
  const { data, errors } = JSON.parse(text) as {
    data?: Record<string, unknown> | null;
    errors?: { extensions: { code: string } }[];
  };
  return { text: `${status} ${text}`, data: data ?? null, error: errors?.[0]?.extensions.code };
}

interface Payload {
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

export interface SentMutation extends Sent {
  readonly outcome: string;
  readonly field: readonly string[] | null;
}

/** Sends a mutation; where it is refused, makes sure that nothing else is in the payload. */
export async function sendMutation(who: Player, mutation: string, input: object): Promise<SentMutation> {
  const sent = await send(who, mutationText(schema, mutation), { input });
  const payload = sent.data?.[mutation] as (Payload & Record<string, unknown>) | null | undefined;
  if (payload == null || sent.error !== undefined) return { ...sent, outcome: `${sent.error}`, field: null };
  const { userErrors, ...rest } = payload;
  const [refusal] = userErrors;
  if (refusal === undefined) return { ...sent, outcome: 'done', field: null };
  expect(Object.values(rest).filter((value) => value !== null && value !== 0)).toEqual([]);
  return { ...sent, outcome: refusal.code, field: refusal.field };
}

export async function select(who: Player, workspaceId: string): Promise<void> {
  await mutate(server, who, { name: 'selectWorkspace', input: { workspaceId }, fields: 'workspace { id }' });
}

/** Neither the answer nor the statements that it takes tell whether an id, which is well-formed, is one of nothing. */
export function asNothing(answerTo: (id: string) => Promise<string>): (id: string) => Promise<void> {
  const trace = async (id: string) => {
    const { result, statements } = await recordStatements(() => answerTo(id));
    return [result, statements];
  };
  /** What nothing of each type is answered. */
  const ofNothing = new Map<string, unknown[]>();
  return async (id) => {
    const { type } = parsed(id).noun;
    const expected = ofNothing.get(type) ?? (await trace(idOfNothing(type)));
    ofNothing.set(type, expected);
    expect([id, ...(await trace(id))]).toEqual([id, ...expected]);
  };
}

/** Ids of what is in sight but of other types, and texts that are no ids. */
export function wrongIds(ids: Ids, types: readonly string[]): string[] {
  const id = idOf(ids, types[0] ?? '');
  const others = nodeTypes.filter((type) => !types.includes(type)).map((type) => idOf(ids, type));
  return [...others, '', 'nothing', uuidOf(id), id.toUpperCase(), `${id}0`, randomUUID()];
}

/** The input with this id at the path, in lists alone. */
export function withId(input: unknown, [step, ...rest]: readonly string[], id: string): unknown {
  if (step === undefined) return id;
  const [name = '', list] = step.split('[');
  const value = (input as Record<string, unknown>)[name];
  const inner =
    list === undefined ? withId(value, rest, id) : [withId((value as unknown[] | undefined)?.[0], rest, id)];
  return { ...(input as object), [name]: inner };
}

export function hasValue(value: unknown): boolean {
  return value != null && !(Array.isArray(value) && value.length === 0);
}

/** The objects at the end of the path, those in lists each for itself. */
export function objectsAt(value: unknown, path: readonly string[]): object[] {
  if (value == null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => objectsAt(item, path));
  const [step, ...rest] = path;
  return step === undefined ? [value as object] : objectsAt((value as Record<string, unknown>)[step], rest);
}

/** A production workspace under review and one that is archived, a key with everything and one that is revoked, … */
export async function newObjects({ ours, cast }: Stage): Promise<Record<string, string[]>> {
  const [first, second] = [await newScene(server, ours), await newScene(server, ours)];
  const { owner } = cast;
  const requests = await newTraffic(first.ids);
  await mutate(server, owner, {
    name: 'updateWorkspaceSettings',
    input: { workspaceId: first.ids.Workspace, expectedVersion: 1, environment: 'PRODUCTION' },
    fields: 'workspace { id }',
  });
  await mutate(server, owner, {
    name: 'requestWorkspaceReview',
    input: { workspaceId: first.ids.Workspace, reason: 'Yearly', dueAt: '2999-01-01T00:00:00Z' },
    fields: 'workspace { id }',
  });
  await mutate(server, owner, {
    name: 'updateVirtualKey',
    input: {
      virtualKeyId: first.ids.VirtualKey,
      expectedVersion: 1,
      expiresAt: '2999-01-01T00:00:00Z',
      allowedModels: ['small'],
      monthlyBudget: '5.00',
      requestsPerMinute: 1,
      tokensPerMinute: 1,
    },
    fields: 'virtualKey { id }',
  });
  await mutate(server, owner, {
    name: 'rotateVirtualKey',
    input: { virtualKeyId: first.ids.VirtualKey, overlapSeconds: 600 },
    fields: 'virtualKey { id }',
  });
  await mutate(server, owner, {
    name: 'reviewVirtualKeys',
    input: { decisions: [{ virtualKeyId: second.ids.VirtualKey, decision: 'REVOKE' }] },
    fields: 'virtualKeys { id }',
  });
  await changeRows(server, first.ids.VirtualKey, 'last_used_at = now()');
  await server.database.rows({
    text: 'UPDATE virtual_key_secrets SET last_used_at = now() WHERE organization_id = $1 AND virtual_key_id = $2',
    values: [await organizationOf(server, first.ids.VirtualKey), uuidOf(first.ids.VirtualKey)],
  });
  const { LlmConfiguration: deleted = '' } = second.ids;
  await changeRows(server, deleted, `base_url = 'https://models.example', deleted_at = now()`);
  const guardrails = await newGuardrails(owner, first.ids.Workspace);
  await changeRows(server, second.ids.Workspace, 'archived_at = now()');
  await changeRows(
    server,
    idOf(first.ids, 'ServiceToken'),
    'expires_at = now(), last_used_at = now(), revoked_at = now()',
  );
  const { data } = await send(owner, 'query ($id: ID!) { workspace(id: $id) { auditLog { nodes { id } } } }', {
    id: first.ids.Workspace,
  });
  const events = objectsAt(data, ['workspace', 'auditLog', 'nodes']) as { id: string }[];
  const objects = nodeTypes.map((type) => [type, [first, second].map(({ ids }) => idOf(ids, type))] as const);
  return {
    ...Object.fromEntries(objects),
    AuditEvent: events.map(({ id }) => id),
    Guardrail: guardrails,
    RequestLog: requests,
  };
}

/**
 * Requests of the scene's key: one of last month, one that spends the budget of this month, and one that was refused, of
 * which a count is all that remains. @returns the ids of those that there are.
 */
async function newTraffic(ids: Ids): Promise<string[]> {
  const now = new Date();
  const lastMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()) - 1);
  const key = { id: ids.VirtualKey, secret: uuidOf(ids.VirtualKey) };
  const routed = { llmConfigurationId: idOf(ids, 'LlmConfiguration'), guardrailIds: [idOf(ids, 'Guardrail')] };
  const requests = await recordLogs(server, key, [
    { ...routed, occurredAt: lastMonth.toISOString(), cost: '1.00' },
    { ...routed, cost: '100.00', status: 'FAILED', errorCode: 'timeout', tags: ['batch'] },
  ]);
  await server.database.rows({
    text: `INSERT INTO denial_hours (organization_id, workspace_id, started_at, virtual_key_id, code, model, requests)
      VALUES ($1, $2, date_trunc('hour', now(), 'UTC'), $3, 'RATE_LIMITED', 'gpt-large', 1)`,
    values: [await organizationOf(server, ids.Workspace), uuidOf(ids.Workspace), uuidOf(ids.VirtualKey)],
  });
  return requests;
}

/** One of each kind, one of them deleted. */
async function newGuardrails(who: Player, workspaceId: string): Promise<string[]> {
  const ids: string[] = [];
  for (const [kind, fields] of Object.entries({
    BLOCKED_TERMS: { terms: ['internal'] },
    PATTERN: { pattern: 'se+cret' },
    PII: { piiTypes: ['EMAIL'], country: 'RW' },
    MAX_LENGTH: { maxLength: 1_000 },
  })) {
    const { guardrail } = await mutate<{ guardrail: { id: string } | null }>(server, who, {
      name: 'createGuardrail',
      input: { workspaceId, name: kind, stage: 'INPUT', kind, action: 'FLAG', ...fields },
      fields: 'guardrail { id }',
    });
    ids.push(guardrail?.id ?? '');
  }
  await changeRows(server, ids[1] ?? '', 'deleted_at = now()');
  return ids;
}
