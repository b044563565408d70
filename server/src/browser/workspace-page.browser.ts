import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '../testing/eventually.js';
import { cardOf, dollars, stage, termsOf, useStage } from '../testing/workspace-page.js';

const words: Readonly<Record<string, string>> = {
  PRODUCTION: 'Production',
  STAGING: 'Staging',
  SANDBOX: 'Sandbox',
  ACTIVE: 'Active',
  REVIEW: 'In review',
  GLOBAL: 'Global',
  US: 'United States',
  EU: 'European Union',
  RWANDA: 'Rwanda',
};

interface Node {
  readonly name: string;
  readonly owner: { readonly __typename: string; readonly name: string };
  readonly environment: string;
  readonly status: string;
  readonly region: string;
  readonly monthlyBudget: { readonly amount: string };
  readonly memberCount: number;
  readonly activeKeyCount: number;
}

useStage();

describe('the summary and the cards', () => {
  test.each(['ada', 'jonas'])('%s sees the five figures that the API gives them', async (person) => {
    const page = await stage.open(person);
    const { workspaceSummary: summary } = await stage.ask<{ workspaceSummary: Record<string, never> }>(
      person,
      `{ workspaceSummary { activeWorkspace { name environment } totalWorkspaces totalActiveKeys
         productionWorkspaces totalMonthlyBudget { amount } } }`,
    );
    await page.getByRole('article').first().waitFor();
    const { name, environment } = summary['activeWorkspace'] as unknown as Record<string, string>;
    expect(await termsOf(page.locator('.summary'))).toEqual({
      'Active workspace': `${name} ${words[environment ?? '']}`,
      'Total workspaces': String(summary['totalWorkspaces']),
      'Total monthly budget': dollars((summary['totalMonthlyBudget'] as { amount: string } | undefined)?.amount ?? ''),
      'Total active keys': String(summary['totalActiveKeys']),
      'Production workspaces': String(summary['productionWorkspaces']),
    });
  });

  test('every card shows its eight fields as the API gives them', async () => {
    const page = await stage.open();
    const { workspaces } = await stage.ask<{ workspaces: { nodes: Node[] } }>(
      'ada',
      `{ workspaces(first: 24) { nodes { name owner { __typename name } environment status region
         monthlyBudget { amount } memberCount activeKeyCount } } }`,
    );
    await page.getByRole('article').nth(23).waitFor();
    const cards = await page.getByRole('article').all();
    const shown = await Promise.all(
      cards
        .slice(0, 24)
        .map(async (card) => ({ name: await card.locator('h3').textContent(), ...(await termsOf(card)) })),
    );
    expect(shown).toEqual(
      workspaces.nodes.map((node) => ({
        name: node.name,
        Owner: node.owner.__typename === 'Team' ? `${node.owner.name} team` : node.owner.name,
        Environment: words[node.environment],
        Status: words[node.status],
        Region: words[node.region],
        'Monthly budget': dollars(node.monthlyBudget.amount),
        Members: String(node.memberCount),
        'Active keys': String(node.activeKeyCount),
      })),
    );
  });

  test('an amount that no float can hold is shown to the last cent', async () => {
    await create('farid', { name: 'Exact', monthlyBudget: '999999999999.99' });
    await create('farid', { name: 'Exact too', monthlyBudget: '999999999999.98' });
    const page = await stage.open('farid', { query: '?search=exact' });
    await cardOf(page, 'Exact').getByText('$999,999,999,999.99').waitFor();
    await page
      .locator('.summary')
      .getByText(/^\$2,000,000,\d{3},\d{3}\.\d\d$/)
      .waitFor();
  });

  test('selecting marks one card, moves the summary, and is told to screen readers', async () => {
    const page = await stage.open('bruno');
    await cardOf(page, 'Checkout API').getByText('Active workspace').waitFor();
    await cardOf(page, 'Fraud Scoring').getByRole('button', { name: 'Select Fraud Scoring' }).click();
    await page.getByRole('status').getByText('Fraud Scoring is now your active workspace.').waitFor();
    expect(await page.locator('[aria-current]').allTextContents()).toEqual([
      expect.stringMatching(/^Fraud ScoringActive workspace/),
    ]);
    await page.locator('.summary').getByText('Fraud Scoring').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Selected Fraud Scoring');
    expect(await stage.ask('bruno', '{ activeWorkspace { name } }')).toEqual({
      activeWorkspace: { name: 'Fraud Scoring' },
    });
    await page.reload();
    await cardOf(page, 'Fraud Scoring').getByText('Active workspace').waitFor();
  });

  test('a workspace that was selected elsewhere meanwhile leaves no second mark', async () => {
    const page = await stage.open('hanna');
    await cardOf(page, 'Code Review Helper').getByText('Active workspace').waitFor();
    await select('hanna', 'Incident Summaries');
    await cardOf(page, 'Runbook Chat').getByRole('button', { name: 'Select' }).click();
    await cardOf(page, 'Runbook Chat').getByText('Active workspace').waitFor();
    expect(await page.locator('[aria-current]').count()).toBe(1);
  });
});

describe('filters and pages', () => {
  test('filters narrow the cards, stand in the address, and outlive a reload and the Back button', async () => {
    const page = await stage.open();
    await page.getByRole('article').first().waitFor();
    await page.getByRole('checkbox', { name: 'Staging' }).check();
    await page.getByRole('checkbox', { name: 'Sandbox' }).check();
    await page.getByRole('checkbox', { name: 'Rwanda' }).check();
    await expectCards(page, [
      'Field Agent Coach',
      'Invoice Reader Trials',
      'Kinyarwanda Voice Lab',
      'Mobile Money Staging',
    ]);
    await page.getByRole('checkbox', { name: 'In review' }).check();
    await expectCards(page, ['Field Agent Coach', 'Invoice Reader Trials']);
    expect(new URL(page.url()).search).toBe('?environment=STAGING,SANDBOX&status=REVIEW&region=RWANDA');
    await page.getByText('2 workspaces match').waitFor();
    await page.reload();
    await expectCards(page, ['Field Agent Coach', 'Invoice Reader Trials']);
    await page.goBack();
    await expectCards(page, [
      'Field Agent Coach',
      'Invoice Reader Trials',
      'Kinyarwanda Voice Lab',
      'Mobile Money Staging',
    ]);
    expect(await page.getByRole('checkbox', { name: 'In review' }).isChecked()).toBe(false);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await cardOf(page, 'Board Reporting').waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  test('a search without regard to case is typed, looked for, and cleared', async () => {
    const page = await stage.open();
    await page.getByRole('searchbox', { name: 'Search by name' }).fill('nowhere');
    await expectCards(page, []);
    await page.getByRole('heading', { name: 'No workspace matches' }).waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).last().click();
    await cardOf(page, 'Board Reporting').waitFor();
    await page.getByRole('searchbox', { name: 'Search by name' }).fill('çEVIRI');
    await expectCards(page, ['Çeviri Atölyesi']);
    expect(new URL(page.url()).searchParams.get('search')).toBe('çEVIRI');
  });

  test('an address with filters that do not exist shows what the others say', async () => {
    const page = await stage.open('ada', { query: '?environment=MOON,SANDBOX&order=SIDEWAYS&region=EU' });
    await expectCards(page, ['Çeviri Atölyesi', 'Runbook Chat']);
  });

  test('the cards come in the order that was chosen', async () => {
    const page = await stage.open();
    await page.getByRole('combobox', { name: 'Order' }).selectOption('Budget, highest first');
    await page.getByText('of 38 workspaces').waitFor();
    await eventually(async () => {
      const names = await page.getByRole('article').getByRole('heading').allTextContents();
      expect(names.slice(0, 4)).toEqual(['Exact', 'Exact too', 'Model Gateway', 'Embedding Refresh']);
    });
    expect(new URL(page.url()).search).toBe('?order=MONTHLY_BUDGET_DESC');
  });

  test('scrolling brings every one of more than forty workspaces, each once, and asks for no page twice', async () => {
    for (let number = 1; number <= 12; number++) await create('ada', { name: `Scroll ${number}` });
    const page = await stage.open();
    await page.getByText('24 of 50 workspaces').waitFor();
    const pages: unknown[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/graphql') && request.postDataJSON().operationName === 'Workspaces')
        pages.push(request.postDataJSON().variables.after ?? null);
    });
    await page.reload();
    await page.getByText('24 of 50 workspaces').waitFor();
    await eventually(async () => {
      await page.getByRole('article').last().scrollIntoViewIfNeeded();
      expect(await page.getByRole('article').count()).toBe(50);
    });
    const names = await page.getByRole('article').getByRole('heading').allTextContents();
    expect(new Set(names).size).toBe(50);
    expect(pages).toEqual([null, expect.any(String), expect.any(String)]);
    await page.getByText('50 workspaces', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Load more' }).count()).toBe(0);
  });

  test('the button loads more without scrolling, and the focus goes on at the first new card', async () => {
    const page = await stage.open('ada', { initScript: 'IntersectionObserver.prototype.observe = () => {};' });
    const button = page.getByRole('button', { name: 'Load more' });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByText('48 of 50 workspaces').waitFor();
    await eventually(async () => {
      const focused = await page.evaluate('document.activeElement.querySelector("h3")?.textContent');
      expect(focused).toBe(await page.getByRole('article').nth(24).getByRole('heading').textContent());
    });
  });
});

async function expectCards(page: Page, names: string[]): Promise<void> {
  await eventually(async () => {
    expect(await page.locator('[aria-busy="true"]').count()).toBe(0);
    expect(await page.getByRole('article').getByRole('heading').allTextContents()).toEqual(names);
  });
}

async function create(person: string, input: { name: string; monthlyBudget?: string }): Promise<void> {
  await stage.ask(
    person,
    'mutation ($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { userErrors { code } } }',
    {
      input: { environment: 'SANDBOX', region: 'GLOBAL', monthlyBudget: '1.00', memberIds: [], ...input },
    },
  );
}

async function select(person: string, name: string): Promise<void> {
  const { workspaces } = await stage.ask<{ workspaces: { nodes: { id: string }[] } }>(
    person,
    'query ($search: String) { workspaces(filter: { search: $search }) { nodes { id } } }',
    { search: name },
  );
  await stage.ask(
    person,
    'mutation ($id: ID!) { selectWorkspace(input: { workspaceId: $id }) { userErrors { code } } }',
    {
      id: workspaces.nodes[0]?.id,
    },
  );
}
