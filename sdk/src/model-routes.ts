import type { CallPromise } from './call-promise.js';
import type { Executor } from './executor.js';
import {
  DeleteModelRouteDocument,
  ModelRouteDocument,
  ModelRoutesByIdDocument,
  ModelRoutesDocument,
  SetModelRouteDocument,
} from './generated/documents.js';
import type {
  DeleteModelRouteInput,
  ModelRouteFragment,
  ModelRoutesQuery,
  SetModelRouteInput,
} from './generated/operations.js';
import { nodeOf } from './nodes.js';
import type { CallOptions } from './options.js';
import type { ItemIterator, IterateOptions, PageOptions } from './pages.js';

/** How requests for one model name are spread over configurations, in the order given. */
export type ModelRoute = ModelRouteFragment;

/** One page of routes; `totalCount` is there when it was asked for. */
export type ModelRoutePage = NonNullable<ModelRoutesQuery['workspace']>['modelRoutes'];

/** Where the requests of the workspaces in sight go. */
export class ModelRoutes {
  readonly #executor: Executor;

  /** @internal Made by TokenVueClient. */
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /**
   * One page of a workspace's routes, by model name; null when there is no such workspace that the viewer may see. Throws
   * RequestError (`BAD_USER_INPUT`) on a page size or cursor that does not fit.
   */
  list(workspaceId: string, options: PageOptions = {}, call?: CallOptions): CallPromise<ModelRoutePage | null> {
    return this.#executor
      .data(ModelRoutesDocument, { ...options, workspaceId }, call)
      .map(({ workspace }) => workspace?.modelRoutes ?? null);
  }

  /** All of them, page after page. Throws NotFoundError where there is no such workspace that the viewer may see. */
  iterate(workspaceId: string, options: IterateOptions = {}): ItemIterator<ModelRoute> {
    return this.#executor.iterate(ModelRoutesDocument, { workspaceId }, options, 'workspaceId');
  }

  /** One route; null when there is none with this id that the viewer may see. */
  get(id: string, call?: CallOptions): CallPromise<ModelRoute | null> {
    return this.#executor.data(ModelRouteDocument, { id }, call).map(({ node }) => nodeOf(node, 'ModelRoute'));
  }

  /** Up to 100 of them in one request, in the order of their ids; null for each that `get` would answer null for. */
  getMany(ids: readonly string[], call?: CallOptions): CallPromise<(ModelRoute | null)[]> {
    return this.#executor
      .field(ModelRoutesByIdDocument, { ids }, call)
      .map((nodes) => nodes.map((node) => nodeOf(node, 'ModelRoute')));
  }

  /**
   * Makes the route for a model name, or replaces it where `expectedVersion` names the one that stands. Throws
   * VersionConflictError, which carries the route that stands, if any; RegionMismatchError and NotFoundError, whose `field`
   * names the target; InvalidInputError or ForbiddenError.
   */
  set(input: SetModelRouteInput, call?: CallOptions): CallPromise<ModelRoute> {
    return this.#executor.result(SetModelRouteDocument, input, 'modelRoute', call);
  }

  /**
   * Deletes a route, and answers with its id: requests for its model name find none any more. Throws NotFoundError,
   * ForbiddenError, or VersionConflictError.
   */
  delete(input: DeleteModelRouteInput, call?: CallOptions): CallPromise<string> {
    return this.#executor.result(DeleteModelRouteDocument, input, 'deletedId', call);
  }
}
