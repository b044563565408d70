import { expect, test } from '@jest/globals';
import type nodeFetch from 'node-fetch';
import type { fetch as undiciFetch } from 'undici-types';
import type { ClientOptions, Fetch } from './options.js';

/** Compiled with the program: what does not fit is an error of the types. */
type Fits<Given extends Fetch> = Given;
export type Fetches = [
  Fits<typeof globalThis.fetch>,
  Fits<typeof undiciFetch>,
  Fits<typeof nodeFetch>,
  NonNullable<ClientOptions['fetch']> extends Fetch ? true : never,
];

test('the fetch of a runtime, of undici and of node-fetch is one that the client takes', () => {
  const fits: Fetches[3] = true;
  expect(fits).toBe(true);
});
