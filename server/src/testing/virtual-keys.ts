import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { createWorkspace, mutate, run } from './fixtures.js';
import { newOrganization, type Person, person } from './test-server.js';
import { server } from './use-server.js';

const keyFields = `id name maskedKey status version allowedModels monthlyBudget { amount currency } requestsPerMinute
  tokensPerMinute createdAt expiresAt lastUsedAt revokedAt lastReviewedAt lastReviewedBy { id } createdBy { id }
  workspace { id activeKeyCount } secrets { maskedKey createdAt expiresAt lastUsedAt }`;

interface Key {
  readonly id: string;
  readonly name: string;
  readonly maskedKey: string;
  readonly status: string;
  readonly version: number;
  readonly allowedModels: readonly string[] | null;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly workspace: { readonly id: string; readonly activeKeyCount: number };
  readonly secrets: readonly { readonly maskedKey: string }[];
}

interface Refused {
  readonly virtualKey: Key | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

export type Inputs = Record<string, unknown>;

export function create(who: Person, input: Inputs) {
  return mutate<{ virtualKey: Key | null; secret: string | null; message: string | null }>(server, who, {
    name: 'createVirtualKey',
    input,
    fields: `virtualKey { ${keyFields} } secret message`,
  });
}

export function update(who: Person, input: Inputs) {
  return mutate<{ virtualKey: Key | null; conflictingVirtualKey: Key | null }>(server, who, {
    name: 'updateVirtualKey',
    input,
    fields: `virtualKey { ${keyFields} } conflictingVirtualKey { ${keyFields} }`,
  });
}

export function revoke(who: Person, input: Inputs) {
  return mutate<{ virtualKey: Key | null }>(server, who, {
    name: 'revokeVirtualKey',
    input,
    fields: `virtualKey { ${keyFields} }`,
  });
}

/** Each of the mutations of one key, with an input that would change it. */
export const changes: [string, (who: Person, virtualKeyId: string) => Promise<Refused>][] = [
  ['updateVirtualKey', (who, virtualKeyId) => update(who, { virtualKeyId, expectedVersion: 1, name: randomUUID() })],
  [
    'rotateVirtualKey',
    (who, virtualKeyId) =>
      mutate<{ virtualKey: Key | null }>(server, who, {
        name: 'rotateVirtualKey',
        input: { virtualKeyId },
        fields: `virtualKey { ${keyFields} }`,
      }),
  ],
  ['revokeVirtualKey', (who, virtualKeyId) => revoke(who, { virtualKeyId })],
];

export async function read(who: Person, id: string): Promise<Key> {
  const { node } = await run<{ node: Key }>(
    server,
    who,
    `query ($id: ID!) { node(id: $id) { ... on VirtualKey { ${keyFields} } } }`,
    { id },
  );
  return node;
}

/** Somebody with a workspace of their own. */
export async function newOwner() {
  const org = newOrganization();
  const owner = await person(server, { sub: 'owner', org, name: 'Owner' });
  return { org, owner, workspaceId: await createWorkspace(server, owner) };
}

export async function archive(who: Person, workspaceId: string): Promise<void> {
  const { userErrors } = await mutate(server, who, {
    name: 'archiveWorkspace',
    input: { workspaceId, expectedVersion: 1 },
    fields: 'workspace { id }',
  });
  expect(userErrors).toEqual([]);
}

export const soon = () => new Date(Date.now() + 3_600_000).toISOString();
export const only = (code: string, ...field: string[]) => [
  expect.objectContaining({ code, field: ['input', ...field] }),
];
