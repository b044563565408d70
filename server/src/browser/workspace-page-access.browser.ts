import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { screenshots } from '../testing/browser.js';
import { eventually } from '../testing/eventually.js';
import { cardOf, stage, useStage } from '../testing/workspace-page.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

useStage();
beforeAll(() => stage.removeRoutes());

interface State {
  readonly person?: string;
  /** The query string to begin with: few cards, where the state is about something else. */
  readonly query?: string;
  readonly enter: (page: Page) => Promise<void>;
}

/** Every state that the page can be in, by how one gets there. */
const states: Readonly<Record<string, State>> = {
  cards: { enter: (page) => cardOf(page, 'Board Reporting').waitFor() },
  filters: {
    enter: async (page) => {
      await cardOf(page, 'Board Reporting').waitFor();
      await page.getByRole('checkbox', { name: 'Rwanda' }).check();
      await page.getByText('7 workspaces match').waitFor();
    },
  },
  'create with errors': {
    query: '?search=gateway',
    enter: async (page) => {
      await page.getByRole('button', { name: 'New workspace' }).click();
      await page.getByRole('textbox', { name: 'Monthly budget' }).fill('1.005');
      await page.getByRole('combobox', { name: 'Members' }).fill('an');
      await peopleOf(page).getByRole('option', { name: 'Hanna Lindqvist' }).click();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Create workspace' }).click();
      await page.getByText('A name has 1 to 80 characters').waitFor();
    },
  },
  'picking members': {
    query: '?search=gateway',
    enter: async (page) => {
      await page.getByRole('button', { name: 'New workspace' }).click();
      await page.getByRole('combobox', { name: 'Members' }).click();
      await peopleOf(page).getByRole('option', { name: 'Bruno Carvalho' }).click();
    },
  },
  settings: {
    query: '?search=checkout',
    enter: async (page) => {
      await cardOf(page, 'Checkout API').getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('button', { name: 'Save settings' }).waitFor();
    },
  },
  'settings to read': {
    person: 'ines',
    enter: async (page) => {
      await cardOf(page, 'Board Reporting').getByRole('button', { name: 'Settings' }).click();
      await page.getByText('lets you read its settings').waitFor();
    },
  },
  conflict: {
    query: '?search=code',
    enter: async (page) => {
      await cardOf(page, 'Code Review Helper').getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('textbox', { name: 'Monthly budget' }).fill('45000');
      await page.getByRole('button', { name: 'Remove Chidi Okonkwo' }).click();
      await changeMeanwhile('Code Review Helper');
      await page.getByRole('button', { name: 'Save settings' }).click();
      await page.getByText('changed this workspace meanwhile').waitFor();
    },
  },
  'no workspaces': {
    person: 'liam',
    enter: (page) => page.getByRole('heading', { name: 'No workspaces yet' }).waitFor(),
  },
  'nothing matches': {
    enter: async (page) => {
      await page.getByRole('searchbox').fill('nowhere');
      await page.getByRole('heading', { name: 'No workspace matches' }).waitFor();
    },
  },
  error: {
    query: '?search=gateway',
    enter: async (page) => {
      await page.route('**/graphql', (route) => route.abort());
      await page.reload();
      await page.getByText('No connection').waitFor();
      await page.unroute('**/graphql');
      stage.browser.takeMisdeeds();
    },
  },
  'signing in': {
    query: '?search=gateway',
    enter: async (page) => {
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByText('Paste a token.').waitFor();
    },
  },
};

describe.each(Object.keys(states))('%s', (state) => {
  const { person = 'ada', query = '', enter } = states[state] as State;
  const file = state.replaceAll(' ', '-');

  test('axe finds nothing, neither wide and light nor dark in 360 pixels, into which it fits', async () => {
    const page = await stage.open(person, { query, viewport: { width: 1280, height: 900 } });
    await enter(page);
    await page.screenshot({ path: `${screenshots}workspace-page-${file}-light.png` });
    expect(await violationsOf(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 360, height: 780 });
    await page.screenshot({ path: `${screenshots}workspace-page-${file}-dark-360.png` });
    expect(await page.evaluate(overflowing)).toEqual([]);
    expect(await violationsOf(page)).toEqual([]);
  });
});

describe('with the keyboard alone', () => {
  test('a workspace is created, members included, and selected', async () => {
    const page = await stage.open('grace');
    await cardOf(page, 'Invoice Reader').waitFor();
    await tabTo(page, 'New workspace');
    await page.keyboard.press('Enter');
    await expectFocus(page, 'Name');
    await page.keyboard.type('By keyboard');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Prod');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('99.95');
    await page.keyboard.press('Tab');
    await expectFocus(page, 'Members');
    await page.keyboard.type('chi');
    await peopleOf(page).locator('[data-current="true"]').getByText('Chidi Okonkwo').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove Chidi Okonkwo' }).waitFor();
    // Closes the list and not the dialog.
    await page.keyboard.press('Escape');
    await tabTo(page, 'Create workspace');
    await page.keyboard.press('Enter');
    await page.getByText('By keyboard was created.').waitFor();
    await expectFocus(page, 'New workspace');
    await tabTo(page, 'Select By keyboard');
    await page.keyboard.press('Enter');
    await cardOf(page, 'By keyboard').getByText('Active workspace').waitFor();
    expect(await stage.ask('grace', '{ activeWorkspace { name environment memberCount } }')).toEqual({
      activeWorkspace: { name: 'By keyboard', environment: 'PRODUCTION', memberCount: 2 },
    });
  });

  test('the list of people is walked with the arrows, the current one is named to screen readers, and input methods choose nobody', async () => {
    const page = await stage.open('grace');
    await page.getByRole('button', { name: 'New workspace' }).click();
    const picker = page.getByRole('combobox', { name: 'Members' });
    await picker.focus();
    await page.keyboard.press('ArrowDown');
    const current = async () =>
      page.locator(`[id="${await picker.getAttribute('aria-activedescendant')}"]`).textContent();
    await peopleOf(page).getByRole('option', { name: 'Bruno Carvalho' }).waitFor();
    expect(await current()).toContain('Bruno Carvalho');
    await picker.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
    await page.keyboard.press('ArrowUp');
    expect(await current()).toContain('Keza Ingabire');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await peopleOf(page).getByRole('option', { selected: true }).allTextContents()).toEqual([
      expect.stringContaining('Chidi Okonkwo'),
    ]);
    await page.keyboard.press('Enter');
    expect(await peopleOf(page).getByRole('option', { selected: true }).count()).toBe(0);
  });

  test('Escape closes the dialog, and the focus is back at the button that opened it', async () => {
    const page = await stage.open('grace');
    await cardOf(page, 'Invoice Reader').getByRole('button', { name: 'Settings' }).press('Enter');
    await page.getByRole('button', { name: 'Save settings' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expectFocus(page, 'Settings of Invoice Reader');
  });
});

describe('whose focus was on what goes away', () => {
  test('goes on at the title of the cards after the filters are cleared, and at that of the form after a conflict', async () => {
    const page = await stage.open('ada', { query: '?search=code&region=US,EU' });
    await page.getByText(/match/).first().waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).press('Enter');
    await expectFocus(page, 'All workspaces');
    await page.getByRole('searchbox').fill('embedding');
    await page.getByText(/match/).first().waitFor();
    await cardOf(page, 'Embedding Refresh').getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('textbox', { name: 'Monthly budget' }).fill('45000');
    await changeMeanwhile('Embedding Refresh');
    await page.getByRole('button', { name: 'Save settings' }).click();
    await page.getByRole('button', { name: 'Back to the form' }).press('Enter');
    await expectFocus(page, 'SettingsEmbedding Refresh');
  });

  test('goes on at the title of the cards after the first workspace, and after its message is dismissed', async () => {
    const page = await stage.open('newcomer');
    await page.locator('.empty').getByRole('button', { name: 'New workspace' }).press('Enter');
    await page.getByRole('textbox', { name: 'Name' }).fill('The first');
    await page.getByRole('textbox', { name: 'Monthly budget' }).fill('1');
    await page.keyboard.press('Enter');
    await cardOf(page, 'The first').waitFor();
    await expectFocus(page, 'All workspaces');
    await page.getByRole('button', { name: 'Dismiss' }).press('Enter');
    await expectFocus(page, 'All workspaces');
  });
});

test('what becomes of the list is told in one place that is there all the time', async () => {
  const page = await stage.open('grace', { query: '?search=invoice' });
  const place = await page.waitForSelector('.page-cards [role="status"]');
  await cardOf(page, 'Invoice Reader').waitFor();
  await page.getByRole('searchbox').fill('nowhere');
  await page.getByRole('heading', { name: 'No workspace matches' }).waitFor();
  expect(await place.textContent()).toBe('0 workspaces match');
  await page.getByRole('button', { name: 'Clear filters' }).last().click();
  await cardOf(page, 'Invoice Reader').waitFor();
  expect(await place.textContent()).toMatch(/^\d+ workspaces$/);
});

test('a name runs in the direction of its own script, its punctuation too', async () => {
  const answer = await stage.ask(
    'grace',
    'mutation ($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { userErrors { code } } }',
    { input: { name: 'عمل!', environment: 'SANDBOX', region: 'EU', monthlyBudget: '1', memberIds: [] } },
  );
  expect(answer).toEqual({ createWorkspace: { userErrors: [] } });
  const page = await stage.open('grace', { query: `?search=${encodeURIComponent('عمل')}` });
  await page.getByRole('article').waitFor();
  const leftOf = (place: number) =>
    page.evaluate(`(() => {
      const range = new Range();
      const text = document.createTreeWalker(document.querySelector('.card h3'), NodeFilter.SHOW_TEXT).nextNode();
      range.setStart(text, ${place});
      range.setEnd(text, ${place + 1});
      return range.getBoundingClientRect().left;
    })()`);
  expect(await leftOf(3)).toBeLessThan(Number(await leftOf(0)));
});

test('with few colors what is chosen stands out, and with large text the page grows and still fits into 360 pixels', async () => {
  const page = await stage.open('ada', { query: '?search=code&region=US', forcedColors: 'active' });
  const styleOf = (selector: string, property: string) =>
    page.evaluate(`getComputedStyle(document.querySelector('${selector}')).${property}`);
  await page.getByRole('checkbox', { name: 'Rwanda' }).waitFor();
  const chosen = await styleOf('.choice:has(:checked)', 'backgroundColor');
  expect(await styleOf('.choice:not(:has(:checked))', 'backgroundColor')).not.toBe(chosen);
  await page.getByRole('button', { name: 'New workspace' }).click();
  await page.getByRole('combobox', { name: 'Members' }).click();
  await peopleOf(page).locator('[data-current="true"]').waitFor();
  expect(await styleOf('.person[data-current="true"]', 'outlineStyle')).toBe('solid');

  await page.setViewportSize({ width: 360, height: 780 });
  const size = () => styleOf('h1', 'fontSize');
  const before = Number.parseFloat(String(await size()));
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setFontSizes', { fontSizes: { standard: 32 } });
  await eventually(async () => expect(await size()).toBe(`${before * 2}px`));
  expect(await page.evaluate(overflowing)).toEqual([]);
  await page.screenshot({ path: `${screenshots}workspace-page-large-text-create-360.png` });
});

/** What would have to be scrolled sideways. */
const overflowing = `[...document.querySelectorAll('html, main, dialog, .dialog-body, .card, .figure')]
  .filter((element) => element.scrollWidth > element.clientWidth && element.clientWidth > 0)
  .map((element) => element.className || element.localName)`;

async function violationsOf(page: Page): Promise<unknown[]> {
  await page.evaluate(axe);
  return page.evaluate(`axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
    ({ id, nodes: nodes.map(({ html, failureSummary }) => html.slice(0, 200) + ' ' + failureSummary) })))`);
}

function peopleOf(page: Page): Locator {
  return page.getByRole('listbox', { name: 'People' });
}

/** The accessible name of what has the focus, as far as these tests need it. */
const focusedName = `(() => {
  const { activeElement: { labels, textContent } } = document;
  return (labels?.[0] ?? { textContent }).textContent;
})()`;

async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 100; presses++) {
    if ((await page.evaluate(focusedName)) === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`The Tab key does not come to ${name}.`);
}

async function expectFocus(page: Page, name: string): Promise<void> {
  await eventually(async () => expect(await page.evaluate(focusedName)).toBe(name));
}

async function changeMeanwhile(search: string): Promise<void> {
  const { workspaces } = await stage.ask<{ workspaces: { nodes: { id: string; version: number; region: string }[] } }>(
    'hanna',
    'query ($search: String) { workspaces(filter: { search: $search }) { nodes { id version region } } }',
    { search },
  );
  const [found] = workspaces.nodes;
  const { viewer } = await stage.ask<{ viewer: { user: { id: string } } }>('elif', '{ viewer { user { id } } }');
  const members = await stage.ask<{ workspace: { members: { nodes: { user: { id: string } }[] } } }>(
    'hanna',
    'query ($id: ID!) { workspace(id: $id) { members { nodes { user { id } } } } }',
    { id: found?.id },
  );
  const present = members.workspace.members.nodes.map(({ user }) => user.id);
  const memberIds = present.includes(viewer.user.id)
    ? present.filter((id) => id !== viewer.user.id)
    : [...present, viewer.user.id];
  const answer = await stage.ask(
    'ada',
    'mutation ($input: UpdateWorkspaceSettingsInput!) { updateWorkspaceSettings(input: $input) { userErrors { code } } }',
    {
      input: {
        workspaceId: found?.id,
        expectedVersion: found?.version,
        monthlyBudget: '50000',
        region: found?.region === 'EU' ? 'US' : 'EU',
        memberIds,
      },
    },
  );
  expect(answer).toEqual({ updateWorkspaceSettings: { userErrors: [] } });
}
