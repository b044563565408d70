import { hex } from './hex.js';

/**
 * The digest by which the server knows a virtual key: lower-case hexadecimal SHA-256 of its secret, which never leaves the
 * gateway. Throws TypeError where there is no Web Crypto, as on a browser's page that is neither https nor localhost.
 */
export async function keyDigest(secret: string): Promise<string> {
  if (!globalThis.crypto?.subtle) throw new TypeError('keyDigest needs Web Crypto');
  return hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret)));
}
