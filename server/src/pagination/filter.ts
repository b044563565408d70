import { requestError } from '../errors.js';
import { fromGlobalId, type NodeTypeName } from '../graphql/ids.js';

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

/** The part of a name to search for; null where there is no condition. */
export function searchText(search: string | null | undefined): string | null {
  // PostgreSQL's text can't hold NUL, so no name has one either.
  return search ? search.normalize('NFC').replaceAll('\0', '\u{fffd}') : null;
}

/** The UUIDs among global ids of this type; a malformed id is an id of nothing. */
export function uuidsOf(type: NodeTypeName, ids: readonly string[]): string[] {
  return ids.flatMap((id) => fromGlobalId(type, id) ?? []);
}
