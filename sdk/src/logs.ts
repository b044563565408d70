import type { CallPromise } from './call-promise.js';
import type { Executor } from './executor.js';
import { RequestLogDocument, RequestLogsByIdDocument, RequestLogsDocument } from './generated/documents.js';
import type { RequestLogFilter, RequestLogFragment, RequestLogsQuery, TimeRangeInput } from './generated/operations.js';
import { nodeOf } from './nodes.js';
import type { CallOptions } from './options.js';
import type { ItemIterator, IterateOptions, PageOptions } from './pages.js';

/** What a request asked for, what became of it and what it cost; never its text. */
export type RequestLog = RequestLogFragment;

/** One page of logs. */
export type RequestLogPage = NonNullable<RequestLogsQuery['workspace']>['logs'];

/** Which requests. */
export interface RequestLogSelector {
  /** When they came in, half-open: from `from` on and before `to`, which is at most 366 days later. */
  range: TimeRangeInput;
  /** Conditions that must all hold; every request in the range without them. */
  filter?: RequestLogFilter | null | undefined;
}

/** Which requests, and which page of them: 50 unless `first` or `last` says otherwise. Logs are never counted. */
export interface RequestLogListOptions extends RequestLogSelector, Omit<PageOptions, 'totalCount'> {}

/** The requests that went through the gateway. */
export class Logs {
  readonly #executor: Executor;

  /** @internal Made by TokenVueClient. */
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /**
   * One page of a workspace's requests, newest first; null when there is no such workspace that the viewer may see. Where
   * few of many match, a page may be short or empty although `pageInfo.hasNextPage` is true: `pageInfo.endCursor` goes on.
   * Throws RequestError (`BAD_USER_INPUT`) on a range, a page size or a cursor that does not fit.
   */
  list(workspaceId: string, options: RequestLogListOptions, call?: CallOptions): CallPromise<RequestLogPage | null> {
    return this.#executor
      .data(RequestLogsDocument, { ...options, workspaceId }, call)
      .map(({ workspace }) => workspace?.logs ?? null);
  }

  /** All of them, page after page. Throws NotFoundError where there is no such workspace that the viewer may see. */
  iterate(workspaceId: string, selector: RequestLogSelector, options: IterateOptions = {}): ItemIterator<RequestLog> {
    return this.#executor.iterate(RequestLogsDocument, { ...selector, workspaceId }, options, 'workspaceId');
  }

  /** One request; null when there is none with this id that the viewer may see. */
  get(id: string, call?: CallOptions): CallPromise<RequestLog | null> {
    return this.#executor.data(RequestLogDocument, { id }, call).map(({ node }) => nodeOf(node, 'RequestLog'));
  }

  /** Up to 100 of them in one request, in the order of their ids; null for each that `get` would answer null for. */
  getMany(ids: readonly string[], call?: CallOptions): CallPromise<(RequestLog | null)[]> {
    return this.#executor
      .field(RequestLogsByIdDocument, { ids }, call)
      .map((nodes) => nodes.map((node) => nodeOf(node, 'RequestLog')));
  }
}
