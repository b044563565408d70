import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import type { Actor, UserActor } from '../access/actor.js';
import { groupBy } from '../database/batch.js';
import type { Database } from '../database/database.js';
import { requestError } from '../errors.js';
import { readClaims } from './claims.js';
import { findServiceActor } from './service-sign-in.js';
import { findUserActors, type Identity, type SignIn, signIn } from './sign-in.js';
import type { TokenVerifier } from './token-verifier.js';

/** How long it is remembered whose a token is, so that not every request verifies it and compares its claims. */
const rememberedMs = 10_000;
const rememberedMax = 10_000;

/**
 * Responsible for turning a bearer token into an actor. What the actor may do is read from the database for every
 * request: who was set inactive, and a token that was revoked, are out with the next one.
 */
export class Authenticator {
  readonly #database: Database;
  readonly #verify: TokenVerifier;
  /** By token; a sign-in under way is shared by all requests that come with the token meanwhile. */
  readonly #identities = new LRUCache<string, Promise<SignedIn>>({
    max: rememberedMax,
    ttl: rememberedMs,
  });

  /** Requests that arrive together share one look at their people, which is sent after all of them have arrived. */
  readonly #users = new DataLoader<Identity, UserActor | null>((identities) => this.#findUsers(identities), {
    cache: false,
    batchScheduleFn: (dispatch) => setImmediate(dispatch),
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
    const actor = token.startsWith('tvs_') ? await findServiceActor(this.#database, token) : await this.#userOf(token);
    if (actor === null) throw requestError('unauthenticated');
    return actor;
  }

  async #userOf(token: string): Promise<Actor | null> {
    const signedIn = await (this.#identities.get(token) ?? this.#remember(token));
    return signedIn.expiresAt <= Date.now() ? null : this.#users.load(signedIn.identity);
  }

  async #findUsers(identities: readonly Identity[]): Promise<(UserActor | Error | null)[]> {
    const found = new Map<string, UserActor | Error>();
    const findIn = async (organizationId: string, people: readonly Identity[]): Promise<void> => {
      const userIds = [...new Set(people.map(({ userId }) => userId))];
      try {
        for (const user of await findUserActors(this.#database, organizationId, userIds)) found.set(user.id, user);
      } catch (error) {
        // What fails for one organization is told to its people alone.
        for (const id of userIds) found.set(id, error instanceof Error ? error : new Error(String(error)));
      }
    };
    const organizations = groupBy(identities, ({ organizationId }) => organizationId);
    await Promise.all([...organizations].map(([organizationId, people]) => findIn(organizationId, people)));
    return identities.map(({ userId }) => found.get(userId) ?? null);
  }

  #remember(token: string): Promise<SignedIn> {
    const signedIn = this.#signIn(token);
    const forget = () => this.#identities.delete(token);
    this.#identities.set(token, signedIn);
    // What could not be taken in now is tried again with the next request.
    void signedIn.then(({ isInLine }) => isInLine || forget(), forget);
    return signedIn;
  }

  async #signIn(token: string): Promise<SignedIn> {
    const payload = await this.#verify(token);
    const claims = readClaims(payload);
    if (claims === null) throw requestError('unauthenticated');
    const expiresAt = payload.exp === undefined ? Number.POSITIVE_INFINITY : payload.exp * 1_000;
    return { ...(await signIn(this.#database, claims)), expiresAt };
  }
}

interface SignedIn extends SignIn {
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}
