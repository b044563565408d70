import type { GraphiQLProps } from 'graphiql';

type Fetcher = GraphiQLProps['fetcher'];

/** Posts operations to `endpoint`, signed in with `token` unless the headers editor says otherwise. */
export function createFetcher(endpoint: string, token: string | undefined): Fetcher {
  return async (operation, options) => {
    const headers = new Headers({
      accept: 'application/graphql-response+json, application/json',
      'content-type': 'application/json',
    });
    if (token) headers.set('authorization', `Bearer ${token}`);
    for (const [name, value] of Object.entries(options?.headers ?? {})) headers.set(name, String(value));
    const response = await fetch(endpoint, {
      method: 'POST',
      headers,
      body: JSON.stringify(operation),
    });
    return response.json();
  };
}
