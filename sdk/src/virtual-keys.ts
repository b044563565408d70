import type { CallPromise } from './call-promise.js';
import type { Executor } from './executor.js';
import {
  CreateVirtualKeyDocument,
  ReviewVirtualKeysDocument,
  RevokeVirtualKeyDocument,
  RotateVirtualKeyDocument,
  UpdateVirtualKeyDocument,
  VirtualKeyDocument,
  VirtualKeysByIdDocument,
  VirtualKeysDocument,
} from './generated/documents.js';
import type {
  CreateVirtualKeyInput,
  KeyReviewInput,
  RevokeVirtualKeyInput,
  RotateVirtualKeyInput,
  UpdateVirtualKeyInput,
  VirtualKeyFilter,
  VirtualKeyFragment,
  VirtualKeyOrder,
  VirtualKeysQuery,
} from './generated/operations.js';
import { withIdempotencyKey } from './idempotency.js';
import { nodeOf } from './nodes.js';
import type { CallOptions } from './options.js';
import type { ItemIterator, IterateOptions, PageOptions } from './pages.js';

/**
 * A gateway credential, without its secret. `secrets` describes those that are accepted now: two while a rotation
 * overlaps, none unless the status is ACTIVE.
 */
export type VirtualKey = VirtualKeyFragment;

/** One page of virtual keys; `totalCount` is there when it was asked for. */
export type VirtualKeyPage = NonNullable<VirtualKeysQuery['virtualKeys']>;

/** Which virtual keys, and in which order. */
export interface VirtualKeySelector {
  /** Conditions that must all hold; the keys of every workspace in sight without them. */
  filter?: VirtualKeyFilter | null | undefined;
  /** By creation, the newest first, unless given. */
  orderBy?: VirtualKeyOrder | null | undefined;
}

/** Which virtual keys, in which order, and which page of them. */
export interface VirtualKeyListOptions extends VirtualKeySelector, PageOptions {}

/** A key with the secret that was just made for it. */
export interface IssuedVirtualKey {
  /** The key's record. */
  virtualKey: VirtualKey;
  /** To be kept now, because it is never shown again; null on a repeat with the same `idempotencyKey`. */
  secret: string | null;
  /** Why there is no secret, and what to do; null when there is one. */
  message: string | null;
}

/** The keys of the workspaces that the viewer may see. */
export class VirtualKeys {
  readonly #executor: Executor;

  /** @internal Made by TokenVueClient. */
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /**
   * One page of keys across all workspaces in sight, or of those that the filter names. Throws RequestError
   * (`BAD_USER_INPUT`) on a page size or cursor that does not fit.
   */
  list(options: VirtualKeyListOptions = {}, call?: CallOptions): CallPromise<VirtualKeyPage> {
    return this.#executor.field(VirtualKeysDocument, options, call);
  }

  /** All of them, page after page. */
  iterate(selector: VirtualKeySelector = {}, options: IterateOptions = {}): ItemIterator<VirtualKey> {
    return this.#executor.iterate(VirtualKeysDocument, selector, options);
  }

  /** One key; null when there is none with this id that the viewer may see. */
  get(id: string, call?: CallOptions): CallPromise<VirtualKey | null> {
    return this.#executor.data(VirtualKeyDocument, { id }, call).map(({ node }) => nodeOf(node, 'VirtualKey'));
  }

  /** Up to 100 keys in one request, in the order of their ids; null for each that `get` would answer null for. */
  getMany(ids: readonly string[], call?: CallOptions): CallPromise<(VirtualKey | null)[]> {
    return this.#executor
      .field(VirtualKeysByIdDocument, { ids }, call)
      .map((nodes) => nodes.map((node) => nodeOf(node, 'VirtualKey')));
  }

  /**
   * Creates a key and answers with its secret, this one time. A repeat with the same `idempotencyKey` answers with the
   * same key, without the secret. Throws InvalidInputError, NotFoundError (the workspace), ForbiddenError or
   * IdempotencyKeyReusedError.
   */
  create(input: CreateVirtualKeyInput, call?: CallOptions): CallPromise<IssuedVirtualKey> {
    const keyed = withIdempotencyKey(input);
    return this.#executor.mutate(CreateVirtualKeyDocument, keyed, 'virtualKey', call);
  }

  /**
   * Changes what the input names and leaves the rest; null clears what can be cleared. `enabled` switches the key off
   * and on. Throws VersionConflictError, which carries the present key, when `expectedVersion` is no longer the newest;
   * InvalidInputError, NotFoundError or ForbiddenError.
   */
  update(input: UpdateVirtualKeyInput, call?: CallOptions): CallPromise<VirtualKey> {
    return this.#executor.result(UpdateVirtualKeyDocument, input, 'virtualKey', call);
  }

  /**
   * Gives the key a new secret, which it answers with this one time. The old secret works for `overlapSeconds` more, 0
   * unless given; one that a former rotation left working ends at once. A repeat with the same `idempotencyKey` does
   * not rotate again, and has no secret; the SDK makes a key where the input has none. Throws InvalidInputError, NotFoundError, ForbiddenError or
   * IdempotencyKeyReusedError.
   */
  rotate(input: RotateVirtualKeyInput, call?: CallOptions): CallPromise<IssuedVirtualKey> {
    return this.#executor.mutate(RotateVirtualKeyDocument, withIdempotencyKey(input), 'virtualKey', call);
  }

  /** Ends the key for ever, at once; its history stays. Throws InvalidInputError, NotFoundError or ForbiddenError. */
  revoke(input: RevokeVirtualKeyInput, call?: CallOptions): CallPromise<VirtualKey> {
    return this.#executor.result(RevokeVirtualKeyDocument, input, 'virtualKey', { ...call, isRepeatable: true });
  }

  /**
   * Keeps, disables or revokes up to 200 keys: all of them, or none when one is refused. Answers with the keys as they
   * are now. Throws InvalidInputError, NotFoundError or ForbiddenError, whose `field` names the decision, or
   * LimitReachedError.
   */
  review(decisions: readonly KeyReviewInput[], call?: CallOptions): CallPromise<VirtualKey[]> {
    return this.#executor.result(ReviewVirtualKeysDocument, { decisions }, 'virtualKeys', call);
  }
}
