import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { person, type TestServer, type TokenClaims } from '../../../server/src/testing/test-server.js';
import { type CreateWorkspaceInput, TokenVueClient } from '../index.js';
import { everythingIn } from './everything-in.js';
import { rejection } from './fake-fetch.js';

/** Of everybody who has signed in. */
export const tokens: string[] = [];

export interface SignedIn {
  client: TokenVueClient;
  /** Global id, `usr_…`. */
  id: string;
}

/** Signs somebody in who is in the team `core` unless the claims say otherwise. */
export async function signIn(server: TestServer, claims: TokenClaims): Promise<SignedIn> {
  const { id, token } = await person(server, { teams: ['core'], ...claims });
  return { client: clientOf(server, token), id };
}

/** A client with a token of any kind. */
export function clientOf({ endpoint }: TestServer, token: string): TokenVueClient {
  tokens.push(token);
  return new TokenVueClient({ endpoint, token });
}

/** What a call is rejected with, of which no log may show a token, nor any secret that the server has made. */
export async function failure(call: Promise<unknown>): Promise<unknown> {
  const error = await rejection(call);
  const everything = everythingIn(error);
  expect(tokens.filter((token) => everything.includes(token))).toEqual([]);
  expect(everything).not.toMatch(/tv[ks]_[\w-]{16}/);
  return error;
}

/** An input that is right as it is. */
export function newWorkspace(input: Partial<CreateWorkspaceInput> = {}): CreateWorkspaceInput {
  return {
    name: `Workspace ${randomUUID()}`,
    environment: 'SANDBOX',
    region: 'EU',
    monthlyBudget: '10',
    memberIds: [],
    ...input,
  };
}
