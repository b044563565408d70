import { randomUUID } from 'node:crypto';
import { type GraphQLSchema, isObjectType } from 'graphql';
import type { Ids } from './cast.js';
import { uuidOf, workspaceInput } from './fixtures.js';
import { wholeSelection } from './schema-places.js';
import type { TestServer } from './test-server.js';

/** An input of a mutation that changes something in a scene. */
export interface Command {
  readonly input: (ids: Ids) => Record<string, unknown>;
  /** What has to hold of the scene before, as SQL that takes the workspace's UUID; nothing unless given. */
  readonly before?: string;
}

/** One for every mutation; the tests that walk the schema fail where one is missing. */
export const commands: Readonly<Record<string, Command>> = {
  archiveWorkspace: { input: ({ Workspace }) => ({ workspaceId: Workspace, expectedVersion: 1 }) },
  changeMemberRole: { input: ({ Member }) => ({ memberId: Member, role: 'VIEWER' }) },
  completeWorkspaceReview: {
    before: `UPDATE workspaces SET status = 'REVIEW', review_reason = 'Yearly', review_requested_at = now() WHERE id = $1`,
    input: ({ Workspace }) => ({ workspaceId: Workspace, note: 'In order' }),
  },
  createServiceToken: {
    input: () => ({ name: 'Billing', scopes: ['GATEWAY'], idempotencyKey: randomUUID() }),
  },
  createVirtualKey: {
    input: ({ Workspace }) => ({
      workspaceId: Workspace,
      name: 'CI',
      allowedModels: ['small'],
      monthlyBudget: '5.00',
      idempotencyKey: randomUUID(),
    }),
  },
  createWorkspace: { input: () => ({ ...workspaceInput(), idempotencyKey: randomUUID() }) },
  requestWorkspaceReview: { input: ({ Workspace }) => ({ workspaceId: Workspace, reason: 'Yearly' }) },
  restoreWorkspace: {
    before: 'UPDATE workspaces SET archived_at = now() WHERE id = $1',
    input: ({ Workspace }) => ({ workspaceId: Workspace }),
  },
  reviewVirtualKeys: {
    input: ({ VirtualKey }) => ({
      decisions: [{ virtualKeyId: VirtualKey, decision: 'DISABLE', note: 'Nobody knows it' }],
    }),
  },
  revokeServiceToken: { input: ({ ServiceToken }) => ({ serviceTokenId: ServiceToken }) },
  revokeVirtualKey: { input: ({ VirtualKey }) => ({ virtualKeyId: VirtualKey, reason: 'Leaked' }) },
  rotateVirtualKey: {
    input: ({ VirtualKey }) => ({ virtualKeyId: VirtualKey, overlapSeconds: 60, idempotencyKey: randomUUID() }),
  },
  selectWorkspace: { input: ({ Workspace }) => ({ workspaceId: Workspace }) },
  syncTeamAccess: {
    input: () => ({
      users: [{ subject: 'colleague', name: `Colleague ${randomUUID()}`, email: 'colleague@example.com' }],
      teams: [{ externalId: 'crowd', name: `Crowd ${randomUUID()}`, subjects: ['colleague'] }],
    }),
  },
  transferWorkspaceOwnership: {
    input: ({ Workspace, User }) => ({ workspaceId: Workspace, expectedVersion: 1, ownerId: User }),
  },
  updateVirtualKey: {
    input: ({ VirtualKey }) => ({ virtualKeyId: VirtualKey, expectedVersion: 1, name: 'Renamed', enabled: false }),
  },
  updateWorkspaceSettings: {
    input: ({ Workspace }) => ({ workspaceId: Workspace, expectedVersion: 1, environment: 'STAGING' }),
  },
};

export function commandOf(mutation: string): Command {
  const command = commands[mutation];
  if (command === undefined) throw new Error(`There is no command for ${mutation}.`);
  return command;
}

/** Brings the scene's workspace to where the mutation changes something. */
export async function prepare(server: TestServer, mutation: string, ids: Ids): Promise<void> {
  const { before } = commandOf(mutation);
  if (before !== undefined) await server.database.rows({ text: before, values: [uuidOf(ids.Workspace)] });
}

/** The mutation as text: it takes `$input` and asks for everything of the payload. */
export function mutationText(schema: GraphQLSchema, mutation: string): string {
  const field = schema.getMutationType()?.getFields()[mutation];
  const [input] = field?.args ?? [];
  if (!isObjectType(field?.type) || input === undefined) throw new Error(`There is no mutation ${mutation}.`);
  return `mutation ($input: ${input.type}) { ${mutation}(input: $input) { ${wholeSelection(field.type)} } }`;
}
