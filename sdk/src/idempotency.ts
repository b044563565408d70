import { randomHex } from './hex.js';

const KEY_BYTES = 16;

/** The input of a create or a rotation with an idempotency key: the caller's, or a new one, which then stays for every attempt. */
export function withIdempotencyKey<Input extends { idempotencyKey?: string | null | undefined }>(input: Input): Input {
  return input.idempotencyKey == null ? { ...input, idempotencyKey: randomHex(KEY_BYTES) } : input;
}

/** The idempotency key in the variables of a mutation. */
export function idempotencyKeyOf(variables: unknown): string | undefined {
  const { input } = (variables ?? {}) as { input?: { idempotencyKey?: string | null } | null };
  return input?.idempotencyKey ?? undefined;
}
