import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import vm from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build, buildSync, transformSync } from 'esbuild';
import type { UsageRecordInput } from './index.js';
import { json, rejection, TOKEN } from './testing/fake-fetch.js';

type Sdk = typeof import('./index.js');
type Recorder = typeof import('./usage-recorder/index.js');

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
    // What is for Node says so in its name.
    if (/usage-recorder[\\/]node[\w-]*\.js$/.test(file)) continue;
    const isOfUrql = file.endsWith('urql.js');
    // Without comments, which may tell of processes.
    const { code } = transformSync(readFileSync(join(out, file), 'utf8'), { legalComments: 'none' });
    expect(code).not.toMatch(/\b(process|Buffer|__dirname|setImmediate)\b|node:/);
    const imports = [...code.matchAll(/(?:from |require\(|import\()\s*['"]([^'"]+)/g)].map(([, path]) => path);
    expect(imports.filter((path) => !path?.startsWith('.'))).toEqual(
      isOfUrql ? ['@urql/exchange-graphcache/extras'] : [],
    );
  }
});

/** The ES modules as a bundler makes one browser script of them. */
function bundle(file = 'index.js'): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(out, 'esm', file)],
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
    const run = vm.runInContext(`(module, exports, require) => {${readFileSync(file, 'utf8')}\n}`, realm);
    run(module, module.exports, (path: string) => load(join(dirname(file), path)));
    return module.exports;
  };
  return load;
}

const forms: [string, (realm: vm.Context) => Sdk][] = [
  ['ES modules, bundled for a browser,', (realm) => vm.runInContext(`${bundle()};sdk`, realm)],
  ['CommonJS files', (realm) => commonJsLoader(realm)(join(out, 'cjs', 'index.js')) as Sdk],
];

/** What every browser, worker and edge runtime brings; a new realm has the language and nothing of it, least of all Node. */
const platform = { URL, AbortController, setTimeout, clearTimeout, performance, crypto, console };

describe.each(forms)('the %s in a realm with little more than fetch', (_form, loadInto) => {
  test('answer', async () => {
    const urls: unknown[] = [];
    const fetch = async (url: unknown) => {
      urls.push(url);
      return json({ data: { activeWorkspace: null } });
    };
    const location = { href: 'https://app.test/workspaces' };
    const { TokenVueClient } = loadInto(vm.createContext({ ...platform, fetch, location }));
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
      vm.createContext({ ...platform, fetch }),
    );
    const client = new TokenVueClient({ endpoint: 'https://tokenvue.test/graphql', token: TOKEN, maxRetries: 0 });
    for (const ErrorClass of [NotFoundError, UnauthenticatedError, NetworkError, InvalidResponseError]) {
      expect(await rejection(client.workspaces.select('ws_01'))).toBeInstanceOf(ErrorClass);
    }
  });
});

test('an error is recognised by another copy of the SDK, with the class that it has there', async () => {
  const fetch = async () => json({ errors: [{ message: 'No.', extensions: { code: 'UNAUTHENTICATED' } }] });
  const [esm, cjs] = forms.map(([, loadInto]) => loadInto(vm.createContext({ ...platform, fetch })));
  const client = new (esm as Sdk).TokenVueClient({ endpoint: 'https://tokenvue.test/graphql', token: TOKEN });
  const error = await rejection(client.viewer());
  for (const { TokenVueError, RequestError, UnauthenticatedError, NetworkError } of [esm, cjs] as Sdk[]) {
    const classes = [TokenVueError, RequestError, UnauthenticatedError, NetworkError];
    expect(classes.map((ErrorClass) => ErrorClass.is(error))).toEqual([true, true, true, false]);
  }
  expect(error).not.toBeInstanceOf((cjs as Sdk).TokenVueError);
  for (const value of [undefined, null, 'TokenVueError', {}, new Error('no'), { name: 'TokenVueError' }]) {
    expect((cjs as Sdk).TokenVueError.is(value)).toBe(false);
  }
});

test.each(['esm', 'cjs'])('guardrails are evaluated in a realm with the language alone, as %s', (folder) => {
  const realm = vm.createContext({});
  const load = (file: string): unknown => {
    if (folder === 'cjs') return commonJsLoader(realm)(join(out, 'cjs', `${file}.js`));
    return vm.runInContext(`${bundle(`${file}.js`)};sdk`, realm);
  };
  const { createEvaluator } = load('guardrails/index') as typeof import('./guardrails/index.js');
  const { countries } = load('guardrails/countries') as typeof import('./guardrails/countries.js');
  const evaluator = createEvaluator(
    [
      { kind: 'PATTERN', action: 'REDACT', pattern: 'key-\\d+' },
      { kind: 'PII', action: 'REDACT', piiTypes: ['PHONE'], country: 'DE' },
    ],
    { countries },
  );
  expect(evaluator.evaluate('key-12, 030 1234567').text).toBe('[REDACTED], [REDACTED]');
});

/** Bytes that the code adds to a compressed page. */
async function sizeOf(code: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: join(out, 'esm') },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? '').byteLength;
}

test('the whole client with all operations adds less than 12 kB to a compressed page', async () => {
  const code = "import { TokenVueClient } from './index.js'; globalThis.client = TokenVueClient;";
  const size = await sizeOf(code);
  expect(size).toBeLessThan(12_000);
  expect(size).toBeGreaterThan(6_000);
});

test('an application that lists workspaces adds less than 6 kB, and one more method what its text costs', async () => {
  const list = `import { TokenVueCore, WorkspacesDocument } from './core.js';
    const client = new TokenVueCore({ endpoint: '/graphql', token: 'test' });
    client.request(WorkspacesDocument, { first: 50 }).then(({ workspaces }) => console.log(workspaces));`;
  const size = await sizeOf(list);
  expect(size).toBeLessThan(6_000);
  expect(size).toBeGreaterThan(3_000);
  const more = list.replace('Core,', 'Core, ViewerDocument,');
  expect((await sizeOf(`${more} client.request(ViewerDocument).then(console.log);`)) - size).toBeLessThan(400);
});

test('one imported document adds less than 1 kB', async () => {
  const documents = readFileSync(join(out, 'esm/generated/document-nodes.js'), 'utf8');
  const names = [...documents.matchAll(/^export const (\w+) /gm)].map(([, name]) => name);
  expect(names).toContain('WorkspacesDocument');
  for (const name of names) {
    const code = `import { ${name} } from './documents.js'; globalThis.document = ${name};`;
    const size = await sizeOf(code);
    expect([name, size < 1_000 && size > 100]).toEqual([name, true]);
  }
});

test('guardrails add less than 66 kB, of which the parser of patterns is most, and the countries less than 60 kB more', async () => {
  const size = await sizeOf(
    "import { createEvaluator } from './guardrails/index.js'; globalThis.create = createEvaluator;",
  );
  expect(size).toBeLessThan(66_000);
  expect(size).toBeGreaterThan(20_000);
  const countries = await sizeOf(
    "import { countries } from './guardrails/countries.js'; globalThis.countries = countries;",
  );
  expect(countries).toBeLessThan(60_000);
  expect(countries).toBeGreaterThan(20_000);
});

test('the recorder of usage adds less than 3 kB, and runs in a realm with little more than fetch', async () => {
  const code = "import { UsageRecorder } from './usage-recorder/index.js'; globalThis.recorder = UsageRecorder;";
  expect(await sizeOf(code)).toBeLessThan(3_000);
  const realm = vm.createContext({ ...platform, AbortSignal });
  const { UsageRecorder } = vm.runInContext(`${bundle('usage-recorder/index.js')};sdk`, realm) as Recorder;
  const sent: unknown[] = [];
  const recordUsage = async ({ records }: { records: readonly unknown[] }) => {
    sent.push(...records);
    return { recorded: records.length, duplicates: 0, refused: [] };
  };
  const recorder = new UsageRecorder({ gateway: { recordUsage } }, { onRefused: () => {} });
  const record = { requestId: 'r1' } as UsageRecordInput;
  expect(await recorder.record(record)).toBe(true);
  expect(await recorder.close()).toBe(0);
  expect(sent).toEqual([record]);
});

test('what is not imported is left out: an error class comes without the client', async () => {
  const code = "import { NotFoundError } from './index.js'; globalThis.NotFoundError = NotFoundError;";
  expect(await sizeOf(code)).toBeLessThan(600);
});
