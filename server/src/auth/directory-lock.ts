import type { EntityManager } from 'typeorm';

/** The first of two numbers that name an advisory lock; the second is the organization. */
const directoryLock = 1;

/**
 * Keeps a sync of an organization's directory apart from other syncs and from sign-ins that bring news, until the
 * transaction ends. Sign-ins share the lock, because each of them changes one person only; a sync holds it alone, so
 * what it has compared the directory with still stands when it writes.
 */
export async function lockDirectory(manager: EntityManager, organizationId: string): Promise<void> {
  await manager.query(`SELECT pg_advisory_xact_lock(${directoryLock}, hashtext($1))`, [organizationId]);
}

/** By organization, the end of the last sync that has begun or waits in this process. */
const lastSyncs = new Map<string, Promise<unknown>>();

/**
 * Does the work after what came before it for the organization. Syncs wait for each other here, and only for those of
 * other processes with the lock, because who waits with the lock keeps a connection of the pool that every organization
 * needs.
 */
export async function inTurn<Result>(organizationId: string, work: () => Promise<Result>): Promise<Result> {
  const before = lastSyncs.get(organizationId);
  const done = before === undefined ? work() : before.then(work);
  const ended = done.catch(() => {});
  lastSyncs.set(organizationId, ended);
  try {
    return await done;
  } finally {
    if (lastSyncs.get(organizationId) === ended) lastSyncs.delete(organizationId);
  }
}

/** A sync has the directory, or is about to. */
export class DirectoryBusy extends Error {
  override readonly name = 'DirectoryBusy';
}

/**
 * Shares the lock until the transaction ends, if it is to be had at once: who waited would keep a connection of the pool
 * that every organization needs.
 * @throws DirectoryBusy
 */
export async function shareDirectory(manager: EntityManager, organizationId: string): Promise<void> {
  const [answer]: { shared: boolean }[] = await manager.query(
    `SELECT pg_try_advisory_xact_lock_shared(${directoryLock}, hashtext($1)) AS shared`,
    [organizationId],
  );
  if (answer?.shared !== true) throw new DirectoryBusy('A sync of the team directory is under way.');
}
