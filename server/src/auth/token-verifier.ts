import { compactVerify, createRemoteJWKSet, errors, type JWTPayload } from 'jose';
import type { IdentityProvider, ProviderMetadata } from './identity-provider.js';
import { type SignInReason, SignInRefused } from './refused-sign-in.js';
import { checkRegisteredClaims, type ExpectedClaims } from './registered-claims.js';

/** Checks a token's signature, issuer and audience, and its times by the present moment of the database's clock. */
export type TokenVerifier = (token: string, now: Date) => Promise<JWTPayload>;

/** Tokens signed by whoever holds the secret, HS256 only. */
export function secretVerifier(secret: string | Uint8Array, expected: ExpectedClaims): TokenVerifier {
  const key = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  const options = { algorithms: ['HS256'] };
  return (token, now) => checked(compactVerify(token, key, options), expected, now);
}

/** Tokens signed by the identity provider's keys, which are fetched and kept as its answers say. */
export function jwksVerifier(url: string, expected: ExpectedClaims): TokenVerifier {
  const keys = createRemoteJWKSet(new URL(url), { timeoutDuration: 5_000 });
  const options = { algorithms: ['RS256', 'ES256', 'EdDSA', 'Ed25519'] };
  return (token, now) => checked(compactVerify(token, keys, options), expected, now);
}

/** Tokens of an OpenID Connect provider; issuer and keys are those of its metadata, unless given. */
export function providerVerifier(provider: IdentityProvider, expected: ExpectedClaims): TokenVerifier {
  let made: { readonly of: ProviderMetadata; readonly verify: TokenVerifier } | null = null;
  return async (token, now) => {
    const metadata = await provider.metadata();
    if (made?.of !== metadata) {
      const url = provider.config.jwksUrl ?? metadata.jwksUri;
      made = { of: metadata, verify: jwksVerifier(url, { ...expected, issuer: expected.issuer ?? metadata.issuer }) };
    }
    return made.verify(token, now);
  };
}

type Verified = Awaited<ReturnType<typeof compactVerify>>;

async function checked(verifying: Promise<Verified>, expected: ExpectedClaims, now: Date): Promise<JWTPayload> {
  const payload = payloadOf(await verifying.catch(refuse));
  checkRegisteredClaims(payload, expected, now);
  return payload;
}

function payloadOf({ payload, protectedHeader }: Verified): JWTPayload {
  // The claims of a JWT are always encoded.
  if (protectedHeader.b64 === false) throw new SignInRefused('malformed');
  try {
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return { ...claims };
  } catch {}
  throw new SignInRefused('malformed');
}

/** Answers of the identity provider that are late, no JSON Web Key Set, or an error of its own. */
const providerFaults: ReadonlySet<string> = new Set([
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
]);

const reasons: Readonly<Record<string, SignInReason>> = {
  [errors.JWKSNoMatchingKey.code]: 'unknown_key',
  [errors.JWKSMultipleMatchingKeys.code]: 'unknown_key',
  [errors.JOSEAlgNotAllowed.code]: 'wrong_algorithm',
  [errors.JOSENotSupported.code]: 'wrong_algorithm',
  [errors.JWSSignatureVerificationFailed.code]: 'bad_signature',
};

/** A bad token is the client's error; an identity provider that can't be reached is not. */
function refuse(error: unknown): never {
  // What jose says of a key that is smaller than is safe, and the runtime of one that is none.
  const isUnusableKey = error instanceof TypeError && error.message.includes('modulusLength');
  if (isUnusableKey || (error instanceof DOMException && error.name === 'DataError')) {
    throw new SignInRefused('unknown_key');
  }
  if (!(error instanceof errors.JOSEError) || providerFaults.has(error.code)) throw error;
  throw new SignInRefused(reasons[error.code] ?? 'malformed');
}
