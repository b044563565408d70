import { LRUCache } from 'lru-cache';
import type { Actor } from '../access/actor.js';
import type { Database } from '../database/database.js';
import { requestError } from '../errors.js';
import { readClaims } from './claims.js';
import { signIn } from './sign-in.js';
import type { TokenVerifier } from './token-verifier.js';

/** How long a token's actor is remembered, so that not every request verifies and signs in again. */
const rememberedMs = 10_000;
const rememberedMax = 10_000;

/** Responsible for turning a bearer token into an actor. */
export class Authenticator {
  readonly #database: Database;
  readonly #verify: TokenVerifier;
  /** By token; a sign-in under way is shared by all requests that come with the token meanwhile. */
  readonly #actors = new LRUCache<string, Promise<SignedIn>>({
    max: rememberedMax,
    ttl: rememberedMs,
  });

  constructor(database: Database, verify: TokenVerifier) {
    this.#database = database;
    this.#verify = verify;
  }

  /**
   * The actor of an `Authorization` header, or null without one.
   * @throws UNAUTHENTICATED for any header that does not carry a valid token.
   */
  async actorOf(authorization: string | undefined): Promise<Actor | null> {
    if (authorization === undefined) return null;
    const token = /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization)?.[1];
    if (token === undefined) throw requestError('unauthenticated');
    const signedIn = await (this.#actors.get(token) ?? this.#remember(token));
    if (signedIn.expiresAt <= Date.now()) throw requestError('unauthenticated');
    return signedIn.actor;
  }

  #remember(token: string): Promise<SignedIn> {
    const signedIn = this.#signIn(token);
    this.#actors.set(token, signedIn);
    signedIn.catch(() => this.#actors.delete(token));
    return signedIn;
  }

  async #signIn(token: string): Promise<SignedIn> {
    const payload = await this.#verify(token);
    const claims = readClaims(payload);
    if (claims === null) throw requestError('unauthenticated');
    const expiresAt = payload.exp === undefined ? Number.POSITIVE_INFINITY : payload.exp * 1_000;
    return { actor: await signIn(this.#database, claims), expiresAt };
  }
}

interface SignedIn {
  readonly actor: Actor;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}
