import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { signToken, startTestServer } from '../testing/test-server.js';
import { cardOf, stage, useStage } from '../testing/workspace-page.js';

useStage();

describe('while there is nothing to show', () => {
  test('the page says that it loads, and keeps the places of figures and cards', async () => {
    const page = await stage.open('ada', { initScript: delayFetch });
    await page.getByRole('status').getByText('Loading workspaces').waitFor({ state: 'attached' });
    expect(await page.locator('.summary[aria-busy="true"] .skeleton').count()).toBe(5);
    expect(await page.locator('.card-skeleton').count()).toBeGreaterThan(3);
    await cardOf(page, 'Board Reporting').waitFor();
    expect(await page.locator('.skeleton').count()).toBe(0);
  });

  test('somebody without workspaces is offered to make the first one, which becomes active', async () => {
    const page = await stage.open('liam');
    await page.getByRole('heading', { name: 'No workspaces yet' }).waitFor();
    await page.locator('.summary').getByText('None selected').waitFor();
    expect(await page.getByRole('searchbox').count()).toBe(0);
    await page.getByRole('main').locator('.empty').getByRole('button', { name: 'New workspace' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('First of all');
    await page.getByRole('textbox', { name: 'Monthly budget' }).fill('10');
    await page.getByRole('combobox', { name: 'Members' }).fill('zz');
    await page.getByText('Nobody in your team access fits.').waitFor();
    await page.getByRole('button', { name: 'Create workspace' }).click();
    await cardOf(page, 'First of all').getByText('Active workspace').waitFor();
    await page.locator('.summary').getByText('First of all').waitFor();
  });
});

describe('when there is no answer', () => {
  test('a server that stopped is told of, and everything is asked for again once it is back', async () => {
    const page = await stage.open();
    await cardOf(page, 'Board Reporting').waitFor();
    await page.route('**/graphql', (route) => route.abort('connectionrefused'));
    await page.reload();
    await page.getByRole('alert').getByText('No connection').waitFor();
    expect(await page.getByRole('alert').count()).toBe(1);
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Try again' }).click();
    await cardOf(page, 'Board Reporting').waitFor();
    await page.locator('.summary').getByText('Model Gateway').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    stage.browser.takeMisdeeds();
  });

  test('a page that can not be loaded is told of beneath the cards, which stay', async () => {
    const page = await stage.open();
    await page.route('**/graphql', (route) =>
      route.request().postDataJSON().variables.after === undefined ? route.continue() : route.abort(),
    );
    await page.reload();
    await page.getByRole('article').last().scrollIntoViewIfNeeded();
    await page.getByRole('alert').getByText('No connection').waitFor();
    expect(await page.getByRole('article').count()).toBe(24);
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('article').nth(30).waitFor();
    stage.browser.takeMisdeeds();
  });

  test('a failure of the server comes with the id to ask about, and leaves the figures alone', async () => {
    const page = await stage.open();
    await answerWorkspaces(page, {
      status: 200,
      json: {
        data: { workspaces: null },
        errors: [
          {
            message: 'Something went wrong on our side.',
            path: ['workspaces'],
            extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: 'req-4711' },
          },
        ],
      },
    });
    await page.reload();
    await page.getByRole('alert').getByText('Something went wrong on our side.').waitFor();
    await page.getByRole('alert').getByText('req-4711').waitFor();
    await page.locator('.summary').getByText('Model Gateway').waitFor();
  });

  test('an answer that is none of the server is told of by its status', async () => {
    const page = await stage.open();
    await answerWorkspaces(page, { status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' });
    await page.reload();
    await page.getByRole('alert').getByText('The server answered with status 502.').waitFor();
    stage.browser.takeMisdeeds();
  });

  test('a token that no longer holds leads to signing in again, for which the development token is a new one', async () => {
    const page = await stage.browser.open(stage.url, {
      initScript: `if (!history.state) sessionStorage.setItem('tokenvue:token', '"ended"');
        history.replaceState('began', '');`,
    });
    await page.getByRole('alert').getByText('Signed out', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await page.getByRole('textbox', { name: 'Bearer token' }).fill(await stage.tokenOf('keza'));
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('Keza Ingabire').first().waitFor();
    await page.route(stage.url, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace(/"token":"[^"]*"/, '"token":"ended"') });
    });
    await page.reload();
    await page.unroute(stage.url);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Use the development token' }).click();
    await page.getByText('Ada Uwimana').first().waitFor();
    stage.browser.takeMisdeeds();
  });
});

describe('who signs in', () => {
  test('where tokens are configured, the page asks for one and tells nobody of it', async () => {
    const server = await startTestServer({ DEMO_DATA: 'true', CONSOLE: 'true' });
    const url = `${new URL(server.endpoint).origin}/`;
    try {
      const page = await stage.browser.open(url);
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      const field = page.getByRole('textbox', { name: 'Bearer token' });
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByText('Paste a token.').waitFor();
      const token = await signToken({ sub: 'ada', org: 'meridian' });
      await field.fill(`Bearer ${token}`);
      await field.press('Enter');
      await cardOf(page, 'Board Reporting').waitFor();
      await page.reload();
      await cardOf(page, 'Board Reporting').waitFor();
      expect([...asked, page.url(), ...server.logLines].filter((text) => text.includes(token))).toEqual([]);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await field.waitFor();
      expect(await page.evaluate('JSON.stringify([sessionStorage, localStorage])')).toBe('[{},{}]');
    } finally {
      await server.close();
    }
  });

  test('under a foreign name that leads to this machine the page holds no token', async () => {
    const page = await stage.browser.open(stage.url.replace('127.0.0.1', 'rebound.example'));
    await page.getByRole('textbox', { name: 'Bearer token' }).waitFor();
    expect(await page.locator('#page-config').textContent()).toBe('{"endpoint":"/graphql"}');
    // The browser tells that such an origin is none to trust.
    stage.browser.takeMisdeeds();
  });

  test('with CONSOLE=false there is nothing at /', async () => {
    const server = await startTestServer({ CONSOLE: 'false' });
    const { status } = await fetch(new URL('/', server.endpoint));
    await server.close();
    expect(status).toBe(404);
  });
});

/** Answers come half a second later, so that the time before can be looked at. */
const delayFetch = `{
  const { fetch } = window;
  window.fetch = (...call) => new Promise((resolve) => setTimeout(resolve, 500)).then(() => fetch(...call));
}`;

/** Answers the list of cards in the server's place. */
function answerWorkspaces(
  page: Page,
  answer: Parameters<import('playwright-core').Route['fulfill']>[0],
): Promise<unknown> {
  return page.route('**/graphql', (route) =>
    route.request().postDataJSON().operationName === 'Workspaces' ? route.fulfill(answer) : route.continue(),
  );
}
