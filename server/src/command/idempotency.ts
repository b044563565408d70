import { createHash } from 'node:crypto';
import type { Actor } from '../access/actor.js';
import { organization, sql } from '../database/sql.js';
import type { Transaction } from '../database/transaction.js';
import { Refusal } from '../errors.js';
import { idempotencyRecords } from './idempotency-record.entity.js';

/** How long a repeat of a create is known as one. */
export const idempotencyDays = 7;

export interface IdempotentCreate {
  readonly actor: Actor;
  /** Name of the mutation: the same key may be used once for each. */
  readonly operation: string;
  readonly key: string | null;
  /** As the client sent it; the key in it does not count. */
  readonly input: object;
  /** UUID of what is about to be created. */
  readonly resultId: string;
}

/**
 * Claims the key for this create, inside its transaction. A copy that arrives meanwhile waits here for the first one
 * to end: after its commit the copy gets the first result's id, after its rollback the copy runs in its place.
 * @returns null when the create is to run now, else the id of what the first one made.
 * @throws Refusal IDEMPOTENCY_KEY_REUSED when the key came with another input before.
 */
export async function claimIdempotencyKey(
  transaction: Transaction,
  { actor, operation, key, input, resultId }: IdempotentCreate,
): Promise<string | null> {
  if (key === null) return null;
  const inputDigest = digestOf(input);
  const record = { organizationId: actor.organizationId, actorId: actor.id, operation, key, inputDigest, resultId };
  const claimed = await transaction.insert(idempotencyRecords, [record], sql`ON CONFLICT DO NOTHING`);
  if (claimed > 0) return null;
  const [first] = await transaction.select(
    idempotencyRecords,
    sql`FROM ${idempotencyRecords.from} WHERE i.organization_id = ${organization} AND i.actor_id = ${actor.id}
      AND i.operation = ${operation} AND i.key = ${key}`,
  );
  if (first === undefined) throw new Error('The record of an idempotency key is gone.');
  if (!first.inputDigest.equals(inputDigest)) throw Refusal.of('idempotencyKeyReused', 'input', 'idempotencyKey');
  return first.resultId;
}

/**
 * SHA-256 of what the client sent: the order of fields does not count, nor what is null, nor what is as it is when it is
 * left out. So a server with a new optional field answers the retry of a create that an older one has done.
 */
function digestOf({ idempotencyKey: _, ...input }: { readonly idempotencyKey?: unknown }): Buffer {
  return createHash('sha256')
    .update(JSON.stringify(canonicalOf(input)))
    .digest();
}

function canonicalOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonicalOf);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  const defaults = defaultsOf(value);
  const entries = Object.entries(value).filter(([name, one]) => one != null && one !== defaults[name]);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => [name, canonicalOf(one)]);
}

/** An input's class sets what is left out. */
function defaultsOf(input: object): Readonly<Record<string, unknown>> {
  const inputClass = input.constructor as new () => object;
  return inputClass === Object ? {} : { ...new inputClass() };
}
