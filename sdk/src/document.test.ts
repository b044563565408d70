import { expect, test } from '@jest/globals';
import { outlineOf } from './document.js';

test.each([
  ['query A { a }', 'A'],
  ['mutation A($b: ID!) { c }', 'A'],
  ['query A($b: B = { c: { d: 1 } }, $query: ID) { c }', 'A'],
  ['fragment F on T { query mutation }\nquery A { ...F }', 'A'],
  ['fragment query on T { a }\nsubscription A { ...query }', 'A'],
  ['# query B { b }\nquery A { a }', 'A'],
  ['query A { a(text: "} query B {", block: """ } query C { \\""" """) }', 'A'],
  ['{ a }', undefined],
  ['query { a }', undefined],
  ['query($a: ID) { query A }', undefined],
  ['query A { a } query B { b }', undefined],
  ['not graphql', undefined],
])('the operation name of %j is %j', (document, name) => {
  expect(outlineOf(document).name).toBe(name);
});

test.each([
  ['{ a }', true],
  ['query Q { mutation }', true],
  ['fragment mutation on T { a } query Q { ...mutation }', true],
  ['query Q { a(text: "mutation { b }") } # mutation M { c }', true],
  ['mutation M { a }', false],
  ['query Q { a } mutation M { b }', false],
  [',, mutation { a }', false],
  ['subscription S { a }', false],
  ['#\u2028 {\nmutation M { a }', false],
  ['query Q { a', false],
])('%j can only read: %j', (document, isQuery) => {
  expect(outlineOf(document).isQuery).toBe(isQuery);
});
