import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { developmentToken } from '../auth/development-token.js';
import { noMisdeeds, TestBrowser } from './browser.js';
import { startTestServer, type TestServer } from './test-server.js';

type OpenOptions = NonNullable<Parameters<TestBrowser['open']>[1]>;

/** The demonstration company on a server of its own, and a browser that opens its Workspace page. */
class Stage {
  static async start(): Promise<Stage> {
    const dataDir = mkdtempSync(join(tmpdir(), 'workspace-page-'));
    const environment = { AUTH_JWT_SECRET: '', DATA_DIR: dataDir, DEMO_DATA: 'true', CONSOLE: 'true' };
    const [server, browser] = await Promise.all([startTestServer(environment), TestBrowser.launch()]);
    return new Stage(server, browser, dataDir);
  }

  readonly url: string;

  private constructor(
    readonly server: TestServer,
    readonly browser: TestBrowser,
    readonly dataDir: string,
  ) {
    this.url = `${new URL(server.endpoint).origin}/`;
  }

  tokenOf(subject: string): Promise<string> {
    return developmentToken(this.dataDir, { subject });
  }

  /** Asks the API itself, as somebody of the company. */
  async ask<Data>(subject: string, query: string, variables: Record<string, unknown> = {}): Promise<Data> {
    const { data, errors } = await this.server.request<Data>({ token: await this.tokenOf(subject), query, variables });
    if (data === undefined || errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** Opens the page as somebody who has signed in; `query` is the address's query string. */
  async open(subject = 'ada', { query = '', ...options }: OpenOptions & { query?: string } = {}): Promise<Page> {
    const signIn = `sessionStorage.setItem('tokenvue:token', ${JSON.stringify(JSON.stringify(await this.tokenOf(subject)))});`;
    return this.browser.open(`${this.url}${query}`, {
      reducedMotion: 'reduce',
      ...options,
      initScript: `${signIn}${options.initScript ?? ''}`,
    });
  }

  /** Takes every route away: a workspace that has one can't go to another region. */
  async removeRoutes(): Promise<void> {
    await this.server.database.rows({ text: 'DELETE FROM model_routes', values: [] });
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
    rmSync(this.dataDir, { recursive: true });
  }
}

/** Of the test file that says `useStage`. */
export let stage: Stage;

/** Starts a stage for all tests of the file, each of which ends with its pages closed and nothing amiss in them. */
export function useStage(): void {
  beforeAll(async () => {
    stage = await Stage.start();
  }, 60_000);
  afterEach(async () => {
    await stage.browser.closePages();
    expect(stage.browser.takeMisdeeds()).toEqual(noMisdeeds);
  });
  afterAll(() => stage?.close());
}

/** The card of a workspace. */
export function cardOf(page: Page, name: string): Locator {
  return page.getByRole('article', { name, exact: true });
}

/** What a description list says, once it is there: its values by their terms. */
export async function termsOf(list: Locator): Promise<Record<string, string>> {
  await list.locator('dt').first().waitFor();
  const [terms, values] = [await list.locator('dt').allTextContents(), await list.locator('dd').allTextContents()];
  return Object.fromEntries(terms.map((term, index) => [term, values[index]?.trim() ?? '']));
}

/** US dollars as the page writes them, made without its code: "$1,250.00". */
export function dollars(amount: string): string {
  return `$${amount.replace(/\B(?=(\d{3})+(?=\.))/g, ',')}`;
}

/** The members whom the picker offers, once it does. */
export async function pickMembers(page: Page, ...names: string[]): Promise<void> {
  const picker = page.getByRole('combobox', { name: 'Members' });
  for (const name of names) {
    await picker.fill(name);
    await page.getByRole('option', { name }).click();
  }
  await picker.fill('');
}
