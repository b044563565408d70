import { ApolloProvider } from '@apollo/client/react';
import { useMemo } from 'react';
import { createClient } from './apollo.js';
import type { PageConfig } from './page-config.js';
import type { Session } from './session/session.js';
import { SessionEnded } from './session/session-ended.js';
import { SignIn } from './session/sign-in.js';
import { SessionContext, useSessionState } from './session/use-session.js';
import { StatusProvider } from './ui/status.js';
import { useKeptFocus } from './ui/use-kept-focus.js';
import { WorkspacePage } from './workspace-page.js';

export function App({ config, session }: { config: PageConfig; session: Session }) {
  const state = useSessionState(session);
  const isThere = state.kind === 'signedIn' || state.kind === 'ended';
  useKeptFocus();
  // Each person has a client, and a cache, of their own; one that has ended stays for when they are back.
  const client = useMemo(() => (isThere ? createClient(config.endpoint, session) : null), [config, session, isThere]);

  return (
    <SessionContext value={session}>
      {client === null ? (
        <SignIn state={state} provider={config.provider} />
      ) : (
        <ApolloProvider client={client}>
          <StatusProvider>
            <WorkspacePage />
          </StatusProvider>
          {state.kind === 'ended' && <SessionEnded problem={state.problem} />}
        </ApolloProvider>
      )}
    </SessionContext>
  );
}
