import { expect, test } from '@jest/globals';
import { parseUrl } from './url.js';

test('a host with an umlaut is a URL however often it is asked for', () => {
  // Node optimizes what is called this often, and its own check of a URL answers otherwise from then on.
  const hosts = Array.from({ length: 20_000 }, () => parseUrl('https://münchen.example/v1')?.hostname);
  expect([...new Set(hosts)]).toEqual(['xn--mnchen-3ya.example']);
});

test('what is no URL is null', () => {
  expect(['', 'models.example', 'https://', 'https://models .example'].map(parseUrl)).toEqual([null, null, null, null]);
});
