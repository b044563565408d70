import type { CallPromise } from './call-promise.js';
import type { Executor } from './executor.js';
import {
  CreateServiceTokenDocument,
  RevokeServiceTokenDocument,
  RotateServiceTokenDocument,
  ServiceTokensDocument,
} from './generated/documents.js';
import type {
  CreateServiceTokenInput,
  RotateServiceTokenInput,
  ServiceTokenFragment,
  ServiceTokensQuery,
} from './generated/operations.js';
import { withIdempotencyKey } from './idempotency.js';
import type { CallOptions } from './options.js';
import type { ItemIterator, IterateOptions, PageOptions } from './pages.js';

/**
 * A credential for another service, without the token itself. `secrets` describes those that are accepted now: two while
 * a rotation overlaps, none once it is revoked or has expired.
 */
export type ServiceToken = ServiceTokenFragment;

/** One page of service tokens; `totalCount` is there when it was asked for. */
export type ServiceTokenPage = NonNullable<ServiceTokensQuery['serviceTokens']>;

/** A service token's record with the token that was just made for it. */
export interface IssuedServiceToken {
  /** The token's record. */
  serviceToken: ServiceToken;
  /** To be kept now, because it is never shown again; null on a repeat with the same `idempotencyKey`. */
  token: string | null;
  /** Why there is no token, and what to do; null when there is one. */
  message: string | null;
}

/** The credentials of the organization's other services; for organization admins only. */
export class ServiceTokens {
  readonly #executor: Executor;

  /** @internal Made by TokenVueClient. */
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /**
   * One page of the organization's service tokens, the newest first and the revoked ones too; null for a person who is no
   * organization admin. Throws RequestError (`BAD_USER_INPUT`) on a page size or cursor that does not fit.
   */
  list(options: PageOptions = {}, call?: CallOptions): CallPromise<ServiceTokenPage | null> {
    return this.#executor.data(ServiceTokensDocument, options, call).map(({ serviceTokens }) => serviceTokens);
  }

  /** All of them, page after page. Throws ForbiddenError for a person who is no organization admin. */
  iterate(options: IterateOptions = {}): ItemIterator<ServiceToken> {
    return this.#executor.iterate(ServiceTokensDocument, {}, options, null);
  }

  /**
   * Creates a service token and answers with it, this one time. A repeat with the same `idempotencyKey` answers with its
   * record only. Throws InvalidInputError, ForbiddenError or IdempotencyKeyReusedError.
   */
  create(input: CreateServiceTokenInput, call?: CallOptions): CallPromise<IssuedServiceToken> {
    const keyed = withIdempotencyKey(input);
    return this.#executor.mutate(CreateServiceTokenDocument, keyed, 'serviceToken', call);
  }

  /**
   * Gives the token a new secret, which it answers with this one time. The old secret works for `overlapSeconds` more, 0
   * unless given; one that a former rotation left working ends at once. A repeat with the same `idempotencyKey` does not
   * rotate again, and has no token. Throws InvalidInputError, NotFoundError, ForbiddenError or IdempotencyKeyReusedError.
   */
  rotate(input: RotateServiceTokenInput, call?: CallOptions): CallPromise<IssuedServiceToken> {
    const keyed = withIdempotencyKey(input);
    return this.#executor.mutate(RotateServiceTokenDocument, keyed, 'serviceToken', call);
  }

  /** Ends a service token for ever: the next request with it is refused. Throws NotFoundError or ForbiddenError. */
  revoke(id: string, call?: CallOptions): CallPromise<ServiceToken> {
    const input = { serviceTokenId: id };
    return this.#executor.result(RevokeServiceTokenDocument, input, 'serviceToken', { ...call, isRepeatable: true });
  }
}
