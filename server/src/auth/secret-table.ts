import { v7 as uuidv7 } from 'uuid';
import type { AuditChange } from '../audit/audit.js';
import type { Run } from '../command/command.js';
import { organization, sql } from '../database/sql.js';
import { bytes, type Column, type Table, text, time, uuid } from '../database/table.js';
import { groupBy, loader } from '../fetch/caller.js';
import type { KeptSecret } from '../graphql/kept-secret.js';
import type { NewSecret } from './secret.js';

/** What is kept of secrets: the newest of each holder, those that a rotation has let go on for a while, and ended ones. */
export const secretColumns = {
  id: uuid().primary(),
  organizationId: uuid().primary(),
  /** SHA-256 of the secret. */
  secretDigest: bytes(),
  lastFour: text(),
  createdAt: time().default('now()'),
  /** Null for the newest one. */
  expiresAt: time().nullable(),
  lastUsedAt: time().nullable(),
};

/** The secrets of a noun. */
export interface SecretsOf {
  readonly table: Table<typeof secretColumns>;
  /** The column that names whose secret it is. */
  readonly holder: Column<string>;
}

/** Whether the end, by the database's clock, has come. */
export function hasExpired(expiresAt: Date | null, now: Date): boolean {
  return expiresAt !== null && expiresAt <= now;
}

export interface GivenSecret {
  readonly holderId: string;
  readonly secret: NewSecret;
  /** By the database's clock. */
  readonly now: Date;
  /** Columns that the table has of its own. */
  readonly more?: object;
}

/** Keeps of the secret what it is found and recognized by. */
export async function addSecret(
  { actor: { organizationId }, transaction }: Run,
  { table, holder }: SecretsOf,
  { holderId, secret: { digest, lastFour }, now, more }: GivenSecret,
): Promise<void> {
  const kept = { id: uuidv7(), organizationId, secretDigest: digest, lastFour, createdAt: now };
  await transaction.insert(table, [{ ...kept, [holder.name]: holderId, ...more }]);
}

/**
 * Puts a new secret in the place of the newest one, which goes on for the overlap. One that still went on before it ends
 * now, so that there are never more than two that work; one that has ended stays so.
 */
export async function replaceSecret(
  run: Run,
  secrets: SecretsOf,
  given: GivenSecret & { readonly overlapSeconds: number },
): Promise<void> {
  const { holderId, now, overlapSeconds } = given;
  const { table, holder } = secrets;
  const { organizationId, expiresAt } = table.columns;
  const overlapEnd = new Date(now.getTime() + overlapSeconds * 1_000);
  await run.transaction.execute(
    sql`UPDATE ${table.from} SET expires_at =
        CASE WHEN ${expiresAt.sql} IS NULL THEN ${overlapEnd}::timestamptz ELSE ${now}::timestamptz END
      WHERE ${organizationId.sql} = ${organization} AND ${holder.sql} = ${holderId}
        AND (${expiresAt.sql} IS NULL OR ${expiresAt.sql} > ${now})`,
  );
  await addSecret(run, secrets, given);
}

/** What the audit log tells of it, `field` being how the API calls the masked secret. */
export function replacementChanges(
  field: string,
  { before, after, overlapSeconds }: { before: unknown; after: unknown; overlapSeconds: number },
): AuditChange[] {
  return [
    { field, before, after },
    { field: 'overlapSeconds', before: null, after: overlapSeconds },
  ];
}

type KeptRow = KeptSecret & { readonly holderId: string; readonly lastFour: string };

/** A loader of the secrets that the database would take now, newest first, each as `show` makes it of its last characters. */
export function secretsLoader<Shown>(
  { table, holder }: SecretsOf,
  show: (secret: KeptSecret, lastFour: string) => Shown,
) {
  const { organizationId, lastFour, createdAt, expiresAt, lastUsedAt } = table.columns;
  return loader<string, readonly Shown[]>(
    async ({ database }, holderIds) => {
      const rows = await database.rows<KeptRow>(
        sql`SELECT ${holder.sql} AS "holderId", ${lastFour.sql} AS "lastFour", ${createdAt.sql} AS "createdAt",
            ${expiresAt.sql} AS "expiresAt", ${lastUsedAt.sql} AS "lastUsedAt"
          FROM ${table.from}
          WHERE ${organizationId.sql} = ${organization} AND ${holder.sql} = ANY (${holderIds}::uuid[])
            AND (${expiresAt.sql} IS NULL OR ${expiresAt.sql} > now())
          ORDER BY ${expiresAt.sql} DESC NULLS FIRST`,
      );
      const groups = groupBy(rows, ({ holderId }) => holderId);
      return [...groups].map(([holderId, group]) => {
        const shown = group.map(({ holderId: _, lastFour: end, ...secret }) => show(secret, end));
        return [holderId, shown] as const;
      });
    },
    () => [],
  );
}
