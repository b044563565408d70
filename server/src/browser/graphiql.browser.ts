import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { noMisdeeds, screenshots, TestBrowser } from '../testing/browser.js';
import { startTestServer, type TestServer } from '../testing/test-server.js';

const examples = readdirSync(new URL('../../graphiql/examples/', import.meta.url)).filter((name) =>
  name.endsWith('.graphql'),
);

let dataDir: string;
let server: TestServer;
let url: string;
let browser: TestBrowser;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'graphiql-'));
  server = await startTestServer({
    AUTH_JWT_SECRET: '',
    DATA_DIR: dataDir,
    DEMO_DATA: 'true',
    GRAPHIQL: 'true',
  });
  url = new URL(server.endpoint).origin;
  browser = await TestBrowser.launch();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(dataDir, { recursive: true });
});

afterEach(async () => {
  await browser.closePages();
  browser.takeMisdeeds();
});

describe('GraphiQL in a browser', () => {
  test.each(['light', 'dark'] as const)(
    'in %s colours it opens signed in, answers the summary query, and asks no other host for anything',
    async (colorScheme) => {
      const page = await open(url, { colorScheme });
      expect(await page.title()).toBe('TokenVue Workspaces · GraphiQL');
      const { data } = await run(page, 'WorkspaceSummary');
      expect(data['workspaceSummary']).toMatchObject({
        totalWorkspaces: expect.any(Number),
      });
      const screenshot = await page.screenshot({
        path: `${screenshots}graphiql-${colorScheme}.png`,
      });
      expect(screenshot.byteLength).toBeGreaterThan(20_000);
      expect(browser.takeMisdeeds()).toEqual(noMisdeeds);
    },
    60_000,
  );

  test('every example has a tab, and every query among them answers without an error', async () => {
    const page = await open(url);
    expect(await page.getByRole('tab').count()).toBe(examples.length);
    for (const name of examples) await page.getByRole('tab', { name: name.replace('.graphql', '') }).waitFor();
    for (const title of [
      'WorkspaceCards',
      'ProductionByBudget',
      'Viewer',
      'AssignableUsers',
      'BudgetOfTheMonth',
      'Insights',
    ]) {
      await page.getByRole('tab', { name: title }).click();
      const answer = await run(page, title);
      expect({ title, ...answer }).toEqual({ title, data: expect.any(Object) });
    }
  }, 60_000);

  test('fields are suggested from the schema, and the documentation shows it', async () => {
    const page = await open(url);
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.locator('.graphiql-doc-explorer').getByText('Mutation', { exact: true }).click();
    await page.locator('.graphiql-doc-explorer').getByText('createWorkspace', { exact: true }).waitFor();
    await page.locator('.graphiql-query-editor').getByText('totalActiveKeys').click();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('total');
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget').getByText('totalWorkspaces').waitFor();
    expect(browser.takeMisdeeds()).toEqual(noMisdeeds);
  }, 60_000);

  test('a token in the headers editor takes the place of the development token, and neither is stored', async () => {
    const page = await open(url);
    const { token } = JSON.parse((await page.locator('#page-config').textContent()) ?? '');
    expect(token).toEqual(expect.any(String));
    await page.getByRole('button', { name: 'Headers' }).click();
    await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden)').click();
    await page.keyboard.insertText('{ "Authorization": "Bearer typed-by-hand" }');
    // Another tab and back: only then does the editor surely count the headers among what belongs to the first one.
    await page.getByRole('button', { name: 'New tab' }).click();
    await page.getByRole('tab', { name: 'WorkspaceSummary' }).click();
    expect(await sentToken(page)).toBe('Bearer typed-by-hand');

    for (const written of ['<untitled>', 'graphiql:queries']) {
      const stored = await storedOnce(page, written);
      expect(stored).not.toContain('typed-by-hand');
      expect(stored).not.toContain(token);
    }
  }, 60_000);

  test('under a foreign name that leads to this machine it holds no token and says how to sign in', async () => {
    const page = await open(url.replace(/127\.0\.0\.1|localhost/, 'rebound.example'));
    await page.getByRole('note').getByText('This page carries no token').waitFor();
    await page.getByText('Sign in: put your token here').waitFor();
    expect(await sentToken(page)).toBe('');
  }, 60_000);
});

/** Opens GraphiQL with a new profile. */
async function open(origin: string, options?: BrowserContextOptions): Promise<Page> {
  const page = await browser.open(`${origin}/graphiql`, options);
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  return page;
}

/** Runs the open tab's operation `name` and gives the answer, once the response editor shows it. */
async function run(page: Page, name: string): Promise<{ data: Record<string, unknown> }> {
  const answer = page.waitForResponse((response) => response.url().endsWith('/graphql'));
  await page.getByRole('button', { name: 'Execute query' }).click();
  const response = await answer;
  // The editor parses a tab a moment after it was opened, and until then sends the name of the operation before.
  if (response.request().postDataJSON().operationName !== name) return run(page, name);
  const shown = await response.json();
  for (const key of Object.keys(shown)) await page.locator('.result-window').getByText(`"${key}"`).waitFor();
  return shown;
}

/** Runs the operation in the open tab and gives the Authorization header that it went out with. */
async function sentToken(page: Page): Promise<string> {
  const request = page.waitForRequest((sent) => sent.url().endsWith('/graphql'));
  await page.getByRole('button', { name: 'Execute query' }).click();
  return (await (await request).headerValue('authorization')) ?? '';
}

/** What the page keeps in the browser, as soon as that includes `expected`. */
async function storedOnce(page: Page, expected: string): Promise<string> {
  for (;;) {
    const stored = JSON.stringify(await page.context().storageState());
    if (stored.includes(expected)) return stored;
    await setTimeout(100);
  }
}
