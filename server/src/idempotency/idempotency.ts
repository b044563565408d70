import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../access/actor.js';
import { Refusal } from '../errors.js';
import { IdempotencyRecord } from './idempotency-record.entity.js';

export interface IdempotentCreate {
  readonly actor: Actor;
  /** Name of the mutation: the same key may be used once for each. */
  readonly operation: string;
  readonly key: string | null;
  /** The input as it was understood, without the key. */
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
export async function claimIdempotencyKey(manager: EntityManager, create: IdempotentCreate): Promise<string | null> {
  if (create.key === null) return null;
  const { actor, operation, key } = create;
  const inputDigest = createHash('sha256').update(JSON.stringify(create.input)).digest();
  const identity = {
    organizationId: actor.organizationId,
    actorId: actor.id,
    operation,
    key,
  };
  const claim = await manager
    .createQueryBuilder()
    .insert()
    .into(IdempotencyRecord)
    .values({ ...identity, inputDigest, resultId: create.resultId })
    .orIgnore()
    .returning('key')
    .execute();
  if ((claim.raw as unknown[]).length > 0) return null;
  const first = await manager.findOneByOrFail(IdempotencyRecord, identity);
  if (!first.inputDigest.equals(inputDigest)) throw Refusal.of('idempotencyKeyReused', 'input', 'idempotencyKey');
  return first.resultId;
}
