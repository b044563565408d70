import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rawRequest } from '../testing/raw-request.js';
import { newOrganization, signToken, startTestServer, type TestServer } from '../testing/test-server.js';
import { readTrustedDocuments } from './trusted-documents.js';

const script = fileURLToPath(new URL('../../../sdk/scripts/manifest.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tokenvue-manifest-'));
const file = join(folder, 'manifest.json');
const introspection = '{ __schema { queryType { name } } }';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

let server: TestServer;
let token: string;
beforeAll(async () => {
  execFileSync(process.execPath, [script, file]);
  server = await startTestServer({ TRUSTED_DOCUMENTS: file });
  token = await signToken({ sub: 'ada', org: newOrganization() });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly body: { readonly data?: object; readonly errors?: readonly { readonly extensions: object }[] };
}

async function send(body: object, endpoint = server.endpoint): Promise<Answer> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const { status, text } = await rawRequest(endpoint, { headers, body: JSON.stringify(body) });
  return { status, body: JSON.parse(text) };
}

const byHash = (hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } } });
const documents = (): { id: string; name: string; body: string }[] => JSON.parse(readFileSync(file, 'utf8')).operations;

test('what the SDK and the page send runs, by text and by hash, in every form that their clients give it', async () => {
  const viewers = documents().filter(({ name }) => name === 'Viewer');
  expect(viewers.length).toBeGreaterThanOrEqual(3);
  const generated = readFileSync(new URL('../../../sdk/src/generated/documents.ts', import.meta.url), 'utf8');
  const texts = [...generated.matchAll(/^ {2}(".*");$/gm)].map(([, literal]) => JSON.parse(literal ?? ''));
  const trusted = new Set(documents().map(({ body }) => body));
  expect(texts.length).toBeGreaterThan(20);
  expect(texts.filter((text) => !trusted.has(text))).toEqual([]);
  for (const { id, body } of viewers) {
    for (const named of [{ query: body }, byHash(id), { query: body, ...byHash(id) }]) {
      const { status, body: answer } = await send(named);
      expect([status, answer.errors]).toEqual([200, undefined]);
    }
  }
});

test.each([
  ['another document', () => ({ query: '{ viewer { user { id } } }' })],
  ['a trusted one with a blank more', () => ({ query: ` ${documents()[0]?.body}` })],
  ['the hash of another', () => byHash(sha256('{ viewer { user { id } } }'))],
  [
    'another one with its hash, to have it kept',
    () => ({ query: '{ __typename }', ...byHash(sha256('{ __typename }')) }),
  ],
  ['the schema', () => ({ query: introspection })],
  ['a text that does not parse', () => ({ query: '{'.repeat(1_000) })],
])('%s is refused, and nothing is said of the schema', async (_case, make) => {
  const { status, body } = await send(make());
  expect([status, body.data]).toEqual([403, undefined]);
  expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', reason: 'documentNotTrusted' } }]);
});

test('a stranger is let in for nothing, and the schema is read where that is trusted', async () => {
  const body = JSON.stringify({ query: documents()[0]?.body });
  const { status } = await rawRequest(server.endpoint, { headers: { 'content-type': 'application/json' }, body });
  expect(status).toBe(401);
  const operations = [{ id: sha256(introspection), name: 'Schema', type: 'query', body: introspection }];
  const own = join(folder, 'introspection.json');
  writeFileSync(own, JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }));
  const other = await startTestServer({
    DATABASE_URL: server.databaseUrl,
    TRUSTED_DOCUMENTS: own,
    INTROSPECTION: 'false',
  });
  expect((await send({ query: introspection }, other.endpoint)).status).toBe(200);
  expect((await send({ query: '{ __typename }' }, other.endpoint)).status).toBe(403);
  await other.close();
});

describe('a wrong file stops the start with one sentence:', () => {
  const manifest = (...operations: object[]) => ({ format: 'apollo-persisted-query-manifest', version: 1, operations });
  test.each<[string, string | null, string]>([
    ['none', null, 'can not be read (ENOENT)'],
    ['no JSON', '{', 'is no JSON'],
    ['null', 'null', 'is not of the format'],
    ['another format', JSON.stringify({ ...manifest(), version: 2 }), 'is not of the format'],
    ['nothing in it', JSON.stringify(manifest()), 'has no operations'],
    ['another id', JSON.stringify(manifest({ id: 'x', body: '{ a }' })), 'at place 0 whose id is not the SHA-256'],
    ['no document', JSON.stringify(manifest({ id: sha256('{'), body: '{' })), 'at place 0 that does not parse'],
  ])('%s', async (_case, text, says) => {
    const wrong = join(folder, text === null ? 'missing.json' : 'wrong.json');
    if (text !== null) writeFileSync(wrong, text);
    await expect(readTrustedDocuments(wrong)).rejects.toThrow(
      expect.objectContaining({ name: 'ConfigError', message: expect.stringContaining(says) }),
    );
  });
});
