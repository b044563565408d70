import {
  type AuthorizationServer,
  allowInsecureRequests,
  discoveryRequest,
  processDiscoveryResponse,
} from 'oauth4webapi';
import type { OidcConfig } from '../config.js';

/** What the provider's metadata say of where it is asked for what. */
export interface ProviderMetadata {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /** Null where it has no sign-out. */
  readonly endSessionEndpoint: string | null;
}

const timeoutMs = 5_000;
/** How long it is not asked again after it did not answer. */
const pauseMs = 2_000;

/** An OpenID Connect provider, asked for its metadata when they are first needed; they are kept. */
export class IdentityProvider {
  #metadata: Promise<ProviderMetadata> | null = null;

  constructor(readonly config: OidcConfig) {}

  /** @throws what kept it from answering with metadata of this issuer; asked later, it is tried again. */
  metadata(): Promise<ProviderMetadata> {
    if (this.#metadata !== null) return this.#metadata;
    const metadata = discover(this.config.issuer);
    this.#metadata = metadata;
    metadata.catch(() => setTimeout(() => (this.#metadata = null), pauseMs).unref());
    return metadata;
  }
}

async function discover(issuer: string): Promise<ProviderMetadata> {
  const url = new URL(issuer);
  const response = await discoveryRequest(url, {
    // Checked with the configuration: plain http is for a provider on this machine alone.
    [allowInsecureRequests]: url.protocol === 'http:',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const server: AuthorizationServer = await processDiscoveryResponse(url, response);
  const endpoint = (name: 'jwks_uri' | 'authorization_endpoint' | 'token_endpoint') => {
    const value = server[name];
    if (value === undefined) throw new Error(`The metadata of ${issuer} have no ${name}.`);
    return value;
  };
  return {
    issuer: server.issuer,
    jwksUri: endpoint('jwks_uri'),
    authorizationEndpoint: endpoint('authorization_endpoint'),
    tokenEndpoint: endpoint('token_endpoint'),
    endSessionEndpoint: server.end_session_endpoint ?? null,
  };
}
