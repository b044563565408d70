import { hex } from './hex.js';

const KEY_BYTES = 16;

/** The input of a create with an idempotency key: the caller's, or a new one, which then stays for every attempt. */
export function withIdempotencyKey<Input extends { idempotencyKey?: string | null | undefined }>(input: Input): Input {
  // A browser has randomUUID on secure pages only.
  return input.idempotencyKey == null
    ? { ...input, idempotencyKey: hex(crypto.getRandomValues(new Uint8Array(KEY_BYTES)).buffer) }
    : input;
}

/** The idempotency key in the variables of a mutation. */
export function idempotencyKeyOf(variables: unknown): string | undefined {
  const { input } = (variables ?? {}) as { input?: { idempotencyKey?: string | null } | null };
  return input?.idempotencyKey ?? undefined;
}
