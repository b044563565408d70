import { hex } from './hex.js';

/** What the server answers to the hash of an operation that it does not know, or where it keeps none. */
const REFUSAL = /^PERSISTED_QUERY_NOT_(FOUND|SUPPORTED)$/;

/** Operations under their hashes, for servers that keep operations (automatic persisted queries). */
export class PersistedQueries {
  readonly #hashes = new Map<string, Promise<string>>();
  #isSupported = true;

  /** The request's `extensions` for the operation; undefined where the server keeps none, or there is no Web Crypto. */
  async extensions(document: string): Promise<object | undefined> {
    if (!this.#isSupported || !globalThis.crypto?.subtle) return undefined;
    let hash = this.#hashes.get(document);
    if (hash === undefined) {
      hash = sha256(document);
      this.#hashes.set(document, hash);
    }
    return { persistedQuery: { version: 1, sha256Hash: await hash } };
  }

  /** Whether the error says that the server wants the text of the operation. */
  wantsText(code: string): boolean {
    const [isRefused, reason] = REFUSAL.exec(code) ?? [];
    if (reason === 'SUPPORTED') this.#isSupported = false;
    return isRefused !== undefined;
  }
}

async function sha256(text: string): Promise<string> {
  return hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}
