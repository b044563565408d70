import { organization, sql } from '../database/sql.js';
import type { ColumnType, RowOf } from '../database/table.js';
import type { Changes } from '../database/transaction.js';
import { Refusal } from '../errors.js';
import type { Noun, NounColumns } from '../graphql/noun.js';
import type { Run } from './command.js';

type VersionedColumns = NounColumns & { readonly version: ColumnType<number, false> };

/** A row as it was locked. */
export interface Versioned {
  readonly id: string;
  readonly version: number;
}

/**
 * Refuses a change that was made of another state than the present one, which goes with the refusal: as
 * `conflictingWorkspace` for a workspace, and so for every noun.
 * @throws Refusal VERSION_CONFLICT
 */
export function refuseOtherVersion(noun: Noun, { id, version }: Versioned, expectedVersion: number): void {
  if (version === expectedVersion) return;
  throw new Refusal([{ refusal: 'versionConflict', field: ['input', 'expectedVersion'] }], {
    [`conflicting${noun.type}`]: id,
  });
}

/** Changes a row that is locked, and raises its version. */
export async function changeVersioned<Types extends VersionedColumns>(
  { transaction }: Run,
  noun: Noun<Types>,
  { id, version }: Versioned,
  changes: Changes<Noun<Types>>,
): Promise<void> {
  const { alias } = noun;
  const where = sql`${noun.columns.organizationId.sql} = ${organization} AND ${noun.columns.id.sql} = ${id}
    AND ${noun.columns.version.sql} = ${version}`;
  const all = { ...changes, version: sql`${noun.columns.version.sql} + 1` } as Changes<Noun<Types>>;
  if ((await transaction.update(noun, all, where)) !== 1) {
    throw new Error(`The version of ${noun.type} (${alias}) has changed under its lock.`);
  }
}

export type RowOfNoun<Of extends Noun> = RowOf<Of>;
