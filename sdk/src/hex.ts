/** The bytes as hexadecimal digits. */
export function hex(bytes: ArrayBufferLike): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** So many random bytes as hexadecimal digits. */
export function randomHex(bytes: number): string {
  // A browser has randomUUID on secure pages only.
  return hex(crypto.getRandomValues(new Uint8Array(bytes)).buffer);
}
