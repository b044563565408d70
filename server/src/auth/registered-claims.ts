import type { JWTPayload } from 'jose';
import { normalizeName } from '../text.js';
import { SignInRefused } from './refused-sign-in.js';

export interface ExpectedClaims {
  readonly issuer: string | null;
  readonly audience: string | null;
  /** Whether a token must have an end. */
  readonly requiresExp: boolean;
}

/** How far the clock of who issues tokens may be ahead of the database's. */
export const clockSkewSeconds = 5;

/** Whether the claim is not there, or is as if it were not: null or an empty text, as some identity providers send it. */
export function isMissing(claim: unknown): boolean {
  return claim == null || (typeof claim === 'string' && normalizeName(claim) === '');
}

/**
 * The claims that every token has, judged by the database's clock: who issued it, for whom, and its times. It ends when it
 * says; what is to begin may be ahead by the skew.
 * @throws SignInRefused
 */
export function checkRegisteredClaims(payload: JWTPayload, expected: ExpectedClaims, now: Date): void {
  const { issuer, audience, requiresExp } = expected;
  if (issuer !== null && payload.iss !== issuer) throw new SignInRefused('wrong_issuer', 'iss');
  if (audience !== null && ![payload.aud].flat().includes(audience)) throw new SignInRefused('wrong_audience', 'aud');
  const seconds = now.getTime() / 1_000;
  const [exp, nbf, iat] = (['exp', 'nbf', 'iat'] as const).map((claim) => timeOf(payload, claim));
  if (exp === undefined && requiresExp) throw new SignInRefused('claim', 'exp');
  if (exp !== undefined && exp <= seconds) throw new SignInRefused('expired');
  if (nbf !== undefined && nbf > seconds + clockSkewSeconds) throw new SignInRefused('not_yet_valid', 'nbf');
  if (iat !== undefined && iat > seconds + clockSkewSeconds) throw new SignInRefused('not_yet_valid', 'iat');
}

/**
 * A time of the token in seconds since 1970; undefined where it is missing.
 * @throws SignInRefused for what is no time
 */
export function timeOf(payload: JWTPayload, claim: 'exp' | 'nbf' | 'iat'): number | undefined {
  const value: unknown = payload[claim];
  if (isMissing(value)) return undefined;
  if (typeof value !== 'number') throw new SignInRefused('claim', claim);
  return value;
}
