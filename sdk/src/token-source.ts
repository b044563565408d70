import type { Token } from './options.js';
import { type Redact, redactor } from './secrets.js';

/** RFC 6750's form of a bearer token: anything else would break the header, and fetch would print it in its error. */
const BEARER_TOKEN = /^[\w.~+/-]+=*$/;

/** A token as it was brought once: another one may read the same. */
export interface BroughtToken {
  readonly token: string;
}

/** How many tokens are kept out of errors, the last ones: a server may tell of one that was renewed meanwhile. */
const REMEMBERED = 8;

/** Brings the token of a client or a call, and keeps it as long as is said, or until the server refuses it. */
export class TokenSource {
  readonly #get: (() => string | Promise<string>) | undefined;
  readonly #keepMs: number;
  #current: BroughtToken | undefined;
  #currentUntil = Number.POSITIVE_INFINITY;
  #pending: Promise<BroughtToken> | undefined;
  #tokens: string[] = [];

  /** Throws TypeError for a token that cannot be sent. */
  constructor(token: Token, keepMs = 0) {
    this.#keepMs = keepMs;
    if (typeof token === 'function') this.#get = token;
    else this.#bring(token);
  }

  /** Keeps the tokens out of a text. */
  get redact(): Redact {
    return redactor(this.#tokens);
  }

  /** The present token, where one is kept: then calls that wait for the function at the same time share it. */
  current(): Promise<BroughtToken> {
    if (this.#current && performance.now() < this.#currentUntil) return Promise.resolve(this.#current);
    if (!this.#keepMs) return this.#load();
    if (!this.#pending) {
      const pending = this.#load().finally(() => {
        if (this.#pending === pending) this.abandon();
      });
      this.#pending = pending;
    }
    return this.#pending;
  }

  /** Waits no longer for a function that takes too long: the next call calls it anew. */
  abandon(): void {
    this.#pending = undefined;
  }

  /** Gives up a token that the server refused, unless another call was faster; answers whether there can be a new one. */
  refuse(token: BroughtToken): boolean {
    if (this.#get && this.#current === token) this.#current = undefined;
    return this.#get !== undefined;
  }

  async #load(): Promise<BroughtToken> {
    // A token that is no function is there from the beginning.
    return this.#bring((await this.#get?.()) as string);
  }

  #bring(token: string): BroughtToken {
    if (typeof token !== 'string' || !BEARER_TOKEN.test(token)) {
      throw new TypeError('token must be a bearer token, without the word Bearer');
    }
    this.#tokens = [token, ...this.#tokens.filter((other) => other !== token)].slice(0, REMEMBERED);
    const brought = { token };
    if (this.#get) this.#currentUntil = performance.now() + this.#keepMs;
    this.#current = brought;
    return brought;
  }
}
