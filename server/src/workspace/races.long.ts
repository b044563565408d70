import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { repairCounters } from '../summary/counter-repair.js';
import {
  auditEvents,
  breakAudit,
  createWorkspace,
  run,
  type WorkspaceInput,
  workspaceInput,
} from '../testing/fixtures.js';
import { changeRows, deleteKey, insertKeys, organizationOf, removalOf, setRole, uuidOf } from '../testing/rows.js';
import { type GraphQLAnswer, newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';
import { connect, untilWaiting } from '../testing/waiting.js';

useServer();

const create = `mutation ($input: CreateWorkspaceInput!) {
  createWorkspace(input: $input) { workspace { id name version memberCount isActive createdAt } userErrors { code field } }
}`;
const update = `mutation ($input: UpdateWorkspaceSettingsInput!) {
  updateWorkspaceSettings(input: $input) {
    workspace { version monthlyBudget { amount } }
    conflictingWorkspace { version monthlyBudget { amount } memberCount }
    userErrors { code field }
  }
}`;
const select = `mutation ($input: SelectWorkspaceInput!) {
  selectWorkspace(input: $input) { workspace { id isActive } previousWorkspace { id } userErrors { code } }
}`;

interface Created {
  readonly createWorkspace: {
    readonly workspace: { readonly id: string; readonly name: string } | null;
    readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
  } | null;
}

function sendCreate(who: Person, input: WorkspaceInput): Promise<GraphQLAnswer<Created>> {
  return server.request<Created>({ token: who.token, query: create, variables: { input } });
}

async function newPerson(sub = 'ada', org = newOrganization(), teams: readonly string[] = ['core']): Promise<Person> {
  return person(server, { sub, org, teams });
}

interface Traces {
  readonly workspaces: number;
  readonly members: number;
  readonly audited: number;
  readonly keys: number;
}

/** What creates of this person have left in the tables. */
async function tracesOf(who: Person): Promise<Traces> {
  const [row] = await server.database.rows<Traces>({
    text: `SELECT
      (SELECT count(*) FROM workspaces WHERE owner_user_id = $1)::integer AS workspaces,
      (SELECT count(*) FROM members WHERE user_id = $1)::integer AS members,
      (SELECT count(*) FROM audit_events WHERE actor_id = $1 AND action = 'workspace.created')::integer AS audited,
      (SELECT count(*) FROM idempotency_records WHERE actor_id = $1)::integer AS keys`,
    values: [uuidOf(who.id)],
  });
  if (row === undefined) throw new Error('There is no answer.');
  return row;
}

const times = <Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

describe('a create with an idempotency key', () => {
  test('runs once when a hundred copies arrive at once, and all of them get the same answer', async () => {
    const ada = await newPerson();
    const input = workspaceInput({ idempotencyKey: randomUUID() });
    const answers = await times(100, () => sendCreate(ada, input));
    expect(answers.filter(({ errors }) => errors !== undefined)).toEqual([]);
    const different = new Set(answers.map(({ data }) => JSON.stringify(data)));
    expect(different.size).toBe(1);
    expect(answers[0]?.data?.createWorkspace).toMatchObject({
      workspace: { name: input.name, version: 1, memberCount: 1, isActive: true },
      userErrors: [],
    });
    expect(await tracesOf(ada)).toEqual({ workspaces: 1, members: 1, audited: 1, keys: 1 });
  });

  test('is the same create with its fields in another order and the key itself among them', async () => {
    const ada = await newPerson();
    const input = workspaceInput({ idempotencyKey: 'one', memberIds: [ada.id] });
    const first = await sendCreate(ada, input);
    const turned = Object.fromEntries(Object.entries(input).reverse()) as unknown as WorkspaceInput;
    expect(Object.keys(turned)).not.toEqual(Object.keys(input));
    const again = await sendCreate(ada, turned);
    expect(first.data?.createWorkspace?.workspace).not.toBeNull();
    expect(again.data).toEqual(first.data);
    expect(await tracesOf(ada)).toEqual({ workspaces: 1, members: 1, audited: 1, keys: 1 });
  });

  test.each<[string, Partial<WorkspaceInput>]>([
    ['name', { name: 'Another' }],
    ['budget', { monthlyBudget: '100.01' }],
    ['region', { region: 'US' }],
    ['environment', { environment: 'STAGING' }],
    ['spelling of the name', { name: ' Café' }],
    ['composition of the name', { name: 'Cafe\u0301' }],
    ['case of the name', { name: 'café' }],
    ['set of members', { memberIds: ['nonsense'] }],
  ])('is refused when the key came with another %s before', async (_case, other) => {
    const ada = await newPerson();
    const input = workspaceInput({ name: 'Café', idempotencyKey: 'key' });
    await sendCreate(ada, input);
    const { data } = await sendCreate(ada, { ...input, ...other });
    expect(data?.createWorkspace).toEqual({
      workspace: null,
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['input', 'idempotencyKey'] }],
    });
    expect(await tracesOf(ada)).toEqual({ workspaces: 1, members: 1, audited: 1, keys: 1 });
  });

  test('has one winner when fifty different inputs come with one key at once', async () => {
    const ada = await newPerson();
    const answers = await times(50, () => sendCreate(ada, workspaceInput({ idempotencyKey: 'contested' })));
    const codes = answers.map(({ data }) => data?.createWorkspace?.userErrors[0]?.code ?? 'created').sort();
    expect(codes).toEqual([...Array(49).fill('IDEMPOTENCY_KEY_REUSED'), 'created']);
    expect(await tracesOf(ada)).toEqual({ workspaces: 1, members: 1, audited: 1, keys: 1 });
  });

  test('leaves the keys of other people alone, in the organization and outside of it', async () => {
    const org = newOrganization();
    const people = [await newPerson('ada', org), await newPerson('bob', org), await newPerson('ada')];
    for (const who of people) await sendCreate(who, workspaceInput({ idempotencyKey: 'shared' }));
    for (const who of people) expect((await tracesOf(who)).workspaces).toBe(1);
  });

  test('may use its key again after it was refused', async () => {
    const ada = await newPerson();
    await createWorkspace(server, ada, { name: 'Taken' });
    const refused = await sendCreate(ada, workspaceInput({ name: 'taken', idempotencyKey: 'again' }));
    expect(refused.data?.createWorkspace?.userErrors).toEqual([{ code: 'TAKEN', field: ['input', 'name'] }]);
    const { data } = await sendCreate(ada, workspaceInput({ name: 'Free', idempotencyKey: 'again' }));
    expect(data?.createWorkspace?.userErrors).toEqual([]);
    expect(await tracesOf(ada)).toEqual({ workspaces: 2, members: 2, audited: 2, keys: 1 });
  });

  test('may be repeated after the first one failed on our side', async () => {
    const org = newOrganization();
    const ada = await newPerson('ada', org);
    const input = workspaceInput({ idempotencyKey: 'failed' });
    const mend = await breakAudit(server, org);
    const failed = await sendCreate(ada, input);
    await mend();
    expect(failed.errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect(await tracesOf(ada)).toEqual({ workspaces: 0, members: 0, audited: 0, keys: 0 });
    const { data } = await sendCreate(ada, input);
    expect(data?.createWorkspace?.userErrors).toEqual([]);
    expect(await tracesOf(ada)).toEqual({ workspaces: 1, members: 1, audited: 1, keys: 1 });
  });

  test('takes the place of a first one that crashes while the repeat waits for it', async () => {
    const ada = await newPerson();
    const first = await connect(server.databaseUrl);
    const observer = await connect(server.databaseUrl);
    try {
      await first.query('BEGIN');
      await first.query(
        `INSERT INTO idempotency_records (organization_id, actor_id, operation, key, input_digest, result_id)
         VALUES ($1, $2, 'createWorkspace', 'crash', sha256('other'), gen_random_uuid())`,
        [await organizationOf(server, ada.id), uuidOf(ada.id)],
      );
      const repeat = sendCreate(ada, workspaceInput({ idempotencyKey: 'crash' }));
      await untilWaiting(observer);
      await observer.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()",
      );
      expect((await repeat).data?.createWorkspace?.userErrors).toEqual([]);
      expect(await tracesOf(ada)).toEqual({ workspaces: 1, members: 1, audited: 1, keys: 1 });
    } finally {
      await Promise.allSettled([first.end(), observer.end()]);
    }
  });
});

test('of fifty creates of one name at once, in any case, one wins and the others are TAKEN', async () => {
  const org = newOrganization();
  const people = await times(5, (index) => newPerson(`person ${index}`, org));
  const names = ['Straße', 'STRASSE', 'strasse', 'Strasse', 'sTRASSE'];
  const answers = await times(50, (index) => {
    const who = people[index % people.length];
    if (who === undefined) throw new Error('There is nobody.');
    return sendCreate(who, workspaceInput({ name: names[index % names.length] ?? '' }));
  });
  const payloads = answers.map(({ data }) => data?.createWorkspace);
  expect(payloads.filter((payload) => payload?.workspace != null)).toHaveLength(1);
  expect(payloads.filter((payload) => payload?.userErrors[0]?.code === 'TAKEN')).toHaveLength(49);
  const traces = await Promise.all(people.map(tracesOf));
  expect(traces.reduce((sum, { workspaces }) => sum + workspaces, 0)).toBe(1);
  expect(traces.reduce((sum, { audited }) => sum + audited, 0)).toBe(1);
});

test('a person’s first twenty creates at once make exactly one of the workspaces active', async () => {
  const ada = await newPerson();
  await times(20, () => createWorkspace(server, ada));
  const { workspaces } = await run<{ workspaces: { nodes: { isActive: boolean }[] } }>(
    server,
    ada,
    '{ workspaces(first: 100) { nodes { isActive } } }',
  );
  expect(workspaces.nodes.filter(({ isActive }) => isActive)).toHaveLength(1);
  expect(workspaces.nodes).toHaveLength(20);
});

interface Selected {
  readonly selectWorkspace: {
    readonly workspace: { readonly id: string; readonly isActive: boolean };
    readonly previousWorkspace: { readonly id: string } | null;
    readonly userErrors: readonly unknown[];
  };
}

test('of a hundred selects by one user at once each follows on one other, and exactly one workspace is active', async () => {
  const ada = await newPerson();
  const ids: string[] = [];
  for (let index = 0; index < 7; index++) ids.push(await createWorkspace(server, ada));
  const [start] = ids;
  const answers = await times(100, (index) =>
    run<Selected>(server, ada, select, { input: { workspaceId: ids[index % ids.length] } }),
  );
  for (const { selectWorkspace } of answers) expect(selectWorkspace.userErrors).toEqual([]);

  const steps = answers.map(({ selectWorkspace: { workspace, previousWorkspace } }) => ({
    before: previousWorkspace?.id,
    after: workspace.id,
  }));
  const changes = steps.filter(({ before, after }) => before !== after);
  expect(changes.length).toBeGreaterThan(ids.length);

  const audited = await server.database.rows<{ after: string }>({
    text: `SELECT target_id AS after FROM audit_events
      WHERE actor_id = $1 AND action = 'workspace.selected' ORDER BY id`,
    values: [uuidOf(ada.id)],
  });
  // Each select answered with what the one before it had made active: with the audit events they are one chain.
  const chain = audited.map(({ after }, index) => ({ before: audited[index - 1]?.after ?? start, after }));
  const sorted = (list: readonly object[]) => list.map((item) => JSON.stringify(item)).sort();
  expect(sorted(changes)).toEqual(sorted(chain));

  const { activeWorkspace, workspaces } = await run<{
    activeWorkspace: { id: string };
    workspaces: { nodes: { id: string; isActive: boolean }[] };
  }>(server, ada, '{ activeWorkspace { id } workspaces { nodes { id isActive } } }');
  expect(activeWorkspace.id).toBe(audited.at(-1)?.after);
  expect(workspaces.nodes.filter(({ isActive }) => isActive).map(({ id }) => id)).toEqual([activeWorkspace.id]);
});

interface Updated {
  readonly updateWorkspaceSettings: {
    readonly workspace: { readonly version: number; readonly monthlyBudget: { readonly amount: string } } | null;
    readonly conflictingWorkspace: {
      readonly version: number;
      readonly monthlyBudget: { readonly amount: string };
    } | null;
    readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
  };
}

test('of fifty updates with the same version one wins and the others get the present state', async () => {
  const ada = await newPerson();
  const workspaceId = await createWorkspace(server, ada);
  const answers = await times(50, (index) =>
    run<Updated>(server, ada, update, {
      input: { workspaceId, expectedVersion: 1, monthlyBudget: `${1_000 + index}.00` },
    }),
  );
  const payloads = answers.map(({ updateWorkspaceSettings }) => updateWorkspaceSettings);
  const [winner, ...others] = payloads.filter(({ workspace }) => workspace !== null);
  expect(others).toEqual([]);
  expect(winner).toMatchObject({ workspace: { version: 2 }, conflictingWorkspace: null, userErrors: [] });
  const losers = payloads.filter(({ workspace }) => workspace === null);
  expect(losers).toHaveLength(49);
  for (const loser of losers) {
    expect(loser).toMatchObject({
      conflictingWorkspace: winner?.workspace,
      userErrors: [{ code: 'VERSION_CONFLICT', field: ['input', 'expectedVersion'] }],
    });
  }
  const audited = (await auditEvents(server, workspaceId)).filter(({ action }) => action !== 'workspace.created');
  expect(audited).toMatchObject([
    { changes: [{ field: 'monthlyBudget', before: '100.00', after: winner?.workspace?.monthlyBudget.amount }] },
  ]);
});

interface Counts {
  readonly memberCount: number;
  readonly activeKeyCount: number;
}

/** The kept counts as the API tells them, and the rows that they count. */
async function countsOf(who: Person, workspaceId: string): Promise<{ told: Counts; real: Counts }> {
  const { workspace } = await run<{ workspace: Counts }>(
    server,
    who,
    'query ($id: ID!) { workspace(id: $id) { memberCount activeKeyCount } }',
    { id: workspaceId },
  );
  const [real] = await server.database.rows<Counts>({
    text: `SELECT (SELECT count(*)::integer FROM members WHERE workspace_id = $1) AS "memberCount",
      (SELECT count(*)::integer FROM virtual_keys WHERE workspace_id = $1 AND status = 'ACTIVE'
        AND (expires_at IS NULL OR expires_at > now())) AS "activeKeyCount"`,
    values: [uuidOf(workspaceId)],
  });
  if (real === undefined) throw new Error('There is no answer.');
  return { told: workspace, real };
}

describe('the kept counts', () => {
  test('are right after members and keys have changed from all sides at once, and repair finds nothing to do', async () => {
    const org = newOrganization();
    const ada = await newPerson('ada', org);
    const team = await times(12, (index) => newPerson(`colleague ${index}`, org));
    const ids = [await createWorkspace(server, ada), await createWorkspace(server, ada)];

    const changeMembers = async (workspaceId: string, round: number) => {
      for (let expectedVersion = 1; ; ) {
        const memberIds = team.filter((_, index) => (index + round) % 3 !== 0).map(({ id }) => id);
        const { updateWorkspaceSettings } = await run<Updated>(server, ada, update, {
          input: { workspaceId, expectedVersion, memberIds },
        });
        if (updateWorkspaceSettings.conflictingWorkspace === null) return;
        expectedVersion = updateWorkspaceSettings.conflictingWorkspace.version;
      }
    };
    const changeKeys = async (workspaceId: string, round: number) => {
      const keys = await insertKeys(server, workspaceId, [
        { name: `lasting ${round}` },
        { name: `brief ${round}`, expiresInMs: 5 * round },
        { name: `later ${round}`, expiresInMs: 3_600_000 },
        { name: `expired ${round}`, expiresInMs: -1_000 },
        { name: `disabled ${round}`, status: 'DISABLED' },
      ]);
      const [lasting = '', , later = '', expired = '', disabled = ''] = keys;
      await Promise.all([
        changeRows(server, lasting, `status = 'REVOKED', revoked_at = now()`),
        changeRows(server, later, 'expires_at = now()'),
        changeRows(server, expired, `expires_at = now() + interval '1 hour'`),
        round % 2 === 0 ? deleteKey(server, disabled) : changeRows(server, disabled, `status = 'ACTIVE'`),
      ]);
    };
    await times(32, (index) => {
      const workspaceId = ids[index % 2] ?? '';
      const round = index >> 2;
      if (index % 4 < 2) return changeMembers(workspaceId, round);
      return changeKeys(workspaceId, round);
    });

    for (const id of ids) {
      const { told, real } = await countsOf(ada, id);
      expect(told).toEqual(real);
      expect(told.memberCount).toBeGreaterThan(1);
      expect(told.activeKeyCount).toBeGreaterThan(1);
    }
    expect(await repairCounters(server.database)).toMatchObject({ repaired: 0 });
  });

  test('are right when a thousand members and keys of many workspaces come and go in single statements', async () => {
    const org = newOrganization();
    const ada = await newPerson('ada', org);
    const bob = await newPerson('bob', org);
    const ids = await times(10, () => createWorkspace(server, ada));
    await setRole(server, ids, bob, 'MEMBER');
    const keys = await insertKeys(server, ids, Array(100).fill({ name: 'key' }));
    for (const id of ids) expect((await countsOf(ada, id)).told).toEqual({ memberCount: 2, activeKeyCount: 100 });
    await server.database.rows(await removalOf(server, ids, bob));
    await changeRows(server, keys, `status = 'REVOKED', revoked_at = now()`);
    for (const id of ids) expect((await countsOf(ada, id)).told).toEqual({ memberCount: 1, activeKeyCount: 0 });
    expect(await repairCounters(server.database)).toMatchObject({ repaired: 0 });
  });

  test('are mended by repair when they are broken, and told of', async () => {
    const ada = await newPerson();
    const [broken, whole] = [await createWorkspace(server, ada), await createWorkspace(server, ada)];
    await insertKeys(server, broken, [{ name: 'one' }, { name: 'two', expiresInMs: 3_600_000 }]);
    await insertKeys(server, whole, [{ name: 'one' }]);

    for (const damage of ['member_count = 99', 'active_key_count = 0', 'next_key_expires_at = NULL']) {
      await changeRows(server, broken, damage);
      expect([damage, await repairCounters(server.database)]).toEqual([damage, { repaired: 1, refreshed: 0 }]);
      for (const id of [broken, whole]) {
        const { told, real } = await countsOf(ada, id);
        expect(told).toEqual(real);
      }
    }
    expect(await repairCounters(server.database)).toEqual({ repaired: 0, refreshed: 0 });
  });

  test('of keys that have expired meanwhile are right before repair, which does not call them broken', async () => {
    const ada = await newPerson();
    const id = await createWorkspace(server, ada);
    await insertKeys(server, id, [{ name: 'lasting' }, { name: 'brief', expiresInMs: 1 }]);
    expect((await countsOf(ada, id)).told.activeKeyCount).toBe(1);
    const { repaired } = await repairCounters(server.database);
    expect(repaired).toBe(0);
    expect((await countsOf(ada, id)).told.activeKeyCount).toBe(1);
  });
});
