import { useApolloClient, useQuery } from '@apollo/client/react';
import { type WorkspaceCardFragment, WorkspacesDocument } from '@tokenvue/sdk/documents';
import { useCallback, useMemo, useState } from 'react';
import { type Failure, failureOf } from '../failure.js';
import { type Filters, toVariables } from '../filters/filters.js';

/** Full rows of one, two, three and four cards. */
const pageSize = 24;

export interface Cards {
  /** Undefined while there is nothing to show yet. */
  readonly nodes: readonly WorkspaceCardFragment[] | undefined;
  readonly totalCount: number;
  readonly hasMore: boolean;
  /** Whether what is shown belongs to the filters before. */
  readonly isStale: boolean;
  readonly failure: Failure | undefined;
  readonly isLoadingMore: boolean;
  readonly moreFailure: Failure | undefined;
  loadMore(): Promise<void>;
  /** Asks again for everything on the page. */
  retry(): void;
}

/** The cards that the filters let through, page after page. */
export function useCards(filters: Filters): Cards {
  const client = useApolloClient();
  const variables = useMemo(() => ({ first: pageSize, totalCount: true, ...toVariables(filters) }), [filters]);
  const { data, previousData, error, fetchMore } = useQuery(WorkspacesDocument, {
    variables,
    // What is there is shown at once and brought up to date; the pages that follow are not asked for again.
    fetchPolicy: 'cache-and-network',
    nextFetchPolicy: 'cache-first',
  });
  const [more, setMore] = useState<{ of: object; isLoading: boolean; failure?: Failure }>();
  const current = more?.of === variables ? more : undefined;
  const list = (data ?? (error ? undefined : previousData))?.workspaces;
  const after = data?.workspaces?.pageInfo.endCursor;

  const loadMore = useCallback(async () => {
    setMore({ of: variables, isLoading: true });
    try {
      await fetchMore({ variables: { after, totalCount: false } });
      setMore({ of: variables, isLoading: false });
    } catch (thrown) {
      setMore({ of: variables, isLoading: false, failure: failureOf(thrown) });
    }
  }, [fetchMore, variables, after]);

  return {
    nodes: list?.nodes,
    totalCount: list?.totalCount ?? 0,
    hasMore: data?.workspaces?.pageInfo.hasNextPage ?? false,
    isStale: data === undefined && list !== undefined,
    failure: error && !data?.workspaces ? failureOf(error) : undefined,
    isLoadingMore: current?.isLoading ?? false,
    moreFailure: current?.failure,
    loadMore,
    retry: () => void client.refetchQueries({ include: 'active' }).catch(() => {}),
  };
}
