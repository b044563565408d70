import type { EntityManager } from 'typeorm';

/** The first of two numbers that name an advisory lock; the second is the organization. */
const directoryLock = 1;

/**
 * Keeps a sync of an organization's directory apart from other syncs and from sign-ins that bring news, until the
 * transaction ends. Sign-ins share the lock, because each of them changes one person only; a sync holds it alone, so
 * what it has compared the directory with still stands when it writes.
 */
export async function lockDirectory(
  manager: EntityManager,
  organizationId: string,
  mode: 'shared' | 'exclusive',
): Promise<void> {
  const lock = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  await manager.query(`SELECT ${lock}(${directoryLock}, hashtext($1))`, [organizationId]);
}
