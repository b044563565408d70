/** Which page of a list. */
export interface PageOptions {
  /** How many at most, 1 to 100; the server's default is 20. */
  first?: number | null | undefined;
  /** The `pageInfo.endCursor` of the page before, under the same filter and order. */
  after?: string | null | undefined;
  /** Whether to count the whole list too, which costs the server more. */
  totalCount?: boolean | undefined;
}
