import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { TestBrowser } from '../testing/browser.js';
import { eventually } from '../testing/eventually.js';
import { TestIdentityProvider } from '../testing/identity-provider.js';
import { freePort } from '../testing/ports.js';
import { startTestServer, type TestServer } from '../testing/test-server.js';

/** Short enough to end within a test; the console renews at half of it. */
const tokenSeconds = 6;

let origin: string;
let provider: TestIdentityProvider;
let server: TestServer;
let browser: TestBrowser;

beforeAll(async () => {
  const [port, providerPort] = [await freePort(), await freePort()];
  origin = `http://127.0.0.1:${port}`;
  provider = await TestIdentityProvider.start({ port: providerPort, console: origin, tokenSeconds });
  const environment = {
    PORT: String(port),
    CONSOLE: 'true',
    AUTH_JWT_SECRET: '',
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: TestIdentityProvider.clientId,
    AUTH_CLAIMS: 'org=tid, org_role=roles',
  };
  [server, browser] = await Promise.all([startTestServer(environment), TestBrowser.launch()]);
}, 60_000);
afterEach(async () => {
  await browser.closePages();
  provider.refusesToRenew = false;
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
  await provider?.close();
});

/** What the provider asks a person. */
async function answerProvider(page: Page, person: string): Promise<void> {
  await page.locator('input[name=login]').fill(person);
  await page.locator('input[name=password]').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

async function openSignedIn(person: string, path = '/'): Promise<Page> {
  const page = await browser.open(`${origin}${path}`, { reducedMotion: 'reduce' });
  await page.getByRole('button', { name: 'Sign in' }).click();
  await answerProvider(page, person);
  await page.getByRole('heading', { name: 'Workspaces', exact: true }).waitFor();
  return page;
}

test('somebody signs in at the identity provider and is back where they were, with no token in the tab but what renews it', async () => {
  const page = await openSignedIn('nadia', '/?search=checkout');
  await page.getByText('nadia').waitFor();
  expect(page.url()).toBe(`${origin}/?search=checkout`);
  const stored = await page.evaluate<{ local: string[]; tab: [string, boolean][]; cookies: string }>(`({
    local: Object.keys(localStorage),
    tab: Object.entries(sessionStorage).map(([key, value]) => [key, value.includes('.')]),
    cookies: document.cookie,
  })`);
  expect(stored).toEqual({
    local: [],
    tab: expect.arrayContaining([
      ['tokenvue:refresh-token', false],
      ['tokenvue:was-signed-in', false],
    ]),
    cookies: '',
  });
  expect(stored.tab).toHaveLength(2);
});

test('tokens are renewed before they end, and a page that is loaded again asks nobody', async () => {
  const page = await openSignedIn('olivia');
  const kept = () => page.evaluate<string>(`sessionStorage.getItem('tokenvue:refresh-token')`);
  const before = await kept();
  await eventually(async () => expect(await kept()).not.toBe(before));
  const renewed = provider.renewals;
  await page.reload();
  await page.getByText('olivia').waitFor();
  expect(provider.renewals).toBeGreaterThan(renewed);
});

test('a page that is loaded again with what the provider takes no more comes in by the session that is still there', async () => {
  const page = await openSignedIn('otis');
  await page.evaluate(`sessionStorage.setItem('tokenvue:refresh-token', '"used-before"')`);
  await page.reload();
  await page.getByText('otis').waitFor();
});

test('a session that ends while a form is filled in is renewed in place, and what was typed is sent', async () => {
  const page = await openSignedIn('pablo');
  await page.getByRole('button', { name: 'New workspace' }).first().click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Typed before the end');
  provider.refusesToRenew = true;
  await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
  provider.refusesToRenew = false;
  const [popup] = await Promise.all([
    page.context().waitForEvent('page'),
    page.getByRole('button', { name: 'Sign in again' }).click(),
  ]);
  await popup.waitForEvent('close');
  await page.getByRole('heading', { name: 'Your session has ended' }).waitFor({ state: 'detached' });
  expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Typed before the end');
  await page.getByRole('textbox', { name: 'Monthly budget' }).fill('100');
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await page.getByRole('article', { name: 'Typed before the end' }).waitFor();
});

test('what is sent with a token that has ended meanwhile is sent again with the next', async () => {
  const page = await openSignedIn('quentin');
  // The laptop was asleep: no timer has renewed the token.
  await page.evaluate('for (let id = 0; id < 10_000; id++) clearTimeout(id)');
  const before = provider.renewals;
  await new Promise((resolve) => setTimeout(resolve, (tokenSeconds + 6) * 1_000));
  await page.getByRole('button', { name: 'New workspace' }).first().click();
  await page.getByRole('textbox', { name: 'Name' }).fill('After the sleep');
  await page.getByRole('textbox', { name: 'Monthly budget' }).fill('100');
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await page.getByRole('article', { name: 'After the sleep' }).waitFor();
  expect(provider.renewals).toBeGreaterThan(before);
});

test('signing out ends the session of the identity provider too', async () => {
  const page = await openSignedIn('rosa');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: /yes, sign me out/i }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('input[name=login]').waitFor();
});

test('who turns back at the identity provider is told what it said', async () => {
  const page = await browser.open(origin);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Cancel').click();
  await page.getByRole('alert').filter({ hasText: 'End-User aborted interaction' }).waitFor();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
});
