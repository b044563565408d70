import type { ApolloClient } from '@apollo/client';
import {
  AuditLogDocument,
  type MemberFragment,
  MembersDocument,
  type WorkspaceDetailsFragment,
  WorkspaceDocument,
} from '@tokenvue/sdk/documents';
import { type Snapshot, snapshotOf } from './snapshot.js';

const pageSize = 100;

/** The settings as they are now; null where the viewer sees no such workspace any more, or it is archived. */
export async function readSettings(client: ApolloClient, id: string): Promise<Snapshot | null> {
  const { data } = await client.query({ query: WorkspaceDocument, variables: { id }, fetchPolicy: 'network-only' });
  const workspace = data?.workspace ?? null;
  return workspace === null || workspace.archivedAt !== null ? null : readMembers(client, workspace);
}

/**
 * The snapshot of a workspace that was just read. Its members are read after its version and never before: a change in
 * between then shows as a conflict, where it would be overwritten the other way round.
 */
export async function readMembers(client: ApolloClient, workspace: WorkspaceDetailsFragment): Promise<Snapshot | null> {
  const members: MemberFragment[] = [];
  let after: string | null = null;
  do {
    const variables: { workspaceId: string; first: number; after: string | null } = {
      workspaceId: workspace.id,
      first: pageSize,
      after,
    };
    const { data } = await client.query({ query: MembersDocument, variables, fetchPolicy: 'no-cache' });
    if (!data?.workspace) return null;
    const { nodes, pageInfo } = data.workspace.members;
    members.push(...nodes);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return snapshotOf(workspace, members);
}

/** Who changed the workspace last since then; null where that can't be told. */
export async function readLastChanger(client: ApolloClient, { id, updatedAt }: Snapshot): Promise<string | null> {
  const actions = ['workspace.settings_updated', 'workspace.ownership_transferred', 'workspace.restored'];
  const variables = { workspaceId: id, first: 1, filter: { actions, from: updatedAt } };
  const answer = await client.query({ query: AuditLogDocument, variables, fetchPolicy: 'no-cache' }).catch(() => null);
  const last = answer?.data?.workspace?.auditLog?.nodes[0];
  // The change that was read already is of that moment too.
  return last === undefined || last.occurredAt === updatedAt ? null : last.actor.name;
}
