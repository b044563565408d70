import type { ClientOptions } from './options.js';
import { isBearerToken } from './secrets.js';

/** Brings the token of the client, and remembers it until the server refuses it. */
export class TokenSource {
  readonly #get: () => string | Promise<string>;
  readonly #isFixed: boolean;
  #token: string | undefined;
  #pending: Promise<string> | undefined;

  /** Throws TypeError for a token that cannot be sent. */
  constructor(token: ClientOptions['token']) {
    this.#isFixed = typeof token !== 'function';
    this.#get = typeof token === 'function' ? token : () => token;
    if (typeof token !== 'function') this.#token = checked(token);
  }

  /** The present token; calls that wait for the function at the same time share it. */
  current(): Promise<string> {
    if (this.#token !== undefined) return Promise.resolve(this.#token);
    this.#pending ??= this.#load().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Gives up a token that the server refused, unless another call was faster; answers whether there can be a new one. */
  refuse(token: string): boolean {
    if (!this.#isFixed && this.#token === token) this.#token = undefined;
    return !this.#isFixed;
  }

  async #load(): Promise<string> {
    this.#token = checked(await this.#get());
    return this.#token;
  }
}

function checked(token: string): string {
  if (!isBearerToken(token)) {
    throw new TypeError('token must be a bearer token without the word Bearer: letters, digits and -._~+/, then =');
  }
  return token;
}
