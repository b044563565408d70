/** What the program imports, all in one object `sdk`. */
export const entryPoints = [
  '@tokenvue/sdk',
  '@tokenvue/sdk/guardrails',
  '@tokenvue/sdk/guardrails/countries',
  '@tokenvue/sdk/usage-recorder',
];
export const importSdk = `${entryPoints.map((name, index) => `import * as part${index} from '${name}';`).join('\n')}
const sdk = { ${entryPoints.map((_name, index) => `...part${index}`).join(', ')} };`;

/**
 * What a program does with the SDK in every runtime: given the SDK's module and a server with demonstration data, it
 * answers with what it found, or throws. It is also sent to browsers and edge runtimes as text, so it stands alone.
 */
export async function useSdk(sdk, { endpoint, token }) {
  const { TokenVueClient, TokenVueError, AbortError, createEvaluator, countries, keyDigest, UsageRecorder } = sdk;
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

  const digest = await keyDigest('abc');
  if (!/^ba7816bf.{48}f20015ad$/.test(digest)) throw new Error(digest);
  // A person has no scope, so nothing is sent but what the server refuses until the recorder is closed.
  const given = [];
  const recorder = new UsageRecorder(client, {
    flushAfterMs: 1,
    onRefused: ({ reasons }) => given.push(reasons[0].code),
    onError: ({ error }) => given.push(error.code),
  });
  const occurredAt = new Date().toISOString();
  const tokens = { inputTokens: 1, outputTokens: 1 };
  const usage = { requestId: 'r1', keyDigest: digest, model: 'fast', status: 'SUCCEEDED', latencyMs: 1, ...tokens };
  if (!(await recorder.record({ ...usage, occurredAt }))) throw new Error('the recorder is full');
  await recorder.close({ deadlineMs: 500 });
  if (given[0] !== 'FORBIDDEN' || given.at(-1) !== 'NOT_ACKNOWLEDGED') throw new Error(given.join());

  const guardrails = [
    { kind: 'PATTERN', action: 'REDACT', pattern: 'key-\\d+' },
    { kind: 'BLOCKED_TERMS', action: 'FLAG', terms: ['straße'] },
    { kind: 'PII', action: 'REDACT', piiTypes: ['PHONE'], country: 'DE' },
  ];
  const { text, outcome } = createEvaluator(guardrails, { countries }).evaluate('key-12, STRASSE, 030 1234567');
  if (text !== '[REDACTED], STRASSE, [REDACTED]' || outcome !== 'REDACTED') throw new Error(text);
  return 'used';
}
