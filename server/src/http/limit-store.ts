import { setTimeout as delay } from 'node:timers/promises';
import { createClient, type RedisClientType } from '@redis/client';
import type { FastifyBaseLogger } from 'fastify';
import { Gauge } from 'prom-client';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { OwnPlaces, type Places, SharedPlaces, type SharedPlacesOptions } from './places.js';

export interface Limit {
  /** Of the policy in the header `RateLimit-Policy`, and of the metric. */
  readonly name: string;
  readonly requests: number;
  readonly seconds: number;
}

/** Where requests are counted. */
export interface LimitStore {
  limiterOf(limit: Limit): RateLimiterAbstract;
  placesOf(options: SharedPlacesOptions): Places;
  close(): Promise<void>;
}

/** Counts on this server alone. */
export const ownStore: LimitStore = {
  limiterOf: ownLimiter,
  placesOf: ({ max }) => new OwnPlaces(max),
  close: async () => {},
};

function ownLimiter({ name, requests, seconds }: Limit): RateLimiterMemory {
  return new RateLimiterMemory({ keyPrefix: name, points: requests, duration: seconds });
}

const isShared = new Gauge({
  name: 'rate_limits_shared',
  help: '1 while the limits of traffic are counted together with the other servers, 0 while this server counts for itself.',
  registers: [],
});
export const limitStoreMetrics = [isShared];

/** What a request waits for the other server at the most, before it is counted here. */
const answerWithinMs = 250;
/** An idle connection is tried so often, and one that does not answer is given up. */
const pingEveryMs = 1_000;
const silentMs = 2_500;
const reconnectMinMs = 50;
const reconnectMaxMs = 2_000;
const startWithinMs = 1_000;

/**
 * Counts together with the other servers that use the same server of Redis's protocol. While that does not answer each
 * server counts for itself, and says so.
 */
export async function connectLimitStore(
  url: string,
  log: Pick<FastifyBaseLogger, 'info' | 'warn'>,
): Promise<LimitStore> {
  const client = createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    pingInterval: pingEveryMs,
    commandOptions: { timeout: answerWithinMs },
    socket: {
      connectTimeout: startWithinMs,
      socketTimeout: silentMs,
      reconnectStrategy: (retries) => Math.min(reconnectMinMs * 2 ** Math.min(retries, 10), reconnectMaxMs),
    },
  });
  let isAway = false;
  isShared.set(0);
  client.on('error', (error: Error) => {
    isShared.set(0);
    if (isAway) return;
    isAway = true;
    log.warn(
      { err: error },
      'the server of RATE_LIMIT_URL does not answer: each server counts its requests for itself',
    );
  });
  client.on('ready', () => {
    isShared.set(1);
    isAway = false;
    log.info('the limits of traffic are counted together with the other servers');
  });
  // It goes on trying by itself; a start does not hang on it.
  await Promise.race([client.connect().catch(() => {}), delay(startWithinMs, undefined, { ref: false })]);
  return {
    limiterOf: (limit) =>
      new RateLimiterRedis({
        storeClient: client,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        keyPrefix: `tokenvue:${limit.name}`,
        points: limit.requests,
        duration: limit.seconds,
        // Who is over the limit costs the other server nothing until it is over.
        inMemoryBlockOnConsumed: limit.requests + 1,
        insuranceLimiter: ownLimiter(limit),
      }),
    placesOf: (options) => new SharedPlaces(client as unknown as RedisClientType, options),
    close: async () => client.destroy(),
  };
}
