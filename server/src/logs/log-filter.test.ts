import { beforeAll, describe, expect, test } from '@jest/globals';
import { newConfiguration } from '../testing/configurations.js';
import { createKey, createWorkspace, idOfNothing, mutate, run } from '../testing/fixtures.js';
import { deleteGuardrail, newGuardrail } from '../testing/guardrails.js';
import { type LogFixture, recordLogs } from '../testing/logs.js';
import { makeOldMonths } from '../testing/months.js';
import { organizationOf, uuidOf } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { recordsLookedAtMax, recordsOfDayMax } from './log-walk.js';

useServer();
beforeAll(makeOldMonths);

const minute = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * minute).toISOString();
const range = () => ({ from: ago(300 * 24 * 60), to: ago(-60) });

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const query = `query ($workspaceId: ID!, $range: TimeRangeInput!, $first: Int, $after: String, $last: Int, $before: String,
    $filter: RequestLogFilter) {
  workspace(id: $workspaceId) {
    logs(range: $range, first: $first, after: $after, last: $last, before: $before, filter: $filter) {
      nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}`;

async function page(who: Person, workspaceId: string, asked: object): Promise<Page> {
  const { workspace } = await run<{ workspace: { logs: Page } }>(server, who, query, {
    workspaceId,
    range: range(),
    ...asked,
  });
  return workspace.logs;
}

interface Made {
  readonly owner: Person;
  readonly workspaceId: string;
  readonly key: { readonly id: string; readonly secret: string };
}

async function newOwner(): Promise<Made> {
  const owner = await person(server, { sub: 'owner', org: newOrganization() });
  const workspaceId = await createWorkspace(server, owner);
  return { owner, workspaceId, key: await createKey(server, owner, { workspaceId }) };
}

describe('the filter', () => {
  let made: Made;
  let names: Readonly<Record<'key' | 'otherKey' | 'openai' | 'mistral' | 'guardrail' | 'deleted', string>>;
  /** By what they are, newest first. */
  let ids: Readonly<Record<string, string>>;
  beforeAll(async () => {
    made = await newOwner();
    const { owner, workspaceId, key } = made;
    const otherKey = await createKey(server, owner, { workspaceId });
    const openai = await newConfiguration(owner, workspaceId, { provider: 'OPENAI' });
    const mistral = await newConfiguration(owner, workspaceId, { provider: 'MISTRAL' });
    const guardrail = await newGuardrail(owner, workspaceId);
    const deleted = await newGuardrail(owner, workspaceId);
    names = { key: key.id, otherKey: otherKey.id, openai, mistral, guardrail, deleted };
    const logs: Readonly<Record<string, LogFixture>> = {
      plain: { requestId: 'r-plain', latencyMs: 10, cost: '0' },
      failed: { status: 'FAILED', llmConfigurationId: openai, latencyMs: 3_000, cost: '0.00000001', tags: ['a'] },
      blocked: { status: 'BLOCKED', guardrailIds: [guardrail], tags: ['a', 'b'], model: 'Chat' },
      cancelled: { status: 'CANCELLED', llmConfigurationId: mistral, tags: ['a', 'b', 'c'], model: 'chat' },
      month: { llmConfigurationId: mistral, guardrailIds: [guardrail, deleted], latencyMs: 60_000, cost: '12.50' },
      old: { llmConfigurationId: openai, latencyMs: 60_001, cost: '12.49999999', tags: ['b'], requestId: 'r-old' },
    };
    const minutes = [1, 2, 3, 4, 45 * 24 * 60, 290 * 24 * 60];
    const timed = Object.values(logs).map((log, index) => ({ ...log, occurredAt: ago(minutes[index] ?? 0) }));
    const recorded = await recordLogs(server, key, timed);
    const [other = ''] = await recordLogs(server, otherKey, [{ occurredAt: ago(5), cost: '1', tags: ['B'] }]);
    ids = { ...Object.fromEntries(Object.keys(logs).map((name, index) => [name, recorded[index] ?? ''])), other };
    await mutate(server, owner, {
      name: 'deleteLlmConfiguration',
      input: { llmConfigurationId: mistral },
      fields: 'deletedId',
    });
    await deleteGuardrail(owner, { guardrailId: deleted });
    // The same of another workspace of theirs.
    const another = await createWorkspace(server, owner);
    const anotherKey = await createKey(server, owner, { workspaceId: another });
    await recordLogs(server, anotherKey, [
      ...timed.map((log) => ({ ...log, llmConfigurationId: null, guardrailIds: [] })),
      { status: 'FAILED', tags: ['a', 'b', 'c'], cost: '50', latencyMs: 90_000, model: 'chat' },
    ]);
    names = { ...names, anotherKey: anotherKey.id } as typeof names;
  });

  /** What is left of all, by name, newest first, from both ends. */
  async function left(filter: object): Promise<string[]> {
    const nameOf = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
    const { nodes, pageInfo } = await page(made.owner, made.workspaceId, { filter });
    expect([pageInfo.hasNextPage, pageInfo.hasPreviousPage]).toEqual([false, false]);
    const found = nodes.map(({ id }) => nameOf.get(id) ?? id);
    const backwards: string[] = [];
    for (let before: string | null = null; ; ) {
      const last: Page = await page(made.owner, made.workspaceId, { filter, last: 2, before });
      backwards.unshift(...last.nodes.map(({ id }) => nameOf.get(id) ?? id));
      if (!last.pageInfo.hasPreviousPage) break;
      before = last.pageInfo.startCursor;
    }
    expect(backwards).toEqual(found);
    return found;
  }

  const all = ['plain', 'failed', 'blocked', 'cancelled', 'other', 'month', 'old'];
  const without = (...some: string[]) => all.filter((name) => !some.includes(name));

  test.each<[string, (of: typeof names) => object, string[]]>([
    ['nothing', () => ({}), all],
    ['null everywhere', () => ({ models: null, tags: null, minCost: null, requestId: null, statuses: null }), all],
    ['a key', ({ otherKey }) => ({ virtualKeyIds: [otherKey] }), ['other']],
    ['keys', ({ otherKey, key }) => ({ virtualKeyIds: [otherKey, key, otherKey] }), all],
    ['a key of another workspace', (of) => ({ virtualKeyIds: [(of as Record<string, string>)['anotherKey']] }), []],
    ['no key', () => ({ virtualKeyIds: [] }), []],
    ['a model, in its case', () => ({ models: ['chat'] }), ['cancelled']],
    ['models', () => ({ models: ['chat', 'Chat'] }), ['blocked', 'cancelled']],
    ['a model that is not asked for', () => ({ models: ['CHAT', 'cha', ''] }), []],
    ['a provider', () => ({ providers: ['MISTRAL'] }), ['cancelled', 'month']],
    ['providers', () => ({ providers: ['OPENAI', 'MISTRAL'] }), ['failed', 'cancelled', 'month', 'old']],
    ['a status', () => ({ statuses: ['BLOCKED'] }), ['blocked']],
    ['statuses', () => ({ statuses: ['CANCELLED', 'FAILED'] }), ['failed', 'cancelled']],
    ['success', () => ({ statuses: ['SUCCEEDED'] }), ['plain', 'other', 'month', 'old']],
    ['success and more', () => ({ statuses: ['SUCCEEDED', 'FAILED'] }), without('blocked', 'cancelled')],
    ['every status', () => ({ statuses: ['SUCCEEDED', 'FAILED', 'BLOCKED', 'CANCELLED'] }), all],
    ['a configuration that was deleted', ({ mistral }) => ({ llmConfigurationIds: [mistral] }), ['cancelled', 'month']],
    [
      'configurations',
      ({ mistral, openai }) => ({ llmConfigurationIds: [mistral, openai] }),
      ['failed', 'cancelled', 'month', 'old'],
    ],
    ['a guardrail', ({ guardrail }) => ({ guardrailIds: [guardrail] }), ['blocked', 'month']],
    ['a guardrail that was deleted', ({ deleted }) => ({ guardrailIds: [deleted] }), ['month']],
    ['guardrails', ({ deleted, guardrail }) => ({ guardrailIds: [deleted, guardrail] }), ['blocked', 'month']],
    ['a request', () => ({ requestId: 'r-old' }), ['old']],
    ['a request in another case', () => ({ requestId: 'R-old' }), []],
    ['what took long', () => ({ minLatencyMs: 60_000 }), ['month', 'old']],
    ['what took longer', () => ({ minLatencyMs: 60_001 }), ['old']],
    ['what took any time', () => ({ minLatencyMs: -5 }), all],
    ['what was dear', () => ({ minCost: '12.5' }), ['month']],
    ['what was as dear', () => ({ minCost: '12.49999999' }), ['month', 'old']],
    ['what was dear to the ninth decimal', () => ({ minCost: '12.499999990001' }), ['month']],
    ['what cost anything', () => ({ minCost: '0.000000001' }), without('plain')],
    ['what cost nothing or more', () => ({ minCost: '-1' }), all],
    ['what cost more than there is', () => ({ minCost: '9'.repeat(30) }), []],
    ['a tag, in its case', () => ({ tags: ['B'] }), ['other']],
    ['tags, all of them', () => ({ tags: ['b', 'a'] }), ['blocked', 'cancelled']],
    ['tags that nothing has all of', () => ({ tags: ['a', 'b', 'B'] }), []],
    ['no tags', () => ({ tags: [] }), all],
    ['a key and a status', ({ key }) => ({ virtualKeyIds: [key], statuses: ['SUCCEEDED'] }), ['plain', 'month', 'old']],
    ['a status and a tag', () => ({ statuses: ['CANCELLED', 'BLOCKED'], tags: ['c'] }), ['cancelled']],
    ['a provider, time and cost', () => ({ providers: ['OPENAI'], minLatencyMs: 2_000, minCost: '1' }), ['old']],
    ['time and cost', () => ({ minLatencyMs: 60_000, minCost: '12.5' }), ['month']],
    ['a guardrail and a model', ({ guardrail }) => ({ guardrailIds: [guardrail], models: ['Chat'] }), ['blocked']],
    ['a request and what it is not', () => ({ requestId: 'r-old', statuses: ['FAILED'] }), []],
    ['a request and what it is', () => ({ requestId: 'r-old', tags: ['b'], minCost: '1' }), ['old']],
    ['a model and no status', () => ({ models: ['chat'], statuses: [] }), []],
    ['an unknown key', () => ({ virtualKeyIds: [idOfNothing('VirtualKey')] }), []],
    ['an id of another kind', ({ guardrail }) => ({ virtualKeyIds: [guardrail, 'nothing'] }), []],
    ['unknown configurations', () => ({ llmConfigurationIds: [idOfNothing('LlmConfiguration')] }), []],
    ['an unknown guardrail', () => ({ guardrailIds: [idOfNothing('Guardrail')] }), []],
    ['what no text holds', () => ({ models: ['a\0b'], tags: ['\0'], requestId: '\0' }), []],
  ])('takes %s', async (_what, filter, expected) => {
    expect(await left(filter(names))).toEqual(expected);
  });

  test.each<[string, object]>([
    ['virtualKeyIds', { virtualKeyIds: Array(101).fill(idOfNothing('VirtualKey')) }],
    ['models', { models: Array(101).fill('x') }],
    ['models', { models: ['x'.repeat(201)] }],
    ['requestId', { requestId: 'x'.repeat(201) }],
    ['tags', { tags: Array(21).fill('x') }],
    ['tags', { tags: ['x'.repeat(101)] }],
  ])('refuses more or longer values than there are: %s', async (field, filter) => {
    const { owner, workspaceId } = made;
    const variables = { workspaceId, range: range(), filter };
    const { data, errors } = await server.request({ token: owner.token, query, variables });
    expect(data?.['workspace']).toBeNull();
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    expect(errors?.[0]?.message).toMatch(new RegExp(`"${field}"|100 values a field`));
  });

  test('takes as many and as long values as there are, in characters of any size', async () => {
    expect(await left({ models: Array.from({ length: 100 }, (_, index) => `${index}`) })).toEqual([]);
    expect(await left({ models: ['😀'.repeat(200)], requestId: '😀'.repeat(200), tags: ['😀'.repeat(100)] })).toEqual(
      [],
    );
    expect(await left({ virtualKeyIds: Array.from({ length: 100 }, () => idOfNothing('VirtualKey')) })).toEqual([]);
  });
});

describe('a search that comes to its bound', () => {
  let made: Made;
  let found: string;
  const total = recordsLookedAtMax + 300;
  beforeAll(async () => {
    made = await newOwner();
    const { owner, workspaceId, key } = made;
    const guardrail = await newGuardrail(owner, workspaceId);
    const old = { model: 'rare', status: 'FAILED', latencyMs: 90_000, cost: '7', tags: ['x', 'y'] };
    const common: LogFixture[] = Array.from({ length: total }, (_, index) => ({
      guardrailIds: [guardrail],
      status: 'FAILED',
      tags: ['x'],
      occurredAt: ago(index / 60),
    }));
    [found = ''] = await recordLogs(server, key, [{ ...old, occurredAt: ago(total) }]);
    for (let from = 0; from < total; from += 1_000) await recordLogs(server, key, common.slice(from, from + 1_000));
  });

  test.each<[string, object]>([
    ['statuses that nearly all have and a cost', { statuses: ['SUCCEEDED', 'FAILED'], minCost: '5' }],
    ['a status and a cost', { statuses: ['FAILED'], minCost: '5' }],
    ['tags', { tags: ['x', 'y'] }],
    ['time and cost', { minLatencyMs: 1_000, minCost: '5' }],
  ])('ends with %s on a page that is empty or short, and goes on from its cursor', async (_what, filter) => {
    const seen: string[] = [];
    let pages = 0;
    for (let after: string | null = null; ; pages++) {
      const { nodes, pageInfo }: Page = await page(made.owner, made.workspaceId, { filter, first: 5, after });
      seen.push(...nodes.map(({ id }) => id));
      if (!pageInfo.hasNextPage) break;
      expect(pageInfo.endCursor).not.toBeNull();
      after = pageInfo.endCursor;
    }
    expect(seen).toEqual([found]);
    expect(pages).toBeGreaterThan(0);
    const backwards: string[] = [];
    for (let before: string | null = null; ; ) {
      const { nodes, pageInfo }: Page = await page(made.owner, made.workspaceId, { filter, last: 5, before });
      backwards.unshift(...nodes.map(({ id }) => id));
      if (!pageInfo.hasPreviousPage) break;
      expect(pageInfo.startCursor).not.toBeNull();
      before = pageInfo.startCursor;
    }
    expect(backwards).toEqual([found]);
  });

  test.each<[string, object]>([
    ['a least time', { minLatencyMs: 1_000 }],
    ['a least cost', { minCost: '5' }],
    ['a model', { models: ['rare'] }],
    ['a tag', { tags: ['y'] }],
  ])('does not end so with %s, which has an index of its own', async (_what, filter) => {
    const { nodes, pageInfo } = await page(made.owner, made.workspaceId, { filter, first: 5 });
    expect(nodes).toEqual([{ id: found }]);
    expect(pageInfo.hasNextPage).toBe(false);
    const last = await page(made.owner, made.workspaceId, { filter, last: 5 });
    expect([last.nodes, last.pageInfo.hasPreviousPage]).toEqual([[{ id: found }], false]);
  });

  test('ends before a day of which more match than are looked at, and goes on in it', async () => {
    const { owner, workspaceId, key } = made;
    const noon = new Date(Date.now() - 10 * 24 * 60 * minute).toISOString().replace(/T.*/, 'T12:00:00Z');
    await recordLogs(server, key, [{ latencyMs: 500, occurredAt: noon }]);
    // As many more of the same second as are too many.
    await server.database.rows({
      text: `INSERT INTO usage_records (organization_id, workspace_id, id, virtual_key_id, request_id, model, status,
          input_tokens, cached_input_tokens, output_tokens, cost, latency_ms, time_zone, occurred_at)
        SELECT organization_id, workspace_id, new_id_at(occurred_at), virtual_key_id, request_id || number, model, status,
          input_tokens, cached_input_tokens, output_tokens, cost, latency_ms, time_zone, occurred_at
        FROM usage_records, generate_series(1, $3::integer) AS number
        WHERE organization_id = $1 AND workspace_id = $2 AND latency_ms = 500`,
      values: [await organizationOf(server, workspaceId), uuidOf(workspaceId), recordsOfDayMax],
    });
    const asked = { filter: { minLatencyMs: 400 }, first: 5 };
    const short = await page(owner, workspaceId, asked);
    expect([short.nodes, short.pageInfo.hasNextPage]).toEqual([[{ id: found }], true]);
    const next = await page(owner, workspaceId, { ...asked, after: short.pageInfo.endCursor });
    expect([next.nodes.length, next.pageInfo.hasNextPage]).toEqual([5, true]);
    const dearer = await page(owner, workspaceId, { filter: { minLatencyMs: 501 }, first: 5 });
    expect([dearer.nodes, dearer.pageInfo.hasNextPage]).toEqual([[{ id: found }], false]);
    // From the other end it comes by what is older.
    const last = await page(owner, workspaceId, { filter: asked.filter, last: 5 });
    expect(last.nodes.length).toBeGreaterThan(0);
    expect(last.pageInfo.hasPreviousPage).toBe(true);
  });
});
