import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import vm from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import { json, rejection, TOKEN } from './testing/fake-fetch.js';

type Sdk = typeof import('./index.js');

const out = mkdtempSync(join(tmpdir(), 'tokenvue-sdk-'));

beforeAll(() => {
  const build = spawnSync(process.execPath, [join(import.meta.dirname, '../scripts/build.mjs'), out]);
  expect(`${build.stdout}${build.stderr}`).toBe('');
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

test('the built files use nothing of Node and import only one another', () => {
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'));
  expect(files).toEqual(expect.arrayContaining([join('esm', 'index.js'), join('cjs', 'index.js')]));
  for (const file of files) {
    const code = readFileSync(join(out, file), 'utf8');
    expect(code).not.toMatch(/\b(process|Buffer|__dirname|setImmediate)\b|node:/);
    const imports = [...code.matchAll(/(?:from |require\(|import\()\s*['"]([^'"]+)/g)].map(([, path]) => path);
    expect(imports.filter((path) => !path?.startsWith('.'))).toEqual([]);
  }
});

/** The ES modules as a bundler makes one browser script of them. */
function bundle(): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(out, 'esm', 'index.js')],
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'sdk',
    write: false,
  });
  return outputFiles.map(({ text }) => text).join('');
}

/** The smallest CommonJS loader, so that no Node global comes in with the modules. */
function commonJsLoader(realm: vm.Context): (file: string) => unknown {
  const loaded = new Map<string, { exports: object }>();
  const load = (file: string): unknown => {
    const module = loaded.get(file) ?? { exports: {} };
    if (loaded.has(file)) return module.exports;
    loaded.set(file, module);
    const run = vm.runInContext(`(exports, require) => {${readFileSync(file, 'utf8')}\n}`, realm);
    run(module.exports, (path: string) => load(join(dirname(file), path)));
    return module.exports;
  };
  return load;
}

const forms: [string, (realm: vm.Context) => Sdk][] = [
  ['ES modules, bundled for a browser,', (realm) => vm.runInContext(`${bundle()};sdk`, realm)],
  ['CommonJS files', (realm) => commonJsLoader(realm)(join(out, 'cjs', 'index.js')) as Sdk],
];

// A new realm has the language and nothing else: no timers, no console, no Response, no Node.
describe.each(forms)('the %s in a realm with nothing but fetch and URL', (_form, loadInto) => {
  test('answer', async () => {
    const urls: unknown[] = [];
    const fetch = async (url: unknown) => {
      urls.push(url);
      return json({ data: { activeWorkspace: null } });
    };
    const location = { href: 'https://app.test/workspaces' };
    const { TokenVueClient } = loadInto(vm.createContext({ fetch, URL, location }));
    expect(await new TokenVueClient({ endpoint: '/graphql', token: TOKEN }).workspaces.active()).toBeNull();
    expect(urls).toEqual(['https://app.test/graphql']);
  });

  test('throw their errors', async () => {
    const userErrors = [{ code: 'NOT_FOUND', message: 'No.', field: null }];
    const answers = [
      () => json({ data: { selectWorkspace: { workspace: null, previousWorkspace: null, userErrors } } }),
      () => json({ errors: [{ message: 'No.', extensions: { code: 'UNAUTHENTICATED' } }] }, { status: 401 }),
      () => Promise.reject(new TypeError('Failed to fetch')),
      () => new Response('<html>', { status: 502 }),
    ];
    const fetch = async () => answers.shift()?.();
    const { TokenVueClient, NotFoundError, UnauthenticatedError, NetworkError, InvalidResponseError } = loadInto(
      vm.createContext({ fetch, URL }),
    );
    const client = new TokenVueClient({ endpoint: 'https://tokenvue.test/graphql', token: TOKEN });
    for (const ErrorClass of [NotFoundError, UnauthenticatedError, NetworkError, InvalidResponseError]) {
      expect(await rejection(client.workspaces.select('ws_01'))).toBeInstanceOf(ErrorClass);
    }
  });
});

test('the whole SDK adds less than 6 kB to a compressed page', () => {
  const { byteLength } = gzipSync(bundle());
  expect(byteLength).toBeLessThan(6_000);
  expect(byteLength).toBeGreaterThan(1_000);
});
