import type { OrganizationDatabase } from '../database/database.js';
import { type Limited, waitFor } from '../database/deadline.js';
import { organization, raw, sql } from '../database/sql.js';
import type { Transaction } from '../database/transaction.js';

/**
 * Keeps a sync of the organization's directory apart from other syncs and from sign-ins that bring news, until the
 * transaction ends. Sign-ins share the lock, because each of them changes one person only; a sync holds it alone, so
 * what it has compared the directory with still stands when it writes. Whoever asks for the sync is looked at again
 * after the wait.
 */
export async function lockDirectory(transaction: Transaction): Promise<void> {
  const { locked } = await transaction.lock(
    sql`SELECT FROM directories d WHERE d.organization_id = ${organization} FOR UPDATE`,
  );
  if (locked.rows.length === 0) throw new Error('The organization has no directory.');
}

/** By organization, the end of the last sync that has begun or waits in this process. */
const lastSyncs = new Map<string, Promise<unknown>>();

/**
 * Does the work after what came before it for the organization. Syncs wait for each other here, and only for those of
 * other processes with the lock, because who waits with the lock keeps a connection of the pool that every organization
 * needs. Nobody waits for longer than their deadline.
 */
export async function inTurn<Result>(
  organizationId: string,
  deadline: Limited,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = lastSyncs.get(organizationId);
  const done = before === undefined ? work() : waitFor(deadline, before).then(work);
  // The next one also waits for those that this one would not wait for.
  const ended = Promise.allSettled([before, done]);
  lastSyncs.set(organizationId, ended);
  try {
    return await done;
  } finally {
    if (lastSyncs.get(organizationId) === ended) lastSyncs.delete(organizationId);
  }
}

/**
 * Does the work of a sync with a mark on the directory that keeps sign-ins from beginning to share the lock: the sync then
 * waits for those that have begun and for no other, however many there are. The work takes the mark away with its own
 * changes; it runs out by itself where the process ends meanwhile.
 */
export async function announced<Result>(database: OrganizationDatabase, work: () => Promise<Result>): Promise<Result> {
  // Waits for a sync of another process, so whoever asks is looked at after it, before the mark is there. The mark counts
  // from the end of the wait: from when its own statement comes.
  await database.transaction((transaction) =>
    transaction.lock(
      sql`SELECT FROM directories d WHERE d.organization_id = ${organization} FOR NO KEY UPDATE`,
      sql`UPDATE directories d SET sync_wanted_until = statement_timestamp() + interval '30 s'
        WHERE d.organization_id = ${organization}`,
    ),
  );
  try {
    return await work();
  } catch (error) {
    await withdraw(database).catch(() => {});
    throw error;
  }
}

/**
 * Takes the mark away, unless another sync has the lock, which will do it. Outside of a transaction of the request's,
 * because those are undone for somebody who may no longer ask.
 */
async function withdraw(database: OrganizationDatabase): Promise<void> {
  await database.texts(
    sql`UPDATE directories d SET sync_wanted_until = NULL WHERE d.organization_id = ${organization} AND EXISTS (
      SELECT FROM directories free WHERE free.organization_id = ${organization} FOR NO KEY UPDATE SKIP LOCKED)`,
  );
}

/** A sync has the directory, or waits for it. */
export class DirectoryBusy extends Error {
  override readonly name = 'DirectoryBusy';
}

/**
 * Shares the lock until the transaction ends, if it is to be had at once: who waited would keep a connection of the pool
 * that every organization needs. `KEY SHARE` is the weakest lock, because a sync can still announce itself beside that;
 * `NO KEY UPDATE` is shared with such sign-ins, and not with others that ask for it.
 * @throws DirectoryBusy
 */
export async function shareDirectory(transaction: Transaction, strength: 'KEY SHARE' | 'NO KEY UPDATE'): Promise<void> {
  const { rows } = await transaction.texts(
    sql`SELECT FROM directories d WHERE d.organization_id = ${organization}
      AND (d.sync_wanted_until IS NULL OR d.sync_wanted_until < now()) FOR ${raw(strength)} SKIP LOCKED`,
  );
  if (rows.length === 0) throw new DirectoryBusy('A sync of the team directory is under way.');
}
