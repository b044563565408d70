import { randomUUID } from 'node:crypto';
import { mutate, run } from './fixtures.js';
import type { Person } from './test-server.js';
import { server } from './use-server.js';

export const guardrailFields = `id name position stage kind action terms pattern piiTypes country maxLength enabled version
  createdAt updatedAt deletedAt workspace { id }`;

export interface Guardrail {
  readonly id: string;
  readonly name: string;
  readonly position: number;
  readonly version: number;
  readonly enabled: boolean;
}

export const createGuardrail = (who: Person, input: object) =>
  mutate<{ guardrail: Guardrail | null }>(server, who, {
    name: 'createGuardrail',
    input: {
      name: `Guardrail ${randomUUID()}`,
      stage: 'INPUT',
      kind: 'BLOCKED_TERMS',
      action: 'BLOCK',
      ...('kind' in input ? {} : { terms: ['confidential'] }),
      ...input,
    },
    fields: `guardrail { ${guardrailFields} }`,
  });

export const updateGuardrail = (who: Person, input: object) =>
  mutate<{ guardrail: Guardrail | null; conflictingGuardrail: Guardrail | null }>(server, who, {
    name: 'updateGuardrail',
    input,
    fields: `guardrail { ${guardrailFields} } conflictingGuardrail { ${guardrailFields} }`,
  });

export const deleteGuardrail = (who: Person, input: object) =>
  mutate<{ deletedId: string | null }>(server, who, { name: 'deleteGuardrail', input, fields: 'deletedId' });

/** @returns its global id. */
export async function newGuardrail(who: Person, workspaceId: string, input: object = {}): Promise<string> {
  const { guardrail, userErrors } = await createGuardrail(who, { workspaceId, ...input });
  if (guardrail === null) throw new Error(`Refused: ${JSON.stringify(userErrors)}`);
  return guardrail.id;
}

export interface Listed extends Guardrail {
  readonly stage: string;
}

/** All of a workspace, in the order in which they apply. */
export async function listGuardrails(who: Person, workspaceId: string): Promise<readonly Listed[]> {
  const query = `query ($id: ID!) { workspace(id: $id) { guardrails(first: 100) { nodes { ${guardrailFields} } } } }`;
  const { workspace } = await run<{ workspace: { guardrails: { nodes: Listed[] } } }>(server, who, query, {
    id: workspaceId,
  });
  return workspace.guardrails.nodes;
}
