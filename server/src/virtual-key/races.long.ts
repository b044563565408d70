import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { auditEvents, createKey, createWorkspace, mutate, run } from '../testing/fixtures.js';
import { lockOf, uuidOf } from '../testing/rows.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { connect, untilWaiting } from '../testing/waiting.js';

useServer();

const times = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

async function newOwner() {
  const owner = await person(server, { sub: 'owner', org: newOrganization() });
  return { owner, workspaceId: await createWorkspace(server, owner) };
}

interface Issued {
  readonly virtualKey: { readonly id: string } | null;
  readonly secret: string | null;
}

function issue(who: Person, name: 'createVirtualKey' | 'rotateVirtualKey', input: Record<string, unknown>) {
  return mutate<Issued>(server, who, { name, input, fields: 'virtualKey { id } secret' });
}

interface Secrets {
  readonly working: number;
  readonly current: number;
  readonly all: number;
}

async function secretsOf(keyId: string): Promise<Secrets | undefined> {
  const [row] = await server.database.rows<Secrets>({
    text: `SELECT count(*) FILTER (WHERE expires_at IS NULL OR expires_at > now())::integer AS working,
        count(*) FILTER (WHERE expires_at IS NULL)::integer AS current, count(*)::integer AS all
      FROM virtual_key_secrets WHERE virtual_key_id = $1`,
    values: [uuidOf(keyId)],
  });
  return row;
}

describe('creates at once', () => {
  test('fifty copies with one idempotency key make one key, and one of them alone has its secret', async () => {
    const { owner, workspaceId } = await newOwner();
    const input = { workspaceId, name: 'Key', idempotencyKey: randomUUID() };
    const answers = await times(50, () => issue(owner, 'createVirtualKey', input));
    expect(new Set(answers.map(({ virtualKey }) => virtualKey?.id)).size).toBe(1);
    expect(answers.filter(({ secret }) => secret !== null)).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(await secretsOf(answers[0]?.virtualKey?.id ?? '')).toEqual({ working: 1, current: 1, all: 1 });
    expect(await auditEvents(server, workspaceId)).toHaveLength(2);
  });

  test('fifty keys are all counted', async () => {
    const { owner, workspaceId } = await newOwner();
    await times(50, (index) => issue(owner, 'createVirtualKey', { workspaceId, name: `Key ${index}` }));
    const { workspace } = await run<{ workspace: { activeKeyCount: number } }>(
      server,
      owner,
      'query ($id: ID!) { workspace(id: $id) { activeKeyCount } }',
      { id: workspaceId },
    );
    expect(workspace.activeKeyCount).toBe(50);
  });
});

describe('rotations at once', () => {
  test.each([0, 3_600])(
    'with an overlap of %d seconds leave one current secret and at most two that work',
    async (overlapSeconds) => {
      const { owner, workspaceId } = await newOwner();
      const { id } = await createKey(server, owner, { workspaceId });
      const answers = await times(30, () => issue(owner, 'rotateVirtualKey', { virtualKeyId: id, overlapSeconds }));
      expect(new Set(answers.map(({ secret }) => secret)).size).toBe(30);
      expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
      expect(await secretsOf(id)).toEqual({ working: overlapSeconds === 0 ? 1 : 2, current: 1, all: 31 });
      const { node } = await run<{ node: { maskedKey: string; secrets: { maskedKey: string; createdAt: string }[] } }>(
        server,
        owner,
        'query ($id: ID!) { node(id: $id) { ... on VirtualKey { maskedKey secrets { maskedKey createdAt } } } }',
        { id },
      );
      expect(node.maskedKey).toBe(node.secrets[0]?.maskedKey);
      const made = node.secrets.map(({ createdAt }) => createdAt);
      expect(made).toEqual([...made].sort().reverse());
      // Each one told of the secret that it took over from, so none was made from an old state.
      const steps = (await auditEvents(server, workspaceId)).slice(2).map(({ changes }) => changes[0]);
      for (const [index, step] of steps.slice(1).entries()) expect(step?.before).toBe(steps[index]?.after);
    },
  );

  test('count their times from when it is their turn, not from when they came', async () => {
    const { owner, workspaceId } = await newOwner();
    const { id } = await createKey(server, owner, { workspaceId });
    const [holder, observer] = [await connect(server.databaseUrl), await connect(server.databaseUrl)];
    try {
      await holder.query('BEGIN');
      await holder.query(await lockOf(server, workspaceId));
      const rotation = mutate<{ virtualKey: { secrets: { createdAt: string; expiresAt: string | null }[] } }>(
        server,
        owner,
        {
          name: 'rotateVirtualKey',
          input: { virtualKeyId: id, overlapSeconds: 60 },
          fields: 'virtualKey { secrets { createdAt expiresAt } }',
        },
      );
      await untilWaiting(observer);
      await delay(50);
      const { rows } = await holder.query<{ now: Date }>('SELECT clock_timestamp()::timestamptz(3) AS now');
      await holder.query('COMMIT');
      const [current, old] = (await rotation).virtualKey.secrets;
      const turn = rows[0]?.now.getTime() ?? Number.NaN;
      expect(Date.parse(current?.createdAt ?? '')).toBeGreaterThanOrEqual(turn - 1);
      expect(Date.parse(old?.expiresAt ?? '')).toBe(Date.parse(current?.createdAt ?? '') + 60_000);
    } finally {
      await Promise.allSettled([holder.end(), observer.end()]);
    }
  });

  test('with one idempotency key rotate once', async () => {
    const { owner, workspaceId } = await newOwner();
    const { id } = await createKey(server, owner, { workspaceId });
    const input = { virtualKeyId: id, overlapSeconds: 60, idempotencyKey: 'one' };
    const answers = await times(30, () => issue(owner, 'rotateVirtualKey', input));
    expect(answers.filter(({ secret }) => secret !== null)).toHaveLength(1);
    expect(await secretsOf(id)).toEqual({ working: 2, current: 1, all: 2 });
  });
});

test('of twenty updates with one version one is done, and the others see it', async () => {
  const { owner, workspaceId } = await newOwner();
  const { id } = await createKey(server, owner, { workspaceId });
  const answers = await times(20, (index) =>
    mutate<{ virtualKey: { name: string } | null; conflictingVirtualKey: { name: string; version: number } | null }>(
      server,
      owner,
      {
        name: 'updateVirtualKey',
        input: { virtualKeyId: id, expectedVersion: 1, name: `Name ${index}` },
        fields: 'virtualKey { name } conflictingVirtualKey { name version }',
      },
    ),
  );
  const winners = answers.filter(({ virtualKey }) => virtualKey !== null);
  expect(winners).toHaveLength(1);
  for (const { conflictingVirtualKey, userErrors } of answers.filter(({ virtualKey }) => virtualKey === null)) {
    expect(userErrors[0]?.code).toBe('VERSION_CONFLICT');
    expect(conflictingVirtualKey).toEqual({ name: winners[0]?.virtualKey?.name, version: 2 });
  }
});

test('a revoke stands whatever switches the key on, rotates or reviews it at the same moment', async () => {
  for (let round = 0; round < 8; round++) {
    const { owner, workspaceId } = await newOwner();
    const { id: virtualKeyId } = await createKey(server, owner, { workspaceId });
    const decisions = [{ virtualKeyId, decision: 'DISABLE' }];
    await Promise.all([
      mutate(server, owner, {
        name: 'updateVirtualKey',
        input: { virtualKeyId, expectedVersion: 1, enabled: false },
        fields: 'virtualKey { id }',
      }),
      issue(owner, 'rotateVirtualKey', { virtualKeyId, overlapSeconds: 60 }),
      mutate(server, owner, { name: 'revokeVirtualKey', input: { virtualKeyId }, fields: 'virtualKey { id }' }),
      mutate(server, owner, { name: 'reviewVirtualKeys', input: { decisions }, fields: 'virtualKeys { id }' }),
    ]);
    const { node } = await run<{ node: { status: string; secrets: unknown[]; version: number } }>(
      server,
      owner,
      'query ($id: ID!) { node(id: $id) { ... on VirtualKey { status version secrets { maskedKey } } } }',
      { id: virtualKeyId },
    );
    expect(node).toMatchObject({ status: 'REVOKED', secrets: [] });
    const events = await auditEvents(server, workspaceId);
    const changed = events.filter(({ changes }) => changes.some(({ field }) => field === 'status'));
    // The version tells of every change of status, and the last one is the revoke.
    expect(node.version).toBe(1 + changed.length);
    expect(changed.at(-1)?.action).toBe('virtual_key.revoked');
  }
});

test('reviews of the same keys in opposite orders do not wait for each other for ever', async () => {
  const { owner, workspaceId } = await newOwner();
  const other = await createWorkspace(server, owner);
  const keys = await times(20, (index) =>
    createKey(server, owner, { workspaceId: index % 2 === 0 ? workspaceId : other }),
  );
  const decisions = keys.map(({ id }) => ({ virtualKeyId: id, decision: 'KEEP' }));
  const answers = await times(20, (index) =>
    mutate(server, owner, {
      name: 'reviewVirtualKeys',
      input: { decisions: index % 2 === 0 ? decisions : [...decisions].reverse() },
      fields: 'virtualKeys { id }',
    }),
  );
  expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
});

test('a create and an archive at once leave no active key in an archived workspace', async () => {
  for (let round = 0; round < 5; round++) {
    const { owner, workspaceId } = await newOwner();
    await Promise.all([
      ...Array.from({ length: 5 }, () => issue(owner, 'createVirtualKey', { workspaceId, name: 'Key' })),
      mutate(server, owner, {
        name: 'archiveWorkspace',
        input: { workspaceId, expectedVersion: 1 },
        fields: 'workspace { id }',
      }),
    ]);
    const events = (await auditEvents(server, workspaceId)).map(({ action }) => action);
    expect(events.at(-1)).toBe('workspace.archived');
    const { workspace } = await run<{
      workspace: { activeKeyCount: number; virtualKeys: { nodes: { status: string }[] } };
    }>(server, owner, 'query ($id: ID!) { workspace(id: $id) { activeKeyCount virtualKeys { nodes { status } } } }', {
      id: workspaceId,
    });
    expect(workspace.activeKeyCount).toBe(0);
    expect(workspace.virtualKeys.nodes.every(({ status }) => status === 'DISABLED')).toBe(true);
  }
});
