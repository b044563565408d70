import { ApolloProvider } from '@apollo/client/react';
import { useMemo, useState } from 'react';
import { createClient } from './apollo.js';
import type { PageConfig } from './page-config.js';
import { SignIn } from './session/sign-in.js';
import { SignOut } from './session/sign-out.js';
import { tokenStorage } from './session/token-storage.js';
import { StatusProvider } from './ui/status.js';
import { useKeptFocus } from './ui/use-kept-focus.js';
import { WorkspacePage } from './workspace-page.js';

export function App({ config: { endpoint, token: developmentToken } }: { config: PageConfig }) {
  const [token, setToken] = useState(() => tokenStorage.read() ?? developmentToken);
  useKeptFocus();
  const client = useMemo(() => (token === undefined ? null : createClient(endpoint, token)), [endpoint, token]);

  const signIn = (typed: string) => {
    tokenStorage.keep(typed);
    setToken(typed);
  };
  const signOut = () => {
    tokenStorage.forget();
    setToken(undefined);
  };

  if (client === null) {
    // Loaded again, the page comes with a token that is not as old as the page.
    return <SignIn onToken={signIn} onDevelopmentToken={developmentToken ? () => location.reload() : undefined} />;
  }
  return (
    <ApolloProvider client={client}>
      <SignOut value={signOut}>
        <StatusProvider>
          <WorkspacePage />
        </StatusProvider>
      </SignOut>
    </ApolloProvider>
  );
}
