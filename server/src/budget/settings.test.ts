import { describe, expect, test } from '@jest/globals';
import { budgetOf, newSpender, updateSettings } from '../testing/budgets.js';
import { auditEvents } from '../testing/fixtures.js';
import { setRole } from '../testing/rows.js';
import { person } from '../testing/test-server.js';
import { server, useServer } from '../testing/use-server.js';

useServer();

test('enforcement and thresholds are set together, kept ascending, and told in the audit log', async () => {
  const { owner, workspaceId } = await newSpender();
  const settings = { budgetEnforcement: 'ALERT_ONLY', budgetAlertThresholds: [1000, 1, 90, 50] };
  const { workspace, userErrors } = await updateSettings(owner, workspaceId, settings);
  expect(userErrors).toEqual([]);
  expect(workspace).toMatchObject({
    version: 2,
    budget: { enforcement: 'ALERT_ONLY', alertThresholds: [1, 50, 90, 1000] },
  });
  const { changes } = (await auditEvents(server, workspaceId)).at(-1) ?? {};
  expect(changes).toEqual([
    { field: 'budgetEnforcement', before: 'BLOCK', after: 'ALERT_ONLY' },
    { field: 'budgetAlertThresholds', before: [80, 100], after: [1, 50, 90, 1000] },
  ]);
});

test('the same in another order changes nothing', async () => {
  const { owner, workspaceId } = await newSpender();
  const same = { budgetEnforcement: 'BLOCK', budgetAlertThresholds: [100, 80] };
  const { workspace } = await updateSettings(owner, workspaceId, same);
  expect(workspace).toMatchObject({ version: 1, budget: { alertThresholds: [80, 100] } });
  expect((await auditEvents(server, workspaceId)).map(({ action }) => action)).not.toContain(
    'workspace.settings_updated',
  );
});

describe('thresholds', () => {
  test('may be none, and twenty; one that is named again counts once', async () => {
    const { owner, workspaceId } = await newSpender();
    const twenty = Array.from({ length: 20 }, (_, index) => index + 1);
    for (const [index, [given, kept]] of [
      [[], []],
      [twenty, twenty],
      [[...twenty, ...twenty], twenty],
      [
        [80, 100, 80],
        [80, 100],
      ],
    ].entries()) {
      const settings = { budgetAlertThresholds: given };
      const { workspace } = await updateSettings(owner, workspaceId, settings, Math.min(index + 1, 3));
      expect(workspace?.budget.alertThresholds).toEqual(kept);
    }
  });

  test.each([
    ['null', null, [['REQUIRED', 'input.budgetAlertThresholds']]],
    ['more than twenty', Array.from(Array(21).keys()), [['LIMIT_REACHED', 'input.budgetAlertThresholds']]],
    ['0', [80, 0], [['INVALID', 'input.budgetAlertThresholds.1']]],
    ['less than 0', [-1], [['INVALID', 'input.budgetAlertThresholds.0']]],
    ['more than 1,000', [1000, 1001], [['INVALID', 'input.budgetAlertThresholds.1']]],
    [
      'several of these, each told by its place',
      [5, 0, 2000],
      [
        ['INVALID', 'input.budgetAlertThresholds.1'],
        ['INVALID', 'input.budgetAlertThresholds.2'],
      ],
    ],
  ])('are refused with %s, and nothing else of the change is done', async (_what, budgetAlertThresholds, errors) => {
    const { owner, workspaceId } = await newSpender();
    const settings = { budgetAlertThresholds, budgetEnforcement: 'ALERT_ONLY' };
    const { workspace, userErrors } = await updateSettings(owner, workspaceId, settings);
    expect([workspace, userErrors.map(({ code, field }) => [code, field?.join('.')])]).toEqual([null, errors]);
    expect(await budgetOf(owner, workspaceId)).toMatchObject({ enforcement: 'BLOCK', alertThresholds: [80, 100] });
  });
});

test('an enforcement of null is REQUIRED', async () => {
  const { owner, workspaceId } = await newSpender();
  const { userErrors } = await updateSettings(owner, workspaceId, { budgetEnforcement: null });
  expect(userErrors).toMatchObject([{ code: 'REQUIRED', field: ['input', 'budgetEnforcement'] }]);
});

test('another version is a conflict that shows the budget as it is now', async () => {
  const { owner, workspaceId } = await newSpender();
  await updateSettings(owner, workspaceId, { budgetAlertThresholds: [70] });
  const { workspace, userErrors } = await updateSettings(owner, workspaceId, { budgetAlertThresholds: [60] });
  expect([workspace, userErrors.map(({ code }) => code)]).toEqual([null, ['VERSION_CONFLICT']]);
  expect((await budgetOf(owner, workspaceId)).alertThresholds).toEqual([70]);
});

test('a member reads the budget and may not change it', async () => {
  const { org, owner, workspaceId } = await newSpender();
  const member = await person(server, { sub: 'member', org });
  await setRole(server, [workspaceId], member, 'MEMBER');
  expect(await budgetOf(member, workspaceId)).toEqual({
    ...(await budgetOf(owner, workspaceId)),
    forecast: expect.anything(),
  });
  const { userErrors } = await updateSettings(member, workspaceId, { budgetAlertThresholds: [60] });
  expect(userErrors.map(({ code }) => code)).toEqual(['FORBIDDEN']);
});
