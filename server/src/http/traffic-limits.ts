import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { Counter } from 'prom-client';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { type Actor, ServiceScope } from '../access/actor.js';
import { type Authenticator, bearerToken } from '../auth/authenticator.js';
import { SignInRefused } from '../auth/refused-sign-in.js';
import type { Session } from '../auth/session.js';
import type { TrafficConfig } from '../config.js';
import { requestError } from '../errors.js';
import { addressOf } from './client-address.js';
import { type Limit, type LimitStore, limitStoreMetrics, ownStore } from './limit-store.js';
import type { Places } from './places.js';

const refused = new Counter({
  name: 'requests_rate_limited_total',
  help: 'Requests that were answered with RATE_LIMITED, by the limit that they met.',
  labelNames: ['limit'],
  registers: [],
});
export const trafficMetrics = [refused, ...limitStoreMetrics];

/** What of an operation comes before and after its own time, such as a body that is slow. */
const leaseGraceMs = 30_000;
/** Addresses over their limit that are known at once; the oldest is forgotten first. */
const floodsMax = 10_000;
/** Unknown tokens of such an address that are looked at together, so that a good one among them still comes in. */
const checksMax = 4;

interface Counted {
  readonly limit: Limit;
  readonly limiter: RateLimiterAbstract;
}

/** Counts requests before anything is done for them, and refuses those that are too many. */
export class TrafficLimits {
  readonly #authenticator: Authenticator;
  readonly #token: Counted;
  readonly #address: Counted;
  readonly #gateway: Counted;
  /** Of operations under way, by token. */
  readonly #places: Places;
  /** Addresses over their limit, with how many tokens of theirs are being looked at. */
  readonly #floods = new LRUCache<string, { checks: number }>({ max: floodsMax });

  constructor(
    config: TrafficConfig & { readonly operationMaxMs: number },
    { authenticator, store }: { authenticator: Authenticator; store: LimitStore },
  ) {
    const counted = (limit: Limit, where: LimitStore) => ({ limit, limiter: where.limiterOf(limit) });
    this.#authenticator = authenticator;
    this.#token = counted({ name: 'token', requests: config.token, seconds: 60 }, store);
    this.#address = counted({ name: 'address', requests: config.address, seconds: 60 }, store);
    this.#gateway = counted({ name: 'gateway', requests: config.gateway, seconds: 1 }, ownStore);
    this.#places = store.placesOf({ max: config.operations, leaseMs: config.operationMaxMs + leaseGraceMs });
  }

  /**
   * Who asks; null for a stranger, whom `strangers` lets in. What a token may ask is counted for the token, everything else
   * for the address.
   * @throws RATE_LIMITED, UNAUTHENTICATED
   */
  async enter(request: FastifyRequest, reply: FastifyReply, strangers: () => void): Promise<Session | null> {
    const { authorization } = request.headers;
    if (authorization === undefined) {
      await this.#countAddress(request, reply);
      strangers();
      return null;
    }
    const session = await this.#signIn(authorization, request, reply);
    if (isOfGateway(session.actor)) await this.#count(this.#gateway, session.actor.id, reply);
    else {
      const token = keyOf(authorization);
      await this.#count(this.#token, token, reply);
      await this.#begin(token, reply);
    }
    return session;
  }

  async #signIn(authorization: string, request: FastifyRequest, reply: FastifyReply): Promise<Session> {
    const flood = this.#authenticator.remembers(authorization) ? undefined : this.#floods.get(addressOf(request));
    if (flood !== undefined && flood.checks >= checksMax) throw this.#refusal(this.#address.limit.name, 1, reply);
    if (flood !== undefined) flood.checks++;
    try {
      const session = await this.#authenticator.sessionOf(authorization);
      if (session === null) throw new SignInRefused('missing');
      return session;
    } catch (error) {
      if (error instanceof SignInRefused) await this.#countAddress(request, reply);
      throw error;
    } finally {
      if (flood !== undefined) flood.checks--;
    }
  }

  async #countAddress(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const address = addressOf(request);
    await this.#count(this.#address, address, reply, (milliseconds) => {
      if (!this.#floods.has(address)) this.#floods.set(address, { checks: 0 }, { ttl: milliseconds });
    });
  }

  async #count(
    { limit, limiter }: Counted,
    key: string,
    reply: FastifyReply,
    whenOver: (milliseconds: number) => void = () => {},
  ): Promise<void> {
    const { requests, seconds, name } = limit;
    let isOver = false;
    const result = await limiter.consume(key).catch((over: unknown) => {
      if (!(over instanceof RateLimiterRes)) throw over;
      isOver = true;
      return over;
    });
    const wait = Math.max(1, Math.ceil(result.msBeforeNext / 1_000));
    reply.header('ratelimit-policy', `"${name}";q=${requests};w=${seconds}`);
    reply.header('ratelimit', `"${name}";r=${isOver ? 0 : result.remainingPoints};t=${wait}`);
    if (!isOver) return;
    whenOver(Math.max(1, result.msBeforeNext));
    throw this.#refusal(name, wait, reply);
  }

  /** Counts the operation until its answer is made, also where the client is gone before. */
  async #begin(token: string, reply: FastifyReply): Promise<void> {
    const giveBack = await this.#places.take(token);
    if (giveBack === null) throw this.#refusal('operations', 1, reply);
    const counted = new CountedOperation(giveBack);
    reply.request.operation = counted;
    reply.raw.once('close', () => counted.abandon());
    // It may have gone meanwhile.
    if (reply.raw.destroyed || reply.request.raw.socket.destroyed) counted.abandon();
  }

  #refusal(limit: string, seconds: number, reply: FastifyReply) {
    refused.labels(limit).inc();
    reply.header('retry-after', String(seconds));
    return requestError('rateLimited');
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Its place among the operations under way; null where they are not counted. */
    operation: CountedOperation | null;
  }
}

/** An operation that counts as under way until it is done, or its request has ended without it. */
class CountedOperation {
  #end: (() => void) | null;
  #isRunning = false;

  constructor(end: () => void) {
    this.#end = end;
  }

  async run<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    this.#isRunning = true;
    try {
      return await work();
    } finally {
      this.#isRunning = false;
      this.abandon();
    }
  }

  /** One that runs goes on, also when its client is gone. */
  abandon(): void {
    if (this.#isRunning) return;
    this.#end?.();
    this.#end = null;
  }
}

/** By what is signed of a token: the signature, and the header around it, can be written in several ways. */
function keyOf(authorization: string): string {
  const token = bearerToken(authorization) ?? '';
  const isSigned = token.startsWith('ey') && token.includes('.');
  const text = isSigned ? token.slice(0, token.lastIndexOf('.')) : token;
  return createHash('sha256').update(text).digest('base64url');
}

function isOfGateway(actor: Actor): boolean {
  return actor.kind === 'SERVICE' && actor.scopes.includes(ServiceScope.GATEWAY);
}
