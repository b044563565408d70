/** The SDK in a page of a real browser, and in an edge runtime. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { EdgeVM } from '@edge-runtime/vm';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { importSdk, useSdk } from './consumer-program.mjs';

/** The program with the SDK that is installed in the folder, as one script whose promise is `globalThis.outcome`. */
async function bundle(folder, connection) {
  const contents = `
    ${importSdk}
    ${useSdk}
    globalThis.outcome = useSdk(sdk, ${JSON.stringify(connection)}).catch((error) => String(error.stack));`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    write: false,
  });
  return outputFiles[0].text;
}

/** A page that runs nothing yet, for a browser's origin. */
export async function startPage() {
  const page = createServer((_request, response) => response.end('<!doctype html><title>A page</title>'));
  page.listen(0, '127.0.0.1');
  await once(page, 'listening');
  return { origin: `http://127.0.0.1:${page.address().port}`, close: () => page.close() };
}

/** What became of the program in Chromium, on a page of the origin. */
export async function useInBrowser(folder, connection, origin) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(origin);
    await page.addScriptTag({ content: await bundle(folder, connection) });
    return await page.evaluate(() => globalThis.outcome);
  } finally {
    await browser.close();
  }
}

/** What became of the program in an edge runtime. */
export async function useAtEdge(folder, connection) {
  const runtime = new EdgeVM();
  runtime.evaluate(await bundle(folder, connection));
  return runtime.evaluate('globalThis.outcome');
}
