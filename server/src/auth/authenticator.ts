import { LRUCache } from 'lru-cache';
import type { ClaimsConfig } from '../config.js';
import type { Database } from '../database/database.js';
import { DatabaseClock } from '../database/database-clock.js';
import { Deadline, waitFor } from '../database/deadline.js';
import { readClaims } from './claims.js';
import { SignInRefused } from './refused-sign-in.js';
import { findService } from './service-sign-in.js';
import { Session } from './session.js';
import { type SignIn, type SignInQuotas, signIn } from './sign-in.js';
import type { TokenVerifier } from './token-verifier.js';

/** How long it is remembered whose a token is, so that not every request verifies it and compares its claims. */
const rememberedMs = 10_000;
const rememberedMax = 10_000;
/** In characters of the tokens, and what is known with each. */
const rememberedLengthMax = 20_000_000;
const knownLength = 1_000;

/**
 * Responsible for turning a bearer token into a session. What the actor may do is read from the database within every
 * request: who was set inactive, and a token that was revoked, are out with the next one.
 */
export class Authenticator {
  readonly #database: Database;
  readonly #verify: TokenVerifier;
  readonly #clock: DatabaseClock;
  readonly #claims: ClaimsConfig;
  readonly #quotas: SignInQuotas;
  /** By token; a sign-in under way is shared by all requests that come with the token meanwhile. */
  readonly #signedIn = new LRUCache<string, SignIn | Promise<SignIn>>({
    max: rememberedMax,
    maxSize: rememberedLengthMax,
    sizeCalculation: (_signedIn, token) => token.length + knownLength,
    ttl: rememberedMs,
  });

  constructor(
    database: Database,
    verify: TokenVerifier,
    { claims, quotas }: { readonly claims: ClaimsConfig; readonly quotas: SignInQuotas },
  ) {
    this.#quotas = quotas;
    this.#database = database;
    this.#verify = verify;
    this.#clock = new DatabaseClock(database);
    this.#claims = claims;
  }

  /**
   * The session of an `Authorization` header, or null without one.
   * @throws UNAUTHENTICATED for any header that does not carry a valid token.
   */
  sessionOf(authorization: string | undefined): Session | null | Promise<Session> {
    if (authorization === undefined) return null;
    const token = bearerToken(authorization);
    if (token === undefined) throw new SignInRefused('malformed');
    const signedIn = this.#signedIn.get(token) ?? this.#remember(token);
    return signedIn instanceof Promise ? signedIn.then(toSession) : toSession(signedIn);
  }

  /** Whether the header carries a token that is known to be good, so that its session costs nothing. */
  remembers(authorization: string): boolean {
    const signedIn = this.#signedIn.peek(bearerToken(authorization) ?? '');
    return signedIn !== undefined && !(signedIn instanceof Promise);
  }

  #remember(token: string): Promise<SignIn> {
    const signedIn = this.#signIn(token);
    const forget = () => {
      if (this.#signedIn.peek(token) === signedIn) this.#signedIn.delete(token);
    };
    this.#signedIn.set(token, signedIn);
    void signedIn.then((arrived) => {
      // What could not be taken in now is tried again with the next request.
      if (!arrived.isInLine) forget();
      else if (this.#signedIn.peek(token) === signedIn) {
        this.#signedIn.set(token, arrived, { ttl: this.#signedIn.getRemainingTTL(token) });
      }
    }, forget);
    return signedIn;
  }

  /** In the time of an operation. What it does is the same when it is done again, so that nobody waits for its end. */
  async #signIn(token: string): Promise<SignIn> {
    const deadline = new Deadline(this.#database.timeLimits);
    const signedIn = token.startsWith('tvs_') ? this.#signInService(token) : this.#signInPerson(token, deadline);
    try {
      return await waitFor(deadline, signedIn);
    } finally {
      deadline.end();
    }
  }

  async #signInService(token: string): Promise<SignIn> {
    const known = await findService(this.#database, token);
    if (known === null) throw new SignInRefused('unknown_service_token');
    return { known, isInLine: true };
  }

  async #signInPerson(token: string, deadline: Deadline): Promise<SignIn> {
    const claims = readClaims(await this.#verify(token, await this.#clock.now()), this.#claims);
    return signIn(this.#database, claims, { signal: deadline.signal, quotas: this.#quotas });
  }
}

/** The token of an `Authorization` header; undefined where it is no bearer token. */
export function bearerToken(authorization: string): string | undefined {
  return /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1];
}

function toSession({ known }: SignIn): Session {
  return new Session(known);
}
