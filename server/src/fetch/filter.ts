import { requestError } from '../errors.js';
import { searchKey } from '../text.js';

const filterValuesMax = 100;
const searchLengthMax = 200;

/** What a filter brings that has no bounds of its own, by the names of its fields: texts that are searched for, and lists. */
export type FilterSize = Readonly<Record<string, string | readonly unknown[] | null | undefined>>;

/** @throws BAD_USER_INPUT for more values or a longer search than a filter takes; names the field. */
export function limitFilter(fields: FilterSize): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value == null) continue;
    const isText = typeof value === 'string';
    if (value.length <= (isText ? searchLengthMax : filterValuesMax)) continue;
    const takes = isText ? `at most ${searchLengthMax} characters` : `at most ${filterValuesMax} values`;
    throw requestError('filterTooLarge', `The filter's "${name}" takes ${takes}.`);
  }
}

/** What to look for in search keys; null where there is no condition. No name has a control character. */
export function searchTerm(search: string | null | undefined): string | null {
  const term = searchKey(search ?? '').replace(/\p{Cc}/gu, '\u{fffd}');
  return term === '' ? null : term;
}
