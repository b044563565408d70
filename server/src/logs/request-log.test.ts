import { beforeAll, describe, expect, test } from '@jest/globals';
import { newConfiguration } from '../testing/configurations.js';
import { createKey, createWorkspace, idOfNothing, mutate, run } from '../testing/fixtures.js';
import { deleteGuardrail, newGuardrail } from '../testing/guardrails.js';
import { recordLogs } from '../testing/logs.js';
import { makeOldMonths } from '../testing/months.js';
import { setRole } from '../testing/rows.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();
beforeAll(makeOldMonths);

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly edges: readonly { readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

interface Asked {
  readonly workspaceId: string;
  readonly range?: { readonly from: string; readonly to: string };
  readonly first?: number;
  readonly after?: string | null;
  readonly last?: number;
  readonly before?: string | null;
  readonly filter?: object;
}

const minute = 60_000;
const day = 24 * 60 * minute;
const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();
const wide = () => ({ from: ago(300 * day), to: ago(-day) });

const query = `query ($workspaceId: ID!, $range: TimeRangeInput!, $first: Int, $after: String, $last: Int, $before: String,
    $filter: RequestLogFilter) {
  workspace(id: $workspaceId) {
    logs(range: $range, first: $first, after: $after, last: $last, before: $before, filter: $filter) {
      nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}`;

async function page(who: Person, asked: Asked): Promise<Page> {
  const { workspace } = await run<{ workspace: { logs: Page } }>(server, who, query, { range: wide(), ...asked });
  return workspace.logs;
}

async function idsOf(who: Person, asked: Asked): Promise<string[]> {
  const { nodes, pageInfo } = await page(who, { first: 100, ...asked });
  expect(pageInfo.hasNextPage).toBe(false);
  return nodes.map(({ id }) => id);
}

async function refusalOf(who: Person, asked: Asked) {
  const variables = { range: wide(), ...asked };
  const { data, errors } = await server.request({ token: who.token, query, variables });
  expect(data?.['workspace'] ?? null).toBeNull();
  return errors?.map(({ message, extensions: { code } }) => [code, message]);
}

/** Somebody with a workspace of their own and a key in it. */
async function newOwner() {
  const org = newOrganization();
  const owner = await person(server, { sub: 'owner', org });
  const workspaceId = await createWorkspace(server, owner);
  return { org, owner, workspaceId, key: await createKey(server, owner, { workspaceId }) };
}

describe('a log', () => {
  const whole = `id requestId model provider status errorCode providerModel inputTokens cachedInputTokens outputTokens
    cost { amount currency } latencyMs tags occurredAt workspace { id } virtualKey { id status }
    llmConfiguration { id deletedAt } guardrails { id deletedAt }`;

  test('tells everything that was recorded of the request, with what was revoked or deleted since', async () => {
    const { owner, workspaceId, key } = await newOwner();
    const llmConfigurationId = await newConfiguration(owner, workspaceId, { provider: 'MISTRAL', model: 'large-2' });
    const guardrailIds = [await newGuardrail(owner, workspaceId), await newGuardrail(owner, workspaceId)];
    const occurredAt = ago(minute);
    const log = {
      requestId: 'request 1',
      model: 'chat',
      status: 'FAILED',
      errorCode: 'upstream_timeout',
      inputTokens: 12,
      cachedInputTokens: 5,
      outputTokens: 7,
      latencyMs: 1_234,
      tags: ['team:web', 'Beta'],
      occurredAt,
    };
    const [id] = await recordLogs(server, key, [{ ...log, cost: '0.00012', llmConfigurationId, guardrailIds }]);
    await mutate(server, owner, { name: 'deleteLlmConfiguration', input: { llmConfigurationId }, fields: 'deletedId' });
    await deleteGuardrail(owner, { guardrailId: guardrailIds[0] });
    await mutate(server, owner, {
      name: 'revokeVirtualKey',
      input: { virtualKeyId: key.id },
      fields: 'virtualKey { id }',
    });

    const { node, workspace } = await run<{ node: object; workspace: { logs: { nodes: object[] } } }>(
      server,
      owner,
      `query ($id: ID!, $workspaceId: ID!, $range: TimeRangeInput!) {
        node(id: $id) { ... on RequestLog { ${whole} } }
        workspace(id: $workspaceId) { logs(range: $range) { nodes { ${whole} } } }
      }`,
      { id, workspaceId, range: wide() },
    );
    expect(node).toEqual({
      id,
      ...log,
      provider: 'MISTRAL',
      providerModel: 'large-2',
      cost: { amount: '0.00012', currency: 'USD' },
      workspace: { id: workspaceId },
      virtualKey: { id: key.id, status: 'REVOKED' },
      llmConfiguration: { id: llmConfigurationId, deletedAt: expect.any(String) },
      guardrails: [
        { id: guardrailIds[0], deletedAt: expect.any(String) },
        { id: guardrailIds[1], deletedAt: null },
      ],
    });
    expect(workspace.logs.nodes).toEqual([node]);
  });

  test('has null where no provider was asked, and an empty list of guardrails and tags', async () => {
    const { owner, key } = await newOwner();
    const [id] = await recordLogs(server, key, [{ status: 'BLOCKED', cost: '0' }]);
    const { nodes } = await run<{ nodes: object[] }>(
      server,
      owner,
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on RequestLog {
        provider providerModel llmConfiguration { id } errorCode guardrails { id } tags cost { amount } } } }`,
      { ids: [id, idOfNothing('RequestLog')] },
    );
    expect(nodes).toEqual([
      {
        provider: null,
        providerModel: null,
        llmConfiguration: null,
        errorCode: null,
        guardrails: [],
        tags: [],
        cost: { amount: '0.00' },
      },
      null,
    ]);
  });

  test('is seen by whoever sees the workspace, and for others there is none', async () => {
    const { org, owner, workspaceId, key } = await newOwner();
    const [id] = await recordLogs(server, key, [{}]);
    const viewer = await person(server, { sub: 'viewer', org });
    await setRole(server, [workspaceId], viewer, 'VIEWER');
    const stranger = await person(server, { sub: 'stranger', org });
    const admin = await person(server, { sub: 'admin', org, org_role: 'admin' });
    const foreign = await person(server, { sub: 'owner', org: newOrganization(), org_role: 'admin' });
    const seen = (who: Person) =>
      run(
        server,
        who,
        `query ($id: ID!, $workspaceId: ID!, $range: TimeRangeInput!) {
        node(id: $id) { id } workspace(id: $workspaceId) { logs(range: $range) { nodes { id } } } }`,
        {
          id,
          workspaceId,
          range: wide(),
        },
      );
    for (const who of [owner, viewer, admin]) {
      expect(await seen(who)).toEqual({ node: { id }, workspace: { logs: { nodes: [{ id }] } } });
    }
    for (const who of [stranger, foreign]) expect(await seen(who)).toEqual({ node: null, workspace: null });
  });

  test('of many workspaces, with all that they refer to, come in a statement a level', async () => {
    const { owner, workspaceId, key } = await newOwner();
    const guardrailIds = [await newGuardrail(owner, workspaceId)];
    await recordLogs(server, key, [{ guardrailIds }, { guardrailIds }]);
    for (let count = 0; count < 3; count++) {
      const another = await createWorkspace(server, owner);
      await recordLogs(server, await createKey(server, owner, { workspaceId: another }), [{}]);
    }
    const { result, statements } = await recordStatements(() =>
      run<{ workspaces: { nodes: { logs: { nodes: object[] } }[] } }>(
        server,
        owner,
        `query ($range: TimeRangeInput!) { workspaces { nodes { logs(range: $range) {
          nodes { virtualKey { id } guardrails { id } } } } } }`,
        { range: wide() },
      ),
    );
    expect(result.workspaces.nodes.map(({ logs }) => logs.nodes.length).sort()).toEqual([1, 1, 1, 2]);
    expect(statements.filter((text) => text.includes('FROM usage_records'))).toHaveLength(1);
    expect(statements.filter((text) => /FROM (?:virtual_keys|guardrails) /.test(text))).toHaveLength(2);
  });
});

describe('the list', () => {
  let owner: Person;
  let workspaceId: string;
  /** Newest first: of several months, two of them of the same millisecond. */
  let ids: readonly string[];
  const times = [3, 3, 5, 60, 61 * 24 * 60, 150 * 24 * 60, 299 * 24 * 60].map((minutes) => minutes * minute);
  let occurredAt: readonly string[];
  beforeAll(async () => {
    const made = await newOwner();
    ({ owner, workspaceId } = made);
    const now = Date.now();
    occurredAt = times.map((time) => new Date(now - time).toISOString());
    const made1 = await recordLogs(
      server,
      made.key,
      occurredAt.map((at) => ({ occurredAt: at })),
    );
    const [first = '', second = '', ...others] = made1;
    ids = [...[first, second].sort().reverse(), ...others];
    // Of another workspace, at the same times.
    const another = await createWorkspace(server, owner);
    const key = await createKey(server, owner, { workspaceId: another });
    await recordLogs(
      server,
      key,
      occurredAt.map((at) => ({ occurredAt: at })),
    );
  });

  test('has the newest first, across months, and 50 on a page unless told', async () => {
    expect(await idsOf(owner, { workspaceId })).toEqual(ids);
    const { owner: another, workspaceId: full, key } = await newOwner();
    await recordLogs(
      server,
      key,
      Array.from({ length: 51 }, () => ({})),
    );
    expect((await page(another, { workspaceId: full })).nodes).toHaveLength(50);
  });

  test('takes the range as it is: from its first moment on, and before its last', async () => {
    const [, , third = '', fourth = ''] = occurredAt;
    expect(await idsOf(owner, { workspaceId, range: { from: fourth, to: third } })).toEqual([ids[3]]);
    const later = new Date(Date.parse(fourth) + 1).toISOString();
    expect(await idsOf(owner, { workspaceId, range: { from: later, to: third } })).toEqual([]);
    const old = { from: '0001-01-01T00:00:00Z', to: '0001-06-01T00:00:00Z' };
    expect(await idsOf(owner, { workspaceId, range: old })).toEqual([]);
    expect(
      await idsOf(owner, { workspaceId, range: { from: '9999-01-01T00:00:00Z', to: '9999-12-31T00:00:00Z' } }),
    ).toEqual([]);
  });

  test.each([1, 2, 3, 7])('is the same by pages of %d from both ends', async (size) => {
    const forwards: string[] = [];
    for (let after: string | null = null; ; ) {
      const { nodes, edges, pageInfo }: Page = await page(owner, { workspaceId, first: size, after });
      forwards.push(...nodes.map(({ id }) => id));
      expect(pageInfo).toEqual({
        hasNextPage: forwards.length < ids.length,
        hasPreviousPage: after !== null,
        startCursor: edges[0]?.cursor,
        endCursor: edges.at(-1)?.cursor,
      });
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(forwards).toEqual(ids);
    const backwards: string[] = [];
    for (let before: string | null = null; ; ) {
      const { nodes, pageInfo }: Page = await page(owner, { workspaceId, last: size, before });
      backwards.unshift(...nodes.map(({ id }) => id));
      expect(pageInfo).toMatchObject({
        hasNextPage: before !== null,
        hasPreviousPage: backwards.length < ids.length,
      });
      if (!pageInfo.hasPreviousPage) break;
      before = pageInfo.startCursor;
    }
    expect(backwards).toEqual(ids);
  });

  test('between two cursors has what lies between them', async () => {
    const { edges } = await page(owner, { workspaceId });
    const between = { after: edges[1]?.cursor ?? null, before: edges[5]?.cursor ?? null };
    expect(await idsOf(owner, { workspaceId, ...between })).toEqual(ids.slice(2, 5));
    const from = { after: edges[5]?.cursor ?? null, before: edges[1]?.cursor ?? null };
    expect((await page(owner, { workspaceId, ...from })).nodes).toEqual([]);
  });

  test('takes a cursor into another range: nothing before it is repeated, and the range holds', async () => {
    const { edges } = await page(owner, { workspaceId });
    const range = { from: ago(100 * day), to: ago(-day) };
    expect(await idsOf(owner, { workspaceId, range, after: edges[1]?.cursor ?? null })).toEqual(ids.slice(2, 5));
    expect(await idsOf(owner, { workspaceId, range, after: edges[6]?.cursor ?? null })).toEqual([]);
  });

  test('refuses a range that ends before it begins or is too long, and takes 366 days', async () => {
    const from = '2026-01-01T00:00:00.000Z';
    const refusal = async (to: string) => (await refusalOf(owner, { workspaceId, range: { from, to } }))?.[0];
    expect(await refusal(from)).toEqual(['BAD_USER_INPUT', expect.stringContaining('"range"')]);
    expect(await refusal('2025-12-31T00:00:00.000Z')).toEqual(['BAD_USER_INPUT', expect.stringContaining('"range"')]);
    expect(await refusal('2027-01-02T00:00:00.001Z')).toEqual(['BAD_USER_INPUT', expect.stringContaining('366 days')]);
    await page(owner, { workspaceId, range: { from, to: '2027-01-02T00:00:00.000Z' } });
    const { errors } = await server.request({
      token: owner.token,
      query: `{ workspace(id: "${workspaceId}") { logs { nodes { id } } } }`,
    });
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test.each<[string, (own: string) => string]>([
    ['of another list', () => Buffer.from(JSON.stringify(['workspaces:NAME:ASC', 'x'])).toString('base64url')],
    [
      'with a place that is none',
      () => Buffer.from(JSON.stringify(['workspace.logs:DESC', 'x'])).toString('base64url'),
    ],
    [
      'with more to it',
      (own) => Buffer.from(`${Buffer.from(own, 'base64url')} `.replace(']', ',"x"]')).toString('base64url'),
    ],
    ['that is no cursor', () => 'nothing'],
  ])('refuses a cursor %s', async (_what, tamper) => {
    const own = (await page(owner, { workspaceId, first: 1 })).pageInfo.endCursor ?? '';
    for (const argument of ['after', 'before']) {
      expect(await refusalOf(owner, { workspaceId, [argument]: tamper(own) })).toEqual([
        ['BAD_USER_INPUT', expect.stringContaining(`"${argument}"`)],
      ]);
    }
  });

  test('takes the cursor of the last place that there is', async () => {
    const last = `ffffffff-ffff-ffff-ffff-${'f'.repeat(12)}`;
    const cursor = Buffer.from(JSON.stringify(['workspace.logs:DESC', last])).toString('base64url');
    expect(await idsOf(owner, { workspaceId, after: cursor })).toEqual(ids);
    expect(await idsOf(owner, { workspaceId, before: cursor })).toEqual([]);
  });

  test('refuses a page without size, of more than 100, and one from both ends', async () => {
    for (const size of [{ first: 0 }, { first: 101 }, { last: 0 }, { last: 101 }, { first: 1, last: 1 }]) {
      expect((await refusalOf(owner, { workspaceId, ...size }))?.[0]?.[0]).toBe('BAD_USER_INPUT');
    }
  });
});
