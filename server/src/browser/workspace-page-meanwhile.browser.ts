import { describe, expect, test } from '@jest/globals';
import type { Page, Route } from 'playwright-core';
import { eventually } from '../testing/eventually.js';
import { changeRows } from '../testing/rows.js';
import { cardOf, stage, useStage } from '../testing/workspace-page.js';

useStage();

describe('answers that come late', () => {
  test('of two workspaces selected in haste the second one stays, however late the first answer is', async () => {
    const page = await stage.open('ada', { query: '?search=checkout' });
    const release = await holdBack(page, 'SelectWorkspace');
    await cardOf(page, 'Checkout API').getByRole('button', { name: 'Select' }).click();
    await cardOf(page, 'Checkout API Staging').getByRole('button', { name: 'Select' }).click();
    release();
    await cardOf(page, 'Checkout API Staging').getByText('Active workspace').waitFor();
    await page.getByRole('status').getByText('Checkout API Staging is now your active workspace.').waitFor();
    await page.waitForTimeout(lateness * 2);
    expect(await page.locator('[aria-current] h3').allTextContents()).toEqual(['Checkout API Staging']);
    expect(await stage.ask('ada', '{ activeWorkspace { name } }')).toEqual({
      activeWorkspace: { name: 'Checkout API Staging' },
    });
  });

  test('a letter that is typed in the moment of the search before it is not lost', async () => {
    const page = await stage.open('ada', { initScript: typeWhileSearching });
    await page.getByRole('searchbox').fill('checkout api');
    await eventually(async () => expect(new URL(page.url()).searchParams.get('search')).toBe('checkout api s'));
    expect(await page.getByRole('searchbox').inputValue()).toBe('checkout api s');
  });

  test('a form takes no letters while it is sent; closed before its answer, it closes no other and tells its refusal', async () => {
    const page = await stage.open('ada', { query: '?search=checkout' });
    const release = await holdBack(page, 'UpdateWorkspaceSettings', 'CreateWorkspace');
    await openSettings(page, 'Checkout API');
    await page.getByRole('combobox', { name: 'Region' }).selectOption('Global');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByRole('button', { name: 'Saving…' }).waitFor();
    await page.getByRole('textbox', { name: 'Monthly budget' }).press('9');
    expect(await page.getByRole('textbox', { name: 'Monthly budget' }).inputValue()).toBe('48250.00');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'New workspace' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('checkout api');
    release();
    await page.getByText('The settings of Checkout API were saved.').waitFor();
    await page.getByRole('textbox', { name: 'Monthly budget' }).fill('1');
    await page.getByRole('button', { name: 'Create workspace' }).click();
    await page.keyboard.press('Escape');
    await page.getByText('checkout api: A workspace of this organization already has this name').waitFor();
  });

  test('cards that moved to a later page of the order are there once', async () => {
    const page = await stage.open('ada', { query: '?order=MONTHLY_BUDGET_DESC', initScript: withoutScrolling });
    await page.getByText(/^24 of \d+ workspaces$/).waitFor();
    const name = (await page.getByRole('article').nth(3).getByRole('heading').textContent()) ?? '';
    await change(name, { monthlyBudget: '0' });
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText(/^\d+ workspaces$/).waitFor();
    expect(await page.getByRole('article').count()).toBeGreaterThan(24);
    expect(await cardOf(page, name).count()).toBe(1);
  });
});

describe('what was entered', () => {
  test('and refused can be changed at once, while the list is asked for again', async () => {
    const page = await stage.open('ada', { query: '?search=churn' });
    await openSettings(page, 'Churn Signals');
    const release = await holdBack(page, 'Workspaces');
    const budget = page.getByRole('textbox', { name: 'Monthly budget' });
    const before = await budget.inputValue();
    await budget.fill('0.001');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText(/^A budget is 0 or more/).waitFor();
    await budget.fill(before);
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('Churn Signals stays as it is.').waitFor();
    release();
  });

  test('is not lost by Escape, by the cross or with the page without a question', async () => {
    const page = await stage.open('ada', { query: '?search=fraud' });
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void (asked.length < 4 ? dialog.dismiss() : dialog.accept());
    });
    await openSettings(page, 'Fraud Scoring');
    await page.getByRole('textbox', { name: 'Monthly budget' }).fill('77');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Close' }).click();
    await page.reload({ timeout: 300 }).catch(() => {});
    expect(asked).toEqual(['confirm', 'confirm', 'beforeunload']);
    expect(await page.getByRole('textbox', { name: 'Monthly budget' }).inputValue()).toBe('77');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'New workspace' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(asked).toHaveLength(4);
  });
});

describe('after an edit', () => {
  test('the list is what the filters say, and as long as it was', async () => {
    const page = await stage.open('ada', {
      query: '?environment=PRODUCTION,STAGING&order=NAME_DESC',
      initScript: withoutScrolling,
    });
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText(/^\d+ workspaces match$/).waitFor();
    const count = await page.getByRole('article').count();
    await openSettings(page, 'Churn Signals');
    await page.getByRole('combobox', { name: 'Environment' }).selectOption('Sandbox');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('The settings of Churn Signals were saved.').waitFor();
    await page.getByText(`${count - 1} workspaces match`).waitFor();
    expect(await cardOf(page, 'Churn Signals').count()).toBe(0);
    expect(await page.getByRole('article').count()).toBe(count - 1);
  });

  test('a workspace that is archived meanwhile leaves the list, and its settings are no longer there', async () => {
    const page = await stage.open('ada', { query: '?search=runbook' });
    await openSettings(page, 'Runbook Chat');
    const { id, version } = await find('Runbook Chat');
    await stage.ask(
      'ada',
      'mutation ($input: ArchiveWorkspaceInput!) { archiveWorkspace(input: $input) { userErrors { code } } }',
      { input: { workspaceId: id, expectedVersion: version } },
    );
    await page.keyboard.press('Escape');
    await openSettings(page, 'Runbook Chat');
    await page.getByRole('alert').getByText('Runbook Chat is archived or gone').waitFor();
    await page.getByRole('button', { name: 'Back to the workspaces' }).click();
    await page.getByRole('heading', { name: 'No workspace matches' }).waitFor();
  });

  test('a conflict blames nobody for an earlier change, and is not said to be saved when the workspace is out of sight', async () => {
    await change('Payment Disputes', { monthlyBudget: '3' });
    const page = await stage.open('ada', { query: '?search=payment' });
    await openSettings(page, 'Payment Disputes');
    await page.getByRole('textbox', { name: 'Monthly budget' }).fill('5');
    await changeRows(stage.server, (await find('Payment Disputes')).id, 'version = version + 1');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByText('Somebody else changed this workspace meanwhile').waitFor();
    await page.getByRole('button', { name: 'Back to the form' }).click();
    await change('Payment Disputes', { monthlyBudget: '6' });
    await page.route('**/graphql', (route) =>
      operationOf(route) === 'Members' ? route.fulfill({ json: { data: { workspace: null } } }) : route.continue(),
    );
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByRole('alert').getByText('Nothing was saved. Payment Disputes is archived or gone').waitFor();
  });
});

/** How much later the answer comes than that of whoever asks without waiting for it. */
const lateness = 150;

function operationOf(route: Route): unknown {
  return route.request().postDataJSON().operationName;
}

/** Keeps the answers of these operations until released, and the first of them a moment longer. */
async function holdBack(page: Page, ...operations: string[]): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isFirst = true;
  await page.route('**/graphql', async (route) => {
    if (!operations.includes(String(operationOf(route)))) return route.continue();
    const wait = isFirst ? lateness : 0;
    isFirst = false;
    const response = await route.fetch();
    await released;
    await new Promise((resolve) => setTimeout(resolve, wait));
    return route.fulfill({ response });
  });
  return release;
}

/** Types one letter more in the moment in which the page takes what was typed into its address. */
const typeWhileSearching = `{
  const { replaceState } = history;
  history.replaceState = function (...call) {
    history.replaceState = replaceState;
    replaceState.apply(history, call);
    const box = document.querySelector('input[type="search"]');
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(box, box.value + ' s');
    box.dispatchEvent(new Event('input', { bubbles: true }));
  };
}`;

const withoutScrolling = 'IntersectionObserver.prototype.observe = () => {};';

async function openSettings(page: Page, name: string): Promise<void> {
  await cardOf(page, name).getByRole('button', { name: 'Settings' }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings' });
  await dialog.getByRole('button', { name: /Save settings|Back to/ }).waitFor();
}

async function find(name: string): Promise<{ id: string; version: number }> {
  const { workspaces } = await stage.ask<{ workspaces: { nodes: { id: string; version: number; name: string }[] } }>(
    'ada',
    'query ($search: String) { workspaces(filter: { search: $search }) { nodes { id version name } } }',
    { search: name },
  );
  const found = workspaces.nodes.find((node) => node.name === name);
  if (found === undefined) throw new Error(`There is no workspace ${name}.`);
  return found;
}

/** Somebody else's change through the API. */
async function change(name: string, settings: Record<string, unknown>): Promise<void> {
  const { id, version } = await find(name);
  const answer = await stage.ask(
    'ada',
    'mutation ($input: UpdateWorkspaceSettingsInput!) { updateWorkspaceSettings(input: $input) { userErrors { code } } }',
    { input: { workspaceId: id, expectedVersion: version, ...settings } },
  );
  expect(answer).toEqual({ updateWorkspaceSettings: { userErrors: [] } });
}
