import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Where the tests leave their screenshots. */
export const screenshots = fileURLToPath(new URL('../../../coverage/browser/', import.meta.url));

const patience = 20_000;

interface OpenOptions extends BrowserContextOptions {
  /** Runs in the page before its own scripts do. */
  readonly initScript?: string;
}

/** A headless Chromium that keeps what its pages should not have done. */
export class TestBrowser {
  /** Addresses of other origins that were asked for anything. */
  readonly foreignRequests: string[] = [];
  /** Errors and warnings of the console, violations of the Content-Security-Policy among them, and uncaught errors. */
  readonly complaints: string[] = [];

  static async launch(): Promise<TestBrowser> {
    mkdirSync(screenshots, { recursive: true });
    return new TestBrowser(
      await chromium.launch({
        executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
        args: [
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
          '--host-resolver-rules=MAP rebound.example 127.0.0.1',
        ],
      }),
    );
  }

  private constructor(readonly browser: Browser) {}

  /** Opens an address with a new profile. */
  async open(url: string, { initScript, ...options }: OpenOptions = {}): Promise<Page> {
    const { origin } = new URL(url);
    const context = await this.browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    context.setDefaultTimeout(patience);
    if (initScript !== undefined) await context.addInitScript(initScript);
    const page = await context.newPage();
    context.on('request', (request) => {
      if (new URL(request.url()).origin !== origin && !request.url().startsWith('data:'))
        this.foreignRequests.push(request.url());
    });
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    await page.goto(url);
    return page;
  }

  /** What was kept since the last time. */
  takeMisdeeds(): { foreignRequests: string[]; complaints: string[] } {
    return { foreignRequests: this.foreignRequests.splice(0), complaints: this.complaints.splice(0) };
  }

  async closePages(): Promise<void> {
    await Promise.all(this.browser.contexts().map((context) => context.close()));
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

/** A page that did nothing wrong. */
export const noMisdeeds = { foreignRequests: [], complaints: [] };
