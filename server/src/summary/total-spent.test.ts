import { expect, test } from '@jest/globals';
import { changeLedger, newSpender, spend } from '../testing/budgets.js';
import { createKey, createWorkspace, mutate, run } from '../testing/fixtures.js';
import { setRole } from '../testing/rows.js';
import { recordStatements } from '../testing/statements.js';
import { type Person, person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

async function totalSpent(who: Person): Promise<string> {
  const { workspaceSummary } = await run<{ workspaceSummary: { totalSpent: { amount: string; currency: string } } }>(
    server,
    who,
    '{ workspaceSummary { totalSpent { amount currency } } }',
  );
  expect(workspaceSummary.totalSpent.currency).toBe('USD');
  return workspaceSummary.totalSpent.amount;
}

test('the summary’s totalSpent is of the workspaces in the list, each in its own present period', async () => {
  const spender = await newSpender({ timeZone: 'Pacific/Kiritimati' });
  const { owner, org } = spender;
  const [member, admin, stranger] = await Promise.all([
    person(server, { sub: 'member', org }),
    person(server, { sub: 'admin', org, org_role: 'admin' }),
    person(server, { sub: 'stranger', org }),
  ]);
  const addWorkspace = async () => {
    const workspaceId = await createWorkspace(server, owner);
    return { ...spender, workspaceId, ...(await createKey(server, owner, { workspaceId })) };
  };
  const [second, over, archived] = [await addWorkspace(), await addWorkspace(), await addWorkspace()];
  await spend(spender, '1.5');
  await spend(second, '0.00000001');
  await spend(over, '10');
  await spend(archived, '20');
  await setRole(server, [second.workspaceId], member, 'VIEWER');
  const all = async () => Promise.all([owner, member, admin, stranger].map(totalSpent));
  expect(await all()).toEqual(['31.50000001', '0.00000001', '31.50000001', '0.00']);

  await changeLedger(over.workspaceId, `period_start = period_start - interval '31 days', period_end = period_start`);
  await mutate(server, owner, {
    name: 'archiveWorkspace',
    input: { workspaceId: archived.workspaceId, expectedVersion: 1 },
    fields: '',
  });
  expect(await all()).toEqual(['1.50000001', '0.00000001', '1.50000001', '0.00']);
});

test('it is one statement with the other figures, which reads no ledger where nobody asks for it', async () => {
  const { owner } = await newSpender();
  const statementsOf = async (fields: string) =>
    (await recordStatements(() => run(server, owner, `{ workspaceSummary { ${fields} } }`))).statements;
  const figures = 'totalWorkspaces totalActiveKeys productionWorkspaces totalMonthlyBudget { amount }';
  const asked = await statementsOf(`${figures} totalSpent { amount }`);
  expect(asked.map((text) => text.includes('workspace_ledgers'))).toEqual([true]);
  const others = await statementsOf(figures);
  expect(others.map((text) => text.includes('workspace_ledgers'))).toEqual([false]);
});
