import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { clientAnswering, json } from './testing/fake-fetch.js';
import { methodsOf } from './testing/methods-of.js';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const methods = methodsOf(clientAnswering(() => json({})).client);

test('every method but the own operations stands in a table with its result', () => {
  expect(methods.filter((method) => !readme.includes(`| \`client.${method}(`))).toEqual(['request']);
});
