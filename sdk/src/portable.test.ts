import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import vm from 'node:vm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { json, TOKEN } from './testing/fake-fetch.js';

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

test('the built client answers in a realm with no globals but fetch and URL', async () => {
  const sent: unknown[] = [];
  const fetch = async (...request: unknown[]) => {
    sent.push(request);
    return json({ data: { activeWorkspace: null } });
  };
  const realm = vm.createContext({ fetch, URL });
  // The smallest CommonJS loader, so that no Node global comes in with the module.
  const load = (file: string): unknown => {
    const module = { exports: {} };
    const wrapped = vm.runInContext(`(exports, require) => {${readFileSync(file, 'utf8')}\n}`, realm);
    wrapped(module.exports, (path: string) => load(join(dirname(file), path)));
    return module.exports;
  };
  const { TokenVueClient } = load(join(out, 'cjs', 'index.js')) as typeof import('./index.js');
  const client = new TokenVueClient({
    endpoint: 'https://tokenvue.test/graphql',
    token: TOKEN,
  });
  expect(await client.workspaces.active()).toBeNull();
  expect(sent).toHaveLength(1);
});
