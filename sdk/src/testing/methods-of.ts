import type { TokenVueClient } from '../index.js';

/** The public methods of the client and of each of its nouns, such as `viewer` and `workspaces.list`. */
export function methodsOf(client: TokenVueClient): string[] {
  const nouns = Object.entries(client).flatMap(([noun, methods]) => own(methods).map((name) => `${noun}.${name}`));
  return [...own(client), ...nouns];
}

function own(instance: object): string[] {
  return Object.getOwnPropertyNames(Object.getPrototypeOf(instance)).filter((name) => name !== 'constructor');
}
