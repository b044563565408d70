import type { Executor } from './executor.js';
import {
  CreateServiceTokenDocument,
  RevokeServiceTokenDocument,
  ServiceTokensDocument,
} from './generated/documents.js';
import type { CreateServiceTokenInput, ServiceTokenFragment } from './generated/operations.js';

/** A credential for another service, without the token itself. */
export type ServiceToken = ServiceTokenFragment;

/** A service token's record with the token that was just made for it. */
export interface IssuedServiceToken {
  serviceToken: ServiceToken;
  /** To be kept now, because it is never shown again; null on a repeat with the same `idempotencyKey`. */
  token: string | null;
  /** Why there is no token, and what to do; null when there is one. */
  message: string | null;
}

/** The credentials of the organization's other services; for organization admins only. */
export class ServiceTokens {
  readonly #executor: Executor;

  /** Made by TokenVueClient. */
  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /**
   * Every service token of the organization, the newest first and the revoked ones too; null for anyone but an
   * organization admin.
   */
  async list(): Promise<ServiceToken[] | null> {
    return (await this.#executor.data(ServiceTokensDocument, {})).serviceTokens;
  }

  /**
   * Creates a service token and answers with it, this one time. A repeat with the same `idempotencyKey` answers with its
   * record only. Throws InvalidInputError, ForbiddenError or IdempotencyKeyReusedError.
   */
  async create(input: CreateServiceTokenInput): Promise<IssuedServiceToken> {
    const field = 'createServiceToken';
    const payload = await this.#executor.mutate(CreateServiceTokenDocument, input, field, 'serviceToken');
    return { serviceToken: payload.serviceToken, token: payload.token, message: payload.message };
  }

  /** Ends a service token for ever: the next request with it is refused. Throws NotFoundError or ForbiddenError. */
  revoke(id: string): Promise<ServiceToken> {
    return this.#executor.result(
      RevokeServiceTokenDocument,
      { serviceTokenId: id },
      'revokeServiceToken',
      'serviceToken',
    );
  }
}
