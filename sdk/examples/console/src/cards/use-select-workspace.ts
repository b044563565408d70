import type { ApolloCache } from '@apollo/client';
import { useApolloClient, useMutation } from '@apollo/client/react';
import {
  SelectWorkspaceDocument,
  type SelectWorkspaceMutation,
  type WorkspaceCardFragment,
  WorkspaceSummaryDocument,
} from '@tokenvue/sdk/documents';
import { use, useRef } from 'react';
import { failureOf } from '../failure.js';
import { refresh } from '../refresh.js';
import { Announce } from '../ui/status.js';

/** Selects a workspace, marks it on its card and in the summary, and says so. */
export function useSelectWorkspace(): (card: WorkspaceCardFragment) => Promise<void> {
  const announce = use(Announce);
  const client = useApolloClient();
  // One after the other, so that the last one clicked is the one that stays.
  const turn = useRef(Promise.resolve());
  const [select] = useMutation(SelectWorkspaceDocument, {
    update: (cache, { data }) => markActive(cache, data?.selectWorkspace?.workspace ?? null),
  });
  const selectNow = async ({ id, name }: WorkspaceCardFragment) => {
    try {
      const { data } = await select({ variables: { input: { workspaceId: id } } });
      const refused = data?.selectWorkspace?.userErrors[0];
      if (refused) void refresh(client);
      announce({ text: refused ? `${name}: ${refused.message}` : `${name} is now your active workspace.` });
    } catch (error) {
      announce({ text: `${name} was not selected. ${failureOf(error).message}` });
    }
  };
  return (card) => {
    turn.current = turn.current.then(() => selectNow(card));
    return turn.current;
  };
}

type Selected = NonNullable<SelectWorkspaceMutation['selectWorkspace']>['workspace'];

function markActive(cache: ApolloCache, workspace: Selected): void {
  if (workspace === null) return;
  cache.updateQuery({ query: WorkspaceSummaryDocument }, (data) => {
    const shown = data?.workspaceSummary?.activeWorkspace;
    // The answer unmarks the one that was active for the server; the one that this page shows may be another.
    if (shown && shown.id !== workspace.id) {
      cache.modify({
        id: cache.identify({ __typename: 'Workspace', id: shown.id }) ?? '',
        fields: { isActive: () => false },
      });
    }
    return data?.workspaceSummary && { workspaceSummary: { ...data.workspaceSummary, activeWorkspace: workspace } };
  });
}
