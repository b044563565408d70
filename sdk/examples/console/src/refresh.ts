import type { ApolloClient } from '@apollo/client';
import { WorkspaceSummaryDocument, WorkspacesDocument, type WorkspacesQuery } from '@tokenvue/sdk/documents';

/** As many as the server gives at once. */
const pageSizeMax = 100;

/** After a change: asks again for the figures and for as many cards as are shown. Never fails, it only brings nothing. */
export async function refresh(client: ApolloClient): Promise<void> {
  const asked = client.refetchQueries({
    include: [WorkspaceSummaryDocument, WorkspacesDocument],
    onQueryUpdated: (query) => {
      const data = query.getCurrentResult().data as Partial<WorkspacesQuery> | undefined;
      const shown = data?.workspaces?.nodes.length ?? 0;
      if (shown <= Number(query.variables['first'] ?? 0)) return query.refetch();
      // Into the list that is there already: a refetch would leave its first page alone.
      const variables = { ...query.variables, first: Math.min(shown, pageSizeMax) };
      return client.query({ query: query.query, variables, fetchPolicy: 'network-only' });
    },
  });
  await asked.catch(() => {});
}
