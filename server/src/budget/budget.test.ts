import { describe, expect, test } from '@jest/globals';
import {
  type Budget,
  budgetFields,
  budgetOf,
  changeLedger,
  hold,
  newSpender,
  reservedInLedger,
  routeFast,
  spend,
  updateSettings,
} from '../testing/budgets.js';
import { eventually } from '../testing/eventually.js';
import { createKey, createWorkspace, mutate, run } from '../testing/fixtures.js';
import { insertWorkspaces } from '../testing/rows.js';
import { recordStatements } from '../testing/statements.js';
import { newOrganization, type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

const money = (amount: string) => ({ amount, currency: 'USD' });

test('a new workspace has the calendar month, its whole limit, and what is set unless told otherwise', async () => {
  const { owner, workspaceId } = await newSpender({ monthlyBudget: '250.00', timeZone: 'Africa/Kigali' });
  const budget = await budgetOf(owner, workspaceId);
  const now = new Date();
  // Kigali is two hours ahead all year.
  const there = new Date(now.getTime() + 7_200_000);
  const month = (offset: number) =>
    new Date(Date.UTC(there.getUTCFullYear(), there.getUTCMonth() + offset, 1) - 7_200_000).toISOString();
  expect(budget).toEqual({
    limit: money('250.00'),
    spent: money('0.00'),
    reserved: money('0.00'),
    remaining: money('250.00'),
    utilization: 0,
    state: 'OK',
    enforcement: 'BLOCK',
    alertThresholds: [80, 100],
    alerts: [],
    periodStart: month(0),
    periodEnd: month(1),
    timeZone: 'Africa/Kigali',
    forecast: { expectedSpend: money('0.00'), exhaustedAt: null },
  });
});

test('what is spent and held is exact, and reserved becomes spent when the usage is recorded', async () => {
  const spender = await newSpender({ monthlyBudget: '10.00' });
  const { owner, workspaceId } = spender;
  await routeFast(spender);
  await spend(spender, '0.00000001');
  await spend(spender, '1.10');
  expect(await hold(spender, 2, { requestId: 'held' })).toBeNull();
  expect(await budgetOf(owner, workspaceId)).toMatchObject({
    spent: money('1.10000001'),
    reserved: money('2.00'),
    remaining: money('6.89999999'),
    utilization: 0.310000001,
    state: 'OK',
  });
  await spend(spender, '1.5', { requestId: 'held' });
  expect(await budgetOf(owner, workspaceId)).toMatchObject({
    spent: money('2.60000001'),
    reserved: money('0.00'),
    remaining: money('7.39999999'),
  });
});

describe('the state', () => {
  const stateAfter = async (spent: string, held: number, settings: object = {}) => {
    const spender = await newSpender({ monthlyBudget: '10.00' });
    const { owner, workspaceId } = spender;
    await updateSettings(owner, workspaceId, settings);
    await routeFast(spender);
    if (spent !== '0') await spend(spender, spent);
    if (held > 0) expect(await hold(spender, held)).toBeNull();
    const { state, remaining, utilization } = await budgetOf(owner, workspaceId);
    return [state, remaining.amount, utilization];
  };

  test.each([
    ['OK', 'below the lowest threshold', '7.99', 0, {}, ['2.01', 0.799]],
    ['WARNING', 'from the lowest threshold on', '8', 0, {}, ['2.00', 0.8]],
    ['WARNING', 'by what is spent and held together', '5', 3, {}, ['2.00', 0.8]],
    ['WARNING', 'by a threshold of its own', '1', 0, { budgetAlertThresholds: [200, 10] }, ['9.00', 0.1]],
    ['EXHAUSTED', 'where nothing is left', '5', 5, {}, ['0.00', 1]],
    ['EXHAUSTED', 'where it is overspent', '12.5', 0, {}, ['-2.50', 1.25]],
    ['OK', 'without a threshold', '9.99', 0, { budgetAlertThresholds: [] }, ['0.01', 0.999]],
    ['EXHAUSTED', 'with a limit of 0', '0', 0, { monthlyBudget: '0.00' }, ['0.00', null]],
  ])('is %s %s', async (state, _when, spent, held, settings, rest) => {
    expect(await stateAfter(spent, held, settings)).toEqual([state, ...rest]);
  });

  test('is EXHAUSTED no more at once where the limit is raised', async () => {
    const spender = await newSpender({ monthlyBudget: '10.00' });
    await spend(spender, '10');
    const { owner, workspaceId } = spender;
    expect(await budgetOf(owner, workspaceId)).toMatchObject({ state: 'EXHAUSTED' });
    const { workspace } = await updateSettings(owner, workspaceId, { monthlyBudget: '20.00' });
    expect(workspace?.budget).toMatchObject({ state: 'OK', forecast: { exhaustedAt: null } });
    expect(workspace?.budget.alerts.map(({ threshold }) => threshold)).toEqual([80, 100]);
  });
});

describe('what has run out', () => {
  test('is not shown as held any more, of the workspace and of its keys, also before it is given back', async () => {
    const spender = await newSpender({ monthlyBudget: '10.00' });
    const { owner, workspaceId, keyId } = spender;
    const limited = { ...spender, ...(await createKey(server, owner, { workspaceId, monthlyBudget: '5.00' })) };
    await routeFast(spender);
    for (const one of [spender, limited]) {
      await hold(one, 1);
      await hold(one, 2, { lasting: '50 milliseconds' });
    }
    const query = `query ($id: ID!, $ids: [ID!]!) { workspace(id: $id) { budget { reserved { amount } } }
      nodes(ids: $ids) { ... on VirtualKey { reserved { amount } } } }`;
    await eventually(async () => {
      const { workspace, nodes } = await run<{
        workspace: { budget: Budget };
        nodes: { reserved: { amount: string } }[];
      }>(server, owner, query, { id: workspaceId, ids: [keyId, limited.id] });
      const held = [workspace.budget, ...nodes].map(({ reserved }) => reserved.amount);
      expect(held).toEqual(['2.00', '1.00', '1.00']);
    });
    expect(await reservedInLedger(workspaceId)).toBe(6);
  });
});

describe('a month that is over', () => {
  test('reads as nothing spent, in the bounds of the present one, before anybody has come in it', async () => {
    const spender = await newSpender({ monthlyBudget: '10.00' });
    const { owner, workspaceId, keyId } = spender;
    const limited = { ...spender, ...(await createKey(server, owner, { workspaceId, monthlyBudget: '5.00' })) };
    await spend(spender, '6');
    await spend(limited, '4');
    const before = await budgetOf(owner, workspaceId);
    expect(before).toMatchObject({ state: 'EXHAUSTED', forecast: { exhaustedAt: expect.any(String) } });
    const spentOfKeys = async () => {
      const { nodes } = await run<{ nodes: { spent: { amount: string } }[] }>(
        server,
        owner,
        'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on VirtualKey { spent { amount } } } }',
        { ids: [keyId, limited.id] },
      );
      return nodes.map(({ spent }) => spent.amount);
    };
    expect(await spentOfKeys()).toEqual(['6.00', '4.00']);
    await changeLedger(workspaceId, `period_start = period_start - interval '31 days', period_end = period_start`);
    expect(await budgetOf(owner, workspaceId)).toEqual({
      ...before,
      spent: money('0.00'),
      remaining: money('10.00'),
      utilization: 0,
      state: 'OK',
      alerts: [],
      forecast: { expectedSpend: money('0.00'), exhaustedAt: null },
    });
    expect(await spentOfKeys()).toEqual(['0.00', '0.00']);
  });
});

test('a key has spent what its workspace’s present period says, with a limit, without one, and after its first one', async () => {
  const spender = await newSpender();
  const { owner, workspaceId, keyId } = spender;
  const other = { ...spender, ...(await createKey(server, owner, { workspaceId, monthlyBudget: '50.00' })) };
  const { periodStart } = await budgetOf(owner, workspaceId);
  const before = new Date(Date.parse(periodStart) - 1_000);
  for (const one of [spender, other]) await spend(one, '9', { occurredAt: before });
  await spend(spender, '1.25', { occurredAt: periodStart });
  await spend(spender, '2');
  await spend(other, '0.5');
  const query = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on VirtualKey { spent { amount currency } } } }`;
  const read = () => run<object>(server, owner, query, { ids: [keyId, other.id] });
  const expected = { nodes: [{ spent: money('3.25') }, { spent: money('0.50') }] };
  expect(await read()).toEqual(expected);
  await mutate(server, owner, {
    name: 'updateVirtualKey',
    input: { virtualKeyId: keyId, expectedVersion: 1, requestsPerMinute: 100 },
    fields: '',
  });
  expect(await read()).toEqual(expected);
});

test('a budget of nothing is exhausted since the period began, whatever comes, and one that is lowered to it since then', async () => {
  const spender = await newSpender({ monthlyBudget: '0.00' });
  const { owner, workspaceId } = spender;
  const exhaustedAt = async () => (await budgetOf(owner, workspaceId)).forecast.exhaustedAt;
  const { periodStart } = await budgetOf(owner, workspaceId);
  expect(await exhaustedAt()).toBe(periodStart);
  await spend(spender, '1');
  expect(await exhaustedAt()).toBe(periodStart);
  const before = Date.now() - 1;
  await updateSettings(owner, workspaceId, { monthlyBudget: '5.00' });
  expect(await exhaustedAt()).not.toBe(periodStart);
  await updateSettings(owner, workspaceId, { monthlyBudget: '0.00' }, 2);
  expect(Date.parse((await exhaustedAt()) ?? '')).toBeGreaterThan(before);
});

describe('statements', () => {
  let owner: Person;
  test('a page of fifty cards with their budgets is one, and so is a page of two', async () => {
    owner = await person(server, { sub: 'owner', org: newOrganization() });
    await insertWorkspaces(server, owner, { count: 50, prefix: 'Budget' });
    const query = `query ($first: Int) { workspaces(first: $first) { nodes { name ${budgetFields} } } }`;
    for (const first of [2, 50]) {
      const { result, statements } = await recordStatements(() =>
        run<{ workspaces: { nodes: { budget: Budget }[] } }>(server, owner, query, { first }),
      );
      expect(result.workspaces.nodes.map(({ budget }) => budget.state)).toEqual(Array(first).fill('OK'));
      expect(statements).toHaveLength(1);
    }
  });

  test('keys of many workspaces with what they have spent and hold are one a field', async () => {
    const query = `query ($first: Int) { virtualKeys(first: $first) { nodes { spent { amount } reserved { amount } } } }`;
    const workspaceId = await createWorkspace(server, owner);
    for (let count = 0; count < 3; count++) await createKey(server, owner, { workspaceId });
    const { statements } = await recordStatements(() => run(server, owner, query, { first: 50 }));
    expect(statements).toHaveLength(3);
  });
});

test('a stranger sees neither the budget nor what a key has spent, and changes no setting of it', async () => {
  const { org, workspaceId, keyId } = await newSpender();
  const strangers = [
    await person(server, { sub: 'stranger', org }),
    await person(server, { sub: 'foreign', org: newOrganization(), org_role: 'admin' }),
  ];
  const query = `query ($id: ID!, $key: ID!) { workspace(id: $id) { ${budgetFields} }
    node(id: $key) { ... on VirtualKey { spent { amount } reserved { amount } } } }`;
  for (const stranger of strangers) {
    expect(await run(server, stranger, query, { id: workspaceId, key: keyId })).toEqual({
      workspace: null,
      node: null,
    });
    const { workspace, userErrors } = await updateSettings(stranger, workspaceId, { budgetAlertThresholds: [1] });
    expect([workspace, userErrors.map(({ code }) => code)]).toEqual([null, ['NOT_FOUND']]);
  }
});
