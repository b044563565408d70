import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { pages, possibleTypes, typePolicies } from '@tokenvue/sdk/apollo';
import { catchError, from, mergeMap, type Observable, of, throwError } from 'rxjs';
import { isSignedOut } from './failure.js';
import type { Session } from './session/session.js';

/** A client with a cache of its own for one person. The token goes out in a header and nowhere else. */
export function createClient(endpoint: string, session: Session): ApolloClient {
  const cache = new InMemoryCache({ possibleTypes, typePolicies });
  // The cards are loaded afresh as many as are shown, into the list that is there.
  cache.policies.addTypePolicies({
    Query: { fields: { workspaces: pages(['filter', 'orderBy'], { isOfAnySize: true }) } },
  });
  const link = ApolloLink.from([renewing(session), authorizing(session), new HttpLink({ uri: endpoint })]);
  return new ApolloClient({ link, cache });
}

function authorizing(session: Session): ApolloLink {
  return new SetContextLink(({ headers }) => ({ headers: { ...headers, authorization: `Bearer ${session.token}` } }));
}

/** Sends again, once there is a better token, what was refused for its token: nothing has been done for it. */
function renewing(session: Session): ApolloLink {
  return new ApolloLink((operation, forward) => {
    const token = session.token;
    const again = (): Observable<ApolloLink.Result> =>
      from(session.renewed(token)).pipe(mergeMap(() => forward(operation)));
    return forward(operation).pipe(
      mergeMap((result) => (session.isRenewable && isSignedOut({ errors: result.errors }) ? again() : of(result))),
      catchError((error: unknown) => (session.isRenewable && isSignedOut(error) ? again() : throwError(() => error))),
    );
  });
}
