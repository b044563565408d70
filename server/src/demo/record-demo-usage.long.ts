import { expect, jest, test } from '@jest/globals';
import { budgetAlertsRaised } from '../budget/raise-alerts.js';
import { onPlainPostgres } from '../testing/plain-postgres.js';
import { server, useServer } from '../testing/use-server.js';
import { createDemoData } from './demo-data.js';
import { recordDemoUsage } from './record-demo-usage.js';

jest.setTimeout(60_000);

useServer();

onPlainPostgres('somebody has signed in there', () => {
  test('the usage of the demonstration data is recorded in ten seconds, once, and its alerts are told as all are', async () => {
    await createDemoData(server.database);
    const told: object[] = [];
    const log = { warn: (alert: object) => told.push(alert) } as never;
    const count = async () => (await budgetAlertsRaised.get()).values[0]?.value ?? 0;
    const before = await count();
    const { signal } = new AbortController();
    const started = performance.now();
    expect(await recordDemoUsage(server.database, log, signal)).toBeGreaterThan(1_000);
    expect(performance.now() - started).toBeLessThan(10_000);
    const [raised] = await server.database.rows<{ alerts: number; events: number }>({
      text: `SELECT (SELECT count(*) FROM budget_alerts)::integer AS alerts, (
        SELECT count(*) FROM audit_events WHERE action = 'workspace.budget_alert_raised')::integer AS events`,
      values: [],
    });
    expect(told.length).toBeGreaterThan(0);
    expect({ ...raised, counted: (await count()) - before }).toEqual({
      alerts: told.length,
      events: told.length,
      counted: told.length,
    });
    expect(await recordDemoUsage(server.database, log, signal)).toBe(0);
  });
});
