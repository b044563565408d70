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
      // One that has moved to a later place of the order since is there already.
      const known = new Set(existing.nodes.map(({ __ref }) => __ref));
      const added = incoming.nodes.filter(({ __ref }) => !known.has(__ref));
      return { ...existing, ...incoming, nodes: [...existing.nodes, ...added] };
    },
  };
}
