import * as oauth from 'oauth4webapi';

/** The identity provider with which people sign in, as the server has read its metadata. */
export interface Provider {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  /** For whom a token must be that the server takes. */
  readonly audience: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /** Null where it has no sign-out. */
  readonly endSessionEndpoint: string | null;
}

/** What is kept of a sign-in while the person is at the provider's. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface Tokens {
  /** What the API gets. */
  readonly token: string;
  readonly idToken: string | undefined;
  readonly refreshToken: string | undefined;
  /** The person, as the provider knows them. */
  readonly subject: string;
  /** Milliseconds since 1970; infinite where the provider does not say. */
  readonly expiresAt: number;
}

/** Path to which the provider sends people back. */
export const callbackPath = '/sign-in';

/** The provider's page for a sign-in, by authorization code with PKCE. */
export async function beginSignIn(provider: Provider): Promise<{ url: string; pending: PendingSignIn }> {
  const pending = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
  };
  const url = new URL(provider.authorizationEndpoint);
  const parameters = {
    response_type: 'code',
    client_id: provider.clientId,
    redirect_uri: redirectUri(),
    scope: provider.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url: url.href, pending };
}

/** Changes the code in the address that the provider came back to for tokens. @throws where it refused, or they don't fit. */
export async function finishSignIn(provider: Provider, url: URL, pending: PendingSignIn): Promise<Tokens> {
  const server = serverOf(provider);
  const client = clientOf(provider);
  const parameters = oauth.validateAuthResponse(server, client, url, pending.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    redirectUri(),
    pending.verifier,
    insecureOnLoopback(provider),
  );
  const answer = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: pending.nonce,
    requireIdToken: true,
  });
  return tokensOf(provider, answer);
}

/** New tokens without the person; the refresh token that comes with them, or the old one, is the next. */
export async function renewTokens(provider: Provider, refreshToken: string): Promise<Tokens> {
  const server = serverOf(provider);
  const client = clientOf(provider);
  const options = insecureOnLoopback(provider);
  const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, options);
  const tokens = tokensOf(provider, await oauth.processRefreshTokenResponse(server, client, response));
  return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken };
}

/** Whether the provider has answered that it gives no tokens, rather than not answered. */
export function isRefusal(error: unknown): boolean {
  return error instanceof oauth.ResponseBodyError || error instanceof oauth.WWWAuthenticateChallengeError;
}

/** Where to end the session at the provider's; null where it has no such page. */
export function signOutUrl({ endSessionEndpoint, clientId }: Provider, idToken: string | undefined): string | null {
  if (endSessionEndpoint === null) return null;
  const url = new URL(endSessionEndpoint);
  url.searchParams.set('client_id', clientId);
  url.searchParams.set('post_logout_redirect_uri', `${location.origin}/`);
  if (idToken !== undefined) url.searchParams.set('id_token_hint', idToken);
  return url.href;
}

function redirectUri(): string {
  return `${location.origin}${callbackPath}`;
}

function serverOf({ issuer, authorizationEndpoint, tokenEndpoint }: Provider): oauth.AuthorizationServer {
  return { issuer, authorization_endpoint: authorizationEndpoint, token_endpoint: tokenEndpoint };
}

function clientOf({ clientId }: Provider): oauth.Client {
  return { client_id: clientId };
}

/** The server takes a provider without TLS only on its own machine. */
function insecureOnLoopback({ tokenEndpoint }: Provider) {
  return { [oauth.allowInsecureRequests]: new URL(tokenEndpoint).protocol === 'http:' };
}

function tokensOf({ audience }: Provider, answer: oauth.TokenEndpointResponse): Tokens {
  const { access_token: accessToken, id_token: idToken, refresh_token: refreshToken, expires_in: seconds } = answer;
  const ofAccess = payloadOf(accessToken);
  // Some access tokens are no JWT, or are for the provider's own API: the server can't check those.
  const isForUs = ofAccess !== undefined && [ofAccess.aud].flat().includes(audience);
  const token = isForUs ? accessToken : (idToken ?? accessToken);
  const { sub, exp } = payloadOf(token) ?? {};
  const expiresAt = exp === undefined ? Date.now() + (seconds ?? Number.POSITIVE_INFINITY) * 1_000 : exp * 1_000;
  const subject = payloadOf(idToken)?.sub ?? sub ?? '';
  return { token, idToken, refreshToken, subject, expiresAt };
}

interface Payload {
  readonly sub?: string;
  readonly aud?: string | string[];
  /** Seconds since 1970. */
  readonly exp?: number;
}

/** What a JWT says, which the server checks and not this page; undefined for a token that is none. */
function payloadOf(token: string | undefined): Payload | undefined {
  const [, payload, signature] = token?.split('.') ?? [];
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
      char.charCodeAt(0),
    );
    return JSON.parse(new TextDecoder().decode(bytes)) as Payload;
  } catch {
    return undefined;
  }
}
