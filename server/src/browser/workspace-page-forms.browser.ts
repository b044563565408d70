import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../testing/eventually.js';
import { setActive } from '../testing/rows.js';
import { cardOf, pickMembers, stage, termsOf, useStage } from '../testing/workspace-page.js';

useStage();
beforeAll(() => stage.removeRoutes());

describe('creating', () => {
  test('a workspace is made with the members that were picked, counted, and shown', async () => {
    const { page, dialog } = await openCreate('ada');
    const total = Number((await termsOf(page.locator('.summary')))['Total workspaces']);
    await fill(dialog, { name: 'Route planner', monthlyBudget: '1250.5' });
    await dialog.getByRole('combobox', { name: 'Environment' }).selectOption('Production');
    await dialog.getByRole('combobox', { name: 'Region' }).selectOption('Rwanda');
    await pickMembers(page, 'Keza Ingabire', 'Hanna Lindqvist', 'Bruno Carvalho');
    await dialog.getByRole('button', { name: 'Remove Hanna Lindqvist' }).click();
    expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('combobox');
    await dialog.getByRole('button', { name: 'Create workspace' }).click();
    await page.getByRole('status').getByText('Route planner was created.').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('New workspace');
    await page
      .locator('.summary')
      .getByText(String(total + 1), { exact: true })
      .waitFor();
    await page.getByRole('button', { name: 'Show it' }).click();
    expect(await termsOf(cardOf(page, 'Route planner'))).toEqual({
      Owner: 'Ada Uwimana',
      Environment: 'Production',
      Status: 'Active',
      Region: 'Rwanda',
      'Monthly budget': '$1,250.50',
      Members: '3',
      'Active keys': '0',
    });
    expect(await membersOf('Route planner')).toEqual(['Ada Uwimana', 'Bruno Carvalho', 'Keza Ingabire']);
  });

  test('what is wrong is told of at its field, all of it at once, and the first of them gets the focus', async () => {
    const { page, dialog } = await openCreate('bruno');
    await fill(dialog, { name: '  ', monthlyBudget: '10.005' });
    await dialog.getByRole('button', { name: 'Create workspace' }).click();
    await expectFieldError(page, 'Name', /^A name has 1 to 80 characters/);
    expect(await descriptionOf(page, 'Monthly budget in USD')).toMatch(/^A budget is 0 or more/);
    expect(await dialog.locator('[aria-invalid="true"]').count()).toBe(2);
    await fill(dialog, { name: 'fraud SCORING', monthlyBudget: '1' });
    await dialog.getByRole('button', { name: 'Create workspace' }).click();
    await expectFieldError(page, 'Name', /^A workspace of this organization already has this name/);
    expect(await dialog.locator('[aria-invalid="true"]').count()).toBe(1);
    await fill(dialog, { name: 'Fraud rehearsal two' });
    await dialog.getByRole('button', { name: 'Create workspace' }).click();
    await page.getByText('Fraud rehearsal two was created.').waitFor();
  });

  test('every budget that is none is told of at the budget', async () => {
    const { page, dialog } = await openCreate('bruno');
    for (const [monthlyBudget, message] of [
      ['twelve', /^Write the budget as a number/],
      ['', /^Enter a budget/],
      ['-1', /^A budget is 0 or more/],
      ['1e3', /^Write the budget as a number/],
      ['1000000000000', /^A budget is 0 or more, below 1,000,000,000,000/],
    ] as const) {
      await fill(dialog, { name: 'Budget', monthlyBudget });
      await dialog.getByRole('button', { name: 'Create workspace' }).click();
      await expectFieldError(page, 'Monthly budget in USD', message);
    }
  });

  test('a person who left the team access meanwhile is named at the members', async () => {
    const { page, dialog } = await openCreate('chidi');
    await fill(dialog, { name: 'Not for everybody', monthlyBudget: '1' });
    await pickMembers(page, 'Bruno Carvalho', 'Farid Haddad', 'Grace Mukamana');
    const farid = await userOf('farid');
    await setActive(stage.server, farid, false);
    await dialog.getByRole('button', { name: 'Create workspace' }).click();
    await expectFieldError(page, 'Members', /Farid Haddad: There is no such person in your team access\.$/);
    expect(await dialog.locator('.field-errors li').count()).toBe(1);
    await setActive(stage.server, farid, true);
  });

  test('a refusal of the whole input is told of above the form', async () => {
    const { page, dialog } = await openCreate('bruno');
    await fill(dialog, { name: 'Lost answer', monthlyBudget: '1' });
    await loseAnswer(page, () => dialog.getByRole('button', { name: 'Create workspace' }).click());
    await dialog.getByRole('alert').getByText('The server does not answer.').waitFor();
    await fill(dialog, { name: 'Another name' });
    await dialog.getByRole('button', { name: 'Create workspace' }).click();
    await dialog.getByRole('alert').getByText('This form has made a workspace already').waitFor();
    expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('alert');
    stage.browser.takeMisdeeds();
  });

  test('sent again after its answer was lost, the form makes one workspace', async () => {
    const { page, dialog } = await openCreate('bruno');
    await fill(dialog, { name: 'Sent twice', monthlyBudget: '1' });
    await loseAnswer(page, () => dialog.getByRole('button', { name: 'Create workspace' }).click());
    await dialog.getByRole('alert').waitFor();
    await dialog.getByRole('button', { name: 'Create workspace' }).click();
    await page.getByText('Sent twice was created.').waitFor();
    expect(await findAll('Sent twice')).toHaveLength(1);
    stage.browser.takeMisdeeds();
  });

  test('a double click creates one, with one request', async () => {
    const { page, dialog } = await openCreate('bruno');
    let requests = 0;
    await page.route('**/graphql', async (route) => {
      if (route.request().postDataJSON().operationName === 'CreateWorkspace') requests += 1;
      await route.continue();
    });
    await fill(dialog, { name: 'Clicked twice', monthlyBudget: '1' });
    await dialog.getByRole('button', { name: 'Create workspace' }).dblclick();
    await page.getByText('Clicked twice was created.').waitFor();
    expect({ requests, made: (await findAll('Clicked twice')).length }).toEqual({ requests: 1, made: 1 });
  });
});

describe('editing', () => {
  test('only what was changed is sent, with the version that was read', async () => {
    const { page, dialog, id, version } = await openSettings('bruno', 'Checkout API Staging');
    await dialog.getByRole('combobox', { name: 'Region' }).selectOption('Global');
    const sent = page.waitForRequest((request) => request.postData()?.includes('UpdateWorkspaceSettings') ?? false);
    await dialog.getByRole('button', { name: 'Save settings' }).click();
    expect((await sent).postDataJSON().variables.input).toEqual({
      workspaceId: id,
      expectedVersion: version,
      region: 'GLOBAL',
    });
    await page.getByText('The settings of Checkout API Staging were saved.').waitFor();
    expect(await termsOf(cardOf(page, 'Checkout API Staging'))).toMatchObject({ Region: 'Global' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Settings of Checkout API Staging');
  });

  test('every setting and the whole set of members change at once, and the summary with them', async () => {
    const { page, dialog } = await openSettings('ada', 'Prompt Evaluation');
    expect(await dialog.getByRole('list', { name: 'Chosen members' }).locator('li').allTextContents()).toEqual([
      'Ada UwimanaOwner',
      'Divya RamanAdmin',
      'Bruno CarvalhoMember',
      'Hanna LindqvistMember',
    ]);
    expect(await dialog.getByRole('button', { name: 'Remove Ada Uwimana' }).count()).toBe(0);
    const production = Number((await termsOf(page.locator('.summary')))['Production workspaces']);
    await dialog.getByRole('combobox', { name: 'Environment' }).selectOption('Production');
    await dialog.getByRole('textbox', { name: 'Monthly budget in USD' }).fill('15750.01');
    await dialog.getByRole('button', { name: 'Remove Bruno Carvalho' }).click();
    await pickMembers(page, 'Grace Mukamana');
    await dialog.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('The settings of Prompt Evaluation were saved.').waitFor();
    expect((await termsOf(page.locator('.summary')))['Production workspaces']).toBe(String(production + 1));
    expect(await membersOf('Prompt Evaluation')).toEqual([
      'Ada Uwimana',
      'Divya Raman',
      'Grace Mukamana',
      'Hanna Lindqvist',
    ]);
  });

  test('a refused budget is told of at the budget, and the same one in other writing changes nothing', async () => {
    const { page, dialog } = await openSettings('bruno', 'Checkout API');
    await dialog.getByRole('textbox', { name: 'Monthly budget in USD' }).fill('0.001');
    await dialog.getByRole('button', { name: 'Save settings' }).click();
    await expectFieldError(page, 'Monthly budget in USD', /^A budget is 0 or more/);
    await dialog.getByRole('textbox', { name: 'Monthly budget in USD' }).fill('048250');
    await dialog.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('Checkout API stays as it is.').waitFor();
  });

  test('who may only read the settings reads them', async () => {
    const { dialog } = await openSettings('ines', 'Board Reporting');
    await dialog.getByText('lets you read its settings, not change them').waitFor();
    expect(await termsOf(dialog)).toEqual({
      Owner: 'Ada Uwimana',
      Environment: 'Production',
      Region: 'European Union',
      'Monthly budget': '$9,950.00',
      Members: 'Ada Uwimana, Hanna Lindqvist, Farid Haddad, Inês Duarte',
    });
    expect(await dialog.getByRole('button', { name: 'Save settings' }).count()).toBe(0);
  });

  test('somebody who takes themselves out is told so, and the card goes', async () => {
    const { page, dialog } = await openSettings('chidi', 'Payment Disputes');
    await dialog.getByRole('button', { name: 'Remove Chidi Okonkwo' }).click();
    await dialog.getByRole('button', { name: 'Save settings' }).click();
    await dialog.getByRole('alert').getByText('You are no longer among those who see Payment Disputes').waitFor();
    await dialog.getByRole('button', { name: 'Back to the workspaces' }).click();
    await cardOf(page, 'Payment Disputes').waitFor({ state: 'detached' });
  });
});

describe('a version conflict', () => {
  test('shows what somebody else changed meanwhile, and yours goes on', async () => {
    const { page, dialog } = await openSettings('bruno', 'Runbook Chat');
    await dialog.getByRole('textbox', { name: 'Monthly budget in USD' }).fill('500');
    await dialog.getByRole('combobox', { name: 'Region' }).selectOption('Global');
    await changeMeanwhile('Runbook Chat', { monthlyBudget: '700.00', environment: 'STAGING' });
    await dialog.getByRole('button', { name: 'Save settings' }).click();
    await dialog.getByText('Ada Uwimana changed this workspace meanwhile').waitFor();
    expect(await differencesOf(dialog)).toEqual({
      Environment: ['Was Sandbox', 'As it was Sandbox', 'Now Staging ✓'],
      Region: ['Was European Union', 'Yours Global ✓', 'Now European Union'],
      'Monthly budget': ['Was $300.00', 'Yours $500.00 ✓', 'Now $700.00'],
    });
    await dialog.getByRole('button', { name: 'Save with these' }).click();
    await page.getByText('The settings of Runbook Chat were saved.').waitFor();
    expect(await termsOf(cardOf(page, 'Runbook Chat'))).toMatchObject({
      Environment: 'Staging',
      Region: 'Global',
      'Monthly budget': '$500.00',
    });
  });

  test('the present values can be taken in their place, field by field', async () => {
    const { page, dialog, id, version } = await openSettings('bruno', 'Ledger Reconciliation');
    await dialog.getByRole('textbox', { name: 'Monthly budget in USD' }).fill('1.00');
    await dialog.getByRole('combobox', { name: 'Region' }).selectOption('United States');
    await changeMeanwhile('Ledger Reconciliation', { monthlyBudget: '2.00', region: 'RWANDA' });
    await dialog.getByRole('button', { name: 'Save settings' }).click();
    await dialog.getByRole('group', { name: 'Monthly budget' }).getByText('$2.00').click();
    const sent = page.waitForRequest((request) => request.postData()?.includes('UpdateWorkspaceSettings') ?? false);
    await dialog.getByRole('button', { name: 'Save with these' }).click();
    expect((await sent).postDataJSON().variables.input).toEqual({
      workspaceId: id,
      expectedVersion: version + 1,
      region: 'US',
    });
    await page.getByText('The settings of Ledger Reconciliation were saved.').waitFor();
  });

  test('with nothing of yours left, nothing is sent', async () => {
    const { page, dialog } = await openSettings('ada', 'Load Test Harness');
    await dialog.getByRole('combobox', { name: 'Environment' }).selectOption('Staging');
    await changeMeanwhile('Load Test Harness', { environment: 'PRODUCTION' });
    await dialog.getByRole('button', { name: 'Save settings' }).click();
    await dialog.getByRole('radio', { name: 'Now Production' }).check();
    await dialog.getByRole('button', { name: 'Save with these' }).click();
    await page.getByText('Load Test Harness stays as it is.').waitFor();
    expect(await termsOf(cardOf(page, 'Load Test Harness'))).toMatchObject({ Environment: 'Production' });
  });

  test('members added by both sides can both stay', async () => {
    const { page, dialog } = await openSettings('ada', 'Code Review Helper Beta');
    await pickMembers(page, 'Keza Ingabire');
    await changeMembersMeanwhile('Code Review Helper Beta', ['hanna', 'bruno', 'elif']);
    await dialog.getByRole('button', { name: 'Save settings' }).click();
    await dialog.getByRole('group', { name: 'Members' }).waitFor();
    expect(await differencesOf(dialog)).toEqual({
      Members: [
        'Was Hanna Lindqvist and Bruno Carvalho',
        'Both with Elif Yıldız and Keza Ingabire ✓',
        'Yours with Keza Ingabire',
        'Now with Elif Yıldız',
      ],
    });
    await dialog.getByRole('button', { name: 'Save with these' }).click();
    await page.getByText('The settings of Code Review Helper Beta were saved.').waitFor();
    expect(await membersOf('Code Review Helper Beta')).toEqual([
      'Bruno Carvalho',
      'Elif Yıldız',
      'Hanna Lindqvist',
      'Keza Ingabire',
    ]);
  });

  test('back in the form the choices stand, and a second conflict is met like the first', async () => {
    const { page, dialog } = await openSettings('ada', 'Churn Signals');
    await dialog.getByRole('textbox', { name: 'Monthly budget in USD' }).fill('1.00');
    await changeMeanwhile('Churn Signals', { region: 'EU' });
    await dialog.getByRole('button', { name: 'Save settings' }).click();
    await dialog.getByRole('button', { name: 'Back to the form' }).click();
    expect(await dialog.getByRole('combobox', { name: 'Region' }).inputValue()).toBe('EU');
    expect(await dialog.getByRole('textbox', { name: 'Monthly budget in USD' }).inputValue()).toBe('1.00');
    await changeMeanwhile('Churn Signals', { region: 'RWANDA' });
    await dialog.getByRole('button', { name: 'Save settings' }).click();
    await dialog.getByRole('button', { name: 'Save with these' }).click();
    await page.getByText('The settings of Churn Signals were saved.').waitFor();
    expect(await termsOf(cardOf(page, 'Churn Signals'))).toMatchObject({ Region: 'Rwanda', 'Monthly budget': '$1.00' });
  });
});

async function openCreate(person: string): Promise<{ page: Page; dialog: Locator }> {
  const page = await stage.open(person, { query: '?search=model' });
  await page.getByRole('article').first().waitFor();
  await page.getByRole('button', { name: 'New workspace' }).click();
  return { page, dialog: page.getByRole('dialog', { name: 'New workspace' }) };
}

async function openSettings(person: string, name: string): Promise<{ page: Page; dialog: Locator } & Found> {
  const page = await stage.open(person, { query: `?search=${encodeURIComponent(name)}` });
  await cardOf(page, name).getByRole('button', { name: 'Settings' }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings' });
  await dialog
    .getByRole('button', { name: /Save settings|Close/ })
    .last()
    .waitFor();
  await dialog.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
  return { page, dialog, ...(await find(name)) };
}

async function fill(
  dialog: Locator,
  { name, monthlyBudget }: { name?: string; monthlyBudget?: string },
): Promise<void> {
  if (name !== undefined) await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  if (monthlyBudget !== undefined) await dialog.getByRole('textbox', { name: 'Monthly budget' }).fill(monthlyBudget);
}

/** The field has the focus, counts as wrong, and is described by the message. */
async function expectFieldError(page: Page, label: string, message: RegExp): Promise<void> {
  await page
    .getByRole('dialog')
    .getByLabel(label, { exact: true })
    .and(page.locator(':focus[aria-invalid="true"]'))
    .waitFor();
  await eventually(async () => expect(await descriptionOf(page, label)).toMatch(message));
}

async function descriptionOf(page: Page, label: string): Promise<string> {
  const ids = await page.getByRole('dialog').getByLabel(label, { exact: true }).getAttribute('aria-describedby');
  const texts = (ids ?? '').split(' ').map((id) => page.locator(`[id="${id}"]`).textContent());
  // Its hint comes first where it has one.
  return (await Promise.all(texts)).at(-1) ?? '';
}

/** What the conflict shows, by field; the chosen side is ticked. */
async function differencesOf(dialog: Locator): Promise<Record<string, string[]>> {
  const differences: Record<string, string[]> = {};
  for (const field of await dialog.locator('.difference').all()) {
    const sides = await Promise.all(
      (await field.locator('label').all()).map(async (side) => {
        const texts = await side.locator('> span').allTextContents();
        return [...texts, ...((await side.locator('input').isChecked()) ? ['✓'] : [])].join(' ');
      }),
    );
    const was =
      (await field.locator('.difference-was').textContent())?.replace(' Nobody else changed it.', '').trim() ?? '';
    differences[(await field.locator('legend').textContent()) ?? ''] = [was, ...sides];
  }
  return differences;
}

/** The server does what it is asked in the meantime, but its answer does not arrive. */
async function loseAnswer(page: Page, action: () => Promise<void>): Promise<void> {
  await page.route(
    '**/graphql',
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
  await action();
}

interface Found {
  readonly id: string;
  readonly version: number;
}

async function findAll(name: string): Promise<Found[]> {
  const { workspaces } = await stage.ask<{ workspaces: { nodes: (Found & { name: string })[] } }>(
    'ada',
    'query ($search: String) { workspaces(filter: { search: $search }) { nodes { id version name } } }',
    { search: name },
  );
  return workspaces.nodes.filter((node) => node.name === name);
}

async function find(name: string): Promise<Found> {
  const [found] = await findAll(name);
  if (found === undefined) throw new Error(`There is no workspace ${name}.`);
  return found;
}

async function membersOf(name: string): Promise<string[]> {
  const { workspace } = await stage.ask<{ workspace: { members: { nodes: { user: { name: string } }[] } } }>(
    'ada',
    'query ($id: ID!) { workspace(id: $id) { members(first: 100) { nodes { user { name } } } } }',
    { id: (await find(name)).id },
  );
  return workspace.members.nodes.map(({ user }) => user.name).sort();
}

/** Somebody else's change through the API, while the form is open. */
async function changeMeanwhile(name: string, change: Record<string, unknown>): Promise<void> {
  const { id, version } = await find(name);
  const answer = await stage.ask(
    'ada',
    `mutation ($input: UpdateWorkspaceSettingsInput!) {
       updateWorkspaceSettings(input: $input) { userErrors { message } } }`,
    { input: { workspaceId: id, expectedVersion: version, ...change } },
  );
  expect(answer).toEqual({ updateWorkspaceSettings: { userErrors: [] } });
}

async function changeMembersMeanwhile(name: string, subjects: string[]): Promise<void> {
  const people = await Promise.all(subjects.map(userOf));
  await changeMeanwhile(name, { memberIds: people.map(({ id }) => id) });
}

async function userOf(subject: string): Promise<{ id: string }> {
  const { viewer } = await stage.ask<{ viewer: { user: { id: string } } }>(subject, '{ viewer { user { id } } }');
  return viewer.user;
}
