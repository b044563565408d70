import { randomUUID } from 'node:crypto';
import { mutate } from './fixtures.js';
import type { Person } from './test-server.js';
import { server } from './use-server.js';

export const configurationFields = `id name provider model region baseUrl credentialRef enabled version createdAt updatedAt deletedAt
  inputPricePerMillionTokens { amount currency } cachedInputPricePerMillionTokens { amount currency }
  outputPricePerMillionTokens { amount currency } workspace { id }`;

export interface Configuration {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly region: string;
  readonly deletedAt: string | null;
  readonly inputPricePerMillionTokens: { readonly amount: string };
  readonly cachedInputPricePerMillionTokens: { readonly amount: string };
  readonly outputPricePerMillionTokens: { readonly amount: string };
}

/** An input that is right as it is, but for the workspace. */
export function configurationInput(overrides: object = {}) {
  return {
    name: `Model ${randomUUID()}`,
    provider: 'OPENAI',
    model: 'gpt-large',
    region: 'EU',
    credentialRef: 'env:OPENAI_API_KEY',
    inputPricePerMillionTokens: '2.50',
    outputPricePerMillionTokens: '10.00',
    ...overrides,
  };
}

export const createConfiguration = (who: Person, input: object) =>
  mutate<{ llmConfiguration: Configuration | null }>(server, who, {
    name: 'createLlmConfiguration',
    input: configurationInput(input),
    fields: `llmConfiguration { ${configurationFields} }`,
  });

export const updateConfiguration = (who: Person, input: object) =>
  mutate<{ llmConfiguration: Configuration | null; conflictingLlmConfiguration: Configuration | null }>(server, who, {
    name: 'updateLlmConfiguration',
    input,
    fields: `llmConfiguration { ${configurationFields} } conflictingLlmConfiguration { ${configurationFields} }`,
  });

export const deleteConfiguration = (who: Person, input: object) =>
  mutate<{ deletedId: string | null }>(server, who, { name: 'deleteLlmConfiguration', input, fields: 'deletedId' });

/** @returns its global id. */
export async function newConfiguration(who: Person, workspaceId: string, input: object = {}): Promise<string> {
  const { llmConfiguration, userErrors } = await createConfiguration(who, { workspaceId, ...input });
  if (llmConfiguration === null) throw new Error(`Refused: ${JSON.stringify(userErrors)}`);
  return llmConfiguration.id;
}
