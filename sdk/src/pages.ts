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
}

/** A page as the API has it. */
export interface Page<Item> {
  nodes: readonly Item[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** The API gives no more at once. */
export const LARGEST_PAGE = 100;
