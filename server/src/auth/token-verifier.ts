import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { type SignInReason, SignInRefused } from './refused-sign-in.js';

/** Checks a token's signature, times, issuer and audience. */
export type TokenVerifier = (token: string) => Promise<JWTPayload>;

export interface ExpectedClaims {
  readonly issuer: string | null;
  readonly audience: string | null;
  /** Whether a token must have an end. */
  readonly requiresExp: boolean;
}

const clockToleranceSeconds = 5;
/** How far the clock of who issues tokens may be ahead. */
const issuedAheadMaxSeconds = 60;

/** Tokens signed by whoever holds the secret, HS256 only. */
export function secretVerifier(secret: string | Uint8Array, expected: ExpectedClaims): TokenVerifier {
  const key = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  const options = verifyOptions(['HS256'], expected);
  return async (token) => payloadOf(() => jwtVerify(token, key, options));
}

/** Tokens signed by the identity provider's keys, which are fetched and kept as its answers say. */
export function jwksVerifier(url: string, expected: ExpectedClaims): TokenVerifier {
  const keys = createRemoteJWKSet(new URL(url), { timeoutDuration: 5_000 });
  const options = verifyOptions(['RS256', 'ES256', 'EdDSA', 'Ed25519'], expected);
  return async (token) => payloadOf(() => jwtVerify(token, keys, options));
}

function verifyOptions(algorithms: string[], { issuer, audience, requiresExp }: ExpectedClaims): JWTVerifyOptions {
  return {
    algorithms,
    clockTolerance: clockToleranceSeconds,
    ...(requiresExp && { requiredClaims: ['exp'] }),
    ...(issuer === null ? {} : { issuer }),
    ...(audience === null ? {} : { audience }),
  };
}

/** Answers of the identity provider that are late, no JSON Web Key Set, or an error of its own. */
const providerFaults: ReadonlySet<string> = new Set([
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
]);

const reasons: Readonly<Record<string, SignInReason>> = {
  [errors.JWTExpired.code]: 'expired',
  [errors.JWKSNoMatchingKey.code]: 'unknown_key',
  [errors.JWKSMultipleMatchingKeys.code]: 'unknown_key',
  [errors.JOSEAlgNotAllowed.code]: 'wrong_algorithm',
  [errors.JOSENotSupported.code]: 'wrong_algorithm',
  [errors.JWSSignatureVerificationFailed.code]: 'bad_signature',
};
const reasonsOfClaims: Readonly<Record<string, SignInReason>> = {
  aud: 'wrong_audience',
  iss: 'wrong_issuer',
  nbf: 'not_yet_valid',
};

/** Undefined for what is no fault of the token. */
function toRefused(error: unknown): SignInRefused | undefined {
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, reason } = error;
    const isCompared = reason === 'check_failed' || claim !== 'nbf';
    return new SignInRefused((isCompared && reasonsOfClaims[claim]) || 'claim', claim);
  }
  // What jose says of a key that is smaller than is safe.
  if (error instanceof TypeError && error.message.includes('modulusLength')) return new SignInRefused('unknown_key');
  if (!(error instanceof errors.JOSEError) || providerFaults.has(error.code)) return undefined;
  return new SignInRefused(reasons[error.code] ?? 'malformed');
}

/** A bad token is the client's error; an identity provider that can't be reached is not. */
async function payloadOf(verify: () => Promise<{ payload: JWTPayload }>): Promise<JWTPayload> {
  try {
    const { payload } = await verify();
    const { iat } = payload;
    if (iat !== undefined && iat > Date.now() / 1_000 + issuedAheadMaxSeconds)
      throw new SignInRefused('not_yet_valid', 'iat');
    return payload;
  } catch (error) {
    throw error instanceof SignInRefused ? error : (toRefused(error) ?? error);
  }
}
