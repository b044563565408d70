/**
 * A fake server for the tests of programs that use the SDK: the client is the real one, and only what would be sent is
 * answered here.
 *
 * @module testing
 */
import { outlineOf } from './document.js';
import type { Operations } from './generated/operation-types.js';
import type {
  MemberFragment,
  PageInfoFragment,
  UserFragment,
  VirtualKeyFragment,
  WorkspaceDetailsFragment,
} from './generated/operations.js';

export type { Operations } from './generated/operation-types.js';
export type {
  MemberFragment,
  PageInfoFragment,
  UserFragment,
  VirtualKeyFragment,
  WorkspaceDetailsFragment,
} from './generated/operations.js';

/** What the fake server answers, by the names of the SDK's operations (`sdk/operations`), such as `CreateWorkspace`. */
export type FakeAnswers = {
  [Name in keyof Operations]?: (
    variables: Operations[Name]['variables'],
  ) => Operations[Name]['result'] | Promise<Operations[Name]['result']>;
};

/** An operation that the fake server received. */
export interface FakeRequest {
  /** Its name, such as `CreateWorkspace`; undefined for an own operation without one. */
  readonly operationName: string | undefined;
  /** As they were sent. */
  readonly variables: unknown;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A server that is none. */
export interface FakeServer {
  /** The client's `fetch`. */
  readonly fetch: typeof globalThis.fetch;
  /** What it has received, in order. */
  readonly requests: readonly FakeRequest[];
}

/** Thrown by an answer: the server answers with this GraphQL error. Whatever else an answer throws breaks the connection. */
export class FakeFailure extends Error {
  /** The error's `extensions.code`. */
  readonly code: string;
  /** The HTTP status. */
  readonly status: number;
  /** Further headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    {
      status = 200,
      message = code,
      headers = {},
    }: { status?: number; message?: string; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}

/**
 * A server that answers as told. An operation that has no answer fails with `BAD_USER_INPUT`.
 *
 * @example
 * const server = fakeServer({ Workspace: ({ id }) => ({ workspace: fakeWorkspace({ id }) }) });
 * const client = new TokenVueClient({ endpoint: 'https://tokenvue.test/graphql', token: 'test', fetch: server.fetch });
 */
export function fakeServer(answers: FakeAnswers): FakeServer {
  const requests: FakeRequest[] = [];
  const fetch = async (_url: unknown, { body, headers, signal }: RequestInit = {}): Promise<Response> => {
    signal?.throwIfAborted();
    const { query, variables = {} } = JSON.parse(String(body)) as { query?: string; variables?: unknown };
    if (query === undefined) return failure(new FakeFailure('PERSISTED_QUERY_NOT_FOUND'));
    const { name } = outlineOf(query);
    requests.push({ operationName: name, variables, headers: headers as Record<string, string> });
    const answer = (answers as Record<string, ((variables: unknown) => unknown) | undefined>)[name ?? ''];
    try {
      if (!answer) throw new FakeFailure('BAD_USER_INPUT', { message: `The fake server has no answer to ${name}` });
      return json({ data: await answer(variables) });
    } catch (error) {
      if (!(error instanceof FakeFailure)) throw error;
      return failure(error);
    }
  };
  return { fetch: fetch as typeof globalThis.fetch, requests };
}

function failure({ code, message, status, headers }: FakeFailure): Response {
  return json({ errors: [{ message, extensions: { code } }] }, { status, headers });
}

function json(body: unknown, { status = 200, headers = {} }: { status?: number; headers?: object } = {}): Response {
  const contentType = { 'content-type': 'application/graphql-response+json; charset=utf-8' };
  return new Response(JSON.stringify(body), { status, headers: { ...contentType, ...headers } });
}

/** A page of a list; the last one unless `pageInfo` says otherwise. */
export function fakePage<Item>(
  nodes: Item[],
  pageInfo: Partial<PageInfoFragment> = {},
): { nodes: Item[]; pageInfo: PageInfoFragment; totalCount: number } {
  const lastPage = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
  return { nodes, pageInfo: { ...lastPage, ...pageInfo }, totalCount: nodes.length };
}

/** A person, with what is given and the rest made up. */
export function fakeUser(given: Partial<UserFragment> = {}): UserFragment {
  return { id: 'usr_01', name: 'Ada Lovelace', email: 'ada@example.com', ...given };
}

/** A workspace with all its details, of which a card is a part; what is given and the rest made up. */
export function fakeWorkspace(given: Partial<WorkspaceDetailsFragment> = {}): WorkspaceDetailsFragment {
  return {
    id: 'ws_01',
    name: 'Search assistant',
    owner: { __typename: 'User', id: 'usr_01', name: 'Ada Lovelace' },
    environment: 'SANDBOX',
    status: 'ACTIVE',
    region: 'EU',
    monthlyBudget: { amount: '1250.00', currency: 'USD' },
    memberCount: 1,
    activeKeyCount: 0,
    isActive: false,
    version: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    viewerRole: 'OWNER',
    viewerCanUpdateSettings: true,
    archivedAt: null,
    review: null,
    ...given,
  };
}

/** A member, with what is given and the rest made up. */
export function fakeMember(given: Partial<MemberFragment> = {}): MemberFragment {
  return { id: 'mem_01', user: fakeUser(), role: 'MEMBER', joinedAt: '2026-01-01T00:00:00.000Z', ...given };
}

/** A virtual key, with what is given and the rest made up. */
export function fakeVirtualKey(given: Partial<VirtualKeyFragment> = {}): VirtualKeyFragment {
  return {
    id: 'vk_01',
    workspace: { id: 'ws_01', name: 'Search assistant' },
    name: 'Web app',
    maskedKey: 'tvk_…4f2c',
    status: 'ACTIVE',
    version: 1,
    createdBy: fakeUser(),
    createdAt: '2026-01-01T00:00:00.000Z',
    expiresAt: null,
    lastUsedAt: null,
    allowedModels: null,
    monthlyBudget: null,
    requestsPerMinute: null,
    tokensPerMinute: null,
    secrets: [],
    lastReviewedAt: null,
    lastReviewedBy: null,
    revokedAt: null,
    ...given,
  };
}
