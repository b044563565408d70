import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { clientAnswering, json } from './testing/fake-fetch.js';
import { methodsOf } from './testing/methods-of.js';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code).join('');
const methods = methodsOf(clientAnswering(() => json({})).client);

test('every method stands in an example, which the check of the package compiles and runs', () => {
  expect(methods).toContain('virtualKeys.rotate');
  expect(methods.filter((method) => !new RegExp(`\\w\\.${method}\\b`).test(examples))).toEqual([]);
});

test('every method but the own operations stands in a table with its result', () => {
  expect(methods.filter((method) => !readme.includes(`| \`client.${method}(`))).toEqual(['request']);
});
