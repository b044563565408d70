/**
 * What Apollo Client's `InMemoryCache` has to know of the API: `new InMemoryCache({ possibleTypes, typePolicies })`.
 *
 * @module apollo
 */
import type { FieldPolicy, TypePolicies } from '@apollo/client';
import { pagedFields, possibleTypes as types, typesWithoutId } from './generated/caches.js';

/** The types that stand behind an interface or a union. */
export const possibleTypes: Record<string, string[]> = types;

/** A list as the cache keeps it. */
export interface Pages {
  readonly nodes?: readonly unknown[];
  readonly edges?: readonly { readonly cursor?: string; readonly node?: unknown }[];
  readonly pageInfo?: Partial<Record<'startCursor' | 'endCursor', string | null>> & { readonly hasNextPage?: boolean };
}

/**
 * A list is one for each filter, order and size of a page: its pages are put together by their cursors, as `nodes` and as
 * `edges`, the one after its end or before its start. A page that follows on neither, because the list was loaded afresh
 * meanwhile, is left out. With `isOfAnySize` pages of all sizes are of one list, for who shows it in one place only.
 */
export function pages(conditions: readonly string[], { isOfAnySize = false } = {}): FieldPolicy<Pages> {
  return {
    keyArgs: (args) => [...conditions, ...(isOfAnySize ? [] : [args?.['last'] == null ? 'first' : 'last'])],
    merge(existing, incoming, { args }) {
      const { after, before } = args ?? {};
      if (!existing) return incoming;
      if (after == null && before == null) return afresh(existing, incoming);
      if (after != null) return after === existing.pageInfo?.endCursor ? joined(existing, incoming, false) : existing;
      return before === existing.pageInfo?.startCursor ? joined(existing, incoming, true) : existing;
    },
  };
}

/** What is shown at once by two parts of a page may overwrite each other: what has no id is put together where it hangs. */
const merged = typesWithoutId.filter((name) => !/(Connection|Edge|Payload)$/.test(name));

/** Pages of every list, and values without an `id` that are put together. */
export const typePolicies: TypePolicies = {
  ...Object.fromEntries(merged.map((name) => [name, { merge: true }])),
  ...Object.fromEntries(
    Object.entries(pagedFields).map(([name, fields]) => [
      name,
      { fields: Object.fromEntries(Object.entries(fields).map(([field, keyArgs]) => [field, pages(keyArgs)])) },
    ]),
  ),
};

/**
 * The list with its first page as it is now. Where that has what the list begins with, the pages after it stay: it was
 * asked for because another part of a page shows other fields.
 */
function afresh(existing: Pages, incoming: Pages): Pages {
  const [known, found] = [keysOf(existing), keysOf(incoming)];
  if (!found.every((key, index) => key !== undefined && key === known[index])) return incoming;
  if (found.length === known.length) return { ...existing, ...incoming };
  const isLess = (incoming.nodes && !existing.nodes) || (incoming.edges && !existing.edges);
  if (isLess || !incoming.pageInfo?.hasNextPage) return incoming;
  const { nodes: _nodes, edges: _edges, pageInfo, ...others } = incoming;
  return { ...existing, ...others, pageInfo: { ...pageInfo, ...existing.pageInfo } };
}

function keysOf({ nodes, edges }: Pages): (string | undefined)[] {
  return (nodes ?? edges ?? []).map(keyOf);
}

/** The list with another page at its end, or at its start; what that page does not have is no list any more. */
function joined(existing: Pages, incoming: Pages, isBefore: boolean): Pages {
  const [left, right] = isBefore ? [incoming, existing] : [existing, incoming];
  const { hasPreviousPage, startCursor } = (left.pageInfo ?? {}) as Record<string, unknown>;
  const { hasNextPage, endCursor } = (right.pageInfo ?? {}) as Record<string, unknown>;
  const { nodes: _nodes, edges: _edges, ...rest } = existing;
  const { nodes, edges, ...others } = incoming;
  return {
    ...rest,
    ...others,
    ...(nodes && existing.nodes && { nodes: concatenated(left.nodes, right.nodes) }),
    ...(edges && existing.edges && { edges: concatenated(left.edges, right.edges) }),
    pageInfo: { ...existing.pageInfo, hasPreviousPage, startCursor, hasNextPage, endCursor } as Pages['pageInfo'],
  } as Pages;
}

/** Both, but what has moved along the order since is there once. */
function concatenated<Item>(left: readonly Item[] = [], right: readonly Item[] = []): Item[] {
  const known = new Set(left.map(keyOf));
  known.delete(undefined);
  return [...left, ...right.filter((item) => !known.has(keyOf(item)))];
}

/** The cache's own key of an item, or of an edge's. */
function keyOf(item: unknown): string | undefined {
  const { __ref, node } = (item ?? {}) as { __ref?: string; node?: { __ref?: string } };
  return __ref ?? node?.__ref;
}
