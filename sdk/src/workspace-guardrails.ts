import type { CallPromise } from './call-promise.js';
import type { Executor } from './executor.js';
import {
  CheckGuardrailsDocument,
  CreateGuardrailDocument,
  DeleteGuardrailDocument,
  GuardrailDocument,
  GuardrailsByIdDocument,
  GuardrailsDocument,
  UpdateGuardrailDocument,
} from './generated/documents.js';
import type {
  CheckGuardrailsInput,
  CheckGuardrailsQuery,
  CreateGuardrailInput,
  DeleteGuardrailInput,
  GuardrailFragment,
  GuardrailsQuery,
  UpdateGuardrailInput,
} from './generated/operations.js';
import { withIdempotencyKey } from './idempotency.js';
import { nodeOf } from './nodes.js';
import type { CallOptions } from './options.js';
import type { ItemIterator, IterateOptions, PageOptions } from './pages.js';

/**
 * What the texts of a workspace are looked through for. `createEvaluator` of `@tokenvue/sdk/guardrails` takes a list of
 * them as it is.
 */
export type Guardrail = GuardrailFragment;

/** What the guardrails of a workspace make of a text; offsets are UTF-16 code units of the text as it was sent. */
export type GuardrailCheck = NonNullable<CheckGuardrailsQuery['checkGuardrails']>;

/** One page of guardrails; `totalCount` is there when it was asked for. */
export type GuardrailPage = NonNullable<GuardrailsQuery['workspace']>['guardrails'];

/** What the texts of the workspaces in sight are looked through for. */
export class Guardrails {
  readonly #executor: Executor;

  /** @internal Made by TokenVueClient. */
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /**
   * One page of a workspace's guardrails, in the order in which they apply; null when there is no such workspace that the viewer may see. Throws
   * RequestError (`BAD_USER_INPUT`) on a page size or cursor that does not fit.
   */
  list(workspaceId: string, options: PageOptions = {}, call?: CallOptions): CallPromise<GuardrailPage | null> {
    return this.#executor
      .data(GuardrailsDocument, { ...options, workspaceId }, call)
      .map(({ workspace }) => workspace?.guardrails ?? null);
  }

  /** All of them, page after page. Throws NotFoundError where there is no such workspace that the viewer may see. */
  iterate(workspaceId: string, options: IterateOptions = {}): ItemIterator<Guardrail> {
    return this.#executor.iterate(GuardrailsDocument, { workspaceId }, options, 'workspaceId');
  }

  /** One guardrail, also one that was deleted; null when there is none with this id that the viewer may see. */
  get(id: string, call?: CallOptions): CallPromise<Guardrail | null> {
    return this.#executor.data(GuardrailDocument, { id }, call).map(({ node }) => nodeOf(node, 'Guardrail'));
  }

  /** Up to 100 of them in one request, in the order of their ids; null for each that `get` would answer null for. */
  getMany(ids: readonly string[], call?: CallOptions): CallPromise<(Guardrail | null)[]> {
    return this.#executor
      .field(GuardrailsByIdDocument, { ids }, call)
      .map((nodes) => nodes.map((node) => nodeOf(node, 'Guardrail')));
  }

  /**
   * What the guardrails of a stage make of a text of at most 100,000 characters, which the server keeps nowhere; null when
   * there is no such workspace that the viewer may see. Throws RequestError (`BAD_USER_INPUT`) for a longer text.
   */
  check(input: CheckGuardrailsInput, call?: CallOptions): CallPromise<GuardrailCheck | null> {
    return this.#executor.data(CheckGuardrailsDocument, { input }, call).map(({ checkGuardrails }) => checkGuardrails);
  }

  /**
   * Makes a guardrail, the last of its stage or in the place that the input says. Throws TakenError, InvalidInputError,
   * whose message says what is wrong with a pattern, NotFoundError (the workspace), ForbiddenError or
   * IdempotencyKeyReusedError.
   */
  create(input: CreateGuardrailInput, call?: CallOptions): CallPromise<Guardrail> {
    return this.#executor.result(CreateGuardrailDocument, withIdempotencyKey(input), 'guardrail', call);
  }

  /**
   * Changes what the input names and leaves the rest; with another `position` the others of its stage move up or down.
   * Throws VersionConflictError, which carries the present guardrail, TakenError, InvalidInputError, NotFoundError or
   * ForbiddenError.
   */
  update(input: UpdateGuardrailInput, call?: CallOptions): CallPromise<Guardrail> {
    return this.#executor.result(UpdateGuardrailDocument, input, 'guardrail', call);
  }

  /**
   * Deletes a guardrail, and answers with its id; `get` still knows it, and those after it move up. Throws NotFoundError,
   * ForbiddenError, or VersionConflictError.
   */
  delete(input: DeleteGuardrailInput, call?: CallOptions): CallPromise<string> {
    return this.#executor.result(DeleteGuardrailDocument, input, 'deletedId', call);
  }
}
