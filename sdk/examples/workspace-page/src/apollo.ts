import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { pages, possibleTypes, typePolicies } from '@tokenvue/sdk/apollo';

/** A client with a cache of its own for one person. The token goes out in a header and nowhere else. */
export function createClient(endpoint: string, token: string): ApolloClient {
  const cache = new InMemoryCache({ possibleTypes, typePolicies });
  // The cards are loaded afresh as many as are shown, into the list that is there.
  cache.policies.addTypePolicies({
    Query: { fields: { workspaces: pages(['filter', 'orderBy'], { isOfAnySize: true }) } },
  });
  return new ApolloClient({
    link: ApolloLink.from([new HttpLink({ uri: endpoint, headers: { authorization: `Bearer ${token}` } })]),
    cache,
  });
}
