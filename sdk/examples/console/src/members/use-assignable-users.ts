import { useQuery } from '@apollo/client/react';
import { AssignableUsersDocument, type UserFragment } from '@tokenvue/sdk/documents';
import { type Failure, failureOf } from '../failure.js';
import { useDebounced } from '../ui/use-debounced.js';

const shownMax = 20;

export interface AssignableUsers {
  readonly users: readonly UserFragment[];
  /** While the people shown are those of the text before, or none. */
  readonly isLoading: boolean;
  readonly hasMore: boolean;
  readonly failure: Failure | undefined;
}

/** The people of the viewer's team access whose name or address holds the text, by name; asked for while `isWanted`. */
export function useAssignableUsers(text: string, isWanted: boolean): AssignableUsers {
  const wanted = text.trim();
  const search = useDebounced(wanted, 200);
  const { data, previousData, error } = useQuery(AssignableUsersDocument, {
    variables: { first: shownMax, ...(search !== '' && { search }) },
    skip: !isWanted,
  });
  const found = (data ?? (error ? undefined : previousData))?.assignableUsers;
  return {
    users: found?.nodes ?? [],
    isLoading: isWanted && error === undefined && (data === undefined || search !== wanted),
    hasMore: found?.pageInfo.hasNextPage ?? false,
    failure: error && failureOf(error),
  };
}
