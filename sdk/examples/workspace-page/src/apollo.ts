import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { connection } from './connection.js';

/** A client with a cache of its own for one person. The token goes out in a header and nowhere else. */
export function createClient(endpoint: string, token: string): ApolloClient {
  return new ApolloClient({
    link: ApolloLink.from([new HttpLink({ uri: endpoint, headers: { authorization: `Bearer ${token}` } })]),
    cache: new InMemoryCache({
      // The owner of a workspace is a person or a team.
      possibleTypes: { WorkspaceOwner: ['User', 'Team'] },
      typePolicies: {
        Query: { fields: { workspaces: connection('filter', 'orderBy') } },
        WorkspaceSummary: { merge: true },
      },
    }),
  });
}
