/**
 * What a program does with the SDK in every runtime: given the SDK's module and a server with demonstration data, it
 * answers with what it found, or throws. It is also sent to browsers and edge runtimes as text, so it stands alone.
 */
export async function useSdk({ TokenVueClient, TokenVueError, AbortError }, { endpoint, token }) {
  const attempts = [];
  const client = new TokenVueClient({
    endpoint,
    token: async () => token,
    persistedQueries: true,
    onRequest: ({ operationName, attempt }) => attempts.push(`${operationName} ${attempt}`),
  });
  const { totalWorkspaces } = await client.workspaces.summary();
  let iterated = 0;
  for await (const { id } of client.workspaces.iterate({}, { pageSize: 5 })) if (id.startsWith('ws_')) iterated += 1;
  if (iterated !== totalWorkspaces || iterated < 6) throw new Error(`${iterated} of ${totalWorkspaces} workspaces`);
  // The hash first, then the text, because this server may not know the operation yet.
  if (attempts[0] !== 'WorkspaceSummary 1') throw new Error(attempts.join());

  const refusal = await client.workspaces.select('ws_unknown').catch((error) => error);
  if (!TokenVueError.is(refusal) || refusal.code !== 'NOT_FOUND') throw refusal;
  const controller = new AbortController();
  controller.abort();
  const aborted = await client.workspaces.active({ signal: controller.signal }).catch((error) => error);
  if (!AbortError.is(aborted)) throw aborted;
  const unreachable = new TokenVueClient({ endpoint: 'http://127.0.0.1:9/graphql', token, maxRetries: 0 });
  const network = await unreachable.viewer().catch((error) => error);
  if (network.code !== 'NETWORK_ERROR') throw network;
  return 'used';
}
