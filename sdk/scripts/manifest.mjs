/**
 * Writes what the SDK and the console send, as a manifest of persisted queries: SHA-256 and text of every document.
 * Into `dist/persisted-query-manifest.json`, or the file given as the first argument. A server that is given the file as
 * TRUSTED_DOCUMENTS runs these documents and no others.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InMemoryCache } from '@apollo/client';
import { parse, print, stripIgnoredCharacters } from 'graphql';
import { operationsOf } from './documents.mjs';

const sdk = fileURLToPath(new URL('..', import.meta.url));
// npm runs it in the SDK's folder, and tells where it was called.
const file = resolve(
  process.env.INIT_CWD ?? '.',
  process.argv[2] ?? join(sdk, 'dist', 'persisted-query-manifest.json'),
);
const files = readdirSync(join(sdk, 'operations')).map((name) => ({
  document: parse(readFileSync(join(sdk, 'operations', name), 'utf8')),
}));
const cache = new InMemoryCache();

const operations = operationsOf(files).flatMap(({ operation, name, fragments }) => {
  const text = [operation, ...fragments].map(print).join('\n');
  // As the SDK's own transport sends it, as a client prints the syntax tree, and as Apollo Client does for its cache.
  const tree = { kind: 'Document', definitions: [operation, ...fragments] };
  const bodies = new Set([stripIgnoredCharacters(text), print(tree), print(cache.transformDocument(tree))]);
  return [...bodies].map((body) => ({
    id: createHash('sha256').update(body).digest('hex'),
    name,
    type: operation.operation,
    body,
  }));
});
const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations };
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`${operations.length} documents are in ${file}.`);
