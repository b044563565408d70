import { describe, expect, test } from '@jest/globals';
import { budgetOf, changeLedger, newSpender, type Spender, spend, updateSettings } from '../testing/budgets.js';
import { auditEvents, run } from '../testing/fixtures.js';
import { organizationOf, uuidOf } from '../testing/rows.js';
import { server, useServer } from '../testing/use-server.js';
import { connect, untilWaiting } from '../testing/waiting.js';

useServer();

const thresholdsOf = async ({ owner, workspaceId }: Spender) =>
  (await budgetOf(owner, workspaceId)).alerts.map(({ threshold, spent }) => [threshold, spent.amount]);

const alertEvents = async ({ workspaceId }: Spender) =>
  (await auditEvents(server, workspaceId)).filter(({ action }) => action === 'workspace.budget_alert_raised');

/** Lines of the log that tell of alerts of the workspace. */
const linesOf = ({ workspaceId }: Spender) =>
  server.logLines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line['workspaceId'] === workspaceId && line['msg'] === 'a budget alert was raised');

async function countedAlerts(): Promise<number> {
  const text = await (await fetch(server.endpoint.replace('/graphql', '/metrics'))).text();
  return Number(/^budget_alerts_raised_total (\d+)$/m.exec(text)?.[1]);
}

test('a threshold that is reached raises an alert, once a period, which tells what was spent by then', async () => {
  const spender = await newSpender({ monthlyBudget: '10.00' });
  await spend(spender, '7.99');
  expect(await thresholdsOf(spender)).toEqual([]);
  await spend(spender, '0.01');
  expect(await thresholdsOf(spender)).toEqual([[80, '8.00']]);
  await spend(spender, '1');
  await spend(spender, '3');
  await spend(spender, '1');
  expect(await thresholdsOf(spender)).toEqual([
    [80, '8.00'],
    [100, '12.00'],
  ]);
});

test('two that cross a threshold at once raise one alert', async () => {
  const spender = await newSpender({ monthlyBudget: '10.00' });
  await Promise.all(Array.from({ length: 8 }, () => spend(spender, '9')));
  expect((await thresholdsOf(spender)).map(([threshold]) => threshold)).toEqual([80, 100]);
  expect(await alertEvents(spender)).toHaveLength(2);
});

test('an alert is an event of the system’s in the audit log of the workspace', async () => {
  const spender = await newSpender({ monthlyBudget: '10.00' });
  await spend(spender, '8.5');
  const query = `query ($id: ID!) { workspace(id: $id) { budget { alerts { raisedAt } }
    auditLog(filter: { actions: ["workspace.budget_alert_raised"] }) {
      nodes { action targetId requestId occurredAt actor { kind actorId name } changes { field before after } workspace { id } }
    } } }`;
  const { workspace } = await run<{
    workspace: { budget: { alerts: { raisedAt: string }[] }; auditLog: { nodes: object[] } };
  }>(server, spender.owner, query, { id: spender.workspaceId });
  expect(workspace.auditLog.nodes).toEqual([
    {
      action: 'workspace.budget_alert_raised',
      targetId: spender.workspaceId,
      requestId: null,
      occurredAt: workspace.budget.alerts[0]?.raisedAt,
      actor: { kind: 'SYSTEM', actorId: null, name: 'TokenVue' },
      changes: [
        { field: 'threshold', before: null, after: '80' },
        { field: 'spent', before: null, after: expect.stringMatching(/^"8\.50*"$/) },
      ],
      workspace: { id: spender.workspaceId },
    },
  ]);
});

describe('a change of settings', () => {
  test('that lowers the limit raises the alerts that are due at once, tells the log and counts them', async () => {
    const spender = await newSpender({ monthlyBudget: '100.00' });
    await spend(spender, '9.5');
    const before = await countedAlerts();
    const { workspace } = await updateSettings(spender.owner, spender.workspaceId, { monthlyBudget: '10.00' });
    expect(workspace?.budget).toMatchObject({ state: 'WARNING', alerts: [{ threshold: 80 }] });
    expect(await alertEvents(spender)).toHaveLength(1);
    expect(linesOf(spender)).toMatchObject([{ level: 40, threshold: 80, spent: 9.5 }]);
    expect(await countedAlerts()).toBe(before + 1);
  });

  test('to other thresholds does so too, and a raised limit takes nothing back', async () => {
    const spender = await newSpender({ monthlyBudget: '100.00' });
    const { owner, workspaceId } = spender;
    await spend(spender, '50');
    await updateSettings(owner, workspaceId, { budgetAlertThresholds: [60, 50, 25] });
    const raised = [
      [25, '50.00'],
      [50, '50.00'],
    ];
    expect(await thresholdsOf(spender)).toEqual(raised);
    await updateSettings(owner, workspaceId, { monthlyBudget: '1000.00', budgetAlertThresholds: [100] }, 2);
    expect(await thresholdsOf(spender)).toEqual(raised);
    await updateSettings(owner, workspaceId, { monthlyBudget: '100.00', budgetAlertThresholds: [25, 50] }, 3);
    expect(await thresholdsOf(spender)).toEqual(raised);
    expect(await alertEvents(spender)).toHaveLength(2);
  });

  test('raises nothing where it is refused, where the limit stays, or where the month is over', async () => {
    const spender = await newSpender({ monthlyBudget: '100.00' });
    const { owner, workspaceId } = spender;
    await spend(spender, '50');
    await updateSettings(owner, workspaceId, { monthlyBudget: '50.00' }, 7);
    await updateSettings(owner, workspaceId, { monthlyBudget: '100.00', environment: 'STAGING' });
    await changeLedger(workspaceId, `period_start = period_start - interval '31 days', period_end = period_start`);
    await updateSettings(owner, workspaceId, { monthlyBudget: '50.00' }, 2);
    expect(await thresholdsOf(spender)).toEqual([]);
    expect([await alertEvents(spender), linesOf(spender)]).toEqual([[], []]);
  });

  test('waits for who has the ledger, and sees what they have spent', async () => {
    const spender = await newSpender({ monthlyBudget: '100.00' });
    const { owner, workspaceId } = spender;
    const holder = await connect(server.databaseUrl);
    await holder.query('BEGIN');
    const values = [await organizationOf(server, workspaceId), uuidOf(workspaceId)];
    await holder.query({
      text: 'UPDATE workspace_ledgers SET spent = 9, turn = turn + 1 WHERE organization_id = $1 AND workspace_id = $2',
      values,
    });
    const change = updateSettings(owner, workspaceId, { monthlyBudget: '10.00' });
    await untilWaiting(holder);
    await holder.query('COMMIT');
    await holder.end();
    expect((await change).workspace?.budget.alerts).toMatchObject([{ threshold: 80 }]);
  });

  test('and recordings at once never wait for each other in a circle, and leave each alert once', async () => {
    const spender = await newSpender({ monthlyBudget: '1000.00' });
    const { owner, workspaceId } = spender;
    const changes = async () => {
      for (let version = 1; version <= 6; version++) {
        const monthlyBudget = version % 2 === 0 ? '1000.00' : '10.00';
        const { userErrors } = await updateSettings(owner, workspaceId, { monthlyBudget }, version);
        expect(userErrors).toEqual([]);
      }
    };
    await Promise.all([changes(), ...Array.from({ length: 24 }, () => spend(spender, '1'))]);
    await updateSettings(owner, workspaceId, { monthlyBudget: '10.00' }, 7);
    expect((await thresholdsOf(spender)).map(([threshold]) => threshold)).toEqual([80, 100]);
  });
});

test('nobody is told of an alert whose change was undone', async () => {
  const spender = await newSpender({ monthlyBudget: '100.00' });
  const { owner, workspaceId } = spender;
  await spend(spender, '90');
  const count = (await alertEvents(spender)).length;
  const lines = linesOf(spender).length;
  // The command's own event can not be written, which ends its transaction after the alert was raised.
  await server.database.rows({
    text: `ALTER TABLE audit_events ADD CONSTRAINT no_settings CHECK (action <> 'workspace.settings_updated') NOT VALID`,
    values: [],
  });
  await expect(updateSettings(owner, workspaceId, { monthlyBudget: '90.00' })).rejects.toThrow();
  await server.database.rows({ text: 'ALTER TABLE audit_events DROP CONSTRAINT no_settings', values: [] });
  expect([(await alertEvents(spender)).length, linesOf(spender).length]).toEqual([count, lines]);
  expect(await thresholdsOf(spender)).toEqual([[80, '90.00']]);
});
