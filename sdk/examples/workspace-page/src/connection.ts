import type { FieldPolicy, Reference } from '@apollo/client';

interface Connection {
  readonly nodes: readonly Reference[];
  readonly pageInfo: { readonly endCursor: string | null };
  readonly totalCount?: number;
}

/** How a list is kept: one for each set of these arguments, to which every page that follows on is added. */
export function connection(...keyArgs: string[]): FieldPolicy<Connection> {
  return {
    keyArgs,
    merge(existing, incoming, { args }) {
      const after: unknown = args?.['after'];
      if (existing === undefined || after == null) return incoming;
      // A page that was asked for before the list was loaded afresh follows on nothing any more.
      if (after !== existing.pageInfo.endCursor) return existing;
      return { ...existing, ...incoming, nodes: [...existing.nodes, ...incoming.nodes] };
    },
  };
}
