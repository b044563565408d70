/**
 * A fake server for the tests of programs that use the SDK: the client is the real one, and only what would be sent is
 * answered here.
 *
 * @module testing
 */
import { outlineOf } from './document.js';
import { fakePageInfo } from './generated/fakes.js';
import type { Operations } from './generated/operation-types.js';
import type { PageInfoFragment } from './generated/operations.js';

export * from './generated/fakes.js';
export type * from './generated/operation-types.js';
export * from './generated/operations.js';

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
  const all = { ...contentType, ...headers };
  const text = JSON.stringify(body);
  return 'Response' in globalThis
    ? new Response(text, { status, headers: all })
    : (plain(text, status, all) as Response);
}

/** What clients read of an answer, for jsdom, which has no `Response`. */
function plain(text: string, status: number, given: Record<string, string>) {
  const headers = Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: { get: (name: string) => headers[name.toLowerCase()] ?? null },
    text: async () => text,
    json: async () => JSON.parse(text) as unknown,
  };
}

/** A page of a list; the last one unless `pageInfo` says otherwise. */
export function fakePage<Item>(
  nodes: Item[],
  pageInfo: Partial<PageInfoFragment> = {},
): { nodes: Item[]; pageInfo: PageInfoFragment; totalCount: number } {
  return { nodes, pageInfo: fakePageInfo(pageInfo), totalCount: nodes.length };
}
