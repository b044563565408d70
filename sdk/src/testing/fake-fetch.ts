import { fakeUser, fakeVirtualKey, fakeWorkspace } from '../fake-server.js';
import { type ClientOptions, TokenVueClient } from '../index.js';

export const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';

/** What the fake server received. */
export interface Received {
  url: string;
  method: string | undefined;
  headers: Record<string, string>;
  body: {
    query: string;
    operationName?: string;
    variables?: Record<string, unknown>;
  };
}

/** A client whose `fetch` answers as told, and the requests that it made; it retries only where the options say so. */
export function clientAnswering(answer: () => Response | Promise<Response>, options: Partial<ClientOptions> = {}) {
  const received: Received[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const headers = Object.fromEntries(new Headers(init?.headers).entries());
    received.push({
      url: String(url),
      method: init?.method,
      headers,
      body: JSON.parse(String(init?.body)),
    });
    return answer();
  };
  const client = new TokenVueClient({
    endpoint: 'https://tokenvue.test/graphql',
    token: TOKEN,
    fetch,
    maxRetries: 0,
    ...options,
  });
  return { client, received };
}

/** A GraphQL server's answer. */
export function json(body: unknown, init: ResponseInit = {}): Response {
  const headers = {
    'content-type': 'application/graphql-response+json; charset=utf-8',
    ...init.headers,
  };
  return new Response(JSON.stringify(body), { ...init, headers });
}

/** What a promise is rejected with; fails when it is not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const settled = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in settled) return settled.error;
  throw new Error(`Expected a rejection, got ${JSON.stringify(settled.value)}`);
}

export const card = {
  id: 'ws_01',
  name: 'Search assistant',
  owner: { __typename: 'User', id: 'usr_01', name: 'Ada' },
  environment: 'PRODUCTION',
  status: 'ACTIVE',
  region: 'EU',
  monthlyBudget: { amount: '1250.00', currency: 'USD' },
  memberCount: 3,
  activeKeyCount: 2,
  isActive: true,
  version: 4,
};

export const details = fakeWorkspace();
export const person = fakeUser();
export const virtualKey = fakeVirtualKey();

/** In the form that the server gives secrets of keys and service tokens. */
export const KEY_SECRET = `tvk_${'k3Y'.repeat(14)}`;
export const SERVICE_SECRET = `tvs_${'s3R'.repeat(14)}`;
