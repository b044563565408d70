import type { CallOptions } from './options.js';

/** Which page of a list. */
export interface PageOptions {
  /** How many at most, 1 to 100; the server's default is 20. */
  first?: number | null | undefined;
  /** The `pageInfo.endCursor` of the page before, under the same filter and order. */
  after?: string | null | undefined;
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
