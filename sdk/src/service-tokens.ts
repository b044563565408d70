import type { Executor } from './executor.js';
import {
  CreateServiceTokenDocument,
  RevokeServiceTokenDocument,
  ServiceTokensDocument,
} from './generated/documents.js';
import type { CreateServiceTokenInput, ServiceTokenFragment } from './generated/operations.js';
import { withIdempotencyKey } from './idempotency.js';
import type { CallOptions } from './options.js';

/** A credential for another service, without the token itself. */
export type ServiceToken = ServiceTokenFragment;

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
   * Every service token of the organization, the newest first and the revoked ones too; null for anyone but an
   * organization admin. They come at once, not in pages.
   */
  async list(call?: CallOptions): Promise<ServiceToken[] | null> {
    return (await this.#executor.data(ServiceTokensDocument, {}, call)).serviceTokens;
  }

  /**
   * Creates a service token and answers with it, this one time. A repeat with the same `idempotencyKey` answers with its
   * record only. Throws InvalidInputError, ForbiddenError or IdempotencyKeyReusedError.
   */
  create(input: CreateServiceTokenInput, call?: CallOptions): Promise<IssuedServiceToken> {
    const keyed = withIdempotencyKey(input);
    return this.#executor.mutate(CreateServiceTokenDocument, keyed, 'serviceToken', call);
  }

  /** Ends a service token for ever: the next request with it is refused. Throws NotFoundError or ForbiddenError. */
  revoke(id: string, call?: CallOptions): Promise<ServiceToken> {
    const input = { serviceTokenId: id };
    return this.#executor.result(RevokeServiceTokenDocument, input, 'serviceToken', call);
  }
}
