import { hex } from './hex.js';

/** An operation's text, or its hash, or both: the server keeps the text under the hash then. */
export interface NamedOperation {
  readonly query?: string;
  readonly extensions?: object;
}

/** Operations under their hashes, for servers that keep operations (automatic persisted queries). */
export class PersistedQueries {
  readonly #hashes = new Map<string, Promise<string>>();
  #isSupported = true;

  /** How a request names the operation: by its text where the server keeps none, or there is no Web Crypto. */
  async name(document: string): Promise<NamedOperation> {
    if (!this.#isSupported || !globalThis.crypto?.subtle) return { query: document };
    const text = new TextEncoder().encode(document);
    const hash = this.#hashes.get(document) ?? crypto.subtle.digest('SHA-256', text).then(hex);
    this.#hashes.set(document, hash);
    return { extensions: { persistedQuery: { version: 1, sha256Hash: await hash } } };
  }

  /** Whether the error says that the server wants the text of the operation. */
  wantsText(code: string): boolean {
    if (code === 'PERSISTED_QUERY_NOT_FOUND') return true;
    const keepsNone = code === 'PERSISTED_QUERY_NOT_SUPPORTED';
    if (keepsNone) this.#isSupported = false;
    return keepsNone;
  }
}
