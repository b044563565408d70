import type { CallOptions } from './options.js';

/** Which page of a list: `first` and `after` go on from its start, `last` and `before` go back from its end. */
export interface PageOptions {
  /** How many at most, 1 to 100; 20 unless this or `last` is given. */
  first?: number | null | undefined;
  /** The `pageInfo.endCursor` of the page before this one, under the same filter and order. */
  after?: string | null | undefined;
  /** How many at most, 1 to 100, counted from the end; in place of `first`. */
  last?: number | null | undefined;
  /** The `pageInfo.startCursor` of the page after this one, under the same filter and order. */
  before?: string | null | undefined;
  /** Whether to count the whole list too, which costs the server more. */
  totalCount?: boolean | undefined;
}

/** How a list is read to its end; the other options hold for each page. */
export interface IterateOptions extends CallOptions {
  /** How many items a request brings, 1 to 100: 100 unless given. */
  pageSize?: number | undefined;
  /** Where to go on: the `cursor` of a list that was read before, or a page's `endCursor`, under the same filter and order. */
  after?: string | null | undefined;
}

/** The items of a list, page after page, for `for await`. */
export interface ItemIterator<Item> extends AsyncGenerator<Item, void, undefined> {
  /** Where another could go on: after the last page that was used up. Null before the end of the first one. */
  readonly cursor: string | null;
  /** All items that are left. */
  toArray(): Promise<Item[]>;
}

/** The iterator over the items of what brings the pages. */
export function iterateItems<Item>(
  nextPage: (after: string | null) => Promise<Page<Item>>,
  start: string | null | undefined,
  mayGoOn: () => void,
): ItemIterator<Item> {
  let cursor = start ?? null;
  async function* generate(): AsyncGenerator<Item, void, undefined> {
    for (;;) {
      const { nodes, pageInfo } = await nextPage(cursor);
      for (const item of nodes) {
        mayGoOn();
        yield item;
      }
      cursor = pageInfo.endCursor ?? cursor;
      if (!pageInfo.hasNextPage) return;
    }
  }
  const items = generate();
  return Object.defineProperties(items, {
    cursor: { get: () => cursor },
    toArray: {
      value: async () => {
        const all: Item[] = [];
        for await (const item of items) all.push(item);
        return all;
      },
    },
  }) as ItemIterator<Item>;
}

/** A page as the API has it. */
export interface Page<Item> {
  nodes: readonly Item[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** The API gives no more at once. */
export const LARGEST_PAGE = 100;
