import { randomUUID } from 'node:crypto';
import type { RedisClientType } from '@redis/client';

/** Places that what is under way for a token takes. */
export interface Places {
  /** @returns what gives the place back; null where all are taken. */
  take(token: string): Promise<(() => void) | null>;
}

/** Counts on this server alone. */
export class OwnPlaces implements Places {
  readonly #max: number;
  readonly #taken = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  async take(token: string): Promise<(() => void) | null> {
    const taken = this.#taken.get(token) ?? 0;
    if (taken >= this.#max) return null;
    this.#taken.set(token, taken + 1);
    return () => {
      const left = (this.#taken.get(token) ?? 1) - 1;
      if (left === 0) this.#taken.delete(token);
      else this.#taken.set(token, left);
    };
  }
}

/** Each place has a time after which it is free whatever became of who took it, by the clock of the server that counts. */
const takeScript = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
  redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 1`;

export interface SharedPlacesOptions {
  readonly max: number;
  /** After so many milliseconds a place is free again: longer than anything is under way. */
  readonly leaseMs: number;
}

/** Counts together with the other servers; while that can't be, this server counts for itself. */
export class SharedPlaces implements Places {
  readonly #client: Pick<RedisClientType, 'eval' | 'zRem' | 'isReady'>;
  readonly #options: SharedPlacesOptions;
  readonly #own: OwnPlaces;

  constructor(client: Pick<RedisClientType, 'eval' | 'zRem' | 'isReady'>, options: SharedPlacesOptions) {
    this.#client = client;
    this.#options = options;
    this.#own = new OwnPlaces(options.max);
  }

  async take(token: string): Promise<(() => void) | null> {
    const giveOwnBack = await this.#own.take(token);
    if (giveOwnBack === null || !this.#client.isReady) return giveOwnBack;
    const key = `tokenvue:operations:${token}`;
    const place = randomUUID();
    // Also where no answer came: the place may have been taken.
    const giveBack = () => {
      giveOwnBack();
      this.#client.zRem(key, place).catch(() => {});
    };
    const { max, leaseMs } = this.#options;
    const arguments_ = [String(max), String(leaseMs), place];
    const answer = await this.#client.eval(takeScript, { keys: [key], arguments: arguments_ }).catch(() => null);
    if (answer !== 0) return giveBack;
    giveOwnBack();
    return null;
  }
}
