import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError } from 'graphql';
import { Counter } from 'prom-client';
import { requestError } from '../errors.js';

/** Why somebody is not let in. The client is told nothing of it; the log and the metrics are. */
export type SignInReason =
  /** There is no token. */
  | 'missing'
  /** What is sent is no bearer token, or no JWT. */
  | 'malformed'
  | 'expired'
  | 'not_yet_valid'
  | 'wrong_audience'
  | 'wrong_issuer'
  /** It names a key that the identity provider has not, or one that is too small. */
  | 'unknown_key'
  /** It is signed in a way that is not taken here. */
  | 'wrong_algorithm'
  | 'bad_signature'
  /** A claim is missing or is not what it should be; the log names it. */
  | 'claim'
  /** The person was set inactive. */
  | 'inactive'
  /** There is no such service token, or it was revoked or has expired. */
  | 'unknown_service_token';

/** UNAUTHENTICATED, with the reason for those who run the service. */
export class SignInRefused extends GraphQLError {
  readonly reason: SignInReason;
  readonly claim: string | undefined;

  constructor(reason: SignInReason, claim?: string) {
    const { message, extensions } = requestError('unauthenticated');
    super(message, { extensions });
    this.reason = reason;
    this.claim = claim;
  }
}

/** Of this process; the registry of each server takes it in. */
const signInsRefused = new Counter({
  name: 'sign_ins_refused_total',
  help: 'Requests that were answered with UNAUTHENTICATED, by the reason.',
  labelNames: ['reason'],
  registers: [],
});

export const signInMetrics = [signInsRefused];

/** Tells the log and the metrics of it; never the token. */
export function tellRefusedSignIn(log: Pick<FastifyBaseLogger, 'info'>, { reason, claim }: SignInRefused): void {
  signInsRefused.labels(reason).inc();
  log.info({ reason, ...(claim !== undefined && { claim }) }, 'sign-in refused');
}
