/**
 * What Relay needs beside `@tokenvue/sdk/schema.graphql`, whose lists and nodes are Relay's own: the compiler's
 * `customScalarTypes`, and an environment's `missingFieldHandlers` and network.
 *
 * @module relay
 */
import type { FetchFunction, MissingFieldHandler } from 'relay-runtime';
import type { TokenVueClient } from './client.js';

/** For relay.config: what texts stand for. */
export const customScalarTypes = { BigInt: 'string', DateTime: 'string', Decimal: 'string' } as const;

/** Finds what is there already by its id, whichever query has brought it: `node`, `nodes` and `workspace`. */
export const missingFieldHandlers: MissingFieldHandler[] = [
  {
    kind: 'linked',
    handle: ({ name }, record, { id }) => (isRoot(record) && /^(node|workspace)$/.test(name) ? id : undefined),
  },
  {
    kind: 'pluralLinked',
    handle: ({ name }, record, { ids }) => (isRoot(record) && name === 'nodes' ? ids : undefined),
  },
];

/** For `Network.create`: requests go through the client, with its token, its times and its retries. */
export function fetchThrough(client: Pick<TokenVueClient, 'request'>): FetchFunction {
  return async ({ name, text }, variables) => {
    if (!text) throw new TypeError(`${name} has no text`);
    return { data: await client.request<Record<string, unknown>>(text, variables) };
  };
}

function isRoot(record: { getType(): string } | null | undefined): boolean {
  return record?.getType() === '__Root';
}
