import { userErrorsError } from './error-classes.js';
import { InvalidResponseError } from './errors.js';
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

interface Page<Item> {
  nodes: readonly Item[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const LARGEST_PAGE = 100;

/** The items of all pages, each page asked for when the one before is used up. Throws when the pages do not move on. */
export async function* iteratePages<Item>(
  { pageSize = LARGEST_PAGE, ...call }: IterateOptions,
  load: (page: { first: number; after: string | null }, call: CallOptions) => Promise<Page<Item>>,
): AsyncGenerator<Item, void, undefined> {
  const cursors = new Set<string | null>([null]);
  let after: string | null = null;
  for (;;) {
    const { nodes, pageInfo }: Page<Item> = await load({ first: pageSize, after }, call);
    yield* nodes;
    if (!pageInfo.hasNextPage) return;
    after = pageInfo.endCursor;
    if (cursors.has(after)) {
      throw new InvalidResponseError(
        'The list does not move on: the server answered with the same cursor again',
        200,
        {},
      );
    }
    cursors.add(after);
  }
}

/** The page of a list that there is. Throws NotFoundError, naming the argument by which it was looked for. */
export function found<List>(list: List | null, argument: string): List {
  if (list !== null) return list;
  const message = 'There is no such list, or none that the viewer may see.';
  throw userErrorsError([{ code: 'NOT_FOUND', message, field: [argument] }], {});
}
