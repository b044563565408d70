import { requestError } from '../errors.js';
import { searchKey } from '../text.js';

const filterValuesMax = 100;
const searchLengthMax = 200;

/** What a filter brings that has no bounds of its own. */
export interface FilterSize {
  readonly search?: string | null | undefined;
  readonly lists: readonly (readonly unknown[] | null | undefined)[];
}

/** @throws BAD_USER_INPUT for more values or a longer search than a filter takes. */
export function limitFilter({ search, lists }: FilterSize): void {
  const tooLarge = lists.some((list) => (list?.length ?? 0) > filterValuesMax);
  if (tooLarge || (search?.length ?? 0) > searchLengthMax) throw requestError('filterTooLarge');
}

/** What to look for in search keys; null where there is no condition. No name has a control character. */
export function searchTerm(search: string | null | undefined): string | null {
  const term = searchKey(search ?? '').replace(/\p{Cc}/gu, '\u{fffd}');
  return term === '' ? null : term;
}
