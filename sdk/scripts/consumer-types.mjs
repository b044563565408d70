/** A TypeScript program that uses every entry point, and is only compiled: as an ES module and as CommonJS. */
export const moduleTypes = `
import { TokenVueClient, VersionConflictError, type CallOptions, type KeyReviewInput, type WorkspaceCard } from '@tokenvue/sdk';
import { WorkspacesDocument, type WorkspacesQuery } from '@tokenvue/sdk/documents';
import { TokenVueError } from '@tokenvue/sdk/errors';
import { createEvaluator, type GuardrailCheck, type GuardrailRule, validateGuardrail } from '@tokenvue/sdk/guardrails';
import { countries } from '@tokenvue/sdk/guardrails/countries';
import { fakeAuditEvent, fakeServer, fakeWorkspace } from '@tokenvue/sdk/testing';
import { MemoryUsageStore, UsageRecorder, type UsageStore } from '@tokenvue/sdk/usage-recorder';
import { FileUsageStore } from '@tokenvue/sdk/usage-recorder/node';

export const nameOf = ({ name }: WorkspaceCard): string => name;
export const inferred = {
  viewer: () => client.viewer(),
  workspace: (id: string) => client.workspaces.get(id),
  workspaces: () => client.workspaces.iterate(),
  several: (ids: readonly string[]) => client.workspaces.getMany(ids),
  end: () => client.workspaces.list({ last: 5 }),
  findings: () => client.workspaces.listWithFindings(),
  auditLog: (id: string) => client.workspaces.auditLog(id),
  keys: () => client.virtualKeys.list(),
  rotated: (virtualKeyId: string) => client.virtualKeys.rotate({ virtualKeyId }),
  reviewed: (decisions: readonly KeyReviewInput[]) => client.virtualKeys.review(decisions),
  members: (id: string) => client.members.list(id),
  people: () => client.users.assignable(),
  tokens: () => client.serviceTokens.list(),
  synced: () => client.teamAccess.sync({ users: [], teams: [] } as const),
  budget: (id: string) => client.workspaces.budget(id),
  usage: (id: string) => client.workspaces.usage(id, { granularity: 'MONTH' }),
  insights: (id: string) => client.workspaces.insights(id),
  logs: (id: string) => client.logs.iterate(id, { range: { from: '', to: '' } }),
  decision: (requestId: string) =>
    client.gateway.authorize({ requestId, keyDigest: '', model: '', inputTokens: 1, maxOutputTokens: 1 }),
  recorded: () => client.gateway.recordUsage({ records: [] }),
  recorder: (store: UsageStore) => new UsageRecorder(client, { store, onRefused: ({ reasons: [{ code }] }) => code }),
  stores: (folder: string) => [new FileUsageStore(folder), new MemoryUsageStore()],
  fake: () => fakeWorkspace(),
  fakeEvent: () => fakeAuditEvent(),
  check: (guardrails: readonly (GuardrailRule & { id: string })[], text: string) => createEvaluator(guardrails, { countries }).evaluate(text),
  stream: (guardrails: GuardrailRule[]) => createEvaluator(guardrails).stream(),
  problems: (guardrail: GuardrailRule) => validateGuardrail(guardrail),
  conflict: (error: VersionConflictError) => error.virtualKey,
};
const server = fakeServer({ Workspace: ({ id }) => ({ workspace: fakeWorkspace({ id }) }) });
const client = new TokenVueClient({ endpoint: '/graphql', token: async () => 'token', fetch: server.fetch });
const filter = { environments: ['PRODUCTION'] } as const;
export async function use(options: CallOptions, error: unknown): Promise<number | undefined> {
  for await (const card of client.workspaces.iterate({ filter }, options)) nameOf(card);
  if (VersionConflictError.is(error)) return error.workspace?.version;
  return TokenVueError.is(error) ? error.retryAfterMs : undefined;
}
type ResultOf<Document> = Document extends { __apiType?: (variables: never) => infer Result } ? Result : never;
export const nodes = (result: ResultOf<typeof WorkspacesDocument>): WorkspacesQuery => result;
export const matching = ({ matches }: GuardrailCheck<GuardrailRule & { id: string }>): string[] =>
  matches.map(({ guardrail }) => guardrail.id);
export const denialOf = async (requestId: string): Promise<string> => {
  const decision = await inferred.decision(requestId);
  return decision.allowed ? decision.reservedCost.amount : decision.denial.code;
};
// @ts-expect-error logs are read by time
client.logs.list('ws_01', { first: 1 });
// @ts-expect-error a misspelt option
client.workspaces.list({ frist: 1 });
// @ts-expect-error a budget is an exact decimal text
client.workspaces.create({ name: 'A', environment: 'SANDBOX', region: 'EU', monthlyBudget: 10, memberIds: [] });
`;

export const commonJsTypes = `
import sdk = require('@tokenvue/sdk');
import documents = require('@tokenvue/sdk/documents');
import errors = require('@tokenvue/sdk/errors');
import guardrails = require('@tokenvue/sdk/guardrails');
import { countries } from '@tokenvue/sdk/guardrails/countries';
import testing = require('@tokenvue/sdk/testing');
import recording = require('@tokenvue/sdk/usage-recorder');
import files = require('@tokenvue/sdk/usage-recorder/node');
export const isOurs = (error: unknown): error is sdk.NotFoundError => errors.NotFoundError.is(error);
export const kind: 'Document' | string = documents.ViewerDocument.kind;
export const evaluator = guardrails.createEvaluator([], { countries });
export const { fetch } = testing.fakeServer({});
export const recorder = new recording.UsageRecorder(new sdk.TokenVueClient({ endpoint: '/graphql', token: 'a', fetch }), {
  store: new files.FileUsageStore('usage'),
  onRefused: () => {},
});
`;

export const strict = [
  '--strict',
  '--exactOptionalPropertyTypes',
  '--isolatedModules',
  '--noUncheckedIndexedAccess',
  // So that other libraries can be built on it: every type that they infer has a name here.
  '--declaration',
  '--noEmit',
  '--skipLibCheck',
  'false',
];

/** How programs are compiled: module system and target, and the globals of their runtime. */
export const compilations = {
  'for Node': ['--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022', '--types', 'node'],
  'for a browser': ['--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom', '--typeRoots', 'none'],
  'for a bundler, of an older language': [
    ...['--module', 'esnext', '--moduleResolution', 'bundler'],
    ...['--target', 'es2018', '--lib', 'es2022,dom', '--typeRoots', 'none'],
  ],
};
