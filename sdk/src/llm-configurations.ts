import type { CallPromise } from './call-promise.js';
import type { Executor } from './executor.js';
import {
  CreateLlmConfigurationDocument,
  DeleteLlmConfigurationDocument,
  LlmConfigurationDocument,
  LlmConfigurationsByIdDocument,
  LlmConfigurationsDocument,
  UpdateLlmConfigurationDocument,
} from './generated/documents.js';
import type {
  CreateLlmConfigurationInput,
  DeleteLlmConfigurationInput,
  LlmConfigurationFragment,
  LlmConfigurationsQuery,
  UpdateLlmConfigurationInput,
} from './generated/operations.js';
import { withIdempotencyKey } from './idempotency.js';
import { nodeOf } from './nodes.js';
import type { CallOptions } from './options.js';
import type { ItemIterator, IterateOptions, PageOptions } from './pages.js';

/** One model at one provider, with its price and where it runs; `deletedAt` is there once it was deleted. */
export type LlmConfiguration = LlmConfigurationFragment;

/** One page of configurations; `totalCount` is there when it was asked for. */
export type LlmConfigurationPage = NonNullable<LlmConfigurationsQuery['workspace']>['llmConfigurations'];

/** The models at providers that the workspaces in sight may route to. */
export class LlmConfigurations {
  readonly #executor: Executor;

  /** @internal Made by TokenVueClient. */
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /**
   * One page of a workspace's configurations, by name; null when there is no such workspace that the viewer may see. Throws
   * RequestError (`BAD_USER_INPUT`) on a page size or cursor that does not fit.
   */
  list(workspaceId: string, options: PageOptions = {}, call?: CallOptions): CallPromise<LlmConfigurationPage | null> {
    return this.#executor
      .data(LlmConfigurationsDocument, { ...options, workspaceId }, call)
      .map(({ workspace }) => workspace?.llmConfigurations ?? null);
  }

  /** All of them, page after page. Throws NotFoundError where there is no such workspace that the viewer may see. */
  iterate(workspaceId: string, options: IterateOptions = {}): ItemIterator<LlmConfiguration> {
    return this.#executor.iterate(LlmConfigurationsDocument, { workspaceId }, options, 'workspaceId');
  }

  /** One configuration, also one that was deleted; null when there is none with this id that the viewer may see. */
  get(id: string, call?: CallOptions): CallPromise<LlmConfiguration | null> {
    return this.#executor
      .data(LlmConfigurationDocument, { id }, call)
      .map(({ node }) => nodeOf(node, 'LlmConfiguration'));
  }

  /** Up to 100 of them in one request, in the order of their ids; null for each that `get` would answer null for. */
  getMany(ids: readonly string[], call?: CallOptions): CallPromise<(LlmConfiguration | null)[]> {
    return this.#executor
      .field(LlmConfigurationsByIdDocument, { ids }, call)
      .map((nodes) => nodes.map((node) => nodeOf(node, 'LlmConfiguration')));
  }

  /**
   * Makes a configuration. `credentialRef` says where the gateway finds the credential; the credential itself is refused.
   * Throws TakenError, InvalidInputError, NotFoundError (the workspace), ForbiddenError or IdempotencyKeyReusedError.
   */
  create(input: CreateLlmConfigurationInput, call?: CallOptions): CallPromise<LlmConfiguration> {
    return this.#executor.result(CreateLlmConfigurationDocument, withIdempotencyKey(input), 'llmConfiguration', call);
  }

  /**
   * Changes what the input names and leaves the rest; null clears what can be cleared. Throws VersionConflictError, which
   * carries the present configuration, RegionMismatchError where routes go to it, TakenError, InvalidInputError,
   * NotFoundError or ForbiddenError.
   */
  update(input: UpdateLlmConfigurationInput, call?: CallOptions): CallPromise<LlmConfiguration> {
    return this.#executor.result(UpdateLlmConfigurationDocument, input, 'llmConfiguration', call);
  }

  /**
   * Deletes a configuration, and answers with its id; `get` still knows it. Throws InUseError, whose message names the
   * routes that go to it, NotFoundError, ForbiddenError, or VersionConflictError.
   */
  delete(input: DeleteLlmConfigurationInput, call?: CallOptions): CallPromise<string> {
    return this.#executor.result(DeleteLlmConfigurationDocument, input, 'deletedId', call);
  }
}
